import Synchronization
import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinRuntime
import TwinStore
import TwinTesting

/// The journal is the truth: whatever becomes of the store, the run goes on, and the store is made whole from it.
@Suite("A sick store")
struct SickStoreTests {
    @Test("a store that is locked for a while falls behind, is made up for, and says the same in the end")
    func locked() async throws {
        let whole = try await run { _, _ in }
        let sick = try await run { tick, store in
            // The half hour that ends with tick 45 cannot be written.
            if tick == 40 { store.fail(true) }
            if tick == 50 { store.fail(false) }
        }
        #expect(sick.summary.digest == sick.replayed && sick.commands == whole.commands)
        // The alarm of the store is in the books, all else as in the run whose store was well.
        #expect(sick.summary.alarms.first { $0.code == "store" }?.count == 1)
        #expect(sick.reported == sick.summary.json["energy_kwh"]?.line)
        #expect(sick.reported == whole.reported)
        #expect(sick.rows == whole.rows)
        #expect(sick.words == ["twin/store/store", "twin/store/store over"] && whole.words == [])
    }

    @Test("a store that is gone is made anew from the journal's beginning")
    func gone() async throws {
        let whole = try await run { _, _ in }
        let sick = try await run { tick, store in
            if tick == 25 { try store.replace() }
        }
        #expect(sick.reported == whole.reported && sick.rows == whole.rows)
        #expect(sick.commands == whole.commands)
    }

    private struct Result {
        var summary: Summary
        var replayed: String
        var commands: [[UInt8]]
        /// Energies that a report reads from the store.
        var reported: String
        var rows: Int
        /// What the journal says of the twin itself.
        var words: [String]
    }

    private func run(_ onTick: @escaping @Sendable (Int, FailingStore) throws -> Void) async throws -> Result {
        let rig = try LiveRig()
        rig.mode = .control
        rig.duration = .minutes(60)
        let base = rig.temporary.path("s")
        let store = try FailingStore { try openStore("\(base)\($0).sqlite") }
        rig.store = store
        rig.onTick = { outcome in try? onTick(outcome.tick, store) }  // a failure shows in the result
        let link = try PlantLink(rig.simulator(), clock: rig.clock)
        let summary = try #require(try await rig.go(link))
        let replayed = try await rig.replayed()
        #expect(replayed.firstDifferingTick == nil)
        let reported = try #require(try store.now.summary(rig.config.method))
        return Result(
            summary: summary, replayed: replayed.summary.digest, commands: link.commands.map(\.payload),
            reported: reported.json["energy_kwh"]?.line ?? "", rows: try store.rowCount(),
            words: try rig.journalLines().compactMap { line in
                guard case .op(let json) = line.body, let alarm = json["alarm"]?.text else { return nil }
                return alarm + (json["cause"]?.text == nil ? " over" : "")
            })
    }
}

/// A store that fails when it is told to, and may be exchanged for an empty one.
private final class FailingStore: TwinStorePort {
    struct Locked: StoreFault {
        let isPassing = true
        let description = "the store is locked"
    }

    private let state: Mutex<(store: any TwinStorePort, number: Int, isFailing: Bool)>
    private let make: @Sendable (Int) throws -> any TwinStorePort

    init(_ make: @escaping @Sendable (Int) throws -> any TwinStorePort) throws {
        self.make = make
        state = Mutex((try make(0), 0, false))
    }

    var now: any TwinStorePort { state.withLock { $0.store } }
    func fail(_ isFailing: Bool) { state.withLock { $0.isFailing = isFailing } }

    /// The next write finds no run in it.
    func replace() throws {
        try state.withLock { state in
            state.number += 1
            state.store = try make(state.number)
        }
    }

    private func well() throws -> any TwinStorePort {
        try state.withLock { state in
            if state.isFailing { throw Locked() }
            return state.store
        }
    }

    func rowCount() throws -> Int {
        var count = 0
        try now.forEachRow(.all, on: now.chart(.all)) { _ in count += 1 }
        return count
    }

    func begin(_ identity: RunIdentity) throws -> StoredCheckpoint? { try well().begin(identity) }
    func write(_ batch: StoreBatch) throws { try well().write(batch) }
    func prove() throws { try well().prove() }
    func runs() throws -> [StoredRun] { try now.runs() }
    func checkpoint(ofRun run: String) throws -> StoredCheckpoint? { try now.checkpoint(ofRun: run) }
    func configurations() throws -> [StoredConfiguration] { try now.configurations() }
    func files(ofConfiguration hash: String) throws -> [(name: String, bytes: [UInt8])] {
        try now.files(ofConfiguration: hash)
    }
    func chart(_ window: StoreWindow) throws -> Chart { try now.chart(window) }
    func forEachRow(_ window: StoreWindow, on chart: Chart, _ body: (PeriodRow) throws -> Void) throws {
        try now.forEachRow(window, on: chart, body)
    }
    func restatements(_ window: StoreWindow) throws -> [StoredRestatement] { try now.restatements(window) }
    func alarms(_ window: StoreWindow) throws -> [StoredAlarm] { try now.alarms(window) }
    func commands(_ window: StoreWindow, asset: AssetPath?) throws -> [StoredCommand] {
        try now.commands(window, asset: asset)
    }
    func command(run: String, tick: Int, n: Int) throws -> FoundCommand? {
        try now.command(run: run, tick: tick, n: n)
    }
    func vehicles(_ window: StoreWindow) throws -> [LineOff] { try now.vehicles(window) }
    func vehicleEvents(_ window: StoreWindow) throws -> [VehicleEvent] { try now.vehicleEvents(window) }
    func requests(_ window: StoreWindow) throws -> [GridRequestRecord] { try now.requests(window) }
    func signals() throws -> [SignalPath] { try now.signals() }
    func extent(of signal: SignalPath) throws -> StoreWindow? { try now.extent(of: signal) }
    func forEachPoint(
        _ signal: SignalPath, _ kind: SeriesPoint.Kind, _ window: StoreWindow, _ body: (SeriesPoint) throws -> Void
    ) throws {
        try now.forEachPoint(signal, kind, window, body)
    }
    func latest() throws -> [(signal: SignalPath, point: SeriesPoint)] { try now.latest() }
}
