import Testing
import TwinBooks
import TwinCore
import TwinRuntime
import TwinTesting

/// Plant hours in which meters that do not share a register exclude each other: the contradiction is an alarm with both
/// sides, the figure does not fall by it, and its interval holds the truth.
@Suite(
    "Cases of contradictions",
    .enabled(if: Repository.sharedCase("P29-import-export-swapped") != nil, "there is no ../shared/cases"))
struct ContradictionCasesTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var alarm: String
        /// What the sentence to people holds.
        var words: [String]
        /// Booked, kg per vehicle.
        var kgPerVehicle: ClosedRange<Double>

        var testDescription: String { name }
    }

    static let truth = 203.25
    static let cases = [
        Case(
            name: "P29-import-export-swapped", alarm: "sign", words: ["grid/main", "exchanged"],
            kgPerVehicle: 203.24...203.26),
        Case(
            name: "P31-grid-power-in-mw", alarm: "unit", words: ["grid/main", "1000 times too small"],
            kgPerVehicle: 203.24...203.26),
        Case(
            name: "P32-oven-gas-reads-zero", alarm: "conflict",
            words: ["gas/paint-ovens", "gas_kw tells 0 kW", "model"],
            kgPerVehicle: 150...260),
        Case(
            name: "P34-boilers-make-more-heat-than-gas", alarm: "conflict",
            words: ["heat/", "gas_kw tells 3000 kW", "8000"],
            kgPerVehicle: 203.24...203.26),
        Case(
            name: "P35-battery-discharges-at-constant-soc", alarm: "conflict",
            words: ["storage/string-1", "soc_fraction"],
            kgPerVehicle: 203.24...203.26),
    ]

    @Test("both sides are named and the interval holds the truth", arguments: cases)
    func contradiction(of one: Case) async throws {
        let path = try #require(Repository.sharedCase("\(one.name)/bad.jsonl"))
        let result = try await replay([path])
        let json = result.summary.json
        let kg = try #require(json["co2_kg_per_vehicle"]?.double)
        let width = try #require(json["uncertainty_kg_per_vehicle"]?.double)
        #expect(one.kgPerVehicle.contains(kg), "\(kg) kg a vehicle")
        #expect(abs(kg - Self.truth) <= width, "\(kg) +/- \(width) kg a vehicle")
        #expect(json["alarms"]?.members?.map(\.key) == [one.alarm])
        let sentence = result.notes.warnings.first { text in one.words.allSatisfy { text.contains($0) } }
        #expect(sentence != nil, "\(result.notes.warnings)")
        if one.name != "P35-battery-discharges-at-constant-soc" {
            let measured = try #require(json["data_quality"]?["measured_pct"]?.double)
            #expect(measured < 99, "measured \(measured) %")
        }
    }
}
