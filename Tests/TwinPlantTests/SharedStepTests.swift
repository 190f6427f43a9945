import Testing
import TwinCore

@testable import TwinPlant

/// The twin's belief and the simulated plant step the same code: where the plant is as the twin believes, and no message
/// comes, both say the same.
@Suite("One step for belief and simulated plant")
struct SharedStepTests {
    /// The table's assets, knowing what the simulated plant knows.
    private var assets: [PlantAsset] {
        KindTable.assets.map { asset in
            var asset = asset
            switch asset.kind {
            case var kind as Oxidiser:
                kind.reality.hasInterlock = true
                asset.kind = kind
            case var kind as HeatRecovery:
                kind.recoveredKW = 60
                asset.kind = kind
            case var kind as HotWaterStore:
                (kind.isFollowing, kind.initialFraction) = (true, 0.4)
                asset.kind = kind
            case var kind as AGVStations:
                kind.vehicles = 20
                asset.kind = kind
            case var kind as VehicleYard:
                kind.knowsCars = true
                asset.kind = kind
            case var kind as ChargingBays:
                kind.knowsCars = true
                asset.kind = kind
            case var kind as BatteryUnit:
                (kind.chargeEfficiency, kind.dischargeEfficiency) = (0.96, 0.96)
                asset.kind = kind
            default: break
            }
            return asset
        }
    }

    private var truth: PlantTruth {
        var truth = PlantTruth()
        truth[WindTurbine.Truth.self].shearFactor = Bench.farm.shearFactor
        truth[WindTurbine.Truth.self].availability = Bench.farm.deliveredFraction
        truth[HeatTruth.self].initialStoreFraction = 0.4
        truth[HeatTruth.self].recoveredKW = 60
        truth[ChargingTruth.self].agvsPerGroup = 20
        truth[BatteryUnit.Truth.self].converterEfficiency = 0.96
        truth[SolidOxideFuelCell.Truth.self].tankInitialLitres = 40_000
        return truth
    }

    private func plant() -> SimulatedAssets {
        SimulatedAssets(
            site: "s", assets, calendar: Bench.calendar, location: Bench.location,
            orders: Orders(site: "s", rules: [:]),
            truth: truth, isMetered: false, seed: 1)
    }

    /// - Parameter share: of each control's range that is ordered; nil leaves all to themselves.
    @Test("says the same where the plant is as the twin believes", arguments: [nil, 0, 0.5, 0.8, 1] as [Double?])
    func same(share: Double?) {
        let assets = assets
        var plant = plant()
        var twins: [AreaTwin] = []
        var orders: [AssetPath: Double] = [:]
        if let share {
            for asset in assets {
                guard let range = asset.kind.control?.range else { continue }
                let order = range.lowerBound + share * (range.upperBound - range.lowerBound)
                orders[asset.path] = asset.kind is Oven || asset.kind is Oxidiser ? order.rounded() : order
            }
        }
        // What a store would take beside nobody tells the twin, so the network takes all that can be given.
        var network = Bench.network
        network.demand.productionDayKW = 30_000
        var moved = 0
        for tick in 301...420 {
            let context = Bench.context(tick, setPoints: orders)
            for (path, order) in orders { plant.port.orders.set(path, order, until: context.to) }
            var image = PlantImage()
            image.airTemperatureC = UsedValue(3 + 0.05 * Double(tick % 60), .good)
            image.windSpeedMPerS = UsedValue(4 + 0.1 * Double(tick % 40), .good)
            image.irradianceWPerM2 = UsedValue(400 + Double(tick % 100), .good)
            let around = Around(
                from: context.from, to: context.to, airC: image.airTemperatureC.value,
                windMPerS: image.windSpeedMPerS.value, irradianceWPerM2: image.irradianceWPerM2.value)
            plant.step(around, network: network)
            let replies = KindTable.believe(assets, context, image, &twins, network: network)
            for value in replies.flatMap(\.values) {
                // Nobody but its meter knows the level of a tank, or the gas of all.
                guard value.area != .ethanol, value.asset != "main" else { continue }
                let path = AssetPath(value.area, value.asset)
                guard let index = assets.firstIndex(where: { $0.path == path }),
                    let place = assets[index].kind.signals.firstIndex(where: { $0.key == value.key })
                else {
                    Issue.record("\(path.text) has no \(value.key)")
                    continue
                }
                let exact = plant.port.exact(index, place)
                let isSame = abs(exact - value.used.value) <= 1e-9 * max(1, abs(exact))
                #expect(isSame, "tick \(tick): \(path.text) \(value.key) is \(exact), believed \(value.used.value)")
                if exact != 0 { moved += 1 }
            }
        }
        // Not nothing against nothing.
        #expect(moved > 120 * 15)
    }

    /// Rehearsed step by step as the twin believes it, with nothing heard and nothing told, it comes to the same.
    @Test("a rehearsal of a time is what the twin's own models say of it then")
    func rehearsal() {
        let assets = KindTable.assets
        var network = Bench.network
        network.demand.productionDayKW = 30_000
        var rehearsal = Rehearsal(
            assets, calendar: Bench.calendar, location: Bench.location, network: network, lossFraction: 0.02)
        var twins: [AreaTwin] = []
        var moved = 0
        for tick in 301...360 {
            let context = Bench.context(tick)
            var image = PlantImage()
            image.airTemperatureC = UsedValue(3 + 0.05 * Double(tick % 60), .good)
            image.windSpeedMPerS = UsedValue(4 + 0.1 * Double(tick % 40), .good)
            image.irradianceWPerM2 = UsedValue(400 + Double(tick % 100), .good)
            let around = Around(
                from: context.from, to: context.to, airC: image.airTemperatureC.value,
                windMPerS: image.windSpeedMPerS.value, irradianceWPerM2: image.irradianceWPerM2.value)
            let step = rehearsal.step(around)
            let replies = KindTable.believe(assets, context, image, &twins, network: network)
            for value in replies.flatMap(\.values) {
                guard value.area != .ethanol, value.asset != "main" else { continue }
                let path = AssetPath(value.area, value.asset)
                guard let place = rehearsal.keys.firstIndex(where: { $0.path == path && $0.key == value.key }) else {
                    Issue.record("\(path.text) has no \(value.key)")
                    continue
                }
                let rehearsed = step.values[place].value
                let isSame = abs(rehearsed - value.used.value) <= 1e-9 * max(1, abs(rehearsed))
                #expect(isSame, "tick \(tick): \(path.text) \(value.key) is \(rehearsed), believed \(value.used.value)")
                if rehearsed != 0 { moved += 1 }
            }
        }
        #expect(moved > 60 * 10)
    }
}
