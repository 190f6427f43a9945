import Foundation
import TwinCore
import TwinPlant

extension AssetReader {
    /// Wind turbines by type: each id is a meter with one turbine or more behind it.
    func turbines(_ node: YAMLNode, mastHeightM: Double?) -> [WindFarm.Parameters]? {
        types(node) { turbines(&$0, mastHeightM) }
    }

    private func turbines(_ fields: inout YAMLFields, _ mastHeightM: Double?) -> [WindFarm.Parameters]? {
        let ids = ids(&fields, 1...1000)
        let turbines = fields.count("turbines", in: 1...1000, "turbines behind a meter")
        let rated = fields.quantity("rated_kw", in: 1...20_000, "kW")
        let hub = fields.quantity("hub_height_m", in: 5...250, "m")
        let exponent = fields.quantity("shear_exponent", in: 0...0.6, "exponent of the power law")
        let delivered = fields.quantity("delivered_fraction", in: 0.5...1, "fraction of the curve's output")
        let curve = fields.required("curve", hint: "add curve: {value: [[m/s, kW], ...], source: \"...\"}")?
            .sourced { powerCurve($0, ratedKW: rated) }
        let maxAge = fields.seconds("max_age_s", in: 1...86_400)
        guard let ids, let turbines, let rated, let hub, let exponent, let delivered, let curve, let maxAge,
            let mastHeightM
        else { return nil }
        return ids.map { id in
            WindFarm.Parameters(
                asset: id, turbines: turbines, ratedKW: rated, curve: curve,
                shearFactor: pow(hub / mastHeightM, exponent), deliveredFraction: delivered, maxAge: maxAge,
                stuck: stuck?.rule(ratedKW: Double(turbines) * rated))
        }
    }

    /// A photovoltaic park.
    func park(_ id: String, _ node: YAMLNode) -> SolarParks.Parameters? {
        node.fields { fields in
            let peak = fields.quantity("peak_kw", in: 1...1_000_000, "kW of direct current at 1,000 W/m2")
            let rated = fields.quantity("ac_rated_kw", in: 1...1_000_000, "kW")
            let tilt = fields.quantity("tilt_deg", in: 0...90, "deg")
            let azimuth = fields.quantity("azimuth_deg", in: 0...360, "deg clockwise from north")
            let coefficient = fields.quantity("temperature_coefficient_per_k", in: -0.01...0, "1/K")
            let loss = fields.quantity("loss_fraction", in: 0...0.9, "fraction of the output")
            let age = fields.quantity("age_loss_fraction", in: 0...0.5, "fraction of the output when new")
            let maxAge = fields.seconds("max_age_s", in: 1...86_400)
            guard let peak, let rated, let tilt, let azimuth, let coefficient, let loss, let age, let maxAge
            else { return nil }
            if rated > 1.2 * peak {
                fields.node.find("ac_rated_kw")?.problem(
                    "\(plain(rated)) kW of inverters for \(plain(peak)) kW of panels; the panels are usually the larger"
                )
            }
            let array = PVArray(
                peakKW: peak, acRatedKW: rated, tiltDeg: tilt, azimuthDeg: azimuth,
                temperatureCoefficientPerK: coefficient, lossFraction: loss, ageLossFraction: age)
            return SolarParks.Parameters(asset: id, array: array, maxAge: maxAge, stuck: stuck?.rule(ratedKW: rated))
        }
    }

    /// A fuel cell on bioethanol.
    func fuelCell(_ id: String, _ node: YAMLNode) -> FuelCells.Parameters? {
        node.fields { fields in
            let rated = fields.quantity("rated_kw", in: 1...1_000_000, "kW")
            let minimum = fields.quantity("minimum_fraction", in: 0...1, "fraction of the rating")
            let efficiency = fields.quantity("efficiency", in: 0.1...0.8, "fraction of the lower heating value")
            let ramp = fields.quantity("ramp_fraction_per_minute", in: 0.0001...1, "fraction of the rating a minute")
            let cold = fields.quantity("cold_start_h", in: 0...200, "h")
            let warm = fields.quantity("warm_start_h", in: 0...100, "h")
            let standby = fields.quantity("standby_fuel_fraction", in: 0...0.5, "fraction of the rated fuel")
            let heat = fields.quantity("heat_fraction", in: 0...0.6, "fraction of the lower heating value")
            let maxAge = fields.seconds("max_age_s", in: 1...86_400)
            guard let rated, let minimum, let efficiency, let ramp, let cold, let warm, let standby, let heat,
                let maxAge
            else { return nil }
            if efficiency + heat > 1 {
                fields.node.find("heat_fraction")?.problem(
                    "with an efficiency of \(plain(efficiency)) more than all of the fuel; together at most 1")
                return nil
            }
            let model = FuelCell.Parameters(
                ratedKW: rated, minimumFraction: minimum, ratedEfficiency: efficiency, rampFractionPerMinute: ramp,
                coldStartHours: cold, warmStartHours: warm, standbyFuelFraction: standby, heatFraction: heat)
            return FuelCells.Parameters(asset: id, model: model, maxAge: maxAge, stuck: stuck?.rule(ratedKW: rated))
        }
    }

    /// An ethanol tank.
    func tank(_ id: String, _ node: YAMLNode) -> FuelCells.Tank? {
        node.fields { fields in
            let capacity = fields.quantity("capacity_l", in: 1...100_000_000, "l")
            let maxAge = fields.seconds("max_age_s", in: 1...604_800)
            guard let capacity, let maxAge else { return nil }
            return FuelCells.Tank(asset: id, capacityLitres: capacity, maxAge: maxAge)
        }
    }
}
