import Testing
import TwinCore

@testable import TwinDispatch

/// What others ask of the exchange with the grid: how it is read, kept and judged.
@Suite("Requests for the exchange with the grid")
struct GridRequestTests {
    private static let start = PlanBench.start

    private static func word(_ text: String) throws -> GridRequestWord? {
        try GridRequestWord(try JSONReader.read(Array(text.utf8)), at: start)
    }

    private static func request(
        _ id: String = "dr-1", from: Span = .minutes(0), lasting: Span = .hours(1), kw: Double = 3000,
        pay: Double? = nil
    ) -> GridRequest {
        GridRequest(id: id, from: start + from, until: start + from + lasting, ceilingKW: kw, payPerMWh: pay)
    }

    /// Of hours, one after the other.
    private static func plan(_ netKW: [Double]) -> DispatchPlan {
        DispatchPlan(
            made: start, starts: netKW.indices.map { start + .hours(Int64($0)) },
            end: start + .hours(Int64(netKW.count)),
            setPoints: [:], busPrices: netKW.map { _ in 0.2 }, heatPrices: netKW.map { _ in 0.1 },
            gramsPerKWh: netKW.map { _ in 0 }, netKW: netKW, objective: 0, gap: 0, breaches: [], reasons: [:])
    }

    @Test("a request begins at once unless it says when, and a withdrawal names it")
    func words() throws {
        let until = (Self.start + .hours(1)).rfc3339
        #expect(
            try Self.word(
                "{\"request\":\"import\",\"id\":\"dr-1\",\"value\":3000,\"unit\":\"kW\",\"until\":\"\(until)\"}")
                == .request(Self.request()))
        let from = (Self.start + .minutes(30)).rfc3339
        #expect(
            try Self.word(
                "{\"request\":\"import\",\"id\":\"x\",\"value\":-5,\"unit\":\"kW\",\"from\":\"\(from)\",\"until\":\"\(until)\""
                    + ",\"pay_per_mwh\":80}")
                == .request(Self.request("x", from: .minutes(30), lasting: .minutes(30), kw: -5, pay: 80)))
        #expect(try Self.word("{\"withdraw\":\"dr-1\"}") == .withdraw("dr-1"))
        #expect(try Self.word("{\"manual\":\"storage/s1\"}") == nil)
    }

    @Test(
        "what cannot be is refused with what was found",
        arguments: [
            ("{\"request\":\"load\"}", "request: \"load\" is none of import; a ceiling below 0 asks for export"),
            (
                "{\"request\":\"import\",\"id\":\"Nr 1\"}",
                "request: its id is \"Nr 1\", expected small letters, digits and -"
            ),
            ("{\"request\":\"import\",\"id\":\"a\"}", "request a needs an end within 7 days, such as --for 2h"),
            (
                "{\"request\":\"import\",\"id\":\"a\",\"until\":\"2025-06-18T01:00:00Z\",\"value\":1e300,\"unit\":\"kW\"}",
                "request a: value is 1e+300, expected -10000000...10000000 kW"
            ),
            (
                "{\"request\":\"import\",\"id\":\"a\",\"until\":\"2025-06-18T01:00:00Z\",\"value\":5,\"unit\":\"kW\","
                    + "\"pay_per_mwh\":-1}",
                "request a: pay_per_mwh is -1, expected 0...100000"
            ),
            (
                "{\"request\":\"import\",\"id\":\"a\",\"until\":\"2025-06-18T01:00:00Z\",\"value\":5,\"unit\":\"kW\",\"pay\":9}",
                "request a: \"pay\" is none of its keys: request, id, from, until, value, unit, pay_per_mwh"
            ),
            (
                "{\"request\":\"import\",\"id\":\"a\",\"from\":\"noon\",\"until\":\"2025-06-18T01:00:00Z\"}",
                "request a: \"from\" is \"noon\", expected a time"
            ),
            (
                "{\"request\":\"import\",\"id\":\"a\",\"from\":\"2025-06-18T02:00:00Z\",\"until\":\"2025-06-18T01:00:00Z\"}",
                "request a needs an end within 7 days, such as --for 2h"
            ),
        ])
    func refusals(text: String, why: String) {
        #expect(throws: HandWord.Refusal(text: why)) { _ = try Self.word(text) }
    }

    /// 3,000 kW asked over an hour, 3,600 planned without it. Half an hour at 2,900 and half an hour at 3,100: the mean is
    /// 3,000, 600 kWh less than planned, kept for half of the time, 50 kWh beyond. At 100 a MWh 600 kWh are worth 60.
    @Test("what became of it is told by the meter, against the plan that knew nothing of it")
    func record() throws {
        var requests = GridRequests()
        let set = requests.take(
            .request(Self.request(pay: 100)), plan: Self.plan([3600, 3600]), beforeKW: nil, at: Self.start)
        #expect(set?.kind == .set)
        #expect(requests.active(at: Self.start)?.id == "dr-1")
        var ended: [GridRequestChange] = []
        for minute in 0..<60 {
            let from = Self.start + .minutes(Int64(minute))
            ended += requests.step(
                netKW: minute < 30 ? 2900 : 3100, from: from, to: from + .minutes(1), in: "GBP")
        }
        #expect(requests.active(at: Self.start + .hours(1)) == nil && requests.asked.isEmpty)
        let record = try #require(requests.records.first)
        #expect(record.baselineKW == 3600 && record.isPlanned)
        #expect(abs((record.meanKW ?? 0) - 3000) < 1e-6 && abs((record.reducedKWh ?? 0) - 600) < 1e-6)
        let metered = record.metered
        #expect(metered.secondsKept == 1800 && abs(metered.overKWh - 50) < 1e-6 && metered.overMaxKW == 100)
        #expect(abs((record.pay ?? 0) - 60) < 1e-6)
        #expect(ended.map(\.kind) == [.ended])
        #expect(
            ended.first?.text
                == "is over; kept for 30 of 60 min, 3,000 kW imported in the mean, 600 kW less than was planned without it,"
                + " at worst 100 kW beyond, worth 60.00 GBP")
        #expect(record.json["acted_fraction"]?.double == 1)
    }

    /// At least 2,000 kW of export asked for an hour, and 2,599 came, where the plan had 1,000 of export or 500 of import.
    @Test(
        "export is told as export",
        arguments: [
            (-1000.0, "1,599 kW more than was planned without it"), (-3000, "401 kW less than was planned without it"),
            (500, "where 500 kW imported was planned without it"),
        ])
    func exported(planKW: Double, told: String) throws {
        var requests = GridRequests()
        let set = requests.take(
            .request(Self.request(kw: -2000)), plan: Self.plan([planKW]), beforeKW: nil, at: Self.start)
        #expect(set?.text.hasPrefix("export of at least 2,000 kW from ") == true)
        let ended = requests.step(netKW: -2599, from: Self.start, to: Self.start + .hours(1))
        #expect(ended.first?.text == "is over; kept for 60 of 60 min, 2,599 kW exported in the mean, \(told)")
    }

    @Test("what nothing could act on says so, when it is heard and when it is over")
    func idle() throws {
        for (minutes, told) in [(0, "nothing acted on it, kept"), (20, "acted on for 20 min, kept")] {
            var requests = GridRequests()
            let set = requests.take(
                .request(Self.request()), plan: nil, beforeKW: nil, at: Self.start, idle: "the mode is shadow")
            #expect(set?.text.hasSuffix("; nothing will act on it: the mode is shadow") == true)
            var ended: [GridRequestChange] = []
            for minute in 0..<60 {
                let from = Self.start + .minutes(Int64(minute))
                ended += requests.step(netKW: 2900, from: from, to: from + .minutes(1), isActing: minute < minutes)
            }
            #expect(ended.first?.text.hasPrefix("is over; \(told)") == true, "\(ended)")
            let fraction = try #require(requests.records.first?.actedFraction)
            #expect(abs(fraction - Double(minutes) / 60) < 1e-9)
        }
    }

    /// 900 kW less than planned where 600 were asked: 600 kWh are paid. More than planned is worth nothing, not less.
    @Test("no more is paid than was asked, and nothing is taken for more import")
    func pay() throws {
        for (kw, pay) in [(2700.0, 60.0), (4000, 0)] {
            var requests = GridRequests()
            _ = requests.take(.request(Self.request(pay: 100)), plan: Self.plan([3600]), beforeKW: nil, at: Self.start)
            _ = requests.step(netKW: kw, from: Self.start, to: Self.start + .hours(1))
            #expect(abs((requests.records.first?.pay ?? -1) - pay) < 1e-6)
        }
    }

    @Test("without a plan the half hour before it was heard is what it is held against")
    func baseline() throws {
        var requests = GridRequests()
        let later = Self.request(from: .hours(2))
        _ = requests.take(.request(later), plan: nil, beforeKW: 3200, at: Self.start + .hours(1))
        #expect(abs((requests.records.first?.baselineKW ?? 0) - 3200) < 1e-6)
        #expect(requests.records.first?.isPlanned == false)
        // Said again, it keeps what it is held against: by now the plan knows of it.
        _ = requests.take(.request(later), plan: Self.plan([1, 1, 1, 1]), beforeKW: 9, at: Self.start + .hours(1))
        #expect(abs((requests.records.first?.baselineKW ?? 0) - 3200) < 1e-6 && requests.records.count == 1)
        // Nothing of it is measured: it has no figures.
        _ = requests.step(netKW: nil, from: Self.start + .hours(2), to: Self.start + .hours(3))
        let record = try #require(requests.records.first)
        #expect(record.meanKW == nil && record.pay == nil && record.sentence(in: "GBP") == "no time of it was measured")
        #expect(record.json["kept_fraction"] == .null)
    }

    @Test("one that is withdrawn is over at once; the lowest of several holds; more than sixteen do nothing")
    func several() {
        var requests = GridRequests()
        for place in 0..<GridRequests.countMax {
            _ = requests.take(
                .request(Self.request("r-\(place)", kw: 3000 - Double(place))), plan: nil, beforeKW: nil, at: Self.start
            )
        }
        #expect(requests.active(at: Self.start)?.id == "r-15")
        #expect(requests.take(.request(Self.request("more")), plan: nil, beforeKW: nil, at: Self.start) == nil)
        #expect(requests.take(.withdraw("r-15"), plan: nil, beforeKW: nil, at: Self.start)?.kind == .released)
        #expect(requests.active(at: Self.start)?.id == "r-14")
        #expect(requests.take(.withdraw("r-15"), plan: nil, beforeKW: nil, at: Self.start) == nil)
    }

    // MARK: - Plan and fast rule

    /// A store that holds 80 kWh above its reserve, 0.9 on the way out: 72 kW for an hour. 500 kW of load, 460 asked in the
    /// second hour: it gives 40 kW then, and in no other hour, where a kWh costs the same.
    @Test("the plan keeps a request, from what the store holds", .enabled(if: coin != nil, isAbsent))
    func planned() throws {
        let store = PlanAssets.store(soc: 0.28)
        let bench = PlanBench([500, 500, 500], [store])
        var problem = bench.problem
        problem.periods[1].requests = [Self.request(from: .hours(1), kw: 460)]
        let planner = Planner(try #require(coin))
        let plan = try planner.plan(problem).get()
        #expect(abs(plan.netKW[1] - 460) < 0.2 && plan.unkept == nil)
        // More than its 100 kW it cannot give, though it charges for it: the rest is told with the request's name.
        problem.periods[1].requests = [Self.request(from: .hours(1), kw: 390)]
        let short = try planner.plan(problem).get()
        #expect(abs(short.netKW[1] - 400) < 0.2)
        #expect(short.unkept?.hasPrefix("10 kW beyond the request dr-1 at ") == true)
    }

    /// The heat pump saves 100 a MWh of heat for 200 / 3 of electricity: to rest it for 600 / 3 = 200 kW costs
    /// 600 x 0.1 - 200 x 0.2 = 20 an hour, 100 for each MWh less on the bus. 90 are not worth it, and 110 are.
    @Test(
        "a request that pays is kept where it is worth it", .enabled(if: coin != nil, isAbsent), arguments: [90.0, 110])
    func paid(pay: Double) throws {
        var bench = PlanBench([500], [PlanAssets.heatPump()])
        bench.heatKW = [600]
        var problem = bench.problem
        problem.periods[0].requests = [Self.request(kw: 500, pay: pay)]
        let plan = try Planner(try #require(coin)).plan(problem).get()
        #expect(abs(plan.netKW[0] - (pay > 100 ? 500 : 700)) < 0.2)
        #expect(plan.unkept == nil)
    }

    @Test(
        "between plans a request is a lower peak, and the reason names it; one that the plan sells nothing to is none")
    func followed() {
        let gate = SafetyGate(importMaxKW: 9000, exportMaxKW: 9000)
        let rules = DispatchRules(storage: DispatchBench.rule, exportMaxKW: 2000)
        let control = DispatchControl(rules: rules, gate: gate)
        func commands(_ request: GridRequest?, plan: DispatchPlan? = nil) -> [Command] {
            var desk = CommandDesk()
            let view = PlantView(
                site: DispatchBench.site(importKW: 3050, exportKW: 0), offers: [PlanAssets.store(kW: 250, soc: 0.5)])
            return control.commands(
                view, &desk, plan: plan, request: request, context: DispatchBench.context(1),
                rules: CommandDesk.Rules(step: .minutes(1), followToleranceFraction: 0.05))
        }
        #expect(commands(nil).first?.point.value ?? 0 <= 0)
        let asked = commands(Self.request(lasting: .hours(3))).first
        #expect(asked?.point.value == 50)
        #expect(asked?.point.reason == "peak: import 3050 kW is above 3000 kW, asked by request dr-1")
        let store = AssetPath(.storage, "s")
        var plan = Self.plan([3050, 3050])
        plan.setPoints = [store: [0, 0]]
        #expect(commands(Self.request(lasting: .hours(3), pay: 5), plan: plan).first?.point.value == 0)
        #expect(commands(Self.request(lasting: .hours(3)), plan: plan).first?.point.value == 50)
        // What the plan pays for as the month's highest half hour is a lower peak too; the lower one of both holds.
        plan.demandKW = 3010
        plan.demandUntil = DispatchBench.context(1).to + .minutes(1)
        #expect(commands(nil, plan: plan).first?.point.value == 40)
        #expect(commands(Self.request(lasting: .hours(3)), plan: plan).first?.point.value == 50)
        #expect(commands(Self.request(lasting: .hours(3), kw: 3040), plan: plan).first?.point.value == 40)
        // In the month after it nothing of it holds.
        plan.demandUntil = DispatchBench.context(1).to
        #expect(commands(nil, plan: plan).first?.point.value ?? 0 <= 0)
    }
}
