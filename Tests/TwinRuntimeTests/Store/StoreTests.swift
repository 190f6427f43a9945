import Foundation
import GRDB
import Synchronization
import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinRuntime
import TwinStore
import TwinTesting
import TwinUnits

/// The store is the journal's cache: one run, one transaction a mark, and the report's figures.
@Suite("Store")
struct StoreTests {
    private static let identity = RunIdentity(JournalTests.header)
    private static let cursor = JournalCursor(
        segment: "0badcafe-000001.jsonl", offset: 10, tick: 1, chain: DigestChain().hex)

    private static let chart = Chart([
        Meter(.load, .shop, "paint"), Meter(.load, .shop, "body"), Meter(.gridImport, .grid, "main"),
    ])
    private static let configuration = ConfigurationInForce(
        hash: identity.config, from: identity.start, tick: 1, files: [("site.yaml", Array("id: s".utf8))], chart: chart)

    private func batch(tick: Int) -> StoreBatch {
        var batch = StoreBatch(Self.chart)
        var row = PeriodRow(start: Recording.start, meterCount: 3)
        row.vehicles = tick
        row.steppedMs = Int64(tick) * 60_000
        row.accounts[Account.load.index] = AccountSum(Energy(wattSeconds: .max - 1), measuredMs: 60_000, estimatedMs: 1)
        batch.rows = [row]
        batch.facts = RunFacts(stepS: 60, mode: .shadow, loop: .open, run: "0badcafe")
        batch.configurations = [Self.configuration]
        batch.checkpoint = Array("state \(tick)".utf8)
        batch.cursor = Self.cursor
        batch.cursor?.tick = tick
        return batch
    }

    @Test("rows, checkpoint and cursor come back as they were written")
    func roundTrip() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("a.sqlite")
        var store: (any TwinStorePort)? = try openStore(path)
        #expect(try store?.begin(Self.identity) == nil)
        try store?.write(batch(tick: 1))
        try store?.write(batch(tick: 2))
        store = nil
        let again = try openStore(path, mustExist: true)
        let found = try #require(try again.begin(Self.identity))
        #expect(found.build == "test")
        #expect(found.data == Array("state 2".utf8))
        #expect(found.cursor.tick == 2 && found.cursor.segment == Self.cursor.segment && found.cursor.offset == 10)
        #expect(try again.rows() == batch(tick: 2).rows)
        let run = try #require(try again.runs().first)
        #expect(run.run == "0badcafe" && run.site == "sunderland" && run.build == "test")
        #expect(run.facts == batch(tick: 2).facts && run.end == Recording.start + settlementPeriod)
        #expect(try again.chart(.all) == Self.chart)
        let newest = try #require(try again.newestConfiguration())
        #expect(newest.hash == "sha256:00" && newest.from == Self.identity.start && newest.tick == 1)
        #expect(try again.files(ofConfiguration: newest.hash).map(\.name) == ["site.yaml"])
        #expect(try again.files(ofConfiguration: newest.hash).map(\.bytes) == [Array("id: s".utf8)])
    }

    @Test("a store of version 1 is refused by both versions, with what to do, and left as it is")
    func versionOne() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("old.sqlite")
        var old: DatabaseQueue? = try DatabaseQueue(path: path)
        try old?.write { db in
            // As twin 0.1.0 made it.
            try db.execute(
                sql: """
                    CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
                    CREATE TABLE run (
                        site TEXT NOT NULL, run TEXT NOT NULL, start_ms INTEGER NOT NULL, config TEXT NOT NULL,
                        build TEXT NOT NULL, facts BLOB) STRICT;
                    CREATE TABLE period (start_ms INTEGER PRIMARY KEY, row BLOB NOT NULL) STRICT;
                    CREATE TABLE checkpoint (id INTEGER PRIMARY KEY CHECK (id = 1), build TEXT NOT NULL) STRICT;
                    """)
        }
        old = nil
        let before = try folder.bytes("old.sqlite")
        for (mustExist, exitCode) in [(false, Int32(73)), (true, 65)] {
            let problem = try #require(throws: StoreProblem.self) { try openStore(path, mustExist: mustExist) }
            #expect(problem.exitCode == exitCode && problem.kind == .otherVersion)
            #expect(
                problem.description == "\(path): is a store of version 1 (twin 0.1.0), this program reads version 5;"
                    + " replay the run's journal into a new --store; the file is left as it is")
        }
        #expect(try folder.bytes("old.sqlite") == before)
    }

    @Test("a store of a later version is refused by both versions")
    func laterVersion() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("a.sqlite")
        var store: (any TwinStorePort)? = try openStore(path)
        _ = try store?.begin(Self.identity)
        store = nil
        var later: DatabaseQueue? = try DatabaseQueue(path: path)
        try later?.writeWithoutTransaction { try $0.execute(sql: "PRAGMA user_version = 7") }
        later = nil
        let problem = try #require(throws: StoreProblem.self) { try openStore(path, mustExist: true) }
        #expect(problem.exitCode == 65)
        let words = "is a store of version 7, this program reads version 5; read it with a newer twin"
        #expect(problem.description.contains(words))
    }

    @Test("a batch is written whole or not at all")
    func oneTransaction() throws {
        let folder = try TemporaryFolder()
        let store = try openStore(folder.path("a.sqlite"))
        _ = try store.begin(Self.identity)
        try store.write(batch(tick: 1))
        // A power that is not a number has no place in the table: the write fails after the row was written.
        var broken = batch(tick: 2)
        broken.rows.append(PeriodRow(start: Recording.start + settlementPeriod, meterCount: 3))
        var desk = CommandDesk()
        let context = TickContext(
            tick: 2, from: Recording.start, to: Recording.start + .minutes(1), lateness: .seconds(30), lead: .seconds(5)
        )
        let command = desk.issue(
            SetPoint(AssetPath(.storage, "string-1"), .setPower, .nan, reason: ""), context: context, n: 1,
            rules: .init(step: .minutes(1), followToleranceFraction: 0.05))
        broken.commands = [try #require(command)]
        let problem = try #require(throws: StoreProblem.self) { try store.write(broken) }
        #expect(problem.exitCode == 74)
        #expect(try store.rows().map(\.vehicles) == [1])
        #expect(try store.begin(Self.identity)?.cursor.tick == 1)
    }

    @Test("a batch that replaces all leaves nothing of what was there")
    func replacesAll() throws {
        let folder = try TemporaryFolder()
        let store = try openStore(folder.path("a.sqlite"))
        _ = try store.begin(Self.identity)
        var ahead = batch(tick: 9)
        ahead.rows.append(PeriodRow(start: Recording.start + settlementPeriod, meterCount: 3))
        try store.write(ahead)
        var anew = batch(tick: 1)
        anew.replacesAll = true
        anew.checkpoint = nil
        try store.write(anew)
        #expect(try store.rows().map(\.vehicles) == [1])
        #expect(try store.begin(Self.identity) == nil)
    }

    @Test("a store whose run was killed before its first mark is taken over")
    func emptyRun() throws {
        let folder = try TemporaryFolder()
        let store = try openStore(folder.path("a.sqlite"))
        _ = try store.begin(Self.identity)
        var other = Self.identity
        other.run = "deadbeef"
        #expect(try store.begin(other) == nil)
        try store.write(batch(tick: 1))
        #expect(try store.runs().map(\.run) == ["deadbeef"])
    }

    @Test(
        "a run that does not fit beside the store's is refused as 73, both named",
        arguments: [
            ("run", "run deadbeef begins at"), ("site", "holds runs of site sunderland, not elsewhere"),
            ("start", "runs of one store cannot overlap"), ("before", "only the last run of a store goes on"),
        ])
    func otherRun(what: String, why: String) throws {
        let folder = try TemporaryFolder()
        let store = try openStore(folder.path("a.sqlite"))
        _ = try store.begin(Self.identity)
        try store.write(batch(tick: 1))
        var other = Self.identity
        if what != "start" { other.run = "deadbeef" }
        if what == "run" { other.start = Recording.start + .minutes(29) }
        if what == "site" { other.site = "elsewhere" }
        if what == "start" { other.start = other.start + .minutes(1) }
        if what == "before" { other.start = other.start - .days(1) }
        let problem = try #require(throws: StoreProblem.self) { try store.begin(other) }
        #expect(problem.exitCode == 73 && problem.kind == .occupied)
        #expect(problem.description.contains(why))
        if what != "site" { #expect(problem.description.contains("run 0badcafe")) }
    }

    @Test("a second replay into the same store is refused as 73")
    func twice() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("small.jsonl", lines: SmallRecording.lines(steps: 5))
        let store = try openStore(folder.path("a.sqlite"))
        _ = try await replay([file], store: store)
        let problem = try await #require(throws: ReplayProblem.self) { try await replay([file], store: store) }
        #expect(problem.exitCode == 73)
    }

    @Test("a replay that was killed is begun anew in its store; only a finished one leaves a checkpoint")
    func killedReplay() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("small.jsonl", lines: SmallRecording.lines(steps: 1001))
        let whole = Kept(try openStore(folder.path("whole.sqlite")))
        _ = try await replay([file], store: whole)
        // 1001 marks are written by 500, 500 and 1.
        #expect(whole.batches.map { $0.checkpoint != nil } == [false, false, true])
        #expect(whole.batches.map { $0.cursor != nil } == [false, false, true])
        #expect(whole.batches.map(\.replacesAll) == [true, false, false])

        let path = folder.path("killed.sqlite")
        let killed = try openStore(path)
        _ = try killed.begin(try #require(whole.identity))
        var first = whole.batches[0]
        // What is appended, not replaced, would stay twice.
        first.restatements = [
            Restatement(period: Recording.start, tick: 3, at: Recording.start + .hours(1), deltas: ["wind": 1])
        ]
        try killed.write(first)
        _ = try await replay([file], store: killed)
        #expect(try killed.rows() == whole.store.rows())
        #expect(try killed.restatements(.all).isEmpty)
        #expect(try killed.begin(try #require(whole.identity)) != nil)
    }

    @Test("a command has its fate, whether it came in the batch of the command or in a later one")
    func fates() async throws {
        let folder = try TemporaryFolder()
        let store = try openStore(folder.path("a.sqlite"))
        _ = try store.begin(Self.identity)
        var desk = CommandDesk()
        let rules = CommandDesk.Rules(step: .minutes(1), followToleranceFraction: 0.05)
        func context(_ tick: Int) -> TickContext {
            let from = Recording.start + Int64(tick - 1) * .minutes(1)
            return TickContext(
                tick: tick, from: from, to: from + .minutes(1), lateness: .seconds(30), lead: .seconds(5))
        }
        func command(_ tick: Int, _ asset: String) throws -> Command {
            let point = SetPoint(AssetPath(.storage, asset), .setPower, 100, reason: "test")
            let command = desk.issue(point, context: context(tick), n: asset == "one" ? 1 : 2, rules: rules)
            return try #require(command)
        }
        func fates() throws -> [String?] { try store.commands(.all, asset: nil).map(\.fate) }
        var batch = batch(tick: 1)
        batch.commands = [try command(1, "one"), try command(1, "two")]
        let ack = Acknowledgement(id: "r-1-1", state: .accepted)
        batch.outcomes = desk.settle([ack], run: "r", context: context(2))
        #expect(batch.outcomes.map(\.fate) == [.accepted])
        try store.write(batch)
        #expect(try fates() == ["accepted", nil])
        var later = self.batch(tick: 3)
        later.outcomes = desk.settle([], run: "r", context: context(4))
        #expect(later.outcomes.map(\.fate) == [.expired])
        try store.write(later)
        #expect(try fates() == ["accepted", "expired"])
    }

    @Test("a file that is no database is refused as 65 and left as it is")
    func noDatabase() throws {
        let folder = try TemporaryFolder()
        let text = Array("this is a letter, not a store; it goes on for long enough to be read as a page".utf8)
        let path = try folder.write("letter.txt", text)
        let problem = try #require(throws: StoreProblem.self) { try openStore(path) }
        #expect(problem.exitCode == 65 && problem.kind == .foreign)
        #expect(try folder.bytes("letter.txt") == text)
    }

    @Test("a database of another program is refused as 65 and left as it is")
    func foreignDatabase() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("foreign.sqlite", try ForeignDatabase.bytes())
        let problem = try #require(throws: StoreProblem.self) { try openStore(path) }
        #expect(problem.exitCode == 65 && problem.kind == .foreign)
        #expect(problem.description.contains("is not a store of this program"))
        #expect(try folder.bytes("foreign.sqlite") == ForeignDatabase.bytes())
    }

    @Test("a missing folder is 73 and is not created; a store that must exist is 66")
    func missingParent() throws {
        let folder = try TemporaryFolder()
        let problem = try #require(throws: StoreProblem.self) { try openStore(folder.path("no/such/a.sqlite")) }
        #expect(problem.exitCode == 73)
        #expect(!FileManager.default.fileExists(atPath: folder.path("no")))
        let absent = try #require(throws: StoreProblem.self) {
            try openStore(folder.path("a.sqlite"), mustExist: true)
        }
        #expect(absent.exitCode == 66 && absent.kind == .missing)
        #expect(!FileManager.default.fileExists(atPath: folder.path("a.sqlite")))
    }

    @Test("a store without a complete run has no report")
    func noRun() throws {
        let folder = try TemporaryFolder()
        let store = try openStore(folder.path("a.sqlite"))
        _ = try store.begin(Self.identity)
        #expect(try store.facts() == nil)
        #expect(try store.summary(Repository.config().method) == nil)
    }

    @Test("a row on another chart than its configuration's is refused, and nothing is written")
    func otherChart() throws {
        let folder = try TemporaryFolder()
        let store = try openStore(folder.path("a.sqlite"))
        _ = try store.begin(Self.identity)
        var batch = batch(tick: 1)
        batch.rows[0].meters = SumList(count: 2)
        let problem = try #require(throws: StoreProblem.self) { try store.write(batch) }
        #expect(problem.exitCode == 65)
        #expect(problem.description.contains("does not have the meters of its chart"))
        #expect(try store.rows().isEmpty)
    }

    @Test("a stored row that was damaged is refused as 65, with what to do")
    func damagedRow() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("a.sqlite")
        var store: (any TwinStorePort)? = try openStore(path)
        _ = try store?.begin(Self.identity)
        try store?.write(batch(tick: 1))
        store = nil
        var other: DatabaseQueue? = try DatabaseQueue(path: path)
        try other?.write { try $0.execute(sql: "UPDATE period SET chain = 'ab'") }
        other = nil
        let damaged = try openStore(path)
        let problem = try #require(throws: StoreProblem.self) { try damaged.rows() }
        #expect(problem.exitCode == 65 && problem.kind == .damaged)
        #expect(problem.description.contains("damaged: the half hour of 2025-06-18T06:00:00.000Z (the checksum"))
        #expect(problem.description.hasSuffix("twin verify --store \(path) --repair"))
    }

    @Test("a run whose step is none is refused as 65")
    func noStep() throws {
        let folder = try TemporaryFolder()
        let store = try openStore(folder.path("a.sqlite"))
        _ = try store.begin(Self.identity)
        var batch = batch(tick: 1)
        batch.facts = RunFacts(stepS: 0, mode: .shadow, loop: .open)
        try store.write(batch)
        let problem = try #require(throws: StoreProblem.self) { try store.runs() }
        #expect(problem.exitCode == 65 && problem.description.contains("has a step of 0 s, expected 1 s or more"))
    }

    @Test("the report of a store is the run's summary, to the last digit")
    func report() async throws {
        let folder = try TemporaryFolder()
        let store = try openStore(folder.path("a.sqlite"))
        let run = try await replay([Repository.day], store: store) { $0.loop = .closed }
        let report = try #require(try store.summary(run.summary.method))
        #expect(report.timeless == run.summary.timeless)
        #expect(try await run.summary.digest == BundledDay.closed().digest)
        #expect(try store.restatements(.all).isEmpty)
        // A window is its rows: the last hour of the day.
        let from = run.summary.to - .hours(1)
        let hour = try store.rows(StoreWindow(from: from, to: run.summary.to))
        #expect(try hour == Array(store.rows().suffix(2)))
        #expect(try store.rows(StoreWindow(from: from, to: from)).isEmpty)
    }

    @Test("late data change closed periods only with a restatement")
    func restatements() async throws {
        let folder = try TemporaryFolder()
        let lines = try SmallRecording.lines()
        let complete = try await replay([try folder.write("complete.jsonl", lines: lines)])
        // The shop's reading of minute 40 arrives 55 minutes later, two periods on.
        var late = lines
        let index = try #require(late.firstIndex { $0.contains("shop/paint") && $0.contains("\"seq\":40,") })
        let reading = late.remove(at: index)
        let clock = try #require(late.firstIndex { $0.contains("\"t\":\"2025-06-18T06:35:00.000Z\"") })
        late.insert(
            reading.replacing("\"t\":\"2025-06-18T05:40:00.000Z\"", with: "\"t\":\"2025-06-18T06:35:00.000Z\""),
            at: clock)
        let store = try openStore(folder.path("late.sqlite"))
        let result = try await replay([try folder.write("late.jsonl", lines: late)], store: store)
        #expect(try store.restatements(.all).count == 1)
        #expect(try store.restatements(StoreWindow(to: Recording.start - .minutes(30))).isEmpty)
        #expect(result.summary.counts.late == 1)
        #expect(complete.summary.counts.late == 0)
        // The books end up as if it had been in time.
        #expect(result.summary.energy(.load) == complete.summary.energy(.load))
        #expect(result.summary.json["co2_kg"] == complete.summary.json["co2_kg"])
        #expect(result.summary.balanceErrorKWh(.electricity) == 0)
        #expect(result.summary.digest != complete.summary.digest)
    }
}

/// An SQLite file with one table `letter`, as another program would have made it.
private enum ForeignDatabase {
    static func bytes() throws -> [UInt8] {
        // Two pages of 512 bytes: the schema, and the table's empty leaf (sqlite.org/fileformat2.html).
        var file = [UInt8](repeating: 0, count: 1024)
        func put(_ offset: Int, _ bytes: [UInt8]) { file.replaceSubrange(offset..<offset + bytes.count, with: bytes) }
        put(0, Array("SQLite format 3".utf8) + [0, 2, 0, 1, 1, 0, 64, 32, 32])
        put(24, [0, 0, 0, 1, 0, 0, 0, 2])
        put(40, [0, 0, 0, 1, 0, 0, 0, 4])
        put(56, [0, 0, 0, 1])
        put(92, [0, 0, 0, 1, 0, 0x2E, 0x76, 0x8A])
        let sql = Array("CREATE TABLE letter (body TEXT)".utf8)
        // Record: type, name, tbl_name, rootpage, sql.
        let header: [UInt8] = [6, 23, 25, 25, 1, UInt8(sql.count * 2 + 13)]
        let record = header + Array("tableletterletter".utf8) + [2] + sql
        let cell = [UInt8(record.count), 1] + record
        let start = 512 - cell.count
        put(start, cell)
        put(100, [0x0D, 0, 0, 0, 1, UInt8(start >> 8), UInt8(start & 255), 0])
        put(108, [UInt8(start >> 8), UInt8(start & 255)])
        put(512, [0x0D, 0, 0, 0, 0, 2, 0, 0])
        return file
    }
}

/// A store that remembers what it was given.
private final class Kept: StoreWriting {
    private struct Given {
        var identity: RunIdentity?
        var batches: [StoreBatch] = []
    }

    let store: any TwinStorePort
    private let given = Mutex(Given())
    var identity: RunIdentity? { given.withLock(\.identity) }
    var batches: [StoreBatch] { given.withLock(\.batches) }

    init(_ store: any TwinStorePort) { self.store = store }

    func begin(_ identity: RunIdentity) throws -> StoredCheckpoint? {
        given.withLock { $0.identity = identity }
        return try store.begin(identity)
    }

    func write(_ batch: StoreBatch) throws {
        given.withLock { $0.batches.append(batch) }
        try store.write(batch)
    }
}
