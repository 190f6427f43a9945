public import TwinCore

/// Outdoor air and wind at the site's mast.
public struct WeatherStation: Component {
    public struct Parameters: Sendable, Hashable {
        public var asset: String
        public var maxAge: Span
        /// Stand-ins when the mast has been silent for longer than `maxAge`: the site's annual means.
        public var meanTemperatureC: Double
        public var meanWindMPerS: Double

        public init(asset: String, maxAge: Span, meanTemperatureC: Double, meanWindMPerS: Double) {
            self.asset = asset
            self.maxAge = maxAge
            self.meanTemperatureC = meanTemperatureC
            self.meanWindMPerS = meanWindMPerS
        }
    }

    public struct State: Sendable, Codable {
        var fleet: Fleet
    }

    public let name = "weather"
    public let filters: [TopicFilter]
    public let parameters: Parameters
    public var state: State
    private let specs: [SignalSpec]

    public var inputs: [AssetInput] { [AssetInput(AssetPath(.weather, parameters.asset), specs)] }
    public var meters: [Meter] { [] }
    public var decoder: InboxDecoder? { InboxDecoder([(inputs[0].path, specs.map(\.key))]) }

    public init(site: String, _ parameters: Parameters) {
        self.parameters = parameters
        filters = [TopicFilter("v1/\(site)/weather/+/+")].compactMap { $0 }
        specs = [
            SignalSpec("temperature_c", -40...50, maxAge: parameters.maxAge),
            SignalSpec("wind_speed_m_per_s", 0...75, maxAge: parameters.maxAge),
            // Cloud edges lift the irradiance above the solar constant for minutes; a pyranometer reads a little below 0.
            SignalSpec("ghi_w_per_m2", -10...1600, maxAge: parameters.maxAge),
        ]
        state = State(fleet: Fleet([(.weather, parameters.asset, specs.count)], estimates: [0]))
    }

    public mutating func tick(_ slice: Slice, _ context: TickContext, _ reply: inout ComponentReply) {
        _ = state.fleet.take(slice, specs: [specs], context: context, &reply)
        reply.image.airTemperatureC = state.fleet.used(
            0, signal: 0, model: parameters.meanTemperatureC, maxAge: parameters.maxAge, context)
        reply.image.windSpeedMPerS = state.fleet.used(
            0, signal: 1, model: parameters.meanWindMPerS, maxAge: parameters.maxAge, context)
        reply.image.irradianceWPerM2 = state.fleet.used(
            0, signal: 2, model: 0, maxAge: parameters.maxAge, context)
        reply.values += [
            NamedValue(.weather, parameters.asset, "temperature_c", reply.image.airTemperatureC),
            NamedValue(.weather, parameters.asset, "wind_speed_m_per_s", reply.image.windSpeedMPerS),
            NamedValue(.weather, parameters.asset, "ghi_w_per_m2", reply.image.irradianceWPerM2),
        ]
        let air = reply.image.airTemperatureC.quality
        if air == .estimated || air == .notConnected || air == .stale {
            reply.counts.standInMs["weather/\(parameters.asset)/temperature_c"] = context.step.ms
        }
        state.fleet.watchSilence(0, maxAge: parameters.maxAge, context, &reply)
    }
}
