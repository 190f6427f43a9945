import Foundation
import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinPlant
import TwinRuntime
import TwinTesting

/// What a run keeps in memory and in its checkpoint is a day and a half's worth, however long it goes on.
@Suite("What a run keeps")
struct CheckpointBoundTests {
    @Test(
        "after 74 hours a checkpoint is at most 1.2 times what it was after 38, and no more rows are in memory",
        arguments: [300, 1800])
    func bound(stepS: Int) async throws {
        // Three working days. In long steps the rows weigh most, in short ones the steps.
        let config = try Repository.config("site.yaml", "step_s: 60", "step_s: \(stepS)")
        let start = SmallRecording.start
        var plant = PlantSimulator(config: config, start: start, seed: 7)
        let plan = RunPlan(run: "long", start: start, stepS: config.stepS, mode: .shadow, clock: .event)
        let engine = TwinEngine(config: config, plan: plan, seating: .plain)
        var sizes: [Int] = []
        var rows: [Int] = []
        var vehicles = 0
        for hour in 1...74 {
            for _ in 0..<3600 / stepS {
                var input = TickInput()
                input.arrivals = plant.advance().map {
                    Arrival(t: $0.sent ?? plant.now, topic: $0.topic, payload: $0.payload)
                }
                let outcome = await engine.close(input)
                if hour > 38 { vehicles += outcome.lineOffs.count }
            }
            if hour == 38 || hour == 50 || hour == 74 {
                sizes.append(try await engine.checkpoint().count)
                rows.append(engine.state.books.rows.count)
            }
        }
        #expect(engine.state.tick == 74 * 3600 / stepS)
        // Beside the ids of vehicles, some 8 bytes each, which are kept for five days.
        #expect(
            Double(sizes[2] - 8 * vehicles) <= 1.2 * Double(sizes[0]),
            "\(sizes) bytes after 38, 50 and 74 hours, \(vehicles) vehicles since the first")
        // 38 hours of half hours, and the one that is open.
        #expect(rows[2] <= 77, "\(rows) rows after 38, 50 and 74 hours")
    }
}
