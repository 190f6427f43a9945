public import TwinCore

/// What a signal may look like; ranges come from the asset's parameters.
public struct SignalSpec: Sendable, Hashable {
    /// Payload key, unit in its name.
    public var key: String
    public var range: ClosedRange<Double>
    /// How long a reading without `period_s` holds, and how old a last-known value may be.
    public var maxAge: Span
    /// A meter register that only grows, kWh. Its timeline holds the mean power between two readings, kW.
    public var isCounter: Bool
    /// Largest mean power between two register readings that is believed, kW.
    public var counterMaxKW = Double.infinity
    /// Of a register: place of the power that it integrates, and the part that it counts.
    var beside: Int?
    var part = SignalPart.whole
    /// Of a register: what counts where it and the power exclude each other.
    var preference: Preference?

    /// A coarse register moves in jumps, so so many times the rating is believed.
    static let counterMargin = 10.0

    public init(_ key: String, _ range: ClosedRange<Double>, maxAge: Span, isCounter: Bool = false) {
        self.key = key
        self.range = range
        self.maxAge = maxAge
        self.isCounter = isCounter
    }

    /// A register that counts up to 1e12 kWh.
    public static func counter(_ key: String, ratedKW: Double, maxAge: Span) -> SignalSpec {
        var spec = SignalSpec(key, 0...1e12, maxAge: maxAge, isCounter: true)
        spec.counterMaxKW = counterMargin * ratedKW
        return spec
    }

    /// A meter of class 1 may read so much of its range below 0 while nothing flows.
    private static let zeroFraction = 0.01

    /// What a number means: itself where it is in range, 0 where it is noise around 0 of what cannot be below; else nil.
    @inline(__always)
    func taken(_ number: Double) -> Double? {
        if range.contains(number) { return number }
        let isNoise =
            range.lowerBound == 0 && !isCounter && number < 0
            && number >= -SignalSpec.zeroFraction * range.upperBound
        return isNoise ? 0 : nil
    }
}

extension AssetInput {
    /// A signal that can be nothing but 0 is not there: the gas of a shop without burners.
    init(_ path: AssetPath, _ specs: [SignalSpec]) {
        self.init(path, keys: specs.filter { $0.range.upperBound > 0 && $0.counterMaxKW > 0 }.map(\.key))
    }
}

/// When a signal counts as stuck: it repeats one value this long while the model moves by more than `moved`.
public struct StuckRule: Sendable, Hashable {
    public var after: Span
    public var moved: Double

    public init(after: Span, moved: Double) {
        self.after = after
        self.moved = moved
    }
}
