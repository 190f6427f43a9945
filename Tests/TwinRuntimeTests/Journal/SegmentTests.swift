import Foundation
import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinFiles
import TwinRuntime
import TwinTesting

/// A segment is a local day, compressed when it is closed.
@Suite("Journal segments")
struct SegmentTests {
    @Test("a segment is a local day, also where the clocks go back, and tells what is in force")
    func localDays() async throws {
        let temporary = try TemporaryFolder()
        let fixture = try await JournalFixture.shared()
        let folder = try fixture.copy(to: temporary)
        let segments = try folder.contents()
        #expect(segments.map(\.number) == [1, 2, 3, 4, 5])
        #expect(segments.map(\.isCompressed) == [true, true, true, true, false])
        #expect(segments.map(\.firstTick) == [1, 25, 73, 123, 171])
        #expect(
            segments.map(\.from.rfc3339) == [
                "2025-10-24T11:00:00.000Z", "2025-10-24T23:00:00.000Z", "2025-10-25T23:00:00.000Z",
                "2025-10-27T00:00:00.000Z", "2025-10-28T00:00:00.000Z",
            ])
        let hash = try JournalFixture.config().hash
        #expect(segments.allSatisfy { $0.header.config == hash && $0.header.mode == .shadow })
        #expect(segments.allSatisfy { $0.header.start == JournalFixture.start && $0.header.run == "simulated" })
        let end = try folder.end(of: segments[4])
        #expect(end.tick == JournalFixture.ticks.reduce(0, +))
        #expect(end.time.rfc3339 == "2025-10-28T12:00:00.000Z")
        // A compressed one says the same as its successor.
        let middle = try folder.end(of: segments[2])
        #expect(middle.tick == segments[3].tickBefore && middle.time == segments[3].from)
        let again = try await replay([folder], JournalFixture.config())
        #expect(again.summary.digest == fixture.digest)
        #expect(again.firstDifferingTick == nil && again.notes.warnings.isEmpty)
    }

    @Test("a day of 46 half hours is one segment, and a run that ends at midnight leaves no empty one")
    func springForward() async throws {
        let temporary = try TemporaryFolder()
        let start = try #require(PlantTime(rfc3339: "2025-03-29T00:00:00.000Z"))
        let recording = try JournalFixture.recording(in: temporary, start: start, ticks: 48 + 46)
        let folder = JournalFolder(path: temporary.path("run.journal"))
        _ = try await replay([recording], JournalFixture.config()) { $0.journal = folder }
        let segments = try folder.contents()
        #expect(segments.map(\.firstTick) == [1, 49])
        let end = try folder.end(of: segments[1])
        #expect(end.tick == 94 && end.time.rfc3339 == "2025-03-30T23:00:00.000Z")
    }

    @Test("equal runs leave equal bytes, and a second compression of a segment too")
    func equalBytes() async throws {
        let temporary = try TemporaryFolder()
        let fixture = try await JournalFixture.shared()
        let recording = try JournalFixture.recording(in: temporary, ticks: JournalFixture.ticks.reduce(0, +))
        _ = try await replay([recording], JournalFixture.config()) {
            $0.journal = JournalFolder(path: temporary.path("again"))
        }
        for file in fixture.files where !file.name.hasPrefix(".") {
            #expect(try temporary.bytes("again/\(file.name)") == file.bytes, "\(file.name)")
        }
        let folder = try fixture.copy(to: temporary)
        let before = try temporary.bytes("run.journal/\(folder.segment(2).name)")
        try folder.unpack(2)
        try reopen(folder)
        #expect(try temporary.bytes("run.journal/\(folder.segment(2).name)") == before)
    }

    @Test("what a crash left of a compression is cleared away at the next start")
    func leftovers() async throws {
        let temporary = try TemporaryFolder()
        let fixture = try await JournalFixture.shared()
        let folder = try fixture.copy(to: temporary)
        let whole = try folder.allNames()
        // Killed after the rename, in the middle of a draft, and before it began.
        try folder.unpack(2, keepsPacked: true)
        let plain = try folder.unpack(3)
        try temporary.write("run.journal/.simulated-000003.jsonl.gz.new", [0x1F, 0x8B, 8])
        try temporary.write("run.journal/.simulated-000006.jsonl.new", Array("{\"twin\":".utf8))
        try folder.unpack(4)
        #expect(try folder.segments().map { $0.hasSuffix(".gz") } == [true, true, false, false, false])
        #expect(plain.hasSuffix("/simulated-000003.jsonl"))
        let again = try await replay([folder], JournalFixture.config())
        #expect(again.summary.digest == fixture.digest && again.notes.warnings.isEmpty)
        try reopen(folder)
        #expect(try folder.allNames() == whole)
    }

    @Test("names that are no segments are left alone, and numbers come from the names")
    func names() async throws {
        let temporary = try TemporaryFolder()
        let folder = try await JournalFixture.shared().copy(to: temporary)
        for name in ["notes.jsonl", "simulated-1.jsonl", "simulated-000000.jsonl", "-.jsonl", "simulated-000009.txt"] {
            try temporary.write("run.journal/\(name)", [])
        }
        try FileManager.default.removeItem(atPath: folder.segment(1).path)
        #expect(try folder.contents().map(\.number) == [2, 3, 4, 5])
        #expect(JournalFolder.segmentName(run: "r", number: 1_234_567) == "r-1234567.jsonl")
    }

    @Test("a segment of another run beside is refused and named")
    func otherRun() async throws {
        let temporary = try TemporaryFolder()
        let folder = try await JournalFixture.shared().copy(to: temporary)
        let lines = try Repository.lines(of: folder.segment(5).path)
        try temporary.write(
            "run.journal/stranger-000006.jsonl",
            lines: [lines[0].replacing("\"run\":\"simulated\"", with: "\"run\":\"stranger\"")])
        let problem = try #require(throws: JournalProblem.self) { try folder.contents() }
        #expect(problem.exitCode == 65)
        #expect(problem.description.contains("stranger-000006.jsonl: run stranger, segment 6 beside run simulated"))
    }

    @Test("the next segment's header has the configuration and the mode that were put in force")
    func inForce() throws {
        let temporary = try TemporaryFolder()
        let folder = JournalFolder(path: temporary.path("journal"))
        let header = JournalTests.header
        let writer = try JournalWriter(folder: folder, header: header, zone: .utc)
        let midnight = try #require(PlantTime(rfc3339: "2025-06-19T00:00:00.000Z"))
        func close(_ tick: Int, at end: PlantTime) throws {
            let mark = Mark(
                t: end, tick: tick, n: writer.linesSinceMark, chain: String(repeating: "\(tick)", count: 64))
            writer.append(mark)
            try writer.sync()
            try writer.rotateIfDue(
                after: mark, end: end, configuration: tick == 1 ? header.config : "sha256:11",
                mode: tick == 1 ? header.mode : .control)
        }
        writer.append(Line(t: header.start, .link("up")))
        try close(1, at: midnight - .seconds(60))
        try close(2, at: midnight)
        // Nothing has come since: the day before is still the last file.
        #expect(try folder.contents().count == 1)
        let closed = (segment: writer.segment, offset: writer.offset)
        writer.append(Line(t: midnight, .link("down")))
        #expect(writer.offset > 0 && writer.segment != closed.segment)
        try close(3, at: midnight + .seconds(60))
        try writer.finish()
        let segments = try folder.contents()
        #expect(segments.map(\.firstTick) == [1, 3])
        #expect(segments[0].header.mode == .shadow && segments[0].header.config == "sha256:00")
        #expect(segments[1].header.mode == .control && segments[1].header.config == "sha256:11")
        #expect(segments[1].header.chain == String(repeating: "2", count: 64))
        #expect(try Int(writer.offset) == temporary.bytes("journal/\(writer.segment)").count)
        // A cursor counts bytes of text, and finds its mark in the compressed file.
        let cursor = JournalCursor(
            segment: closed.segment, offset: closed.offset, tick: 2, chain: String(repeating: "2", count: 64))
        let place = try folder.place(after: cursor, in: segments)
        #expect(place == JournalFolder.Place(index: 0, offset: closed.offset))
        #expect(try folder.open(segments[0], at: closed.offset).next() == nil)
        var wrong = cursor
        wrong.offset -= 1
        #expect(try folder.place(after: wrong, in: segments) == nil)
        // Where its segment is archived, the one after it begins with its mark.
        #expect(try folder.place(after: cursor, in: [segments[1]]) == JournalFolder.Place(index: 0, offset: 0))
    }

    @Test("a journal whose last segment was compressed goes on in a new one")
    func closedLast() async throws {
        let temporary = try TemporaryFolder()
        let folder = try await JournalFixture.shared().copy(to: temporary)
        let last = try folder.segment(5)
        let end = try folder.end(of: folder.segment(4))
        let chain = try #require(last.header.chain)
        try FileManager.default.removeItem(atPath: last.path)
        let writer = try JournalWriter(
            folder: folder, header: last.header, zone: JournalFixture.config().zone,
            resumed: JournalEnd(
                segment: folder.segment(4).name, number: 4, linesSinceMark: 0, tick: end.tick, chain: chain,
                end: end.time, configuration: last.header.config, mode: last.header.mode))
        writer.append(Line(t: end.time, .link("up")))
        try writer.sync()
        let again = try folder.segment(5)
        #expect(again.header == last.header && !again.isCompressed)
    }

    /// Opens the journal at its end, as a start does, and waits until it is tidy.
    private func reopen(_ folder: JournalFolder) throws {
        let last = try #require(try folder.contents().last)
        let end = try folder.end(of: last)
        let writer = try JournalWriter(
            folder: folder, header: last.header, zone: JournalFixture.config().zone,
            resumed: JournalEnd(
                segment: last.name, number: last.number, linesSinceMark: 0, tick: end.tick, chain: "",
                end: end.time, configuration: last.header.config, mode: last.header.mode))
        try writer.finish()
    }
}
