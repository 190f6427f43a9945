import TwinBooks
public import TwinConfiguration
public import TwinCore
public import TwinPlant

/// Closes the loop over a recording: weather, wind and sun before curtailment, shops, vehicles and intensity come from
/// the file; everything that obeys commands, and the grid meter, from the simulated plant. Its yard gets the electric
/// vehicles that the file's lines lined off; a vehicle whose model is not told or not in the plan counts with the plan's
/// electric share, and the parts add up to whole cars.
public struct ClosedPlant {
    private let config: SiteConfig
    private let plan: RunPlan
    private var faults: [Fault] = []
    private var plant: ResponsivePlant
    private let commands: BusClient
    private var topics: TopicReader
    /// Areas whose lines the simulated plant replaces.
    private static let simulated: Set<Area> = [.storage, .fuelcell, .ethanol, .bay, .yard, .agv, .heat, .gas]
    /// Areas that the file tells about.
    private static let surroundings: Set<Area> = [.wind, .solar, .shop, .building, .weather]
    /// Latest power by asset, kW: what the plant's bus carries until the next reading.
    private var windKW: [String: Double] = [:]
    private var solarKW: [String: Double] = [:]
    private var loadKW: [AssetPath: Double] = [:]
    /// Of shops and buildings that the file never told about, as the simulated plant has them.
    private var unheardLoadKW = 0.0
    private var temperatureC = 10.0
    private var coarse: CoarseReadings
    /// Tells which vehicles the file's lines lined off, each once.
    private var line: AssemblyLine

    /// - Parameter bus: where the twin publishes its commands.
    public init(config: SiteConfig, plan: RunPlan, seed: UInt64, bus: MessageBus) throws {
        self.config = config
        self.plan = plan
        line = AssemblyLine(site: config.site)
        plant = ResponsivePlant(config, seed: seed)
        commands = bus.client()
        try commands.subscribe(["v1/\(config.site)/+/+/cmd"])
        topics = TopicReader(site: config.site)
        coarse = CoarseReadings(site: config.site, step: plan.step)
    }

    /// Looks at what the file will bring within `CoarseReadings.aheadMax`.
    public mutating func lookAhead(_ line: Line) {
        if case .message(let arrival) = line.body { coarse.take(arrival, of: ClosedPlant.surroundings) }
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
        var kept: [(arrival: Arrival, topic: Topic?)] = []
        var clocks: [Arrival] = []
        var lineMessages: [Routed] = []
        for arrival in file {
            let topic = topics.read(arrival.topic)
            if topic == .clock {
                clocks.append(arrival)
            } else if isSurroundings(arrival, topic, &lineMessages) {
                kept.append((arrival, topic))
            }
        }
        let context = TickContext(tick: tick, from: from, to: to, lateness: config.lateness, lead: plan.lead)
        let electric = line.tick(lineMessages, context, PlantImage()).lineOffs.reduce(0) {
            $0 + config.calendar.models.electricPart(of: $1.model)
        }
        let step = plant.step(from: from, to: to, around(from, to, electricVehicles: electric))
        coarse.forget(before: from)
        let surroundings = kept.map { asItHappened($0.arrival, $0.topic, step) }
        let simulated = plant.messages(step, from: from, to: to, number: tick).map { message in
            Arrival(t: t, topic: message.topic, payload: message.payload, qos: 1, correlation: message.correlation)
        }
        return surroundings + simulated + clocks
    }

    /// What the plant meets in a step: what the file says of this time, else what it said last.
    private mutating func around(_ from: PlantTime, _ to: PlantTime, electricVehicles: Double)
        -> ResponsivePlant.Surroundings
    {
        func told(_ path: AssetPath, _ key: String) -> Double? { coarse.mean(path, key, from: from, to: to) }
        for turbine in config.wind {
            if let kw = told(AssetPath(.wind, turbine.asset), "power_kw") { windKW[turbine.asset] = max(0, kw) }
        }
        for park in config.solar {
            if let kw = told(AssetPath(.solar, park.asset), "power_kw") { solarKW[park.asset] = max(0, kw) }
        }
        for shop in config.shops {
            if let kw = told(shop.path, "load_kw") { loadKW[shop.path] = max(0, kw) }
        }
        if let celsius = told(AssetPath(.weather, config.weather.asset), "temperature_c") {
            temperatureC = min(max(celsius, -60), 60)
        }
        unheardLoadKW = config.shops.filter { loadKW[$0.path] == nil }.reduce(0) { sum, shop in
            let model = shop.model.electricityKW(vehiclesPerHour: config.calendar.vehiclesPerHour(at: from))
            return sum + model * (config.truth.shops.electricityScale[shop.path] ?? 1)
        }
        let wind = windKW.filter { !plant.tripped.contains(AssetPath(.wind, $0.key)) }
        return ResponsivePlant.Surroundings(
            windKW: wind.sorted { $0.key < $1.key }.reduce(0) { $0 + $1.value },
            solarKW: config.solar.map { solarKW[$0.asset] ?? 0 }, loadKW: wantedLoadKW, temperatureC: temperatureC,
            electricVehicles: electricVehicles)
    }

    /// Summed in a fixed order, so that the last bit is always the same.
    private var wantedLoadKW: Double {
        loadKW.sorted { $0.key < $1.key }.reduce(0) { $0 + $1.value } + unheardLoadKW
    }

    private mutating func applyFaults(at time: PlantTime) {
        let active = faults.filter { $0.isActive(at: time) }
        func paths(_ verb: Fault.Verb) -> Set<AssetPath> {
            Set(active.filter { $0.verb == verb }.compactMap { $0.on.flatMap { AssetPath(text: $0) } })
        }
        plant.isOutage = active.contains { $0.verb == .gridOutage }
        plant.ignoring = paths(.ignoreCommand)
        plant.tripped = paths(.trip)
    }

    /// Keeps what the plant does not simulate, and remembers what meets on the bus.
    private mutating func isSurroundings(_ arrival: Arrival, _ topic: Topic?, _ lineMessages: inout [Routed]) -> Bool {
        guard case .asset(let area, let asset, let kind)? = topic else { return true }
        if ClosedPlant.simulated.contains(area) || kind == .ack || kind == .cmd { return false }
        if area == .grid, asset == config.grid.meter { return false }
        if area == .line {
            if kind == .vehicle || kind == .count {
                lineMessages.append(Routed(arrival, area: area, asset: asset, kind: kind))
            }
            return true
        }
        guard kind == .tele, ClosedPlant.surroundings.contains(area),
            let telemetry = try? Telemetry(arrival)  // a broken reading leaves the last one in force
        else { return true }
        for (key, value) in telemetry.values {
            guard case .number(let number) = value, number.isFinite, abs(number) < 1e7 else { continue }
            switch (area, key) {
            case (.wind, "power_kw"): windKW[asset] = max(0, number)
            case (.solar, "power_kw"): solarKW[asset] = max(0, number)
            case (.shop, "load_kw"), (.building, "load_kw"): loadKW[AssetPath(area, asset)] = max(0, number)
            case (.weather, "temperature_c"): temperatureC = min(max(number, -60), 60)
            default: break
            }
        }
        return true
    }

    /// What the file offers after trips, curtailment and, in an outage, shedding.
    private func asItHappened(_ arrival: Arrival, _ topic: Topic?, _ step: ResponsivePlant.Step) -> Arrival {
        guard case .asset(let area, let asset, .tele)? = topic else { return arrival }
        let isTripped = plant.tripped.contains(AssetPath(area, asset))
        switch area {
        case .wind:
            guard plant.isOutage || isTripped else { return arrival }
            return arrival.with(isTripped) { $0 == "power_kw" ? { _ in 0 } : nil }
        case .solar:
            guard let index = config.solar.firstIndex(where: { $0.asset == asset }),
                let offered = solarKW[asset], step.solarKW[index] < offered
            else { return arrival }
            return arrival.with(isTripped) { $0 == "power_kw" ? { _ in step.solarKW[index] } : nil }
        case .shop, .building:
            guard plant.isOutage else { return arrival }
            let share = wantedLoadKW > 0 ? step.servedLoadKW / wantedLoadKW : 0
            return arrival.with(false) { $0 == "load_kw" ? { ($0 * share).rounded() } : nil }
        default: return arrival
        }
    }
}

extension Arrival {
    /// A copy whose numbers are changed by key; an unreadable payload stays as it is.
    fileprivate func with(_ isDisconnected: Bool, _ change: (String) -> ((Double) -> Double)?) -> Arrival {
        guard let json = try? JSONReader.read(payload),  // unreadable stays so
            let members = json.members
        else { return self }
        var changed = self
        var new = members.map { member in
            change(member.key).map { JSON.Member(member.key, .number($0(member.value.double ?? 0))) } ?? member
        }
        if isDisconnected { new.append(JSON.Member("connected", .bool(false))) }
        changed.payload = JSON.object(new).bytes
        return changed
    }
}

extension ResponsivePlant {
    /// The simulated plant of a site.
    public init(_ config: SiteConfig, seed: UInt64) {
        self.init(
            site: config.site,
            assets: Assets(
                meter: config.grid.meter, exportMaxKW: config.grid.exportMaxKW, solar: config.solar,
                fuelCells: config.fuelCells, tanks: config.tanks, burners: config.burners,
                heat: config.heat?.sources ?? [], heatDemand: config.heat?.demand,
                heatLossFraction: config.losses.heat, agvs: config.agvs, yard: config.yard, bays: config.bays,
                storage: config.storage), calendar: config.calendar, truth: config.truth, seed: seed)
    }
}
