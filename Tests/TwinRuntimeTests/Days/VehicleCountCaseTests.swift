import Testing
import TwinBooks
import TwinCore
import TwinRuntime
import TwinTesting

/// Hours of a plant whose line tells a wrong total, or its models in other letters.
@Suite("Cases of vehicle counts")
struct VehicleCountCaseTests {
    private static func path(_ name: String) -> String? { Repository.sharedCase("\(name)/bad.jsonl") }

    @Test(
        "a total that reads zero or leaps once costs no vehicle and is named",
        .enabled(if: path("P12-line-total-reads-zero-once") != nil, "no cases in ../shared/cases"),
        arguments: ["P12-line-total-reads-zero-once", "P13-line-total-jumps-up-once"])
    func totals(name: String) async throws {
        let path = try #require(Self.path(name))
        let found = try await replay([path])
        #expect(found.summary.vehicles == 60)
        let kg = try #require(found.summary.json["co2_kg_per_vehicle"]?.double)
        #expect(abs(kg - 203.25) < 0.005)
        #expect(found.summary.json["alarms"]?["counter"]?.integer == 1)
        #expect(found.notes.refusals.count == 1)
    }

    @Test(
        "models in large letters are the plan's",
        .enabled(if: path("P15-model-name-upper-case") != nil, "no cases in ../shared/cases"))
    func models() async throws {
        let path = try #require(Self.path("P15-model-name-upper-case"))
        let found = try await replay([path])
        let models = found.summary.json["vehicles_by_model"]
        #expect(["leaf", "qashqai", "juke"].map { models?[$0]?.integer } == [20, 20, 20])
        #expect(found.notes.warnings.isEmpty)
    }
}
