import Testing
import TwinCore
import TwinRuntime
import TwinTesting

/// Time is what the lines agree on: one wrong stamp costs one line.
@Suite("Lines ahead of their time")
struct LeapTests {
    /// Three topics and a clock, each minute from `first` to `last`.
    private func minutes(_ first: Int, _ last: Int, clock: Bool = true, into recording: inout Recording) {
        for minute in first...last {
            let seconds = Double(minute) * 60
            recording.wind(seconds - 1)
            for topic in ["shop/paint", "gas/paint-ovens"] { recording.raw(line(seconds - 0.5, topic)) }
            if clock { recording.clock(seconds) }
        }
    }

    private func line(_ seconds: Double, _ topic: String) -> String {
        "{\"t\":\(seconds),\"topic\":\"v1/sunderland/\(topic)/tele\",\"payload\":{\"period_s\":60,\"load_kw\":7}}"
    }

    @Test(
        "a stamp far ahead, of a clock or not, is refused and named; nothing else is lost and no tick is invented",
        arguments: [Span.minutes(64), .hours(6), .days(3)], [true, false])
    func oneStamp(ahead: Span, hasClock: Bool) throws {
        for isClockLine in [false, true] {
            var recording = Recording()
            minutes(1, 10, clock: hasClock, into: &recording)
            let number = recording.lines.count + 1
            if isClockLine { recording.clock(600 + ahead.seconds) } else { recording.wind(600 + ahead.seconds) }
            minutes(11, 20, clock: hasClock, into: &recording)
            let found = try cut(recording)
            #expect(found.unreadable == [.clockFuture: 1])
            #expect(found.notes.refusals.map(\.line) == [number])
            #expect(found.counts.reduce(0, +) == (hasClock ? 80 : 60) && found.counts.count == 20)
        }
    }

    @Test("at a step of a second a pause of hours is left out, so that a few lines make few ticks")
    func fineStep() throws {
        let head = Recording.head.replacing("\"step_s\":60", with: "\"step_s\":1")
        var recording = Recording(header: head)
        for day in 0..<4 {
            recording.clock(Double(day) * 500_000)
            recording.clock(Double(day) * 500_000 + 1)
        }
        let found = try cut(recording)
        #expect(found.counts.count < 20)
        #expect(found.notes.warnings.count { $0.contains("these days are missing, not zero") } == 3)
        // A pause of two hours is stepped over.
        var short = Recording(header: head)
        for second in [1.0, 7200, 7201] { short.clock(second) }
        #expect(try cut(short).counts.count > 7000)
    }

    @Test("two assets of one gateway that are ahead together are refused together")
    func gateway() throws {
        var recording = Recording()
        minutes(1, 10, into: &recording)
        for topic in ["shop/paint", "gas/paint-ovens"] { recording.raw(line(600 + 259_200, topic)) }
        minutes(11, 20, into: &recording)
        let found = try cut(recording)
        #expect(found.unreadable == [.clockFuture: 2] && found.counts.count == 20)
    }

    @Test("after a pause of the recording all lines go on later, and none is lost", arguments: [true, false])
    func pause(hasClock: Bool) throws {
        var recording = Recording()
        minutes(1, 10, clock: hasClock, into: &recording)
        minutes(131, 150, clock: hasClock, into: &recording)
        let found = try cut(recording)
        #expect(found.unreadable.isEmpty && found.counts.count == 150)
        #expect(found.counts.reduce(0, +) == (hasClock ? 120 : 90))
        // A wrong stamp among the first lines after the pause is still one line.
        recording = Recording()
        minutes(1, 10, clock: hasClock, into: &recording)
        recording.wind(7830)
        recording.wind(7830 + 86_400)
        minutes(131, 150, clock: hasClock, into: &recording)
        let marred = try cut(recording)
        #expect(marred.unreadable == [.clockFuture: 1] && marred.counts.count == 150)
    }

    @Test(
        "a pause of more than seven days is not stepped over, and what comes after it is read",
        arguments: [true, false])
    func longPause(hasClock: Bool) throws {
        let days = 8 * 1440
        var recording = Recording()
        minutes(1, 10, clock: hasClock, into: &recording)
        minutes(days + 1, days + 10, clock: hasClock, into: &recording)
        let found = try cut(recording)
        #expect(found.unreadable.isEmpty && found.counts.reduce(0, +) == (hasClock ? 81 : 61))
        #expect(found.counts.count == 20)
        #expect(found.notes.warnings.contains { $0.contains("missing, not zero") })
    }

    @Test("a source that alone speaks by the half hour loses nothing, nor does a stamp of 1970 cost others anything")
    func slow() throws {
        var recording = Recording()
        for half in 1...6 { recording.wind(Double(half) * 1800) }
        #expect(try cut(recording).counts.reduce(0, +) == 6)
        recording = Recording()
        minutes(1, 10, into: &recording)
        recording.raw(
            #"{"t":"1970-01-01T00:00:00Z","topic":"v1/sunderland/shop/paint/tele","payload":{"load_kw":7}}"#)
        minutes(11, 20, into: &recording)
        let found = try cut(recording)
        #expect(found.unreadable.isEmpty && found.counts.count == 20 && found.counts.reduce(0, +) == 81)
    }

    @Test("at the end of a file one topic alone is not believed beside others, and two are")
    func end() throws {
        var recording = Recording()
        minutes(1, 10, into: &recording)
        recording.wind(600 + 86_400)
        let alone = try cut(recording)
        // The refused line is counted in a tick of its own.
        #expect(alone.unreadable == [.clockFuture: 1] && alone.counts.count == 11)
        recording.raw(line(600 + 86_401, "shop/paint"))
        #expect(try cut(recording).unreadable.isEmpty)
    }

    @Test("a line that runs ahead by less than a leap does not carry the clock along")
    func ahead() throws {
        var recording = Recording()
        minutes(1, 2, into: &recording)
        recording.wind(120 + 600)
        minutes(3, 5, into: &recording)
        #expect(try cut(recording).counts == [4, 4, 5, 4, 4])
    }
}
