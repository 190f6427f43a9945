import Foundation
import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinImport
import TwinRuntime
import TwinTesting

/// The journal is a replay file in segments, and the only truth.
@Suite("Journal")
struct JournalTests {
    static let header = Header(
        site: "sunderland", run: "0badcafe", start: Recording.start, timeZone: "Europe/London", stepS: 60, seed: 0,
        mode: .shadow, loop: .open, clock: .event, marks: true, config: "sha256:00", build: "test")

    @Test("what is written is read back byte for byte")
    func roundTrip() throws {
        let temporary = try TemporaryFolder()
        let folder = JournalFolder(path: temporary.path("journal"))
        let payloads: [[UInt8]] = [
            Array("{\"ts\":\"2025-06-18T06:00:00Z\",\"power_kw\":1.50}".utf8), Array("online".utf8), [],
            [0, 10, 13, 255], Array("{\"a\":1,\"a\":2}".utf8), Array(" {\"a\":1}".utf8), Array("{\"a\":\n1}".utf8),
            Array("[\"\u{2028}é\"]".utf8),
        ]
        var expected: [Line] = [Line(t: Recording.start, .link("up"))]
        for (index, payload) in payloads.enumerated() {
            expected.append(
                .message(
                    Arrival(
                        t: Recording.start + .seconds(Int64(index)), topic: "v1/sunderland/wind/t01/tele",
                        payload: payload, qos: index % 3, retain: index == 2, duplicate: index == 3,
                        correlation: index == 4 ? "0badcafe-1-1" : nil, number: index + 3)))
        }
        let writer = try JournalWriter(folder: folder, header: Self.header, zone: .utc)
        expected.forEach(writer.append)
        #expect(writer.linesSinceMark == expected.count)
        var mark = Mark(t: Recording.start + .seconds(60), tick: 1, n: expected.count, chain: DigestChain().hex)
        writer.append(mark)
        try writer.sync()
        #expect(writer.linesSinceMark == 0)
        #expect(try folder.segments() == ["0badcafe-000001.jsonl"])
        let path = folder.file(writer.segment)
        #expect(try Int(writer.offset) == temporary.bytes("journal/0badcafe-000001.jsonl").count)

        let reader = try TickReader(paths: [path], lateness: .seconds(30), strict: true) {
            try RecordingFrame(Repository.config(), build: "test")
        }
        #expect(reader.header == Self.header)
        let tick = try #require(try reader.next())
        #expect(tick.lines == expected)
        var sum = LineSum()
        for line in [Self.header.bytes] + expected.map(\.bytes) { sum.add(line.span) }
        mark.sum = sum.closed(by: mark)
        #expect(tick.mark == mark && tick.mark?.isOther(than: LineSum()) == true)
        #expect(try reader.next() == nil)
    }

    @Test("a journal in many segments replays to the digest of one")
    func rotation() async throws {
        let (temporary, folder, digest) = try await segmented()
        let segments = try folder.segments()
        #expect(segments.count > 5)
        #expect(segments[1].hasSuffix("-000002.jsonl.gz"))
        for (number, segment) in segments.enumerated().dropFirst() {
            let header = try Header(bytes: Array(try Repository.lines(of: folder.file(segment))[0].utf8))
            let before = try Repository.lines(of: folder.file(segments[number - 1])).last ?? ""
            #expect(before.contains("\"tick\":\(header.firstTick - 1),"))
            #expect(before.contains("\"chain\":\"\(header.chain ?? "none")\""))
        }
        let again = try await replay(segments.map(folder.file))
        #expect(again.summary.digest == digest)
        #expect(again.firstDifferingTick == nil)
        #expect(again.notes.warnings.isEmpty)
        _ = temporary
    }

    @Test("a first segment that is missing is refused")
    func missingFirst() async throws {
        let (temporary, folder, _) = try await segmented()
        let paths = try folder.segments().dropFirst().map(folder.file)
        let problem = try await #require(throws: ReplayProblem.self) { try await replay(paths) }
        #expect(problem.exitCode == 65 && problem.description.contains("missing"))
        _ = temporary
    }

    @Test(
        "a segment that is missing, empty, headless or of another run ends the replay there, and is named",
        arguments: ["missing", "empty", "headless", "run stranger"])
    func notFollowing(kind: String) async throws {
        let (temporary, folder, _) = try await segmented()
        let whole = try folder.segments().map(folder.file)
        let firstTick = try Header(bytes: Array(try Repository.lines(of: whole[2])[0].utf8)).firstTick
        var paths = whole
        var lines = try Repository.lines(of: whole[2])
        switch kind {
        case "missing": paths.remove(at: 2)
        case "empty": lines = []
        case "headless": lines[0] = "x"
        default: lines[0] = lines[0].replacing("\"run\":\"simulated\"", with: "\"run\":\"stranger\"")
        }
        try Data((lines + [""]).joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: whole[2]))
        let result = try await replay(paths)
        let found = try #require(result.chain?.firstDifference)
        #expect(found.tick == firstTick && found.file == paths[2] && found.line == 1, "\(found)")
        #expect(found.what.contains(kind == "headless" ? "header" : kind), "\(found)")
        #expect(result.summary.steps == firstTick - 1)
        let problem = try await #require(throws: ReplayProblem.self) { try await replay(paths) { $0.strict = true } }
        #expect(problem.description.hasPrefix(paths[2]))
        _ = temporary
    }

    @Test("a second writer is refused while the first one lives")
    func lock() throws {
        let temporary = try TemporaryFolder()
        let folder = JournalFolder(path: temporary.path("journal"))
        var first: JournalWriter? = try JournalWriter(folder: folder, header: Self.header, zone: .utc)
        let segment = try #require(first?.segment)
        let again = JournalEnd(
            segment: segment, number: 1, linesSinceMark: 0, tick: 0, chain: DigestChain().hex, end: Self.header.start,
            configuration: Self.header.config, mode: Self.header.mode)
        let problem = try #require(throws: JournalProblem.self) {
            try JournalWriter(folder: folder, header: Self.header, zone: .utc, resumed: again)
        }
        #expect(problem.exitCode == 73)
        #expect(problem.description.contains("another twin is writing this journal"))
        // Nor may a new journal take the place of this one.
        #expect(throws: JournalProblem.self) { try JournalWriter(folder: folder, header: Self.header, zone: .utc) }
        first = nil
        let resumed = try JournalWriter(folder: folder, header: Self.header, zone: .utc, resumed: again)
        #expect(try Int(resumed.offset) == temporary.bytes("journal/\(segment)").count)
    }

    @Test("a replay keeps its configuration beside its journal, and it reads back to the same hash")
    func keptConfiguration() async throws {
        let temporary = try TemporaryFolder()
        let file = try temporary.write("small.jsonl", lines: SmallRecording.lines(steps: 5))
        let folder = JournalFolder(path: temporary.path("journal"))
        _ = try await replay([file]) { $0.journal = folder }
        let config = try Repository.config()
        let kept = folder.configFolder(config.hash)
        #expect(kept.hasSuffix("/journal/.config/\(config.hash.dropFirst("sha256:".count))"))
        #expect(try SiteConfig.load(folder: kept).hash == config.hash)
        // A second journal in the same folder is refused.
        let problem = try await #require(throws: JournalProblem.self) {
            try await replay([file]) { $0.journal = folder }
        }
        #expect(problem.exitCode == 73)
    }

    @Test("a journal folder that cannot be made is 73")
    func noFolder() throws {
        let temporary = try TemporaryFolder()
        try temporary.write("file", [])
        let problem = try #require(throws: JournalProblem.self) {
            try JournalWriter(
                folder: JournalFolder(path: temporary.path("file/journal")), header: Self.header, zone: .utc)
        }
        #expect(problem.exitCode == 73)
    }

    @Test("a replay with a fault notes it in the journal, and the journal replays without the fault to the same digest")
    func faultNotes() async throws {
        let temporary = try TemporaryFolder()
        let file = try temporary.write("small.jsonl", lines: SmallRecording.lines())
        let folder = JournalFolder(path: temporary.path("journal"))
        let faulty = try await replay([file]) { options in
            options.loop = .closed
            options.journal = folder
            options.faults = [
                Fault(
                    verb: .freeze, on: "v1/sunderland/wind/+/tele", from: SmallRecording.start + .minutes(30),
                    lasting: .minutes(20)),
                Fault(verb: .gridOutage, on: nil, from: SmallRecording.start + .minutes(80), lasting: .minutes(5)),
            ]
        }
        let clean = try await replay([file]) { $0.loop = .closed }
        #expect(faulty.summary.digest != clean.summary.digest)
        let lines = try folder.segments().flatMap { try Repository.lines(of: folder.file($0)) }
        #expect(lines.filter { $0.contains("\"op\":{\"fault\":") }.count == 2)
        #expect(lines[0].contains("\"loop\":\"open\"") && lines[0].contains("\"marks\":true"))
        let again = try await replay(try folder.segments().map(folder.file))
        #expect(again.summary.digest == faulty.summary.digest)
    }

    /// A closed run of the small recording as a journal of many small segments.
    private func segmented() async throws -> (TemporaryFolder, JournalFolder, String) {
        let temporary = try TemporaryFolder()
        let file = try temporary.write("small.jsonl", lines: SmallRecording.lines())
        let whole = JournalFolder(path: temporary.path("whole"))
        let run = try await replay([file]) { options in
            options.loop = .closed
            options.journal = whole
        }
        let lines = try Repository.lines(of: whole.file(try #require(try whole.segments().first)))
        let header = try Header(bytes: Array(lines[0].utf8))
        let folder = JournalFolder(path: temporary.path("segments"))
        let writer = try JournalWriter(folder: folder, header: header, zone: .utc, segmentMax: 16_384)
        for text in lines.dropFirst() {
            let line = try Line(bytes: Array(text.utf8), start: header.start, number: 0)
            if case .mark(let mark) = line.body {
                writer.append(mark)
                try writer.rotateIfDue(
                    after: mark, end: header.start + Int64(mark.tick) * header.step, configuration: header.config,
                    mode: header.mode)
            } else {
                writer.append(line)
            }
        }
        try writer.finish()
        return (temporary, folder, run.summary.digest)
    }
}
