import Foundation
import Testing
import TwinCore
import TwinPlant
import TwinRuntime
import TwinTesting

@Suite("Log limiter")
struct LogLimiterTests {
    private func refused(_ topic: String, _ reason: RejectReason = .parse) -> LogEntry {
        LogEntry(
            Refusal(line: 0, topic: topic, failure: LineFailure(reason: reason, text: "no JSON")),
            at: PlantTime(ms: 0))
    }

    /// What is written of a storm of one message each `everyMs`, with its time.
    private func written(
        _ count: Int, everyMs: Int64, from start: PlantTime, _ entry: (Int) -> LogEntry
    ) -> [(at: PlantTime, entry: LogEntry)] {
        var limiter = LogLimiter()
        var lines: [(at: PlantTime, entry: LogEntry)] = []
        var now = start
        for number in 0..<count {
            lines += limiter.sums(at: now).map { (now, $0) }
            let entry = entry(number)
            if limiter.admits(entry, at: now) { lines.append((now, entry)) }
            now = now + Span(ms: everyMs)
        }
        lines += limiter.rest().map { (now, $0) }
        return lines
    }

    @Test(
        "a storm of 100,000 bad messages makes at most 100 lines in any minute, and the lines name all of them",
        arguments: [1, 500, 100_000], [0, 1, 7] as [Int64])
    func storm(topics: Int, everyMs: Int64) {
        var stream = SeedStream(seed: 16)
        let reasons: [RejectReason] = [.parse, .outOfRange, .unknownTopic, .unknownKey]
        let lines = written(100_000, everyMs: everyMs, from: LiveRig.start) { number in
            refused("v1/sunderland/shop/w\(number % topics)/tele", reasons[Int(stream.next() % 4)])
        }
        for (place, line) in lines.enumerated() {
            let minute = lines[place...].prefix { $0.at < line.at + .minutes(1) }
            #expect(minute.count <= 100)
        }
        #expect(lines.reduce(0) { $0 + max(1, $1.entry.suppressed) } == 100_000)
        #expect(lines.contains { $0.entry.message.contains("more in the last minute") })
    }

    @Test("storms of all kinds at once make at most 100 lines in any minute, and none hides another")
    func storms() {
        let events = LogEvent.allCases.filter { $0.level != .debug }
        let lines = written(100_000, everyMs: 3, from: LiveRig.start) { number in
            LogEntry(events[number % events.count], "why", asset: "wind/t\(number % 977)")
        }
        for (place, line) in lines.enumerated() {
            #expect(lines[place...].prefix { $0.at < line.at + .minutes(1) }.count <= 100)
        }
        #expect(lines.reduce(0) { $0 + max(1, $1.entry.suppressed) } == 100_000)
        #expect(Set(lines.map(\.entry.event)) == Set(events))
    }

    @Test("one storm does not silence what else happens, and what is rare is written whole")
    func apart() {
        var limiter = LogLimiter()
        let now = LiveRig.start
        let down = limiter.admits(LogEntry(.linkDown, "broker: refused"), at: now)
        #expect(down)
        for number in 0..<1000 {
            _ = limiter.admits(refused("a/\(number)"), at: now)
            _ = limiter.admits(LogEntry(.alarmRaised, "why", asset: "wind/t\(number)/stuck"), at: now)
        }
        let link = limiter.admits(LogEntry(.linkUp, "broker: connected"), at: now)
        let alarm = limiter.admits(LogEntry(.modeChanged, "shadow"), at: now)
        #expect(link && alarm)
        let slow = written(10, everyMs: 30_000, from: now) { _ in refused("a/b") }
        #expect(slow.count == 10 && slow.allSatisfy { $0.entry.suppressed == 0 })
    }

    @Test("of one topic three lines are written, then their number")
    func same() {
        let lines = written(1000, everyMs: 10, from: LiveRig.start) { _ in refused("a/b") }
        #expect(lines.map(\.entry.suppressed) == [0, 0, 0, 997])
        #expect(lines.last?.entry.message == "997 more in the last minute (parse)")
    }

    @Test("a clock that is set back begins a new minute")
    func clockSetBack() {
        var limiter = LogLimiter()
        for _ in 0..<10 { _ = limiter.admits(refused("a/b"), at: LiveRig.start) }
        let sums = limiter.sums(at: LiveRig.start - .minutes(5))
        #expect(sums.map(\.suppressed) == [7])
        let isAdmitted = limiter.admits(refused("a/b"), at: LiveRig.start - .minutes(5))
        #expect(isAdmitted)
    }
}

@Suite("Log entries")
struct LogEntryTests {
    private let entry = LogEntry(
        .messageRefused, "rejected (parse): \u{1B}[2J\u{202E}no \"JSON\"", topic: "a/b\u{7}", reason: "parse")

    @Test("text has time, level and event, and nothing that a terminal would obey")
    func text() {
        #expect(
            entry.text(at: LiveRig.start)
                == "2025-06-18T05:45:00.000Z warn  message.refused a/b?: rejected (parse): ?[2J?no \"JSON\"")
    }

    @Test("JSON is one object a line with stable keys")
    func json() throws {
        let line = entry.json(at: LiveRig.start).line
        #expect(!line.contains("\n") && !line.contains("\u{1B}"))
        let json = try JSONReader.read(Array(line.utf8))
        #expect(json.members?.map(\.key) == ["ts", "level", "event", "message", "topic", "reason"])
        #expect(json["ts"]?.text == "2025-06-18T05:45:00.000Z" && json["level"]?.text == "warn")
        #expect(json["event"]?.text == "message.refused" && json["topic"]?.text == "a/b\u{7}")
    }

    @Test("every event has a group and its row in the README", arguments: LogEvent.allCases)
    func events(event: LogEvent) throws {
        #expect(event.rawValue.split(separator: ".").count == 2)
        #expect(event.rawValue.allSatisfy { $0.isLowercase || $0 == "." || $0 == "_" })
        #expect(
            try String(contentsOfFile: Repository.path("README.md"), encoding: .utf8).contains("`\(event.rawValue)`"))
    }
}
