import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinPlant
import TwinRuntime
import TwinTesting
import TwinUnits

/// Runs that go on after the first day has become final: its books stay right, and a step does no more than before.
@Suite("Longer than a day")
struct LongRunTests {
    /// An engine over messages that a test makes.
    private final class Stepper {
        let config: SiteConfig
        let engine: TwinEngine
        let start: PlantTime
        /// Each row of the books as it was left last.
        private(set) var books: [PlantTime: PeriodRow] = [:]
        /// Rows that the last tick changed.
        private(set) var changed: [PlantTime] = []
        private(set) var refusals: [RejectReason] = []
        private(set) var restated: [PlantTime] = []

        init(_ config: SiteConfig, from start: PlantTime) {
            self.config = config
            self.start = start
            let plan = RunPlan(run: "long", start: start, stepS: config.stepS, mode: .shadow, clock: .event)
            engine = TwinEngine(config: config, plan: plan, seating: .plain)
        }

        func step(_ arrivals: [Arrival]) async {
            var input = TickInput()
            input.arrivals = arrivals
            let outcome = await engine.close(input)
            for row in outcome.changedRows { books[row.start] = row }
            changed = outcome.changedRows.map(\.start)
            refusals += outcome.refusals.map(\.failure.reason)
            restated += outcome.restatements.map(\.period)
        }

        /// Watt-seconds by meter of the period that begins at a time.
        func wattSeconds(_ meter: Meter, _ period: PlantTime) -> Int64? {
            guard let line = config.method.chart.index(of: meter) else { return nil }
            return books[period]?.meters[line].energy.wattSeconds
        }
    }

    private static let paint = Meter(.load, .shop, "paint")

    @Test("after 30 hours the books of the first day are what the meters told, a late reading with it")
    func minutes() async throws {
        let config = try Repository.config()
        let start = SmallRecording.start
        let run = Stepper(config, from: start)
        var plant = PlantSimulator(config: config, start: start, seed: 7)
        var sent: [PlantTime: Double] = [:]
        var lineOffs: [PlantTime: Int] = [:]
        // Two readings of the paint shop come late: one just before a day has passed, one after.
        let late = [start + .hours(1): start + .hours(24), start + .hours(2): start + .hours(27)]
        var held: [Arrival] = []
        for _ in 0..<1800 {
            var arrivals: [Arrival] = []
            for message in plant.advance() {
                let arrival = Arrival(t: message.sent ?? plant.now, topic: message.topic, payload: message.payload)
                let json = try JSONReader.read(arrival.payload)
                let ts = try #require(json["ts"]?.text.flatMap { PlantTime(rfc3339: $0) })
                let period = ts.floored(to: settlementPeriod)
                if json["event"]?.text == "line_off" { lineOffs[period, default: 0] += 1 }
                let isPaint = message.topic.hasSuffix("shop/paint/tele")
                if isPaint { sent[period, default: 0] += try #require(json["load_kw"]?.double) * 60_000 }
                if isPaint, late[ts] != nil { held.append(arrival) } else { arrivals.append(arrival) }
            }
            if let due = held.first, late[due.t - config.step] == plant.now {
                var arrival = held.removeFirst()
                arrival.t = plant.now
                arrivals.insert(arrival, at: 0)
            }
            await run.step(arrivals)
        }
        #expect(held.isEmpty)
        #expect(run.restated.contains(start + .hours(1)) && !run.restated.contains(start + .hours(2)))
        #expect(run.refusals == [.clockPast])
        for half in 0..<48 {
            let period = start + Int64(half) * settlementPeriod
            let energy = try #require(run.wattSeconds(Self.paint, period))
            let told = try #require(sent[period])
            // Each step is rounded to a watt-second. What came too late is the model's minute.
            let isLate = period == start + .hours(2)
            #expect(abs(Double(energy) - told) <= (isLate ? 0.1 * told : 30), "\(period.rfc3339)")
            #expect(run.books[period]?.vehicles == lineOffs[period] ?? 0)
        }
        #expect(lineOffs.values.reduce(0, +) > 1412)
    }

    /// Wind of 100 and 140 kW in turn, and a shop of 9000 kW, every ten seconds.
    private func tenSeconds(_ run: Stepper, _ number: Int) -> [Arrival] {
        let from = run.start + Int64(number) * run.config.step
        let to = from + run.config.step
        func reading(_ path: String, _ member: String) -> Arrival {
            let payload = #"{"ts":"\#(from.rfc3339)","seq":\#(number + 1),"period_s":10,\#(member)}"#
            return Arrival(t: to, topic: "v1/sunderland/\(path)/tele", payload: Array(payload.utf8))
        }
        return [
            reading("wind/t01", #""power_kw":\#(number % 2 == 0 ? 100 : 140)"#),
            reading("shop/paint", #""load_kw":\#(number % 2 == 0 ? 8990 : 9010)"#),
        ]
    }

    @Test("26 hours in steps of ten seconds: books by hand, and no step looks back further than the one before")
    func tenSecondSteps() async throws {
        let config = try Repository.config("site.yaml", "step_s: 60", "step_s: 10")
        let run = Stepper(config, from: SmallRecording.start)
        let perHour = 360
        var most = 0
        for number in 0..<26 * perHour {
            await run.step(tenSeconds(run, number))
            most = max(most, run.changed.count)
        }
        // A reading that is in time touches its own half hour, and the one before where the two meet.
        #expect(most <= 2)
        #expect(run.refusals == [] && run.restated == [])
        for half in 0..<52 {
            let period = run.start + Int64(half) * settlementPeriod
            // 120 kW and 9000 kW in the mean for 1800 s.
            #expect(run.wattSeconds(Meter(.wind, .wind, "t01"), period) == 216_000_000)
            #expect(run.wattSeconds(Self.paint, period) == 16_200_000_000)
            #expect(run.books[period]?.steppedMs == settlementPeriod.ms)
        }
    }
}
