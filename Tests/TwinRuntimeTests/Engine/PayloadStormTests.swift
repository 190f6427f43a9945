import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinPlant
import TwinRuntime
import TwinTesting

/// Seeded nonsense on every topic of the shipped plant, through the real step.
@Suite("Payload storm")
struct PayloadStormTests {
    private static let ticks = 100
    private static let messagesPerTick = 60
    private static let start = SmallRecording.start

    @Test("nothing traps, and every message is accepted, rejected or a duplicate", arguments: 0..<3 as Range<UInt64>)
    func storm(seed: UInt64) async throws {
        let config = try Repository.config()
        let plan = RunPlan(run: "storm", start: Self.start, stepS: 60, mode: .control, clock: .event)
        let engine = TwinEngine(config: config, plan: plan, seating: .plain)
        var storm = Storm(config, seed: seed)
        var (sent, refused) = (0, 0)
        for tick in 1...Self.ticks {
            let end = Self.start + Int64(tick) * .minutes(1)
            var input = TickInput()
            input.arrivals = (0..<Self.messagesPerTick).map { _ in storm.arrival(before: end) }
            input.unreadable = tick % 10 == 0 ? [.tooLarge: 1, .parse: 2] : [:]
            sent += Self.messagesPerTick + input.unreadable.values.reduce(0, +)
            let outcome = await engine.close(input)
            refused += outcome.refusals.count + input.unreadable.values.reduce(0, +)
            #expect(outcome.values.allSatisfy { $0.used.value.isFinite }, "seed \(seed), tick \(tick)")
            #expect(outcome.commands.allSatisfy { $0.point.value.isFinite }, "seed \(seed), tick \(tick)")
        }
        let facts = RunFacts(stepS: 60, mode: .control, loop: .open)
        let summary = Summary(rows: engine.state.books.rows, method: config.method, facts: facts)
        let json = summary.json
        func count(_ key: String) throws -> Int { Int(try #require(json[key]?.integer)) }
        #expect(try count("messages") == sent)
        #expect(try count("messages") == count("accepted") + count("rejected") + count("duplicates") + count("shed"))
        #expect(try count("rejected") == refused)
        let reasons = try #require(json["rejected_by_reason"]?.members)
        #expect(try reasons.reduce(0) { $0 + ($1.value.integer ?? 0) } == count("rejected"))
        // The storm is one: much of each kind, and most reasons.
        #expect(try count("accepted") > 1200 && count("rejected") > 1500 && count("duplicates") > 60, "seed \(seed)")
        #expect(reasons.count >= 10, "\(reasons.map(\.key))")
        #expect(json["balance_error_kwh"] == .number(0) && json["heat_balance_error_kwh"] == .number(0))
        #expect(try JSONReader.read(Array(json.line.utf8)) == json)
        try await goesOn(engine, config, plan)
    }

    /// What the storm left can be kept, and a twin that goes on from it comes to the same.
    private func goesOn(_ engine: TwinEngine, _ config: SiteConfig, _ plan: RunPlan) async throws {
        let other = TwinEngine(config: config, plan: plan, seating: .plain)
        try await other.restore(engine.checkpoint()) { _ in config }
        let next = await engine.close(TickInput())
        #expect(await other.close(TickInput()).chain == next.chain)
    }
}

/// Draws messages: right ones, wrong ones, bytes.
private struct Storm {
    private static let keys = [
        "temperature_c", "wind_speed_m_per_s", "ghi_w_per_m2", "power_kw", "load_kw", "gas_kw", "heat_kw",
        "ethanol_kw", "soc_fraction", "volume_l", "import_kw", "export_kw", "must_kw", "can_charge_kw", "need_kwh",
        "energy_total_kwh", "gas_total_kwh", "energy_in_total_kwh", "energy_out_total_kwh", "g_per_kwh",
        "vehicles_total", "connected", "modelled", "forecast", "colour", "__proto__", "",
    ]
    private static let numbers = [
        "0", "-0", "1", "0.5", "12.25", "100", "250", "1000", "-1", "-500", "1e6", "1e12", "1e15", "1e308", "-1e308",
        "5e-324", "9007199254740992", "18446744073709551616",
    ]
    private static let others = [
        "null", "true", "false", "\"7\"", "\"\"", "[]", "[1,2,1e300]", "{}", "{\"a\":1}", "1e999", "NaN", "0123", "+1",
    ]
    private static let stamps = [
        "1970-01-01T00:00:00Z", "2106-02-07T06:28:16Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z",
        "yesterday", "2025-06-17T05:00:00Z",
    ]
    private static let texts = [
        "online", "offline", "Online", "", "{", "[]", "7", "{\"id\":\"storm-1-1\",\"state\":\"accepted\"}",
        "{\"id\":\"x\",\"state\":\"rejected\",\"code\":\"limit\"}", "{\"id\":7}", "{\"state\":\"accepted\"}",
    ]
    private static let kinds = ["tele", "tele", "tele", "tele", "tele", "tele", "tele", "status", "ack", "cmd", "x"]
    /// Something in it is right for every asset.
    private static let right = """
        "temperature_c":12.5,"wind_speed_m_per_s":6,"power_kw":0.5,"load_kw":40,"heat_kw":100,"import_kw":30000,\
        "g_per_kwh":120,"forecast":[130,1e300,-5,"x"],"volume_l":30000,"soc_fraction":0.5,"energy_total_kwh":7,\
        "vehicle":"Z","event":"enter","vehicles_total":9007199254740991
        """

    private static let vehicles = ["A", "B", "C", "D", "E", "F", "G", "H"]

    private let paths: [String]
    private let metered: [String]
    private let site: String
    private var chance: SeedStream
    private var sent: [Arrival] = []

    init(_ config: SiteConfig, seed: UInt64) {
        site = config.site
        chance = SeedStream(seed: seed, name: "storm")
        metered = config.method.chart.meters.map(\.path.text) + ["weather/\(config.weather.asset)"]
        let assets =
            config.method.chart.meters.map(\.path.text)
            + [
                "weather/\(config.weather.asset)", "grid/\(config.grid.intensity)", "line/final", "line/final",
                "line/other", "gas/main", "nowhere/at-all",
            ] + config.assets.filter { $0.path.area == .ethanol }.map(\.path.text)
        paths = Set(assets).sorted() + ["line/final", "line/final", "grid/\(config.grid.intensity)"]
    }

    private mutating func one<T>(of list: [T]) -> T { list[Int(chance.next() % UInt64(list.count))] }
    private mutating func isOne(in count: UInt64) -> Bool { chance.next() % count == 0 }

    /// Some come again as they were.
    mutating func arrival(before end: PlantTime) -> Arrival {
        let t = end - Span(ms: Int64(chance.next() % 60_000))
        if !sent.isEmpty, isOne(in: 12) {
            var again = one(of: sent.suffix(100))
            again.t = t
            return again
        }
        let arrival = Arrival(t: t, topic: topic(), payload: payload(t), retain: isOne(in: 20))
        sent.append(arrival)
        return arrival
    }

    private mutating func topic() -> String {
        switch chance.next() % 40 {
        case 0: "v1/\(site)/clock"
        case 1: "v1/\(site)/twin/state"
        case 2: one(of: ["", "/", "v1", "v1/elsewhere/wind/t01/tele", "$SYS/broker", "v1/\(site)/wind/T01/tele"])
        case 3...6: "v1/\(site)/line/final/\(one(of: ["vehicle", "vehicle", "count", "status"]))"
        default:
            // Assets of lines have topics of their own.
            "v1/\(site)/\(one(of: isOne(in: 9) ? paths : metered))/\(one(of: Storm.kinds))"
        }
    }

    private mutating func payload(_ t: PlantTime) -> [UInt8] {
        switch chance.next() % 16 {
        case 0: return Array(one(of: Storm.texts).utf8)
        case 1: return (0..<chance.next() % 64).map { _ in UInt8(truncatingIfNeeded: chance.next()) }
        case 2:
            // A right one with one byte changed, or cut.
            var bytes = Array(object(t).utf8)
            let place = Int(chance.next() % UInt64(bytes.count))
            if isOne(in: 2) { bytes[place] = UInt8(truncatingIfNeeded: chance.next()) } else { bytes.removeLast(place) }
            return bytes
        case 3:
            let depth = Int(chance.next() % 40)
            return Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
        default: return Array(object(t).utf8)
        }
    }

    private mutating func object(_ t: PlantTime) -> String {
        var members: [String] = []
        if !isOne(in: 5) {
            // Around plant time, seldom somewhere else.
            let near = (t - Span(ms: Int64(chance.next() % 600_000) - 3000)).rfc3339
            members.append("\"ts\":\"\(isOne(in: 8) ? one(of: Storm.stamps) : near)\"")
        }
        if isOne(in: 2) { members.append("\"seq\":\(isOne(in: 9) ? one(of: Storm.numbers) : "\(chance.next() % 50)")") }
        if isOne(in: 2) { members.append("\"period_s\":\(isOne(in: 6) ? one(of: Storm.others) : "60")") }
        if isOne(in: 3) {
            members.append(
                "\"vehicle\":\"\(one(of: Storm.vehicles))\",\"event\":\"line_off\",\"model\":\"m\(chance.next() % 200)\""
            )
        }
        if isOne(in: 2) {
            return "{\((members + [Storm.right]).joined(separator: ","))}"
        }
        for _ in 0..<chance.next() % 5 + 1 {
            let value = isOne(in: 4) ? one(of: Storm.others) : one(of: Storm.numbers)
            members.append("\"\(one(of: Storm.keys))\":\(value)")
        }
        return "{\(members.joined(separator: ","))}"
    }
}
