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

    /// Whether the settlement period that ends with this tick had vehicles where the plan has them; false within one.
    public var isPlanKept = false

    /// Whether meters are held against what else tells of them.
    public var examinesMeters = true

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

/// A reading or an event is refused this long after its end. It is as old as its end: a value of a whole day is young when
/// the day is over.
public let periodFinalAfter = Span.hours(24)

/// What lies further back is final also where a reading that is young enough reaches there. A value of a whole day finds
/// all of it open when it comes up to twelve hours late.
public let periodOpenFor = Span.hours(36)
