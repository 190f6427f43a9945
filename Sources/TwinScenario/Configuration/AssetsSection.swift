import Foundation
import TwinCore
import TwinPlant

/// `assets.yaml`: what stands on the site, as the twin believes it to be.
struct AssetsSection {
    var weather: WeatherStation.Parameters
    var wind: [WindFarm.Parameters]
    var shops: [Shops.Parameters]
    var storage: [BatteryStorage.Parameters]
    var grid: GridConnection.Parameters
    var lossFraction: Double

    /// - Parameter stuck: the detector's settings; nil switches it off.
    init?(_ root: YAMLNode, stuck: StuckSetting?) {
        let section: AssetsSection? = root.fields { fields in
            let weather = fields.required("weather").flatMap { Self.assets($0, 1...1, Self.mast) }
            let wind = fields.required("wind").flatMap { node in
                Self.assets(node, 0...16) { id, node in
                    Self.farm(id, node, mastHeightM: weather?.first?.heightM, stuck)
                }
            }
            let shops = fields.required("shop").flatMap { Self.assets($0, 1...64) { Self.shop($0, $1, stuck) } }
            let storage = fields.required("storage").flatMap { Self.assets($0, 0...16, Self.storageUnit) }
            let grid = fields.required("grid").flatMap(Self.grid)
            let loss = fields.required("distribution").flatMap { node in
                node.fields { $0.quantity("loss_fraction", in: 0...0.2, "fraction of the delivered power") }
            }
            guard let mast = weather?.first, let wind, let shops, let storage, let grid, let loss else { return nil }
            return AssetsSection(
                weather: mast.parameters, wind: wind, shops: shops, storage: storage, grid: grid, lossFraction: loss)
        }
        guard let section else { return nil }
        self = section
    }

    private init(
        weather: WeatherStation.Parameters, wind: [WindFarm.Parameters], shops: [Shops.Parameters],
        storage: [BatteryStorage.Parameters], grid: GridConnection.Parameters, lossFraction: Double
    ) {
        self.weather = weather
        self.wind = wind
        self.shops = shops
        self.storage = storage
        self.grid = grid
        self.lossFraction = lossFraction
    }

    /// Accounts with an asset behind them.
    var accounts: Set<Account> {
        var accounts: Set<Account> = [.gridImport, .gridExport, .load, .gas, .losses, .unmetered]
        if !wind.isEmpty { accounts.insert(.wind) }
        if !storage.isEmpty { accounts.formUnion([.storageDischarge, .storageCharge]) }
        return accounts
    }

    /// Reads the assets of one area by their ids, in file order. A doubled id is a doubled key.
    private static func assets<T>(
        _ node: YAMLNode, _ count: ClosedRange<Int>, _ read: (String, YAMLNode) -> T?
    ) -> [T]? {
        guard let entries = node.named() else { return nil }
        guard count.contains(entries.count) else {
            node.problem("\(entries.count) assets; \(spelt(count)) needed here")
            return nil
        }
        let assets = entries.map { entry in entry.key.id().flatMap { read($0, entry.value) } }
        return assets.contains { $0 == nil } ? nil : assets.compactMap(\.self)
    }

    private typealias Mast = (parameters: WeatherStation.Parameters, heightM: Double)

    private static func mast(_ id: String, _ node: YAMLNode) -> Mast? {
        node.fields { fields in
            let height = fields.quantity("height_m", in: 1...200, "m")
            let temperature = fields.quantity("mean_temperature_c", in: -30...40, "degC")
            let wind = fields.quantity("mean_wind_m_per_s", in: 0...25, "m/s")
            let maxAge = fields.seconds("max_age_s", in: 1...86_400)
            guard let height, let temperature, let wind, let maxAge else { return nil }
            let parameters = WeatherStation.Parameters(
                asset: id, maxAge: maxAge, meanTemperatureC: temperature, meanWindMPerS: wind)
            return (parameters, height)
        }
    }

    private static func farm(
        _ id: String, _ node: YAMLNode, mastHeightM: Double?, _ stuck: StuckSetting?
    ) -> WindFarm.Parameters? {
        node.fields { fields in
            let turbines = fields.count("turbines", in: 1...1000, "turbines")
            let rated = fields.quantity("rated_kw", in: 1...20_000, "kW")
            let hub = fields.quantity("hub_height_m", in: 5...250, "m")
            let exponent = fields.quantity("shear_exponent", in: 0...0.6, "exponent of the power law")
            let delivered = fields.quantity("delivered_fraction", in: 0.5...1, "fraction of the curve's output")
            let curve = fields.required("curve", hint: "add curve: {value: [[m/s, kW], ...], source: \"...\"}")?
                .sourced { powerCurve($0, ratedKW: rated) }
            let maxAge = fields.seconds("max_age_s", in: 1...86_400)
            guard let turbines, let rated, let hub, let exponent, let delivered, let curve, let maxAge, let mastHeightM
            else { return nil }
            return WindFarm.Parameters(
                asset: id, turbines: turbines, ratedKW: rated, curve: curve,
                shearFactor: pow(hub / mastHeightM, exponent), deliveredFraction: delivered, maxAge: maxAge,
                stuck: stuck?.rule(ratedKW: Double(turbines) * rated))
        }
    }

    private static func shop(_ id: String, _ node: YAMLNode, _ stuck: StuckSetting?) -> Shops.Parameters? {
        node.fields { fields in
            let model = fields.required("model").flatMap(energyModel)
            let loadMax = fields.quantity("load_max_kw", in: 1...1_000_000, "kW")
            let gasMax = fields.quantity("gas_max_kw", in: 1...1_000_000, "kW")
            let maxAge = fields.seconds("max_age_s", in: 1...86_400)
            guard let model, let loadMax, let gasMax, let maxAge else { return nil }
            return Shops.Parameters(
                asset: id, model: model, loadMaxKW: loadMax, gasMaxKW: gasMax, maxAge: maxAge,
                stuck: stuck?.rule(ratedKW: loadMax))
        }
    }

    private static func storageUnit(_ id: String, _ node: YAMLNode) -> BatteryStorage.Parameters? {
        node.fields { fields in
            let unit = "fraction of capacity"
            let power = fields.quantity("power_max_kw", in: 1...1_000_000, "kW")
            let capacity = fields.quantity("capacity_kwh", in: 1...10_000_000, "kWh")
            let charge = fields.quantity("charge_efficiency", in: 0.3...1, "fraction of the energy")
            let discharge = fields.quantity("discharge_efficiency", in: 0.3...1, "fraction of the energy")
            let low = fields.quantity("soc_min", in: 0...1, unit)
            let high = fields.quantity("soc_max", in: 0...1, unit)
            let reserve = fields.quantity("soc_reserve", in: 0...1, unit)
            let maxAge = fields.seconds("max_age_s", in: 1...86_400)
            guard let power, let capacity, let charge, let discharge, let low, let high, let reserve, let maxAge
            else { return nil }
            let storage = BatteryStorage.Parameters(
                asset: id, powerMaxKW: power, capacityKWh: capacity, chargeEfficiency: charge,
                dischargeEfficiency: discharge, socMin: low, socMax: high, socReserve: reserve, maxAge: maxAge)
            checkStorage(storage, fields.node)
            return storage
        }
    }

    private static func grid(_ node: YAMLNode) -> GridConnection.Parameters? {
        node.fields { fields in
            let meter = fields.required("meter").flatMap(gridMeter)
            let intensity = fields.required("intensity").flatMap(gridIntensity)
            guard let meter, let intensity else { return nil }
            checkGridIDs(meter.id, intensity.id, fields.node)
            return GridConnection.Parameters(
                meter: meter.id, intensity: intensity.id, importMaxKW: meter.importMaxKW,
                exportMaxKW: meter.exportMaxKW, intensityRange: intensity.range, maxAge: meter.maxAge,
                intensityMaxAge: intensity.maxAge)
        }
    }

    private struct GridMeter {
        var id: String
        var importMaxKW: Double
        var exportMaxKW: Double
        var maxAge: Span
    }

    private static func gridMeter(_ node: YAMLNode) -> GridMeter? {
        node.fields { fields in
            let id = fields.required("id")?.id()
            let importMax = fields.quantity("import_max_kw", in: 1...1_000_000, "kW")
            let exportMax = fields.quantity("export_max_kw", in: 0...1_000_000, "kW")
            let maxAge = fields.seconds("max_age_s", in: 1...86_400)
            guard let id, let importMax, let exportMax, let maxAge else { return nil }
            return GridMeter(id: id, importMaxKW: importMax, exportMaxKW: exportMax, maxAge: maxAge)
        }
    }

    private struct GridIntensity {
        var id: String
        var range: ClosedRange<Double>
        var maxAge: Span
    }

    private static func gridIntensity(_ node: YAMLNode) -> GridIntensity? {
        node.fields { fields in
            let id = fields.required("id")?.id()
            let low = fields.quantity("min_g_per_kwh", in: 0...100, "g/kWh")
            let high = fields.quantity("max_g_per_kwh", in: 101...2000, "g/kWh")
            let maxAge = fields.seconds("max_age_s", in: 1...604_800)
            guard let id, let low, let high, let maxAge else { return nil }
            return GridIntensity(id: id, range: low...high, maxAge: maxAge)
        }
    }
}

/// Reads the energy model of a plant or shop.
func energyModel(_ node: YAMLNode) -> EnergyModel? {
    node.fields { fields in
        let fixed = fields.quantity("electricity_fixed_kw", in: 0...500_000, "kW")
        let perVehicle = fields.quantity("electricity_per_vehicle_kwh", in: 0...10_000, "kWh/vehicle")
        let productionDay = fields.quantity("gas_production_day_kw", in: 0...500_000, "kW gross")
        let idleDay = fields.quantity("gas_idle_day_kw", in: 0...500_000, "kW gross")
        let hall = fields.quantity("gas_hall_kw_per_k", in: 0...50_000, "kW/K")
        let paint = fields.quantity("gas_paint_kw_per_k", in: 0...50_000, "kW/K")
        let gasPerVehicle = fields.quantity("gas_per_vehicle_kwh", in: 0...10_000, "kWh/vehicle gross")
        let base = fields.quantity("heating_base_c", in: 5...25, "degC")
        guard let fixed, let perVehicle, let productionDay, let idleDay, let hall, let paint, let gasPerVehicle,
            let base
        else { return nil }
        return EnergyModel(
            electricityFixedKW: fixed, electricityPerVehicleKWh: perVehicle, gasProductionDayKW: productionDay,
            gasIdleDayKW: idleDay, gasHallKWPerK: hall, gasPaintKWPerK: paint, gasPerVehicleKWh: gasPerVehicle,
            heatingBaseC: base)
    }
}
