import TwinCore
import TwinPlant

/// Reads the assets of `assets.yaml`: which kinds a section may hold, and what they need, their tables say.
struct AssetReader {
    /// Nil when the detector is off.
    let stuck: StuckSetting?

    /// The assets of a section in file order; nil when one of them is wrong.
    func assets(_ area: Area, _ node: YAMLNode) -> [PlantAsset]? {
        let kinds = Kinds.kinds(of: area)
        guard let first = kinds.first else { return [] }
        switch first.section {
        case .named(let count):
            return named(node, count) { id, node in
                node.fields { asset(kinds, &$0) }.map { [$0.placed(AssetPath(area, id))] }
            }?.flatMap(\.self)
        case .typed(let count):
            return types(node) { fields in
                let ids = ids(&fields, count)
                guard let asset = asset(kinds, &fields), let ids else { return nil }
                return ids.map { asset.placed(AssetPath(area, $0)) }
            }
        }
    }

    /// One asset, or what assets of one type have in common.
    private func asset(_ kinds: [any AssetKind.Type], _ fields: inout YAMLFields) -> UnplacedAsset? {
        let words = kinds.compactMap { $0.word }
        guard !words.isEmpty else { return kinds.first.flatMap { asset(of: $0, &fields) } }
        let word = fields.required("kind")?.choice(among: words)
        guard let kind = kinds.first(where: { $0.word == word }) else {
            // Whose keys they are cannot be told, so none of them is called unknown.
            for kind in kinds { admit(kind, &fields) }
            _ = fields.optional("max_age_s")
            _ = fields.optional("prefer")
            return nil
        }
        return asset(of: kind, &fields)
    }

    private func admit<K: AssetKind>(_ kind: K.Type, _ fields: inout YAMLFields) { fields.admit(K.self) }

    private func asset<K: AssetKind>(of type: K.Type, _ fields: inout YAMLFields) -> UnplacedAsset? {
        let kind = fields.subject(K.self)
        let maxAge = fields.seconds("max_age_s", in: K.maxAgeRange)
        let prefer = fields.optional("prefer")
        let preference = prefer?.choice(Preference.self)
        guard let kind, let maxAge, (prefer == nil) == (preference == nil) else { return nil }
        for problem in kind.problems {
            (fields.node.find(problem.key) ?? fields.node).problem(problem.text)
        }
        return UnplacedAsset(
            kind: kind, maxAge: maxAge, stuck: stuck?.rule(ratedKW: kind.sizeKW),
            preference: preference)
    }

    /// What an asset is before it has an id.
    private struct UnplacedAsset {
        var kind: any AssetKind
        var maxAge: Span
        var stuck: StuckRule?
        var preference: Preference?

        func placed(_ path: AssetPath) -> PlantAsset {
            PlantAsset(path, kind, maxAge: maxAge, stuck: stuck, preference: preference)
        }
    }

    /// Reads the entries of a section by their ids, in file order. A doubled id is a doubled key.
    func named<T>(_ node: YAMLNode, _ count: ClosedRange<Int>, _ read: (String, YAMLNode) -> T?) -> [T]? {
        guard let entries = node.named() else { return nil }
        guard count.contains(entries.count) else {
            node.problem("\(entries.count) assets; \(spelt(count)) needed here")
            return nil
        }
        let assets = entries.map { entry in entry.key.id().flatMap { read($0, entry.value) } }
        return assets.contains { $0 == nil } ? nil : assets.compactMap(\.self)
    }

    /// The ids of equal assets, `ids: [t01, t02]`; each once.
    private func ids(_ fields: inout YAMLFields, _ count: ClosedRange<Int>) -> [String]? {
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

    /// Reads a section by its types, each a list of ids and what they have in common.
    private func types<T>(_ node: YAMLNode, _ read: (inout YAMLFields) -> [T]?) -> [T]? {
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
            let told = fields.optional("forecast")
            let forecast = told.flatMap(weatherForecast)
            guard let height, let temperature, let wind, let maxAge, (told == nil) == (forecast == nil) else {
                return nil
            }
            if forecast?.asset == id {
                told?.find("id")?.problem("\(quoted(id)) is the mast's id too; give each its own")
            }
            let parameters = WeatherStation.Parameters(
                asset: id, maxAge: maxAge, meanTemperatureC: temperature, meanWindMPerS: wind, forecast: forecast)
            return (parameters, height)
        }
    }

    /// `forecast:`, the weather forecast that is told to the site.
    private func weatherForecast(_ node: YAMLNode) -> WeatherStation.Parameters.Forecast? {
        node.fields { fields in
            let id = fields.required("id")?.id()
            let maxAge = fields.seconds("max_age_s", in: 1...604_800)
            guard let id, let maxAge else { return nil }
            return WeatherStation.Parameters.Forecast(asset: id, maxAge: maxAge)
        }
    }

    /// What the hot-water network carries.
    func network(_ node: YAMLNode) -> HotWaterNetwork? {
        node.fields { fields in
            let loss = fields.quantity("loss_fraction", in: 0...0.5, "fraction of the carried heat")
            let demand = fields.required("demand").flatMap { $0.fields { $0.subject(HeatDemand.self) } }
            guard let loss, let demand else { return nil }
            return HotWaterNetwork(demand: demand, lossFraction: loss)
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
