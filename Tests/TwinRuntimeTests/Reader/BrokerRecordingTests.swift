import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinFiles
import TwinImport
import TwinRuntime
import TwinTesting

/// Recordings of other programs, replayed as they are: the same as when they were imported first.
@Suite("Replaying broker recordings")
struct BrokerRecordingTests {
    let folder: TemporaryFolder
    let config: SiteConfig

    init() throws {
        folder = try TemporaryFolder()
        config = try Repository.config()
    }

    /// A message as `mosquitto_sub -F %j` or mqtt-recorder writes it.
    private func text(_ arrival: Arrival, _ format: RecordingFormat, t: PlantTime? = nil) -> String {
        let payload = String(decoding: arrival.payload, as: UTF8.self)
        let t = t ?? arrival.t
        switch format {
        case .mosquitto:
            return
                "{\"tst\":\"\(t.rfc3339.dropLast())000Z+0000\",\"topic\":\"\(arrival.topic)\",\"qos\":\(arrival.qos),"
                + "\"retain\":\(arrival.retain ? 1 : 0),\"payloadlen\":\(arrival.payload.count),"
                + "\"payload\":\(JSON.string(payload).line)}"
        case .mqttRecorder:
            return "\(arrival.topic),\"\(payload.replacing("\"", with: "\"\""))\",\(arrival.qos),"
                + "\(arrival.retain ? "True" : "False"),\(Double(t.ms) / 1000),0.5"
        }
    }

    /// Two simulated hours as they would have been recorded, without their first clock line: what follows it comes at
    /// the end of the first step, and so the recording begins there and has 119 steps.
    private func recorded(_ format: RecordingFormat, withClock: Bool = true) throws -> [String] {
        let lines = try SmallRecording.lines()
        let header = try Header(bytes: Array(lines[0].utf8))
        let clock = Topic.clockText(site: config.site)
        return try lines.dropFirst(2).compactMap { line in
            guard case .message(let arrival) = try Line(bytes: Array(line.utf8), start: header.start, number: 0).body
            else { return nil }
            return withClock || arrival.topic != clock ? text(arrival, format) : nil
        }
    }

    /// Imports the file and replays that.
    private func imported(_ path: String, isBase64: Bool = false) async throws -> (text: [[UInt8]], ReplayResult) {
        var recordings = RecordingImport(site: config.site, zone: config.zone, stepS: config.stepS)
        try recordings.take(path: path, isBase64: isBase64)
        let result = try #require(recordings.result(config: config.hash, build: "test"))
        let bytes = [result.header.bytes] + result.lines.map(\.bytes)
        let file = try folder.write("imported.jsonl", Array(bytes.joined(separator: [0x0A])))
        return (bytes, try await replay([file], config))
    }

    private func expectSame(_ path: String, isBase64: Bool = false) async throws {
        let after = try await imported(path, isBase64: isBase64).1
        let direct = try await replay([path], config) { $0.isBase64 = isBase64 }
        #expect(direct.summary.digest == after.summary.digest)
        #expect(direct.summary.steps == after.summary.steps && direct.summary.steps == 119)
        #expect(direct.summary.from == SmallRecording.start + .minutes(1))
    }

    @Test(
        "a recording has the digest of its import, plain and gzip", arguments: RecordingFormat.allCases, [true, false])
    func oneDigest(format: RecordingFormat, isCompressed: Bool) async throws {
        let path = folder.path(isCompressed ? "seen.gz" : "seen.txt")
        let writer = try LineWriter(path: path, overwrite: false)
        for line in try recorded(format) { try writer.write(Array(line.utf8)) }
        try writer.finish()
        try await expectSame(path)
    }

    @Test("without a clock the stamps of the messages close the ticks, as after an import")
    func noClock() async throws {
        try await expectSame(try folder.write("seen.jsonl", lines: try recorded(.mosquitto, withClock: false)))
    }

    @Test("broken lines, other sites' topics and times that go back change nothing of it, and are told")
    func damaged() async throws {
        var lines = try recorded(.mosquitto)
        lines.insert("{\"tst\":1}", at: 0)
        lines.insert(lines[400].replacing("/sunderland/", with: "/elsewhere/"), at: 401)
        lines.insert(lines[100], at: 700)
        lines.insert("half a li", at: 900)
        // The last clock closes the last tick; what is broken after it opens no other.
        lines.append("{\"tst\":\"2025-06-18T07:00")
        // Its first line tells the format, so it must be one that does.
        lines.swapAt(0, 1)
        let path = try folder.write("seen.jsonl", lines: lines)
        try await expectSame(path)
        let direct = try await replay([path], config)
        #expect(Set(direct.notes.refusals.map(\.line)).isSuperset(of: [2, lines.count]))
        #expect(direct.notes.warnings.contains { $0.contains("go back in time") })
        // Half a line, a line without a topic, and another site's; the last line belongs to no tick.
        #expect(direct.summary.counts.rejected == [.parse: 1, .wrongType: 1, .unknownTopic: 1])
        let problem = try await #require(throws: ReplayProblem.self) {
            try await replay([path], config) { $0.strict = true }
        }
        #expect(problem.exitCode == 65)
        #expect(problem.description.contains("seen.jsonl:2: error: "))
    }

    @Test("base64 payloads of mqtt-recorder are decoded when asked to, and pointed out when not")
    func base64() async throws {
        let lines = try recorded(.mqttRecorder).map { line in
            let arrival = try #require(RecordedMessages.arrivals([line], .mqttRecorder).first)
            var encoded = arrival
            encoded.payload = Array(Base64.encode(arrival.payload).utf8)
            return text(encoded, .mqttRecorder)
        }
        let path = try folder.write("seen.csv", lines: lines)
        try await expectSame(path, isBase64: true)
        let found = try Cut([path])
        #expect(found.notes.warnings.contains { $0.contains("add --base64") })
    }

    @Test(
        "a file of no accepted form is 65 and names the three", arguments: ["time,power\n1,2\n", "{\"a\":1}\n", "x\n"])
    func otherFiles(text: String) throws {
        let file = try folder.write("other.csv", Array(text.utf8))
        let problem = try #require(throws: ReplayProblem.self) { try Cut([file]) }
        #expect(problem.exitCode == 65)
        for form in ["a replay file", "mosquitto_sub -F %j", "mqtt-recorder"] {
            #expect(problem.description.contains(form), "\(problem)")
        }
    }

    @Test("a recording of which no line can be read is 65 too")
    func nothingReadable() throws {
        let file = try folder.write("bad.jsonl", lines: ["{\"tst\":true,\"topic\":\"a/b\",\"payload\":\"1\"}"])
        let problem = try #require(throws: ReplayProblem.self) { try Cut([file]) }
        #expect(problem.exitCode == 65)
        #expect(problem.description.contains("holds no message that can be read"))
    }
}

extension RecordedMessages {
    static func arrivals(_ lines: [String], _ format: RecordingFormat) -> [Arrival] {
        var rest = lines.map { LineRead.line(Array($0.utf8)) }[...]
        var messages = RecordedMessages(file: "a", format, site: "sunderland") { rest.popFirst() }
        var found: [Arrival] = []
        while let item = messages.next() { if case .message(let arrival) = item { found.append(arrival) } }
        return found
    }
}
