import TwinConfiguration
import TwinCore
import TwinRuntime

extension StoreWindow {
    /// What `--period` names; all without it.
    init(_ period: String?, _ config: SiteConfig, option: String = "--period") throws {
        try self.init(period, config.zone, config.calendar, option: option)
    }

    /// - Parameters:
    ///   - calendar: for shifts; nil where none is known.
    ///   - option: what the user wrote it after.
    init(
        _ period: String?, _ zone: LocalZone, _ calendar: ProductionCalendar? = nil, option: String = "--period"
    ) throws {
        self = .all
        guard let period else { return }
        do throws(PeriodProblem) {
            let bounds = try Period(zone: zone, calendar: calendar, option: option).bounds(of: period)
            self = .init(from: bounds.from, to: bounds.to)
        } catch { throw Failure(error.description, exitCode: 2) }
    }
}
