import Testing
import TwinCore
import TwinTesting

@testable import TwinRuntime

@Suite("Closed plant")
struct ClosedPlantTests {
    /// What the yard needs after one minute in which the file's line said these things, kWh for all cars that came.
    private func yardNeed(_ events: [String]) throws -> Double {
        let config = try Repository.config()
        let start = SmallRecording.start
        let plan = RunPlan(run: "hand", start: start, stepS: 60, mode: .control, clock: .event)
        var plant = ClosedPlant(config: config, plan: plan, seed: 1)
        let file = events.map { payload in
            Arrival(t: start + .seconds(30), topic: "v1/sunderland/line/final/vehicle", payload: Array(payload.utf8))
        }
        var hearing = plant.hearing
        let heard = hearing.hear(file)
        let messages = plant.messages(tick: 1, from: start, file: heard, t: start + .minutes(1)).messages
        #expect(messages.prefix(file.count).map(\.payload) == file.map(\.payload))
        let yard = try #require(messages.first { $0.topic == "v1/sunderland/yard/finished-cars/tele" })
        let json = try JSONReader.read(yard.payload)
        // What was charged within the minute is needed no more; nine tenths of it reach the cars.
        let charged = try #require(json["load_kw"]?.double) * 0.9 / 60
        return try #require(json["need_kwh"]?.double) + charged
    }

    private func event(_ vehicle: Int, _ model: String?, _ event: String = "line_off") -> String {
        "{\"vehicle\":\"V\(vehicle)\",\(model.map { "\"model\":\"\($0)\"," } ?? "")\"event\":\"\(event)\"}"
    }

    @Test("its yard gets the electric vehicles that were lined off, each once; 20 kWh for each")
    func electric() throws {
        let events = [
            event(1, "leaf"), event(2, "juke"), event(3, "leaf"), event(1, "leaf"), event(4, "leaf", "enter"),
            event(5, "leaf", "scrap"), event(6, "qashqai"), "{", #"{"vehicle":7,"model":"leaf","event":"line_off"}"#,
        ]
        #expect(abs(try yardNeed(events) - 40) < 0.1)
        #expect(try yardNeed([]) == 0)
    }

    @Test("a vehicle whose model is not told or not planned counts with the plan's electric share")
    func unknown() throws {
        // 3 of 10 at a share of 0.31: 3.1 cars, of which 3 are whole.
        let unknown = (0..<10).map { event($0, $0 < 5 ? nil : "ariya") }
        #expect(abs(try yardNeed(unknown) - 60) < 0.1)
        // With 0.9 more, 3.1 + 3 x 0.31 = 4.03.
        #expect(abs(try yardNeed(unknown + (10..<13).map { event($0, nil) }) - 80) < 0.1)
    }
}
