import Testing
import TwinBooks
import TwinCore
import TwinRuntime
import TwinTesting

/// What moves plant time in a live run.
@Suite("Live clock")
struct LiveClockTests {
    private static let six = Recording.start

    @Test(
        "before the first plant time nothing is journalled or acknowledged, not even by going away",
        arguments: [ControlMode.shadow, .control])
    func beforeTheFirstTime(mode: ControlMode) async throws {
        let rig = try LiveRig()
        rig.mode = mode
        let silent = InboundMessage(topic: "v1/sunderland/wind/t01/tele", payload: Array("{\"power_kw\":1}".utf8))
        let one = InboundMessage.reading("wind/t01", "power_kw", 1, Self.six)
        let link = ScriptLink([silent, one, silent], clock: rig.clock)
        #expect(try await rig.go(link) == nil)
        #expect(try rig.journal.segments() == [])
        #expect(!link.log.contains(.flushed))
    }

    @Test("the first plant time floors the start, and what waited follows the header with that time")
    func firstTime() async throws {
        let rig = try LiveRig()
        let silent = InboundMessage(topic: "v1/sunderland/wind/t01/tele", payload: Array("{\"power_kw\":1}".utf8))
        let (time, next) = (Self.six + .seconds(25), Self.six + .seconds(35))
        _ = try await rig.go(ScriptLink([silent, .clock(time), silent, .clock(next), silent], clock: rig.clock))
        let lines = try rig.journalLines()
        #expect(lines.map(\.t) == [Self.six, Self.six, Self.six, Self.six, next, next])
        #expect(lines.first?.body == .link("up"))
        #expect(
            lines.dropFirst().compactMap(\.inbound?.payload) == [
                silent.payload, InboundMessage.clock(time).payload, silent.payload, InboundMessage.clock(next).payload,
                silent.payload,
            ])
        let segment = try #require(try rig.journal.segments().first)
        let header = try Header(bytes: Array(try Repository.lines(of: rig.journal.file(segment))[0].utf8))
        #expect(header.start == Self.six)
        #expect(header.marks && header.clock == .event && header.run == LiveRig.run)
    }

    @Test("without a clock topic the second-highest stamp of the assets moves time")
    func secondHighest() async throws {
        let rig = try LiveRig()
        let script: [InboundMessage] = [
            .reading("wind/t01", "power_kw", 1, Self.six + .seconds(10)),
            .reading("shop/paint", "load_kw", 9000, Self.six + .seconds(5)),
            // One asset runs ahead: alone it moves nothing.
            .reading("wind/t01", "power_kw", 1, Self.six + .hours(3)),
            .reading("shop/paint", "load_kw", 9000, Self.six + .seconds(90)),  // not beyond 06:01 + 30 s
            .reading("shop/paint", "load_kw", 9001, Self.six + .seconds(91)),  // this closes the first tick
            .reading("weather/mast", "temperature_c", 12, Self.six + .seconds(155)),
        ]
        let summary = try #require(try await rig.go(ScriptLink(script, clock: rig.clock)))
        #expect(summary.steps == 2)
        let marks = try rig.journalLines().compactMap(\.mark)
        #expect(marks.map(\.t) == [Self.six + .seconds(91), Self.six + .seconds(155)])
        #expect(marks.map(\.n) == [6, 1])  // the first with its link line
        #expect(try await rig.replayed().summary.digest == summary.digest)
    }

    @Test("once a clock was seen, stamps of assets move nothing")
    func clockRules() async throws {
        let rig = try LiveRig()
        let ahead = Self.six + .minutes(5)
        let script: [InboundMessage] = [
            .clock(Self.six), .reading("wind/t01", "power_kw", 1, ahead),
            .reading("shop/paint", "load_kw", 9000, ahead),
            .reading("weather/mast", "temperature_c", 12, ahead), .clock(Self.six + .minutes(1)),
        ]
        let summary = try #require(try await rig.go(ScriptLink(script, clock: rig.clock)))
        #expect(summary.steps == 1)
        // They lead plant time by more than a step and 5 s.
        #expect(summary.counts.rejected == [.clockFuture: 3])
    }

    @Test("a retained clock message tells of the past and starts nothing")
    func retainedClock() async throws {
        let rig = try LiveRig()
        var old = InboundMessage.clock(Self.six - .hours(5))
        old.retain = true
        let summary = try await rig.go(
            ScriptLink([old, .clock(Self.six), .clock(Self.six + .minutes(2))], clock: rig.clock))
        #expect(summary?.from == Self.six)
        #expect(summary?.steps == 2)
    }

    @Test("more retained messages than the broker sends unacknowledged do not keep the clock away")
    func retainedFlood() async throws {
        let rig = try LiveRig()
        let retained = (0..<50).map {
            InboundMessage(topic: "v1/sunderland/wind/t\($0)/status", payload: Array("online".utf8), retain: true)
        }
        let live: [InboundMessage] = [.clock(Self.six), .clock(Self.six + .minutes(1))]
        let link = WindowLink(retained + live, window: 20, clock: rig.clock)
        let summary = try #require(try await rig.go(link))
        #expect(summary.steps == 1)
        #expect(try rig.journalLines().compactMap(\.inbound) == retained + live)
        #expect(link.acknowledged == retained + live)
    }

    @Test("a message that the broker does not keep is acknowledged only when the journal has it")
    func owedAmongRetained() async throws {
        let rig = try LiveRig()
        var script = (0..<10).map {
            InboundMessage(topic: "v1/sunderland/wind/t\($0)/status", payload: Array("online".utf8), retain: true)
        }
        let silent = InboundMessage(topic: "v1/sunderland/wind/t01/tele", payload: Array("{\"power_kw\":1}".utf8))
        script.insert(silent, at: 4)
        script += [.clock(Self.six), .clock(Self.six + .minutes(1))]
        let link = WindowLink(script, window: 13, clock: rig.clock)
        link.onFlush = { messages in
            let journalled = try rig.journalLines().compactMap(\.inbound)
            #expect(messages.allSatisfy { $0.retain || journalled.contains($0) })
        }
        #expect(try await rig.go(link)?.steps == 1)
        #expect(link.acknowledged == script)
    }

    @Test("what came with a line that closes many ticks is journalled before it is acknowledged")
    func owedWhileTicksClose() async throws {
        let rig = try LiveRig()
        // Each tick takes so long that the link is served after it.
        rig.onTick = { [clock = rig.clock] _ in clock.set(clock.now + .seconds(1)) }
        let far = Self.six + .minutes(10)
        let script: [InboundMessage] = [
            .clock(Self.six), .clock(Self.six + .minutes(1)), .clock(far), .reading("wind/t01", "power_kw", 1, far),
            .reading("wind/t02", "power_kw", 2, far), .clock(far + .minutes(1)),
        ]
        let link = WindowLink(script, window: 5, clock: rig.clock)
        var ticks: [Int] = []
        link.onFlush = { messages in
            let lines = try rig.journalLines()
            if !messages.isEmpty { ticks.append(lines.count { $0.mark != nil }) }
            let journalled = lines.compactMap(\.inbound)
            #expect(messages.allSatisfy(journalled.contains))
        }
        _ = try await rig.go(link)
        #expect(link.acknowledged == script && ticks.first == 2)
    }

    @Test(
        "a first clock line that is wrong by years begins no run; the two that follow each other do",
        arguments: [6, -2000])
    func wrongFirst(years: Int64) async throws {
        let rig = try LiveRig()
        let wrong = InboundMessage.clock(Self.six + .days(365 * years))
        let right = (0...3).map { InboundMessage.clock(Self.six + .minutes($0)) }
        let summary = try #require(try await rig.go(ScriptLink([wrong] + right, clock: rig.clock)))
        #expect(summary.from == Self.six && summary.steps == 3)
        #expect(summary.counts.rejected == (years > 0 ? [.clockFuture: 1] : [:]))
    }

    @Test("two assets confirm the first clock line too; so does a broker that sends no more before it is acknowledged")
    func confirmedOtherwise() async throws {
        let rig = try LiveRig()
        let stamp = Self.six + .seconds(5)
        _ = try await rig.go(
            ScriptLink(
                [
                    .clock(Self.six), .reading("wind/t01", "power_kw", 1, stamp),
                    .reading("shop/paint", "load_kw", 9000, stamp),
                ], clock: rig.clock))
        #expect(try rig.journalLines().compactMap(\.inbound).count == 3)
        let other = try LiveRig()
        let silent = InboundMessage(topic: "v1/sunderland/wind/t01/tele", payload: Array("{\"power_kw\":1}".utf8))
        let many = [InboundMessage.clock(Self.six)] + [InboundMessage](repeating: silent, count: 600)
        let link = WindowLink(many, window: 550, clock: other.clock)
        _ = try await other.go(link)
        #expect(link.acknowledged == many)
    }

    @Test("a clock that jumps more than 7 days is refused and moves nothing")
    func clockJump() async throws {
        let rig = try LiveRig()
        let script: [InboundMessage] = [
            .clock(Self.six), .clock(Self.six + .minutes(1)), .clock(Self.six + .days(8)),
            .reading("wind/t01", "power_kw", 1, Self.six + .minutes(1)), .clock(Self.six + .minutes(2)),
        ]
        let summary = try #require(try await rig.go(ScriptLink(script, clock: rig.clock)))
        #expect(summary.steps == 2)
        #expect(summary.counts.rejected == [.clockFuture: 1])
        #expect(try await rig.replayed().summary.digest == summary.digest)
    }

    @Test("a clock that goes on an hour later writes an hour of marks: the first with the lines, the rest with none")
    func jump() async throws {
        let rig = try LiveRig()
        let script: [InboundMessage] = [
            .clock(Self.six), .reading("wind/t01", "power_kw", 1, Self.six), .clock(Self.six + .seconds(30)),
            .clock(Self.six + .minutes(59)), .clock(Self.six + .hours(1)),
        ]
        let summary = try #require(try await rig.go(ScriptLink(script, clock: rig.clock)))
        #expect(summary.steps == 60)
        #expect(summary.counts.rejected == [.clockFuture: 1])
        #expect(try rig.journalLines().compactMap(\.mark?.n) == [6] + [Int](repeating: 0, count: 59))
        #expect(try await rig.replayed().summary.digest == summary.digest)
    }

    @Test(
        "a clock line that leaps alone is refused and named, and moves nothing",
        arguments: [Span.minutes(64), .hours(6), .days(3)])
    func leap(ahead: Span) async throws {
        let rig = try LiveRig()
        let stray = InboundMessage.clock(Self.six + .minutes(1) + ahead)
        let script: [InboundMessage] = [
            .clock(Self.six), .clock(Self.six + .minutes(1)), stray, .clock(Self.six + .minutes(2)), stray, stray,
            .clock(Self.six + .minutes(3)),
        ]
        let summary = try #require(try await rig.go(ScriptLink(script, clock: rig.clock)))
        #expect(summary.steps == 3)
        #expect(summary.counts.rejected == [.clockFuture: 3])
        #expect(try await rig.replayed().summary.digest == summary.digest)
    }

    @Test("a clock that falls back moves nothing")
    func clockBack() async throws {
        let rig = try LiveRig()
        let script: [InboundMessage] = [
            .clock(Self.six), .clock(Self.six + .minutes(3)), .clock(Self.six + .minutes(1)),
            .reading("wind/t01", "power_kw", 1, Self.six + .minutes(3)),
        ]
        _ = try await rig.go(ScriptLink(script, clock: rig.clock))
        let lines = try rig.journalLines()
        #expect(zip(lines, lines.dropFirst()).allSatisfy { $0.t <= $1.t })
        #expect(lines.compactMap(\.mark).count == 3)
    }

    @Test("under the wall clock a mark stands 2 s after its tick's end, and arrivals carry wall time")
    func wallClock() async throws {
        let rig = try LiveRig()
        rig.kind = .wall
        rig.duration = .minutes(10)
        let summary = try #require(try await rig.go(try PlantLink(rig.simulator(), clock: rig.clock)))
        #expect(summary.steps >= 9)
        let marks = try rig.journalLines().compactMap(\.mark)
        #expect(marks.allSatisfy { $0.t == LiveRig.start + Int64($0.tick) * .minutes(1) + .seconds(3) })
        #expect(try await rig.replayed().summary.digest == summary.digest)
    }
}
