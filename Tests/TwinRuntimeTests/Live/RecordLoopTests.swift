import Foundation
import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinFiles
import TwinRuntime
import TwinTesting

/// Traffic to a replay file: on disk before it is acknowledged, and one digest afterwards.
@Suite("Recording")
struct RecordLoopTests {
    let folder: TemporaryFolder
    let config: SiteConfig
    let clock = TestClock(LiveRig.start)

    init() throws {
        folder = try TemporaryFolder()
        config = try Repository.config()
    }

    private var path: String { folder.path("a.jsonl") }

    private func record(
        _ link: any Transport, _ kind: ClockKind, name: String = "a.jsonl", for duration: Span? = nil
    ) throws -> RecordTally {
        var options = RecordOptions(filters: ["v1/#"]) { [clock] in clock.now }
        options.clock = kind
        options.duration = duration
        options.run = LiveRig.run
        options.shouldStop = { [clock] in clock.isStopped }
        let loop = RecordLoop(
            config: config, options: options, transport: link, path: folder.path(name), overwrite: false)
        try loop.run()
        return loop.tally
    }

    /// The header and the lines of what was recorded.
    private func recording(_ name: String = "a.jsonl") throws -> (header: Header, lines: [Line]) {
        let texts = try Repository.lines(of: folder.path(name))
        let header = try Header(bytes: Array(texts[0].utf8))
        return (
            header, try texts.dropFirst().map { try Line(bytes: Array($0.utf8), start: header.start, number: 0) }
        )
    }

    private func plant() throws -> PlantLink {
        try PlantLink(PlantSimulator(config: config, start: LiveRig.start, seed: 7))
    }

    @Test("a recording replays to the digest of the twin that listened", arguments: ["a.jsonl", "a.jsonl.gz"])
    func oneDigest(name: String) async throws {
        let tally = try record(try plant(), .event, name: name, for: .minutes(30))
        let rig = try LiveRig()
        rig.duration = .minutes(30)
        let live = try #require(try await rig.go(try plant()))
        let replayed = try await replay([folder.path(name)])
        #expect(replayed.summary.steps == 30)
        #expect(replayed.summary.digest == live.digest)
        #expect(replayed.summary.counts.messages == tally.messages)
        let header = try recording(name).header
        #expect(header.start == LiveRig.start)
        #expect(header.config == config.hash)
        #expect(!header.marks && header.loop == .open && header.mode == .shadow && header.clock == .event)
    }

    @Test("a batch is on disk before it is acknowledged", arguments: ["a.jsonl", "a.jsonl.gz"])
    func diskFirst(name: String) throws {
        let link = try plant()
        var received = 0
        var flushes = 0
        link.onEvent = { [folder] event in
            if case .received(let count) = event { received += count }
            guard case .flushed = event else { return }
            flushes += 1
            let lines = try Repository.lines(of: folder.path(name))
            #expect(lines.count { $0.contains("\"topic\":") } == received)
        }
        _ = try record(link, .event, name: name, for: .minutes(10))
        #expect(flushes >= 10)
    }

    @Test("beyond its end nothing is recorded and nothing is acknowledged")
    func end() throws {
        let start = LiveRig.start
        // One batch holds the clock of the end, and one reading more.
        let link = ScriptLink(
            [
                .clock(start), .reading("shop/paint", "load_kw", 1, start), .clock(start + .minutes(1)),
                .reading("shop/paint", "load_kw", 2, start + .minutes(1)), .clock(start + .minutes(2)),
            ], clock: clock)
        let tally = try record(link, .event, for: .minutes(1))
        #expect(tally.messages == 3)
        #expect(tally.from == start && tally.to == start + .minutes(1))
        #expect(try recording().lines.compactMap(\.inbound).last == .clock(start + .minutes(1)))
        #expect(!link.log.contains(.flushed))
        #expect(link.log.last == .disconnected)
    }

    @Test(
        "without a plant time there is no file, and only what the broker keeps is acknowledged",
        arguments: [true, false])
    func noTime(retain: Bool) throws {
        let link = ScriptLink(
            [
                InboundMessage(
                    topic: "v1/sunderland/wind/t01/status", payload: Array("online".utf8), retain: retain)
            ], clock: clock)
        let tally = try record(link, .event)
        #expect(tally.from == nil && tally.messages == 0)
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect(link.log.contains(.flushed) == retain)
    }

    @Test("under the wall clock a line has its time of arrival, which never falls")
    func wallTime() throws {
        clock.set(LiveRig.start + .seconds(17))
        let payloads: [[UInt8]] = [Array("1".utf8), Array("{\n}".utf8), [0xFF, 0x00], Array("{\"a\":[1, 2]}".utf8)]
        let messages = payloads.map {
            InboundMessage(topic: "some/thing", payload: $0, qos: 0, correlation: Array("c-1".utf8))
        }
        let link = SlowLink(messages, clock: clock, pauses: [.seconds(1), .seconds(-30), .days(2), .seconds(1)])
        let tally = try record(link, .wall)
        #expect(tally.messages == 4)
        let (header, lines) = try recording()
        #expect(header.start == LiveRig.start && header.clock == .wall)
        #expect(lines.compactMap(\.inbound).map(\.payload) == payloads)
        #expect(lines.compactMap(\.inbound).allSatisfy { $0.correlation == Array("c-1".utf8) })
        let times = lines.map { ($0.t - LiveRig.start).ms / 1000 }
        #expect(times == times.sorted())
        #expect(lines.compactMap { $0.inbound == nil ? nil : ($0.t - LiveRig.start).ms / 1000 }.prefix(2) == [18, 18])
    }

    @Test("losses and returns of the link stand in the file")
    func links() throws {
        let link = SlowLink([.clock(LiveRig.start)], clock: clock, pauses: [.seconds(1)])
        link.changes = [
            .up(sessionPresent: false), .down(reason: "gone"), .up(sessionPresent: true), .down(reason: "gone"),
            .up(sessionPresent: false),
        ]
        let tally = try record(link, .wall)
        #expect(tally.links == 5)
        let words = try recording().lines.compactMap { if case .link(let word) = $0.body { word } else { nil } }
        #expect(words == ["up", "down", "up", "down", "session_lost"])
    }

    @Test("a quiet fortnight can be replayed: each day of silence leaves a line")
    func silence() async throws {
        let reading = { (time: PlantTime) in InboundMessage.reading("shop/paint", "load_kw", 9000, time) }
        let days = [Span](repeating: .days(1) + .seconds(1), count: 14)
        let late = LiveRig.start + .days(14)
        let link = SlowLink([reading(LiveRig.start), reading(late)], clock: clock, pauses: [.seconds(1)] + days)
        _ = try record(link, .wall)
        #expect(try recording().lines.count { if case .link = $0.body { true } else { false } } >= 12)
        let result = try await replay([path])
        #expect(result.summary.counts.rejectedTotal == 0)
        #expect(result.summary.counts.messages == 2)
    }

    @Test("an error of the broker leaves what was synced, as a whole file")
    func failure() throws {
        let link = SlowLink([.clock(LiveRig.start)], clock: clock, pauses: [.seconds(1)])
        link.failure = TransportProblem("another client took the session")
        #expect(throws: TransportProblem.self) { try record(link, .wall, name: "a.jsonl.gz") }
        #expect(try recording("a.jsonl.gz").lines.count { $0.inbound != nil } == 1)
        let reader = try LineReader(path: folder.path("a.jsonl.gz"))
        while reader.next() != nil {}
        #expect(reader.truncation == nil)
    }
}

/// A transport that moves the clock before each `receive`, hands out one message at the first ones and one change of
/// the link at a time, and stops, or fails, when nothing is left.
private final class SlowLink: Transport {
    private var messages: ArraySlice<InboundMessage>
    private let clock: TestClock
    private var pauses: ArraySlice<Span>
    var changes: [LinkChange] = []
    var failure: TransportProblem?
    let publicationsInFlight = 0

    /// The last message comes with the last pause.
    init(_ messages: [InboundMessage], clock: TestClock, pauses: [Span]) {
        self.messages = messages[...]
        self.clock = clock
        self.pauses = pauses[...]
    }

    func connect(timeoutMs: Int) {}
    func subscribe(_ filters: [String]) {}
    func flush() {}
    func publish(_ message: OutboundMessage) {}
    func disconnect() {}

    func receive(timeoutMs: Int, limit: Int) throws -> InboundBatch {
        var batch = InboundBatch()
        if let pause = pauses.popFirst() { clock.set(clock.now + pause) }
        if messages.count > 1 || pauses.isEmpty, let message = messages.popFirst() { batch.messages = [message] }
        if !changes.isEmpty { batch.links = [changes.removeFirst()] }
        if batch.messages.isEmpty, batch.links.isEmpty, pauses.isEmpty {
            if let failure { throw failure }
            clock.stop()
        }
        return batch
    }
}
