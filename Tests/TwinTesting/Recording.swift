package import TwinCore
import TwinImport
package import TwinRuntime
import TwinUnits

/// A hand-written recording of steps from 06:00 on, line by line; one minute a step unless its header says otherwise.
package struct Recording {
    package static let head = """
        {"twin":"replay/1","site":"sunderland","run":"hand","start":"2025-06-18T06:00:00.000Z","tz":"Europe/London",\
        "step_s":60,"seed":1,"mode":"shadow","loop":"open","clock":"event","marks":MARKS,"config":"","build":"test"}
        """

    package private(set) var lines: [String]

    package init(marks: Bool = false, header: String = Recording.head) {
        lines = [header.replacing("MARKS", with: marks ? "true" : "false")]
    }

    package static let start = PlantTime(rfc3339: "2025-06-18T06:00:00.000Z") ?? PlantTime(ms: 0)

    /// A wind reading, `seconds` after the start.
    package mutating func wind(_ seconds: Double, kW: String = "100", ts: String? = nil) {
        let stamp = ts ?? (Recording.start + Span(ms: Int64(saturatingRound: seconds * 1000))).rfc3339
        raw(
            "{\"t\":\(JSON.numberText(seconds)),\"topic\":\"v1/sunderland/wind/t01/tele\","
                + "\"payload\":{\"ts\":\"\(stamp)\",\"period_s\":60,\"power_kw\":\(kW)}}")
    }

    package mutating func clock(_ seconds: Double) {
        let time = Recording.start + Span(ms: Int64(saturatingRound: seconds * 1000))
        raw(
            "{\"t\":\"\(time.rfc3339)\",\"topic\":\"v1/sunderland/clock\",\"payload\":{\"ts\":\"\(time.rfc3339)\"}}")
    }

    package mutating func mark(_ seconds: Double, tick: Int, n: Int) {
        raw("{\"t\":\(JSON.numberText(seconds)),\"tick\":\(tick),\"n\":\(n)}")
    }

    package mutating func raw(_ line: String) { lines.append(line) }
}

/// All ticks of a recording as the reader cuts them.
package struct Cut {
    /// Lines of each tick.
    package var counts: [Int] = []
    package var ticks: [FileTick] = []
    package var notes = RunNotes()
    /// Unreadable lines over all ticks.
    package var unreadable: [RejectReason: Int] = [:]

    package init(_ paths: [String], strict: Bool = false) throws {
        let reader = try TickReader(paths: paths, lateness: .seconds(30), strict: strict) {
            try RecordingFrame(Repository.config(), build: "test")
        }
        while let tick = try reader.next() {
            ticks.append(tick)
            counts.append(tick.lines.count)
            for (reason, count) in tick.unreadable { unreadable[reason, default: 0] += count }
        }
        notes = reader.notes
    }
}

/// Cuts a hand-written recording.
package func cut(_ recording: Recording, strict: Bool = false) throws -> Cut {
    let folder = try TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    return try Cut([folder.write("hand.jsonl", lines: recording.lines)], strict: strict)
}
