public import TwinCore
import TwinUnits

/// The grid: the settlement meter and the carbon intensity feed.
public struct GridConnection: Component {
    public struct Parameters: Sendable, Hashable {
        public var meter: String
        /// Asset id of the intensity feed.
        public var intensity: String
        public var importMaxKW: Double
        public var exportMaxKW: Double
        /// Readings outside are faults of the feed, g/kWh.
        public var intensityRange: ClosedRange<Double>
        public var maxAge: Span
        public var intensityMaxAge: Span

        public init(
            meter: String, intensity: String, importMaxKW: Double, exportMaxKW: Double,
            intensityRange: ClosedRange<Double>, maxAge: Span, intensityMaxAge: Span
        ) {
            self.meter = meter
            self.intensity = intensity
            self.importMaxKW = importMaxKW
            self.exportMaxKW = exportMaxKW
            self.intensityRange = intensityRange
            self.maxAge = maxAge
            self.intensityMaxAge = intensityMaxAge
        }

        public var meters: [Meter] { [Account.gridImport, .gridExport].map { Meter($0, .grid, meter) } }
    }

    public struct State: Sendable, Codable {
        var meter: Fleet
        var intensity: Fleet
        var forecast: [Double] = []
        var forecastFrom: PlantTime?
    }

    public let name = "grid"
    public let filters: [TopicFilter]
    public let parameters: Parameters
    public var state: State
    private let meterSpecs: [SignalSpec]
    private let intensitySpecs: [SignalSpec]

    public var inputs: [AssetInput] {
        [
            AssetInput(AssetPath(.grid, parameters.meter), meterSpecs),
            AssetInput(AssetPath(.grid, parameters.intensity), intensitySpecs),
        ]
    }
    public var meters: [Meter] { parameters.meters }

    public init(site: String, _ parameters: Parameters) {
        self.parameters = parameters
        filters = [TopicFilter("v1/\(site)/grid/+/+")].compactMap { $0 }
        // A meter sees overloads: its range is wider than what the connection allows.
        meterSpecs = [
            SignalSpec("import_kw", 0...2 * parameters.importMaxKW, maxAge: parameters.maxAge),
            SignalSpec(
                "export_kw", 0...2 * max(parameters.exportMaxKW, parameters.importMaxKW), maxAge: parameters.maxAge),
            SignalSpec.counter("energy_in_total_kwh", ratedKW: parameters.importMaxKW, maxAge: parameters.maxAge),
            SignalSpec.counter(
                "energy_out_total_kwh", ratedKW: max(parameters.exportMaxKW, parameters.importMaxKW),
                maxAge: parameters.maxAge),
        ]
        intensitySpecs = [SignalSpec("g_per_kwh", parameters.intensityRange, maxAge: parameters.intensityMaxAge)]
        state = State(
            meter: Fleet([(.grid, parameters.meter, 4)], estimated: 0),
            intensity: Fleet([(.grid, parameters.intensity, 1)], estimated: 0))
    }

    public mutating func tick(_ slice: [Routed], _ context: TickContext, _ image: PlantImage) -> ComponentReply {
        var reply = ComponentReply(image: image)
        tickIntensity(slice.filter { $0.asset == parameters.intensity }, context, &reply)
        tickMeter(slice.filter { $0.asset != parameters.intensity }, context, &reply)
        return reply
    }

    private mutating func tickMeter(_ slice: [Routed], _ context: TickContext, _ reply: inout ComponentReply) {
        let specs = meterSpecs
        let report = state.meter.take(slice, specs: { _ in specs }, context: context)
        reply.take(report)
        reply.image.importKW = state.meter.used(0, signal: 0, model: 0, maxAge: Span(ms: 0), context)
        reply.image.exportKW = state.meter.used(0, signal: 1, model: 0, maxAge: Span(ms: 0), context)
        reply.image.gridConnected = state.meter.feeds[0].isConnected
        if !reply.image.gridConnected { reply.alarms.append(AlarmKey(.grid, parameters.meter, .trip)) }
        if let alarm = state.meter.staleAlarm(0, maxAge: parameters.maxAge, context) { reply.alarms.append(alarm) }
        reply.values.append(NamedValue(.grid, parameters.meter, "import_kw", reply.image.importKW))
        reply.values.append(NamedValue(.grid, parameters.meter, "export_kw", reply.image.exportKW))
        reply.cells =
            state.meter.cells(.gridImport, signal: 0, counter: 2, report, context)
            + state.meter.cells(.gridExport, signal: 1, counter: 3, report, context)
        reply.gaps.append(contentsOf: state.meter.gaps(report, context))
        reply.record.add(reply.image.gridConnected)
    }

    private mutating func tickIntensity(_ slice: [Routed], _ context: TickContext, _ reply: inout ComponentReply) {
        let specs = intensitySpecs
        let report = state.intensity.take(slice, specs: { _ in specs }, context: context)
        reply.take(report)
        if let latest = report.lastForecast {
            let from = latest.ts.floored(to: settlementPeriod) + settlementPeriod
            // A late message does not put an older forecast in the place of a newer one.
            if state.forecastFrom.map({ from >= $0 }) ?? true {
                state.forecast = latest.values
                state.forecastFrom = from
            }
        }
        let timeline = state.intensity.feeds[0].timelines[0]
        let now = timeline.piece(at: context.to - Span(ms: 1)) ?? timeline.latestPiece(before: context.to)
        if let now {
            let isOld = context.to.ms - now.end > parameters.intensityMaxAge.ms
            let isCurrent = now.end >= context.to.ms
            reply.image.intensityGPerKWh = UsedValue(
                now.value,
                isCurrent ? (state.intensity.feeds[0].isModelled ? .estimated : .good) : isOld ? .stale : .lastKnown)
        }
        if let alarm = state.intensity.staleAlarm(0, maxAge: parameters.intensityMaxAge, context) {
            reply.alarms.append(alarm)
        }
        reply.image.intensityForecast = state.forecast
        reply.image.forecastFrom = state.forecastFrom
        reply.values.append(
            NamedValue(.grid, parameters.intensity, "g_per_kwh", reply.image.intensityGPerKWh))
        reply.gaps.append(contentsOf: state.intensity.gaps(report, context))
        var periods: Set<Int64> = [context.from.floored(to: settlementPeriod).ms]
        for start in state.intensity.touchedTicks(report, context) {
            periods.insert(start.floored(to: settlementPeriod).ms)
        }
        for ms in periods.sorted() {
            let period = PlantTime(ms: ms)
            let (sum, covered) = timeline.integral(from: period, to: period + settlementPeriod)
            guard covered > 0 else { continue }
            let mean = sum / Double(covered)
            reply.intensities.append(
                PeriodIntensity(period: period, factor: EmissionFactor(gramsPerKWh: mean), coveredMs: covered))
        }
    }
}
