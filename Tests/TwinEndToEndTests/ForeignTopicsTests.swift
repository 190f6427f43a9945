import Foundation
import Testing
import TwinConfiguration
import TwinCore
import TwinTesting

/// A plant that does not speak our dialect, over a real broker.
@Suite(.serialized)
struct ForeignTopicsTests {
    /// The shipped configuration with a mapping, as a folder.
    private func configuration(_ scene: Scene, _ signals: String) throws -> String {
        let folder = scene.path("config")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        for file in try Repository.configFiles() { _ = try scene.write(file.text, to: "config/\(file.name)") }
        _ = try scene.write(signals, to: "config/\(SignalMapping.file)")
        return folder
    }

    @Test(.enabled(if: ForeignPlant.recording != nil, "there is no ../shared/cases/F01-foreign-plant"))
    func `A foreign plant has the same energies live, replayed and imported`() async throws {
        try await Scene.play { scene in
            let folder = try configuration(scene, ForeignPlant.signals)
            let recording = try #require(ForeignPlant.recording)
            let broker = try scene.broker()
            let twin = try scene.twin(
                "run", "--broker", broker.url, "--clock", "event", "--for", "61m", "--json", "--config", folder,
                "--store",
                scene.path("live.sqlite"))
            try await twin.wait("a connection") { twin.errors.contains("broker: ") }
            let client = try Client(broker, "plant")
            var clock: PlantTime?
            for message in try ForeignPlant.messages() {
                // Foreign messages bring no plant time; the clock says when they come.
                if clock != message.t {
                    clock = message.t
                    try client.publish("v1/sunderland/clock", #"{"ts":"\#(message.t.rfc3339)"}"#)
                }
                try client.publish(message.topic, message.payload)
            }
            try client.publish("v1/sunderland/clock", #"{"ts":"2025-06-18T10:01:00Z"}"#)
            try await client.settle(within: .seconds(60))
            let live = try Summary.one(in: try await twin.success())
            #expect(live.count("rejected") == 0)
            #expect(live.count("steps") == 61)
            let again = try await scene.replay(scene.path("live.journal"))
            #expect(again.digest == live.digest)

            let replayed = try await scene.replay(recording, ["--config", folder])
            let out = scene.path("imported.jsonl.gz")
            _ = try await scene.twin("import", "--config", folder, "--out", out, recording).success()
            let imported = try await scene.replay(out, ["--config", folder])
            #expect(imported.digest == replayed.digest)
            let energies = try #require(replayed["energy_kwh"]?.members)
            #expect(energies.count > 10)
            for energy in energies {
                let found = try #require(live["energy_kwh"]?[energy.key])
                #expect(close(found, energy.value), "\(energy.key): \(found.line) live, \(energy.value.line) replayed")
            }
            #expect(close(try #require(live["gas_kwh"]), try #require(replayed["gas_kwh"])))
            #expect(live.count("vehicles") == 58 && replayed.count("vehicles") == 58)
        }
    }

    private func close(_ a: JSON, _ b: JSON) -> Bool {
        guard let a = a.double, let b = b.double else { return a == b }
        return abs(a - b) <= 1e-4 * max(abs(a), abs(b))
    }

    private static let signals = """
        twin: signals/1
        sources:
          - {topic: meters/+/power, signals: [{asset: shop/paint, key: load_kw, unit: written, kind: sample}]}
          - {topic: never/heard, signals: [{asset: shop/body, key: load_kw, unit: kW, kind: sample}]}
        """

    @Test func `twin topics tells what a broker carries, and what it becomes`() async throws {
        try await Scene.play { scene in
            let folder = try configuration(scene, Self.signals)
            let broker = try scene.broker()
            let client = try Client(broker, "gateway")
            try client.publish("meters/paint/power", "9000 kW", retain: true)
            try client.publish("hall/7", #"{"p":5,"u":"kW"}"#, retain: true)
            try client.publish("v1/sunderland/shop/body/status", "online", retain: true)
            try await client.settle()
            let text = try await scene.twin(
                "topics", "--broker", broker.url, "--for", "1s", "--config", folder
            ).ending()
            #expect(text.code == 0, "\(text.err)")
            for line in [
                "  = not mapped", "  = own dialect", "  = shop/paint load_kw", "  e.g. 9000 kW",
                "3 topics, 3 messages, 1 topics not mapped", #"  - topic: "hall/7""#,
                #"      - {value: "/p", asset: …, key: …, unit: {at: "/u"}, kind: sample}"#,
            ] {
                #expect(text.out.contains(line + "\n"), "\(line)\n\(text.out)")
            }
            #expect(text.out.split(separator: "\n").allSatisfy { $0.count <= 80 })
            #expect(text.err.contains("no message came on \"never/heard\""))
            let json = try await scene.twin(
                "topics", "--broker", broker.url, "--for", "1s", "--config", folder, "--filter", "hall/#", "--json"
            ).success()
            let list = try JSONReader.read(Array(json.utf8))
            #expect(list["schema"]?.text == "topics/1")
            #expect(list["topics"]?.items?.compactMap { $0["topic"]?.text } == ["hall/7"])
        }
    }

    @Test func `A mapping that does not fit the plant is 78, with its place`() async throws {
        try await Scene.play { scene in
            let wrong = Self.signals.replacingOccurrences(of: "shop/paint", with: "shop/pain")
            let folder = try configuration(scene, wrong)
            let ending = try await scene.twin("validate", folder).ending()
            #expect(ending.code == 78)
            #expect(
                ending.out.contains("config/signals.yaml:3:47: error: sources[0].signals[0].asset"), "\(ending.out)")
            #expect(ending.out.contains("did you mean \"shop/paint\"?"))
        }
    }

    @Test func `Without a broker topics is 69, without a file 66, without either 2`() async throws {
        try await Scene.play { scene in
            let url = "mqtt://127.0.0.1:\(try Loopback.freePort())"
            #expect(try await scene.twin("topics", "--broker", url).ending(within: .seconds(30)).code == 69)
            #expect(try await scene.twin("topics", scene.path("none.jsonl")).ending().code == 66)
            #expect(try await scene.twin("topics").ending().code == 2)
        }
    }

    @Test func `A corrected mapping read over an old journal corrects the books`() async throws {
        try await Scene.play { scene in
            let folder = try configuration(scene, Self.signals)
            var lines = [
                #"{"twin":"replay/1","site":"sunderland","run":"a","start":"2025-06-18T09:00:00.000Z","tz":"Europe/London","#
                    + #""step_s":60,"seed":0,"mode":"shadow","loop":"open","clock":"event","marks":false,"config":"","build":""}"#
            ]
            for minute in 0..<30 {
                lines.append(#"{"t":\#(60 * minute),"topic":"meters/paint/power","payload":"9000 kW"}"#)
                lines.append(#"{"t":\#(60 * minute + 1),"topic":"other","payload":"4500"}"#)
            }
            let file = try scene.write(lines.joined(separator: "\n") + "\n", to: "day.jsonl")
            let journal = scene.path("old.journal")
            let before = try await scene.replay(file, ["--config", folder, "--journal", journal])
            #expect(before.count("rejected") == 30)
            let kept = try await scene.replay(journal)
            #expect(kept.digest == before.digest)
            _ = try scene.write(
                Self.signals.replacingOccurrences(of: "topic: meters/+/power", with: "topic: other")
                    .replacingOccurrences(of: "unit: written", with: "unit: kW"), to: "config/signals.yaml")
            let after = try await scene.replay(journal, ["--config", folder])
            let loads = [before, after].map { $0["energy_kwh"]?["load"]?.double ?? 0 }
            // 30 min of 4,500 kW less; the other topic begins a second later, and the model stands in for that second.
            #expect(abs(loads[0] - loads[1] - 2250) < 5, "\(loads)")
        }
    }
}
