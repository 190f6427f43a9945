public import TwinCore

/// The part of the simulated plant that obeys commands: storage, fuel cells, heat, charging, the parks' inverters,
/// and the grid connection that balances it all.
public struct ResponsivePlant: Sendable {
    /// What stands on the site, as the twin believes it to be.
    public struct Assets: Sendable {
        public var meter: String
        /// What the connection's export limiter lets through, kW: it acts within 5 s (EREC G100).
        public var exportMaxKW: Double
        public var solar: [SolarParks.Parameters]
        public var fuelCells: [FuelCells.Parameters]
        public var tanks: [FuelCells.Tank]
        public var burners: [ProcessBurners.Parameters]
        public var heat: [HeatPlant.Parameters]
        public var heatDemand: HeatDemand?
        public var heatLossFraction: Double
        public var agvs: [ChargingGroups.Parameters]
        public var yard: [ChargingGroups.Parameters]
        public var bays: [ChargingGroups.Parameters]
        public var storage: [BatteryStorage.Parameters]

        public init(
            meter: String, exportMaxKW: Double = .infinity, solar: [SolarParks.Parameters],
            fuelCells: [FuelCells.Parameters],
            tanks: [FuelCells.Tank], burners: [ProcessBurners.Parameters] = [], heat: [HeatPlant.Parameters],
            heatDemand: HeatDemand?, heatLossFraction: Double,
            agvs: [ChargingGroups.Parameters], yard: [ChargingGroups.Parameters], bays: [ChargingGroups.Parameters],
            storage: [BatteryStorage.Parameters]
        ) {
            self.meter = meter
            self.exportMaxKW = exportMaxKW
            self.solar = solar
            self.fuelCells = fuelCells
            self.tanks = tanks
            self.burners = burners
            self.heat = heat
            self.heatDemand = heatDemand
            self.heatLossFraction = heatLossFraction
            self.agvs = agvs
            self.yard = yard
            self.bays = bays
            self.storage = storage
        }
    }

    /// What the surroundings offer and want in one step, kW at the meters.
    public struct Surroundings: Sendable {
        public var windKW: Double
        /// By park, before curtailment.
        public var solarKW: [Double]
        public var loadKW: Double
        public var temperatureC: Double
        /// Electric vehicles that were lined off; a part of one where it is not known what they are.
        public var electricVehicles: Double

        public init(
            windKW: Double, solarKW: [Double], loadKW: Double, temperatureC: Double, electricVehicles: Double
        ) {
            self.windKW = windKW
            self.solarKW = solarKW
            self.loadKW = loadKW
            self.temperatureC = temperatureC
            self.electricVehicles = electricVehicles
        }
    }

    /// What one step was, as it really was.
    public struct Step: Sendable {
        /// Load that was served, kW.
        public var servedLoadKW: Double
        /// By park, after curtailment and trips.
        public var solarKW: [Double]
        public var importKW: Double
        public var exportKW: Double
        public var gasKW: Double
        /// Devices that obey, then the grid meter, in configuration order.
        public var readings: [Reading]
    }

    private let site: String
    private let assets: Assets
    private let truth: PlantTruth
    private let calendar: ProductionCalendar
    private var orders: Orders
    private var cells: SimulatedFuelCells
    private var burners: SimulatedBurners
    private var heat: SimulatedHeat?
    private var charging: SimulatedCharging
    private var storage: SimulatedStorage
    private var noise: SeedStream
    /// Assets that are out of service, and tell so.
    public var tripped: Set<AssetPath> = []
    /// Mains lost: the breaker is open.
    public var isOutage = false

    /// Assets that neither answer nor act.
    public var ignoring: Set<AssetPath> {
        get { orders.ignoring }
        set { orders.ignoring = newValue }
    }

    public init(site: String, assets: Assets, calendar: ProductionCalendar, truth: PlantTruth, seed: UInt64) {
        self.site = site
        self.assets = assets
        self.truth = truth
        self.calendar = calendar
        orders = Orders(site: site, rules: ResponsivePlant.rules(assets))
        cells = SimulatedFuelCells(assets.fuelCells, assets.tanks, truth.fuelCell)
        burners = SimulatedBurners(assets.burners, calendar, truth.shops, seed: seed)
        heat = assets.heatDemand.map {
            SimulatedHeat(assets.heat, demand: $0, lossFraction: assets.heatLossFraction, calendar, truth.heat)
        }
        charging = SimulatedCharging(
            bays: assets.bays, yard: assets.yard, agvs: assets.agvs, calendar, truth.charging, seed: seed)
        storage = SimulatedStorage(assets.storage, truth.storage, seed: seed)
        noise = SeedStream(seed: seed, name: "meter.responsive")
    }

    /// Staff cars that left, and those that left without the energy they could have had.
    public var departures: Int { charging.departures }
    public var missedDepartures: Int { charging.missedDepartures }

    private static func rules(_ assets: Assets) -> [AssetPath: Orders.Rule] {
        var rules: [AssetPath: Orders.Rule] = [:]
        for unit in assets.storage {
            rules[AssetPath(.storage, unit.asset)] = .init(
                action: "set_power", range: -unit.powerMaxKW...unit.powerMaxKW)
        }
        for cell in assets.fuelCells {
            rules[AssetPath(.fuelcell, cell.asset)] = .init(action: "set_power", range: 0...cell.model.ratedKW)
        }
        for group in assets.bays {
            let most = group.ratingKW
            rules[group.path] = .init(action: "set_power", range: -most...(group.isBidirectional ? most : 0))
        }
        for group in assets.yard + assets.agvs {
            rules[group.path] = .init(action: "set_limit", range: 0...group.ratingKW)
        }
        for source in assets.heat where source.kind == .heatPump || source.kind == .electricBoiler {
            rules[source.path] = .init(action: "set_heat", range: 0...source.ratedKW)
        }
        for unit in assets.burners {
            guard let rule = Orders.Rule(unit) else { continue }
            rules[unit.path] = rule
        }
        for park in assets.solar {
            rules[AssetPath(.solar, park.asset)] = .init(action: "set_limit", range: 0...park.array.acRatedKW)
        }
        return rules
    }

    /// A command arrives at `now`; its acknowledgement leaves with the next step.
    public mutating func receive(topic: String, payload: [UInt8], correlation: String?, now: PlantTime, retained: Bool)
    {
        orders.receive(topic: topic, payload: payload, correlation: correlation, now: now, retained: retained)
    }

    /// Puts an order in force without a message, for runs that have none.
    public mutating func order(_ path: AssetPath, _ value: Double, until end: PlantTime) {
        orders.set(path, value, until: end)
    }

    /// Steps `from..<to`.
    public mutating func step(from: PlantTime, to: PlantTime, _ around: Surroundings) -> Step {
        var readings: [Reading] = []
        readings.reserveCapacity(96)
        var busKW = isOutage ? 0 : around.windKW
        var solarKW = zip(assets.solar, around.solarKW).map { park, offered in
            let path = AssetPath(.solar, park.asset)
            if isOutage || tripped.contains(path) { return 0.0 }
            return min(offered, orders.value(path, at: from) ?? offered)
        }
        busKW += solarKW.reduce(0, +)
        var context = DeviceContext(from: from, to: to, orders: orders, tripped: tripped)
        busKW += cells.step(context, &readings)
        context.temperatureC = around.temperatureC
        burners.step(context, &readings)
        busKW -= burners.drawnKW
        var gasKW = burners.gasKW
        if var heat {
            let (drawn, gas) = heat.step(context, fuelCellHeatKW: cells.heatKW, &readings)
            busKW -= drawn
            gasKW += gas
            self.heat = heat
        }
        context.electricVehicles = around.electricVehicles
        let chargingKW = charging.step(context, &readings)
        // What losses apply to: loads and charging behind the distribution.
        var delivered = around.loadKW + burners.drawnKW + (heat?.drawnKW ?? 0) + charging.drawnKW
        let islandNeed = isOutage ? max(0, delivered - busKW) : nil
        let storageKW = storage.step(context, islandNeedKW: islandNeed, &readings)
        delivered += max(0, -storageKW)
        let hidden = truth.distribution.unmeteredLoadKW + truth.distribution.unmeteredLoadFraction * around.loadKW
        busKW += chargingKW + storageKW
        let served = isOutage ? min(around.loadKW, max(0, storageKW)) : around.loadKW
        var net = isOutage ? 0 : served + delivered * truth.distribution.lossFraction + hidden - busKW
        limitExport(&net, &solarKW)
        let metered = net * (1 + truth.distribution.meterNoiseFraction * noise.normal())
        let meter = AssetPath(.grid, assets.meter)
        readings.append(Reading(meter, "import_kw", max(0, metered)))
        readings.append(Reading(meter, "export_kw", max(0, -metered)))
        return Step(
            servedLoadKW: served, solarKW: solarKW, importKW: max(0, net), exportKW: max(0, -net), gasKW: gasKW,
            readings: readings)
    }

    /// The limiter at the connection throttles the inverters, the largest park first.
    private func limitExport(_ netKW: inout Double, _ solarKW: inout [Double]) {
        for index in solarKW.indices.sorted(by: { solarKW[$0] > solarKW[$1] }) where -netKW > assets.exportMaxKW {
            let cut = min(-netKW - assets.exportMaxKW, solarKW[index])
            solarKW[index] -= cut
            netKW += cut
        }
    }

    /// Acknowledgements first, then telemetry in configuration order.
    public mutating func messages(_ step: Step, from: PlantTime, to: PlantTime, number: Int) -> [PlantMessage] {
        var open = tripped
        if isOutage { open.insert(AssetPath(.grid, assets.meter)) }
        return orders.takeAnswers()
            + step.readings.messages(
                site: site, ts: from, seq: number, period: to - from, disconnected: open,
                connected: [AssetPath(.grid, assets.meter)])
    }
}

/// What a device of the simulated plant knows about a step.
struct DeviceContext {
    let from: PlantTime
    let to: PlantTime
    private let orders: Orders
    private let tripped: Set<AssetPath>
    var temperatureC = 10.0
    var electricVehicles = 0.0

    init(from: PlantTime, to: PlantTime, orders: Orders, tripped: Set<AssetPath>) {
        self.from = from
        self.to = to
        self.orders = orders
        self.tripped = tripped
    }

    var hours: Double { (to - from).hours }

    /// In the unit of its action.
    func order(_ path: AssetPath) -> Double? { orders.value(path, at: from) }
    func isTripped(_ path: AssetPath) -> Bool { tripped.contains(path) }
}
