public import TwinCore
import TwinUnits

/// The photovoltaic parks.
public struct SolarParks: Component {
    public struct Parameters: Sendable, Hashable {
        public var asset: String
        public var array: PVArray
        public var maxAge: Span
        public var stuck: StuckRule?

        public init(asset: String, array: PVArray, maxAge: Span, stuck: StuckRule?) {
            self.asset = asset
            self.array = array
            self.maxAge = maxAge
            self.stuck = stuck
        }

        public var path: AssetPath { AssetPath(.solar, asset) }
        public var meters: [Meter] { [Meter(.solar, path), Meter(.curtailed, path)] }
    }

    public struct State: Sendable, Codable {
        var fleet: Fleet
    }

    public let name = "solar"
    public let filters: [TopicFilter]
    public let parameters: [Parameters]
    public var state: State
    private let location: SolarSite
    private let specs: [[SignalSpec]]

    public var inputs: [AssetInput] { zip(parameters, specs).map { AssetInput($0.path, $1) } }
    public var meters: [Meter] { parameters.flatMap(\.meters) }

    public init(site: String, location: SolarSite, _ parameters: [Parameters]) {
        self.location = location
        self.parameters = parameters
        filters = [TopicFilter("v1/\(site)/solar/+/+")].compactMap { $0 }
        specs = parameters.map { park in
            let rated = park.array.acRatedKW
            return [
                // At night the inverters draw up to 1 % of their rating; cloud edges pass it by a few percent.
                SignalSpec("power_kw", -0.01 * rated...1.1 * rated, maxAge: park.maxAge),
                SignalSpec.counter("energy_total_kwh", ratedKW: rated, maxAge: park.maxAge),
            ]
        }
        state = State(fleet: Fleet(parameters.map { (.solar, $0.asset, 2) }, estimated: 1))
    }

    public mutating func tick(_ slice: [Routed], _ context: TickContext, _ image: PlantImage) -> ComponentReply {
        var reply = ComponentReply(image: image)
        let specs = specs
        let report = state.fleet.take(slice, specs: { specs[$0] }, context: context)
        reply.take(report)
        let middle = context.from + Span(ms: context.step.ms / 2)
        let sun = SunPosition(site: location, unixMilliseconds: middle.ms)
        var total = UsedValue(0, .good)
        for (index, park) in parameters.enumerated() {
            let free = park.array.acPowerKW(
                globalHorizontalWPerM2: image.irradianceWPerM2.value, airTemperatureC: image.airTemperatureC.value,
                windSpeedMPerS: image.windSpeedMPerS.value, sun: sun)
            let limit = context.setPoints[AssetPath(.solar, park.asset)] ?? park.array.acRatedKW
            let model = min(free, limit)
            state.fleet.estimate(index, model, context)
            if let alarm = state.fleet.watch(index, model: model, rule: stuckRule(index, context), context) {
                reply.alarms.append(alarm)
            }
            if let alarm = state.fleet.staleAlarm(index, maxAge: park.maxAge, context) { reply.alarms.append(alarm) }
            let used = state.fleet.used(index, model: model, maxAge: park.maxAge, context)
            reply.values.append(NamedValue(.solar, park.asset, "power_kw", used))
            reply.values.append(NamedValue(.solar, park.asset, "available_kw", UsedValue(free, .estimated)))
            reply.record.add(free)
            total.include(used)
            reply.cells.append(curtailed(park, free: free, limit: limit, used: used.value, context))
        }
        reply.image.solarKW = total
        reply.cells += state.fleet.cells(.solar, counter: 1, report, context)
        reply.alarms += state.fleet.tripAlarms
        reply.gaps = state.fleet.gaps(report, context)
        return reply
    }

    /// What the sun offered above a limit that held; without one nothing is curtailed.
    private func curtailed(
        _ park: Parameters, free: Double, limit: Double, used: Double, _ context: TickContext
    ) -> Cell {
        let isHeld = limit < park.array.acRatedKW && used >= limit - 0.05 * park.array.acRatedKW
        let energyMs = isHeld ? max(0, free - used) * Double(context.step.ms) : 0
        return Cell(
            tick: context.from, meter: Meter(.curtailed, park.path),
            energy: Energy(roundingWattSeconds: energyMs), measuredMs: 0, estimatedMs: context.step.ms)
    }

    /// A park at night or at its rating repeats its value rightly; it is watched in between.
    private func stuckRule(_ index: Int, _ context: TickContext) -> StuckRule? {
        let rated = parameters[index].array.acRatedKW
        guard let last = state.fleet.feeds[index].timelines[0].latestPiece(before: context.to),
            last.value > 0.01 * rated, last.value < 0.97 * rated
        else { return nil }
        return parameters[index].stuck
    }
}
