public import TwinCore
import TwinPlant

/// What a plant was in years past, as `history.yaml` tells it: a simulated past is made of it, stage by stage.
public struct PlantHistory: Sendable {
    /// Local days in which nothing of the plant changes, both ends included; within one calendar year.
    public struct Stage: Sendable, Hashable {
        public var first: CivilDate
        public var last: CivilDate
    }

    /// Other shifts than those of `shifts.yaml`, to the end of a day.
    struct ShiftPlan: Sendable {
        var until: CivilDate
        var shifts: [ProductionCalendar.Shift]
    }

    /// First and last local day.
    public let days: ClosedRange<CivilDate>
    /// Lined off in each calendar year of `days`.
    public let vehicles: [Int: Int]
    /// Since when an asset stands there; one that is not named always did.
    let arrivals: [AssetPath: CivilDate]
    /// What does not stand there before the end.
    let missing: Set<AssetPath>
    /// Ascending.
    let shifts: [ShiftPlan]
    /// Beside those of `shifts.yaml`.
    let closed: [ClosedRange<CivilDate>]
    /// One standard deviation of a month's mean temperature, K, and of its wind as a share of the mean.
    public let temperatureDeviationK: Double
    public let windDeviationFraction: Double

    /// From each day on which something changes, and from each 1 January; ascending, without a hole.
    public var stages: [Stage] {
        let newYears = (days.lowerBound.year...days.upperBound.year).map { CivilDate(year: $0, month: 1, day: 1) }
        let changes = newYears + arrivals.values + shifts.map { $0.until.next }
        let firsts = Set(changes.filter { days.contains($0) } + [days.lowerBound]).sorted()
        let lasts = firsts.dropFirst().map(\.previous) + [days.upperBound]
        return zip(firsts, lasts).map { Stage(first: $0, last: $1) }
    }

    /// Whether an asset of the site stands there on a day.
    public func stands(_ path: AssetPath, on day: CivilDate) -> Bool {
        !missing.contains(path) && (arrivals[path].map { $0 <= day } ?? true)
    }

    /// Leaves of a site what stood there in a stage, and plans what was built then.
    func hold(_ stage: Stage, _ assets: inout AssetsSection, _ shifts: inout ShiftsSection) {
        assets.assets.removeAll { !stands($0.path, on: stage.first) }
        shifts.closed += closed
        shifts.shifts = self.shifts.first { stage.first <= $0.until }?.shifts ?? shifts.shifts
        shifts.vehiclesPerDay = vehiclesPerDay(in: stage.first.year, shifts.productionDays(in: stage.first.year))
    }

    /// A year's vehicles over its production days; 0 for a year without one.
    func vehiclesPerDay(in year: Int, _ productionDays: Int) -> Double {
        productionDays > 0 ? Double(vehicles[year] ?? 0) / Double(productionDays) : 0
    }
}

extension ShiftsSection {
    func productionDays(in year: Int) -> Int {
        let first = CivilDate(year: year, month: 1, day: 1).daysSinceEpoch
        let next = CivilDate(year: year + 1, month: 1, day: 1).daysSinceEpoch
        // Only what reaches into the year is asked each day.
        let year = CivilDate(daysSinceEpoch: first)...CivilDate(daysSinceEpoch: next - 1)
        let closed = closed.filter { $0.overlaps(year) }
        return (first..<next).count { day in
            let date = CivilDate(daysSinceEpoch: day)
            return workdays.contains(date.isoWeekday) && !closed.contains { $0.contains(date) }
        }
    }
}

extension CivilDate {
    var next: CivilDate { CivilDate(daysSinceEpoch: daysSinceEpoch + 1) }
    var previous: CivilDate { CivilDate(daysSinceEpoch: daysSinceEpoch - 1) }
}

extension SiteConfig {
    /// File that makes a site with a history that of one of its stages.
    static let stageFile = "stage.yaml"

    /// The site as it was in a stage of its history: the same files, and one that names the stage.
    public func stage(_ stage: PlantHistory.Stage) throws(ConfigProblems) -> SiteConfig {
        let text = "# The stage of history.yaml that holds.\nfrom: \(stage.first.text)\n"
        let others = files.filter { $0.name != SiteConfig.stageFile }
        return try SiteConfig.read(files: others + [(SiteConfig.stageFile, Array(text.utf8))])
    }
}
