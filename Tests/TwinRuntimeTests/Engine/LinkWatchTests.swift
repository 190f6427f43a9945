import Testing
import TwinCore
import TwinDispatch
import TwinPlant
import TwinRuntime
import TwinTesting

/// A link to the broker that is down is one alarm.
@Suite("Link watch")
struct LinkWatchTests {
    /// Steps two hours of the simulated plant; between two minutes nothing is heard.
    /// - Parameters:
    ///   - tells: whether the journal says that the link was down.
    ///   - lost: this asset is never heard again.
    private func edges(
        down: Range<Int>, tells: Bool = true, lost: String? = nil, minutes: Int = 120
    ) async throws -> [AlarmBoard.Edge] {
        let rig = try LiveRig()
        var simulator = rig.simulator()
        let engine = TwinEngine(
            config: rig.config,
            plan: RunPlan(run: "test", start: LiveRig.start, stepS: 60, mode: .shadow, clock: .wall), seating: .plain)
        var edges: [AlarmBoard.Edge] = []
        for minute in 0..<minutes {
            var input = TickInput()
            let isDown = down.contains(minute)
            for message in simulator.advance() {
                let isLost = minute >= down.lowerBound && lost.map { message.topic.contains("/\($0)/") } ?? false
                if isDown || isLost { continue }
                input.arrivals.append(Arrival(t: simulator.now, topic: message.topic, payload: message.payload, qos: 1))
            }
            if tells, minute == down.lowerBound { input.instructions.append(.link("down")) }
            if tells, minute == down.upperBound { input.instructions.append(.link("up")) }
            edges += await engine.close(input).alarmEdges
        }
        return edges
    }

    @Test("half an hour without the broker is one alarm that names who is silent, and not one for each asset")
    func oneAlarm() async throws {
        let edges = try await edges(down: 20..<50)
        #expect(edges.filter(\.isRaised).map(\.key.path) == ["twin/broker/link"])
        #expect(edges.map(\.isRaised) == [true, false])
        let raised = try #require(edges.first)
        #expect(raised.cause.hasPrefix("the link to the broker is down since 2025-06-18T06:06:00.000Z"))
        #expect(raised.at == LiveRig.start + .minutes(21))
        let over = try #require(edges.last)
        #expect(over.at <= LiveRig.start + .minutes(54))
        #expect(over.cause.hasPrefix("silent meanwhile: agv/group-1, ") && over.cause.hasSuffix(" more"))
    }

    @Test("the same silence without a word of the link is an alarm for each asset")
    func withoutLink() async throws {
        #expect(try await edges(down: 20..<50, tells: false).count { $0.isRaised } > 20)
    }

    @Test("a link that is back within a step raises none")
    func blink() async throws {
        #expect(try await edges(down: 20..<20, minutes: 40) == [])
    }

    @Test("an asset that stays silent when the link is back has its own alarm, a quarter of an hour later")
    func lost() async throws {
        let edges = try await edges(down: 20..<50, lost: "t01")
        let own = try #require(edges.first { $0.key.path == "wind/t01/stale" })
        #expect(own.isRaised && own.at == LiveRig.start + .minutes(66))
        #expect(edges.filter(\.isRaised).count == 2)
        let link = try #require(edges.last { $0.key.path == "twin/broker/link" })
        #expect(!link.isRaised && link.at == own.at)
    }

    @Test("what comes with the link before the clock's line is ahead of plant time, and that is the link's alarm too")
    func aheadOfTheClock() async throws {
        let rig = try LiveRig()
        var simulator = rig.simulator()
        let engine = TwinEngine(
            config: rig.config,
            plan: RunPlan(run: "test", start: LiveRig.start, stepS: 60, mode: .shadow, clock: .event), seating: .plain)
        var input = TickInput()
        var raised: [String] = []
        var rejected = 0
        for minute in 0..<120 {
            let isDown = (20..<50).contains(minute)
            for message in simulator.advance() where !isDown {
                // The first minute's readings are journalled before the clock's line, which then closes half an hour of ticks.
                let t = minute == 50 ? LiveRig.start + .minutes(20) : simulator.now
                input.arrivals.append(Arrival(t: t, topic: message.topic, payload: message.payload, qos: 1))
            }
            if isDown { continue }
            if minute == 50 { input.instructions += [.link("down"), .link("up")] }
            for _ in 0..<(minute == 50 ? 31 : 1) {
                let outcome = await engine.close(input)
                rejected += outcome.refusals.count
                raised += outcome.alarmEdges.filter(\.isRaised).map(\.key.path)
                input = TickInput()
            }
        }
        #expect(rejected > 10)
        #expect(raised == ["twin/broker/link"])
    }
}
