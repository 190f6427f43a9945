import Testing
import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinTesting

@testable import TwinRuntime

/// Words of operators that stand in a recording: nobody refused them where they came from.
@Suite("Words of operators in a recording")
struct OperatorWordTests {
    private func remarks(_ words: [String]) async throws -> [String] {
        let plan = RunPlan(run: "one", start: SmallRecording.start, stepS: 60, mode: .control, clock: .event)
        let engine = TwinEngine(config: try Repository.config(), plan: plan, seating: .plain)
        var input = TickInput()
        input.instructions = try words.map { .operation(try JSONReader.read(Array($0.utf8))) }
        let outcome = await engine.close(input)
        return outcome.remarks.filter { $0.hasPrefix("an op line of 2025-06-18T05:01:00.000Z does nothing: ") }
            .map { String($0.dropFirst(53)) }
    }

    @Test("one that does nothing is told with what was found; a note of somebody is none")
    func told() async throws {
        let until = "\"until\":\"2025-06-18T06:00:00Z\""
        #expect(
            try await remarks([
                "{\"request\":\"import\",\"id\":\"a\",\"value\":\"20000\",\"unit\":\"kW\",\(until)}",
                "{\"request\":[1]}", "{\"withdraw\":\"b\"}", "{\"pause\":\"wind/t01\",\(until)}",
            ]) == [
                "request a needs the most import, a number with the unit kW",
                "request: [1] is none of import; a ceiling below 0 asks for export",
                "withdraw: no request is called b",
                "\"wind/t01\" is no asset that takes commands; write area and id like storage/string-1",
            ])
        let good = "{\"request\":\"import\",\"id\":\"a\",\"value\":20000,\"unit\":\"kW\",\(until)}"
        #expect(try await remarks([good, "{\"note\":\"tea\"}", "{\"withdraw\":\"a\"}"]) == [])
    }

    @Test("a request that nothing can act on says why: a mode that does not command, a plant that is a recording")
    func idle() async throws {
        let word =
            "{\"request\":\"import\",\"id\":\"a\",\"value\":20000,\"unit\":\"kW\",\"until\":\"2025-06-18T06:00:00Z\"}"
        for (mode, isDeaf, why) in [
            (ControlMode.control, false, nil), (.shadow, false, "the mode is shadow"),
            (.advise, false, "the mode is advise"),
            (.control, true, "the plant is a recording, which no command moves"),
        ] {
            var plan = RunPlan(run: "one", start: SmallRecording.start, stepS: 60, mode: mode, clock: .event)
            plan.isDeaf = isDeaf
            let engine = TwinEngine(config: try Repository.config(), plan: plan, seating: .plain)
            var input = TickInput()
            input.instructions = [.operation(try JSONReader.read(Array(word.utf8)))]
            let told = await engine.close(input).handChanges.map(\.text)
            let end = why.map { "; nothing will act on it: \($0)" } ?? "until 2025-06-18T06:00:00.000Z"
            #expect(told.count == 1 && told.first?.hasSuffix(end) == true, "\(told)")
        }
    }

    @Test("more requests than are kept are told")
    func many() async throws {
        let words = (0...GridRequests.countMax).map {
            "{\"request\":\"import\",\"id\":\"r-\($0)\",\"value\":20000,\"unit\":\"kW\",\"until\":\"2025-06-18T06:00:00Z\"}"
        }
        #expect(try await remarks(words) == ["request r-16: 16 stand already; withdraw one"])
    }
}
