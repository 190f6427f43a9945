/// The tick a component is asked to close, and what it needs to know about time.
public struct TickContext: Sendable {
    /// Counts from 1.
    public var tick: Int
    public var from: PlantTime
    public var to: PlantTime
    /// A reading is late when it arrives after its end plus this.
    public var lateness: Span
    /// How far a reading's `ts` may be ahead of its arrival.
    public var lead: Span
    /// The set-point in force for each asset during this tick, in the unit of its action; empty where none is.
    public var setPoints: [AssetPath: Double]

    public init(
        tick: Int, from: PlantTime, to: PlantTime, lateness: Span, lead: Span, setPoints: [AssetPath: Double] = [:]
    ) {
        self.tick = tick
        self.from = from
        self.to = to
        self.lateness = lateness
        self.lead = lead
        self.setPoints = setPoints
    }

    public var step: Span { to - from }
}

/// A period is final this long after its end; readings that would change an older one are refused.
public let periodFinalAfter = Span.hours(24)
