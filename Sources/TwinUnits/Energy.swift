/// Energy in whole watt-seconds, so that sums are exact and do not depend on their order.
public struct Energy: Sendable, Hashable, Comparable, Codable, AdditiveArithmetic {
    /// Ws. 1 kWh = 3,600,000 Ws; Int64 holds 2.5 billion MWh.
    public var wattSeconds: Int64

    @inlinable public init(wattSeconds: Int64) { self.wattSeconds = wattSeconds }

    /// Rounds half to even; a value that is not finite or beyond Int64 saturates (not a number becomes 0).
    @inlinable public init(roundingWattSeconds value: Double) {
        wattSeconds = Int64(saturatingRound: value)
    }

    public static let zero = Energy(wattSeconds: 0)

    /// kWh, for JSON and text: Ws / 3.6e6, not rounded.
    @inlinable public var kilowattHours: Double { Double(wattSeconds) / 3.6e6 }

    /// Mean power over a span of `milliseconds` (> 0).
    @inlinable public func meanPower(milliseconds: Int64) -> Power {
        Power(kilowatts: Double(wattSeconds) / Double(milliseconds))
    }

    @inlinable public static func < (a: Energy, b: Energy) -> Bool { a.wattSeconds < b.wattSeconds }
    @inlinable public static func + (a: Energy, b: Energy) -> Energy {
        Energy(wattSeconds: a.wattSeconds.addingSaturated(b.wattSeconds))
    }
    @inlinable public static func - (a: Energy, b: Energy) -> Energy {
        Energy(wattSeconds: a.wattSeconds.subtractingSaturated(b.wattSeconds))
    }
    @inlinable public static prefix func - (a: Energy) -> Energy { .zero - a }
}

extension Int64 {
    /// Nearest integer, half to even, held inside Int64; not a number becomes 0. Never traps.
    @inlinable public init(saturatingRound value: Double) {
        let rounded = value.rounded(.toNearestOrEven)
        if let exact = Int64(exactly: rounded) {
            self = exact
        } else if rounded.isNaN {
            self = 0
        } else {
            self = rounded > 0 ? .max : .min
        }
    }

    /// Sum held inside Int64; never traps.
    @inlinable public func addingSaturated(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other > 0 ? .max : .min) : sum
    }

    /// Difference held inside Int64; never traps.
    @inlinable public func subtractingSaturated(_ other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (other < 0 ? .max : .min) : difference
    }
}
