import TwinBooks
import TwinCore
import TwinPlant

/// `assets.yaml`: what stands on the site, as the twin believes it to be. A site without a kind of asset leaves its
/// key out.
struct AssetsSection {
    var weather: WeatherStation.Parameters
    var wind: [WindFarm.Parameters]
    var solar: [SolarParks.Parameters]
    var fuelCells: [FuelCells.Parameters]
    var tanks: [FuelCells.Tank]
    var shops: [Shops.Parameters]
    var burners: [ProcessBurners.Parameters]
    var heat: HeatSection?
    var agvs: [ChargingGroups.Parameters]
    var yard: [ChargingGroups.Parameters]
    var bays: [ChargingGroups.Parameters]
    var storage: [BatteryStorage.Parameters]
    var grid: GridConnection.Parameters
    var losses: LossFractions

    /// - Parameter stuck: the detector's settings; nil switches it off.
    static func read(_ root: YAMLNode, stuck: StuckSetting?) -> AssetsSection? {
        root.fields { fields in
            let reader = AssetReader(stuck: stuck)
            let mast = fields.required("weather").flatMap { reader.assets($0, 1...1, reader.mast) }?.first
            let wind = reader.kind(&fields, "wind") { reader.turbines($0, mastHeightM: mast?.heightM) }
            let solar = reader.kind(&fields, "solar") { reader.assets($0, 1...64, reader.park) }
            let cells = reader.kind(&fields, "fuelcell") { reader.assets($0, 1...16, reader.fuelCell) }
            let tanks = reader.kind(&fields, "ethanol") { reader.assets($0, 1...16, reader.tank) }
            let shops = fields.required("shop").flatMap { node in
                reader.assets(node, 1...64) { reader.shop(AssetPath(.shop, $0), $1) }
            }
            let buildings = reader.kind(&fields, "building") { node in
                reader.assets(node, 1...64) { reader.shop(AssetPath(.building, $0), $1) }
            }
            let burners = reader.kind(&fields, "gas") { reader.assets($0, 1...64, reader.burner) }
            let heat = fields.optional("heat").map { reader.heat($0) }
            let agvs = reader.kind(&fields, "agv") { reader.groups($0, .agv) }
            let yard = reader.kind(&fields, "yard") { reader.groups($0, .yard) }
            let bays = reader.kind(&fields, "bay") { reader.groups($0, .bay) }
            let storage = reader.kind(&fields, "storage") { reader.strings($0) }
            let grid = fields.required("grid").flatMap(AssetReader.grid)
            let loss = fields.required("distribution").flatMap { node in
                node.fields { $0.quantity("loss_fraction", in: 0...0.2, "fraction of the delivered power") }
            }
            if let heat, heat == nil { return nil }
            guard let mast, let wind, let solar, let cells, let tanks, let shops, let buildings, let burners, let agvs,
                let yard, let bays, let storage, let grid, let loss
            else { return nil }
            if !cells.isEmpty, tanks.isEmpty {
                fields.node.find("fuelcell")?.problem("burns ethanol, but there is no tank; add ethanol: {tank-1: ...}")
            }
            let heatSection = heat.flatMap(\.self)
            return AssetsSection(
                weather: mast.parameters, wind: wind, solar: solar, fuelCells: cells, tanks: tanks,
                shops: shops + buildings, burners: burners, heat: heatSection, agvs: agvs, yard: yard, bays: bays,
                storage: storage,
                grid: grid, losses: LossFractions(electricity: loss, heat: heatSection?.lossFraction ?? 0))
        }
    }

    /// Every meter's line in the books, in the order of the file's kinds.
    var chart: Chart {
        let produced = wind.flatMap(\.meters) + solar.flatMap(\.meters) + fuelCells.flatMap(\.meters)
        let used = shops.flatMap(\.meters) + burners.flatMap(\.meters) + (heat?.sources ?? []).flatMap(\.meters)
        let stored = (agvs + yard + bays).flatMap(\.meters) + storage.flatMap(\.meters)
        return Chart(produced + used + stored + grid.meters)
    }
}
