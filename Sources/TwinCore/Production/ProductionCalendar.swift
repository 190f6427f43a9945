/// When the plant builds cars, in local time, how many and which, as the configuration plans it.
public struct ProductionCalendar: Sendable, Hashable {
    public struct Shift: Sendable, Hashable {
        public var name: String
        /// Milliseconds of the local day; `end` is after `start`, at most 24 h.
        public var start: Int64
        public var end: Int64

        public init(name: String, start: Int64, end: Int64) {
            self.name = name
            self.start = start
            self.end = end
        }
    }

    public var zone: LocalZone
    public var shifts: [Shift]
    /// ISO weekdays that work: 1 = Monday … 7 = Sunday.
    public var workdays: Set<Int>
    /// Days without production, both ends included.
    public var closed: [ClosedRange<CivilDate>]
    /// Planned vehicles on a production day.
    public var vehiclesPerDay: Double
    public var models: ModelMix
    /// What no line exceeds, for the judgement of what lines tell.
    public var vehiclesPerHourMax: Double
    /// Ids of the lines that line vehicles off, at least one.
    public var lines: [String]

    /// Where no line is named.
    public static let usualLine = "final"

    /// Without a plan, and for small plants, a line is believed to make so many an hour: one a minute.
    private static let usualPerHour = 60.0
    /// Times the planned rate, where nothing else is said: a line that catches up, or a plan that is exceeded.
    private static let overPlan = 3.0

    /// - Parameter vehiclesPerHourMax: nil is three times the planned rate.
    public init(
        zone: LocalZone, shifts: [Shift], workdays: Set<Int>, closed: [ClosedRange<CivilDate>], vehiclesPerDay: Double,
        models: ModelMix, vehiclesPerHourMax: Double? = nil, lines: [String] = [ProductionCalendar.usualLine]
    ) {
        self.zone = zone
        self.lines = lines.isEmpty ? [ProductionCalendar.usualLine] : lines
        self.shifts = shifts
        self.workdays = workdays
        self.closed = closed
        self.vehiclesPerDay = vehiclesPerDay
        self.models = models
        let shiftMs = shifts.reduce(0) { $0 + $1.end - $1.start }
        let planned = shiftMs > 0 ? vehiclesPerDay / Span(ms: shiftMs).hours : 0
        self.vehiclesPerHourMax =
            vehiclesPerHourMax ?? max(ProductionCalendar.usualPerHour, ProductionCalendar.overPlan * planned)
    }

    public func isProductionDay(_ date: CivilDate) -> Bool {
        workdays.contains(date.isoWeekday) && !closed.contains { $0.contains(date) }
    }

    /// Whether the local day that holds `time` is a production day.
    public func isProductionDay(at time: PlantTime) -> Bool { isProductionDay(zone.local(time).date) }

    public func isShift(at time: PlantTime) -> Bool {
        let (date, ms) = zone.local(time)
        return isProductionDay(date) && shifts.contains { $0.start <= ms && ms < $0.end }
    }

    /// Planned line-off rate: the day's plan spread evenly over its shifts.
    public func vehiclesPerHour(at time: PlantTime) -> Double {
        let shiftMs = shifts.reduce(0) { $0 + $1.end - $1.start }
        guard shiftMs > 0, isShift(at: time) else { return 0 }
        return vehiclesPerDay / (Double(shiftMs) / 3_600_000)
    }
}
