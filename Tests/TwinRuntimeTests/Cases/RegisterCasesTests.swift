import Testing
import TwinBooks
import TwinCore
import TwinRuntime
import TwinTesting

/// Plant hours with one meter that lies, from the cases that lie beside the repository: the figure is the right one, and the
/// contradiction is an alarm.
@Suite(
    "Cases of registers",
    .enabled(if: Repository.sharedCase("P05-import-register-frozen") != nil, "there is no ../shared/cases"))
struct RegisterCasesTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var kgPerVehicle: Double
        var gasKWh: Double
        var importKWh: Double
        /// By code; nil where none is asked for.
        var alarm: String?

        var testDescription: String { name }
    }

    static let cases = [
        Case(
            name: "P05-import-register-frozen", kgPerVehicle: 203.25, gasKWh: 47_000, importKWh: 20_300,
            alarm: "counter"),
        Case(
            name: "P06-gas-register-frozen", kgPerVehicle: 203.25, gasKWh: 47_000, importKWh: 20_300, alarm: "counter"),
        Case(name: "P07-import-register-updates-hourly", kgPerVehicle: 203.25, gasKWh: 94_000, importKWh: 40_600),
        Case(name: "P08-gas-register-updates-hourly", kgPerVehicle: 203.25, gasKWh: 94_000, importKWh: 40_600),
        Case(name: "P09-gas-register-in-m3", kgPerVehicle: 203.25, gasKWh: 47_000, importKWh: 20_300, alarm: "unit"),
        Case(name: "P11-idle-register-jitters-one-count", kgPerVehicle: 130.07, gasKWh: 23_000, importKWh: 20_300),
    ]

    @Test("the figure is right, and what contradicts it is named", arguments: cases)
    func figure(of one: Case) async throws {
        let path = try #require(Repository.sharedCase("\(one.name)/bad.jsonl"))
        let result = try await replay([path])
        let json = result.summary.json
        let kg = try #require(json["co2_kg_per_vehicle"]?.double)
        let gas = try #require(json["gas_kwh"]?.double)
        let grid = try #require(json["energy_kwh"]?["grid_import"]?.double)
        #expect(abs(kg - one.kgPerVehicle) < 0.01, "\(kg) kg a vehicle")
        #expect(abs(gas - one.gasKWh) < 1, "\(gas) kWh of gas")
        #expect(abs(grid - one.importKWh) < 1, "\(grid) kWh of import")
        let alarms = json["alarms"]?.members?.map(\.key) ?? []
        if let alarm = one.alarm {
            #expect(alarms.contains(alarm))
            #expect(result.notes.warnings.contains { $0.contains("count") }, "\(result.notes.warnings)")
        }
    }
}
