import TwinConfiguration
import TwinCore
import TwinPlant

extension SiteConfig {
    /// The line of what a simulated or modelled plant builds.
    var firstLine: String { calendar.lines.first ?? ProductionCalendar.usualLine }

    /// Who tells of vehicles: the lines, the shops that they pass, and what the mapping makes of a production system.
    var lines: AssemblyLine.Parameters {
        let shops = assets.lazy.map(\.path).filter { $0.area == .shop }.map(\.asset)
        return AssemblyLine.Parameters(calendar, shops: shops + (signals?.sources.compactMap(\.line) ?? []))
    }
}
