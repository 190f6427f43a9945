import Foundation
import HTTPTypes
import Hummingbird
import Synchronization
import Testing
import TwinCore
import TwinRuntime
import TwinTesting

@testable import TwinWeb

@Suite("The plan page")
struct PlanPageTests {
    /// Two periods of half an hour: the battery gives 100 kW and then takes 50; one wish is not kept, one margin is not whole.
    private static func line(made: String = "2025-06-18T06:00:00.000Z", end: String = "2025-06-18T07:00:00.000Z")
        -> String
    {
        #"{"t":"2025-06-18T06:00:00.000Z","plan":{"from":"\#(made)","until":"\#(end)","purpose":"least cost","objective":12.5,"#
            + #""gap":0.0002,"starts":[0,1800],"set":{"storage/string-1":[100,-50]},"bus_price_per_kwh":[0.12,0.2],"#
            + #""heat_price_per_kwh":[0.05,0.05],"g_per_kwh":[150,220],"net_kw":[900,-20],"#
            + #""saves":{"kg_annual_factor":1500,"kg_half_hourly":2500,"money":-40},"#
            + #""why":{"storage/string-1":{"more":null,"less":0.03}},"#
            + #""unmet":[{"what":"import limit","at":"2025-06-18T06:30:00.000Z","amount":12,"cost":30},"#
            + #"{"what":"margin under the import limit","at":"2025-06-18T06:30:00.000Z","amount":4,"cost":1}],"#
            + #""forecast":{"basis":"weather by persistence","hours":[0.5,6],"quantiles":{"net_load_kw":{"p10":[800,700],"p50":[900,900],"p90":[950,null],"assumed":[false,true]}},"errors":{},"cars":[]}}}"#
    }

    @Test("tells the plan as its line has it, in words and figures")
    func told() async throws {
        // The recording ends at 07:00 UTC; the second period is the last.
        let rig = try await PageRig(extra: [Self.line(end: "2025-06-18T07:30:00.000Z")])
        let json = try rig.json(PlanPage())
        let plan = try #require(json["plan"])
        #expect(plan["in_force"]?.bool == true)
        #expect(plan["period"]?.integer == 1)
        #expect(plan["purpose"]?.text == "least cost")
        #expect(plan["gap"]?.text == "within 0.020 % of the best")
        #expect(plan["made"]?.text == "2025-06-18T07:00:00.000+01:00")
        #expect(plan["periods"]?.items?[0]["bus_price_per_mwh"]?.double == 120)
        #expect(plan["periods"]?.items?[1]["net_kw"]?.double == -20)
        let asset = try #require(plan["assets"]?.items?.first)
        #expect(asset["values"]?.items == [.number(100), .number(-50)])
        // 0.03 money a kWh is 30 a MWh.
        #expect(asset["why"]?.text?.contains("a MWh less would cost 30 GBP") == true)
        #expect(asset["one_less_per_mwh"]?.double == 30)
        #expect(asset["one_more_per_mwh"] == .null)
        #expect(plan["breaches"]?["head"]?.text == "1 wish is not kept, 30 GBP in the objective")
        #expect(plan["breaches"]?["list"]?.items?.first?["hard"]?.bool == true)
        #expect(plan["breaches"]?["margins"]?.text?.hasPrefix("1 of the margins") == true)
        #expect(plan["effect"]?.text?.contains("costs 40 GBP") == true)
        let band = try #require(plan["forecast"]?["bands"]?.items?.first)
        #expect(band["quantity"]?.text == "net load")
        #expect(band["p90"]?.items == [.number(950), .null])
    }

    /// 06:00 and half an hour: at 07:00 it is past.
    @Test("a plan that is over looks old")
    func old() async throws {
        let rig = try await PageRig(extra: [Self.line(end: "2025-06-18T06:45:00.000Z")])
        let plan = try #require(try rig.json(PlanPage())["plan"])
        #expect(plan["in_force"]?.bool == false)
        #expect(plan["state"]?.text?.hasPrefix("old:") == true)
    }

    /// Half an hour and a step after it was made a newer one should be there.
    @Test("a plan whose successor did not come is a tail")
    func tail() async throws {
        let rig = try await PageRig(extra: [Self.line(end: "2025-06-18T09:00:00.000Z")])
        #expect(try rig.json(PlanPage())["plan"]?["state"]?.text?.hasPrefix("tail:") == true)
    }

    @Test("without a plan it says why")
    func none() async throws {
        let json = try (await PageRig()).json(PlanPage())
        #expect(json["plan"] == .null)
        #expect(json["why_none"]?.text?.contains("no plan") == true)
    }
}

@Suite("The replay page")
struct ReplayPageTests {
    /// Looks at the page in the middle of a replay.
    private final class Middle: PlantWatcher {
        let reins: ReplayReins
        private let at: Int
        private let seen = Mutex<[ExpectationCheck.Standing]>([])

        init(_ reins: ReplayReins, at tick: Int) { (self.reins, at) = (reins, tick) }

        var standings: [ExpectationCheck.Standing] { seen.withLock { $0 } }

        func hear(_ arrivals: [Arrival], _ outcome: TickOutcome) {}
        func wants(_ end: PlantTime) -> Bool { true }
        func feel(_ pulse: RunPulse) {}
        func see(_ moment: PlantMoment) {
            guard moment.outcome.tick == at else { return }
            seen.withLock { $0 = reins.standings }
        }
    }

    private static func expectations(_ texts: [String]) throws -> [TwinCore.Expectation] {
        try texts.map { text in
            try TwinCore.Expectation(
                JSONReader.read(Array(text.utf8)), at: SmallRecording.start, place: "a:1"
            ) { $0.text.flatMap { PlantTime(rfc3339: $0) } }
        }
    }

    /// At tick 60 it is 06:00 UTC; the recording ends at 07:00.
    @Test("expectations are open, hold so far, and in the end are held or failed")
    func standings() async throws {
        let texts = [
            #"{"no_command":"storage/+"}"#,
            #"{"alarm":"solar/pv1/stuck","after":"2025-06-18T06:30:00Z","within":"10m"}"#,
            #"{"quality":"wind/t01/power_kw","is":"good","at":"2025-06-18T06:30:00Z"}"#,
            #"{"kpi":"vehicles","min":1000000}"#, #"{"no_alarm":"gas/+/stuck"}"#,
        ]
        let expectations = try Self.expectations(texts)
        let reins = ReplayReins(speed: nil)
        let watcher = Middle(reins, at: 60)
        _ = try await replay(lines: SmallRecording.lines()) { options in
            options.loop = .open
            options.expectations = expectations
            options.reins = reins
            options.watcher = watcher
        }
        let middle = Dictionary(watcher.standings.map { ($0.words, $0.state) }) { first, _ in first }
        let end = Dictionary(reins.standings.map { ($0.words, $0.state) }) { first, _ in first }
        #expect(middle.count == expectations.count)
        #expect(end.values.allSatisfy { $0 == .held || $0 == .failed })
        for (words, state) in middle where state == .failed { #expect(end[words] == .failed, "\(words)") }
        for (words, state) in middle where state == .held { #expect(end[words] == .held, "\(words)") }
        #expect(middle.values.contains(.holding) && middle.values.contains(.open))
        #expect(middle.values.contains(.held) == false)
        #expect(end.values.contains(.failed) && end.values.contains(.held))
    }

    /// It is silent for ninety minutes, and its alarm stands before they are over; the other one never comes.
    @Test("an alarm that came in time waits for its end, and one that did not come in time failed")
    func raised() async throws {
        let texts = [
            #"{"alarm":"wind/t01/stale","after":"2025-06-18T05:00:00Z","within":"85m","clears_by":"2025-06-18T06:50:00Z"}"#,
            #"{"alarm":"solar/pv1/stuck","after":"2025-06-18T05:00:00Z","within":"10m","clears_by":"2025-06-18T06:50:00Z"}"#,
        ]
        let expectations = try Self.expectations(texts)
        let reins = ReplayReins(speed: nil)
        let watcher = Middle(reins, at: 88)
        var lines = try Array(SmallRecording.lines())
        lines.insert(#"{"t":0,"fault":{"do":"drop","on":"v1/sunderland/wind/t01/tele","for":"90m"}}"#, at: 1)
        _ = try await replay(lines: lines) { options in
            options.loop = .open
            options.expectations = expectations
            options.reins = reins
            options.watcher = watcher
        }
        let middle = watcher.standings
        try #require(middle.count == 2)
        #expect(middle[0].state == .open && middle[0].sentence.contains("waits for its end by 2025-06-18 07:50"))
        #expect(middle[1].state == .failed && middle[1].sentence.contains("never raised"))
        #expect(reins.standings.map(\.state) == [.held, .failed])
    }

    @Test("tells position, speed, verbs and what was thrown in, and is listed only for a replay")
    func told() async throws {
        var rig = try await PageRig()
        #expect(throws: WebError.self) { try rig.json(ReplayPage()) }
        #expect(!ReplayPage().isListed(in: rig.source))
        let reins = ReplayReins(speed: 600)
        let fault = Fault(verb: .freeze, on: "v1/+/solar/#<b>", from: SmallRecording.start, lasting: .minutes(30))
        for _ in 0..<ReplayReins.thrownMax { #expect(reins.inject(fault)) }
        // No more are taken: each costs time with every message.
        #expect(!reins.inject(fault))
        (rig.source.reins, rig.source.played) = (reins, "day<script>.jsonl")
        #expect(ReplayPage().isListed(in: rig.source))
        let json = try rig.json(ReplayPage())
        #expect(json["speed"]?.double == 600)
        #expect(json["thrown"]?.items?.count == ReplayReins.thrownMax)
        #expect(json["thrown"]?.items?.first?["until"]?.text == "2025-06-18T06:30:00.000+01:00")
        #expect(json["verbs"]?.items?.count == Fault.Verb.allCases.count)
        #expect(json["topics"]?.items?.contains(.string("v1/sunderland/solar/+/tele")) == true)
        let page = try await PageServer(rig.source).ask("/replay")
        #expect(page.status == 200 && !page.text.contains("<script>."))
    }
}

@Suite("The studies page")
struct StudiesPageTests {
    @Test("reads results by their schema, and names what is none")
    func results() async throws {
        let folder = try TemporaryFolder()
        let study =
            #"{"schema":"dispatch-study/1","site":"sunderland","currency":"GBP","objective":{"sentence":"least cost"},"windows":[{"from":"a","to":"b","cases":{}}],"#
            + #""cases":{"none":{"kg_per_vehicle":210.5,"cost":null},"rules":{"kg_per_vehicle":null}},"pareto":[{"name":"250","kg_per_vehicle":200,"cost_per_vehicle":90,"carbon_price_per_tonne":250}]}"#
        try folder.write("a.json", Array(study.utf8))
        try folder.write(
            "b.json",
            Array(
                #"{"schema":"scenarios/1","scenarios":[{"file":"x","name":"<b>x</b>","problems":[],"expectations":[{"passed":true,"sentence":"s"},{"passed":false,"sentence":"t"}]}]}"#
                    .utf8))
        try folder.write("c.json", Array(#"{"schema":"other/1"}"#.utf8))
        try folder.write("d.json", Array("{".utf8))
        try folder.write("e.json", [UInt8](repeating: 0x20, count: ResultFiles.bytesMax + 1))
        try folder.write("f.txt", [])
        var source = PageSource(config: try Repository.config(), build: "1")
        source.resultFolders = [folder.path, folder.path("gone")]
        let json = try StudiesPage().json(PageAsk(source: source, visitor: Visitor(name: nil, role: .viewer)))
        let cases = json["studies"]?.items?.first?["cases"]?.items ?? []
        #expect(cases.map { $0["case"]?.text } == ["none", "rules"])
        #expect(cases.first?["kg_per_vehicle"]?.double == 210.5)
        #expect(cases.first?["cost"] == .null)
        let scenario = json["scenarios"]?.items?.first?["list"]?.items?.first
        #expect(scenario?["failed"]?.integer == 1)
        #expect(scenario?["sentences"]?.items == [.string("t")])
        #expect((json["skipped"]?.items ?? []).compactMap { $0["file"]?.text } == ["c.json", "d.json", "e.json"])
    }
}

@Suite("The description of the pages' data")
struct OpenAPITests {
    @Test("covers every page, and refers to nothing that it has not")
    func covers() async throws {
        let server = try PageServer(PageSource(config: try Repository.config(), build: "1"))
        let answer = try await server.ask("/openapi.json")
        let json = try JSONReader.read(Array(answer.text.utf8))
        #expect(json["openapi"]?.text == "3.1.0")
        let paths = json["paths"]?.members?.map(\.key) ?? []
        for page in Pages.all { #expect(paths.contains { $0.hasPrefix("/\(page.name)") }, "\(page.name)") }
        for match in answer.text.matches(of: /"\$ref": "#\/components\/([a-z]+)\/([A-Za-z]+)"/) {
            #expect(json["components"]?[String(match.1)]?[String(match.2)] != nil, "\(match.0)")
        }
        // Every route is described, and what is described is a route. The pages themselves and their files are for people.
        let feed = LiveFeed(every: .zero)
        let whole = try PageServer(PageSource(config: try Repository.config(), build: "1", feed: feed))
        // What can be asked for can be asked for its head.
        let routes = Set(
            whole.router().routes.filter { $0.method != .head }
                .map { "\($0.method.rawValue.lowercased()) \($0.path.description)" })
        let pages =
            Pages.all.flatMap { ["get /\($0.name)", "get /\($0.name)/**"] } + ["get /", "get /files/{name}"]
            // Of one asset alone; what is asked for without a name is answered 404.
            + ["get /asset.json"]
        let described = json["paths"]?.members?.flatMap { path in
            // One thing of a page is asked for below the page's own path.
            let isBelow = path.key.contains("{")
            let page = path.key.split(separator: "/").first.map(String.init) ?? ""
            return (path.value.members ?? []).map { isBelow ? "\($0.key) /\(page)/**" : "\($0.key) \(path.key)" }
        }
        let known = Set(described ?? [])
        #expect(routes.subtracting(known).subtracting(pages).sorted() == [])
        #expect(known.subtracting(routes).sorted() == [])
        // What it says is there is answered; without a run or a store it may be unavailable.
        for path in paths where json["paths"]?[path]?["get"] != nil && !path.contains("{") {
            let status = try await server.ask(path).status
            let isKnown = json["paths"]?[path]?["get"]?["responses"]?[String(status)] != nil
            #expect(isKnown || !Pages.all.contains { path == "/\($0.name).json" }, "\(path): \(status)")
        }
    }

    @Test("every page is a page, and a hostile address is none")
    func pages() async throws {
        let rig = try await PageRig()
        let server = try PageServer(rig.source)
        for page in Pages.all { #expect(try await server.ask("/\(page.name)").status == 200, "\(page.name)") }
        for path in ["/data/%3Cscript%3E", "/plan/..%2F..%2Fetc", "/nothing", "/files/%2e%2e%2fpage.css"] {
            let answer = try await server.ask(path)
            #expect((200...404).contains(answer.status) && !answer.text.contains("<script>"), "\(path)")
        }
    }
}
