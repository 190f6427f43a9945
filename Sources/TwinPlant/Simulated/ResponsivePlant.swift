public import TwinCore
import TwinUnits

/// The part of the simulated plant that obeys commands: storage, and the grid connection that balances it all.
public struct ResponsivePlant: Sendable {
    /// What the bus carried in one step, as it really was.
    public struct Step: Sendable {
        /// Output that remained after trips, kW.
        public var windKW: Double
        /// Load that was served, kW.
        public var servedLoadKW: Double
        /// Acknowledgements first, then telemetry in configuration order.
        public var acknowledgements: [PlantMessage]
        public var telemetry: [PlantMessage]
    }

    private struct Unit: Sendable {
        var parameters: BatteryStorage.Parameters
        var soc: Double
        var setPointKW = 0.0
        var leaseEnds: PlantTime?
        var powerKW = 0.0
    }

    private let site: String
    private let meterAsset: String
    private let truth: PlantTruth
    private var units: [Unit]
    private var meter: SeedStream
    /// Acknowledgements by command id, for repeats, oldest first.
    private var answered: [(id: String, message: PlantMessage)] = []
    private var answers: [PlantMessage] = []
    /// Assets that neither answer nor act.
    public var ignoring: Set<String> = []
    /// Mains lost: the breaker is open.
    public var isOutage = false

    static let answeredMax = 1000

    public init(
        site: String, meterAsset: String, storage: [BatteryStorage.Parameters], truth: PlantTruth, seed: UInt64
    ) {
        self.site = site
        self.meterAsset = meterAsset
        self.truth = truth
        units = storage.map { parameters in
            var real = parameters
            real.capacityKWh = parameters.capacityKWh * truth.storageCapacityKWh / max(storage[0].capacityKWh, 1)
            real.chargeEfficiency = truth.storageChargeEfficiency
            real.dischargeEfficiency = truth.storageDischargeEfficiency
            return Unit(parameters: real, soc: truth.storageInitialSOC)
        }
        meter = SeedStream(seed: seed, name: "meter.responsive")
    }

    /// A command arrives at `now`; its acknowledgement leaves with the next step.
    public mutating func receive(topic: String, payload: [UInt8], correlation: String?, now: PlantTime, retained: Bool)
    {
        guard case .asset(.storage, let asset, .cmd)? = Topic(topic, site: site), !ignoring.contains(asset),
            let json = try? JSONReader.read(payload),  // what cannot be read has no id to answer to
            let id = json["id"]?.text
        else { return }
        if let known = answered.first(where: { $0.id == id }) {
            answers.append(known.message)
            return
        }
        let refusal = act(asset, json, now, retained)
        var members: [JSON.Member] = [
            .init("id", .string(id)), .init("state", .string(refusal == nil ? "accepted" : "rejected")),
        ]
        if let refusal { members.append(.init("code", .string(refusal.rawValue))) }
        let message = PlantMessage(
            topic: Topic.text(site: site, .storage, asset, .ack), payload: Array(JSON.object(members).line.utf8),
            correlation: correlation)
        answered.append((id, message))
        if answered.count > ResponsivePlant.answeredMax { answered.removeFirst(ResponsivePlant.answeredMax / 2) }
        answers.append(message)
    }

    /// Obeys, or says why not.
    private mutating func act(_ asset: String, _ json: JSON, _ now: PlantTime, _ retained: Bool) -> RejectReason? {
        if retained { return .retainedCommand }
        guard let index = units.firstIndex(where: { $0.parameters.asset == asset }) else { return .commandUnknownAsset }
        guard json["action"]?.text == "set_power", json["unit"]?.text == "kW", let value = json["value"]?.double else {
            return .wrongType
        }
        guard let expires = json["expires"]?.text.flatMap({ PlantTime(rfc3339: $0) }), expires > now else {
            return .commandExpired
        }
        guard abs(value) <= units[index].parameters.powerMaxKW * 1.001 else { return .commandLimit }
        let lease = min(max(json["lease_s"]?.double ?? 0, 0), 86_400)
        units[index].setPointKW = value
        units[index].leaseEnds = now + Span(ms: Int64(saturatingRound: lease * 1000))
        return nil
    }

    /// Steps `from..<to` against what the surroundings offer and want, kW at the meters.
    public mutating func step(
        from: PlantTime, to: PlantTime, number: Int, windKW: Double, loadKW: Double
    ) -> Step {
        let period = to - from
        let hidden = truth.unmeteredLoadKW + truth.unmeteredLoadFraction * loadKW
        let wind = isOutage ? 0 : windKW
        var telemetry: [PlantMessage] = []
        var storageKW = 0.0
        for index in units.indices {
            // In an island the store carries what it can of the load.
            let wanted = isOutage ? loadKW : commandedKW(index, from)
            storageKW += move(index, wanted, period)
            telemetry.append(
                .telemetry(
                    site: site, .storage, units[index].parameters.asset, ts: from, seq: number, period: period,
                    [
                        ("power_kw", printed(units[index].powerKW, decimals: 1)),
                        ("soc_fraction", printed(units[index].soc, decimals: 4)),
                    ]))
        }
        let served = isOutage ? min(loadKW, max(0, storageKW)) : loadKW
        let net = isOutage ? 0 : served * (1 + truth.lossFraction) + hidden - wind - storageKW
        let noisy = net * (1 + truth.meterNoiseFraction * meter.normal())
        var values = [
            ("import_kw", printed(max(0, noisy), decimals: 1)), ("export_kw", printed(max(0, -noisy), decimals: 1)),
        ]
        values.append(("connected", .bool(!isOutage)))
        telemetry.append(
            .telemetry(site: site, .grid, meterAsset, ts: from, seq: number, period: period, values))
        defer { answers.removeAll() }
        return Step(windKW: wind, servedLoadKW: served, acknowledgements: answers, telemetry: telemetry)
    }

    private func commandedKW(_ index: Int, _ now: PlantTime) -> Double {
        guard let ends = units[index].leaseEnds, now < ends else { return 0 }
        return units[index].setPointKW
    }

    /// Moves a unit for one step and returns its AC power: a short lag, the real window of charge, its own use.
    private mutating func move(_ index: Int, _ wantedKW: Double, _ period: Span) -> Double {
        let unit = units[index]
        let lag = min(1, truth.storageLagS / period.seconds)
        let reached = wantedKW + (unit.powerKW - wantedKW) * lag
        let cellKW = unit.parameters.feasibleKW(reached, soc: unit.soc, over: period)
        units[index].soc = min(max(unit.parameters.soc(after: period, from: unit.soc, powerKW: cellKW), 0), 1)
        units[index].powerKW = cellKW - truth.storageAuxiliaryKW
        return units[index].powerKW
    }
}
