public import TwinCore

/// The wind turbines, as one metered farm or several.
public struct WindFarm: Component {
    public struct Parameters: Sendable, Hashable {
        public var asset: String
        public var turbines: Int
        /// One turbine, kW.
        public var ratedKW: Double
        public var curve: PowerCurve
        /// Hub-height speed over mast speed.
        public var shearFactor: Double
        /// Share of the curve's output that reaches the bus: availability, wake and cable.
        public var deliveredFraction: Double
        public var maxAge: Span
        /// Nil switches the detector off.
        public var stuck: StuckRule?

        public init(
            asset: String, turbines: Int, ratedKW: Double, curve: PowerCurve, shearFactor: Double,
            deliveredFraction: Double, maxAge: Span, stuck: StuckRule?
        ) {
            self.asset = asset
            self.turbines = turbines
            self.ratedKW = ratedKW
            self.curve = curve
            self.shearFactor = shearFactor
            self.deliveredFraction = deliveredFraction
            self.maxAge = maxAge
            self.stuck = stuck
        }

        public var path: AssetPath { AssetPath(.wind, asset) }
        public var meters: [Meter] { [Meter(.wind, path)] }
        public var farmRatedKW: Double { Double(turbines) * ratedKW }

        /// Farm output to the bus at a mast wind speed, kW.
        public func modelKW(mastMPerS: Double) -> Double {
            Double(turbines) * deliveredFraction * curve.powerKW(speedMPerS: mastMPerS * shearFactor)
        }
    }

    public struct State: Sendable, Codable {
        var fleet: Fleet
    }

    public let name = "wind"
    public let filters: [TopicFilter]
    public let parameters: [Parameters]
    public var state: State
    private let specs: [[SignalSpec]]

    public var inputs: [AssetInput] { zip(parameters, specs).map { AssetInput($0.path, $1) } }
    public var meters: [Meter] { parameters.flatMap(\.meters) }

    public init(site: String, _ parameters: [Parameters]) {
        self.parameters = parameters
        filters = [TopicFilter("v1/\(site)/wind/+/+")].compactMap { $0 }
        specs = parameters.map { farm in
            [
                // Idle turbines draw up to 2 % of their rating; gusts pass it by a few percent.
                SignalSpec("power_kw", -0.02 * farm.farmRatedKW...1.05 * farm.farmRatedKW, maxAge: farm.maxAge),
                SignalSpec.counter("energy_total_kwh", ratedKW: farm.farmRatedKW, maxAge: farm.maxAge),
            ]
        }
        state = State(fleet: Fleet(parameters.map { (.wind, $0.asset, 2) }, estimated: 1))
    }

    public mutating func tick(_ slice: [Routed], _ context: TickContext, _ image: PlantImage) -> ComponentReply {
        var reply = ComponentReply(image: image)
        let specs = specs
        let report = state.fleet.take(slice, specs: { specs[$0] }, context: context)
        reply.take(report)
        var total = UsedValue(0, .good)
        for (index, farm) in parameters.enumerated() {
            let model = farm.modelKW(mastMPerS: image.windSpeedMPerS.value)
            state.fleet.estimate(index, model, context)
            if let alarm = state.fleet.watch(index, model: model, rule: stuckRule(index, context), context) {
                reply.alarms.append(alarm)
            }
            if let alarm = state.fleet.staleAlarm(index, maxAge: farm.maxAge, context) { reply.alarms.append(alarm) }
            let used = state.fleet.used(index, model: model, maxAge: farm.maxAge, context)
            reply.values.append(NamedValue(.wind, farm.asset, "power_kw", used))
            reply.record.add(model)
            total.include(used)
        }
        reply.image.windKW = total
        reply.cells = state.fleet.cells(.wind, counter: 1, report, context)
        reply.alarms += state.fleet.tripAlarms
        reply.gaps = state.fleet.gaps(report, context)
        return reply
    }

    /// A farm at standstill or at its rating repeats its value rightly; it is watched in between.
    private func stuckRule(_ index: Int, _ context: TickContext) -> StuckRule? {
        let rated = parameters[index].farmRatedKW
        guard let last = state.fleet.feeds[index].timelines[0].latestPiece(before: context.to),
            last.value > 0.01 * rated, last.value < 0.99 * rated
        else { return nil }
        return parameters[index].stuck
    }
}
