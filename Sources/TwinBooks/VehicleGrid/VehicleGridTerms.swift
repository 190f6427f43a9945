public import TwinCore
import TwinUnits

/// What drivers get for cars that give back: `vehicle_grid:` of `contracts.yaml`.
public struct VehicleGridTerms: Sendable, Hashable {
    /// The terms of a group of two-way bays; money in the tariffs' currency, at least 0.
    public struct Group: Sendable, Hashable {
        public var path: AssetPath
        /// For a kWh that cars give at the bays.
        public var payPerKWh: Double
        /// For an hour that a car is plugged in and told so.
        public var payPerConnectedHour: Double
        /// For the wear of the battery by a kWh that it gives.
        public var wearPerKWh: Double
        /// kWh given over kWh charged for it, from bay to bay, 0 (not itself) to 1.
        public var roundTripEfficiency: Double

        public init(
            path: AssetPath, payPerKWh: Double, payPerConnectedHour: Double, wearPerKWh: Double = 0,
            roundTripEfficiency: Double
        ) {
            (self.path, self.payPerKWh, self.payPerConnectedHour) = (path, payPerKWh, payPerConnectedHour)
            (self.wearPerKWh, self.roundTripEfficiency) = (wearPerKWh, roundTripEfficiency)
        }
    }

    /// Each asset once.
    public var groups: [Group]
    /// Of the power station that follows the load, g/kWh.
    public var marginalGPerKWh: Double

    public init(groups: [Group], marginalGPerKWh: Double) {
        (self.groups, self.marginalGPerKWh) = (groups, marginalGPerKWh)
    }
}

/// How long cars were plugged in at a group of bays, as far as its bays told.
///
/// Thousandths of a vehicle times milliseconds in whole numbers, so that a store that keeps shorter numbers adds up to the same.
public struct ConnectedTime: Sendable, Hashable {
    private var milliVehicleMs: Int64 = 0
    /// Time of which somebody told how many there were.
    public private(set) var knownMs: Int64 = 0

    public init() {}

    /// The signal that is added up.
    public static let key = "connected_vehicles"

    /// Adds a value that held from `from` to `to`; what is not good is nobody's word.
    public mutating func add(_ vehicles: Double, _ quality: Quality, from: PlantTime, to: PlantTime) {
        let length = (to - from).ms
        guard quality.isGood, length > 0, vehicles >= 0 else { return }
        let milli = Int64(saturatingRound: vehicles * 1000)
        let (product, isOver) = milli.multipliedReportingOverflow(by: length)
        milliVehicleMs = milliVehicleMs.addingSaturated(isOver ? .max : product)
        knownMs = knownMs.addingSaturated(length)
    }

    public var vehicleHours: Double { Double(milliVehicleMs) / 3_600_000_000 }
    public var knownHours: Double { Double(knownMs) / 3_600_000 }
}
