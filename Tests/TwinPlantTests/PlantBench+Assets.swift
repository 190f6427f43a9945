import TwinCore

@testable import TwinPlant

/// Assets with round numbers, and the twins of them.
extension Bench {
    static let location = SolarSite(latitudeDeg: 54.92, longitudeDeg: -1.47, elevationM: 40)

    static func twin(_ area: Area, _ assets: [PlantAsset], network: HotWaterNetwork? = nil) -> AreaTwin {
        AreaTwin(site: "s", area: area, location: location, calendar: calendar, network: network, assets)
    }

    static func asset(
        _ area: Area, _ asset: String, _ kind: any AssetKind, maxAge: Span = .minutes(5), stuck: StuckRule? = nil
    ) -> PlantAsset {
        PlantAsset(AssetPath(area, asset), kind, maxAge: maxAge, stuck: stuck)
    }

    /// Two turbines of 1000 kW; hub speed is 1.25 times the mast's; nine tenths reach the bus.
    static var farm: WindTurbine {
        var farm = WindTurbine()
        farm.turbines = 2
        farm.ratedKW = 1000
        farm.curve = curve
        farm.shearFactor = 1.25
        farm.deliveredFraction = 0.9
        return farm
    }

    static func wind(
        maxAge: Span = .minutes(5), stuck: StuckRule? = nil, assets: [String] = ["farm"]
    ) -> AreaTwin {
        twin(.wind, assets.map { asset(.wind, $0, farm, maxAge: maxAge, stuck: stuck) })
    }

    static var park: PVPark {
        var park = PVPark()
        park.peakKW = 1000
        park.acRatedKW = 900
        park.tiltDeg = 20
        park.temperatureCoefficientPerK = -0.0035
        park.lossFraction = 0.141
        park.settle(SiteFacts(location: location, mastHeightM: 10))
        return park
    }

    static func solar() -> AreaTwin { twin(.solar, [asset(.solar, "pv", park)]) }

    static func shop(loadMaxKW: Double = 50_000, gasMaxKW: Double = 50_000) -> Shop {
        var shop = Shop()
        shop.model = model
        shop.loadMaxKW = loadMaxKW
        shop.hasBurners = gasMaxKW > 0
        shop.gasMaxKW = gasMaxKW
        shop.burnerEfficiency = gasMaxKW > 0 ? 0.8 : 1
        return shop
    }

    static func shops() -> AreaTwin { twin(.shop, [asset(.shop, "paint", shop())]) }
    /// A building has no burners.
    static func building(_ name: String, loadMaxKW: Double) -> AreaTwin {
        twin(.building, [asset(.building, name, shop(loadMaxKW: loadMaxKW, gasMaxKW: 0))])
    }

    static var cell: SolidOxideFuelCell {
        var cell = SolidOxideFuelCell()
        cell.cell = FuelCell.Parameters(
            ratedKW: 1000, minimumFraction: 0.3, ratedEfficiency: 0.55, rampFractionPerMinute: 0.01,
            coldStartHours: 12, warmStartHours: 1, standbyFuelFraction: 0.05, heatFraction: 0.28)
        return cell
    }

    static var tank: EthanolStore {
        var tank = EthanolStore()
        tank.capacityLitres = 50_000
        return tank
    }

    static func fuelCells() -> AreaTwin { twin(.fuelcell, [asset(.fuelcell, "cell", cell)]) }
    static func tanks() -> AreaTwin { twin(.ethanol, [asset(.ethanol, "tank", tank)]) }

    static func battery(initialSOC: Double? = nil) -> BatteryUnit {
        var unit = BatteryUnit()
        unit.powerMaxKW = 500
        unit.capacityKWh = 1000
        unit.chargeEfficiency = 0.95
        unit.dischargeEfficiency = 0.9
        unit.socMin = 0.1
        unit.socMax = 0.9
        unit.socReserve = 0.2
        unit.initialSOC = initialSOC
        return unit
    }

    static func storage() -> AreaTwin { twin(.storage, [asset(.storage, "ess-1", battery())]) }

    static let network = HotWaterNetwork(
        demand: HeatDemand(
            productionDayKW: 500, idleDayKW: 200, hallKWPerK: 10, perVehicleKWh: 5, heatingBaseC: 15),
        lossFraction: 0.05)

    static var boiler: GasBoiler { heat(GasBoiler(), 1000, 0.8) }
    static var pump: HeatPump { heat(HeatPump(), 1500, 3) }
    static var electrode: ElectrodeBoiler { heat(ElectrodeBoiler(), 800, 0.99) }
    static var recovery: HeatRecovery { heat(HeatRecovery(), 500, 1) }
    static var store: HotWaterStore {
        var store = heat(HotWaterStore(), 1000, 1)
        store.capacityKWh = 5000
        return store
    }

    static func heat<K: HotWaterKind>(_ kind: K, _ ratedKW: Double, _ performance: Double) -> K {
        var kind = kind
        kind.ratedKW = ratedKW
        kind.performance = performance
        return kind
    }

    static func heat() -> AreaTwin {
        let assets = [
            asset(.heat, "boiler", boiler), asset(.heat, "pump", pump), asset(.heat, "electrode", electrode),
            asset(.heat, "recovery", recovery), asset(.heat, "store", store),
        ]
        return twin(.heat, assets, network: network)
    }

    /// 10 points of 10 kW; 50 kW are expected on a shift, 10 kW else.
    static func points<K: ChargingKind>(_ kind: K) -> K {
        var kind = kind
        kind.points = 10
        kind.pointMaxKW = 10
        kind.workingKW = 50
        kind.idleKW = 10
        return kind
    }

    static var agvs: AGVStations { points(AGVStations()) }
    static var yard: VehicleYard { points(VehicleYard()) }
    static var bays: ChargingBays {
        var bays = points(ChargingBays())
        bays.isBidirectional = true
        return bays
    }

    static func charging(_ area: Area, _ kind: any AssetKind) -> AreaTwin { twin(area, [asset(area, "group", kind)]) }
}
