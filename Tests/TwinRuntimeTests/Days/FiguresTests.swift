import Foundation
import Testing
import TwinBooks
import TwinCore
import TwinRuntime
import TwinTesting
import TwinUnits

/// The bundled day's figures: they close, they follow from the rows, and they move when their inputs move.
@Suite("Figures of the bundled day")
struct FiguresTests {
    /// kg CO2e per vehicle, location-based; changes only with the day, its configuration or the method.
    static let goldenClosed = 158.7993
    static let goldenOpen = 174.1341
    static let tolerance = 0.001

    @Test("sources equal uses in the printed figures", arguments: [LoopKind.open, .closed])
    func energyIdentity(loop: LoopKind) async throws {
        let json = try await BundledDay.run(loop).json
        func kWh(_ keys: [String]) -> Double { keys.reduce(0) { $0 + (json.number("energy_kwh.\($1)") ?? 0) } }
        let sources = kWh(["wind", "solar", "fuelcell", "storage_discharge", "bay_discharge", "grid_import"])
        let uses = kWh(["load", "storage_charge", "bay_charge", "grid_export", "losses", "unmetered"])
        #expect(abs(sources - uses) < 1e-6)
        #expect(sources > 300_000)
        #expect(json.number("balance_error_kwh") == 0)
    }

    @Test("kg per vehicle is Scope 1 plus location-based Scope 2, divided by the vehicles lined off")
    func perVehicle() async throws {
        let json = try await BundledDay.closed().json
        let scope1 = try #require(json.number("co2_kg.scope1"))
        let scope2 = try #require(json.number("co2_kg.scope2_location"))
        let vehicles = try #require(json.number("vehicles"))
        #expect(json.at("headline.scope2")?.text == "location")
        #expect(vehicles == 1415)
        let figure = try #require(json.number("co2_kg_per_vehicle"))
        #expect(abs(figure - (scope1 + scope2) / vehicles) < 1e-9)
    }

    @Test("the annual factors price gas and import")
    func annualFactors() async throws {
        let json = try await BundledDay.closed().json
        // Set uk-2025: 0.18296 kg/kWh gas, 0.17700 kg/kWh grid; rounding is one microgram a half hour.
        let gas = try #require(json.number("gas_kwh"))
        let imported = try #require(json.number("energy_kwh.grid_import"))
        let scope1 = try #require(json.number("co2_kg.scope1"))
        let scope2 = try #require(json.number("co2_kg.scope2_location"))
        // Ethanol: 5.911 kWh/l net x 0.00152 kg/kWh of CH4 and N2O.
        let ethanol = try #require(json.number("ethanol_l"))
        #expect(abs(scope1 - gas * 0.18296 - ethanol * 5.911 * 0.00152) < 1e-6)
        #expect(abs(scope2 - imported * 0.177) < 1e-6)
    }

    @Test("the half-hourly sum is each half hour's import times its own intensity")
    func halfHourly() async throws {
        let run = try await BundledDay.closed()
        let rows = run.result.rows
        #expect(rows.count == 48)
        var sum: Int64 = 0
        for row in rows {
            let factor = try #require(row.intensity).microgramsPerKWh
            // Ws x ug/kWh / 3.6e6, to the nearest microgram.
            let product = Double(row[.gridImport].energy.wattSeconds) / 3.6e6 * Double(factor)
            sum += Int64(product.rounded())
        }
        let printed = try #require(run.json.number("co2_kg.scope2_location_half_hourly"))
        #expect(abs(printed - Double(sum) / 1e9) < 1e-6)
        #expect(run.json.number("co2_kg.half_hours_with_intensity") == 48)
        // It differs from the annual figure: a test that could not tell them apart would prove nothing.
        #expect(abs(printed - (run.json.number("co2_kg.scope2_location") ?? printed)) > 1000)
    }

    @Test("the headline is the golden one")
    func golden() async throws {
        let closed = try #require(try await BundledDay.closed().json.number("co2_kg_per_vehicle"))
        let open = try #require(try await BundledDay.open().json.number("co2_kg_per_vehicle"))
        #expect(abs(closed - Self.goldenClosed) <= Self.tolerance, "closed loop: \(closed)")
        #expect(abs(open - Self.goldenOpen) <= Self.tolerance, "open loop: \(open)")
    }

    /// Two hours of the early shift: what is changed there moves the day's headline too.
    private static let hours = Result {
        let start = PlantTime(rfc3339: "2025-06-18T09:00:00Z") ?? Recording.start
        return try BundledDay.hours(from: start, to: start + .hours(2))
    }
    private static let openTask = Task { try await replay(lines: hours.get()).summary }
    private static let closedTask = Task { try await replay(lines: hours.get()) { $0.loop = .closed }.summary }

    @Test("a grid meter that reads 1 % high moves the headline by 1 % of its Scope 2 share")
    func gridMeterScaled() async throws {
        // Open: in the closed loop the file's grid meter is replaced by the simulated one.
        let before = try await Self.openTask.value
        let after = try await replay(lines: scaled(topic: "grid/main/tele", keys: ["import_kw"], by: 1.01)).summary
        let moved = try #require(after.kgPerVehicle) - #require(before.kgPerVehicle)
        #expect(moved > 10 * Self.tolerance)
        let scope2 = try #require(before.json.number("co2_kg.scope2_location"))
        #expect(before.vehicles > 150 && after.vehicles == before.vehicles)
        #expect(abs(moved - scope2 * 0.01 / Double(before.vehicles)) < 0.01)
    }

    @Test("another gas factor moves the headline by the gas")
    func factorChanged() async throws {
        let config = try Repository.config(
            "factors.yaml", "gas_kg_per_kwh: {value: 0.18296", "gas_kg_per_kwh: {value: 0.18297")
        let before = try await Self.closedTask.value
        let after = try await replay(lines: Self.hours.get(), config) { $0.loop = .closed }.summary
        let moved = try #require(after.kgPerVehicle) - #require(before.kgPerVehicle)
        let gas = try #require(before.json.number("gas_kwh"))
        #expect(gas == after.json.number("gas_kwh"))
        // The booked microgram is the last digit.
        #expect(abs(moved - gas * 0.00001 / Double(before.vehicles)) < 1e-6)
        #expect(moved > Self.tolerance)
    }

    @Test("shops that take 1 % more move the headline")
    func shopsScaled() async throws {
        let before = try await Self.closedTask.value
        let lines = try scaled(topic: "shop/paint/tele", keys: ["load_kw", "gas_kw"], by: 1.01)
        let after = try await replay(lines: lines) { $0.loop = .closed }.summary
        #expect(try #require(after.kgPerVehicle) - #require(before.kgPerVehicle) > 10 * Self.tolerance)
    }

    @Test("a load of 3 % that no meter sees shows as unmetered")
    func plantedUnmetered() async throws {
        let clean = try await Self.openTask.value.json
        var loads: [String: Double] = [:]
        let lines = try Self.hours.get()
        for line in lines where line.contains("\"load_kw\"") {
            loads[stamp(line), default: 0] += number("load_kw", line) ?? 0
        }
        let planted = try lines.map { line in
            guard line.contains("grid/main/tele") else { return line }
            let load = try #require(loads[stamp(line)])
            return setting("import_kw", in: line) { $0 + 0.03 * load }
        }
        let json = try await replay(lines: planted).summary.json
        let load = try #require(json.number("energy_kwh.load"))
        #expect(load == clean.number("energy_kwh.load"))
        let more = try #require(json.number("energy_kwh.unmetered")) - (clean.number("energy_kwh.unmetered") ?? 0)
        #expect(abs(more / load * 100 - 3) < 0.5)
        // The meter is never adjusted: import carries it too.
        let imported =
            try #require(json.number("energy_kwh.grid_import")) - (clean.number("energy_kwh.grid_import") ?? 0)
        #expect(abs(imported - more) < 1e-6)
    }

    @Test("a clean day leaves residuals and raises no alarm", arguments: [LoopKind.open, .closed])
    func cleanDay(loop: LoopKind) async throws {
        let run = try await BundledDay.run(loop)
        #expect(run.result.summary.alarms.isEmpty)
        #expect(run.outcomes.flatMap(\.alarmEdges).isEmpty)
        #expect(run.outcomes.filter { $0.balance.unmeteredKW != 0 }.count > 1400)
        #expect(abs(run.json.number("energy_kwh.unmetered") ?? 0) > 100)
        #expect(run.result.summary.counts.rejectedTotal == 0)
    }

    @Test("the summary has every key that the contract requires")
    func contractKeys() async throws {
        guard let data = FileManager.default.contents(atPath: Repository.schema) else { return }
        let schema = try JSONReader.read([UInt8](data))
        for json in [try await BundledDay.open().json, try await BundledDay.closed().json] {
            #expect(missing(json, schema, "") == [])
        }
        // The check itself can fail.
        #expect(missing(.fields(["schema": .string("summary/1")]), schema, "").contains("co2_kg"))
    }

    /// Paths that the schema requires and the value does not have.
    private func missing(_ value: JSON, _ schema: JSON, _ path: String) -> [String] {
        if let items = value.items, let inner = schema["items"] {
            return items.enumerated().flatMap { missing($1, inner, "\(path)[\($0)]") }
        }
        var found = (schema["required"]?.items ?? []).compactMap(\.text).filter { value[$0] == nil }.map {
            path.isEmpty ? $0 : "\(path).\($0)"
        }
        for property in schema["properties"]?.members ?? [] {
            guard let inner = value[property.key] else { continue }
            found += missing(inner, property.value, path.isEmpty ? property.key : "\(path).\(property.key)")
        }
        return found
    }

    /// The two hours with a meter's values times a factor.
    private func scaled(topic: String, keys: [String], by factor: Double) throws -> [String] {
        var touched = 0
        let lines = try Self.hours.get().map { line in
            guard line.contains(topic) else { return line }
            touched += 1
            return keys.reduce(line) { setting($1, in: $0) { $0 * factor } }
        }
        #expect(touched == 120)
        return lines
    }

    /// The line's event time as text.
    private func stamp(_ line: String) -> String {
        line.firstMatch(of: #/"payload":\{"ts":"([^"]+)"/#).map { String($0.1) } ?? ""
    }

    private func number(_ key: String, _ line: String) -> Double? {
        line.split(separator: "\"\(key)\":").dropFirst().first.flatMap {
            Double($0.prefix { "0123456789.-".contains($0) })
        }
    }

    private func setting(_ key: String, in line: String, _ change: (Double) -> Double) -> String {
        guard let range = line.range(of: "\"\(key)\":[0-9.]+", options: .regularExpression), let old = number(key, line)
        else { return line }
        return line.replacingCharacters(in: range, with: "\"\(key)\":\(JSON.numberText(change(old)))")
    }
}
