import TwinCore

/// Vehicles that left a yard or bays, as they really did.
public struct Departures: Sendable, Hashable {
    public var left: Int
    /// Those that left without the energy they could have had.
    public var missed: Int

    public init(left: Int, missed: Int) {
        self.left = left
        self.missed = missed
    }
}

/// What several assets of the simulated plant share: the tank, the staff's cars, the finished cars, the island.
struct SimulatedSite: Sendable {
    var tank: EthanolTank
    var traffic: StaffTraffic
    private var shipments: [AssetPath: Departures] = [:]
    /// Behind the open breaker; nil while the grid is there.
    var island: SimulatedIsland?
    private let yard: AssetPath?
    private let yardNeedKWh: Double
    private var chance: SeedStream
    /// Electric cars that are due in the yard, with the fraction of the next one.
    private var electric = 0.0

    init(_ assets: [PlantAsset], calendar: ProductionCalendar, truth: PlantTruth, seed: UInt64) {
        let fuel = truth[SolidOxideFuelCell.Truth.self]
        let charging = truth[ChargingTruth.self]
        tank = EthanolTank(
            capacityLitres: assets.of(EthanolStore.self).reduce(0) { $0 + $1.kind.capacityLitres },
            levelLitres: fuel.tankInitialLitres, reorderLitres: fuel.reorderLitres,
            deliveryLitres: fuel.deliveryLitres)
        traffic = StaffTraffic(assets.of(ChargingBays.self), calendar, cars: charging.staffCars, seed: seed)
        yard = assets.of(VehicleYard.self).first?.path
        yardNeedKWh = charging.yardNeedKWh
        chance = SeedStream(seed: seed, name: "charging")
    }

    mutating func begin(from: PlantTime, to: PlantTime, electricVehicles: Double) {
        electric += electricVehicles
        traffic.begin(from: from, to: to)
    }

    mutating func shipped(_ yard: FinishedVehicleYard, from path: AssetPath) {
        shipments[path] = Departures(left: yard.departed, missed: yard.missed)
    }

    /// By yard and group of bays.
    var departures: [AssetPath: Departures] { shipments.merging(traffic.byGroup) { $1 } }

    /// Whole cars that come into the first yard; a ship every day or two makes one to three days of waiting.
    mutating func finishedCars(at path: AssetPath, by time: PlantTime) -> (
        count: Int, needKWh: Double, departsMs: Int64
    )? {
        guard path == yard else { return nil }
        let count = min(max(0, Int(exactly: electric.rounded(.down)) ?? 0), 100_000)
        electric -= Double(count)
        guard count > 0 else { return nil }
        let hours = 24 + 48 * chance.unit()
        return (count, yardNeedKWh, time.ms + Int64(hours * 3_600_000))
    }
}

/// The staff's cars on their way to the bays. Drivers take the group with the most room; a full car park is full.
struct StaffTraffic: Sendable {
    private struct Group: Sendable {
        let path: AssetPath
        let points: Int
        var cars = 0
        var departed = 0
        var missed = 0
        var coming: [ChargingSession] = []

        var room: Double { 1 - Double(cars) / Double(points) }
    }

    private var groups: [Group]
    private var staff: StaffArrivals

    init(_ bays: [(path: AssetPath, kind: ChargingBays)], _ calendar: ProductionCalendar, cars: Int, seed: UInt64) {
        groups = bays.map { Group(path: $0.path, points: $0.kind.points) }
        staff = StaffArrivals(calendar, cars: bays.isEmpty ? 0 : cars, seed: seed)
    }

    /// Cars that left, and those that left without the energy they could have had.
    var departures: Int { groups.reduce(0) { $0 + $1.departed } }
    var missedDepartures: Int { groups.reduce(0) { $0 + $1.missed } }

    var byGroup: [AssetPath: Departures] {
        Dictionary(groups.map { ($0.path, Departures(left: $0.departed, missed: $0.missed)) }) { $1 }
    }

    mutating func begin(from: PlantTime, to: PlantTime) {
        for session in staff.step(from: from, to: to) {
            let most = groups.indices.max { (groups[$0].room, $1) < (groups[$1].room, $0) }
            guard let index = most, groups[index].room > 0 else { continue }
            groups[index].cars += 1
            groups[index].coming.append(session)
        }
    }

    mutating func arrivals(at path: AssetPath) -> [ChargingSession] {
        guard let index = groups.firstIndex(where: { $0.path == path }), !groups[index].coming.isEmpty else {
            return []
        }
        defer { groups[index].coming = [] }
        return groups[index].coming
    }

    mutating func plugged(_ group: ChargingGroup, at path: AssetPath) {
        guard let index = groups.firstIndex(where: { $0.path == path }) else { return }
        groups[index].cars = group.sessions.count
        groups[index].departed = group.departed
        groups[index].missed = group.missed
    }
}
