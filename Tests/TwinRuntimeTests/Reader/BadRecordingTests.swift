import Foundation
import Testing
import TwinBooks
import TwinCore
import TwinFiles
import TwinRuntime
import TwinTesting

/// No input makes the reader trap or hang; what is wrong is named with its place and counted by reason.
@Suite("Bad recordings")
struct BadRecordingTests {
    static let good = "{\"t\":20,\"topic\":\"v1/sunderland/wind/t01/tele\",\"payload\":{\"power_kw\":1}}"

    @Test(
        "an unreadable line is counted by its reason and named by its number",
        arguments: [
            ("nonsense", RejectReason.parse), ("[1,2]", .parse), ("{\"topic\":\"a\",\"payload\":1}", .parse),
            ("{\"t\":\"yesterday\",\"topic\":\"a\",\"payload\":1}", .parse), ("{\"t\":true,\"link\":\"up\"}", .parse),
            ("{\"t\":1,\"topic\":5,\"payload\":1}", .wrongType), ("{\"t\":1,\"topic\":\"a\"}", .parse),
            ("{\"t\":1,\"topic\":\"a\",\"payload64\":\"?\"}", .parse), ("{\"t\":1,\"what\":2}", .unknownKey),
            ("{\"t\":1,\"t\":2,\"link\":\"up\"}", .duplicateKey), ("{\"t\":1e999,\"link\":\"up\"}", .notFinite),
            ("{\"t\":NaN,\"link\":\"up\"}", .parse), ("{\"t\":1,\"tick\":1.5,\"n\":0}", .parse),
            ("{\"t\":1,\"tick\":\"1\",\"n\":0}", .parse), ("{\"t\":4e9,\"link\":\"up\"}", .parse),
            ("{\"t\":\"9999-12-31T23:59:59.999Z\",\"link\":\"up\"}", .clockFuture),
            (
                "{\"t\":1,\"topic\":\"a\",\"payload\":\(String(repeating: "[", count: 17))\(String(repeating: "]", count: 17))}",
                .tooDeep
            ),
            ("{\"t\":1,\"op\":\(String(repeating: "[", count: 100_000))", .tooDeep),
        ])
    func unreadable(line: String, reason: RejectReason) throws {
        var recording = Recording()
        recording.raw(Self.good)
        recording.raw(line)
        recording.raw(Self.good)
        let found = try cut(recording)
        #expect(found.counts == [2])
        #expect(found.unreadable == [reason: 1])
        #expect(found.notes.refusals.map(\.line) == [3])
        let problem = try #require(throws: ReplayProblem.self) { try cut(recording, strict: true) }
        #expect(problem.exitCode == 65)
        #expect(problem.description.contains("hand.jsonl:3: error: "))
        #expect(problem.description.hasSuffix("(\(reason.rawValue))"))
    }

    @Test("a line beyond 1 MiB is skipped, one of exactly 1 MiB is read")
    func longLines() throws {
        let frame = "{\"t\":1,\"topic\":\"a\",\"payload\":\"\"}".utf8.count
        let longest = String(repeating: "x", count: LineReader.lineMax - frame)
        var recording = Recording()
        recording.raw("{\"t\":1,\"topic\":\"a\",\"payload\":\"\(longest)\"}")
        recording.raw("{\"t\":1,\"topic\":\"a\",\"payload\":\"\(longest)y\"}")
        let found = try cut(recording)
        #expect(found.counts == [1])
        #expect(found.unreadable == [.tooLarge: 1])
        #expect(found.notes.refusals.map(\.line) == [3])
    }

    @Test("bytes that are not UTF-8 are refused as that")
    func notUTF8() throws {
        let folder = try TemporaryFolder()
        var bytes = Array((Recording().lines[0] + "\n{\"t\":1,\"topic\":\"").utf8)
        bytes += [0xFF, 0xFE] + Array("\",\"payload\":1}\n\(Self.good)\n".utf8)
        let found = try Cut([folder.write("bytes.jsonl", bytes)])
        #expect(found.unreadable == [.notUTF8: 1])
    }

    @Test("a cut gzip file keeps what was readable and says so")
    func cutGzip() throws {
        let folder = try TemporaryFolder()
        let whole = try Data(contentsOf: URL(fileURLWithPath: Repository.day))
        let file = try folder.write("cut.jsonl.gz", [UInt8](whole.prefix(whole.count / 2)))
        let found = try Cut([file])
        #expect((200..<1440).contains(found.ticks.count))
        #expect(found.notes.warnings.count == 1)
        #expect(found.notes.warnings.first?.contains("cut.jsonl.gz: the file ends inside its gzip data") == true)
        #expect(try Cut([Repository.day]).notes.warnings.isEmpty)
    }

    @Test("a damaged gzip file keeps what was readable and says so")
    func damagedGzip() throws {
        let folder = try TemporaryFolder()
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: Repository.day)))
        for index in bytes.count / 2..<bytes.count / 2 + 64 { bytes[index] = 0xFF }
        let found = try Cut([folder.write("damaged.jsonl.gz", bytes)])
        #expect((200..<1440).contains(found.ticks.count))
        #expect(found.notes.warnings.contains { $0.contains("damaged.jsonl.gz: the gzip data is damaged") })
    }

    @Test("an empty file, a blank one and one without a header are refused as 65", arguments: ["", "\n", good])
    func noHeader(text: String) throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("bad.jsonl", Array(text.utf8))
        let problem = try #require(throws: ReplayProblem.self) { try Cut([file]) }
        #expect(problem.exitCode == 65)
        #expect(problem.description.contains("bad.jsonl"))
    }

    @Test("a missing file is 66")
    func missingFile() throws {
        let problem = try #require(throws: FileProblem.self) { try Cut(["/nowhere/day.jsonl"]) }
        #expect(problem.exitCode == 66)
    }

    @Test("a newer version is refused naming both")
    func newerVersion() throws {
        let header = Recording.head.replacing("replay/1", with: "replay/2")
        let problem = try #require(throws: ReplayProblem.self) { try cut(Recording(header: header)) }
        #expect(problem.description.contains("replay/2") && problem.description.contains("replay/1"))
        #expect(problem.exitCode == 65)
    }

    @Test(
        "a header with a wrong value is refused naming the key",
        arguments: [
            ("\"step_s\":60", "\"step_s\":7", "step_s"), ("\"step_s\":60", "\"step_s\":0", "step_s"),
            ("\"step_s\":60", "\"step_s\":\"60\"", "step_s"),
            ("\"site\":\"sunderland\"", "\"site\":\"../etc\"", "site"),
            ("\"start\":\"2025-06-18T06:00:00.000Z\"", "\"start\":\"2025-06-18T06:00:01.000Z\"", "start"),
            ("\"start\":\"2025-06-18T06:00:00.000Z\"", "\"start\":6", "start"),
            ("\"mode\":\"shadow\"", "\"mode\":\"fast\"", "mode"),
            ("\"clock\":\"event\"", "\"clock\":1", "clock"),
        ])
    func wrongHeader(old: String, new: String, key: String) throws {
        let header = Recording.head.replacing(old, with: new)
        #expect(header != Recording.head)
        let problem = try #require(throws: ReplayProblem.self) { try cut(Recording(header: header)) }
        #expect(problem.description.contains("\"\(key)\""))
    }

    @Test("a recording of another site is refused as 78")
    func otherSite() async throws {
        let folder = try TemporaryFolder()
        var recording = Recording(header: Recording.head.replacing("sunderland", with: "elsewhere"))
        recording.wind(10)
        let file = try folder.write("other.jsonl", lines: recording.lines)
        let problem = try await #require(throws: ReplayProblem.self) { try await replay([file]) }
        #expect(problem.exitCode == 78)
    }

    @Test("a recording that ends with the year 9999 replays")
    func lastYear() async throws {
        let folder = try TemporaryFolder()
        var recording = Recording(header: Recording.head.replacing("2025-06-18T06:00", with: "9999-12-31T23:58"))
        recording.raw(
            "{\"t\":\"9999-12-31T23:59:00.000Z\",\"topic\":\"v1/sunderland/clock\",\"payload\":{\"ts\":\"9999-12-31T23:59:00Z\"}}"
        )
        recording.raw(
            "{\"t\":\"9999-12-31T23:59:59.999Z\",\"topic\":\"v1/sunderland/wind/t01/tele\",\"payload\":{\"power_kw\":1}}"
        )
        let result = try await replay([folder.write("last.jsonl", lines: recording.lines)])
        #expect(result.summary.steps == 2)
    }

    @Test("strict also stops at a message that a component refuses, with its place")
    func strictComponents() async throws {
        let folder = try TemporaryFolder()
        var recording = Recording()
        recording.wind(10)
        recording.wind(20, kW: "\"a lot\"")
        let file = try folder.write("hand.jsonl", lines: recording.lines)
        let tolerant = try await replay([file])
        #expect(tolerant.summary.counts.rejected == [.wrongType: 1])
        #expect(tolerant.notes.refusals.map(\.line) == [3])
        let problem = try await #require(throws: ReplayProblem.self) { try await replay([file]) { $0.strict = true } }
        #expect(problem.description.contains("hand.jsonl:3: error: "))
    }

    @Test(
        "a value that is no number is refused or held back, and the run goes on",
        arguments: ["1e999", "NaN", "null", "true", "\"1\"", "[1]", "{}", "-1e308", "1e308"])
    func badValues(value: String) async throws {
        let folder = try TemporaryFolder()
        var recording = Recording()
        recording.wind(10, kW: value)
        recording.wind(70, kW: "250")
        recording.wind(130, kW: "250")
        let result = try await replay([folder.write("hand.jsonl", lines: recording.lines)])
        #expect(result.summary.counts.rejectedTotal == 1)
        #expect(result.summary.counts.messages == 3)
        #expect(result.summary.json.number("energy_kwh.wind")?.isFinite == true)
        #expect(result.summary.balanceErrorKWh(.electricity) == 0)
    }

    @Test("300 mutations of a small recording neither trap nor hang", arguments: [UInt64](0..<30))
    func mutations(seed: UInt64) async throws {
        let folder = try TemporaryFolder()
        let config = try Repository.config()
        let original = Array(try SmallRecording.lines(steps: 6).joined(separator: "\n").utf8)
        for variant in 0..<10 {
            var stream = SeedStream(seed: seed &* 1000 &+ UInt64(variant), name: "mutations")
            var bytes = original
            for _ in 0...stream.next() % 8 { mutate(&bytes, &stream) }
            let file = try folder.write("mutated.jsonl", bytes)
            do {
                let result = try await replay([file], config) { options in
                    // A mutated step or time may make a week of ticks; the first ones show what there is to see.
                    options.onTick = { outcome, _ in outcome.tick < 200 }
                }
                #expect(result.summary.balanceErrorKWh(.electricity) == 0, "seed \(seed) variant \(variant)")
                #expect(result.summary.json.line.contains("\"digest\""))
            } catch let problem as ReplayProblem {
                #expect([65, 78].contains(problem.exitCode), "seed \(seed) variant \(variant): \(problem)")
            }
        }
    }

    private func mutate(_ bytes: inout [UInt8], _ stream: inout SeedStream) {
        guard !bytes.isEmpty else { return }
        let place = Int(stream.next() % UInt64(bytes.count))
        let length = min(Int(stream.next() % 40) + 1, bytes.count - place)
        switch stream.next() % 6 {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: stream.next())
        case 1: bytes.removeSubrange(place..<place + length)
        case 2: bytes.insert(contentsOf: bytes[place..<place + length], at: place)
        case 3: bytes.removeLast(length)
        case 4: bytes[place] ^= 1 << UInt8(stream.next() % 8)
        default:
            let tokens = [
                "1e308", "-0", "null", "\n", "{", "]", "9999-12-31T23:59:59Z", "\"tick\":1", "\"fault\":{}",
                "18446744073709551616",
            ]
            bytes.replaceSubrange(
                place..<place + length, with: Array(tokens[Int(stream.next() % UInt64(tokens.count))].utf8))
        }
    }
}
