import TwinCore
import TwinUnits

/// What makes the emissions of a plant over any time, told for a mean hour of it: the state between which a change is shared
/// out. One identity gives the figure:
///
///     kg per vehicle = (import x grid + gas x factor + other) / vehicles
///     import = intensity of electricity x (fixed + per vehicle x vehicles) + electric heat - own generation - alternative
///     gas    = intensity of gas x (the baseline's gas at these day types, this weather and volume) - electric heat
///
/// Electric heat takes the place of as much gas as it gives heat.
struct PlantHours: Sendable, Hashable {
    /// Share of the time on production days, 0...1.
    var productionShare: Double
    /// K below the heating base, mean over production days and over the others: whether a cold day is one of work is
    /// the day's doing, and how cold days are the weather's.
    var productionHeatingK: Double
    var idleHeatingK: Double
    /// Per hour.
    var vehicles: Double
    /// kg/kWh.
    var gridFactor: Double
    var gasFactor: Double
    /// Wind and sun, kW.
    var renewableKW: Double
    /// Fuel cell and engine, kW, and what their fuels emit in Scope 1, kg/h.
    var alternativeKW: Double
    var otherKgPerHour: Double
    /// Electricity for heat, and the heat that it gives, kW.
    var heatingElectricKW: Double
    var electricHeatKW: Double
    /// Against the baseline's plant, which has 1.
    var electricityIntensity: Double
    var gasIntensity: Double

    /// kg per vehicle; 0 without vehicles.
    func kgPerVehicle(_ energy: EnergyModel) -> Double {
        guard vehicles > 0 else { return 0 }
        let electricity = PlantHours.electricityKW(energy, vehicles)
        let imported = electricityIntensity * electricity + heatingElectricKW - renewableKW - alternativeKW
        let gas = gasIntensity * gasBaseKW(energy) - electricHeatKW
        // Neither sells what is over: more of one's own than is needed is curtailed, and no gas comes out of a heat pump.
        return (max(0, imported) * gridFactor + max(0, gas) * gasFactor + otherKgPerHour) / vehicles
    }

    static func electricityKW(_ energy: EnergyModel, _ vehicles: Double) -> Double {
        energy.electricityFixedKW + energy.electricityPerVehicleKWh * vehicles
    }

    /// What the baseline's plant burns under these conditions: `Baseline.energyKWh` for a mean hour.
    func gasBaseKW(_ energy: EnergyModel) -> Double {
        let idle = energy.gasIdleDayKW + (energy.gasProductionDayKW - energy.gasIdleDayKW) * productionShare
        let production = productionShare * productionHeatingK
        let heating =
            energy.gasHallKWPerK * (production + (1 - productionShare) * idleHeatingK)
            + energy.gasPaintKWPerK * production
        return idle + heating + energy.gasPerVehicleKWh * vehicles
    }
}
