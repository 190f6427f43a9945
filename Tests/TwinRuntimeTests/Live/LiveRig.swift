import Foundation
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinPlant
import TwinRuntime
import TwinStore
import TwinTesting

/// A folder with a live run's journal and store; a run may be begun, stopped and gone on with in it.
final class LiveRig {
    /// A quarter of an hour before the early shift: runs from here on cross a half hour and line off vehicles.
    static let start = SmallRecording.start + .minutes(45)
    static let run = "7f3a9c21"

    let temporary: TemporaryFolder
    var config: SiteConfig
    let clock = TestClock(LiveRig.start)
    var mode = ControlMode.shadow
    var kind = ClockKind.event
    var build = "test"
    var duration: Span?
    let inbox = LiveInbox()
    var plans = PlanSource.none
    var onTick: (@Sendable (TickOutcome) -> Void)?
    var log: RunLog?
    var claim = Claim(issuer: "twin-7f3a9c21", instance: "a", since: LiveRig.start, host: "here", pid: 1)
    var reopenStore: (@Sendable () throws -> any TwinStorePort)?
    var waitsForBroker = false
    /// In the place of the store's file.
    var store: (any TwinStorePort)?

    init(_ config: SiteConfig? = nil) throws {
        temporary = try TemporaryFolder()
        self.config = try config ?? Repository.config()
    }

    var journal: JournalFolder { JournalFolder(path: temporary.path("twin.journal")) }
    var storePath: String { temporary.path("twin.sqlite") }

    func simulator(seed: UInt64 = 7) -> PlantSimulator {
        PlantSimulator(config: config, start: LiveRig.start, seed: seed)
    }

    /// Opens the store, runs, and closes the store again.
    func go(_ link: any Transport) async throws -> Summary? {
        var options = LiveOptions(wallNow: { [clock] in clock.now })
        // Both clocks of the machine go together unless a test parts them.
        options.uptime = { [clock] in clock.uptime }
        options.claim = claim
        options.claimAfter = Span(ms: 0)
        options.reopenStore = reopenStore
        options.waitsForBroker = waitsForBroker
        options.mode = mode
        options.clock = kind
        options.duration = duration
        options.build = build
        options.inbox = inbox
        options.plans = plans
        options.onTick = onTick
        options.log = log
        options.shouldStop = { [clock] in clock.isStopped }
        let run = try LiveLoop.existingRun(journal) ?? LiveRig.run
        let store = try store ?? openStore(storePath)
        return try await LiveLoop(
            config: config, options: options, run: run, transport: link, folder: journal, store: store
        ).run()
    }

    /// The journal's lines after its header; whole lines only.
    func journalLines() throws -> [Line] {
        try journal.segments().flatMap { segment in
            try Repository.lines(of: journal.file(segment)).dropFirst().map {
                try Line(bytes: Array($0.utf8), start: LiveRig.start, number: 0)
            }
        }
    }

    /// The summary that a report makes from the store.
    func reported() throws -> Summary {
        guard let summary = try openStore(storePath, mustExist: true).summary(config.method) else {
            throw StoreIsEmpty()
        }
        return summary
    }

    func replayed() async throws -> ReplayResult { try await replay(try journal.segments().map(journal.file), config) }
}

extension Line {
    /// The message as a transport would bring it; nil for other lines.
    var inbound: InboundMessage? {
        guard case .message(let arrival) = body else { return nil }
        return InboundMessage(
            topic: arrival.topic, payload: arrival.payload, qos: arrival.qos, retain: arrival.retain,
            duplicate: arrival.duplicate, correlation: arrival.correlation.map { Array($0.utf8) })
    }

    var mark: Mark? { if case .mark(let mark) = body { mark } else { nil } }
}

extension InboundMessage {
    static func clock(_ time: PlantTime) -> InboundMessage {
        InboundMessage(topic: "v1/sunderland/clock", payload: Array("{\"ts\":\"\(time.rfc3339)\"}".utf8))
    }

    /// A reading of one value with its stamp.
    static func reading(_ asset: String, _ key: String, _ value: Double, _ time: PlantTime) -> InboundMessage {
        InboundMessage(
            topic: "v1/sunderland/\(asset)/tele",
            payload: Array("{\"ts\":\"\(time.rfc3339)\",\"period_s\":60,\"\(key)\":\(value)}".utf8))
    }
}
