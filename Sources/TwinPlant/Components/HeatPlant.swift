public import TwinCore

/// The hot-water network: boilers, heat pump, electric boiler, recovery and store. What its uses take is nobody's
/// meter: the books derive it from what the sources gave.
public struct HeatPlant: Component {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case boiler
        case heatPump = "heat_pump"
        case electricBoiler = "electric_boiler"
        case recovery, store

        /// The accounts that an asset of this kind feeds.
        var accounts: [Account] {
            switch self {
            case .boiler: [.gas, .heatBoiler]
            case .heatPump: [.load, .heatPump]
            case .electricBoiler: [.load, .heatElectric]
            case .recovery: [.heatRecovered]
            case .store: [.heatStoreDischarge, .heatStoreCharge]
            }
        }
    }

    public struct Parameters: Sendable, Hashable {
        public var asset: String
        public var kind: Kind
        /// Heat, kW; for a store both ways.
        public var ratedKW: Double
        /// Heat per energy used: efficiency or COP; 1 for recovery and store.
        public var performance: Double
        /// Of a store, kWh; 0 for the others.
        public var capacityKWh: Double
        public var maxAge: Span
        public var stuck: StuckRule?

        public init(
            asset: String, kind: Kind, ratedKW: Double, performance: Double, capacityKWh: Double, maxAge: Span,
            stuck: StuckRule?
        ) {
            self.asset = asset
            self.kind = kind
            self.ratedKW = ratedKW
            self.performance = performance
            self.capacityKWh = capacityKWh
            self.maxAge = maxAge
            self.stuck = stuck
        }

        public var path: AssetPath { AssetPath(.heat, asset) }
        public var meters: [Meter] { kind.accounts.map { Meter($0, path) } }
    }

    public struct State: Sendable, Codable {
        var fleet: Fleet
    }

    public let name = "heat"
    public let filters: [TopicFilter]
    public let parameters: [Parameters]
    public var state: State
    private let demand: HeatDemand
    private let lossFraction: Double
    private let calendar: ProductionCalendar
    private let specs: [[SignalSpec]]

    public var inputs: [AssetInput] { zip(parameters, specs).map { AssetInput($0.path, $1) } }
    public var meters: [Meter] { parameters.flatMap(\.meters) }

    /// - Parameters:
    ///   - demand: of the uses on the network, as the twin believes it.
    ///   - lossFraction: of the heat that the network carries.
    public init(
        site: String, calendar: ProductionCalendar, demand: HeatDemand, lossFraction: Double, _ parameters: [Parameters]
    ) {
        self.calendar = calendar
        self.demand = demand
        self.lossFraction = lossFraction
        self.parameters = parameters
        filters = [TopicFilter("v1/\(site)/heat/+/+")].compactMap { $0 }
        specs = parameters.map { source in
            let most = 1.1 * source.ratedKW
            let input = most / source.performance
            var specs = [SignalSpec("heat_kw", (source.kind == .store ? -most : 0)...most, maxAge: source.maxAge)]
            switch source.kind {
            case .boiler: specs.append(SignalSpec("gas_kw", 0...1.3 * input, maxAge: source.maxAge))
            case .heatPump, .electricBoiler: specs.append(SignalSpec("load_kw", 0...1.3 * input, maxAge: source.maxAge))
            case .store: specs.append(SignalSpec("soc_fraction", 0...1, maxAge: source.maxAge))
            case .recovery: break
            }
            return specs
        }
        state = State(
            fleet: Fleet(zip(parameters, specs).map { (.heat, $0.asset, max(2, $1.count)) }, estimated: 2))
    }

    public mutating func tick(_ slice: [Routed], _ context: TickContext, _ image: PlantImage) -> ComponentReply {
        var reply = ComponentReply(image: image)
        let specs = specs
        let report = state.fleet.take(slice, specs: { specs[$0] }, context: context)
        reply.take(report)
        var open = networkDemandKW(image, context) / (1 - lossFraction) - image.fuelCellHeatKW.value
        // The boilers come last: they give what the others leave open.
        for index in parameters.indices.sorted(by: { rank($0) < rank($1) }) {
            open -= tick(index, open: max(0, open), context, &reply)
        }
        reply.cells = cells(report, context)
        reply.alarms += state.fleet.tripAlarms
        reply.gaps = state.fleet.gaps(report, context)
        return reply
    }

    private func rank(_ index: Int) -> Int { (parameters[index].kind == .boiler ? 1000 : 0) + index }

    private func networkDemandKW(_ image: PlantImage, _ context: TickContext) -> Double {
        demand.totalKW(
            isProductionDay: calendar.isProductionDay(at: context.from), outdoorC: image.airTemperatureC.value,
            vehiclesPerHour: calendar.vehiclesPerHour(at: context.from))
    }

    /// - Returns: the heat that the asset gives, kW.
    private mutating func tick(
        _ index: Int, open: Double, _ context: TickContext, _ reply: inout ComponentReply
    ) -> Double {
        let source = parameters[index]
        let commanded = context.setPoints[source.path] ?? 0
        let heatModel =
            switch source.kind {
            case .boiler: min(open, source.ratedKW)
            case .heatPump, .electricBoiler: min(commanded, source.ratedKW)
            case .recovery, .store: 0.0
            }
        state.fleet.estimate(index, heatModel, context)
        if let alarm = state.fleet.staleAlarm(index, maxAge: source.maxAge, context) { reply.alarms.append(alarm) }
        let heat = state.fleet.used(index, model: heatModel, maxAge: source.maxAge, context)
        reply.values.append(NamedValue(.heat, source.asset, "heat_kw", heat))
        reply.record.add(heatModel)
        switch source.kind {
        case .boiler, .heatPump, .electricBoiler:
            // Fuel and power that no meter tells follow from the heat.
            let inputModel = heat.value / source.performance
            state.fleet.estimate(index, signal: 1, inputModel, context)
            let input = state.fleet.used(index, signal: 1, model: inputModel, maxAge: source.maxAge, context)
            reply.values.append(NamedValue(.heat, source.asset, specs[index][1].key, input))
            if source.kind == .boiler {
                reply.image.gasKW.include(input)
            } else {
                reply.image.loadKW.include(input)
            }
        case .store:
            let soc = state.fleet.latest(index, signal: 1, context) ?? UsedValue(0.5, .estimated)
            reply.values.append(NamedValue(.heat, source.asset, "soc_fraction", soc))
        case .recovery: break
        }
        return heat.value
    }

    private func cells(_ report: FeedReport, _ context: TickContext) -> [Cell] {
        func fed(_ account: Account, _ kind: Kind, signal: Int = 0, part: SignalPart = .whole) -> [Cell] {
            state.fleet.cells(
                account, signal: signal, part: part, where: { parameters[$0].kind == kind }, report, context)
        }
        return fed(.gas, .boiler, signal: 1) + fed(.load, .heatPump, signal: 1)
            + fed(.load, .electricBoiler, signal: 1) + fed(.heatBoiler, .boiler) + fed(.heatPump, .heatPump)
            + fed(.heatElectric, .electricBoiler) + fed(.heatRecovered, .recovery)
            + fed(.heatStoreDischarge, .store, part: .positive) + fed(.heatStoreCharge, .store, part: .negative)
    }
}
