import TwinConfiguration
import TwinCore
import TwinPlant
import TwinStudies

extension StoredLevel {
    /// As the simulated plant told it last.
    init(_ config: SiteConfig, _ told: SimulatedAssets) {
        self.init()
        var values: [AssetPath: [String: Double]] = [:]
        for (place, key) in told.keys.enumerated() where key.key == "soc_fraction" || key.key == "need_kwh" {
            values[key.path, default: [:]][key.key] = told.value(place)
        }
        func value(_ path: AssetPath, _ key: String) -> Double { values[path]?[key] ?? 0 }
        for asset in config.assets {
            switch asset.kind {
            case let store as HotWaterStore: heatKWh += value(asset.path, "soc_fraction") * store.capacityKWh
            case let battery as BatteryUnit:
                electricityKWh +=
                    value(asset.path, "soc_fraction") * battery.capacityKWh * battery.dischargeEfficiency
            default: owedKWh += value(asset.path, "need_kwh") / ChargingGroup.efficiency
            }
        }
    }
}
