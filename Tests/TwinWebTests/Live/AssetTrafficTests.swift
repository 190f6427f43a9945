import Testing
import TwinConfiguration
import TwinCore
import TwinRuntime
import TwinTesting

@testable import TwinWeb

@Suite("Messages behind an asset whose topics are not ours")
struct AssetTrafficTests {
    private static let mapping = """
        twin: signals/1
        sources:
          - topic: meters/a7
            signals:
              - {value: /power, asset: shop/paint, key: load_kw, unit: W, kind: sample}
          - topic: meters/both
            signals:
              - {value: /p, asset: building/halls, key: load_kw, unit: kW, kind: sample}
              - {value: /q, asset: shop/body, key: load_kw, unit: kW, kind: sample}
          - topic: phase/1
            add: [phase/2]
            period: 5s
            signals:
              - {asset: building/base, key: load_kw, unit: W, kind: sample}
        """

    /// The first hour of the small recording, and at its end foreign messages: what came later would push them out.
    private func heard() async throws -> (feed: LiveFeed, config: SiteConfig) {
        let feed = LiveFeed(every: .zero)
        let (config, _) = try await play(feed)
        return (feed, config)
    }

    private func play(_ feed: LiveFeed?) async throws -> (config: SiteConfig, outcomes: [TickOutcome]) {
        let config = try SiteConfig(
            Repository.configFiles().filter { $0.name != SignalMapping.file }
                + [ConfigText(name: SignalMapping.file, text: Self.mapping)])
        feed?.learn(config)
        let lines = try SmallRecording.lines()
        let hour =
            lines.prefix(1) + lines.dropFirst().prefix { $0.dropFirst(6).prefix(24) < "2025-06-18T06:00:00.000Z" }
        let foreign = [
            PageRig.line("meters/a7", #"{"power": 412500}"#), PageRig.line("meters/a7", #"{"energy": 1}"#),
            PageRig.line("meters/both", #"{"p": 3.5}"#), PageRig.line("phase/1", "<b>100</b>"),
            PageRig.line("phase/2", "100"), PageRig.line("meters/nobody", "1"),
        ]
        let outcomes = Outcomes()
        _ = try await replay(lines: hour + foreign, config) { options in
            options.watcher = feed
            options.onTick = { outcome, _ in
                outcomes.add(outcome)
                return true
            }
        }
        return (config, outcomes.all)
    }

    @Test("what became of each is told to pages alone: a run without them does not make it, and is the same")
    func unwatched() async throws {
        let (alone, watched) = (try await play(nil).outcomes, try await play(LiveFeed(every: .zero)).outcomes)
        #expect(alone.allSatisfy { $0.mapped.isEmpty })
        #expect(watched.map(\.mapped.count).reduce(0, +) == 5)
        #expect(alone.map(\.chain) == watched.map(\.chain))
    }

    private func messages(_ path: AssetPath) async throws -> [JSON] {
        let (feed, config) = try await heard()
        return AssetMessages(feed, config.zone).last(of: path).filter { !($0["topic"]?.text ?? "").hasPrefix("v1/") }
    }

    @Test("are found by the site's mapping, with signal, quality, and why one was refused")
    func mapped() async throws {
        let paint = try await messages(AssetPath(.shop, "paint"))
        #expect(paint.map { $0["topic"]?.text } == ["meters/a7", "meters/a7"])
        // The newest first: the second one has no power.
        #expect(paint.first?["fate"]?.text == "unknown_key")
        #expect(paint.first?["text"]?.text?.contains("signals.yaml:5:") == true, "\(paint)")
        #expect(paint.first?["is_refused"] == .bool(true) && paint.first?["quality"] == .null)
        #expect(paint.last?["fate"]?.text == "taken")
        #expect(paint.last?["quality"]?.text?.isEmpty == false)
        #expect(paint.last?["payload"]?.text == #"{"power": 412500}"#)
        #expect(paint.last?["signals"]?.items?.map(\.text) == ["load_kw"])
        #expect(paint.last?["ts"]?.text == "2025-06-18T07:00:00.000+01:00")
    }

    @Test("a message is behind those assets that it tells of, and a part of a sum waits for the rest")
    func several() async throws {
        #expect(try await messages(AssetPath(.building, "halls")).map { $0["topic"]?.text } == ["meters/both"])
        #expect(try await messages(AssetPath(.shop, "body")).isEmpty)
        let base = try await messages(AssetPath(.building, "base"))
        #expect(base.map { $0["fate"]?.text == "waits" } == [true, false], "\(base)")
        #expect(base.last?["is_refused"] == .bool(true))
        #expect(try await messages(AssetPath(.wind, "t01")).isEmpty)
    }

    @Test("topics, messages and bytes are bounded")
    func bounds() async throws {
        var traffic = AssetTraffic()
        let outcome = try await #require(WebDay.made().feed.moment).outcome
        let payload = [UInt8](repeating: 0x31, count: 300)
        for round in 0..<10 {
            for number in 0..<AssetTraffic.assetsMax + 5 {
                let topic = "v1/s/wind/t\(number)/tele"
                traffic.hear([Arrival(t: PlantTime(ms: Int64(round)), topic: topic, payload: payload)], outcome)
                guard traffic.bytes <= AssetTraffic.bytesMax else {
                    Issue.record("\(traffic.bytes) bytes are kept")
                    return
                }
            }
        }
        // 8 MiB by 387 bytes a message are 21,675: of 4,096 assets five each, halved to two or three as often as needed.
        #expect(!traffic.messages(of: AssetPath(.wind, "t7")).isEmpty)
        #expect(traffic.messages(of: AssetPath(.wind, "t\(AssetTraffic.assetsMax + 1)")).isEmpty)
    }
}
