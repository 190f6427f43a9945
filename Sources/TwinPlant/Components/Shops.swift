public import TwinCore

/// What only consumes: process shops and buildings with their electric load, and the gas that is burnt at the place.
public struct Shops: Component {
    public struct Parameters: Sendable, Hashable {
        /// `shop/…` or `building/…`.
        public var path: AssetPath
        /// What the shop is expected to take, where no meter tells.
        public var model: EnergyModel
        public var loadMaxKW: Double
        /// 0 for a shop without burners.
        public var gasMaxKW: Double
        /// Useful heat per gas burnt.
        public var burnerEfficiency: Double
        public var maxAge: Span
        public var stuck: StuckRule?

        public init(
            path: AssetPath, model: EnergyModel, loadMaxKW: Double, gasMaxKW: Double, burnerEfficiency: Double,
            maxAge: Span, stuck: StuckRule?
        ) {
            self.path = path
            self.burnerEfficiency = burnerEfficiency
            self.model = model
            self.loadMaxKW = loadMaxKW
            self.gasMaxKW = gasMaxKW
            self.maxAge = maxAge
            self.stuck = stuck
        }

        /// A shop without burners has no line for gas.
        public var meters: [Meter] {
            ([.load] + (hasBurners ? [.gas, .heatDirectFired] : [])).map { Meter($0, path) }
        }
        var hasBurners: Bool { gasMaxKW > 0 }
    }

    public struct State: Sendable, Codable {
        var fleet: Fleet
    }

    public let name = "shops"
    public let filters: [TopicFilter]
    public let parameters: [Parameters]
    public var state: State
    private let calendar: ProductionCalendar
    private let specs: [[SignalSpec]]

    public var inputs: [AssetInput] { zip(parameters, specs).map { AssetInput($0.path, $1) } }
    public var meters: [Meter] { parameters.flatMap(\.meters) }

    public init(site: String, calendar: ProductionCalendar, _ parameters: [Parameters]) {
        self.parameters = parameters
        self.calendar = calendar
        filters = ["shop", "building"].compactMap { TopicFilter("v1/\(site)/\($0)/+/+") }
        specs = parameters.map { shop in
            [
                SignalSpec("load_kw", 0...shop.loadMaxKW, maxAge: shop.maxAge),
                SignalSpec("gas_kw", 0...shop.gasMaxKW, maxAge: shop.maxAge),
                SignalSpec.counter("energy_total_kwh", ratedKW: shop.loadMaxKW, maxAge: shop.maxAge),
                SignalSpec.counter("gas_total_kwh", ratedKW: shop.gasMaxKW, maxAge: shop.maxAge),
            ]
        }
        state = State(fleet: Fleet(parameters.map { ($0.path.area, $0.path.asset, 4) }, estimated: 2))
    }

    public mutating func tick(_ slice: [Routed], _ context: TickContext, _ image: PlantImage) -> ComponentReply {
        var reply = ComponentReply(image: image)
        let specs = specs
        let report = state.fleet.take(slice, specs: { specs[$0] }, context: context)
        reply.take(report)
        var load = UsedValue(0, .good)
        var gas = UsedValue(0, .good)
        let rate = calendar.vehiclesPerHour(at: context.from)
        let isProductionDay = calendar.isProductionDay(at: context.from)
        for (index, shop) in parameters.enumerated() {
            let loadModel = shop.model.electricityKW(vehiclesPerHour: rate)
            let gasModel = shop.model.gasKW(
                isProductionDay: isProductionDay, outdoorC: image.airTemperatureC.value, vehiclesPerHour: rate)
            state.fleet.estimate(index, signal: 0, loadModel, context)
            state.fleet.estimate(index, signal: 1, gasModel, context)
            if let alarm = state.fleet.watch(index, model: loadModel, rule: shop.stuck, context) {
                reply.alarms.append(alarm)
            }
            if let alarm = state.fleet.staleAlarm(index, maxAge: shop.maxAge, context) { reply.alarms.append(alarm) }
            let usedLoad = state.fleet.used(index, signal: 0, model: loadModel, maxAge: shop.maxAge, context)
            let usedGas = state.fleet.used(index, signal: 1, model: gasModel, maxAge: shop.maxAge, context)
            reply.values.append(NamedValue(shop.path.area, shop.path.asset, "load_kw", usedLoad))
            if shop.hasBurners {
                reply.values.append(NamedValue(shop.path.area, shop.path.asset, "gas_kw", usedGas))
            }
            reply.record.add(loadModel)
            reply.record.add(gasModel)
            load.include(usedLoad)
            if shop.hasBurners { gas.include(usedGas) }
        }
        reply.image.loadKW = load
        reply.image.gasKW = gas
        let burns: (Int) -> Bool = { [parameters] in parameters[$0].hasBurners }
        reply.cells =
            state.fleet.cells(.load, signal: 0, counter: 2, report, context)
            + state.fleet.cells(.gas, signal: 1, counter: 3, where: burns, report, context)
            + state.fleet.cells(
                .heatDirectFired, signal: 1, counter: 3, factor: { parameters[$0].burnerEfficiency }, where: burns,
                report, context)
        reply.alarms += state.fleet.tripAlarms
        reply.gaps = state.fleet.gaps(report, context)
        return reply
    }
}

extension UsedValue {
    /// Adds another asset's value; the sum is worth what its worst part is.
    mutating func include(_ other: UsedValue) {
        value += other.value
        if other.quality.rank > quality.rank { quality = other.quality }
    }
}
