import Foundation
import GRDB
import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinRuntime
import TwinStore
import TwinTesting

/// A whole day through the store: what the engine said comes back, to the last bit.
@Suite("Stored day")
struct StoredDayTests {
    private static func identity(_ config: String) -> RunIdentity {
        RunIdentity(
            site: "sunderland", run: "7f3a9c21", start: PlantTime(rfc3339: "2025-06-17T23:00:00.000Z") ?? .earliest,
            config: config, build: "test")
    }

    /// Hands the outcomes on as a live run does, from a kill at `again` on once more.
    private func keep(
        _ outcomes: [TickOutcome], in store: any TwinStorePort, again: Range<Int>? = nil
    ) throws {
        let config = try Repository.config()
        let identity = Self.identity(config.hash)
        _ = try store.begin(identity)
        let first = ConfigurationInForce(config, from: identity.start)
        var feed = StoreFeed()
        feed.begin(first)
        for (index, outcome) in outcomes.enumerated() {
            feed.add(outcome)
            if let again, index + 1 == again.lowerBound { try store.write(feed.flush(nil)) }
            if let due = feed.due() { try store.write(due) }
            guard let again, index + 1 == again.upperBound else { continue }
            // What was gathered and not written is lost; the checkpoint was at the lower bound.
            feed = StoreFeed()
            _ = try store.begin(identity)
            for outcome in outcomes[again] {
                feed.add(outcome)
                if let due = feed.due() { try store.write(due) }
            }
        }
        try store.write(feed.flush(nil))
    }

    @Test("rows, readings and used values of the bundled day come back exactly", arguments: [LoopKind.open, .closed])
    func exact(loop: LoopKind) async throws {
        let day = loop == .open ? try await BundledDay.open() : try await BundledDay.closed()
        let folder = try TemporaryFolder()
        let store = try openStore(folder.path("a.sqlite"))
        try keep(day.outcomes, in: store)
        #expect(try store.rows() == day.result.rows)
        #expect(try store.chart(.all) == Repository.config().method.chart)

        var readings: [SignalPath: [PlantTime: Double]] = [:]
        var used: [SignalPath: [SeriesPoint]] = [:]
        for outcome in day.outcomes {
            for reading in outcome.readings {
                readings[SignalPath(AssetPath(reading.area, reading.asset), reading.key), default: [:]][reading.ts] =
                    reading.value
            }
            for value in outcome.values {
                used[SignalPath(AssetPath(value.area, value.asset), value.key), default: []].append(
                    SeriesPoint(
                        from: outcome.from, to: outcome.end, value: value.used.value, quality: value.used.quality))
            }
        }
        #expect(readings.values.reduce(0) { $0 + $1.count } > 100_000)
        #expect(try Set(store.signals()) == Set(readings.keys).union(used.keys))
        for (signal, values) in readings {
            let stored = try store.points(signal, .reading)
            #expect(Dictionary(uniqueKeysWithValues: stored.map { ($0.from, $0.value) }) == values, "\(signal.text)")
        }
        for (signal, values) in used {
            let stored = try store.points(signal, .used)
            #expect(stored == values, "\(signal.text)")
            #expect(stored.map(\.value.bitPattern) == values.map(\.value.bitPattern), "\(signal.text)")
        }
        #expect(try store.vehicles(.all).count == day.outcomes.reduce(0) { $0 + $1.lineOffs.count })
        let edges = day.outcomes.flatMap(\.alarmEdges)
        #expect(try store.alarms(.all).map(\.key.path).sorted() == edges.map(\.key.path).sorted())
    }

    @Test("rows of the other bundled days come back exactly", arguments: ["winter", "shutdown"])
    func otherDays(name: String) async throws {
        let folder = try TemporaryFolder()
        let store = try openStore(folder.path("a.sqlite"))
        let result = try await replay(
            [Repository.root.appending(path: "replay/sunderland-\(name)-day.jsonl.gz").path], store: store)
        #expect(try store.rows() == result.rows)
    }

    @Test("stepped twice from a checkpoint on, a day leaves what it leaves when it is stepped once")
    func steppedTwice() async throws {
        let day = try await BundledDay.closed()
        let outcomes = Array(day.outcomes.prefix(400))
        let folder = try TemporaryFolder()
        try keep(outcomes, in: openStore(folder.path("once.sqlite")))
        // Neither bound lies on an hour.
        try keep(outcomes, in: openStore(folder.path("twice.sqlite")), again: 130..<287)
        let (once, twice) = try (dump(folder.path("once.sqlite")), dump(folder.path("twice.sqlite")))
        #expect(once.keys.sorted() == twice.keys.sorted())
        for (table, rows) in once { #expect(rows == twice[table], "\(table)") }
        #expect((once["command"]?.count ?? 0) == 42 && (once["renewal"]?.count ?? 0) > 100)
    }

    /// All rows of all tables as text.
    private func dump(_ path: String) throws -> [String: [String]] {
        try DatabaseQueue(path: path).read { db in
            let tables = try String.fetchAll(db, sql: "SELECT name FROM sqlite_master WHERE type = 'table'")
            return try Dictionary(
                uniqueKeysWithValues: tables.map { table in
                    (table, try Row.fetchAll(db, sql: "SELECT * FROM \(table)").map { "\($0)" }.sorted())
                })
        }
    }

    @Test("changes are stored with their fates; a renewal's id leads to the change that it renewed")
    func commands() async throws {
        let day = try await BundledDay.closed()
        let folder = try TemporaryFolder()
        let store = try openStore(folder.path("a.sqlite"))
        try keep(day.outcomes, in: store)
        let issued = day.outcomes.flatMap(\.commands)
        let changes = issued.filter { !$0.isRenewal }
        var fates: [String: String] = [:]
        for outcome in day.outcomes.flatMap(\.outcomes) {
            fates["\(outcome.command.tick)-\(outcome.command.n)"] = outcome.fate.rawValue
        }
        let stored = try store.commands(.all, asset: nil)
        #expect(stored.map { "\($0.tick)-\($0.n)" } == changes.map { "\($0.tick)-\($0.n)" })
        #expect(stored.map(\.value) == changes.map(\.point.value))
        for command in stored { #expect(command.fate == fates["\(command.tick)-\(command.n)"]) }
        #expect(stored.reduce(0) { $0 + $1.renewals.count } == issued.count - changes.count)
        let rejected = issued.count { $0.isRenewal && fates["\($0.tick)-\($0.n)"] == "rejected" }
        #expect(stored.reduce(0) { $0 + $1.renewals.rejected } == rejected)
        for renewal in issued.filter(\.isRenewal).enumerated().filter({ $0.offset % 1000 == 7 }).map(\.element) {
            guard
                case .renewal(let of, let fate)? = try store.command(
                    run: "7f3a9c21", tick: renewal.tick, n: renewal.n)
            else {
                Issue.record("\(renewal.tick)-\(renewal.n) is not found")
                continue
            }
            #expect(of.asset == renewal.path && of.at == renewal.since && of.value == renewal.point.value)
            #expect(fate == fates["\(renewal.tick)-\(renewal.n)"])
        }
        #expect(try store.command(run: "7f3a9c21", tick: 3, n: 999) == nil)
        #expect(try store.command(run: "deadbeef", tick: changes[0].tick, n: changes[0].n) == nil)
    }
}
