public import TwinCore

/// Moves plant time and says when a tick closes. One rule for live feeds and for files without marks:
/// a tick takes exactly the lines since the one before was closed.
public struct TickClock: Sendable {
    /// A line may not jump further than this beyond the one before.
    public static let jumpMax = Span.days(7)

    /// A time so far beyond plant time is not believed on one line's word: meters are read every quarter of an hour, clocks
    /// tick with the step, and a clock that is wrong is wrong by an hour, a day or years.
    static func leapMin(step: Span) -> Span { max(.minutes(15), 2 * step) }

    public private(set) var grid: TickGrid
    public let lateness: Span
    /// Plant time: never falls.
    public private(set) var now: PlantTime
    /// The latest line, also of those that do not move time: a jump is measured from the line before.
    private var lastSeen = PlantTime.earliest
    /// Ticks that are closed.
    public private(set) var tick: Int
    /// Once a clock line has been seen, only clock lines move time.
    public private(set) var hasClock = false
    /// The clock's last line, where it leapt and no other confirms it yet.
    private var candidate: PlantTime?

    public init(start: PlantTime, step: Span, lateness: Span, tick: Int = 0) {
        grid = TickGrid(start: start, step: step)
        self.lateness = lateness
        self.tick = tick
        now = grid.to(tick)
    }

    /// Goes on where a journal ended.
    public init(grid: TickGrid, lateness: Span, tick: Int, now: PlantTime, hasClock: Bool) {
        self.grid = grid
        self.lateness = lateness
        self.tick = tick
        self.now = max(now, grid.to(tick))
        self.hasClock = hasClock
    }

    /// The end of the tick that is open.
    public var openEnd: PlantTime { grid.to(tick + 1) }

    /// Lets the open tick begin at `time`, after a stop that is not stepped.
    public mutating func resume(at time: PlantTime) {
        grid = TickGrid(tick: tick + 1, start: time, step: grid.step)
        now = max(now, time)
    }

    /// What a line at `t` does.
    public enum Effect: Sendable, Hashable {
        /// The line belongs to the open tick; afterwards this many ticks close, the first of them with the lines.
        case taken(closes: Int)
        /// More than `jumpMax` ahead, or a leap of the clock that no second line confirms: the line moves nothing and is
        /// refused.
        case refused
    }

    /// - Parameters:
    ///   - t: the line's time; a smaller one than before counts as the one before.
    ///   - isClock: whether the line is the site's clock.
    ///   - isCertain: whether others agree with the line already, as those do that follow it in a file.
    public mutating func take(t: PlantTime, isClock: Bool, isCertain: Bool = false) -> Effect {
        if t > max(now, lastSeen) + TickClock.jumpMax { return .refused }
        if isClock, !isCertain, !isBelieved(t) { return .refused }
        lastSeen = max(lastSeen, t)
        if isClock {
            hasClock = true
        } else if hasClock {
            return .taken(closes: 0)
        }
        now = max(now, t)
        return .taken(closes: due(isClock ? Span(ms: 0) : lateness))
    }

    /// A clock that leaps is believed when its next line goes on from there.
    private mutating func isBelieved(_ t: PlantTime) -> Bool {
        let leap = TickClock.leapMin(step: grid.step)
        let before = candidate
        candidate = t > now + leap ? t : nil
        guard candidate != nil else { return true }
        guard let before, t > before, t <= before + leap else { return false }
        candidate = nil
        return true
    }

    /// Ticks that the wall clock closes at `t`, `grace` after their end.
    public mutating func wall(t: PlantTime, grace: Span) -> Int {
        now = max(now, t)
        return due(grace)
    }

    /// Ticks to close at the end of a file: up to the one that holds the last line.
    /// - Parameter isNeeded: whether messages wait in the open tick, so that at least one must close. They may stand on
    ///   the end of the last closed tick, after the line that closed it.
    public mutating func atEnd(lastLine t: PlantTime, isNeeded: Bool = false) -> Int {
        let last = min(max(t, now), now + TickClock.jumpMax)
        let ticks = (last - grid.start).ms
        let holding = grid.tick - 1 + Int(max(1, (ticks + grid.step.ms - 1) / grid.step.ms))
        let count = max(isNeeded ? 1 : 0, holding - tick)
        tick += count
        return count
    }

    /// Counts and passes the ticks whose end is reached: `end <= now` with a clock, `end + grace < now` without.
    private mutating func due(_ grace: Span) -> Int {
        var count = 0
        while grace.ms == 0 ? openEnd <= now : openEnd + grace < now {
            tick += 1
            count += 1
        }
        return count
    }

    /// Ticks that a line after the last mark had closed, had there been time to write it.
    mutating func dueOnResume() -> Int { due(hasClock ? Span(ms: 0) : lateness) }

    /// A mark that was read closed one tick.
    public mutating func closedByMark(at t: PlantTime) {
        tick += 1
        now = max(now, t)
    }
}
