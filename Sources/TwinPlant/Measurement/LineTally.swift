import TwinCore
import TwinUnits

/// What one line told: its events count vehicles, its running total checks them. A line without events counts by its
/// total.
struct LineTally: Sendable, Codable {
    /// Vehicles that may be between the place where events are sent and the one where the total counts.
    static let vehiclesBetween: Int64 = 3
    /// So long events and total must differ. What is missing then is counted; events of before may still come.
    static let differing = settlementPeriod
    /// More events than the total are forgiven after this: a counter that once missed some is no conflict for good.
    private static let forgiven = Span.days(1)

    private var total = RunningTotal()
    private var takt = Takt()
    private(set) var sequence = SequenceWatch()
    private(set) var sendsEvents = false
    /// Events, and those of them that a vehicle left the line.
    private var events = 0.0
    private var lineOffs = 0.0
    private var heardAt: PlantTime?
    /// Vehicles that missing numbers may still tell of.
    private var owed = 0.0
    /// Passings of vehicles, by id and time: a total counts one that comes again after rework, a repeated message not.
    private var passings = SeenVehicles()
    /// The total is compared with the events after this; nil before the first total.
    private var comparedFrom: PlantTime?
    /// Vehicles of the total that no event has told; below zero where events tell more.
    private var surplus: Int64 = 0
    /// Least and most surplus since `watchedFrom`.
    private var least: Int64 = 0
    private var most: Int64 = 0
    private var watchedFrom: PlantTime?
    /// Vehicles that were counted by the total alone, and the time up to which they were built.
    private var unnamed: Int64 = 0
    private var unnamedTo: PlantTime?

    private var doubtedAt: PlantTime?
    private var overTaktAt: PlantTime?
    private var isDiffering = false

    // MARK: - Messages

    /// Notes an event of the line.
    /// - Returns: vehicles that the numbers which are missing since may have told of, where no total counts them; below 0
    ///   where one came late.
    mutating func heard(seq: Int64?, isLineOff: Bool, at time: PlantTime, vehiclesPerHourMax rate: Double) -> Int {
        sendsEvents = true
        // No more vehicles are missing than the line made since it was last heard.
        let most = rate * max(heardAt.map { time - $0 } ?? RunningTotal.lot, RunningTotal.lot).hours
        heardAt = time
        events += 1
        if isLineOff { lineOffs += 1 }
        guard let seq else { return 0 }
        let missing = sequence.note(seq, at: time)
        guard missing != 0, comparedFrom == nil else { return 0 }
        let more = max(min((Double(missing) * lineOffs / events).rounded(), most), -owed)
        owed += more
        return Int(Int64(saturatingRound: more))
    }

    /// Whether the line can have made one more vehicle now.
    mutating func canMake(at time: PlantTime, vehiclesPerHourMax rate: Double) -> Bool {
        if takt.take(at: time, vehiclesPerHourMax: rate) { return true }
        overTaktAt = time
        return false
    }

    /// Notes that a vehicle passed.
    /// - Returns: whether it is one that the total told before.
    mutating func pass(_ id: String, ts: PlantTime, isNew: Bool, at time: PlantTime) -> Bool {
        guard let from = comparedFrom, ts > from, passings.insert("\(id)@\(ts.ms)", at: time) else { return false }
        if isNew, unnamed > 0, let to = unnamedTo, ts <= to {
            unnamed -= 1
            return true
        }
        surplus -= 1
        return false
    }

    /// Takes a running total.
    /// - Returns: vehicles to count that no event told, or why the total is not believed.
    mutating func take(
        _ reading: RunningTotal.Reading, at time: PlantTime, vehiclesPerHourMax rate: Double
    ) -> Result<Int64, LineFailure> {
        switch total.take(reading, vehiclesPerHourMax: rate) {
        case .old: return .success(0)
        case .waits:
            doubtedAt = time
            return .success(0)
        case .doubted(let sentence):
            doubtedAt = time
            return .failure(LineFailure(reason: .outOfRange, text: sentence))
        case .fellBack(let built):
            doubtedAt = time
            return .success(count(built, at: reading.ts))
        case .follows(let built):
            if comparedFrom == nil { comparedFrom = reading.ts }
            return .success(count(built, at: reading.ts))
        case .startsAgain(let built):
            doubtedAt = time
            // What was built while the counter was set is not in it, so the comparison starts again too.
            guard sendsEvents else { return .success(count(built, at: reading.ts)) }
            compare(from: reading.ts)
            return .success(0)
        }
    }

    private mutating func compare(from ts: PlantTime) {
        comparedFrom = ts
        surplus = 0
        watch(from: ts)
    }

    private mutating func watch(from ts: PlantTime) {
        watchedFrom = ts
        (least, most) = (surplus, surplus)
    }

    private mutating func count(_ built: Int64, at ts: PlantTime) -> Int64 {
        guard sendsEvents else {
            unnamed += built
            unnamedTo = ts
            return built
        }
        surplus += built
        guard let from = watchedFrom else {
            watch(from: ts)
            return 0
        }
        (least, most) = (min(least, surplus), max(most, surplus))
        guard ts - from >= LineTally.differing else { return 0 }
        var missing: Int64 = 0
        if least > LineTally.vehiclesBetween {
            missing = least
            surplus -= missing
            unnamed += missing
            // Events up to now that still come fill in for them.
            unnamedTo = ts
        }
        // It stands until all are there again, so that a steady loss is one alarm.
        isDiffering = missing > 0 || most < -LineTally.vehiclesBetween || (isDiffering && surplus > 0)
        if let began = comparedFrom, surplus < 0, ts - began >= LineTally.forgiven {
            compare(from: ts)
        } else {
            watch(from: ts)
        }
        return missing
    }

    // MARK: - Alarms

    /// Alarms that hold at the end of a tick; what was seen once is told for a settlement period.
    mutating func alarms(of line: String, at time: PlantTime) -> [AlarmKey] {
        func stands(_ since: PlantTime?) -> Bool { since.map { time - $0 < SourceWatch.holeMemory } ?? false }
        var codes: [AlarmCode] = []
        if sequence.hasGap(at: time) { codes.append(.gap) }
        if stands(doubtedAt) { codes.append(.counter) }
        if stands(overTaktAt) { codes.append(.outOfRange) }
        if isDiffering { codes.append(.conflict) }
        return codes.map { AlarmKey(.line, line, $0) }
    }
}
