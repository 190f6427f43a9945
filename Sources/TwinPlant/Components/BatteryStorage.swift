public import TwinCore

/// Stationary storage at its AC meter: power positive when it discharges into the plant bus.
public struct BatteryStorage: Component {
    public struct Parameters: Sendable, Hashable {
        public var asset: String
        /// AC rating both ways, kW.
        public var powerMaxKW: Double
        /// Energy between empty and full, kWh.
        public var capacityKWh: Double
        /// AC to cell and cell to AC, each 0...1.
        public var chargeEfficiency: Double
        public var dischargeEfficiency: Double
        public var socMin: Double
        public var socMax: Double
        /// Kept for ride-through: dispatch does not discharge below it.
        public var socReserve: Double
        public var maxAge: Span

        public init(
            asset: String, powerMaxKW: Double, capacityKWh: Double, chargeEfficiency: Double,
            dischargeEfficiency: Double, socMin: Double, socMax: Double, socReserve: Double, maxAge: Span
        ) {
            self.asset = asset
            self.powerMaxKW = powerMaxKW
            self.capacityKWh = capacityKWh
            self.chargeEfficiency = chargeEfficiency
            self.dischargeEfficiency = dischargeEfficiency
            self.socMin = socMin
            self.socMax = socMax
            self.socReserve = socReserve
            self.maxAge = maxAge
        }

        public var path: AssetPath { AssetPath(.storage, asset) }
        public var meters: [Meter] { [Account.storageDischarge, .storageCharge].map { Meter($0, path) } }

        /// State of charge after holding `powerKW` (positive discharges) for `span`.
        public func soc(after span: Span, from soc: Double, powerKW: Double) -> Double {
            let cellKW = powerKW >= 0 ? powerKW / dischargeEfficiency : powerKW * chargeEfficiency
            return soc - cellKW * span.hours / capacityKWh
        }

        /// The part of `powerKW` that the rating and the window of charge allow over `span`.
        public func feasibleKW(_ powerKW: Double, soc: Double, over span: Span) -> Double {
            let wanted = min(max(powerKW, -powerMaxKW), powerMaxKW)
            let dischargeMax = max(0, soc - socMin) * capacityKWh / span.hours * dischargeEfficiency
            let chargeMax = max(0, socMax - soc) * capacityKWh / span.hours / chargeEfficiency
            return min(max(wanted, -chargeMax), dischargeMax)
        }
    }

    public struct State: Sendable, Codable {
        var fleet: Fleet
        /// The model's state of charge, set right by each good measurement.
        var soc: [Double]
    }

    public let name = "storage"
    public let filters: [TopicFilter]
    public let parameters: [Parameters]
    public var state: State
    private let specs: [[SignalSpec]]

    public var inputs: [AssetInput] { zip(parameters, specs).map { AssetInput($0.path, $1) } }
    public var meters: [Meter] { parameters.flatMap(\.meters) }

    public init(site: String, _ parameters: [Parameters]) {
        self.parameters = parameters
        filters = [TopicFilter("v1/\(site)/storage/+/tele"), TopicFilter("v1/\(site)/storage/+/status")].compactMap {
            $0
        }
        specs = parameters.map { unit in
            [
                SignalSpec("power_kw", -1.1 * unit.powerMaxKW...1.1 * unit.powerMaxKW, maxAge: unit.maxAge),
                SignalSpec("soc_fraction", 0...1, maxAge: unit.maxAge),
                SignalSpec.counter("energy_out_total_kwh", ratedKW: unit.powerMaxKW, maxAge: unit.maxAge),
                SignalSpec.counter("energy_in_total_kwh", ratedKW: unit.powerMaxKW, maxAge: unit.maxAge),
            ]
        }
        state = State(
            fleet: Fleet(parameters.map { (.storage, $0.asset, 4) }, estimated: 1),
            soc: parameters.map { ($0.socMin + $0.socMax) / 2 })
    }

    public mutating func tick(_ slice: [Routed], _ context: TickContext, _ image: PlantImage) -> ComponentReply {
        var reply = ComponentReply(image: image)
        let specs = specs
        let report = state.fleet.take(slice, specs: { specs[$0] }, context: context)
        reply.take(report)
        var total = UsedValue(0, .good)
        for (index, unit) in parameters.enumerated() {
            // Without a meter the twin believes that the set-point in force is followed.
            let model = unit.feasibleKW(
                context.setPoints[AssetPath(.storage, unit.asset)] ?? 0, soc: state.soc[index], over: context.step)
            state.fleet.estimate(index, model, context)
            if let alarm = state.fleet.staleAlarm(index, maxAge: unit.maxAge, context) { reply.alarms.append(alarm) }
            let power = state.fleet.used(index, signal: 0, model: model, maxAge: unit.maxAge, context)
            let modelSOC = unit.soc(after: context.step, from: state.soc[index], powerKW: power.value)
            let soc = state.fleet.latest(index, signal: 1, context) ?? UsedValue(min(max(modelSOC, 0), 1), .estimated)
            state.soc[index] = soc.value
            reply.values.append(NamedValue(.storage, unit.asset, "power_kw", power))
            reply.values.append(NamedValue(.storage, unit.asset, "soc_fraction", soc))
            reply.record.add(modelSOC)
            total.include(power)
        }
        reply.image.storageKW = total
        reply.cells =
            state.fleet.cells(.storageDischarge, counter: 2, part: .positive, report, context)
            + state.fleet.cells(.storageCharge, counter: 3, part: .negative, report, context)
        reply.alarms += state.fleet.tripAlarms
        reply.gaps = state.fleet.gaps(report, context)
        return reply
    }
}
