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
    /// Share of that year's electricity that its own generation gave.
    public var renewableFraction: Double
    /// 95 % half-width of the per-vehicle figure, as a share of it.
    public var uncertaintyFraction: Double
    /// Annual production CO2 per vehicle, location-based, kg; for the targets.
    public var kgPerVehicle: Double

    public init(
        id: String, period: String, year: Int, vehicles: Int, energy: EnergyModel, renewableFraction: Double,
        uncertaintyFraction: Double, kgPerVehicle: Double
    ) {
        self.id = id
        self.period = period
        self.year = year
        self.vehicles = vehicles
        self.energy = energy
        self.renewableFraction = renewableFraction
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
        return electricity * (1 - renewableFraction) * set.gridGeneration.kilogramsPerKWh
            + gas * set.gas.kilogramsPerKWh
    }
}

/// What a window was like: what makes it comparable with another year.
public struct WindowConditions: Sendable, Hashable {
    public var hours: Double
    public var productionDayHours: Double
    /// Degree hours below the baseline's heating base.
    public var heatingKHours: Double
    public var vehicles: Int

    public init(hours: Double, productionDayHours: Double, heatingKHours: Double, vehicles: Int) {
        self.hours = hours
        self.productionDayHours = productionDayHours
        self.heatingKHours = heatingKHours
        self.vehicles = vehicles
    }

    public init(_ rows: [PeriodRow]) {
        func hours(_ ms: Int64) -> Double { Double(ms) / 3_600_000 }
        self.init(
            hours: hours(rows.reduce(0) { $0 + $1.steppedMs }),
            productionDayHours: hours(rows.reduce(0) { $0 + $1.productionDayMs }),
            heatingKHours: hours(rows.reduce(0) { $0 + $1.heatingKMs }),
            vehicles: rows.reduce(0) { $0 + $1.vehicles })
    }
}

/// A promise for 2030, with its basis; never judged on a window under 12 months.
public struct Target: Sendable, Hashable {
    public enum Basis: String, Sendable, Hashable, CaseIterable {
        case perVehicle = "per_vehicle"
        case absolute
    }

    public var name: String
    public var basis: Basis
    /// Share of the baseline that may remain, 0...1.
    public var remainingFraction: Double

    public init(name: String, basis: Basis, remainingFraction: Double) {
        self.name = name
        self.basis = basis
        self.remainingFraction = remainingFraction
    }
}
