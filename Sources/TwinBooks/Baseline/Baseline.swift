public import TwinCore
public import TwinUnits

/// A promise that is no plant's alone: of a vehicle's whole life, or of its use.
public struct ContextFigure: Sendable, Hashable {
    public var name: String
    /// Against the baseline's year; -0.3 is 30 % less.
    public var changeFraction: Double

    public init(name: String, changeFraction: Double) { (self.name, self.changeFraction) = (name, changeFraction) }
}

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
    /// What was promised beside production, for a reader's eye: nothing of it is computed here.
    public var context: [ContextFigure] = []
    /// How its energy model was fitted; nil for one that was derived in another way.
    public var fit: BaselineFit?
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

    /// Energy that the baseline plant takes in a window like this one, linear in its conditions: days come to their year.
    public func energyKWh(_ window: WindowConditions) -> (electricity: Double, gas: Double) {
        let vehicles = Double(window.vehicles)
        let electricity = energy.electricityFixedKW * window.hours + energy.electricityPerVehicleKWh * vehicles
        let idleHours = window.hours - window.productionDayHours
        let fixed = energy.gasProductionDayKW * window.productionDayHours + energy.gasIdleDayKW * idleHours
        let heating =
            energy.gasHallKWPerK * window.heatingKHours + energy.gasPaintKWPerK * window.productionHeatingKHours
        return (electricity, fixed + heating + energy.gasPerVehicleKWh * vehicles)
    }

    /// Its production CO2 in that window, location-based.
    ///
    /// In whole Ws and micrograms, so that what days come to is off by less than a microgram a day from what their year comes to.
    public func emissions(_ window: WindowConditions, factors: Factors) -> Emissions {
        let (electricity, gas) = energyKWh(window)
        let set = factors.set(year: year)
        let imported = electricity - window.baselineGenerationKWh + window.baselineSurplusKWh
        return Energy(roundingWattSeconds: 3.6e6 * max(0, imported)) * set.gridGeneration
            + Energy(roundingWattSeconds: 3.6e6 * gas) * set[.gas].direct
    }

    /// Its production CO2 in its own year at another volume, location-based, kg per vehicle; nil without a vehicle, or where
    /// nobody says what the year was like.
    public func kgPerVehicle(atVolume vehicles: Int, factors: Factors) -> Double? {
        guard vehicles > 0, var year = conditions else { return nil }
        year.vehicles = vehicles
        return emissions(year, factors: factors).kilograms / Double(vehicles)
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
