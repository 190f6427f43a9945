import Foundation
import Glibc
import Testing
import TwinCore
import TwinTesting

/// `twin record` against a real broker.
@Suite(.serialized)
struct RecordTests {
    private func recorder(_ scene: Scene, _ broker: Mosquitto, _ out: String, _ more: String...) async throws -> Run {
        let run = try scene.twin(["record", "--broker", broker.url, "--out", out] + more)
        try await run.wait("a connection") { run.errors.contains("broker: ") }
        return run
    }

    /// Lines of a plain recording after its header; a torn last line is none.
    private func lines(_ path: String) throws -> [Line] {
        guard let data = FileManager.default.contents(atPath: path) else { return [] }
        let texts = data.split(separator: 0x0A, omittingEmptySubsequences: false).dropLast()
        guard let first = texts.first else { return [] }
        let header = try Header(bytes: Array(first))
        return try texts.dropFirst().map { try Line(bytes: Array($0), start: header.start, number: 0) }
    }

    private func messages(_ path: String) throws -> [Arrival] {
        try lines(path).compactMap { if case .message(let arrival) = $0.body { arrival } else { nil } }
    }

    private func now() -> PlantTime { PlantTime(ms: Int64(Date().timeIntervalSince1970 * 1000)) }

    @Test func `What was recorded beside a live twin replays to the twin's digest, time and again`() async throws {
        try await Scene.play { scene in
            let live = try await Live(scene, minutes: 15)
            let site = try live.siteWithRules()
            let twin = try live.twin(mode: "shadow", config: site)
            try await live.wait(for: twin)
            let plain = try await recorder(
                scene, live.broker, scene.path("a.jsonl"), "--clock", "event", "--for", "15m")
            let packed = try await recorder(
                scene, live.broker, scene.path("a.jsonl.gz"), "--clock", "event", "--for", "15m", "--json")
            let plant = try live.plant(speed: 240)
            let summary = try Summary.one(in: try await live.end(of: twin))
            #expect(try await plain.success().isEmpty)
            let told = try JSONReader.read(Array(try await packed.success().utf8.dropLast()))
            _ = try await plant.success()
            #expect(told["schema"]?.text == "record/1")
            #expect(told.count("messages") == summary.count("messages"))
            for name in ["a.jsonl", "a.jsonl", "a.jsonl.gz"] {
                let replayed = try await scene.replay(scene.path(name), ["--strict", "--config", site])
                #expect(replayed.digest == summary.digest)
                #expect(replayed.count("messages") == summary.count("messages"))
                #expect(replayed.count("steps") == 15)
            }
            let valid = try await scene.twin("validate", scene.path("a.jsonl"), scene.path("a.jsonl.gz")).ending()
            #expect(valid.code == 0, "\(valid.err)")
        }
    }

    @Test(arguments: [(SIGTERM, Int32(0)), (SIGINT, Int32(130))])
    func `A broker without a clock is recorded in wall time, until a signal`(number: Int32, code: Int32) async throws {
        try await Scene.play { scene in
            let broker = try scene.broker()
            let path = scene.path("wall.jsonl")
            let run = try await recorder(scene, broker, path)
            let client = try Client(broker, "feed")
            let begun = now()
            for index in 0..<20 {
                let ts = begun + Span(ms: Int64(index))
                try client.publish(
                    PlantFeed.shopTopic,
                    #"{"ts":"\#(ts.rfc3339)","seq":\#(index),"period_s":1,"load_kw":9000}"#)
            }
            try client.publish("v1/sunderland/shop/paint/status", [0xFF, 0x0A, 0x00], retain: true)
            try client.publish("elsewhere/shop", "1")
            try await client.settle()
            try await run.wait("21 messages on disk") { try messages(path).count >= 21 }
            run.signal(number)
            let ending = try await run.ending()
            #expect(ending.code == code, "\(ending.err)")
            #expect(ending.err.contains("21 messages"), "\(ending.err)")
            #expect(ending.out.isEmpty)
            let found = try messages(path)
            #expect(found.count == 21)
            #expect(found.last?.payload == [0xFF, 0x0A, 0x00])
            #expect(found.allSatisfy { $0.qos == 1 && abs(($0.t - now()).ms) < 60_000 })
            let first = try await scene.replay(path)
            #expect(first.count("messages") == 21)
            #expect(first.count("readings") == 20)
            #expect(try await scene.replay(path).digest == first.digest)
        }
    }

    @Test func `A broker that goes and comes back stands in the file, and nothing acknowledged is missing`()
        async throws
    {
        try await Scene.play { scene in
            let broker = try scene.broker()
            let path = scene.path("a.jsonl")
            let run = try await recorder(scene, broker, path, "--filter", "v1/#", "--filter", "more/+")
            let client = try Client(broker, "feed")
            for index in 0..<300 { try client.publish("more/a", "\(index)") }
            try await client.settle()
            try await run.wait("all messages on disk") { try messages(path).count == 300 }
            // A power cut of the recorder: what it acknowledged is there, in order.
            try await run.crash()
            #expect(
                try messages(path).map { String(decoding: $0.payload, as: UTF8.self) } == (0..<300).map(String.init))

            let again = try await recorder(scene, broker, path, "--force")
            broker.kill()
            try await again.wait("the loss") { try lines(path).contains { $0.body == .link("down") } }
            #expect(again.errors.contains("trying again"))
            again.signal(SIGTERM)
            #expect(try await again.ending().code == 0)
            #expect(try lines(path).map(\.body) == [.link("up"), .link("down")])
        }
    }

    @Test func `More retained messages than a broker sends unacknowledged do not keep the clock away`() async throws {
        try await Scene.play { scene in
            let broker = try scene.broker()
            let path = scene.path("a.jsonl")
            let client = try Client(broker, "feed")
            // The broker sends 1,000 at a time and waits for acknowledgements.
            for index in 0..<1100 {
                try client.publish("v1/sunderland/shop/w\(index)/status", "online", retain: true)
            }
            try await client.settle()
            let run = try await recorder(scene, broker, path, "--clock", "event", "--for", "2m")
            var feed = PlantFeed(client)
            try feed.clock()
            for _ in 0..<2 { try feed.step() }
            try await client.settle()
            _ = try await run.success()
            #expect(try messages(path).count { $0.retain } == 1100)
            #expect(try messages(path).count { !$0.retain } == 5)
        }
    }

    @Test func `No broker is 69, and leaves no file; a file that is there is 73`() async throws {
        try await Scene.play { scene in
            let url = "mqtt://127.0.0.1:\(try Loopback.freePort())"
            let path = scene.path("a.jsonl")
            let ending = try await scene.twin("record", "--broker", url, "--out", path).ending(within: .seconds(30))
            #expect(ending.code == 69, "\(ending.err)")
            #expect(ending.seconds < 14)
            #expect(!FileManager.default.fileExists(atPath: path))
            _ = try scene.write("mine\n", to: "a.jsonl")
            let refused = try await scene.twin("record", "--broker", url, "--out", path).ending()
            #expect(refused.code == 73)
            #expect(refused.err.contains(path) && refused.err.contains("--force"))
            // Not even --force takes the old file away before there is something new.
            let forced = try await scene.twin("record", "--broker", url, "--out", path, "--force").ending()
            #expect(forced.code == 69)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "mine\n")
        }
    }
}
