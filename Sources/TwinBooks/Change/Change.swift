import TwinCore
import TwinUnits

/// What of the change against the baseline is whose doing, kg CO2e per vehicle, location-based.
public struct Change: Sendable, Hashable {
    public enum Cause: String, Sendable, Hashable, CaseIterable {
        case method, volume, dayTypes = "day_types", weather, gridFactor = "grid_factor", gasFactor = "gas_factor"
        case energyReduction = "energy_reduction", electrification, renewables, alternativeEnergy = "alternative_energy"
        /// What the twin's commands did, where it is known how the plant is without them.
        case dispatch

        /// For people.
        public var label: String {
            switch self {
            case .method: "method"
            case .volume: "volume"
            case .dayTypes: "day types"
            case .weather: "weather"
            case .gridFactor: "grid factor"
            case .gasFactor: "gas factor"
            case .energyReduction: "energy reduction"
            case .electrification: "electrification"
            case .renewables: "renewables"
            case .alternativeEnergy: "alternative energy"
            case .dispatch: "dispatch"
            }
        }

        /// Whether the plant did it: the others happen to it.
        public var isOurs: Bool {
            switch self {
            case .energyReduction, .electrification, .renewables, .alternativeEnergy, .dispatch: true
            case .method, .volume, .dayTypes, .weather, .gridFactor, .gasFactor: false
            }
        }
    }

    public struct Part: Sendable, Hashable {
        public var cause: Cause
        public var kgPerVehicle: Double
    }

    /// The baseline, and the window.
    public let from: Double
    public let to: Double
    /// They come to the difference.
    public let parts: [Part]

    public subscript(cause: Cause) -> Double { parts.first { $0.cause == cause }?.kgPerVehicle ?? 0 }

    init(from: Double, _ then: PlantHours, _ now: PlantHours, _ energy: EnergyModel, to: Double) {
        self.from = from
        self.to = to
        let shares = Shapley.shares(causes: Change.moves.count) { set in
            var state = then
            for (place, (_, move)) in Change.moves.enumerated() where set & (1 << UInt32(place)) != 0 {
                move(&state, now)
            }
            return state.kgPerVehicle(energy)
        }
        // What the identity does not tell of either end: how the baseline was counted when it was reported.
        let method = then.kgPerVehicle(energy) - from + to - now.kgPerVehicle(energy)
        parts =
            [Part(cause: .method, kgPerVehicle: method)]
            + zip(Change.moves, shares).map { Part(cause: $0.0, kgPerVehicle: $1) }
    }

    /// The same, and what came on top of it to another figure.
    private init(_ without: Change, dispatch to: Double) {
        from = without.from
        self.to = to
        parts = without.parts + [Part(cause: .dispatch, kgPerVehicle: to - without.to)]
    }

    /// The change of the plant without the twin's dispatch, and then what the dispatch did.
    func with(dispatch to: Double) -> Change { Change(self, dispatch: to) }

    /// What of the state each cause moves.
    private static let moves: [(Cause, @Sendable (inout PlantHours, PlantHours) -> Void)] = [
        (.volume, { $0.vehicles = $1.vehicles }),
        (.dayTypes, { $0.productionShare = $1.productionShare }),
        (
            .weather,
            {
                $0.productionHeatingK = $1.productionHeatingK
                $0.idleHeatingK = $1.idleHeatingK
            }
        ),
        (.gridFactor, { $0.gridFactor = $1.gridFactor }),
        (.gasFactor, { $0.gasFactor = $1.gasFactor }),
        (
            .energyReduction,
            {
                $0.electricityIntensity = $1.electricityIntensity
                $0.gasIntensity = $1.gasIntensity
            }
        ),
        (
            .electrification,
            {
                $0.heatingElectricKW = $1.heatingElectricKW
                $0.electricHeatKW = $1.electricHeatKW
            }
        ),
        (.renewables, { $0.renewableKW = $1.renewableKW }),
        (
            .alternativeEnergy,
            {
                $0.alternativeKW = $1.alternativeKW
                $0.otherKgPerHour = $1.otherKgPerHour
            }
        ),
    ]
}

extension Summary {
    /// The change, with the twin's dispatch as a cause of its own where it is known how the plant is without it.
    /// - Parameter without: the same window of the plant without the twin's commands.
    public func change(without: Summary?) -> Change? {
        guard let without, let to = kgPerVehicleLocation else { return change }
        return without.change?.with(dispatch: to)
    }

    /// A year's change begins at the baseline as it was reported, that of another window at the baseline's plant under the
    /// window's own conditions: what is compared is what is explained.
    ///
    /// Nil where the window cannot be compared, or the baseline does not say what its year was like.
    public var change: Change? {
        guard incomparableReason == nil, likeForLikeKg != nil, let baseline = method.baseline,
            let year = baseline.conditions, let from = baselineKgPerVehicle, let to = kgPerVehicleLocation
        else { return nil }
        return Change(
            from: from, plantHours(of: baseline, isYear ? year : conditions), plantHours(over: baseline.energy),
            baseline.energy, to: to)
    }

    private func plantHours(of baseline: Baseline, _ year: WindowConditions) -> PlantHours {
        let set = method.factors.set(year: baseline.year)
        return PlantHours(
            productionShare: year.productionDayHours / year.hours, productionHeatingK: year.heatingK.production,
            idleHeatingK: year.heatingK.idle,
            vehicles: Double(year.vehicles) / year.hours, gridFactor: set.gridGeneration.kilogramsPerKWh,
            gasFactor: set[.gas].direct.kilogramsPerKWh, renewableKW: year.baselineGenerationKWh / year.hours,
            alternativeKW: 0, otherKgPerHour: 0, heatingElectricKW: 0, electricHeatKW: 0, electricityIntensity: 1,
            gasIntensity: 1)
    }

    /// This window's plant, with factors as they came out of its books.
    private func plantHours(over model: EnergyModel) -> PlantHours {
        let hours = max(conditions.hours, 1e-9)
        func kW(_ account: Account) -> Double { energy(account).kilowattHours / hours }
        let vehicles = Double(self.vehicles) / hours
        let productionShare = conditions.productionDayHours / hours
        // What is sold was not used: it comes off one's own, pro rata.
        let own = kW(.wind) + kW(.solar) + kW(.fuelcell) + kW(.chp)
        let usedShare = own > 0 ? max(0, 1 - kW(.gridExport) / own) : 0
        let renewable = (kW(.wind) + kW(.solar)) * usedShare
        let alternative = (kW(.fuelcell) + kW(.chp)) * usedShare
        let electricHeat = kW(.heatPump) + kW(.heatElectric)
        let heatingElectric = sum.electricityForHeat.kilowattHours / hours
        let imported = kW(.gridImport)
        let gas = kW(.gas)
        let scope1Gas = gas * factor(.gas)
        let other = (carbon.scope1 + carbon.scope1Other).kilograms / hours - scope1Gas
        // Other purchases than import (what cars bring) stand with the grid's factor.
        let gridFactor =
            imported > 0 ? carbon.scope2Location.kilograms / hours / imported : self.gridFactor
        let electricity = PlantHours.electricityKW(model, vehicles)
        var plant = PlantHours(
            productionShare: productionShare, productionHeatingK: conditions.heatingK.production,
            idleHeatingK: conditions.heatingK.idle, vehicles: vehicles, gridFactor: gridFactor,
            gasFactor: factor(.gas), renewableKW: renewable, alternativeKW: alternative,
            otherKgPerHour: other, heatingElectricKW: heatingElectric, electricHeatKW: electricHeat,
            electricityIntensity: electricity > 0
                ? (imported + renewable + alternative - heatingElectric) / electricity : 1,
            gasIntensity: 1)
        let baselineGas = plant.gasBaseKW(model)
        if baselineGas > 0 { plant.gasIntensity = (gas + electricHeat) / baselineGas }
        return plant
    }
}
