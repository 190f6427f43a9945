import TwinBooks
public import TwinConfiguration
public import TwinCore
import TwinPlant

/// The components of a site in the written order: weather, the areas of the kinds with the line before what it fills,
/// grid. An area without assets has no seat.
public enum Seating: String, Sendable, CaseIterable {
    case actors, plain

    func seats(_ config: SiteConfig) -> [any ComponentSeat] {
        var seats: [any ComponentSeat] = [seat(WeatherStation(site: config.site, config.weather))]
        for area in Kinds.areas {
            let assets = config.assets.filter { $0.path.area == area }
            if area == Seating.afterLine { seats.append(seat(AssemblyLine(site: config.site, config.lines))) }
            guard !assets.isEmpty else { continue }
            seats.append(
                seat(
                    AreaTwin(
                        site: config.site, area: area, location: config.location, calendar: config.calendar,
                        network: config.network, assets)))
        }
        seats.append(seat(GridConnection(site: config.site, config.grid)))
        for meter in seats.flatMap(\.meters) {
            // Energy without a line would be lost without a word.
            precondition(
                config.method.chart.index(of: meter) != nil,
                "the chart has no line \(meter.account.name) of \(meter.path.text)")
        }
        return seats
    }

    /// The first area of what is charged when vehicles have left the line.
    private static let afterLine = Area.agv

    private func seat<C: Component>(_ component: C) -> any ComponentSeat {
        switch self {
        case .actors: ComponentActor(component)
        case .plain: PlainSeat(component)
        }
    }
}

extension SiteConfig {
    /// What telemetry may bring, by asset in the written order.
    public var inputs: [AssetInput] { Seating.plain.seats(self).flatMap(\.inputs) }
}
