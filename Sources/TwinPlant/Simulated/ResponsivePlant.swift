public import TwinCore

/// The part of the simulated plant that obeys commands or follows the others, the limits of inverters, and the grid
/// connection that balances it all.
public struct ResponsivePlant: Sendable {
    /// What the surroundings offer and want in one step, kW at the meters.
    public struct Surroundings: Sendable {
        /// From what no command limits.
        public var freeKW: Double
        /// By asset that obeys a limit, before it.
        public var offeredKW: [Double]
        public var loadKW: Double
        /// The part of it behind each circuit that can be switched, while it is on.
        public var circuitKW: [Double]
        /// Gas that the shops burn, gross.
        public var gasKW: Double
        public var temperatureC: Double
        /// At the mast, and global on the horizontal.
        public var windMPerS: Double
        public var irradianceWPerM2: Double
        /// Electric vehicles that were lined off; a part of one where it is not known what they are.
        public var electricVehicles: Double

        public init(
            freeKW: Double, offeredKW: [Double], loadKW: Double, circuitKW: [Double] = [], gasKW: Double = 0,
            temperatureC: Double, windMPerS: Double = 0, irradianceWPerM2: Double = 0, electricVehicles: Double
        ) {
            self.freeKW = freeKW
            self.offeredKW = offeredKW
            self.loadKW = loadKW
            self.circuitKW = circuitKW
            self.gasKW = gasKW
            self.temperatureC = temperatureC
            self.windMPerS = windMPerS
            self.irradianceWPerM2 = irradianceWPerM2
            self.electricVehicles = electricVehicles
        }
    }

    /// What one step was, as it really was.
    public struct Step: Sendable {
        /// Load that was served, kW.
        public var servedLoadKW: Double
        /// By asset that obeys a limit, after limits and trips.
        public var limitedKW: [Double]
        /// By circuit, what it drew.
        public var circuitKW: [Double]
        /// Of the other loads, 0...1.
        public var servedShare: Double
        public var importKW: Double
        public var exportKW: Double
    }

    /// The grid meter.
    public let meter: AssetPath
    private let meterTopic: String
    private static let (importText, exportText) = (JSONText.Key("import_kw"), JSONText.Key("export_kw"))
    /// What the connection's export limiter lets through, kW: it acts within 5 s (EREC G100).
    private let exportMaxKW: Double
    /// Assets of the surroundings that obey a limit, and where their orders stand.
    private let limited: [(path: AssetPath, order: Int)]
    /// Loads that obey a breaker of their own, with what stays on when they are off.
    private let circuits: [(path: AssetPath, order: Int, neverOffKW: Double)]
    private let network: HotWaterNetwork?
    private let demandScale: Double
    private let distribution: PlantTruth.Distribution
    private var assets: SimulatedAssets
    private var noise: SeedStream
    /// What the meter of the connection told last, kW as printed.
    private var importTold = 0.0
    private var exportTold = 0.0
    /// Mains lost: the breaker is open.
    public var isOutage = false

    /// Assets that neither answer nor act.
    public var ignoring: Set<AssetPath> {
        get { assets.port.orders.ignoring }
        set { assets.port.orders.ignoring = newValue }
    }

    /// Assets that are out of service, and tell so.
    public var tripped: Set<AssetPath> {
        get { assets.port.tripped }
        set { assets.port.tripped = newValue }
    }

    /// Yards and bays that no vehicle leaves.
    public var held: Set<AssetPath> {
        get { assets.port.held }
        set { assets.port.held = newValue }
    }

    /// - Parameters:
    ///   - meter: asset id of the grid meter.
    ///   - assets: all of the site.
    public init(
        site: String, location: SolarSite, meter: String, exportMaxKW: Double = .infinity, assets: [PlantAsset],
        network: HotWaterNetwork?,
        calendar: ProductionCalendar, truth: PlantTruth, seed: UInt64
    ) {
        self.meter = AssetPath(.grid, meter)
        meterTopic = Topic.text(site: site, .grid, meter, .tele)
        self.exportMaxKW = exportMaxKW
        self.network = network
        demandScale = truth[HeatTruth.self].demandScale
        distribution = truth.distribution
        var rules: [AssetPath: Control] = [:]
        for asset in assets { rules[asset.path] = asset.kind.control }
        var orders = Orders(site: site, rules: rules)
        limited = assets.filter { $0.kind.obeysLimit }.map { ($0.path, orders.place($0.path)) }
        circuits = assets.filter { $0.kind.isCircuit }.map { asset in
            (asset.path, orders.place(asset.path), asset.kind(as: Shop.self)?.neverOffKW ?? 0)
        }
        self.assets = SimulatedAssets(
            site: site, assets.filter { !type(of: $0.kind).isSurroundings }, calendar: calendar,
            location: location,
            orders: orders, truth: truth, isMetered: false, seed: seed)
        noise = SeedStream(seed: seed, name: "meter.responsive")
    }

    /// Staff cars that left, and those that left without the energy they could have had.
    public var departures: Int { assets.port.site.traffic.departures }
    public var missedDepartures: Int { assets.port.site.traffic.missedDepartures }
    public var departuresByAsset: [AssetPath: Departures] { assets.port.site.departures }

    /// A command arrives at `now`; its acknowledgement leaves with the next step.
    public mutating func receive(topic: String, payload: [UInt8], correlation: String?, now: PlantTime, retained: Bool)
    {
        assets.port.orders.receive(
            topic: topic, payload: payload, correlation: correlation, now: now, retained: retained)
    }

    /// The same of a command that comes without a message.
    public mutating func receive(_ path: AssetPath, _ order: PlantOrder, now: PlantTime) {
        assets.port.orders.receive(path, order, correlation: order.id, now: now)
    }

    /// Puts an order in force without a message, for runs that have none.
    public mutating func order(_ path: AssetPath, _ value: Double, until end: PlantTime) {
        assets.port.orders.set(path, value, until: end)
    }

    /// Steps `from..<to`.
    public mutating func step(from: PlantTime, to: PlantTime, _ around: Surroundings) -> Step {
        var limitedKW = zip(limited, around.offeredKW).map { asset, offered in
            if isOutage || tripped.contains(asset.path) { return 0.0 }
            return min(offered, assets.port.orders.value(at: asset.order, from) ?? offered)
        }
        assets.port.site.begin(from: from, to: to, electricVehicles: around.electricVehicles)
        var circuitKW = switched(around.circuitKW, at: from)
        let onKW = around.loadKW - (around.circuitKW.reduce(0, +) - circuitKW.reduce(0, +))
        let isDark = stepAssets(from: from, to: to, around, onKW: onKW)
        if isDark { circuitKW = circuitKW.map { _ in 0 } }
        let (given, drawn) = (assets.port.givenKW, assets.port.drawnKW)
        let fromOutside = isOutage ? 0 : around.freeKW + limitedKW.reduce(0, +)
        let carried = given / (1 + distribution.lossFraction) - drawn
        let served = isDark ? 0 : isOutage && circuits.isEmpty ? min(onKW, max(0, carried)) : onKW
        let hidden = distribution.unmeteredLoadKW + distribution.unmeteredLoadFraction * onKW
        // Losses apply to loads, charging and storing behind the distribution.
        let losses = (onKW + drawn) * distribution.lossFraction
        var net = isOutage ? 0 : served + losses + hidden + drawn - given - fromOutside
        limitExport(&net, &limitedKW)
        let metered = net * (1 + distribution.meterNoiseFraction * noise.normal())
        importTold = rounded(max(0, metered), decimals: 1)
        exportTold = rounded(max(0, -metered), decimals: 1)
        let share = isDark ? 0 : !isOutage || !circuits.isEmpty ? 1 : around.loadKW > 0 ? served / around.loadKW : 0
        return Step(
            servedLoadKW: served, limitedKW: limitedKW, circuitKW: circuitKW, servedShare: share, importKW: max(0, net),
            exportKW: max(0, -net))
    }

    /// What the circuits draw as they are switched: one that is off what its interlock keeps.
    private func switched(_ wholeKW: [Double], at time: PlantTime) -> [Double] {
        zip(circuits, wholeKW).map { circuit, whole in
            let isOff = assets.port.orders.value(at: circuit.order, time).map { $0 < 0.5 } ?? false
            return isOff ? min(whole, circuit.neverOffKW) : whole
        }
    }

    /// Steps all that obeys or follows. Where loads can be switched an island carries all that is on, or it collapses.
    /// - Returns: whether it collapsed.
    private mutating func stepAssets(from: PlantTime, to: PlantTime, _ around: Surroundings, onKW: Double) -> Bool {
        let weather = Around(
            from: from, to: to, airC: around.temperatureC, windMPerS: around.windMPerS,
            irradianceWPerM2: around.irradianceWPerM2)
        assets.port.site.island =
            isOutage
            ? SimulatedIsland(
                loadKW: onKW, lossFraction: distribution.lossFraction, holdsAllOrNothing: !circuits.isEmpty) : nil
        if isOutage, !circuits.isEmpty {
            var carried = assets
            carried.step(weather, network: network, demandScale: demandScale, gasKW: around.gasKW)
            let (given, drawn) = (carried.port.givenKW, carried.port.drawnKW)
            if carried.port.site.island?.holds(drawnKW: drawn, givenKW: given) ?? false {
                assets = carried
                return false
            }
            assets.port.site.island?.isDark = true
        }
        assets.step(weather, network: network, demandScale: demandScale, gasKW: around.gasKW)
        return assets.port.site.island?.isDark ?? false
    }

    /// The limiter at the connection throttles the inverters, the largest park first.
    private func limitExport(_ netKW: inout Double, _ limitedKW: inout [Double]) {
        guard -netKW > exportMaxKW else { return }
        for index in limitedKW.indices.sorted(by: { limitedKW[$0] > limitedKW[$1] }) where -netKW > exportMaxKW {
            let cut = min(-netKW - exportMaxKW, limitedKW[index])
            limitedKW[index] -= cut
            netKW += cut
        }
    }

    /// Assets that obey, then the grid meter, in configuration order.
    public var readings: [Reading] {
        assets.readings + [
            Reading(told: meter, "import_kw", importTold), Reading(told: meter, "export_kw", exportTold),
        ]
    }

    /// What the grid meter told last, kW.
    public var metered: (importKW: Double, exportKW: Double) { (importTold, exportTold) }

    /// What was told last, and what it is called.
    public var told: SimulatedAssets { assets }

    /// Acknowledgements first, then telemetry in configuration order; the grid meter always says whether its breaker is
    /// closed.
    public mutating func messages(from: PlantTime, to: PlantTime, number: Int) -> [PlantMessage] {
        var messages = assets.port.orders.takeAnswers()
        var writer = TelemetryWriter(ts: from, seq: number, period: to - from)
        assets.write(&writer, into: &messages, disconnected: tripped)
        writer.add(ResponsivePlant.importText, importTold)
        writer.add(ResponsivePlant.exportText, exportTold)
        writer.addConnected(!isOutage && !tripped.contains(meter))
        messages.append(PlantMessage(topic: meterTopic, payload: writer.take()))
        return messages
    }
}
