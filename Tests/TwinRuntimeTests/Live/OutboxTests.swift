import Testing
import TwinCore

@testable import TwinDispatch
@testable import TwinRuntime

/// What waits for the broker.
@Suite("Outbox")
struct OutboxTests {
    private static let start = PlantTime(ms: 1_750_000_000_000)

    private func command(_ asset: String, tick: Int, expires: Span) -> Command {
        let point = SetPoint(AssetPath(.storage, asset), .setPower, Double(tick), reason: "")
        return Command(
            tick: tick, n: 1, point: point, ts: Self.start, expires: Self.start + expires, since: Self.start,
            leaseS: 180, seq: tick)
    }

    @Test("has the last mark's commands, until they expire or are overtaken; both are counted")
    func commands() {
        var outbox = Outbox()
        outbox.replaceCommands(with: [command("a", tick: 1, expires: .minutes(2))])
        outbox.replaceCommands(with: [
            command("a", tick: 2, expires: .minutes(3)), command("b", tick: 2, expires: .minutes(1)),
        ])
        let due = outbox.take(at: Self.start + .minutes(1)).commands
        #expect(due.map(\.tick) == [2] && due.map(\.path.asset) == ["a"])
        #expect(outbox.takeLost() == 2 && outbox.takeLost() == 0 && outbox.isEmpty)
        outbox.restoreCommands(due)
        outbox.expire(at: Self.start + .minutes(3))
        #expect(outbox.isEmpty && outbox.takeLost() == 1)
    }

    @Test("has the last word on each topic, in the order in which the topics came up")
    func retained() {
        var outbox = Outbox()
        for number in 0..<100_000 {
            outbox.add(OutboundMessage(topic: "t/\(number % 3)", payload: Array("\(number)".utf8)))
        }
        let due = outbox.take(at: Self.start).retained
        #expect(due.map(\.topic) == ["t/0", "t/1", "t/2"])
        #expect(due.map { String(decoding: $0.payload, as: UTF8.self) } == ["99999", "99997", "99998"])
    }

    @Test("is bounded, whatever comes")
    func bounded() {
        var outbox = Outbox()
        for number in 0..<(Outbox.topicsMax + 10) { outbox.add(OutboundMessage(topic: "t/\(number)", payload: [])) }
        #expect(outbox.count == Outbox.topicsMax)
    }
}
