import Synchronization
import Testing
import TwinCore
import TwinPlant
import TwinRuntime
import TwinTesting

/// What a twin says of its link, and again when the link is back.
@Suite("Reconnect")
struct ReconnectTests {
    /// Hands out given batches, one at a time, and then asks the run to stop.
    private final class BatchLink: Transport {
        private var batches: ArraySlice<InboundBatch>
        private let clock: TestClock
        private(set) var published: [OutboundMessage] = []
        let publicationsInFlight = 0
        /// What the broker refuses at the first link.
        var refused: String?

        init(_ batches: [InboundBatch], clock: TestClock) {
            self.batches = batches[...]
            self.clock = clock
        }

        func connect(timeoutMs: Int) {}
        func subscribe(_ filters: [String]) throws {
            if let refused { throw TransportProblem("refuses topic '\(refused)'") }
        }
        func flush() {}
        func publish(_ message: OutboundMessage) { published.append(message) }
        func disconnect() {}

        func receive(timeoutMs: Int, limit: Int) -> InboundBatch {
            let next = batches.popFirst() ?? InboundBatch()
            if batches.isEmpty { clock.stop() }
            return next
        }
    }

    private func batch(
        _ messages: [InboundMessage] = [], _ links: [LinkChange] = [], _ refusals: [BrokerRefusal] = []
    ) -> InboundBatch {
        var batch = InboundBatch()
        (batch.messages, batch.links, batch.refusals) = (messages, links, refusals)
        return batch
    }

    @Test("status and standing alarms are published again, and what became of link and publications is said")
    func again() async throws {
        let rig = try LiveRig()
        rig.mode = .advise
        let said = Said()
        rig.log = RunLog(least: .info, now: { [clock = rig.clock] in clock.now }, write: said.add)
        let tripped = InboundMessage(
            topic: "v1/sunderland/wind/t01/tele",
            payload: Array("{\"ts\":\"\(LiveRig.start.rfc3339)\",\"connected\":false,\"power_kw\":0}".utf8))
        let link = BatchLink(
            [
                batch([.clock(LiveRig.start), tripped], [.up(sessionPresent: false)]),
                batch([.clock(LiveRig.start + .minutes(1))]), batch([], [.down(reason: "gone")]),
                batch(
                    [], [.up(sessionPresent: true)], [BrokerRefusal(topic: "v1/a/cmd", reason: "Not authorized")]),
                batch([], [.down(reason: "gone")]), batch([], [.up(sessionPresent: false)]),
            ], clock: rig.clock)
        _ = try await rig.go(link)
        let status = link.published.filter { $0.topic == "v1/sunderland/twin/status" }
        #expect(
            status.map { String(decoding: $0.payload, as: UTF8.self) } == ["online", "online", "online", "offline"])
        #expect(status.allSatisfy { $0.retain })
        let alarms = link.published.filter { $0.topic == "v1/sunderland/twin/alarm/wind/t01/trip" }
        #expect(alarms.count == 3 && Set(alarms).count == 1 && alarms.allSatisfy { $0.retain })
        let alarm = try JSONReader.read(try #require(alarms.first).payload)
        #expect(alarm["since"]?.text == (LiveRig.start + .minutes(1)).rfc3339)
        #expect(alarm["cause"]?.text == "its source says connected: false")
        let links = said.all.filter { $0.event.rawValue.hasPrefix("link.") }
        #expect(links.map(\.event) == [.linkUp, .linkDown, .linkUp, .linkDown, .sessionLost])
        let refused = try #require(said.all.first { $0.event == .publicationRefused })
        #expect(refused.topic == "v1/a/cmd" && refused.reason == "Not authorized" && refused.level == .error)
    }

    private final class Said: Sendable {
        private let list = Mutex<[LogEntry]>([])
        var all: [LogEntry] { list.withLock { $0 } }
        func add(_ entry: LogEntry) { list.withLock { $0.append(entry) } }
    }

    @Test("a topic that is refused with the first link stands as an alarm until the next one")
    func refusedAtFirst() async throws {
        let rig = try LiveRig()
        let link = BatchLink(
            [
                batch([.clock(LiveRig.start)], [.up(sessionPresent: false)])
            ] + (1...3).map { batch([.clock(LiveRig.start + .minutes($0))]) }
                + [
                    batch([], [.down(reason: "gone"), .up(sessionPresent: true)]),
                    batch([.clock(LiveRig.start + .minutes(4))]), batch([.clock(LiveRig.start + .minutes(5))]),
                ], clock: rig.clock)
        link.refused = "v1/sunderland/+/+/tele"
        _ = try await rig.go(link)
        let marks = try rig.journalLines().compactMap(\.mark)
        let edges = marks.flatMap { mark in mark.alarms.filter { $0.path == "twin/rights/link" }.map { (mark.tick, $0) }
        }
        #expect(edges.map { $0.1.cause != nil } == [true, false])
        #expect(edges.first?.0 ?? 0 <= 2 && edges.last?.0 ?? 0 >= 4)
        #expect(edges.first?.1.cause?.contains("v1/sunderland/+/+/tele") == true)
    }

    @Test(
        "what waited at the broker while the twin was away is of the past: nobody is blamed for what was decided then")
    func backlog() async throws {
        let rig = try LiveRig()
        rig.mode = .control
        var simulator = rig.simulator()
        func minutes(_ count: Int) -> [InboundMessage] {
            (0..<count).flatMap { _ in simulator.advance() }
                .map { InboundMessage(topic: $0.topic, payload: $0.payload, qos: 1) }
        }
        let start = [InboundMessage.clock(LiveRig.start)] + minutes(2)
        let first = BatchLink([batch([], [.up(sessionPresent: false)]), batch(start), batch()], clock: rig.clock)
        _ = try await rig.go(first)
        rig.clock.goOn()
        let kept = minutes(40)
        try #require(kept.count > 1000)
        let second = BatchLink(
            [batch([], [.up(sessionPresent: true)]), batch(kept)] + (0..<10).map { _ in batch(minutes(1)) } + [batch()],
            clock: rig.clock)
        _ = try await rig.go(second)
        let lines = try rig.journalLines()
        #expect(lines.compactMap(\.mark).count > 50)
        let raised = lines.compactMap(\.mark).flatMap(\.alarms).filter { $0.cause != nil }.map(\.path)
        #expect(raised == ["twin/broker/link"])
    }
}
