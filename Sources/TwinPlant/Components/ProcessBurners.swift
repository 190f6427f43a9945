public import TwinCore

/// Gas burners of processes that can be told to need less: booth supply air, dual-fuel ovens, thermal oxidisers.
public struct ProcessBurners: Component {
    public struct Parameters: Sendable, Hashable {
        public var asset: String
        public var burner: ProcessBurner
        public var maxAge: Span
        public var stuck: StuckRule?

        public init(asset: String, burner: ProcessBurner, maxAge: Span, stuck: StuckRule?) {
            self.asset = asset
            self.burner = burner
            self.maxAge = maxAge
            self.stuck = stuck
        }

        public var path: AssetPath { AssetPath(.gas, asset) }
        /// Only an oven with elements has lines for electricity.
        public var meters: [Meter] {
            ([.gas, .heatDirectFired] + (isDualFuel ? [.load, .heatElectric] : [])).map { Meter($0, path) }
        }
        var isDualFuel: Bool { burner.elements != nil }

        /// What a set-point means to a burner of this kind: degC, 1 for electric, or the mode's number.
        public func setting(_ setPoint: Double?) -> ProcessBurner.Setting {
            var setting = ProcessBurner.Setting()
            guard let setPoint, setPoint.isFinite else { return setting }
            switch burner.kind {
            case .supplyAir: setting.airC = setPoint
            case .oven: setting.isElectric = setPoint >= 0.5
            case .oxidiser: setting.mode = Int(exactly: setPoint.rounded()).flatMap(ProcessBurner.Mode.init) ?? .run
            }
            return setting
        }
    }

    public struct State: Sendable, Codable {
        var fleet: Fleet
    }

    /// Places of the signals; the third is the kind's own.
    enum Signal {
        static let gas = 0
        static let register = 1
        /// `load_kw` of an oven, `temperature_c` of supply air.
        static let own = 2
        static let canElectric = 3
    }

    public let name = "burners"
    public let filters: [TopicFilter]
    public let parameters: [Parameters]
    public var state: State
    private let calendar: ProductionCalendar
    private let specs: [[SignalSpec]]

    public var inputs: [AssetInput] { zip(parameters, specs).map { AssetInput($0.path, $1) } }
    public var meters: [Meter] { parameters.flatMap(\.meters) }

    public init(site: String, calendar: ProductionCalendar, _ parameters: [Parameters]) {
        self.calendar = calendar
        self.parameters = parameters
        filters = [TopicFilter("v1/\(site)/gas/+/+")].compactMap { $0 }
        specs = parameters.map(ProcessBurners.specs)
        state = State(
            fleet: Fleet(parameters.map { (.gas, $0.asset, Signal.canElectric + 1) }, estimated: Signal.own + 1))
    }

    private static func specs(_ unit: Parameters) -> [SignalSpec] {
        let common = [
            SignalSpec("gas_kw", 0...1.1 * unit.burner.gasMaxKW, maxAge: unit.maxAge),
            SignalSpec.counter("gas_total_kwh", ratedKW: unit.burner.gasMaxKW, maxAge: unit.maxAge),
        ]
        switch unit.burner.kind {
        case .supplyAir: return common + [SignalSpec("temperature_c", -20...60, maxAge: unit.maxAge)]
        case .oven:
            let most = 1.1 * (unit.burner.elements?.ratedKW ?? 0)
            return common + ["load_kw", "can_load_kw"].map { SignalSpec($0, 0...most, maxAge: unit.maxAge) }
        case .oxidiser: return common
        }
    }

    public mutating func tick(_ slice: [Routed], _ context: TickContext, _ image: PlantImage) -> ComponentReply {
        var reply = ComponentReply(image: image)
        let specs = specs
        let report = state.fleet.take(slice, specs: { specs[$0] }, context: context)
        reply.take(report)
        let isProductionDay = calendar.isProductionDay(at: context.from)
        let rate = calendar.vehiclesPerHour(at: context.from)
        for (index, unit) in parameters.enumerated() {
            let model = unit.burner.output(
                unit.setting(context.setPoints[unit.path]), isProductionDay: isProductionDay,
                outdoorC: image.airTemperatureC.value, vehiclesPerHour: rate)
            tick(index, unit, model, context, &reply)
        }
        reply.cells = cells(report, context)
        reply.alarms += state.fleet.tripAlarms
        reply.gaps = state.fleet.gaps(report, context)
        return reply
    }

    private mutating func tick(
        _ index: Int, _ unit: Parameters, _ model: ProcessBurner.Output, _ context: TickContext,
        _ reply: inout ComponentReply
    ) {
        state.fleet.estimate(index, signal: Signal.gas, model.gasKW, context)
        state.fleet.estimate(index, signal: Signal.own, model.electricKW, context)
        if let alarm = state.fleet.watch(index, model: model.gasKW, rule: stuckRule(index, context), context) {
            reply.alarms.append(alarm)
        }
        if let alarm = state.fleet.staleAlarm(index, maxAge: unit.maxAge, context) { reply.alarms.append(alarm) }
        func value(_ key: String, _ used: UsedValue) { reply.values.append(NamedValue(.gas, unit.asset, key, used)) }
        let gas = state.fleet.used(index, signal: Signal.gas, model: model.gasKW, maxAge: unit.maxAge, context)
        value("gas_kw", gas)
        reply.image.gasKW.include(gas)
        switch unit.burner.kind {
        case .supplyAir:
            let air = unit.burner.air?.design ?? 0
            let told = context.setPoints[unit.path] ?? air
            value(
                "temperature_c",
                state.fleet.used(index, signal: Signal.own, model: told, maxAge: unit.maxAge, context))
        case .oven where unit.isDualFuel:
            let load = state.fleet.used(
                index, signal: Signal.own, model: model.electricKW, maxAge: unit.maxAge, context)
            value("load_kw", load)
            value(
                "can_load_kw",
                state.fleet.latest(index, signal: Signal.canElectric, context)
                    ?? UsedValue(model.canElectricKW, .estimated))
            reply.image.loadKW.include(load)
        case .oven, .oxidiser: break
        }
        reply.record.add(model.gasKW)
        reply.record.add(model.electricKW)
    }

    /// A burner without demand, or turned down to its least, repeats its value rightly.
    private func stuckRule(_ index: Int, _ context: TickContext) -> StuckRule? {
        guard let last = state.fleet.feeds[index].timelines[Signal.gas].latestPiece(before: context.to),
            last.value > 0.01 * parameters[index].burner.gasMaxKW
        else { return nil }
        return parameters[index].stuck
    }

    private func cells(_ report: FeedReport, _ context: TickContext) -> [Cell] {
        let efficiency: (Int) -> Double = { parameters[$0].burner.efficiency }
        let elements: (Int) -> Double = { parameters[$0].burner.elements?.efficiency ?? 0 }
        let isDualFuel: (Int) -> Bool = { parameters[$0].isDualFuel }
        return state.fleet.cells(.gas, signal: Signal.gas, counter: Signal.register, report, context)
            + state.fleet.cells(
                .heatDirectFired, signal: Signal.gas, counter: Signal.register, factor: efficiency, report, context)
            + state.fleet.cells(.load, signal: Signal.own, where: isDualFuel, report, context)
            + state.fleet.cells(
                .heatElectric, signal: Signal.own, factor: elements, where: isDualFuel, report, context)
    }
}
