import Foundation
import GRDB
import Testing
import TwinBooks
import TwinCore
import TwinDispatch
import TwinRuntime
import TwinStore
import TwinTesting

/// What dispatch saved and what was asked of the connection are in the store as in the run.
@Suite("Dispatch in the store")
struct StoreDispatchTests {
    private static let start = SmallRecording.start

    /// Two hours in control. Asked for: `a` for the first 45 minutes, `b` at 06:00, which another `b` takes the place of, and `c`
    /// beyond the end.
    private static func lines() throws -> [String] {
        var lines = try SmallRecording.lines()
        func ask(_ minute: Int64, _ id: String, _ from: Int64, _ until: Int64, _ kW: Int, _ more: String = "") throws {
            func time(_ minute: Int64) -> String { (start + .minutes(minute)).rfc3339 }
            let clock = try #require(lines.firstIndex { $0.contains("\"t\":\"\(time(minute))\"") })
            lines.insert(
                """
                {"t":"\(time(minute))","op":{"request":"import","id":"\(id)","value":\(kW),"unit":"kW",\
                "from":"\(time(from))","until":"\(time(until))"\(more)}}
                """, at: clock)
        }
        try ask(10, "a", 10, 45, 20_000)
        try ask(20, "b", 60, 80, 15_000, ",\"pay_per_mwh\":50")
        try ask(30, "b", 60, 80, 10_000, ",\"pay_per_mwh\":80")
        try ask(100, "c", 100, 180, -500)
        return lines
    }

    private func run(_ path: String, _ lines: [String], _ mode: ControlMode = .control) async throws -> ReplayResult {
        try await replay(lines: lines, store: openStore(path)) {
            $0.loop = .closed
            $0.mode = mode
        }
    }

    @Test("the summary of a store says what that of the run says, and a window what is of it")
    func report() async throws {
        let folder = try TemporaryFolder()
        let run = try await run(folder.path("a.sqlite"), Self.lines())
        let store = try openStore(folder.path("a.sqlite"), mustExist: true)
        let report = try #require(try store.summary(run.summary.method))
        #expect(report.timeless == run.summary.timeless)
        // The first minute nobody had commanded yet.
        #expect(report.savedByDispatch?.countedMs == Span.minutes(119).ms)
        let records = try #require(report.facts.requests)
        #expect(records.map(\.request.id) == ["a", "b", "c"] && records.map(\.number) == [1, 3, 4])
        #expect(records[1].request.ceilingKW == 10_000 && records[1].metered.seconds == 1200)
        #expect(records == run.summary.facts.requests)
        // Without a store the run keeps its rows itself.
        let bare = try await replay(lines: Self.lines()) { $0.loop = .closed }
        #expect(bare.summary.timeless == run.summary.timeless)

        // Two half hours that together are the whole: saved and its level add up, and requests stand where they reach into.
        let middle = Self.start + .hours(1)
        let first = try #require(try store.summary(run.summary.method, StoreWindow(to: middle)))
        let second = try #require(try store.summary(run.summary.method, StoreWindow(from: middle)))
        #expect(first.facts.requests?.map(\.request.id) == ["a"])
        #expect(second.facts.requests?.map(\.request.id) == ["b", "c"])
        let (one, other, all) = (first.savedByDispatch, second.savedByDispatch, report.savedByDispatch)
        let sum = try #require(one).value + (try #require(other)).value
        let whole = try #require(all).value
        for of in [\DispatchFigures.kgAnnual, \.kgHalfHourly, \.money] {
            #expect(abs(sum[keyPath: of] - whole[keyPath: of]) < 1e-5)
        }
        #expect(whole.kgAnnual != 0)
    }

    @Test("the journal stepped anew makes the same store")
    func rebuilt() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("a.sqlite")
        let journal = JournalFolder(path: folder.path("a.journal"))
        var store: (any TwinStorePort)? = try openStore(path)
        let run = try await replay(lines: Self.lines(), store: store) {
            $0.loop = .closed
            $0.journal = journal
        }
        let input = try JournalInput([journal])
        let other = try openStore(folder.path("b.sqlite"))
        _ = try await StoreRebuild(input, build: "test").run(into: other)
        let same = try #require(try other.summary(run.summary.method))
        #expect(same.savedByDispatch == run.summary.savedByDispatch)
        #expect(same.facts.requests == run.summary.facts.requests)
        let name = try #require(try other.runs().first?.run)
        #expect(try store?.difference(from: other, run: name, since: .earliest).what == nil)
        store = nil
    }

    @Test("a store of version 4 gets the tables when it is opened; its half hours have the checksums that they had")
    func versionFour() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("a.sqlite")
        // Nothing is commanded in shadow mode: its half hours are what the version before wrote.
        let run = try await run(path, try SmallRecording.lines(), .shadow)
        func proofs() throws -> [Int64] {
            try DatabaseQueue(path: path).read {
                try Int64.fetchAll($0, sql: "SELECT proof FROM period ORDER BY start_ms")
            }
        }
        let before = try proofs()
        try await DatabaseQueue(path: path).writeWithoutTransaction {
            try $0.execute(sql: "DROP TABLE dispatch_saving; DROP TABLE grid_request; PRAGMA user_version = 4")
        }
        let store = try openStore(path, mustExist: true)
        try store.prove()
        let report = try #require(try store.summary(run.summary.method))
        #expect(report.json["saved_by_dispatch"] == .null && report.json["requests"] == .null)
        #expect(report.timeless == run.summary.timeless)
        #expect(try proofs() == before && before.count == 4)
    }

    @Test(
        "what a hand changed is named",
        arguments: [
            ("UPDATE dispatch_saving SET saved_money = saved_money + 1 WHERE start_ms = 1750224600000", "05:30"),
            ("DELETE FROM dispatch_saving WHERE start_ms = 1750224600000", "05:30"),
            ("UPDATE grid_request SET kept_s = kept_s + 60 WHERE number = 3", "the requests of 2025-06-18"),
            ("DELETE FROM grid_request WHERE number = 1", "the requests of 2025-06-18"),
        ])
    func damaged(sql: String, place: String) async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("a.sqlite")
        _ = try await run(path, Self.lines())
        try openStore(path).prove()
        try await DatabaseQueue(path: path).write { try $0.execute(sql: sql) }
        let problem = try #require(throws: StoreProblem.self) { try openStore(path).prove() }
        #expect(problem.kind == .damaged && problem.description.contains(place), "\(problem)")
    }
}
