import TwinCore
import TwinUnits

/// Judges a line's running total, reading by reading. A total that falls or leaps is not believed until the next
/// readings go on from it: one wrong reading costs no vehicle, and a counter that was set back is followed.
struct RunningTotal: Sendable, Codable {
    struct Reading: Sendable, Codable {
        var total: Int64
        var ts: PlantTime
    }

    /// A total that does not follow from what is believed, and how the readings after it go on.
    private struct Doubt: Sendable, Codable {
        var first: Reading
        var last: Reading
        var readings: Int
    }

    enum Verdict {
        /// It follows: so many vehicles are new.
        case follows(Int64)
        /// The counter stands on another scale now: so many vehicles are new since it does.
        case startsAgain(Int64)
        /// It fell back to where it would be without the last one, which was a little too high.
        case fellBack(Int64)
        /// It is older than what is known; the newer one already holds its vehicles.
        case old
        /// It does not follow.
        case doubted(String)
        /// It goes on from one that did not follow, and does not confirm it yet.
        case waits
    }

    /// So many readings of a new scale, that also counts on, make it the counter's.
    static let readingsToConfirm = 3
    /// A leap that a line can make in this time is counted as soon as the next readings confirm it; vehicles may be
    /// handed over in lots.
    static let lot = Span.minutes(15)

    /// A total that is refreshed by the hour, and repeated between, tells of the whole time since it last moved.
    static let quietMax = Span.hours(2)

    private var last: Reading?
    private var movedAt: PlantTime?
    /// What was believed before it.
    private var before: Reading?
    /// Vehicles are counted up to here; it is above `last` after a total was believed that was a little too high.
    private var counted: Int64 = 0
    private var doubt: Doubt?

    mutating func take(_ reading: Reading, vehiclesPerHourMax rate: Double) -> Verdict {
        guard let last else {
            // The first total is where counting starts.
            believe(reading, countedTo: reading.total)
            return .follows(0)
        }
        guard reading.ts >= max(last.ts, doubt?.last.ts ?? last.ts) else { return .old }
        let quiet = Reading(
            total: last.total, ts: min(last.ts, max(movedAt ?? last.ts, reading.ts - RunningTotal.quietMax)))
        if RunningTotal.follows(reading, quiet, rate) { return .follows(believe(reading, countedTo: counted)) }
        if let before, reading.total < last.total, RunningTotal.follows(reading, before, rate) {
            // What was counted too much comes with the next vehicles.
            self.last = before
            return .fellBack(believe(reading, countedTo: counted))
        }
        guard var doubt, RunningTotal.follows(reading, doubt.last, rate) else {
            doubt = Doubt(first: reading, last: reading, readings: 1)
            return .doubted(RunningTotal.sentence(reading, last, rate))
        }
        doubt.last = reading
        doubt.readings += 1
        self.doubt = doubt
        guard doubt.readings >= RunningTotal.readingsToConfirm, reading.total > doubt.first.total else { return .waits }
        let leap = doubt.first.total - last.total
        let time = max(doubt.first.ts - last.ts, RunningTotal.lot)
        if leap >= 0, leap <= RunningTotal.most(in: time, rate) {
            return .follows(believe(reading, countedTo: counted))
        }
        return .startsAgain(believe(reading, countedTo: doubt.first.total))
    }

    /// - Returns: the vehicles that are new.
    @discardableResult
    private mutating func believe(_ reading: Reading, countedTo was: Int64) -> Int64 {
        if last?.total != reading.total { movedAt = reading.ts }
        before = last
        last = reading
        doubt = nil
        counted = max(was, reading.total)
        return counted - was
    }

    private static func follows(_ reading: Reading, _ base: Reading, _ rate: Double) -> Bool {
        reading.total >= base.total && reading.total - base.total <= most(in: reading.ts - base.ts, rate)
    }

    /// Vehicles that a line can make in a time; one may be just about to come.
    private static func most(in time: Span, _ rate: Double) -> Int64 {
        1 + (Int64(exactly: (rate * max(0, time.hours)).rounded(.down)) ?? .max - 1)
    }

    private static func sentence(_ reading: Reading, _ last: Reading, _ rate: Double) -> String {
        guard reading.total >= last.total else {
            return "vehicles_total \(reading.total) after \(last.total): a total does not fall; it counts when the next"
                + " ones go on from it"
        }
        let time = reading.ts - last.ts
        return "vehicles_total \(reading.total) is \(reading.total - last.total) more than \(time.text) before, a line"
            + " makes at most \(most(in: time, rate)) in it (\(Int64(saturatingRound: rate)) an hour)"
    }
}
