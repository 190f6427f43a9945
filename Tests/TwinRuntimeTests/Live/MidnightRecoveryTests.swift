import Foundation
import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinFiles
import TwinPlant
import TwinRuntime
import TwinStore
import TwinTesting

/// A run over midnight that was killed anywhere goes on to the same books, whatever became of its segments.
@Suite("Recovery over midnight")
struct MidnightRecoveryTests {
    static let steps = 40
    /// A quarter of an hour before local midnight.
    static let start = PlantTime(rfc3339: "2025-06-18T22:45:00.000Z") ?? PlantTime(ms: 0)

    struct Finished: Sendable {
        /// Text of both segments.
        var days: [[UInt8]]
        var names: [String]
        var messages: [InboundMessage]
        var digest: String
        /// The books of the whole run.
        var energy: JSON?
        var halfStore: [UInt8]
        var endStore: [UInt8]
    }

    private static let finished = Task { () async throws -> Finished in
        let rig = try LiveRig()
        let link = try PlantLink(PlantSimulator(config: rig.config, start: start, seed: 7))
        rig.duration = .minutes(10)
        _ = try await rig.go(link)
        let half = try rig.temporary.bytes("twin.sqlite")
        rig.duration = .minutes(Int64(steps))
        let summary = try #require(try await rig.go(link))
        let segments = try rig.journal.contents()
        return Finished(
            days: try segments.map { segment in
                Array((try Repository.lines(of: segment.path).joined(separator: "\n") + "\n").utf8)
            }, names: segments.map { JournalFolder.segmentName(run: LiveRig.run, number: $0.number) },
            messages: try rig.journalLines().compactMap(\.inbound), digest: summary.digest,
            energy: try await rig.replayed().summary.json["energy_kwh"], halfStore: half,
            endStore: try rig.temporary.bytes("twin.sqlite"))
    }

    @Test("a live run over midnight is two segments, and replays to its digest")
    func twoDays() async throws {
        let finished = try await Self.finished.value
        #expect(finished.days.count == 2)
        let header = try Header(bytes: Array(finished.days[1].prefix { $0 != 0x0A }))
        #expect(header.firstTick == 16)
        let rig = try rig(finished, cut: nil, packed: true)
        let again = try await rig.replayed()
        #expect(again.summary.digest == finished.digest && again.firstDifferingTick == nil)
        #expect(try await rig.journal.check()?.digest == finished.digest)
    }

    @Test("a journal over midnight that was cut anywhere is gone on with", arguments: [UInt64](0..<40))
    func cutAnywhere(seed: UInt64) async throws {
        let finished = try await Self.finished.value
        var stream = SeedStream(seed: seed, name: "midnight cut")
        let first = try #require(Data(finished.days[0]).range(of: Data("\"tick\":1,".utf8))).upperBound + 100
        let room = UInt64(finished.days[0].count + finished.days[1].count - first)
        let cut = first + Int(stream.next() % room) + 1
        let rig = try rig(finished, cut: cut, packed: seed % 3 != 0)
        switch seed % 4 {
        case 0: break
        case 1: try rig.temporary.write("twin.sqlite", finished.halfStore)
        default: try rig.temporary.write("twin.sqlite", finished.endStore)
        }
        try await goOn(rig, finished, cut: cut, "seed \(seed), byte \(cut)")
        #expect(try rig.journal.contents().map(\.firstTick) == [1, 16], "seed \(seed), byte \(cut)")
    }

    @Test(
        "a last segment without its header is one that was begun: the store has more, and that is said",
        arguments: [0, 100])
    func withoutHeader(bytes: Int) async throws {
        let finished = try await Self.finished.value
        let rig = try rig(finished, cut: finished.days[0].count + bytes, packed: false)
        try rig.temporary.write("twin.sqlite", finished.endStore)
        let store = try openStore(rig.storePath, mustExist: true)
        let lost = try #require(try rig.journal.shortfall(of: store, at: rig.storePath))
        #expect(lost.tick == 16 && lost.file.hasSuffix("-000001.jsonl"))
    }

    enum Archived: CaseIterable { case storeIsThere, storeIsGone }

    @Test(
        "a run whose first day is archived goes on, from its store or from the state that was left",
        arguments: Archived.allCases)
    func archived(_ store: Archived) async throws {
        let finished = try await Self.finished.value
        // The second day is cut in the middle of a line.
        let cut = finished.days[0].count + finished.days[1].count / 2
        let rig = try rig(finished, cut: cut, packed: true)
        let old = JournalFolder(path: rig.temporary.path("old"))
        // The kept configuration is what a run writes beside its journal.
        try rig.journal.keep(rig.config.files, hash: rig.config.hash)
        let archive = JournalArchive(
            rig.journal, to: old, before: Self.start + .hours(1), coveredTick: nil, build: "test")
        #expect(try #require(try await archive.run()).moved.count == 1)
        if store == .storeIsThere { try rig.temporary.write("twin.sqlite", finished.endStore) }
        let text = finished.days[0] + finished.days[1].prefix(cut - finished.days[0].count)
        let count = messages(text[..<(text.lastIndex(of: 0x0A) ?? 0)].split(separator: 0x0A))
        let link = ScriptLink(Array(finished.messages.dropFirst(count)), clock: rig.clock)
        let summary = try #require(try await rig.go(link))
        #expect(try await rig.journal.check()?.digest == summary.digest)
        let both = try await replay([old, rig.journal], rig.config)
        #expect(both.summary.digest == summary.digest && both.firstDifferingTick == nil)
        #expect(both.summary.json["energy_kwh"] == finished.energy)
    }

    @Test("a start without the first day, its state and a store says what is missing")
    func nothingLeft() async throws {
        let finished = try await Self.finished.value
        let rig = try rig(finished, cut: nil, packed: true)
        try FileManager.default.removeItem(atPath: rig.journal.segment(1).path)
        let link = ScriptLink([], clock: rig.clock)
        let problem = try await #require(throws: JournalProblem.self) { try await rig.go(link) }
        #expect(problem.exitCode == 65)
        #expect(problem.description.contains("begins with tick 16: segment 000001 is missing"))
        #expect(link.log.isEmpty)
    }

    /// How many of the lines are messages; headers, marks and links are none.
    private func messages(_ lines: [ArraySlice<UInt8>]) -> Int {
        // A header is no line.
        lines.count { (try? Line(bytes: Array($0), start: Self.start, number: 0))?.inbound != nil }
    }

    private func goOn(_ rig: LiveRig, _ finished: Finished, cut: Int, _ comment: Comment) async throws {
        // A line without its line break is cut, so its message comes again.
        let text = (finished.days[0] + finished.days[1]).prefix(cut)
        let whole = text[..<(text.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0)].split(separator: 0x0A)
        let rest = finished.messages.dropFirst(messages(whole))
        let summary = try #require(try await rig.go(ScriptLink(Array(rest), clock: rig.clock)), comment)
        // A restart leaves a line of its link, and the chain covers that: the books are compared.
        let again = try await rig.replayed()
        #expect(again.summary.json["energy_kwh"] == finished.energy, comment)
        #expect(again.notes.warnings.isEmpty && again.firstDifferingTick == nil, comment)
        #expect(again.summary.digest == summary.digest, comment)
        #expect(try rig.reported().json["energy_kwh"] == finished.energy, comment)
        #expect(try await rig.journal.check(quick: true)?.digest == summary.digest, comment)
    }

    /// A rig with the journal cut after `cut` bytes of text, or whole; the first day compressed or still plain.
    private func rig(_ finished: Finished, cut: Int?, packed: Bool) throws -> LiveRig {
        let rig = try LiveRig()
        rig.duration = .minutes(Int64(Self.steps))
        _ = try rig.temporary.makeFolder("twin.journal")
        try rig.journal.keep(rig.config.files, hash: rig.config.hash)
        let first = finished.days[0]
        let cut = cut ?? first.count + finished.days[1].count
        try rig.temporary.write("twin.journal/\(finished.names[0])", Array(first.prefix(cut)))
        guard cut > first.count else { return rig }
        try rig.temporary.write("twin.journal/\(finished.names[1])", Array(finished.days[1].prefix(cut - first.count)))
        if packed {
            let writer = try LineWriter(path: rig.journal.file(finished.names[0] + ".gz"), overwrite: false)
            for line in first.split(separator: 0x0A) { try writer.write(Array(line)) }
            try writer.finish()
            try FileManager.default.removeItem(atPath: rig.journal.file(finished.names[0]))
        }
        return rig
    }
}
