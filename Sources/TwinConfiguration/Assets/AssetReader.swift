import TwinCore
import TwinPlant

/// Reads the assets of `assets.yaml`, kind by kind.
struct AssetReader {
    /// Nil when the detector is off.
    let stuck: StuckSetting?

    /// The assets of a kind that a site may lack; nil when one of them is wrong.
    func kind<T>(_ fields: inout YAMLFields, _ key: String, _ read: (YAMLNode) -> [T]?) -> [T]? {
        guard let node = fields.optional(key) else { return [] }
        return read(node)
    }

    /// Reads the assets of one area by their ids, in file order. A doubled id is a doubled key.
    func assets<T>(_ node: YAMLNode, _ count: ClosedRange<Int>, _ read: (String, YAMLNode) -> T?) -> [T]? {
        guard let entries = node.named() else { return nil }
        guard count.contains(entries.count) else {
            node.problem("\(entries.count) assets; \(spelt(count)) needed here")
            return nil
        }
        let assets = entries.map { entry in entry.key.id().flatMap { read($0, entry.value) } }
        return assets.contains { $0 == nil } ? nil : assets.compactMap(\.self)
    }

    /// The ids of equal assets, `ids: [t01, t02]`; each once.
    func ids(_ fields: inout YAMLFields, _ count: ClosedRange<Int>) -> [String]? {
        guard let items = fields.required("ids", hint: "list the assets of this type: ids: [a-1, a-2]")?.items(count)
        else { return nil }
        let ids = items.map { $0.id() }
        for (index, item) in items.enumerated() {
            if let id = ids[index], ids.prefix(index).contains(id) {
                item.problem("\(quoted(id)) is listed twice; give each asset its own id")
            }
        }
        return ids.contains(nil) ? nil : ids.compactMap(\.self)
    }

    /// Reads the assets of one area by their types, each a list of ids and what they have in common.
    func types<T>(_ node: YAMLNode, _ read: (inout YAMLFields) -> [T]?) -> [T]? {
        guard let entries = node.named() else { return nil }
        let types = entries.map { $0.value.fields(read) }
        checkIDs(entries)
        return types.contains { $0 == nil } ? nil : types.compactMap(\.self).flatMap(\.self)
    }

    func mast(_ id: String, _ node: YAMLNode) -> (parameters: WeatherStation.Parameters, heightM: Double)? {
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

    /// Process shop or building: electric load, and burners of its own where it has any.
    func shop(_ path: AssetPath, _ node: YAMLNode) -> Shops.Parameters? {
        node.fields { fields in
            let fixed = fields.quantity("electricity_fixed_kw", in: 0...500_000, "kW")
            let perVehicle = fields.quantity("electricity_per_vehicle_kwh", in: 0...10_000, "kWh/vehicle")
            let loadMax = fields.quantity("load_max_kw", in: 1...1_000_000, "kW")
            let burnersNode = fields.optional("burners")
            let burners = burnersNode.flatMap { node in node.fields { burnt(&$0) } }
            let maxAge = fields.seconds("max_age_s", in: 1...86_400)
            guard let fixed, let perVehicle, let loadMax, let maxAge, burnersNode == nil || burners != nil
            else { return nil }
            var model = burners?.demand ?? .none
            model.electricityFixedKW = fixed
            model.electricityPerVehicleKWh = perVehicle
            return Shops.Parameters(
                path: path, model: model, loadMaxKW: loadMax, gasMaxKW: burners?.maxKW ?? 0,
                burnerEfficiency: burners?.efficiency ?? 1, maxAge: maxAge, stuck: stuck?.rule(ratedKW: loadMax))
        }
    }

    /// Equal battery strings.
    func strings(_ node: YAMLNode) -> [BatteryStorage.Parameters]? {
        types(node, storage)
    }

    private func storage(_ fields: inout YAMLFields) -> [BatteryStorage.Parameters]? {
        let unit = "fraction of capacity"
        let ids = ids(&fields, 1...64)
        let power = fields.quantity("power_max_kw", in: 1...1_000_000, "kW")
        let capacity = fields.quantity("capacity_kwh", in: 1...10_000_000, "kWh")
        let charge = fields.quantity("charge_efficiency", in: 0.3...1, "fraction of the energy")
        let discharge = fields.quantity("discharge_efficiency", in: 0.3...1, "fraction of the energy")
        let low = fields.quantity("soc_min", in: 0...1, unit)
        let high = fields.quantity("soc_max", in: 0...1, unit)
        let reserve = fields.quantity("soc_reserve", in: 0...1, unit)
        let maxAge = fields.seconds("max_age_s", in: 1...86_400)
        guard let ids, let power, let capacity, let charge, let discharge, let low, let high, let reserve, let maxAge
        else { return nil }
        let strings = ids.map { id in
            BatteryStorage.Parameters(
                asset: id, powerMaxKW: power, capacityKWh: capacity, chargeEfficiency: charge,
                dischargeEfficiency: discharge, socMin: low, socMax: high, socReserve: reserve, maxAge: maxAge)
        }
        if let first = strings.first { checkStorage(first, fields.node) }
        return strings
    }

    /// Charging groups of one area.
    func groups(_ node: YAMLNode, _ area: Area) -> [ChargingGroups.Parameters]? {
        types(node) { group(&$0, area) }
    }

    private func group(_ fields: inout YAMLFields, _ area: Area) -> [ChargingGroups.Parameters]? {
        let ids = ids(&fields, 1...64)
        let points = fields.count("points", in: 1...100_000, "charge points in a group")
        let pointMax = fields.quantity("point_max_kw", in: 0.1...1000, "kW")
        let working = fields.quantity("expected_on_shift_kw", in: 0...100_000, "kW")
        let idle = fields.quantity("expected_else_kw", in: 0...100_000, "kW")
        let isBidirectional = area == .bay ? fields.required("bidirectional")?.flag() : false
        let maxAge = fields.seconds("max_age_s", in: 1...86_400)
        guard let ids, let points, let pointMax, let working, let idle, let isBidirectional, let maxAge
        else { return nil }
        let rating = Double(points) * pointMax
        for (value, key) in [(working, "expected_on_shift_kw"), (idle, "expected_else_kw")] where value > rating {
            fields.node.find(key)?.problem(
                "\(plain(value)) kW is above what \(points) points of \(plain(pointMax)) kW can draw; check all three")
        }
        return ids.map { id in
            ChargingGroups.Parameters(
                path: AssetPath(area, id), points: points, pointMaxKW: pointMax, isBidirectional: isBidirectional,
                workingKW: working, idleKW: idle, maxAge: maxAge, stuck: stuck?.rule(ratedKW: rating))
        }
    }
}

/// Reads the energy model of a plant.
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
