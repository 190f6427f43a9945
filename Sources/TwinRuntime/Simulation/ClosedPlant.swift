import TwinBooks
public import TwinConfiguration
public import TwinCore
import TwinPlant

/// Closes the loop over a recording: weather, wind and sun before curtailment, shops, vehicles and intensity come from
/// the file; everything that obeys commands, and the grid meter, from the simulated plant. Its yard gets the electric
/// vehicles that the file's lines lined off; a vehicle whose model is not told or not in the plan counts with the plan's
/// electric share, and the parts add up to whole cars.
public struct ClosedPlant {
    /// What the file says of an asset of the surroundings: what the plant's bus carries until the next reading.
    private struct Told {
        let path: AssetPath
        /// Of the power that meets on the bus.
        let key: String
        let isSource: Bool
        /// It obeys a limit of the simulated plant.
        let isLimited: Bool
        /// A shop takes what its model says while the file never told.
        let shop: Shop?
        var kw: Double?
    }

    private let config: SiteConfig
    private let plan: RunPlan
    private var faults: [Fault] = []
    private var plant: ResponsivePlant
    private let commands: BusClient
    private var topics: TopicReader
    private var told: [Told]
    private var places: [AssetPath: Int] = [:]
    /// What the file's mast said last, in the order of `weatherKeys`.
    private var weather = [10.0, 0, 0]
    private static let weatherKeys: [(key: String, range: ClosedRange<Double>)] = [
        ("temperature_c", -60...60), ("wind_speed_m_per_s", 0...60), ("ghi_w_per_m2", 0...2000),
    ]
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
        told = ClosedPlant.told(config)
        for (place, asset) in told.enumerated() { places[asset.path] = place }
    }

    /// The assets of the surroundings with the signal that meets on the bus.
    private static func told(_ config: SiteConfig) -> [Told] {
        config.assets.filter { type(of: $0.kind).isSurroundings }.compactMap { asset in
            for signal in asset.kind.signals {
                let rows = signal.posts.map(\.account.row)
                guard let row = rows.first(where: { $0.bus == .electricity && $0.flow != .memo }) else { continue }
                return Told(
                    path: asset.path, key: signal.key, isSource: row.flow.isSource,
                    isLimited: asset.kind.control != nil, shop: asset.kind(as: Shop.self))
            }
            return nil
        }
    }

    /// Looks at what the file will bring within `CoarseReadings.aheadMax`.
    public mutating func lookAhead(_ line: Line) {
        if case .message(let arrival) = line.body { coarse.take(arrival, of: Kinds.surroundingAreas) }
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
        let around = around(from, to, electricVehicles: electric)
        let step = plant.step(from: from, to: to, around)
        coarse.forget(before: from)
        let share = around.loadKW > 0 ? step.servedLoadKW / around.loadKW : 0
        let surroundings = kept.map { asItHappened($0.arrival, $0.topic, step, servedShare: share) }
        let simulated = plant.messages(from: from, to: to, number: tick).map { message in
            Arrival(t: t, topic: message.topic, payload: message.payload, qos: 1, correlation: message.correlation)
        }
        return surroundings + simulated + clocks
    }

    /// What the plant meets in a step: what the file says of this time, else what it said last.
    private mutating func around(_ from: PlantTime, _ to: PlantTime, electricVehicles: Double)
        -> ResponsivePlant.Surroundings
    {
        var surroundings = ResponsivePlant.Surroundings(
            freeKW: 0, offeredKW: [], loadKW: 0, temperatureC: 0, electricVehicles: electricVehicles)
        let rate = config.calendar.vehiclesPerHour(at: from)
        var loads: [(path: AssetPath, kw: Double)] = []
        var unheardKW = 0.0
        var free: [(path: AssetPath, kw: Double)] = []
        for place in told.indices {
            let asset = told[place]
            if let kw = coarse.mean(asset.path, asset.key, from: from, to: to) { told[place].kw = max(0, kw) }
            let kw = told[place].kw
            if asset.isLimited {
                surroundings.offeredKW.append(kw ?? 0)
            } else if asset.isSource {
                if let kw, !plant.tripped.contains(asset.path) { free.append((asset.path, kw)) }
            } else if let kw {
                loads.append((asset.path, kw))
            } else if let shop = asset.shop {
                let scale = config.truth[Shop.Truth.self].electricityScale[asset.path] ?? 1
                unheardKW += shop.model.electricityKW(vehiclesPerHour: rate) * scale
            }
        }
        let mast = AssetPath(.weather, config.weather.asset)
        for (key, _) in ClosedPlant.weatherKeys {
            if let mean = coarse.mean(mast, key, from: from, to: to) { takeWeather(key, mean) }
        }
        // Summed in a fixed order, so that the last bit is always the same.
        surroundings.freeKW = free.sorted { $0.path < $1.path }.reduce(0) { $0 + $1.kw }
        surroundings.loadKW = loads.sorted { $0.path < $1.path }.reduce(0) { $0 + $1.kw } + unheardKW
        (surroundings.temperatureC, surroundings.windMPerS, surroundings.irradianceWPerM2) =
            (weather[0], weather[1], weather[2])
        return surroundings
    }

    private mutating func takeWeather(_ key: String, _ value: Double) {
        guard let place = ClosedPlant.weatherKeys.firstIndex(where: { $0.key == key }) else { return }
        let range = ClosedPlant.weatherKeys[place].range
        weather[place] = min(max(value, range.lowerBound), range.upperBound)
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
        if Kinds.simulatedAreas.contains(area) || kind == .ack || kind == .cmd { return false }
        if area == .grid, asset == config.grid.meter { return false }
        if area == .line {
            if kind == .vehicle || kind == .count {
                lineMessages.append(Routed(arrival, area: area, asset: asset, kind: kind))
            }
            return true
        }
        guard kind == .tele, Kinds.surroundingAreas.contains(area),
            let telemetry = try? Telemetry(arrival)  // a broken reading leaves the last one in force
        else { return true }
        for (key, value) in telemetry.values {
            guard case .number(let number) = value, number.isFinite, abs(number) < 1e7 else { continue }
            if area == .weather { takeWeather(key, number) }
            if let place = places[AssetPath(area, asset)], told[place].key == key { told[place].kw = max(0, number) }
        }
        return true
    }

    /// What the file offers after trips, curtailment and, in an outage, shedding.
    private func asItHappened(
        _ arrival: Arrival, _ topic: Topic?, _ step: ResponsivePlant.Step, servedShare: Double
    ) -> Arrival {
        guard case .asset(let area, let name, .tele)? = topic, let place = places[AssetPath(area, name)]
        else { return arrival }
        let asset = told[place]
        let isTripped = plant.tripped.contains(asset.path)
        if asset.isLimited {
            let limited = told.prefix(place).count { $0.isLimited }
            guard let offered = asset.kw, step.limitedKW[limited] < offered else { return arrival }
            return arrival.with(isTripped) { $0 == asset.key ? { _ in step.limitedKW[limited] } : nil }
        }
        if asset.isSource {
            guard plant.isOutage || isTripped else { return arrival }
            return arrival.with(isTripped) { $0 == asset.key ? { _ in 0 } : nil }
        }
        guard plant.isOutage else { return arrival }
        return arrival.with(false) { $0 == asset.key ? { ($0 * servedShare).rounded() } : nil }
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
