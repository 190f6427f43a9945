import Foundation
import ReferencePrograms
import Testing
import TwinProgram
import TwinSolver
import TwinTesting

/// Optima that others found with other solvers; their models stand beside the data.
@Suite(
    "Measured optima", .enabled(if: coin != nil, isAbsent),
    .enabled(if: Repository.data != nil, "no measured data sets in ../shared/data"))
struct MeasuredOptimumTests {
    private struct Microgrid: Decodable {
        struct Battery: Decodable {
            var min_capacity_kwh, max_capacity_kwh, max_charge_kwh_per_h, max_discharge_kwh_per_h: Double
            var efficiency_each_way, cycle_cost_per_kwh_internal, init_kwh: Double
        }
        struct Grid: Decodable { var max_import, max_export, cost_per_kg_co2: Double }
        struct Optimum: Decodable { var cost, import_kwh: Double }
        var battery: Battery
        var grid: Grid
        var lp_optimum: Optimum
    }

    private struct Storage: Decodable {
        struct Saving: Decodable { var co2_saved_kg: Double }
        var whole_period: Saving
        var single_days: [String: Saving]
    }

    private struct Charging: Decodable {
        var sessions_used: Int
        var kwh, co2_uncontrolled_kg, co2_optimal_kg: Double
    }

    private func json<Value: Decodable>(_ path: String) throws -> Value {
        let data = try Data(contentsOf: URL(fileURLWithPath: try #require(Repository.data) + "/" + path))
        return try JSONDecoder().decode(Value.self, from: data)
    }

    /// SciPy's HiGHS: 881,388.52 with 2,922,766.84 kWh imported.
    @Test("a year of a microgrid by the hour costs what another solver found")
    func microgrid() throws {
        let expected: Microgrid = try json("microgrid-dispatch/pymgrid25_0.json")
        let table = try MeasuredTable("microgrid-dispatch/pymgrid25_0.csv.gz")
        let battery = expected.battery
        let site = BatterySite(
            load: table.numbers("load_kwh"), own: table.numbers("pv_kwh"),
            importCost: zip(table.numbers("import_price"), table.numbers("co2_kg_per_kwh")).map {
                $0 + $1 * expected.grid.cost_per_kg_co2
            },
            exportIncome: table.numbers("export_price"), importMax: expected.grid.max_import,
            exportMax: expected.grid.max_export, peakCost: nil,
            battery: BatterySite.Battery(
                storedMin: battery.min_capacity_kwh, storedMax: battery.max_capacity_kwh,
                storedAtStart: battery.init_kwh, storedAtEndMin: 0, chargeMax: battery.max_charge_kwh_per_h,
                dischargeMax: battery.max_discharge_kwh_per_h, chargeEfficiency: battery.efficiency_each_way,
                dischargeEfficiency: battery.efficiency_each_way, wear: battery.cycle_cost_per_kwh_internal))
        let (program, periods) = try site.program()
        #expect(periods.count == 8760)
        let solution = try optimum(program)
        #expect(isNear(solution.objective, expected.lp_optimum.cost, share: 1e-6), "\(solution.objective)")
        let imported = periods.reduce(0) { $0 + solution[$1.imported] }
        #expect(isNear(imported, expected.lp_optimum.import_kwh, share: 1e-3), "\(imported)")
    }

    /// 10 MWh, 5 MW, 0.95 each way, 0.1...0.9, from 0.5 back to 0.5; no load. kg from g/kWh.
    private func saving(_ intensity: ArraySlice<Double>) throws -> Double {
        let cost = intensity.map { $0 / 1000 }
        let none = [Double](repeating: 0, count: cost.count)
        let site = BatterySite(
            load: none, own: none, importCost: cost, exportIncome: cost, importMax: 2500, exportMax: 2500,
            peakCost: nil,
            battery: BatterySite.Battery(
                storedMin: 1000, storedMax: 9000, storedAtStart: 5000, storedAtEndMin: 5000, chargeMax: 2500 * 0.95,
                dischargeMax: 2500 / 0.95, chargeEfficiency: 0.95, dischargeEfficiency: 0.95, wear: 0))
        return -(try optimum(try site.program().program).objective)
    }

    @Test("a store beside the grid saves what another solver found, each day and over half a year")
    func storage() throws {
        let expected: Storage = try json("carbon-intensity-gb/storage_optimum.json")
        let intensity = try intensity2023()
        for (day, saved) in expected.single_days {
            let first = Int(try #require(halfHours("\(day)T00:00:00Z")))
            let found = try saving(intensity[first..<first + 48])
            #expect(isNear(found, saved.co2_saved_kg, share: 1e-3), "\(day): \(found), not \(saved.co2_saved_kg)")
        }
        #expect(expected.single_days.count == 18)
        let whole = try saving(intensity[...])
        #expect(isNear(whole, expected.whole_period.co2_saved_kg, share: 1e-3), "\(whole)")
    }

    /// The sessions used are the first 739 of the file, those before 29 June. Each gets its energy, at most 6.6 kW while
    /// it is plugged in, in one program for all of them.
    @Test("cars charged in their greenest half hours cause what another solver found")
    func charging() throws {
        let expected: Charging = try json("ev-sessions-acn/v1g_optimum.json")
        let table = try MeasuredTable("ev-sessions-acn/acn_caltech_part1.csv.gz")
        let intensity = try intensity2023()
        var program = LinearProgram()
        var energy = 0.0
        var atOnce = 0.0
        let sessions = zip(
            zip(table.texts("connect_utc"), table.texts("disconnect_utc")), table.numbers("kwh_delivered"))
        for (session, (stamps, delivered)) in sessions.prefix(expected.sessions_used).enumerated() {
            let (from, to) = (try #require(halfHours(stamps.0)), try #require(halfHours(stamps.1)))
            let wanted = min(delivered, 3.3 * (to - from))
            let row = try program.addRow(LinearProgram.Name("session", session), .exactly(wanted))
            var left = wanted
            for half in Int(from)..<Int(to.rounded(.up)) {
                let most = 3.3 * (min(to, Double(half + 1)) - max(from, Double(half)))
                let kgPerKWh = intensity[half] / 1000
                let power = try program.addColumn(
                    LinearProgram.Name("charge", half), .between(0, most), cost: kgPerKWh)
                try program.add(1, power, to: row)
                atOnce += min(most, left) * kgPerKWh
                left -= min(most, left)
            }
            energy += wanted
        }
        #expect(isNear(energy, expected.kwh, share: 1e-6))
        #expect(isNear(atOnce, expected.co2_uncontrolled_kg, share: 1e-3))
        let solution = try optimum(program)
        #expect(isNear(solution.objective, expected.co2_optimal_kg, share: 1e-3), "\(solution.objective)")
    }
}
