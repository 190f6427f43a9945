public import TwinCore

/// Groups of vehicles that charge behind a controller of their own: bays of staff cars, the yard of finished cars, or
/// AGVs. A group tells what it draws, what it must have for its departures and what it could take.
public struct ChargingGroups: Component {
    public struct Parameters: Sendable, Hashable {
        /// `bay`, `yard` or `agv`.
        public var path: AssetPath
        public var points: Int
        /// One point, kW.
        public var pointMaxKW: Double
        /// Gives back to the bus too.
        public var isBidirectional: Bool
        /// Draw that is expected without telemetry, kW: on a shift, and else.
        public var workingKW: Double
        public var idleKW: Double
        public var maxAge: Span
        public var stuck: StuckRule?

        public init(
            path: AssetPath, points: Int, pointMaxKW: Double, isBidirectional: Bool, workingKW: Double, idleKW: Double,
            maxAge: Span, stuck: StuckRule?
        ) {
            self.path = path
            self.points = points
            self.pointMaxKW = pointMaxKW
            self.isBidirectional = isBidirectional
            self.workingKW = workingKW
            self.idleKW = idleKW
            self.maxAge = maxAge
            self.stuck = stuck
        }

        /// All its points together, kW.
        public var ratingKW: Double { Double(points) * pointMaxKW }
        /// Bays can deliver; what only consumes is a load.
        public var meters: [Meter] {
            guard path.area == .bay else { return [Meter(.load, path)] }
            return ([.bayCharge] + (isBidirectional ? [.bayDischarge] : [])).map { Meter($0, path) }
        }
    }

    public struct State: Sendable, Codable {
        var fleet: Fleet
    }

    public let name: String
    public let filters: [TopicFilter]
    public let parameters: [Parameters]
    public var state: State
    private let area: Area
    private let calendar: ProductionCalendar
    private let specs: [[SignalSpec]]

    public var inputs: [AssetInput] { zip(parameters, specs).map { AssetInput($0.path, $1) } }
    public var meters: [Meter] { parameters.flatMap(\.meters) }

    /// Bays can deliver, so they send `power_kw`; what only consumes sends `load_kw`.
    private var delivers: Bool { area == .bay }
    private static let toldKeys = ["must_kw", "can_charge_kw", "can_discharge_kw"]
    /// Place of `connected_vehicles` among the signals of a bay.
    private static let connectedSignal = 6

    /// - Parameter parameters: groups of one area.
    public init(site: String, area: Area, calendar: ProductionCalendar, _ parameters: [Parameters]) {
        self.area = area
        self.calendar = calendar
        self.parameters = parameters
        name = area.rawValue
        filters = [TopicFilter("v1/\(site)/\(area.rawValue)/+/+")].compactMap { $0 }
        specs = parameters.map { group in
            let most = 1.1 * group.ratingKW
            let power =
                area == .bay
                ? SignalSpec("power_kw", -most...(group.isBidirectional ? most : 0.01 * most), maxAge: group.maxAge)
                : SignalSpec("load_kw", 0...most, maxAge: group.maxAge)
            return [power]
                + ChargingGroups.toldKeys.map { SignalSpec($0, 0...2 * most, maxAge: group.maxAge) }
                + [
                    SignalSpec("need_kwh", 0...1e6, maxAge: group.maxAge),
                    SignalSpec("soc_fraction", 0...1, maxAge: group.maxAge),
                ]
                + (area == .bay
                    ? [SignalSpec("connected_vehicles", 0...Double(group.points), maxAge: group.maxAge)] : [])
        }
        state = State(
            fleet: Fleet(zip(parameters, specs).map { ($0.path.area, $0.path.asset, $1.count) }, estimated: 1))
    }

    public mutating func tick(_ slice: [Routed], _ context: TickContext, _ image: PlantImage) -> ComponentReply {
        var reply = ComponentReply(image: image)
        let specs = specs
        let report = state.fleet.take(slice, specs: { specs[$0] }, context: context)
        reply.take(report)
        let isShift = calendar.isShift(at: context.from)
        var total = UsedValue(0, .good)
        for (index, group) in parameters.enumerated() {
            let expected = isShift ? group.workingKW : group.idleKW
            let model = delivers ? -expected : expected
            state.fleet.estimate(index, model, context)
            if let alarm = state.fleet.staleAlarm(index, maxAge: group.maxAge, context) { reply.alarms.append(alarm) }
            let power = state.fleet.used(index, model: model, maxAge: group.maxAge, context)
            reply.values.append(NamedValue(area, group.path.asset, specs[index][0].key, power))
            for (place, key) in ChargingGroups.toldKeys.enumerated() where place < 2 || group.isBidirectional {
                let told = state.fleet.latest(index, signal: place + 1, context) ?? UsedValue(0, .estimated)
                reply.values.append(NamedValue(area, group.path.asset, key, told))
            }
            if area == .bay {
                let vehicles = state.fleet.used(
                    index, signal: ChargingGroups.connectedSignal, model: 0, maxAge: group.maxAge, context)
                reply.values.append(NamedValue(area, group.path.asset, "connected_vehicles", vehicles))
            }
            reply.record.add(model)
            total.include(power)
        }
        if delivers { reply.image.bayKW = total } else { reply.image.loadKW.include(total) }
        reply.cells =
            delivers
            ? state.fleet.cells(.bayCharge, part: .negative, report, context)
                + state.fleet.cells(
                    .bayDischarge, part: .positive, where: { parameters[$0].isBidirectional }, report, context)
            : state.fleet.cells(.load, report, context)
        reply.alarms += state.fleet.tripAlarms
        reply.gaps = state.fleet.gaps(report, context)
        return reply
    }
}
