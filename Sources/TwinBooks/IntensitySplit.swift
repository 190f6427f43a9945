import TwinCore
import TwinUnits

/// What a window emits however many vehicles it makes, and what each one adds: ordinary least squares of the half hours'
/// location-based kg CO2e over their vehicles. At low volume kg per vehicle rises because the fixed part does not fall.
public struct IntensitySplit: Sendable, Hashable {
    /// kg CO2e a day of 24 h.
    public var fixedKgPerDay: Double
    /// kg CO2e per vehicle.
    public var variableKgPerVehicle: Double
    /// Share of the half hours' variance that it explains, 0...1.
    public var r2: Double
}

/// Sums of half hours for an ``IntensitySplit``.
struct IntensitySums: Sendable {
    private var n = 0.0
    private var vehicles = 0.0
    private var kg = 0.0
    private var vehiclesSquared = 0.0
    private var kgSquared = 0.0
    private var product = 0.0

    /// Half hours that were stepped in part tell of no whole one.
    mutating func add(_ row: PeriodRow, kg emitted: Double) {
        guard row.steppedMs == settlementPeriod.ms else { return }
        let made = Double(row.vehicles)
        n += 1
        vehicles += made
        kg += emitted
        vehiclesSquared += made * made
        kgSquared += emitted * emitted
        product += made * emitted
    }

    /// Nil with fewer than a day of half hours, or where all make as many vehicles.
    var split: IntensitySplit? {
        guard n >= 48 else { return nil }
        let spread = vehiclesSquared - vehicles * vehicles / n
        let variance = kgSquared - kg * kg / n
        guard spread > 1e-9, variance > 1e-9 else { return nil }
        let together = product - vehicles * kg / n
        let slope = together / spread
        return IntensitySplit(
            fixedKgPerDay: (kg - slope * vehicles) / n * 48, variableKgPerVehicle: slope,
            r2: min(max(together * together / (spread * variance), 0), 1))
    }
}
