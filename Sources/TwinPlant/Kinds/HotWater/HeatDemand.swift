/// What the uses on the hot-water network take: halls, process baths and hot water.
///
/// The form is that of a degree-day regression, as for the shops.
public struct HeatDemand: Parametrised, Hashable {
    /// Baths and hot water, by day type, kW.
    public var productionDayKW: Double
    public var idleDayKW: Double
    /// Halls, kW per K below the heating base.
    public var hallKWPerK: Double
    /// Baths, kWh per vehicle.
    public var perVehicleKWh: Double
    public var heatingBaseC: Double

    public init() {
        (productionDayKW, idleDayKW, hallKWPerK, perVehicleKWh, heatingBaseC) = (0, 0, 0, 0, 15.5)
    }

    public init(
        productionDayKW: Double, idleDayKW: Double, hallKWPerK: Double, perVehicleKWh: Double, heatingBaseC: Double
    ) {
        self.productionDayKW = productionDayKW
        self.idleDayKW = idleDayKW
        self.hallKWPerK = hallKWPerK
        self.perVehicleKWh = perVehicleKWh
        self.heatingBaseC = heatingBaseC
    }

    public static let parameters: [Parameter<HeatDemand>] = [
        .init(
            "production_day_kw", "kW of heat", .quantity(0...500_000, \.productionDayKW),
            "baths and hot water on a production day"),
        .init("idle_day_kw", "kW of heat", .quantity(0...500_000, \.idleDayKW), "the same on other days"),
        .init(
            "hall_kw_per_k", "kW/K of heat", .quantity(0...50_000, \.hallKWPerK),
            "halls, per degree below the heating base"),
        .init(
            "per_vehicle_kwh", "kWh/vehicle of heat", .quantity(0...10_000, \.perVehicleKWh),
            "baths, one vehicle more"),
        .init("heating_base_c", "degC", .quantity(5...25, \.heatingBaseC), "no heating above it"),
    ]

    /// Useful heat at the uses, kW.
    public func totalKW(isProductionDay: Bool, outdoorC: Double, vehiclesPerHour: Double) -> Double {
        (isProductionDay ? productionDayKW : idleDayKW) + hallKWPerK * max(0, heatingBaseC - outdoorC)
            + perVehicleKWh * vehiclesPerHour
    }
}
