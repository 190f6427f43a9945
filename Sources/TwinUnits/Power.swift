/// Electrical or thermal power, kW.
///
/// Sign, for a device: positive delivers to the plant bus, negative draws from it.
public struct Power: Sendable, Hashable, Comparable, Codable {
    /// kW; callers keep it finite.
    public var kilowatts: Double

    @inlinable public init(kilowatts: Double) { self.kilowatts = kilowatts }

    public static let zero = Power(kilowatts: 0)

    @inlinable public static func < (a: Power, b: Power) -> Bool { a.kilowatts < b.kilowatts }
    @inlinable public static func + (a: Power, b: Power) -> Power { Power(kilowatts: a.kilowatts + b.kilowatts) }
    @inlinable public static func - (a: Power, b: Power) -> Power { Power(kilowatts: a.kilowatts - b.kilowatts) }
    @inlinable public static prefix func - (a: Power) -> Power { Power(kilowatts: -a.kilowatts) }

    /// Energy after holding this power for `milliseconds`, to the nearest watt-second (half to even).
    @inlinable public func energy(milliseconds: Int64) -> Energy {
        Energy(roundingWattSeconds: kilowatts * Double(milliseconds))
    }
}
