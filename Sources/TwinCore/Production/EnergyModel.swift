/// What a plant without its own generation takes, as a fixed part, a part per vehicle and a part per degree.
///
/// The form is that of a degree-day regression, E = a + b HDD + c vehicles, with `a` and part of `b` by day type.
public struct EnergyModel: Sendable, Hashable {
    public var electricityFixedKW: Double
    public var electricityPerVehicleKWh: Double
    /// Gas, gross calorific value.
    public var gasProductionDayKW: Double
    public var gasIdleDayKW: Double
    /// Hall heating, every day, kW per K below `heatingBaseC`.
    public var gasHallKWPerK: Double
    /// Paint supply air, production days only.
    public var gasPaintKWPerK: Double
    public var gasPerVehicleKWh: Double
    public var heatingBaseC: Double

    public init(
        electricityFixedKW: Double, electricityPerVehicleKWh: Double, gasProductionDayKW: Double, gasIdleDayKW: Double,
        gasHallKWPerK: Double, gasPaintKWPerK: Double, gasPerVehicleKWh: Double, heatingBaseC: Double
    ) {
        self.electricityFixedKW = electricityFixedKW
        self.electricityPerVehicleKWh = electricityPerVehicleKWh
        self.gasProductionDayKW = gasProductionDayKW
        self.gasIdleDayKW = gasIdleDayKW
        self.gasHallKWPerK = gasHallKWPerK
        self.gasPaintKWPerK = gasPaintKWPerK
        self.gasPerVehicleKWh = gasPerVehicleKWh
        self.heatingBaseC = heatingBaseC
    }

    /// Takes nothing.
    public static let none = EnergyModel(
        electricityFixedKW: 0, electricityPerVehicleKWh: 0, gasProductionDayKW: 0, gasIdleDayKW: 0, gasHallKWPerK: 0,
        gasPaintKWPerK: 0, gasPerVehicleKWh: 0, heatingBaseC: 15.5)

    /// Electric load at a line-off rate, kW.
    public func electricityKW(vehiclesPerHour: Double) -> Double {
        electricityFixedKW + electricityPerVehicleKWh * vehiclesPerHour
    }

    /// Gas at a line-off rate and outdoor temperature, kW gross.
    public func gasKW(isProductionDay: Bool, outdoorC: Double, vehiclesPerHour: Double) -> Double {
        let degrees = max(0, heatingBaseC - outdoorC)
        let fixed = isProductionDay ? gasProductionDayKW : gasIdleDayKW
        let slope = gasHallKWPerK + (isProductionDay ? gasPaintKWPerK : 0)
        return fixed + slope * degrees + gasPerVehicleKWh * vehiclesPerHour
    }
}
