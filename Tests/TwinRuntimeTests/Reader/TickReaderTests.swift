import Testing
import TwinCore
import TwinRuntime
import TwinTesting

/// Where one tick ends and the next begins (section 4.7, 1 to 3, of the contracts).
@Suite("Tick reader")
struct TickReaderTests {
    @Test("without a clock, a tick stays open for the lateness of 30 s")
    func withoutClock() throws {
        var recording = Recording()
        recording.wind(10)
        recording.wind(70)
        recording.wind(90)  // 06:01:30 is not beyond 06:01 + 30 s
        recording.wind(90.001)  // this is: it closes the first tick and belongs to it
        recording.wind(110)
        #expect(try cut(recording).counts == [4, 1])
    }

    @Test("with a clock only clock lines move time, and lateness does not apply")
    func withClock() throws {
        var recording = Recording()
        recording.clock(0)
        recording.wind(30)
        recording.clock(60)
        recording.wind(119.999)  // beyond the lateness of nothing: it is no clock line
        recording.wind(200)  // far ahead, yet no clock line either
        recording.wind(201)
        #expect(try cut(recording).counts == [3, 3, 0, 0])
        var closed = Recording()
        closed.clock(60)
        closed.wind(120)
        closed.wind(155)
        closed.clock(180)
        #expect(try cut(closed).counts == [1, 3, 0])
    }

    @Test("the first clock line ends the rule of lateness in the middle of a file")
    func clockAppears() throws {
        var recording = Recording()
        recording.wind(10)
        recording.clock(60)
        recording.wind(200)
        recording.clock(119.999)
        recording.clock(120)
        // Plant time is already at 200 s, so the clock line at 119.999 s closes what 200 s has passed.
        #expect(try cut(recording).counts.reduce(0, +) == 5)
        #expect(try cut(recording).counts.first == 2)
    }

    @Test("a line on a boundary belongs to the tick that it ends")
    func boundary() throws {
        var recording = Recording()
        recording.clock(59.999)
        recording.clock(60)
        recording.clock(60.001)
        recording.clock(120)
        #expect(try cut(recording).counts == [2, 2])
    }

    @Test("a jump over several ends gives the first tick the lines and the rest none")
    func jump() throws {
        var recording = Recording()
        recording.wind(10)
        recording.clock(20)
        recording.clock(300)
        let found = try cut(recording)
        #expect(found.counts == [3, 0, 0, 0, 0])
        #expect(found.ticks.map(\.t) == [PlantTime](repeating: Recording.start + .seconds(300), count: 5))
    }

    @Test("a t that falls counts as the one before it")
    func fallingTime() throws {
        var recording = Recording()
        recording.clock(30)
        recording.wind(50)
        recording.wind(5)
        recording.clock(60)
        let lines = try cut(recording).ticks.flatMap(\.lines)
        #expect(lines.map { ($0.t - Recording.start).ms / 1000 } == [30, 50, 50, 60])
        // What the components get as arrival is the raised time too.
        #expect(
            lines.compactMap { if case .message(let arrival) = $0.body { arrival.t } else { nil } } == lines.map(\.t))
    }

    @Test("a t more than 7 days beyond the line before is refused and moves nothing")
    func sevenDays() throws {
        var recording = Recording()
        recording.clock(60)
        recording.clock(60 + 7 * 86_400 + 0.001)
        recording.wind(70)
        recording.clock(120)
        let found = try cut(recording)
        #expect(found.counts == [1, 2])
        #expect(found.unreadable == [.clockFuture: 1])
        #expect(found.notes.refusals.map(\.line) == [3])
        #expect(found.notes.refusals.map(\.topic) == ["v1/sunderland/clock"])
    }

    @Test("a t exactly 7 days beyond the line before is a jump like any other, and quick")
    func sevenDaysExactly() throws {
        var recording = Recording()
        recording.clock(60)
        recording.clock(60 + 7 * 86_400)
        let found = try cut(recording)
        #expect(found.counts.count == 1 + 7 * 1440)
        #expect(found.counts.reduce(0, +) == 2)
    }

    @Test("the end of a file closes the tick of its last line")
    func endOfFile() throws {
        var recording = Recording()
        recording.wind(10)
        #expect(try cut(recording).counts == [1])
        recording.wind(75)
        #expect(try cut(recording).counts == [2, 0])
        var withClock = Recording()
        withClock.clock(60)
        withClock.clock(61)
        #expect(try cut(withClock).counts == [1, 1])
        var whole = Recording()
        whole.clock(60)
        #expect(try cut(whole).counts == [1])
        // A message on the boundary, after the line that closed its tick, is not lost.
        whole.wind(60)
        #expect(try cut(whole).counts == [1, 1])
        var note = Recording()
        note.clock(60)
        note.raw("{\"t\":60,\"expect\":{\"no_alarm\":\"+/+/+\"}}")
        #expect(try cut(note).counts == [1])
    }

    @Test("marks cut a file into exactly the lines between them, whatever the times say")
    func marks() throws {
        var recording = Recording(marks: true)
        recording.wind(500)
        recording.wind(10)
        recording.mark(500, tick: 1, n: 2)
        recording.mark(500, tick: 2, n: 0)
        recording.wind(501)
        recording.mark(560, tick: 3, n: 1)
        let found = try cut(recording)
        #expect(found.counts == [2, 0, 1])
        #expect(found.ticks.compactMap(\.mark?.tick) == [1, 2, 3])
        #expect(found.notes.warnings.isEmpty)
    }

    @Test("lines after the last mark are not stepped")
    func afterLastMark() throws {
        var recording = Recording(marks: true)
        recording.wind(10)
        recording.mark(60, tick: 1, n: 1)
        recording.wind(70)
        recording.clock(600)
        #expect(try cut(recording).counts == [1])
    }

    @Test(
        "a mark that is not the next one is refused and closes nothing",
        arguments: [[2], [1, 1], [1, 3], [0], [1, 2, 1]])
    func wrongMarks(ticks: [Int]) throws {
        var recording = Recording(marks: true)
        for tick in ticks {
            recording.wind(10)
            recording.mark(60, tick: tick, n: 1)
        }
        var expected = 0
        for tick in ticks where tick == expected + 1 { expected += 1 }
        let found = try cut(recording)
        #expect(found.counts.count == expected)
        #expect(found.notes.refusalTotal == ticks.count - expected)
        #expect(found.notes.refusals.allSatisfy { $0.failure.reason == .parse })
    }

    @Test("a mark in a file without marks is refused and closes nothing")
    func markWithoutMarks() throws {
        var recording = Recording()
        recording.wind(10)
        recording.mark(60, tick: 1, n: 1)
        recording.wind(20)
        let found = try cut(recording)
        #expect(found.counts == [2])
        #expect(found.unreadable == [.parse: 1])
        #expect(found.notes.refusals.first?.failure.text == "mark in a file without marks")
    }

    @Test("a mark with another count is a warning, and an error when strict")
    func markCount() throws {
        var recording = Recording(marks: true)
        recording.wind(10)
        recording.wind(20)
        recording.mark(60, tick: 1, n: 3)
        let found = try cut(recording)
        #expect(found.counts == [2])
        #expect(found.notes.warnings == ["tick 1: 2 lines, but its mark says 3; lines were lost or added"])
        let problem = try #require(throws: ReplayProblem.self) { try cut(recording, strict: true) }
        #expect(problem.exitCode == 65)
        #expect(problem.description.contains("hand.jsonl:4: error: tick 1: 2 lines, but its mark says 3"))
    }

    @Test("refused lines beyond those that are kept are still counted")
    func manyRefusals() throws {
        var recording = Recording(marks: false)
        let count = RunNotes.keptMax + 50
        for _ in 0..<count { recording.raw("nonsense") }
        recording.wind(10)
        let found = try cut(recording)
        #expect(found.notes.refusals.count == RunNotes.keptMax)
        #expect(found.notes.refusalTotal == count)
        #expect(found.notes.refusedByReason(beyond: 5).map(\.count) == [count - 5])
        #expect(found.unreadable == [.parse: count])
    }
}
