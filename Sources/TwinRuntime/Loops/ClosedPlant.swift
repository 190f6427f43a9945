public import TwinCore
import TwinPlant
public import TwinScenario

/// Closes the loop over a recording: weather, wind, shops, vehicles and intensity come from the file; storage and
/// the grid meter from the simulated plant, which obeys the commands on the bus.
public struct ClosedPlant {
    private let config: SiteConfig
    private let plan: RunPlan
    private var faults: [Fault] = []
    private var plant: ResponsivePlant
    private let commands: BusClient
    private let clockTopic: String
    /// Latest wind power and load by asset, kW: what the plant's bus carries until the next reading.
    private var windKW: [String: Double] = [:]
    private var loadKW: [String: Double] = [:]

    /// - Parameter bus: where the twin publishes its commands.
    public init(config: SiteConfig, plan: RunPlan, seed: UInt64, bus: MessageBus) throws {
        self.config = config
        self.plan = plan
        plant = ResponsivePlant(
            site: config.site, meterAsset: config.grid.meter, storage: config.storage, truth: config.truth, seed: seed)
        commands = bus.client()
        try commands.subscribe(["v1/\(config.site)/storage/+/cmd"])
        clockTopic = Topic.clockText(site: config.site)
    }

    /// Adds a fault of the plant or one of its assets.
    public mutating func add(_ fault: Fault) { faults.append(fault) }

    /// The messages of one tick as the plant sends them: file lines, acknowledgements, simulated telemetry, clock.
    public mutating func messages(tick: Int, from: PlantTime, file: [Arrival], t: PlantTime) -> [Arrival] {
        let to = from + plan.step
        applyFaults(at: from)
        for message in commands.receive(timeoutMs: 0, limit: MessageBus.mailboxMax).messages {
            plant.receive(
                topic: message.topic, payload: message.payload,
                correlation: message.correlation.map { String(decoding: $0, as: UTF8.self) }, now: from,
                retained: message.retain)
        }
        var kept: [Arrival] = []
        var clocks: [Arrival] = []
        for arrival in file {
            if arrival.topic == clockTopic {
                clocks.append(arrival)
            } else if isSurroundings(arrival) {
                kept.append(arrival)
            }
        }
        let step = plant.step(
            from: from, to: to, number: tick, windKW: sum(windKW), loadKW: sum(loadKW))
        if plant.isOutage { kept = kept.map { shed($0, step) } }
        let simulated = (step.acknowledgements + step.telemetry).map { message in
            Arrival(t: t, topic: message.topic, payload: message.payload, qos: 1, correlation: message.correlation)
        }
        return kept + simulated + clocks
    }

    private mutating func applyFaults(at time: PlantTime) {
        let active = faults.filter { $0.isActive(at: time) }
        plant.isOutage = active.contains { $0.verb == .gridOutage }
        plant.ignoring = Set(
            active.filter { $0.verb == .ignoreCommand }.compactMap {
                $0.on?.split(separator: "/").last.map(String.init)
            })
    }

    /// Keeps what the plant does not simulate, and remembers the powers that meet on the bus.
    private mutating func isSurroundings(_ arrival: Arrival) -> Bool {
        guard case .asset(let area, let asset, let kind)? = Topic(arrival.topic, site: config.site) else { return true }
        if area == .storage || kind == .ack || kind == .cmd { return false }
        if area == .grid, asset == config.grid.meter { return false }
        guard kind == .tele, area == .wind || area == .shop,
            let telemetry = try? Telemetry(arrival)  // a broken reading leaves the last one in force
        else { return true }
        for (key, value) in telemetry.values {
            guard case .number(let kw) = value, kw.isFinite, abs(kw) < 1e7 else { continue }
            if area == .wind, key == "power_kw" { windKW[asset] = max(0, kw) }
            if area == .shop, key == "load_kw" { loadKW[asset] = max(0, kw) }
        }
        return true
    }

    /// In an outage the wind farm stands still and the shops take what is left for them.
    private func shed(_ arrival: Arrival, _ step: ResponsivePlant.Step) -> Arrival {
        guard case .asset(let area, _, .tele)? = Topic(arrival.topic, site: config.site),
            area == .wind || area == .shop,
            let json = try? JSONReader.read(arrival.payload), let members = json.members  // unreadable stays so
        else { return arrival }
        let wanted = sum(loadKW)
        let share = wanted > 0 ? step.servedLoadKW / wanted : 0
        var changed = arrival
        changed.payload = Array(
            JSON.object(
                members.map { member in
                    switch (area, member.key) {
                    case (.wind, "power_kw"): .init(member.key, .number(0))
                    case (.shop, "load_kw"): .init(member.key, .number(((member.value.double ?? 0) * share).rounded()))
                    default: member
                    }
                }
            ).line.utf8)
        return changed
    }

    private func sum(_ powers: [String: Double]) -> Double {
        powers.sorted { $0.key < $1.key }.reduce(0) { $0 + $1.value }
    }
}
