import Foundation
import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinRuntime
import TwinStore
import TwinTesting

/// A replay says whether its figures are those of the run, and else where the first difference is.
@Suite("Chain of a replay")
struct ChainProofTests {
    @Test("a journal, and half a line that a kill left, are proven; a recording without marks has no chain")
    func whole() async throws {
        let temporary = try TemporaryFolder()
        let fixture = try await JournalFixture.shared()
        let folder = try fixture.copy(to: temporary)
        let config = try JournalFixture.config()
        let result = try await replay([folder], config)
        #expect(result.chain == ChainProof() && result.chain?.isProven == true)
        #expect(
            result.chain?.json == .fields(["proven": .bool(true), "first_difference": .null, "changed": .array([])]))

        let last = try folder.segment(5)
        try temporary.write(
            "run.journal/\(last.name)", temporary.bytes("run.journal/\(last.name)") + Array("{\"t".utf8))
        #expect(try await replay([folder], config).chain?.isProven == true)
        let recording = try JournalFixture.recording(in: temporary, ticks: 3)
        #expect(try await replay([recording], config).chain == nil)
    }

    /// A kind of damage to the lines of segment 3, which begins with tick 73, and what is said.
    private static let kinds: [(name: String, tick: Int, what: String, edit: @Sendable ([String]) -> [String])] = [
        (
            "changed", 73, "another checksum than its mark says",
            { $0.map { $0.contains("shop/paint") ? $0.replacing("\"load_kw\":", with: "\"load_kw\":1") : $0 } }
        ),
        (
            "changed, without sums", 73, "steps to another chain",
            {
                $0.map {
                    $0.replacing(/,"sum":"[0-9a-f]*"/, with: "")
                        .replacing(/("topic":"[^"]*shop\/paint.*"load_kw":)/) { "\($0.1)1" }
                }
            }
        ),
        (
            "time between its neighbours", 73, "another checksum",
            { lines in
                lines.enumerated().map {
                    $0 == 3 ? $1.replacing(":30:00.000Z\",\"topic", with: ":29:59.999Z\",\"topic") : $1
                }
            }
        ),
        ("header", 73, "another checksum", { [$0[0].replacing("Europe/London", with: "Europe/Berlin")] + $0[1...] }),
        ("missing", 73, "lines were lost or added", { Array($0[..<3] + $0[4...]) }),
        ("doubled", 73, "lines were lost or added", { Array($0[...3] + $0[3...]) }),
        ("unreadable", 73, "expected a line", { Array($0[..<3] + ["{\"t\":" + $0[3]] + $0[4...]) }),
        (
            "moved", 73, "lines were lost or added",
            { Array($0[..<3] + $0[4...].dropLast() + [$0[3], $0[$0.count - 1]]) }
        ),
        (
            "back in time", 73, "is before the mark before it",
            { lines in lines.enumerated().map { $0 == 3 ? $1.replacing("\"t\":\"2025", with: "\"t\":\"1999") : $1 } }
        ),
        (
            "ahead of its mark", 73, "is before that of a line",
            { lines in
                lines.enumerated().map {
                    $0 == 3 ? $1.replacing(/"t":"....-..-..T../, with: "\"t\":\"2025-10-26T23") : $1
                }
            }
        ),
        (
            "mark without chain", 73, "another checksum",
            { lines in lines.map { $0.contains("\"tick\":73,") ? $0.replacing("\"chain\"", with: "\"chaio\"") : $0 } }
        ),
        (
            "other chain", 73, "begins with another chain",
            { [$0[0].replacing("\"chain\":\"", with: "\"chain\":\"0")] + $0[1...] }
        ),
    ]

    @Test("damage is named with tick, file and line, and the summary goes on", arguments: kinds.map(\.name))
    func damaged(name: String) async throws {
        let temporary = try TemporaryFolder()
        let folder = try await JournalFixture.shared().copy(to: temporary)
        let kind = try #require(Self.kinds.first { $0.name == name })
        try folder.unpack(3, edit: kind.edit)
        let result = try await replay([folder], JournalFixture.config())
        let found = try #require(result.chain?.firstDifference)
        #expect(result.chain?.isProven == false)
        #expect(found.tick == kind.tick, "\(found)")
        #expect(found.what.contains(kind.what), "\(found)")
        #expect(found.file.hasSuffix("simulated-000003.jsonl") && (found.line ?? 0) > 0)
        #expect(result.chain?.json["first_difference"]?["tick"]?.integer == Int64(found.tick))
    }

    @Test("a compressed segment that ends early is named")
    func cutPacked() async throws {
        let temporary = try TemporaryFolder()
        let folder = try await JournalFixture.shared().copy(to: temporary)
        let name = try "run.journal/\(folder.segment(4).name)"
        let bytes = try temporary.bytes(name)
        try temporary.write(name, Array(bytes.prefix(bytes.count * 9 / 10)))
        let found = try #require(try await replay([folder], JournalFixture.config()).chain?.firstDifference)
        #expect(found.file.hasSuffix("simulated-000004.jsonl.gz") && found.what.contains("ends inside its gzip data"))
    }

    @Test("figures of another mode are not the run's, and no damage")
    func changed() async throws {
        let temporary = try TemporaryFolder()
        let folder = try await JournalFixture.shared().copy(to: temporary)
        let input = try JournalInput([folder])
        let result = try await replay(input.paths, JournalFixture.config()) { $0.mode = .control }
        #expect(result.chain == ChainProof(changed: ["mode"]) && result.chain?.isProven == nil)
        #expect(result.firstDifferingTick == 2)
    }

    @Test("a journal that ends before its store is named with both places")
    func shorter() async throws {
        let temporary = try TemporaryFolder()
        let folder = try await JournalFixture.shared().copy(to: temporary)
        let store = try openStore(temporary.path("run.sqlite"))
        let done = try await StoreRebuild(JournalInput([folder]), build: "test").run(into: store)
        #expect(done?.ticks == 194)
        #expect(try folder.shortfall(of: store, at: "run.sqlite") == nil)
        #expect(try store.difference(from: store, run: done?.run ?? "", since: JournalFixture.start).what == nil)
        try FileManager.default.removeItem(atPath: folder.segment(5).path)
        let found = try #require(try folder.shortfall(of: store, at: "run.sqlite"))
        #expect(found.tick == 171 && found.file.hasSuffix("simulated-000004.jsonl.gz"))
        #expect(
            found.what.contains("the journal ends at 2025-10-28T00:00:00.000Z with tick 170,")
                && found.what.contains("the store run.sqlite has the run until 2025-10-28T12:00:00.000Z"))
    }

    @Test("one byte changed at each of 300 places: the figures of the run, or the difference is named")
    func anyByte() async throws {
        let temporary = try TemporaryFolder()
        let folder = try await JournalFixture.shared().copy(to: temporary)
        let all = try Repository.lines(of: folder.segment(1).path)
        let lines = try all[...#require(all.firstIndex { $0.contains("\"tick\":13,") })]
        let bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
        let config = try JournalFixture.config()
        func told(_ bytes: [UInt8]) async throws -> (figures: JSON, isProven: Bool)? {
            do {
                let result = try await replay([temporary.write("a.jsonl", bytes)], config)
                var members = result.summary.json.members ?? []
                members.removeAll { $0.key == "wall_s" }
                return (.object(members), result.chain?.isProven == true)
            } catch let problem as ReplayProblem {
                #expect(problem.exitCode == 65 || problem.exitCode == 78)
                return nil
            }
        }
        let whole = try #require(try await told(bytes))
        #expect(whole.isProven)
        var chance = SeedStream(seed: 5)
        for _ in 0..<300 {
            var damaged = bytes
            let place = Int.random(in: bytes.indices, using: &chance)
            damaged[place] ^= UInt8.random(in: 1...255, using: &chance)
            guard let found = try await told(damaged), found.isProven else { continue }
            // What a mark says is proven, and not how it is written.
            let line = lines[bytes[..<place].count { $0 == 0x0A }]
            #expect(line.contains("\"tick\":"), "byte \(place)")
            #expect(found.figures == whole.figures, "byte \(place)")
        }
    }
}
