public import TwinCore

/// Every kind of asset that a site may have, in the order in which a step goes through them: what takes heat before what
/// gives it, what gives power before what uses it, storage last. A new kind is one line here and one folder beside.
public enum Kinds {
    public static let all: [any AssetKind.Type] = [
        WindTurbine.self, PVPark.self, SolidOxideFuelCell.self, EthanolStore.self, CombinedHeatPower.self,
        Shop.self, SupplyAir.self, Oven.self, Oxidiser.self, GasMain.self,
        GasBoiler.self, HeatPump.self, ElectrodeBoiler.self, HeatRecovery.self, HotWaterStore.self, BiomassBoiler.self,
        AGVStations.self, VehicleYard.self, ChargingBays.self, DailyProcess.self, Electrolyser.self, BatteryUnit.self,
    ]

    /// Areas with assets in that order, each once.
    public static let areas: [Area] = {
        var areas: [Area] = []
        for area in all.flatMap({ $0.areas }) where !areas.contains(area) { areas.append(area) }
        return areas
    }()

    public static func kinds(of area: Area) -> [any AssetKind.Type] { all.filter { $0.areas.contains(area) } }

    /// Areas of what obeys or follows: in the closed loop the simulated plant tells them in the recording's place.
    public static let simulatedAreas = Set(all.filter { !$0.isSurroundings }.flatMap { $0.areas })
    public static let surroundingAreas = Set(all.filter { $0.isSurroundings }.flatMap { $0.areas }).union([.weather])
}
