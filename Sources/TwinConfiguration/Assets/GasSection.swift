import TwinCore
import TwinPlant

extension AssetReader {
    /// Process burners, `gas:` of assets.yaml.
    func burner(_ id: String, _ node: YAMLNode) -> ProcessBurners.Parameters? {
        node.fields { fields in
            let kind = fields.required("kind")?.choice(ProcessBurner.Kind.self)
            if kind == nil {
                // Whose keys they are cannot be told, so none of them is called unknown.
                for key in ["air_low_c", "air_design_c", "air_high_c", "elements", "idle_fraction"] {
                    _ = fields.optional(key)
                }
            }
            let gas = burnt(&fields)
            let air = kind == .supplyAir ? window(&fields) : nil
            let elementsNode = kind == .oven ? fields.optional("elements") : nil
            let elements = elementsNode.flatMap(self.elements)
            let idle =
                kind == .oxidiser ? fields.quantity("idle_fraction", in: 0...1, "fraction of a production day") : 1
            let maxAge = fields.seconds("max_age_s", in: 1...86_400)
            guard let kind, let gas, let idle, let maxAge, kind != .supplyAir || air != nil,
                elementsNode == nil || elements != nil
            else { return nil }
            let burner = ProcessBurner(
                kind: kind, demand: gas.demand, efficiency: gas.efficiency, gasMaxKW: gas.maxKW, air: air,
                elements: elements, idleFraction: idle)
            return ProcessBurners.Parameters(
                asset: id, burner: burner, maxAge: maxAge, stuck: stuck?.rule(ratedKW: gas.maxKW))
        }
    }

    private func window(_ fields: inout YAMLFields) -> ProcessBurner.AirWindow? {
        let low = fields.quantity("air_low_c", in: 5...40, "degC")
        let design = fields.quantity("air_design_c", in: 5...40, "degC")
        let high = fields.quantity("air_high_c", in: 5...40, "degC")
        guard let low, let design, let high else { return nil }
        guard low <= design, design <= high else {
            fields.node.find("air_design_c")?.problem(
                "\(plain(design)) degC is outside the window of \(plain(low)) to \(plain(high)) degC; check all three")
            return nil
        }
        return ProcessBurner.AirWindow(low: low, design: design, high: high)
    }

    private func elements(_ node: YAMLNode) -> ProcessBurner.Elements? {
        node.fields { fields in
            let rated = fields.quantity("rated_kw", in: 1...500_000, "kW of electricity")
            let efficiency = fields.quantity("efficiency", in: 0.3...1, "fraction of the electricity")
            let rest = fields.seconds("rest_s", in: 0...86_400)
            guard let rated, let efficiency, let rest else { return nil }
            return ProcessBurner.Elements(ratedKW: rated, efficiency: efficiency, rest: rest)
        }
    }

    /// Gas that is burnt at the place, gross: a degree-day regression with its largest value and its use.
    func burnt(_ fields: inout YAMLFields) -> (demand: EnergyModel, maxKW: Double, efficiency: Double)? {
        let productionDay = fields.quantity("production_day_kw", in: 0...500_000, "kW gross")
        let idleDay = fields.quantity("idle_day_kw", in: 0...500_000, "kW gross")
        let supplyAir = fields.quantity("supply_air_kw_per_k", in: 0...50_000, "kW/K gross")
        let perVehicle = fields.quantity("per_vehicle_kwh", in: 0...10_000, "kWh/vehicle gross")
        let base = fields.quantity("heating_base_c", in: 5...25, "degC")
        let gasMax = fields.quantity("gas_max_kw", in: 1...1_000_000, "kW")
        let efficiency = fields.quantity("efficiency", in: 0.1...1, "fraction of the gas")
        guard let productionDay, let idleDay, let supplyAir, let perVehicle, let base, let gasMax, let efficiency
        else { return nil }
        var demand = EnergyModel.none
        demand.gasProductionDayKW = productionDay
        demand.gasIdleDayKW = idleDay
        demand.gasPaintKWPerK = supplyAir
        demand.gasPerVehicleKWh = perVehicle
        demand.heatingBaseC = base
        return (demand, gasMax, efficiency)
    }
}
