import TwinCore
import TwinPlant

// The simulated plant stands on the site that assets.yaml describes. A site may lack a whole kind of asset, as that of
// 2018 does; what plant.yaml says of such a kind is not used and not checked.

extension SiteFiles {
    func checkPlant(_ truth: PlantTruth, _ assets: AssetsSection) {
        checkScales("electricity", assets) { shop in
            let model = shop.model
            return model.electricityFixedKW + model.electricityPerVehicleKWh > 0
                ? nil : "takes no electricity: assets.yaml gives it 0 kW; remove it or give it a load"
        }
        checkScales("gas", assets) { shop in
            shop.hasBurners ? nil : "burns no gas: assets.yaml gives it no burners; remove it or add them"
        }
        checkTank(truth[SolidOxideFuelCell.Truth.self], assets)
        checkWindow(truth[BatteryUnit.Truth.self], assets)
        checkIntensity("winter_by_utc_hour_g_per_kwh", truth.intensity.winterByHour, assets)
        checkIntensity("summer_by_utc_hour_g_per_kwh", truth.intensity.summerByHour, assets)
    }

    private var plant: YAMLNode? { self["plant.yaml"] }

    /// A scale of an asset that is not there would change nothing, in silence.
    private func checkScales(_ kind: String, _ assets: AssetsSection, _ problem: (Shop) -> String?) {
        for (key, _) in plant?.find("shop", kind)?.named() ?? [] {
            guard let path = key.scalar.flatMap({ AssetPath(text: $0) }) else { continue }
            let shops = assets.assets.of(Shop.self)
            if let shop = shops.first(where: { $0.path == path })?.kind {
                if let text = problem(shop) { key.problem(text) }
                continue
            }
            let burning = assets.assets.filter { $0.path.area == .burner && !type(of: $0.kind).isMainMeter }
            let burners = kind == "gas" ? burning.map(\.path) : []
            if burners.contains(path) { continue }
            let near = suggestion(for: path.text, among: (shops.map(\.path) + burners).map(\.text))
            let fix = near.map { "did you mean \(quoted($0))?" } ?? "remove it or add the asset"
            let kinds = burners.isEmpty ? "shop or building" : "shop, building or burner"
            key.problem("is no \(kinds) of assets.yaml; \(fix)")
        }
    }

    /// All tanks count as one, as the simulated plant fills them.
    private func checkTank(_ truth: SolidOxideFuelCell.Truth, _ assets: AssetsSection) {
        let tanks = assets.assets.of(EthanolStore.self)
        guard !tanks.isEmpty else { return }
        let capacity = tanks.reduce(0) { $0 + $1.kind.capacityLitres }
        if truth.reorderLitres + truth.deliveryLitres > capacity {
            plant?.find("fuelcell", "reorder_l")?.problem(
                "\(plain(truth.reorderLitres)) l and a delivery of \(plain(truth.deliveryLitres)) l overflow the"
                    + " \(plain(capacity)) l of ethanol.*.capacity_l of assets.yaml; order later or less")
        }
        if truth.tankInitialLitres > capacity {
            plant?.find("fuelcell", "tank_initial_l")?.problem(
                "\(plain(truth.tankInitialLitres)) l are more than the \(plain(capacity)) l of ethanol.*.capacity_l of"
                    + " assets.yaml; lower it")
        }
    }

    private func checkWindow(_ truth: BatteryUnit.Truth, _ assets: AssetsSection) {
        guard
            let (path, unit) = assets.assets.of(BatteryUnit.self).first(where: {
                truth.initialSOC < $0.kind.socMin || truth.initialSOC > $0.kind.socMax
            })
        else { return }
        plant?.find("storage", "initial_soc")?.problem(
            "\(plain(truth.initialSOC)) lies outside \(plain(unit.socMin))...\(plain(unit.socMax)), the window of charge of"
                + " \(path.text) in assets.yaml; write a value inside")
    }

    /// The twin refuses readings outside the feed's range.
    private func checkIntensity(_ key: String, _ values: [Double], _ assets: AssetsSection) {
        let range = assets.grid.intensityRange
        let items = plant?.find("intensity", key, "value")?.items(0...24) ?? []
        for (item, value) in zip(items, values) where !range.contains(value) {
            item.problem(
                "\(plain(value)) g/kWh lies outside \(plain(range.lowerBound))...\(plain(range.upperBound)) of"
                    + " grid.intensity in assets.yaml; the twin would refuse it, check both")
        }
    }

    /// A load that the model itself passes at the planned rate would be refused as out of range.
    func checkLoads(_ assets: AssetsSection, _ shifts: ShiftsSection) {
        let hours = shifts.shifts.reduce(0) { $0 + Double($1.end - $1.start) / 3_600_000 }
        let rate = hours > 0 ? shifts.vehiclesPerDay / hours : 0
        for (path, shop) in assets.assets.of(Shop.self) {
            let modelKW = shop.model.electricityKW(vehiclesPerHour: rate)
            guard modelKW > shop.loadMaxKW else { continue }
            self["assets.yaml"]?.find(path.area.rawValue, path.asset, "load_max_kw")?.problem(
                "\(plain(shop.loadMaxKW)) kW is below the \(plain(modelKW.rounded(.up))) kW that the model says at the"
                    + " \(plain(rate.rounded())) vehicles/h of shifts.yaml; raise it")
        }
    }
}
