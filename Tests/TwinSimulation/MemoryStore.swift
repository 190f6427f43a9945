import Synchronization
import TwinBooks
import TwinCore
import TwinRuntime

/// Another process has it, or its disk is full.
private struct LockedStore: StoreFault {
    var isPassing: Bool { true }
    var description: String { "the store is locked (simulated)" }
}

/// A store in memory, with faults: what of it the loop needs is kept, the rest is let go.
final class MemoryStore: TwinStorePort {
    struct Content: Sendable {
        var identity: RunIdentity?
        var checkpoint: StoredCheckpoint?
        var rows: [PlantTime: PeriodRow] = [:]
        var chart = Chart([])
        var facts: RunFacts?
    }

    private struct State: Sendable {
        var content = Content()
        /// As it was after earlier writes: a power cut may bring one of them back.
        var before: [Content] = []
        var chance: SeedStream
        /// As it was with the first checkpoint.
        var first: Content?
        /// Share of calls that fail.
        var failing = 0.0
    }

    private let state: Mutex<State>
    private let fuse: Fuse
    private static let beforeMax = 16

    init(seed: UInt64, fuse: Fuse) {
        state = Mutex(State(chance: SeedStream(seed: seed, name: "store")))
        self.fuse = fuse
    }

    func set(failing: Double) { state.withLock { $0.failing = failing } }

    /// A power cut may lose the last transactions, and somebody may delete it.
    func die(isPowerCut: Bool, isDeleted: Bool) {
        state.withLock { state in
            if isDeleted { state.content = Content() }
            guard isPowerCut, !isDeleted else { return }
            let back = state.chance.below(state.before.count + 1)
            if back > 0 { state.content = state.before[state.before.count - back] }
            state.before.removeLast(back)
        }
    }

    var content: Content { state.withLock { $0.content } }

    /// With the first checkpoint that was written; nil before.
    var first: Content? { state.withLock { $0.first } }

    private func change<Value: Sendable>(_ body: (inout Content) -> Value) throws -> Value {
        try fuse.burn()
        let value = state.withLock { state -> Value? in
            if state.chance.happens(state.failing) { return nil }
            state.before.append(state.content)
            if state.before.count > MemoryStore.beforeMax { state.before.removeFirst() }
            let value = body(&state.content)
            if state.first == nil, state.content.checkpoint != nil { state.first = state.content }
            return value
        }
        guard let value else { throw LockedStore() }
        return value
    }

    // MARK: - Writing

    func begin(_ identity: RunIdentity) throws -> StoredCheckpoint? {
        let found: [StoredCheckpoint] = try change { content in
            if content.identity?.run != identity.run || content.identity?.start != identity.start {
                content = Content()
            }
            content.identity = identity
            return content.checkpoint.map { [$0] } ?? []
        }
        return found.first
    }

    func write(_ batch: StoreBatch) throws {
        try change { content in
            if batch.replacesAll {
                content.rows = [:]
                content.checkpoint = nil
            }
            if !batch.rows.isEmpty { content.chart = batch.chart }
            for row in batch.rows { content.rows[row.start] = row }
            if let facts = batch.facts { content.facts = facts }
            guard let data = batch.checkpoint, let cursor = batch.cursor else { return }
            content.checkpoint = StoredCheckpoint(
                build: content.identity?.build ?? "", data: data, cursor: cursor)
        }
    }

    // MARK: - Reading

    func runs() throws -> [StoredRun] {
        let content = content
        guard let identity = content.identity else { return [] }
        return [
            StoredRun(
                run: identity.run, site: identity.site, start: identity.start,
                end: content.rows.keys.max().map { $0 + settlementPeriod }, build: identity.build, facts: content.facts)
        ]
    }

    func checkpoint(ofRun run: String) throws -> StoredCheckpoint? { content.checkpoint }
    func chart(_ window: StoreWindow) throws -> Chart { content.chart }

    func forEachRow(_ window: StoreWindow, on chart: Chart, _ body: (PeriodRow) throws -> Void) throws {
        for (start, row) in content.rows.sorted(by: { $0.key < $1.key }) where start >= window.from {
            try body(row)
        }
    }

    func prove() throws {}
    func configurations() throws -> [StoredConfiguration] { [] }
    func files(ofConfiguration hash: String) throws -> [(name: String, bytes: [UInt8])] { [] }
    func restatements(_ window: StoreWindow) throws -> [StoredRestatement] { [] }
    func alarms(_ window: StoreWindow) throws -> [StoredAlarm] { [] }
    func commands(_ window: StoreWindow, asset: AssetPath?) throws -> [StoredCommand] { [] }
    func command(run: String, tick: Int, n: Int) throws -> FoundCommand? { nil }
    func vehicles(_ window: StoreWindow) throws -> [LineOff] { [] }
    func vehicleEvents(_ window: StoreWindow) throws -> [VehicleEvent] { [] }
    func requests(_ window: StoreWindow) throws -> [GridRequestRecord] { [] }
    func signals() throws -> [SignalPath] { [] }
    func extent(of signal: SignalPath) throws -> StoreWindow? { nil }
    func latest() throws -> [(signal: SignalPath, point: SeriesPoint)] { [] }

    func forEachPoint(
        _ signal: SignalPath, _ kind: SeriesPoint.Kind, _ window: StoreWindow, _ body: (SeriesPoint) throws -> Void
    ) throws {}
}
