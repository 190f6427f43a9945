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
        /// The price feed; nil where no prices are told.
        public var price: Price?

        public struct Price: Sendable, Hashable {
            public var asset: String
            /// Readings outside are faults of the feed, money by the MWh.
            public var range: ClosedRange<Double>
            public var maxAge: Span

            public init(asset: String, range: ClosedRange<Double>, maxAge: Span) {
                (self.asset, self.range, self.maxAge) = (asset, range, maxAge)
            }
        }

        public init(
            meter: String, intensity: String, importMaxKW: Double, exportMaxKW: Double,
            intensityRange: ClosedRange<Double>, maxAge: Span, intensityMaxAge: Span, price: Price? = nil
        ) {
            self.price = price
            self.meter = meter
            self.intensity = intensity
            self.importMaxKW = importMaxKW
            self.exportMaxKW = exportMaxKW
            self.intensityRange = intensityRange
            self.maxAge = maxAge
            self.intensityMaxAge = intensityMaxAge
        }

        /// What stands at the grid.
        public var paths: [AssetPath] {
            ([meter, intensity] + (price.map { [$0.asset] } ?? [])).map { AssetPath(.grid, $0) }
        }

        public var meters: [Meter] { signals.flatMap(\.posts).map { Meter($0.account, .grid, meter) } }

        /// A meter sees overloads: its range is wider than what the connection allows.
        public var signals: [Signal] {
            let exportMost = max(exportMaxKW, importMaxKW)
            return [
                .mean("import_kw", 0...2 * importMaxKW, posts: [Post(.gridImport)]),
                .mean("export_kw", 0...2 * exportMost, posts: [Post(.gridExport)]),
                .register("energy_in_total_kwh", of: 0, ratedKW: importMaxKW),
                .register("energy_out_total_kwh", of: 1, ratedKW: exportMost),
            ]
        }
    }

    public struct State: Sendable, Codable {
        var meter: Fleet
        var intensity: Fleet
        var forecast: [Double?] = []
        var forecastFrom: PlantTime?
        /// Nil where no prices are told.
        var price: PriceFeed?
    }

    public let name = "grid"
    public let filters: [TopicFilter]
    public let parameters: Parameters
    public var state: State
    private let meterSheet: SignalSheet
    private let intensitySpecs: [SignalSpec]
    /// Empty where no prices are told.
    private let priceSpecs: [SignalSpec]

    public var inputs: [AssetInput] {
        [
            AssetInput(AssetPath(.grid, parameters.meter), meterSheet.specs),
            AssetInput(AssetPath(.grid, parameters.intensity), intensitySpecs),
        ] + (parameters.price.map { [AssetInput(AssetPath(.grid, $0.asset), priceSpecs)] } ?? [])
    }
    public var meters: [Meter] { parameters.meters }
    /// The meter first, then the intensity, then the price.
    public var decoder: InboxDecoder? {
        let keys = [meterSheet.specs.map(\.key), intensitySpecs.map(\.key), priceSpecs.map(\.key)]
        return InboxDecoder(
            zip(parameters.paths, keys).map { ($0, $1) }, series: [1: SeriesRule(), 2: PriceFeed.series])
    }

    public init(site: String, _ parameters: Parameters) {
        self.parameters = parameters
        filters = [TopicFilter("v1/\(site)/grid/+/+")].compactMap { $0 }
        meterSheet = SignalSheet(parameters.signals, maxAge: parameters.maxAge, hasModel: false)
        intensitySpecs = [SignalSpec("g_per_kwh", parameters.intensityRange, maxAge: parameters.intensityMaxAge)]
        state = State(
            meter: Fleet([(.grid, parameters.meter, meterSheet.specs.count)], estimates: [0]),
            intensity: Fleet([(.grid, parameters.intensity, 1)], estimates: [0]))
        priceSpecs = parameters.price.map(PriceFeed.specs) ?? []
        state.price = parameters.price.map { PriceFeed($0.asset) }
    }

    public mutating func tick(_ slice: Slice, _ context: TickContext, _ reply: inout ComponentReply) {
        tickIntensity(slice, context, &reply)
        if let price = parameters.price { state.price?.tick(slice, price, priceSpecs, context, &reply) }
        tickMeter(slice, context, &reply)
    }

    private mutating func tickMeter(_ slice: Slice, _ context: TickContext, _ reply: inout ComponentReply) {
        let report = state.meter.take(slice, specs: [meterSheet.specs], context: context, &reply)
        reply.image.gridConnected = state.meter.feeds[0].isConnected
        if !reply.image.gridConnected { reply.alarms.append(AlarmKey(.grid, parameters.meter, .trip)) }
        state.meter.watchSilence(0, maxAge: parameters.maxAge, context, &reply)
        for (signal, key) in ["import_kw", "export_kw"].enumerated() {
            // Without its meter the grid is the remainder of the balance.
            let used = state.meter.used(0, signal: signal, model: 0, maxAge: Span(ms: 0), context)
            reply.values.append(NamedValue(.grid, parameters.meter, key, used))
        }
        state.meter.addCells([meterSheet.posts], report, context, to: &reply)
        reply.gaps.append(contentsOf: state.meter.gaps(report, context))
        reply.record.add(reply.image.gridConnected)
    }

    private mutating func tickIntensity(_ slice: Slice, _ context: TickContext, _ reply: inout ComponentReply) {
        let report = state.intensity.take(
            slice, specs: [intensitySpecs], from: 1, takesUnknown: false, context: context, &reply)
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
        state.intensity.watchSilence(0, maxAge: parameters.intensityMaxAge, context, &reply)
        reply.image.intensityForecast = state.forecast
        reply.image.forecastFrom = state.forecastFrom
        reply.values.append(
            NamedValue(.grid, parameters.intensity, "g_per_kwh", reply.image.intensityGPerKWh))
        reply.gaps.append(contentsOf: state.intensity.gaps(report, context))
        var periods: Set<Int64> = [context.from.floored(to: settlementPeriod).ms]
        for start in report.touchedTicks {
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
