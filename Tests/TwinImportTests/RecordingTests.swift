import Foundation
import Testing
import TwinConfiguration
import TwinCore
import TwinFiles
import TwinImport
import TwinTesting

@Suite("Broker recordings of other programs")
struct RecordingTests {
    private func read(_ text: String, isBase64: Bool = false) -> (RecordingFormat?, [Arrival], [String]) {
        var lines = text.split(separator: "\n").map { LineRead.line(Array($0.utf8)) }[...]
        guard case .line(let first)? = lines.first, let format = RecordingFormat.detect(first) else {
            return (nil, [], [])
        }
        var reader = RecordingReader(format, isBase64: isBase64) { lines.popFirst() }
        var arrivals: [Arrival] = []
        var refused: [String] = []
        while let item = reader.next() {
            switch item {
            case .message(let arrival): arrivals.append(arrival)
            case .refused(let line, let failure): refused.append("\(line): \(failure.text)")
            }
        }
        return (format, arrivals, refused)
    }

    private func payload(_ arrival: Arrival?) -> String? { arrival.map { String(decoding: $0.payload, as: UTF8.self) } }

    @Test func `mosquitto_sub writes local time with an offset after a Z`() throws {
        let line =
            #"{"tst":"2025-06-18T07:00:00.250000Z+0100","topic":"v1/s/wind/t01/tele","qos":1,"retain":1,"#
            + #""payloadlen":16,"mid":3,"payload":"{\"power_kw\":412}"}"#
        let (format, arrivals, refused) = read(line)
        #expect(format == .mosquitto)
        #expect(refused.isEmpty)
        let arrival = try #require(arrivals.first)
        #expect(arrival.t.rfc3339 == "2025-06-18T06:00:00.250Z")
        #expect(arrival.topic == "v1/s/wind/t01/tele")
        #expect(arrival.qos == 1)
        #expect(arrival.retain)
        #expect(payload(arrival) == #"{"power_kw":412}"#)
    }

    @Test(
        arguments: [
            (#""payloadlen":4,"payload":"5.20""#, "5.20"), (#""payloadlen":0,"payload":null"#, ""),
            (#""payloadlen":16,"payload":{"power_kw":4.0}"#, #"{"power_kw":4.0}"#),
            (#""payloadlen":5,"payload":[1,2]"#, "[1,2]"), (#""payloadlen":2,"payload":[104,105]"#, "hi"),
            (#""payloadlen":6,"payload":"online""#, "online"), (#""payloadlen":4,"payload":true"#, "true"),
        ])
    func `a payload may be text, JSON or a list of bytes`(member: String, expected: String) {
        let (_, arrivals, _) = read(#"{"tst":1750226400,"topic":"a/b","qos":0,"retain":0,\#(member)}"#)
        #expect(payload(arrivals.first) == expected)
        #expect(arrivals.first?.t.rfc3339 == "2025-06-18T06:00:00.000Z")
        #expect(arrivals.first?.retain == false)
    }

    @Test func `lines that are none are refused with their number`() {
        let good = #"{"tst":"2025-06-18T06:00:00.000000Z+0000","topic":"a/b","payload":"1"}"#
        let (_, arrivals, refused) = read(
            """
            \(good)
            {"tst":"2025-06-18T06:00
            {"tst":"yesterday","topic":"a/b","payload":"1"}
            {"tst":"2025-06-18T06:00:00.000000Z+0000","topic":7,"payload":"1"}
            {"tst":"2025-06-18T06:00:00.000000Z+0000","topic":"a/b"}
            {"tst":1e300,"topic":"a/b","payload":"1"}
            \(good)
            """)
        #expect(arrivals.count == 2)
        #expect(arrivals.last?.number == 7)
        #expect(refused.map { $0.prefix(2) } == ["2:", "3:", "4:", "5:", "6:"])
        #expect(refused.last?.contains("seconds since 1970") == true)
    }

    @Test func `mqtt-recorder writes rows without headings`() throws {
        let csv = """
            v1/s/wind/t01/tele,"{""power_kw"":412,
            ""seq"":1}",1,True,1750226400.25,0.01
            v1/s/grid/main/status,online,0,False,1750226401.0,0.75
            v1/s/grid/main/status,online,zero,False,1750226401.0,0.75
            """
        let (format, arrivals, refused) = read(csv)
        #expect(format == .mqttRecorder)
        #expect(arrivals.count == 2)
        let first = try #require(arrivals.first)
        #expect(payload(first) == "{\"power_kw\":412,\n\"seq\":1}")
        #expect(first.t.rfc3339 == "2025-06-18T06:00:00.250Z")
        #expect(first.retain && first.qos == 1)
        #expect(arrivals[1].number == 3)
        #expect(refused == ["4: not a row of topic, payload, qos, retain and time that can be read"])
    }

    @Test func `its base64 is decoded when asked to, and headings are read where there are some`() {
        // "online" in base64.
        let plain = read("a/b,b25saW5l,0,False,1750226400.0,0", isBase64: true)
        #expect(payload(plain.1.first) == "online")
        #expect(read("a/b,%%%,0,False,1750226400.0,0", isBase64: true).2.count == 1)
        let named = read("timestamp,topic,payload,qos,retain\n2025-06-18T06:00:00Z,a/b,7,2,1\n")
        #expect(payload(named.1.first) == "7")
        #expect(named.1.first?.qos == 2)
        #expect(named.1.first?.t.rfc3339 == "2025-06-18T06:00:00.000Z")
    }

    @Test func `payloads that all look like base64 are pointed out`() throws {
        let zone = try #require(LocalZone(database: "Europe/London"))
        func note(_ payloads: [String], isBase64: Bool = false) -> String? {
            var recordings = RecordingImport(site: "s", zone: zone, stepS: 60)
            var lines = payloads.map { LineRead.line(Array("a/b,\($0),0,False,1750226400.0,0".utf8)) }[...]
            recordings.take(file: "a.csv", .mqttRecorder, isBase64: isBase64) { lines.popFirst() }
            return recordings.files.first?.note
        }
        #expect(note(["b25saW5l", "e30="])?.contains("add --base64") == true)
        #expect(note(["b25saW5l", "{}"]) == nil)
        #expect(note(["b25saW5l"], isBase64: true) == nil)
    }

    @Test func `a file on disk is told by its first line, plain or gzip`() throws {
        let zone = try #require(LocalZone(database: "Europe/London"))
        let folder = try TemporaryFolder()
        for (name, line) in [
            ("a.csv", "a/b,1,0,False,1750226400.0,0"), ("a.csv.gz", "a/b,1,0,False,1750226400.0,0"),
            ("a.jsonl", #"{"tst":1750226400,"topic":"a/b","payload":"1"}"#),
        ] {
            let writer = try LineWriter(path: folder.path(name), overwrite: false)
            try writer.write(Array(line.utf8))
            try writer.finish()
            var recordings = RecordingImport(site: "s", zone: zone, stepS: 60)
            try recordings.take(path: folder.path(name))
            #expect(recordings.files.first?.messages == 1)
            #expect(recordings.files.first?.name == name)
        }
        let replay = Repository.path("replay/sunderland-day.jsonl.gz")
        var recordings = RecordingImport(site: "s", zone: zone, stepS: 60)
        let problem = #expect(throws: FileProblem.self) { try recordings.take(path: replay) }
        #expect(problem?.exitCode == 65)
    }

    @Test(arguments: ["time,p", #"{"twin":"replay/1","site":"s"}"#, "", "2025-06-18T06:00Z,1", "{", "[1]", "a,b,c,d,e"])
    func `other files are no recordings`(line: String) {
        #expect(RecordingFormat.detect(Array(line.utf8)) == nil)
    }

    @Test func `recordings become a replay file in order of time`() throws {
        let zone = try #require(LocalZone(database: "Europe/London"))
        var recordings = RecordingImport(site: "s", zone: zone, stepS: 60)
        func lines(_ rows: [(Double, String)]) -> () -> LineRead? {
            var rest = rows.map { "v1/\($0.1),{},0,False,\($0.0),0" }.map { LineRead.line(Array($0.utf8)) }[...]
            return { rest.popFirst() }
        }
        recordings.take(
            file: "a.csv", .mqttRecorder,
            next: lines([(1_750_226_430, "s/clock"), (1_750_226_500, "s/x"), (0, "s/clock")]))
        recordings.take(file: "b.csv", .mqttRecorder, next: lines([(1_750_226_440, "t/clock"), (-1e300, "s/clock")]))
        let result = try #require(recordings.result(config: "c", build: "b"))
        #expect(result.header.start.rfc3339 == "2025-06-18T06:00:00.000Z")
        #expect(
            result.lines.map(\.t.rfc3339).map { $0.suffix(13) }
                == ["06:00:30.000Z", "06:00:40.000Z", "06:01:40.000Z", "06:01:40.000Z"].map { Substring($0) })
        #expect(recordings.files.map(\.backInTime) == [1, 0])
        #expect(recordings.files.map(\.otherTopics) == [1, 1])
        #expect(recordings.files.map(\.refused) == [0, 1])
        #expect(recordings.text.contains("b.csv:2: not a row of"))
        for line in result.lines {
            #expect(try Line(bytes: line.bytes, start: result.header.start, number: 0).t == line.t)
        }
        #expect(RecordingImport(site: "s", zone: zone, stepS: 60).result(config: "", build: "") == nil)
    }

    /// Three hours of the bundled day as each program would have recorded them.
    @Test(arguments: RecordingFormat.allCases)
    func `what was recorded comes back message by message`(format: RecordingFormat) throws {
        let start = try #require(PlantTime(rfc3339: "2025-06-18T09:00:00Z"))
        let texts = try BundledDay.hours(from: start, to: start + .hours(3))
        let header = try Header(bytes: Array(texts[0].utf8))
        var messages: [Line] = []
        for text in texts.dropFirst() {
            let line = try Line(bytes: Array(text.utf8), start: header.start, number: 0)
            if case .message = line.body { messages.append(line) }
        }
        let zone = try #require(LocalZone(database: header.timeZone))
        var rest = messages.compactMap { line -> LineRead? in
            guard case .message(let arrival) = line.body else { return nil }
            return .line(Array(recorded(arrival, format, in: zone).utf8))
        }[...]
        var recordings = RecordingImport(site: header.site, zone: zone, stepS: header.stepS)
        recordings.take(file: "a", format) { rest.popFirst() }
        let result = try #require(recordings.result(config: header.config, build: "test"))
        #expect(result.header.start == header.start)
        #expect(messages.count > 8000)
        #expect(result.lines.map(\.bytes) == messages.map(\.bytes))
    }

    private func recorded(_ arrival: Arrival, _ format: RecordingFormat, in zone: LocalZone) -> String {
        let payload = String(decoding: arrival.payload, as: UTF8.self)
        switch format {
        case .mosquitto:
            let local = zone.text(arrival.t)
            let time = "\(local.dropLast(6))000Z\(local.suffix(6).filter { $0 != ":" })"
            return
                "{\"tst\":\"\(time)\",\"topic\":\"\(arrival.topic)\",\"qos\":\(arrival.qos),\"retain\":\(arrival.retain ? 1 : 0),"
                + "\"payloadlen\":\(arrival.payload.count),\"payload\":\(JSON.string(payload).line)}"
        case .mqttRecorder:
            let quoted = payload.replacing("\"", with: "\"\"")
            return "\(arrival.topic),\"\(quoted)\",\(arrival.qos),\(arrival.retain ? "True" : "False"),"
                + "\(Double(arrival.t.ms) / 1000),0.5"
        }
    }

    @Test func `no damage to a recording stops its reader`() {
        let whole = Array(
            (#"{"tst":"2025-06-18T07:00:00.250000Z+0100","topic":"a/b","qos":1,"retain":0,"payloadlen":2,"payload":[104,105]}"#
                + "\na/b,\"{\"\"a\"\":1}\",0,False,1750226400.0,0\n").utf8)
        var state: UInt64 = 7
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for _ in 0..<2000 {
            var bytes = whole
            for _ in 0...random(4) { bytes[random(bytes.count)] = UInt8(random(256)) }
            for format in RecordingFormat.allCases {
                var lines = bytes.split(separator: 0x0A).map { LineRead.line(Array($0)) }[...]
                var reader = RecordingReader(format, isBase64: random(2) == 0) { lines.popFirst() }
                var count = 0
                while reader.next() != nil { count += 1 }
                #expect(count <= 12)
            }
        }
    }
}
