import Foundation
import GRDB
import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinRuntime
import TwinStore
import TwinTesting

/// A store gives back what was written, or says which of it is damaged: never another figure.
@Suite("Damaged store")
struct StoreDamageTests {
    /// Two hours of the plant in control, with commands, renewals, vehicles and an alarm.
    private static let small = Task {
        let folder = try TemporaryFolder()
        let file = try folder.write("small.jsonl", lines: try SmallRecording.lines())
        var store: (any TwinStorePort)? = try openStore(folder.path("a.sqlite"))
        _ = try await replay([file], store: store) {
            $0.loop = .closed
            $0.journal = JournalFolder(path: folder.path("a.journal"))
        }
        store = nil
        return try folder.bytes("a.sqlite")
    }

    private static func edit(_ database: DatabaseQueue, _ sql: String) throws {
        try database.unsafeReentrantWrite { try $0.execute(sql: sql) }
    }

    /// All that a reader can be told.
    private struct Told: Equatable {
        var runs: [StoredRun]
        var configurations: [StoredConfiguration]
        var files: [[UInt8]]
        var rows: [PeriodRow]
        var restatements: [StoredRestatement]
        var alarms: [StoredAlarm]
        var commands: [StoredCommand]
        var vehicles: [LineOff]
        var checkpoint: [UInt8]?
        var points: [SeriesPoint]
        var latest: [SeriesPoint]

        init(_ path: String) throws {
            let store = try openStore(path, mustExist: true)
            runs = try store.runs()
            configurations = try store.configurations()
            files = try configurations.flatMap { try store.files(ofConfiguration: $0.hash).map(\.bytes) }
            rows = try store.rows()
            restatements = try store.restatements(.all)
            alarms = try store.alarms(.all)
            commands = try store.commands(.all, asset: nil)
            vehicles = try store.vehicles(.all)
            checkpoint = try runs.first.flatMap { try store.checkpoint(ofRun: $0.run)?.data }
            points = try store.points(SignalPath(AssetPath(.grid, "main"), "import_kw"), .reading)
            latest = try store.latest().map(\.point)
        }
    }

    @Test("one byte changed at each of 300 places: the same is told, or the store is named as damaged")
    func anyByte() async throws {
        let whole = try await Self.small.value
        let folder = try TemporaryFolder()
        let path = folder.path("a.sqlite")
        try folder.write("a.sqlite", whole)
        let told = try Told(path)
        #expect(told.rows.count == 4 && told.commands.count > 10 && told.vehicles.count > 50 && told.points.count > 100)
        var chance = SeedStream(seed: 11)
        var found = 0
        for _ in 0..<300 {
            var bytes = whole
            let place = Int.random(in: bytes.indices, using: &chance)
            bytes[place] ^= UInt8.random(in: 1...255, using: &chance)
            for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
            try folder.write("a.sqlite", bytes)
            do {
                #expect(try Told(path) == told, "byte \(place)")
            } catch let problem as StoreProblem {
                found += 1
                #expect(problem.exitCode == 65 && problem.description.hasPrefix(path), "byte \(place): \(problem)")
            }
        }
        #expect(found > 100)
    }

    /// A hand's edit, what it says then, and who says it.
    private static let edits: [(sql: String, place: String)] = [
        (
            "UPDATE period SET vehicles = vehicles + 1 WHERE start_ms = 1750224600000",
            "the half hour of 2025-06-18T05:30"
        ),
        ("UPDATE period SET proof = proof + 1 WHERE start_ms = 1750224600000", "the half hour of 2025-06-18T05:30"),
        ("DELETE FROM period WHERE start_ms = 1750224600000", "the half hours of 2025-06-18 of run"),
        ("UPDATE account_total SET ws = ws + 1 WHERE start_ms = 1750224600000", "the half hour of 2025-06-18T05:30"),
        ("DELETE FROM posting WHERE start_ms = 1750224600000", "the half hour of 2025-06-18T05:30"),
        ("UPDATE meter SET asset = 'other' WHERE area = 'grid'", "the meters of a configuration"),
        ("UPDATE account SET account = 'other' WHERE account = 'load'", "the half hour of 2025-06-18T05:00"),
        ("UPDATE configuration_file SET bytes = x'00' WHERE name = 'factors.yaml'", "the files of a configuration"),
        ("UPDATE vehicle SET model = 'x'", "the vehicles of 2025-06-18"),
        ("UPDATE command SET value = value + 1 WHERE tick = 1", "the commands of 2025-06-18"),
        ("DELETE FROM renewal", "the renewals of commands of 2025-06-18"),
        ("UPDATE run SET mode = 'off'", "the entry of run"),
        ("UPDATE checkpoint SET tick = 3", "the checkpoint of run"),
        ("UPDATE series SET low = low + 1 WHERE n > 0", "the values of 2025-06-18 of "),
        ("UPDATE proof SET n = n + 1 WHERE part = 'in_force'", "the list of configurations"),
    ]

    @Test("what a hand changed is named", arguments: edits.map(\.sql))
    func edited(sql: String) async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("a.sqlite", try await Self.small.value)
        try openStore(path).prove()
        try Self.edit(DatabaseQueue(path: path), sql)
        let edit = try #require(Self.edits.first { $0.sql == sql })
        let problem = try #require(throws: StoreProblem.self) { try openStore(path).prove() }
        #expect(problem.kind == .damaged && problem.exitCode == 65)
        #expect(problem.description.hasPrefix("\(path): damaged: \(edit.place)"), "\(problem)")
        #expect(problem.description.contains("twin verify --store \(path) --repair"))
    }

    @Test("a store without checksums gets them when it is opened, and is proven from then on")
    func upgraded() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("a.sqlite", try await Self.small.value)
        let told = try Told(path)
        // As the version before made it.
        try Self.edit(
            DatabaseQueue(path: path),
            """
            DROP TABLE proof; ALTER TABLE period DROP COLUMN proof; ALTER TABLE period DROP COLUMN meters_proof;
            PRAGMA user_version = 2
            """)
        #expect(try Told(path) == told)
        try openStore(path).prove()
        try Self.edit(DatabaseQueue(path: path), "UPDATE period SET vehicles = 0")
        #expect(throws: StoreProblem.self) { try Told(path) }
    }

    @Test("a cut store of ours is damaged, not foreign; one that another process locks is locked")
    func kinds() async throws {
        let folder = try TemporaryFolder()
        let whole = try await Self.small.value
        let cut = try folder.write("cut.sqlite", Array(whole.prefix(20_000)))
        let problem = try #require(throws: StoreProblem.self) { try openStore(cut).prove() }
        #expect(problem.kind == .damaged && problem.exitCode == 65)

        let path = try folder.write("a.sqlite", whole)
        let store = try openStore(path)
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: path, configuration: configuration)
        try Self.edit(other, "BEGIN IMMEDIATE")
        let run = try #require(try store.runs().first)
        let identity = RunIdentity(site: run.site, run: run.run, start: run.start, config: "", build: "test")
        let locked = try #require(throws: StoreProblem.self) { try store.begin(identity) }
        #expect(locked.kind == .locked && locked.exitCode == 74)
        try Self.edit(other, "ROLLBACK")
        #expect(try store.begin(identity) != nil)
    }

    @Test("a store is set aside with what SQLite keeps beside it, under the next free name")
    func aside() throws {
        let folder = try TemporaryFolder()
        for number in 1...2 {
            for name in ["a.sqlite", "a.sqlite-wal", "a.sqlite-shm"] { try folder.write(name, [UInt8(number)]) }
            #expect(try setStoreAside(folder.path("a.sqlite")) == folder.path("a.sqlite.damaged-\(number)"))
            #expect(try folder.bytes("a.sqlite.damaged-\(number)-wal") == [UInt8(number)])
        }
        #expect(try folder.names().count == 6)
    }
}
