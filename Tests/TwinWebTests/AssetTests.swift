import Testing
import TwinConfiguration
import TwinCore
import TwinPlant
import TwinRuntime
import TwinTesting

@testable import TwinWeb

@Suite("The pages of assets")
struct AssetTests {
    @Test(
        "every asset of every kind has one, from what its kind declares, with the source of each number",
        arguments: ["sunderland", "sunderland-biomass", "sunderland-chp", "sunderland-hydrogen", "sunderland-vehicles"])
    func everyKind(folder: String) async throws {
        let day = try await WebDay.made()
        var source = day.source
        source.config = try SiteConfig.load(folder: Repository.path("twin-config/\(folder)"))
        let list = try await WebDay.json("/assets.json", source)
        #expect(list["assets"]?.items?.count == source.config.assets.count)
        var seen: Set<String> = []
        for asset in source.config.assets {
            // One of each kind: the others differ in their numbers alone.
            guard seen.insert("\(type(of: asset.kind))").inserted else { continue }
            let page = try await WebDay.json("/asset/\(asset.path.text).json", source)
            #expect(page["asset"]?.text == asset.path.text)
            #expect(page["signals"]?.items?.map { $0["key"]?.text } == asset.kind.signals.map(\.key))
            #expect((page["control"] == .null) == (asset.kind.control == nil))
            let parameters = try #require(page["parameters"]?.items)
            #expect(parameters.count == asset.kind.parameterValues.count)
            for row in parameters where row["value"]?.bool == nil && row["value"]?.members == nil {
                #expect(row["source"]?.text?.isEmpty == false, "\(asset.path.text) \(row["key"]?.text ?? "")")
            }
        }
        let kinds = [
            "sunderland-biomass": "BiomassBoiler", "sunderland-chp": "CombinedHeatPower",
            "sunderland-hydrogen": "Electrolyser",
        ]
        if let kind = kinds[folder] { #expect(seen.contains(kind)) }
    }

    @Test("a parameter's value is that of the file, and so is its source")
    func parameter() async throws {
        let day = try await WebDay.made()
        let page = try await WebDay.json("/asset/wind/t01.json", day.source)
        let hub = page["parameters"]?.items?.first { $0["key"]?.text == "hub_height_m" }
        #expect(hub?["value"]?.double == 50)
        #expect(hub?["source"]?.text == "Press 2007 (51 m turbines); planning file with hub <= 50 m")
    }

    @Test("of a run it tells values, set-points, commands and the last messages with what became of them")
    func live() async throws {
        let day = try await WebDay.made()
        let source = PageSource(config: day.config, build: "test", feed: day.feed)
        let storage = try #require(day.config.assets.first { $0.path.area == .storage })
        let page = try await WebDay.json("/asset/\(storage.path.text).json", source)
        let power = page["signals"]?.items?.first { $0["key"]?.text == "power_kw" }
        #expect(power?["value"]?.double != nil)
        #expect(power?["unit"]?.text == "kW")
        #expect(page["control"]?["set_point"]?.double != nil)
        #expect(page["commands"]?.items?.isEmpty == false)
        let messages = try #require(page["messages"]?.items)
        #expect((1...20).contains(messages.count))
        #expect(messages.contains { $0["fate"]?.text == "taken" })
    }

    @Test("where a model stands in, it says when the meter was last heard, and how soon somebody must look")
    func silent() async throws {
        let start = SmallRecording.start
        let rig = try await PageRig {
            $0.faults = [Fault(verb: .drop, on: "v1/+/wind/t01/tele", from: start + .minutes(60), lasting: nil)]
        }
        let zone = rig.source.config.zone
        let page = try await WebDay.json("/asset/wind/t01.json", rig.source)
        let power = try #require(page["signals"]?.items?.first { $0["key"]?.text == "power_kw" })
        #expect(power["quality"]?.text == "uncertain.estimated")
        // The value is of the newest step. The reading of the minute before the fault comes at its end, and is lost.
        #expect(power["ts"]?.text == zone.text(start + .minutes(120)))
        #expect(power["heard"]?.text == zone.text(start + .minutes(58)))
        #expect(page["alarms"]?.items?.map { $0["priority"]?.text } == ["low"])
        let list = try await WebDay.json("/assets.json", rig.source)["assets"]?.items ?? []
        #expect(list.first { $0["asset"]?.text == "wind/t01" }?["alarm_priority"]?.text == "low")
        let other = list.first { $0["asset"]?.text == "wind/t02" }
        #expect(other?["alarm_priority"] == .null)
        #expect(other?["main"]?["heard"]?.text == zone.text(start + .minutes(119)))
    }

    @Test("an asset that is none says so", arguments: ["wind/t99", "x", "wind/t01/more"])
    func none(path: String) async throws {
        let day = try await WebDay.made()
        let error = try await WebDay.json("/asset/\(path).json", day.source, status: 404)
        #expect(error["error"]?["code"]?.text == "not_found")
    }

    @Test("a payload is kept as the text that it is, and not without end")
    func hostile() async throws {
        var traffic = AssetTraffic()
        let text = "<script>alert(1)</script>" + String(repeating: "x", count: 1000)
        let outcome = try await #require(WebDay.made().feed.moment).outcome
        traffic.hear(
            [
                Arrival(t: PlantTime(ms: 0), topic: "v1/s/wind/t01/tele", payload: Array(text.utf8)),
                Arrival(t: PlantTime(ms: 0), topic: "v1/s/wind/<b>/tele", payload: []),
            ], outcome)
        let messages = traffic.messages(of: AssetPath(.wind, "t01"))
        #expect(messages.count == 1)
        #expect(messages.first?.payload.count == AssetTraffic.payloadMax)
        #expect(messages.first?.isCut == true)
        for _ in 0..<100 {
            traffic.hear([Arrival(t: PlantTime(ms: 0), topic: "v1/s/wind/t01/tele", payload: [])], outcome)
        }
        #expect(traffic.messages(of: AssetPath(.wind, "t01")).count == AssetTraffic.kept)
    }
}

@Suite("The pages of storage and charging")
struct GroupTests {
    @Test("hold what stores and what charges, with what each tells", arguments: ["storage", "charging"])
    func groups(name: String) async throws {
        let day = try await WebDay.made()
        let page = try await WebDay.json(
            "/\(name).json", PageSource(config: day.config, build: "test", feed: day.feed))
        let assets = try #require(page["assets"]?.items)
        let storing = day.config.assets.filter { $0.kind.storeTerms != nil }.map(\.path.text)
        let charging = day.config.assets.filter { [.bay, .yard, .agv].contains($0.path.area) }.map(\.path.text)
        #expect(assets.compactMap { $0["asset"]?.text } == (name == "storage" ? storing : charging))
        #expect(!assets.isEmpty)
        for asset in assets { #expect(asset["signals"]?.items?.first?["value"]?.double != nil) }
    }

    @Test("a store's packs stand with their grades, and what they held is their sum")
    func packs() async throws {
        let day = try await WebDay.made()
        let page = try await WebDay.json("/storage.json", day.source)
        let asset = page["assets"]?.items?.first { $0["asset"]?.text == "storage/string-1" }
        let packs = try #require(asset?["packs"]?["packs"]?.items)
        // The first two as they stand in assets.yaml: 0.61 is between 0.5 and 0.65, 0.70 between 0.65 and 0.8.
        #expect(packs.prefix(2).map { $0["grade"]?.text } == ["C", "B"])
        #expect(packs.prefix(2).map { $0["holds_kwh"]?.double } == [0.61 * 24, 0.70 * 24])
        let sum = packs.reduce(0) { $0 + ($1["holds_kwh"]?.double ?? .nan) }
        #expect(abs(sum - (asset?["packs"]?["present_kwh"]?.double ?? .nan)) < 1e-9)
        #expect(asset?["packs"]?["grades"]?.items?.map { $0["grade"]?.text } == ["A", "B", "C", "recycle"])
        let others = try await WebDay.json("/charging.json", day.source)["assets"]?.items ?? []
        #expect(others.allSatisfy { $0["packs"] == .null })
        var ungraded = day.source
        ungraded.config.packs = nil
        let bare = try await WebDay.json("/storage.json", ungraded)
        #expect(bare["assets"]?.items?.allSatisfy { $0["packs"] == .null } == true)
    }

    @Test("what bays must still charge is the need that their controller told last, over the way from bay to battery")
    func waits() async throws {
        let day = try await WebDay.made()
        let page = try await WebDay.json(
            "/charging.json", PageSource(config: day.config, build: "test", feed: day.feed))
        let assets = try #require(page["assets"]?.items)
        var told = 0
        for asset in assets {
            guard let path = asset["asset"]?.text.flatMap({ AssetPath(text: $0) }), path.area == .bay else { continue }
            let last = try #require(day.feed.messages(of: path).first)
            let need = try #require(JSONReader.read(last.payload)["need_kwh"]?.double)
            let open = try #require(asset["waits"]?["open_kwh"]?.double)
            #expect(abs(open - need / 0.9) < 1e-6, "\(path.text)")
            #expect(asset["waits"]?["late"] == .null)
            told += 1
        }
        #expect(told == 2)
    }
}
