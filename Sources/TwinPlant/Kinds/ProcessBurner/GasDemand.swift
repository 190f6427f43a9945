import TwinCore

/// Gas that is burnt at the place, gross: a degree-day regression with its largest value and its use.
protocol GasBurning: AssetKind {
    var gasDemand: EnergyModel { get set }
    var gasMaxKW: Double { get set }
    /// Useful heat per gas burnt.
    var burnerEfficiency: Double { get set }
}

extension GasBurning {
    static func gasParameters(part: String? = nil) -> [Parameter<Self>] {
        [
            .init(
                "production_day_kw", "kW gross", .quantity(0...500_000, \.gasDemand.gasProductionDayKW),
                "gas on a production day without vehicles", part: part),
            .init(
                "idle_day_kw", "kW gross", .quantity(0...500_000, \.gasDemand.gasIdleDayKW), "gas on other days",
                part: part),
            .init(
                "supply_air_kw_per_k", "kW/K gross", .quantity(0...50_000, \.gasDemand.gasPaintKWPerK),
                "supply air, per degree below the heating base on production days", part: part),
            .init(
                "per_vehicle_kwh", "kWh/vehicle gross", .quantity(0...10_000, \.gasDemand.gasPerVehicleKWh),
                "gas of one vehicle more", part: part),
            .init(
                "heating_base_c", "degC", .quantity(5...25, \.gasDemand.heatingBaseC), "no heating above it",
                part: part),
            .init("gas_max_kw", "kW", .quantity(1...1_000_000, \.gasMaxKW), "a reading above is a fault", part: part),
            .init(
                "efficiency", "fraction of the gas", .quantity(0.1...1, \.burnerEfficiency), "useful heat per gas",
                part: part),
        ]
    }
}

/// A demand that hot metal and air follow with a lag.
public struct LaggingDemand: Remembered, Hashable {
    private(set) var demandKW: Double?

    public init() {}

    public var numbers: [Double] { demandKW.map { [$0] } ?? [] }
    public mutating func take(_ numbers: [Double]) { demandKW = numbers.first }

    /// - Parameter lag: time constant, minutes; 0 follows at once.
    mutating func follow(_ wantedKW: Double, minutes: Double, lag: Double) -> Double {
        let previous = demandKW ?? wantedKW
        let now = lag > 0 ? previous + (wantedKW - previous) * minutes / (lag + minutes) : wantedKW
        demandKW = now
        return now
    }
}
