import Foundation
import Testing
import TwinConfiguration
import TwinCore
import TwinRuntime
import TwinTesting

/// `twin journal verify` finds what is wrong, and where.
@Suite("Journal check")
struct JournalCheckTests {
    @Test("a whole journal is ok, read and stepped", arguments: [true, false])
    func whole(quick: Bool) async throws {
        let temporary = try TemporaryFolder()
        let fixture = try await JournalFixture.shared()
        let found = try #require(try await fixture.copy(to: temporary).check(quick: quick))
        #expect(found.segments == 5 && found.ticks == JournalFixture.ticks.reduce(0, +) && found.firstTick == 1)
        #expect(found.digest == fixture.digest)
        #expect(found.isStepped == !quick && found.linesOpen == 0 && found.notes.isEmpty)
    }

    @Test("a flipped byte in a compressed segment is found", arguments: [UInt64](0..<20))
    func flippedPacked(seed: UInt64) async throws {
        let temporary = try TemporaryFolder()
        let folder = try await JournalFixture.shared().copy(to: temporary)
        let name = try "run.journal/\(folder.segment(2).name)"
        var bytes = try temporary.bytes(name)
        var stream = SeedStream(seed: seed, name: "flip")
        // The ten bytes of the gzip header say nothing of the content.
        let place = 10 + Int(stream.next() % UInt64(bytes.count - 10))
        bytes[place] ^= UInt8(1 << (stream.next() % 8))
        try temporary.write(name, bytes)
        let problem = try await #require(throws: JournalProblem.self) { try await folder.check(quick: true) }
        #expect(problem.exitCode == 65, "byte \(place)")
        #expect(problem.description.contains(name), "\(problem)")
    }

    @Test("a changed value in a plain segment is found by stepping, at the mark of its tick")
    func flippedValue() async throws {
        let temporary = try TemporaryFolder()
        let folder = try await JournalFixture.shared().copy(to: temporary)
        var changed = 0
        try folder.unpack(3) { lines in
            var lines = lines
            changed = lines.firstIndex { $0.contains("\"load_kw\":") } ?? 0
            lines[changed] = lines[changed].replacing("\"load_kw\":", with: "\"load_kw\":1")
            // With their sums the marks would tell without being stepped.
            return lines.map { $0.replacing(/,"sum":"[0-9a-f]*"/, with: "") }
        }
        _ = try await folder.check(quick: true)
        let problem = try await #require(throws: JournalProblem.self) { try await folder.check() }
        let lines = try Repository.lines(of: folder.segment(3).path)
        let mark = try #require(lines[changed...].firstIndex { $0.contains("\"tick\":") })
        #expect(problem.exitCode == 65)
        #expect(
            problem.description.contains(
                "simulated-000003.jsonl:\(mark + 1): error: tick 73 does not step to the chain of its mark"))
    }

    @Test("a number on which no state hangs is found without stepping")
    func flippedNumber() async throws {
        let temporary = try TemporaryFolder()
        let folder = try await JournalFixture.shared().copy(to: temporary)
        try folder.unpack(3) { lines in
            lines.enumerated().map { $0 == 3 ? $1.replacing(/"seq":[0-9]/, with: "\"seq\":9") : $1 }
        }
        let problem = try await #require(throws: JournalProblem.self) { try await folder.check(quick: true) }
        #expect(problem.description.contains("error: tick 73 has another checksum than its mark says"))
    }

    @Test("a byte that makes a line unreadable is named with its line")
    func unreadable() async throws {
        let temporary = try TemporaryFolder()
        let folder = try await JournalFixture.shared().copy(to: temporary)
        try folder.unpack(4) { lines in
            var lines = lines
            lines[6] = "!" + lines[6].dropFirst()
            return lines
        }
        let problem = try await #require(throws: JournalProblem.self) { try await folder.check(quick: true) }
        #expect(problem.description.contains("simulated-000004.jsonl:7: error: "))
    }

    @Test("a mark that is missing, and a line that is missing, are named")
    func missingLines() async throws {
        let temporary = try TemporaryFolder()
        let fixture = try await JournalFixture.shared()
        let folder = try fixture.copy(to: temporary)
        var gone = 0
        try folder.unpack(2) { lines in
            var lines = lines
            gone = lines.firstIndex { $0.contains("\"tick\":30,") } ?? 0
            lines.remove(at: gone)
            return lines
        }
        let noMark = try await #require(throws: JournalProblem.self) { try await folder.check(quick: true) }
        #expect(
            noMark.description.contains("error: mark of tick 31 of 20")
                && noMark.description.contains("expected that of tick 30"))
        let other = try fixture.copy(to: temporary, as: "other.journal")
        try other.unpack(2) { lines in Array(lines[..<3] + lines[4...]) }
        let noLine = try await #require(throws: JournalProblem.self) { try await other.check(quick: true) }
        #expect(noLine.description.contains("lines were lost or added"))
    }

    @Test("segments whose names were exchanged are named")
    func swapped() async throws {
        let temporary = try TemporaryFolder()
        let folder = try await JournalFixture.shared().copy(to: temporary)
        let (two, three) = try (folder.segment(2).path, folder.segment(3).path)
        try FileManager.default.moveItem(atPath: two, toPath: two + ".tmp")
        try FileManager.default.moveItem(atPath: three, toPath: two)
        try FileManager.default.moveItem(atPath: two + ".tmp", toPath: three)
        let problem = try await #require(throws: JournalProblem.self) { try await folder.check(quick: true) }
        #expect(
            problem.description.contains(
                "simulated-000002.jsonl.gz:1: error: the header begins with tick 73, expected tick 25"))
    }

    @Test("a header whose chain is not the mark's before is named")
    func chain() async throws {
        let temporary = try TemporaryFolder()
        let folder = try await JournalFixture.shared().copy(to: temporary)
        try folder.unpack(5) { lines in
            [lines[0].replacing("\"chain\":\"", with: "\"chain\":\"0")] + lines.dropFirst()
        }
        let problem = try await #require(throws: JournalProblem.self) { try await folder.check(quick: true) }
        #expect(problem.description.contains("simulated-000005.jsonl:1: error: the header's chain is not that"))
    }

    @Test("a missing segment is named by its number, by a check and by a replay")
    func hole() async throws {
        let temporary = try TemporaryFolder()
        let folder = try await JournalFixture.shared().copy(to: temporary)
        for number in [3, 4] { try FileManager.default.removeItem(atPath: folder.segment(number).path) }
        let problem = try await #require(throws: JournalProblem.self) { try await folder.check() }
        #expect(problem.exitCode == 65)
        #expect(problem.description.contains("segments 000003 to 000004 are missing"))
        let replayed = try #require(throws: JournalProblem.self) { try JournalInput([folder]) }
        #expect(replayed.description == problem.description)
        for number in [1, 2] { try FileManager.default.removeItem(atPath: folder.segment(number).path) }
        let front = try #require(throws: JournalProblem.self) { try JournalInput([folder]) }
        #expect(front.description.contains("begins with tick 171: segments 000001 to 000004 are missing"))
    }

    @Test("a configuration that is gone or was changed is named")
    func configuration() async throws {
        let temporary = try TemporaryFolder()
        let folder = try await JournalFixture.shared().copy(to: temporary)
        let kept = try folder.configFolder(JournalFixture.config().hash)
        let text = try String(contentsOfFile: kept + "/tariffs.yaml", encoding: .utf8)
        try (text + "# more\n").write(toFile: kept + "/tariffs.yaml", atomically: true, encoding: .utf8)
        let changed = try await #require(throws: JournalProblem.self) { try await folder.check(quick: true) }
        #expect(changed.exitCode == 65 && changed.description.contains("a file in it was changed"))
        try FileManager.default.removeItem(atPath: kept)
        let gone = try await #require(throws: JournalProblem.self) { try await folder.check() }
        #expect(gone.exitCode == 65 && gone.description.contains("is missing"))
    }

    @Test("a torn last line is no damage, but a torn line of a closed segment is")
    func torn() async throws {
        let temporary = try TemporaryFolder()
        let folder = try await JournalFixture.shared().copy(to: temporary)
        let last = try folder.segment(5)
        let bytes = try temporary.bytes("run.journal/\(last.name)")
        try temporary.write("run.journal/\(last.name)", bytes + Array("{\"t\":\"2025".utf8))
        let found = try #require(try await folder.check(quick: true))
        #expect(found.notes.count == 1 && found.notes[0].contains("ends inside a line"))
        let plain = try folder.unpack(4)
        let text = try Data(contentsOf: URL(fileURLWithPath: plain)).dropLast(5)
        try Data(text).write(to: URL(fileURLWithPath: plain))
        let problem = try await #require(throws: JournalProblem.self) { try await folder.check(quick: true) }
        #expect(problem.description.contains("the segment ends inside a line"))
    }
}
