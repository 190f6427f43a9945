import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinPlant
import TwinRuntime
import TwinTesting
import TwinUnits

/// A run by messages and one straight into the books are controlled by the same code.
@Suite("One controller")
struct OneControllerTests {
    private static let steps = 240

    /// The modelled plant by messages: the twin hears it, decides, and the plant obeys.
    private func byMessages(_ config: SiteConfig, from start: PlantTime, seed: UInt64) async -> [PeriodRow] {
        var simulator = PlantSimulator(config: config, start: start, seed: seed)
        let engine = TwinEngine(
            config: config,
            plan: RunPlan(run: "one", start: start, stepS: config.stepS, mode: .control, clock: .event), seating: .plain
        )
        for _ in 0..<Self.steps {
            let arrivals = simulator.advance().map {
                Arrival(t: simulator.now, topic: $0.topic, payload: $0.payload, qos: 1, correlation: $0.correlation)
            }
            var input = TickInput()
            input.arrivals = arrivals
            let outcome = await engine.close(input)
            for command in outcome.commands {
                simulator.receive(
                    InboundMessage(
                        topic: command.topic(site: config.site), payload: command.json(run: "one").bytes, qos: 1))
            }
        }
        return engine.state.books.rows
    }

    @Test(
        "by messages and straight into the books every account comes to the same, by the rules too", arguments: [16, 5])
    func same(seed: UInt64) async throws {
        let config = try Repository.config()
        // A morning with a shift, in which everything that obeys is told something.
        let start = try #require(PlantTime(rfc3339: "2025-06-18T05:00:00.000Z"))
        let heard = await byMessages(config, from: start, seed: seed)
        var run = SimulatedRun(
            config: config, from: start, to: start + Int64(Self.steps) * config.step, step: config.step, seed: seed,
            control: .rules)
        var booked: [PeriodRow] = []
        run.forEachRow { booked.append($0) }
        try #require(heard.count == booked.count && heard.count == 8)
        for (one, other) in zip(heard, booked) {
            for account in Account.allCases.sorted(by: { $0.index < $1.index }) {
                let apart = abs(one[account].energy.wattSeconds - other[account].energy.wattSeconds)
                // Each of 30 ticks and of some 30 lines rounds to a watt-second; the books straight once a half hour.
                #expect(apart <= 900, "\(account.name) at \(one.start.rfc3339): \(apart) Ws apart")
            }
            #expect(one.vehicles == other.vehicles)
        }
    }
}
