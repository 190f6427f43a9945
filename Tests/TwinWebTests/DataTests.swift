import Foundation
import HTTPTypes
import Testing
import TwinConfiguration
import TwinCore
import TwinRuntime
import TwinTesting

@testable import TwinWeb

@Suite("Messages by topic")
struct MessageWatchTests {
    private static let noon = PlantTime(rfc3339: "2025-06-18T12:00:00Z") ?? PlantTime(ms: 0)

    private func arrival(_ topic: String, _ count: Int = 2, at second: Int64 = 0) -> Arrival {
        Arrival(
            t: Self.noon + .seconds(second), topic: topic, payload: [UInt8](repeating: UInt8(ascii: "1"), count: count))
    }

    private func watch() throws -> MessageWatch {
        var watch = MessageWatch()
        watch.learn(try Repository.config())
        return watch
    }

    @Test("topics, messages and bytes are bounded")
    func bounds() throws {
        var watch = try watch()
        for number in 0..<MessageWatch.topicsMax + 5 { watch.hear(arrival("foreign/\(number)")) }
        #expect(watch.topics.count == MessageWatch.topicsMax)
        #expect(watch.beyond == 5)
        #expect(watch.received[.unknown] == MessageWatch.topicsMax + 5)
        for number in 0..<30 { watch.hear(arrival("foreign/7", at: Int64(number))) }
        #expect(watch.topics["foreign/7"]?.kept.count == MessageWatch.keptMax)
        #expect(watch.topics["foreign/7"]?.kept.last?.t == Self.noon + .seconds(29))
        for number in 0..<400 {
            watch.hear(arrival("foreign/\(number)", Telemetry.payloadMax))
            #expect(watch.keptBytes <= MessageWatch.keptBytesMax)
        }
        let sum = watch.topics.values.flatMap(\.kept).reduce(0) { $0 + $1.payload.count + $1.topic.utf8.count + 64 }
        #expect(sum == watch.keptBytes)
        #expect(watch.topics.values.allSatisfy { $0.last.payload.count <= MessageWatch.shownBytesMax })
        // What no decoder would take is not kept at all.
        watch.hear(arrival("foreign/large", Telemetry.payloadMax + 1))
        #expect(watch.topics["foreign/large"]?.kept.isEmpty != false)
    }

    @Test("of what is overheard only topics that nobody mapped are noted")
    func overheard() throws {
        var unlearned = MessageWatch()
        unlearned.overhear(arrival("foreign/power"))
        #expect(unlearned.topics.isEmpty)
        var watch = try watch()
        watch.overhear(arrival("foreign/power"))
        watch.overhear(arrival("v1/sunderland/solar/pv1/tele"))
        #expect(watch.topics.keys.sorted() == ["foreign/power"])
        #expect(watch.received == [.unknown: 1])
        #expect(watch.topics["foreign/power"]?.kept.count == 1)
        watch.learn(try ForeignPlant.config())
        watch.overhear(arrival("gas/main-ovens"))
        #expect(watch.topics["gas/main-ovens"] == nil)
    }

    @Test("what a mapping comes to know is not kept any more")
    func learned() throws {
        var watch = try watch()
        watch.hear(arrival("gas/main-ovens"))
        #expect(watch.topics["gas/main-ovens"]?.kept.count == 1)
        watch.learn(try ForeignPlant.config())
        #expect(watch.topics["gas/main-ovens"]?.source == .mapped)
        #expect(watch.keptBytes == 0)
        watch.hear(arrival("v1/sunderland/solar/pv1/tele"))
        #expect(watch.received == [.unknown: 1, .own: 1])
    }

    /// A message each 30 s: 2 a minute, whatever stretch of ten minutes it is; silent for half an hour, none.
    @Test("a rate is that of the last minutes")
    func rate() throws {
        var watch = try watch()
        for second in stride(from: Int64(0), to: 1900, by: 30) { watch.hear(arrival("foreign/a", at: second)) }
        let rate = try #require(watch.topics["foreign/a"]?.perMinute(at: Self.noon + .seconds(1900)))
        #expect(abs(rate - 2) < 0.2)
        #expect(watch.topics["foreign/a"]?.perMinute(at: Self.noon + .seconds(5400)) == 0)
    }
}

@Suite("The data page")
struct DataPageTests {
    @Test("says of each topic what it is, how often it came and what was refused")
    func topics() async throws {
        let rig = try await PageRig(extra: [
            PageRig.line("meters/paint", #"{"power": 412.5, "unit": "kW"}"#),
            PageRig.line("v1/sunderland/solar/pv1/tele", "no json"),
        ])
        let json = try rig.json(DataPage())
        let topics = json["topics"]?.items ?? []
        func topic(_ name: String) -> JSON? { topics.first { $0["topic"]?.text == name } }
        #expect(topic("meters/paint")?["source"]?.text == "unknown")
        #expect(topic("meters/paint")?["count"]?.integer == 1)
        let solar = try #require(topic("v1/sunderland/solar/pv1/tele"))
        #expect(solar["refused"]?.items == [.fields(["reason": .string("parse"), "count": .integer(1)])])
        #expect(solar["quality"]?.text != nil)
        #expect(json["received"]?["unknown"]?.integer == 1)
        let unknown = try #require(json["unknown"]?.items?.first)
        #expect(unknown["row"]?.text?.contains(#"- topic: "meters/paint""#) == true)
        #expect(unknown["row"]?.text?.contains("{at: \"/unit\"}") == true)
        #expect(unknown["kept"]?.integer == 1)
        let silent = json["silent"]?.items ?? []
        #expect(silent.allSatisfy { $0["asset"]?.text != "solar/pv1" })
    }

    @Test("hostile topics and payloads come out as text, whatever they hold")
    func hostile() async throws {
        let rig = try await PageRig(
            extra: PageRig.hostile.map { PageRig.line($0, $0) }
                + [PageRig.line("large/1", [UInt8](repeating: UInt8(ascii: "<"), count: 65_536))])
        let json = try rig.json(DataPage())
        #expect(json.bytes.allSatisfy { $0 >= 0x20 })
        #expect(try JSONReader.read(json.bytes) == json)
        #expect(json.bytes.count < 1 << 20)
        for topic in json["topics"]?.items ?? [] {
            let example = try #require(topic["example"]?.text)
            #expect(example == example.printable && example.count <= MessageWords.shownMax + 1)
        }
        // A row that is filled in reads as the topic that it was made of.
        let config = try Repository.config()
        for row in (json["unknown"]?.items ?? []).compactMap({ $0["row"]?.text }) {
            let filled = row.replacing("asset: …", with: "asset: shop/paint").replacing("key: …", with: "key: load_kw")
                .replacing("unit: …", with: "unit: kW")
            let trial = try MappingTrial(filled, zone: config.zone, inputs: config.inputs)
            #expect(trial.mapping.sources.count == 1, "\(row)")
            #expect(
                json["unknown"]?.items?.contains { $0["topic"]?.text == trial.mapping.sources[0].filter.text } == true)
        }
    }

    @Test("without a run it says what to do")
    func store() throws {
        let source = PageSource(config: try Repository.config(), build: "1")
        #expect(throws: WebError.self) {
            try DataPage().json(PageAsk(source: source, visitor: Visitor(name: nil, role: .viewer)))
        }
    }
}

@Suite("Trying and saving a mapping")
struct MappingDeskTests {
    private static let rows = """
          - topic: meters/paint
            signals:
              - {value: /power, asset: shop/paint, key: load_kw, unit: W, kind: sample}
        """

    /// A copy of the shipped configuration that may be written to.
    private func folder(signals: String? = nil) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for file in try Repository.configFiles() where file.name != "signals.yaml" {
            try folder.write(file.name, Array(file.text.utf8))
        }
        if let signals { try folder.write("signals.yaml", Array(signals.utf8)) }
        return folder
    }

    private func rig() async throws -> PageRig {
        try await PageRig(extra: [
            PageRig.line("meters/paint", #"{"power": 412500}"#), PageRig.line("meters/paint", #"{"energy": 1}"#),
            PageRig.line("meters/other", "5"),
        ])
    }

    @Test("rows are tried on what came: 412,500 W are 412.5 kW, and a message without the value says why")
    func tried() async throws {
        let answer = try await MappingDesk(source: rig().source).attempt(Self.rows)
        let messages = answer["messages"]?.items ?? []
        #expect(messages.count == 2)
        #expect(answer["used"]?.integer == 1)
        let value = try #require(messages[0]["values"]?.items?.first)
        #expect(value["signal"]?.text == "shop/paint/load_kw")
        #expect(value["value"]?.double == 412.5)
        #expect(value["unit"]?.text == "kW")
        #expect(value["ts"]?.text == "2025-06-18T07:00:00.000+01:00")
        let why = try #require(messages[1]["refused"]?.items?.first)
        #expect(why["reason"]?.text == "unknown_key")
        #expect(why["text"]?.text?.contains("rows:3:") == true)
    }

    @Test("what is wrong with rows is said with line and column")
    func wrong() async throws {
        let answer = try await MappingDesk(source: rig().source).attempt(
            "- topic: meters/#/x\n  signals:\n    - {asset: shop/pant, key: load_kw, unit: kW, kind: sampl}")
        let problems = (answer["problems"]?.items ?? []).compactMap(\.text)
        #expect(problems.contains { $0.hasPrefix("rows:1:10: error:") }, "\(problems)")
        #expect(problems.contains { $0.hasPrefix("rows:3:") && $0.contains("sampl") }, "\(problems)")
    }

    @Test("rows are saved behind those that are there, and what was there is kept beside")
    func saved() async throws {
        let old =
            "twin: signals/1\nsources:\n  - topic: a/b\n    signals:\n      - {asset: solar/pv1, key: power_kw, unit: kW, kind: sample}\n"
        let folder = try folder(signals: old)
        var source = try await rig().source
        source.configFolder = folder.path
        let saved = try MappingDesk(source: source).save(Self.rows)
        #expect(saved.config.signals?.sources.count == 2)
        #expect(String(decoding: try folder.bytes("signals.yaml"), as: UTF8.self) == old + Self.rows + "\n")
        #expect(String(decoding: try folder.bytes("signals.yaml.bak"), as: UTF8.self) == old)
        #expect(try SiteConfig.loadChecked(folder: folder.path).hash == saved.config.hash)
        // The same rows again would tell one signal twice.
        #expect(throws: WebError.self) { try MappingDesk(source: source).save(Self.rows) }
        #expect(try SiteConfig.loadChecked(folder: folder.path).hash == saved.config.hash)
    }

    @Test("a first mapping is a file of its own, and one that would not be valid is not written")
    func first() async throws {
        let folder = try folder()
        var source = try await rig().source
        source.configFolder = folder.path
        #expect(throws: WebError.self) {
            try MappingDesk(source: source).save(
                "- topic: a\n  signals:\n    - {asset: no/such, key: x, unit: kW, kind: sample}")
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path("signals.yaml")))
        _ = try MappingDesk(source: source).save(Self.rows)
        #expect(try SiteConfig.loadChecked(folder: folder.path).signals?.sources.count == 1)
        #expect(!FileManager.default.fileExists(atPath: folder.path("signals.yaml.bak")))
    }

    @Test("without a folder nothing is saved, and who only looks tries nothing")
    func refused() async throws {
        let rig = try await rig()
        #expect(throws: WebError.self) { try MappingDesk(source: rig.source).save(Self.rows) }
        let answer = try await PageServer(rig.source).ask("/data/try", method: .post, body: #"{"yaml":"- topic: a"}"#)
        #expect((400..<500).contains(answer.status))
        #expect(try JSONReader.read(Array(answer.text.utf8))["error"]?["text"]?.text != nil)
    }
}
