/// Mass of CO2 equivalent in whole micrograms. Int64 holds 9.2 million tonnes.
public struct Emissions: Sendable, Hashable, Comparable, Codable, AdditiveArithmetic {
    public var micrograms: Int64

    @inlinable public init(micrograms: Int64) { self.micrograms = micrograms }

    public static let zero = Emissions(micrograms: 0)

    /// kg, for JSON and text; not rounded.
    @inlinable public var kilograms: Double { Double(micrograms) / 1e9 }

    @inlinable public static func < (a: Emissions, b: Emissions) -> Bool { a.micrograms < b.micrograms }
    @inlinable public static func + (a: Emissions, b: Emissions) -> Emissions {
        Emissions(micrograms: a.micrograms.addingSaturated(b.micrograms))
    }
    @inlinable public static func - (a: Emissions, b: Emissions) -> Emissions {
        Emissions(micrograms: a.micrograms.subtractingSaturated(b.micrograms))
    }
}

/// CO2 equivalent per energy, in whole micrograms per kWh (0.177 kg/kWh = 177,000,000 ug/kWh).
public struct EmissionFactor: Sendable, Hashable, Codable {
    public var microgramsPerKWh: Int64

    @inlinable public init(microgramsPerKWh: Int64) { self.microgramsPerKWh = microgramsPerKWh }

    /// From kg/kWh as factor sets print it; rounds to the microgram.
    @inlinable public init(kilogramsPerKWh: Double) {
        microgramsPerKWh = Int64(saturatingRound: kilogramsPerKWh * 1e9)
    }

    /// From g/kWh as grid intensity feeds send it; rounds to the microgram.
    @inlinable public init(gramsPerKWh: Double) {
        microgramsPerKWh = Int64(saturatingRound: gramsPerKWh * 1e6)
    }

    @inlinable public var kilogramsPerKWh: Double { Double(microgramsPerKWh) / 1e9 }
    @inlinable public var gramsPerKWh: Double { Double(microgramsPerKWh) / 1e6 }

    /// energy x factor at full width, rounded once, half to even: call it once per settlement period.
    @inlinable public static func * (energy: Energy, factor: EmissionFactor) -> Emissions {
        let product = Int128(energy.wattSeconds) * Int128(factor.microgramsPerKWh)
        let unit: Int128 = 3_600_000
        var (quotient, remainder) = product.quotientAndRemainder(dividingBy: unit)
        let twice = remainder.magnitude * 2
        if twice > unit.magnitude || (twice == unit.magnitude && quotient % 2 != 0) {
            quotient += product < 0 ? -1 : 1
        }
        return Emissions(micrograms: Int64(clamping: quotient))
    }
}
