public import TwinCore

/// Outdoor air and wind at the site's mast.
public struct WeatherStation: Component {
    public struct Parameters: Sendable, Hashable {
        public var asset: String
        public var maxAge: Span
        /// Stand-ins when the mast has been silent for longer than `maxAge`: the site's annual means.
        public var meanTemperatureC: Double
        public var meanWindMPerS: Double
        /// The forecast that is told to the site; nil where none is.
        public var forecast: Forecast?

        public struct Forecast: Sendable, Hashable {
            public var asset: String
            /// A forecast that was made longer ago does not count.
            public var maxAge: Span

            public init(asset: String, maxAge: Span) { (self.asset, self.maxAge) = (asset, maxAge) }
        }

        public init(
            asset: String, maxAge: Span, meanTemperatureC: Double, meanWindMPerS: Double, forecast: Forecast? = nil
        ) {
            self.asset = asset
            self.maxAge = maxAge
            self.meanTemperatureC = meanTemperatureC
            self.meanWindMPerS = meanWindMPerS
            self.forecast = forecast
        }

        /// What tells of the weather.
        public var paths: [AssetPath] {
            [AssetPath(.weather, asset)] + (forecast.map { [AssetPath(.weather, $0.asset)] } ?? [])
        }
    }

    public struct State: Sendable, Codable {
        var fleet: Fleet
        /// Nil where none is told, and in the state of an older build.
        var forecast: ForecastFeed?
    }

    public let name = "weather"
    public let filters: [TopicFilter]
    public let parameters: Parameters
    public var state: State
    private let specs: [SignalSpec]

    public var inputs: [AssetInput] { [AssetInput(AssetPath(.weather, parameters.asset), specs)] }
    public var meters: [Meter] { [] }
    /// The mast first; a forecast's series are read by its feed.
    public var decoder: InboxDecoder? {
        InboxDecoder(
            parameters.paths.enumerated().map { place, path in (path, place == 0 ? specs.map(\.key) : []) })
    }

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
        tickForecast(slice, context, &reply)
    }

    private mutating func tickForecast(_ slice: Slice, _ context: TickContext, _ reply: inout ComponentReply) {
        guard let forecast = parameters.forecast else { return }
        var feed = state.forecast ?? ForecastFeed()
        feed.take(
            slice, of: AssetPath(.weather, forecast.asset), at: 1, specs, maxAge: forecast.maxAge, context, &reply)
        reply.image.weatherForecast = feed.current(maxAge: forecast.maxAge, context)
        if feed.forecast != nil, reply.image.weatherForecast == nil {
            reply.alarms.append(AlarmKey(.weather, forecast.asset, .stale))
        }
        feed.write(into: &reply.record)
        state.forecast = feed
    }
}
