import TwinBooks
public import TwinConfiguration
public import TwinCore
public import TwinDispatch
public import TwinPlant

/// Closes the loop over a recording: weather, wind and sun before curtailment, shops, vehicles and intensity come from
/// the file; everything that obeys commands, and the grid meter, from the simulated plant. Its yard gets the electric
/// vehicles that the file's lines lined off; a vehicle whose model is not told or not in the plan counts with the plan's
/// electric share, and the parts add up to whole cars.
public struct ClosedPlant {
    /// What the file says of an asset of the surroundings: what the plant's bus carries until the next reading, or what gas
    /// its main meter sees.
    private struct Told: Sendable {
        enum Side { case source, use, gas }

        let path: AssetPath
        /// Of the power that meets on the bus, or of the gas.
        let key: String
        let side: Side
        /// Place among what obeys a limit of the simulated plant; nil for what obeys none.
        let limit: Int?
        /// Place among the loads that can be switched.
        let circuit: Int?
        /// A shop takes what its model says while the file never told.
        let shop: Shop?
        var kw: Double?
    }

    private let config: SiteConfig
    private let plan: RunPlan
    private var faults: [Fault] = []
    private var plant: ResponsivePlant
    /// What the twin commanded at its last mark.
    private var commands: [Command] = []
    /// What it starts to hear a recording with.
    let hearing: PlantHearing
    private var told: [Told]
    /// Places of `told` by path: summed in a fixed order, so that the last bit is always the same.
    private let byPath: [Int]
    /// What the file's mast said last, in the order of `weatherKeys`.
    private var weather = [10.0, 0, 0]
    private static let weatherKeys: [(key: String, range: ClosedRange<Double>)] = [
        ("temperature_c", -60...60), ("wind_speed_m_per_s", 0...60), ("ghi_w_per_m2", 0...2000),
    ]
    /// Of `told`, then the mast's.
    private var coarse: CoarseReadings
    /// Tells which vehicles the file's lines lined off, each once.
    private var line: AssemblyLine

    public init(config: SiteConfig, plan: RunPlan, seed: UInt64) {
        self.config = config
        self.plan = plan
        line = AssemblyLine(site: config.site, config.lines)
        plant = ResponsivePlant(config, seed: seed)
        let told = ClosedPlant.told(config)
        self.told = told
        byPath = told.indices.sorted { told[$0].path < told[$1].path }
        hearing = PlantHearing(
            FileSources { ClosedPlant.source($0, config, told) }, step: plan.step, mast: told.count)
        coarse = CoarseReadings(signals: told.count + ClosedPlant.weatherKeys.count)
    }

    /// The assets of the surroundings with the signal that meets on the bus, and behind it that of the gas where a main
    /// meter sees it.
    private static func told(_ config: SiteConfig) -> [Told] {
        var (limits, circuits) = (0, 0)
        let hasGasMain = !config.assets.of(GasMain.self).isEmpty
        return config.assets.filter { type(of: $0.kind).isSurroundings }.flatMap { asset in
            var told: [Told] = []
            let shop = asset.kind(as: Shop.self)
            for signal in asset.kind.signals {
                let rows = signal.posts.map(\.account.row)
                guard let row = rows.first(where: { $0.bus == .electricity && $0.flow != .memo }) else { continue }
                let isCircuit = asset.kind.control?.action == .setMode
                let isLimited = asset.kind.control != nil && !isCircuit
                defer { (limits, circuits) = (limits + (isLimited ? 1 : 0), circuits + (isCircuit ? 1 : 0)) }
                told.append(
                    Told(
                        path: asset.path, key: signal.key, side: row.flow.isSource ? .source : .use,
                        limit: isLimited ? limits : nil, circuit: isCircuit ? circuits : nil, shop: shop))
                break
            }
            if hasGasMain, !told.isEmpty,
                let gas = asset.kind.signals.first(where: { $0.posts.contains { $0.account == .gas } })
            {
                told.append(Told(path: asset.path, key: gas.key, side: .gas, limit: nil, circuit: nil, shop: shop))
            }
            return told
        }
    }

    /// What the file's messages of a topic are to the plant.
    private static func source(_ text: String, _ config: SiteConfig, _ told: [Told]) -> FileSource {
        let topic = Topic(text, site: config.site)
        guard case .asset(let area, let asset, let kind)? = topic else {
            return FileSource(text, topic == .clock ? .clock : .other)
        }
        let isMeter = area == .grid && asset == config.grid.meter
        if Kinds.simulatedAreas.contains(area) || kind == .ack || kind == .cmd || isMeter {
            return FileSource(text, .simulated)
        }
        if area == .line, kind == .vehicle || kind == .count {
            return FileSource(text, .line(asset: asset, kind: kind))
        }
        guard kind == .tele else { return FileSource(text, .other) }
        if area == .weather {
            return FileSource(text, .weather(isMast: asset == config.weather.asset), keys: weatherKeys.map(\.key))
        }
        guard let place = told.firstIndex(where: { $0.path == AssetPath(area, asset) }) else {
            return FileSource(text, .other)
        }
        return FileSource(text, .asset(place), keys: told[place...].prefix { $0.path == told[place].path }.map(\.key))
    }

    /// Looks at what the file will bring within `CoarseReadings.aheadMax`.
    mutating func lookAhead(_ heard: HeardTick) { coarse.take(heard.coarse) }

    /// Takes commands of the twin; the plant obeys with its next step. Here they need no text: `PlantOrder` is what the
    /// plant would read of it.
    public mutating func receive(_ commands: [Command]) { self.commands += commands }

    /// Vehicles that left each yard and group of bays.
    public var departures: [AssetPath: Departures] { plant.departuresByAsset }

    /// Adds a fault of the plant or one of its assets.
    public mutating func add(_ fault: Fault) { faults.append(fault) }

    /// The messages of one tick as the plant sends them: file lines, acknowledgements, simulated telemetry, clock; and
    /// whether the file's lines stayed as they are.
    mutating func messages(
        tick: Int, from: PlantTime, file: HeardTick, t: PlantTime
    ) -> (messages: [Arrival], isFileKept: Bool) {
        let to = from + plan.step
        applyFaults(at: from)
        for command in commands { plant.receive(command.path, PlantOrder(command, run: plan.run), now: from) }
        commands.removeAll(keepingCapacity: true)
        for (_, asset, kw) in file.assets {
            if let kw { told[asset].kw = max(0, kw) }
        }
        for (quantity, value) in file.weather { takeWeather(quantity, value) }
        let around = around(from, to, electricVehicles: electricVehicles(file.line, tick: tick, from, to))
        let step = plant.step(from: from, to: to, around)
        coarse.forget(before: from)
        let told = plant.messages(from: from, to: to, number: tick)
        var messages: [Arrival] = []
        messages.reserveCapacity(file.passing.count + told.count + file.clocks.count)
        messages += file.passing
        var isFileKept = true
        for (message, asset, _) in file.assets {
            if let changed = asItHappened(messages[message], asset, step) {
                messages[message] = changed
                isFileKept = false
            }
        }
        for message in told {
            messages.append(
                Arrival(t: t, topic: message.topic, payload: message.payload, qos: 1, correlation: message.correlation))
        }
        messages += file.clocks
        return (messages, isFileKept)
    }

    private mutating func electricVehicles(
        _ lineMessages: [Routed], tick: Int, _ from: PlantTime, _ to: PlantTime
    ) -> Double {
        guard !lineMessages.isEmpty else { return 0 }
        let context = TickContext(tick: tick, from: from, to: to, lateness: config.lateness, lead: plan.lead)
        return line.tick(lineMessages, context, PlantImage()).lineOffs.reduce(0) {
            $0 + config.calendar.models.electricPart(of: $1.model)
        }
    }

    /// What the plant meets in a step: what the file says of this time, else what it said last.
    private mutating func around(_ from: PlantTime, _ to: PlantTime, electricVehicles: Double)
        -> ResponsivePlant.Surroundings
    {
        var surroundings = ResponsivePlant.Surroundings(
            freeKW: 0, offeredKW: [], loadKW: 0, temperatureC: 0, electricVehicles: electricVehicles)
        var (unheardKW, unheardGasKW) = (0.0, 0.0)
        for place in told.indices {
            if let kw = coarse.mean(place, from: from, to: to) { told[place].kw = max(0, kw) }
            if told[place].circuit != nil, let shop = told[place].shop {
                surroundings.circuitKW.append(told[place].kw ?? unheardLoadKW(shop, told[place].path, from))
            }
            if told[place].limit != nil {
                surroundings.offeredKW.append(told[place].kw ?? 0)
            } else if told[place].kw == nil, let shop = told[place].shop {
                switch told[place].side {
                case .source: break
                case .use: unheardKW += unheardLoadKW(shop, told[place].path, from)
                case .gas: unheardGasKW += self.unheardGasKW(shop, told[place].path, from)
                }
            }
        }
        for place in byPath where told[place].limit == nil {
            guard let kw = told[place].kw else { continue }
            switch told[place].side {
            case .use: surroundings.loadKW += kw
            case .gas: surroundings.gasKW += kw
            case .source:
                if plant.tripped.isEmpty || !plant.tripped.contains(told[place].path) { surroundings.freeKW += kw }
            }
        }
        surroundings.loadKW += unheardKW
        surroundings.gasKW += unheardGasKW
        for place in weather.indices {
            if let mean = coarse.mean(told.count + place, from: from, to: to) { takeWeather(place, mean) }
        }
        (surroundings.temperatureC, surroundings.windMPerS, surroundings.irradianceWPerM2) =
            (weather[0], weather[1], weather[2])
        return surroundings
    }

    /// What a shop takes of which the file never told.
    private func unheardLoadKW(_ shop: Shop, _ path: AssetPath, _ time: PlantTime) -> Double {
        let scale = config.truth[Shop.Truth.self].electricityScale[path] ?? 1
        return scale * shop.model.electricityKW(vehiclesPerHour: config.calendar.vehiclesPerHour(at: time))
    }

    private func unheardGasKW(_ shop: Shop, _ path: AssetPath, _ time: PlantTime) -> Double {
        let plan = Production(config.calendar, at: time)
        let scale = config.truth[Shop.Truth.self].gasScale[path] ?? 1
        return scale
            * shop.model.gasKW(
                isProductionDay: plan.isProductionDay, outdoorC: weather[0], vehiclesPerHour: plan.vehiclesPerHour)
    }

    private mutating func takeWeather(_ place: Int, _ value: Double) {
        let range = ClosedPlant.weatherKeys[place].range
        weather[place] = min(max(value, range.lowerBound), range.upperBound)
    }

    private mutating func applyFaults(at time: PlantTime) {
        guard !faults.isEmpty else { return }
        let active = faults.filter { $0.isActive(at: time) }
        func paths(_ verb: Fault.Verb) -> Set<AssetPath> {
            Set(active.filter { $0.verb == verb }.compactMap { $0.on.flatMap { AssetPath(text: $0) } })
        }
        plant.isOutage = active.contains { $0.verb == .gridOutage }
        plant.ignoring = paths(.ignoreCommand)
        plant.tripped = paths(.trip)
        plant.held = paths(.doesNotLeave)
    }

    /// What the file offers after trips, curtailment and, in an outage, shedding; nil where it stays as it is.
    private func asItHappened(
        _ arrival: Arrival, _ place: Int, _ step: ResponsivePlant.Step
    ) -> Arrival? {
        let key = told[place].key
        if told[place].side == .gas { return nil }
        let isTripped = !plant.tripped.isEmpty && plant.tripped.contains(told[place].path)
        if let limit = told[place].limit {
            guard let offered = told[place].kw, step.limitedKW[limit] < offered else { return nil }
            return arrival.with(isTripped) { $0 == key ? { _ in step.limitedKW[limit] } : nil }
        }
        if told[place].side == .source {
            guard plant.isOutage || isTripped else { return nil }
            return arrival.with(isTripped) { $0 == key ? { _ in 0 } : nil }
        }
        if let circuit = told[place].circuit {
            guard let wanted = told[place].kw, step.circuitKW[circuit] < wanted else { return nil }
            return arrival.with(false) { $0 == key ? { _ in step.circuitKW[circuit] } : nil }
        }
        guard plant.isOutage, step.servedShare < 1 else { return nil }
        return arrival.with(false) { $0 == key ? { ($0 * step.servedShare).rounded() } : nil }
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
