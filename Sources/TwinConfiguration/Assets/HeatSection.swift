import TwinCore
public import TwinPlant

/// The hot-water network of a site.
public struct HeatSection: Sendable {
    public var sources: [HeatPlant.Parameters]
    /// What the uses on the network take.
    public var demand: HeatDemand
    /// Share of the carried heat that the pipes lose.
    public var lossFraction: Double
}

extension AssetReader {
    /// `heat:` of assets.yaml.
    func heat(_ node: YAMLNode) -> HeatSection? {
        node.fields { fields in
            let network = fields.required("network").flatMap { node in
                node.fields { fields -> (loss: Double, demand: HeatDemand)? in
                    let loss = fields.quantity("loss_fraction", in: 0...0.5, "fraction of the carried heat")
                    let demand = fields.required("demand").flatMap(heatDemand)
                    guard let loss, let demand else { return nil }
                    return (loss, demand)
                }
            }
            let sources = fields.required("sources").flatMap { assets($0, 1...64, heatSource) }
            guard let network, let sources else { return nil }
            if !sources.contains(where: { $0.kind == .boiler }) {
                fields.node.find("sources")?.problem("no boiler; something must give what the others leave open")
                return nil
            }
            return HeatSection(sources: sources, demand: network.demand, lossFraction: network.loss)
        }
    }

    private func heatSource(_ id: String, _ node: YAMLNode) -> HeatPlant.Parameters? {
        node.fields { fields in
            let kind = fields.required("kind")?.choice(HeatPlant.Kind.self)
            let rated = fields.quantity("rated_kw", in: 1...1_000_000, "kW of heat")
            let performance = fields.quantity("performance", in: 0.3...8, "heat per energy used")
            let capacity = kind == .store ? fields.quantity("capacity_kwh", in: 1...100_000_000, "kWh") : 0
            let maxAge = fields.seconds("max_age_s", in: 1...86_400)
            guard let kind, let rated, let performance, let capacity, let maxAge else { return nil }
            if performance > 1, kind != .heatPump {
                fields.node.find("performance")?.problem(
                    "\(plain(performance)) is above 1: only a heat pump gives more heat than it takes; check kind")
                return nil
            }
            return HeatPlant.Parameters(
                asset: id, kind: kind, ratedKW: rated, performance: performance, capacityKWh: capacity,
                maxAge: maxAge, stuck: stuck?.rule(ratedKW: rated))
        }
    }

    private func heatDemand(_ node: YAMLNode) -> HeatDemand? {
        node.fields { fields in
            let productionDay = fields.quantity("production_day_kw", in: 0...500_000, "kW of heat")
            let idleDay = fields.quantity("idle_day_kw", in: 0...500_000, "kW of heat")
            let hall = fields.quantity("hall_kw_per_k", in: 0...50_000, "kW/K of heat")
            let perVehicle = fields.quantity("per_vehicle_kwh", in: 0...10_000, "kWh/vehicle of heat")
            let base = fields.quantity("heating_base_c", in: 5...25, "degC")
            guard let productionDay, let idleDay, let hall, let perVehicle, let base else { return nil }
            return HeatDemand(
                productionDayKW: productionDay, idleDayKW: idleDay, hallKWPerK: hall, perVehicleKWh: perVehicle,
                heatingBaseC: base)
        }
    }
}
