public import TwinCore
import TwinUnits

/// The year that everything is compared with, as data.
public struct Baseline: Sendable, Hashable {
    public var id: String
    /// `2018-01/2018-12`.
    public var period: String
    public var year: Int
    public var vehicles: Int
    /// What the plant of that year takes in any window, from day type, weather and vehicles.
    public var energy: EnergyModel
    /// Assets that stood then too: what they give in a window, that year's plant has as well.
    public var generation: Set<AssetPath>
    /// 95 % half-width of the per-vehicle figure, as a share of it.
    public var uncertaintyFraction: Double
    /// What its year was like; nil where nobody says.
    public var conditions: WindowConditions?
    /// Annual production CO2 per vehicle, location-based, kg; for the targets.
    public var kgPerVehicle: Double

    public init(
        id: String, period: String, year: Int, vehicles: Int, energy: EnergyModel, generation: Set<AssetPath>,
        uncertaintyFraction: Double, kgPerVehicle: Double
    ) {
        self.id = id
        self.period = period
        self.year = year
        self.vehicles = vehicles
        self.energy = energy
        self.generation = generation
        self.uncertaintyFraction = uncertaintyFraction
        self.kgPerVehicle = kgPerVehicle
    }

    /// Energy that the baseline plant takes in a window like this one.
    public func energyKWh(_ window: WindowConditions) -> (electricity: Double, gas: Double) {
        let vehicles = Double(window.vehicles)
        let electricity = energy.electricityFixedKW * window.hours + energy.electricityPerVehicleKWh * vehicles
        let idleHours = window.hours - window.productionDayHours
        let fixed = energy.gasProductionDayKW * window.productionDayHours + energy.gasIdleDayKW * idleHours
        // Heating hours split by day type with the window's mean; exact for windows of one day type.
        let productionShare = window.hours > 0 ? window.productionDayHours / window.hours : 0
        let slope = energy.gasHallKWPerK + energy.gasPaintKWPerK * productionShare
        return (electricity, fixed + slope * window.heatingKHours + energy.gasPerVehicleKWh * vehicles)
    }

    /// Its production CO2 in that window, location-based, kg.
    public func emissionsKg(_ window: WindowConditions, factors: Factors) -> Double {
        let (electricity, gas) = energyKWh(window)
        let set = factors.set(year: year)
        let imported = max(0, electricity - window.baselineGenerationKWh)
        return imported * set.gridGeneration.kilogramsPerKWh + gas * set[.gas].direct.kilogramsPerKWh
    }

    /// Its production CO2 in its own year at another volume, location-based, kg per vehicle; nil without a vehicle, or where
    /// nobody says what the year was like.
    public func kgPerVehicle(atVolume vehicles: Int, factors: Factors) -> Double? {
        guard vehicles > 0, var year = conditions else { return nil }
        year.vehicles = vehicles
        return emissionsKg(year, factors: factors) / Double(vehicles)
    }
}

/// What a window was like: what makes it comparable with another year.
public struct WindowConditions: Sendable, Hashable {
    public var hours: Double
    public var productionDayHours: Double
    /// Degree hours below the baseline's heating base.
    public var heatingKHours: Double
    public var vehicles: Int
    /// What the assets gave that the baseline plant has too.
    public var baselineGenerationKWh: Double

    public init(
        hours: Double, productionDayHours: Double, heatingKHours: Double, vehicles: Int,
        baselineGenerationKWh: Double = 0
    ) {
        self.hours = hours
        self.productionDayHours = productionDayHours
        self.heatingKHours = heatingKHours
        self.vehicles = vehicles
        self.baselineGenerationKWh = baselineGenerationKWh
    }
}

/// A promise for a year, with its basis; never judged on a window under 12 months.
public struct Target: Sendable, Hashable {
    public enum Basis: String, Sendable, Hashable, CaseIterable {
        case perVehicle = "per_vehicle"
        case absolute
    }

    public var name: String
    public var basis: Basis
    /// Share of the baseline that may remain, 0...1.
    public var remainingFraction: Double
    /// By when.
    public var year: Int

    public init(name: String, basis: Basis, remainingFraction: Double, year: Int = 2030) {
        self.name = name
        self.basis = basis
        self.remainingFraction = remainingFraction
        self.year = year
    }

    /// What may remain in a year on the straight way from the baseline's to the target's, 0...1; after it the target stands.
    public func remainingFraction(in year: Int, from baselineYear: Int) -> Double {
        guard self.year > baselineYear else { return remainingFraction }
        let part = Double(year - baselineYear) / Double(self.year - baselineYear)
        return 1 - (1 - remainingFraction) * min(max(part, 0), 1)
    }
}
