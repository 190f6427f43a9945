import Foundation
import Testing
import TwinBooks
import TwinCore
import TwinUnits

/// The summary against the contract's JSON Schema.
@Suite("Summary and its schema")
struct SummarySchemaTests {
    /// `../shared/contract/summary.schema.json` beside the checkout; the keys below stand in where it is not here.
    private static let file = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "shared/contract/summary.schema.json")

    private static let keys = """
        schema site from to tz step_s steps wall_s mode loop digest messages readings rejected duplicates late shed gaps \
        energy_kwh heat_kwh gas_kwh ethanol_l balance_error_kwh renewable_share headline co2_kg vehicles co2_kg_per_vehicle \
        co2_kg_per_vehicle_location co2_kg_per_vehicle_market uncertainty_kg_per_vehicle baseline targets cost data_quality \
        commands alarms expectations
        """

    /// What of `json` does not fit `schema`, in the part of JSON Schema that the contract uses.
    private func problems(_ json: JSON, _ schema: JSON, at path: String) -> [String] {
        var found: [String] = []
        if let wanted = schema["const"], wanted != json { found.append("\(path): \(json.line) is not \(wanted.line)") }
        if let wanted = schema["enum"]?.items, !wanted.contains(json) {
            found.append("\(path): \(json.line) is not allowed")
        }
        if let types = schema["type"]?.items ?? schema["type"].map({ [$0] }),
            !types.contains(where: { isType($0.text, json) })
        {
            found.append("\(path): \(json.line.prefix(40)) is no \(types.map(\.line))")
        }
        if let low = schema["minimum"]?.double, let value = json.double, value < low {
            found.append("\(path): \(value) < \(low)")
        }
        if let high = schema["maximum"]?.double, let value = json.double, value > high {
            found.append("\(path): \(value) > \(high)")
        }
        for key in schema["required"]?.items?.compactMap(\.text) ?? [] where json.members != nil && json[key] == nil {
            found.append("\(path).\(key) is missing")
        }
        for property in schema["properties"]?.members ?? [] {
            if let value = json[property.key] {
                found += problems(value, property.value, at: "\(path).\(property.key)")
            }
        }
        if let items = schema["items"] {
            for (index, item) in (json.items ?? []).enumerated() {
                found += problems(item, items, at: "\(path)[\(index)]")
            }
        }
        return found
    }

    private func isType(_ name: String?, _ json: JSON) -> Bool {
        switch (name, json) {
        case ("object", .object), ("array", .array), ("string", .string), ("number", .number), ("boolean", .bool),
            ("null", .null):
            true
        case ("integer", .number(let value)): value == value.rounded()
        default: false
        }
    }

    private static let windows: [(name: String, rows: [PeriodRow])] = {
        var idle = SummaryBench.row(0)
        idle.vehicles = 0
        return [
            ("a whole day", SummaryBench.day()), ("one period", [SummaryBench.row(0)]), ("no vehicle", [idle]),
            ("nothing at all", [BooksBench.row(BooksBench.start)]),
        ]
    }()

    @Test("has every key that the contract requires", arguments: windows.map(\.name))
    func requiredKeys(name: String) throws {
        let window = try #require(Self.windows.first { $0.name == name })
        let json = SummaryBench.summary(window.rows).json
        for key in Self.keys.split(whereSeparator: \.isWhitespace) { #expect(json[String(key)] != nil, "\(key)") }
    }

    @Test(
        "fits the contract's schema",
        .enabled(
            if: FileManager.default.fileExists(atPath: file.path),
            "the schema ../shared/contract/summary.schema.json is not here"),
        arguments: windows.map(\.name))
    func schema(name: String) throws {
        let schema = try JSONReader.read([UInt8](Data(contentsOf: Self.file)))
        let window = try #require(Self.windows.first { $0.name == name })
        let json = SummaryBench.summary(window.rows).json
        #expect(problems(json, schema, at: "") == [])
        // The check itself can fail.
        #expect(
            problems(.fields(["schema": .string("summary/2"), "vehicles": .number(-1)]), schema, at: "").count > 30)
        let required = try #require(schema["required"]?.items).compactMap(\.text)
        #expect(Set(required) == Set(Self.keys.split(whereSeparator: \.isWhitespace).map(String.init)))
    }

    @Test("prints no number that is none", arguments: windows.map(\.name))
    func finite(name: String) throws {
        let window = try #require(Self.windows.first { $0.name == name })
        var numbers = 0
        func look(_ json: JSON, _ path: String) {
            switch json {
            case .number(let value):
                numbers += 1
                #expect(value.isFinite, "\(path)")
            case .array(let items): for item in items { look(item, path) }
            case .object(let members): for member in members { look(member.value, "\(path).\(member.key)") }
            case .null, .bool, .string: break
            }
        }
        let json = SummaryBench.summary(window.rows).json
        look(json, "")
        #expect(numbers > 30)
        #expect(try JSONReader.read(Array(json.line.utf8)) == json)
        #expect(json["balance_error_kwh"] == .number(0))
        #expect(json["digest"]?.text?.count == 64)
    }

    @Test("names the window in local time with its offset")
    func times() {
        var method = SummaryBench.method()
        method.zone = LocalZone(name: "Europe/London", changes: [.init(from: PlantTime(ms: 0), offset: .hours(1))])
        let json = Summary(rows: [SummaryBench.row(0)], method: method, facts: SummaryBench.facts).json
        #expect(json["from"]?.text == "2025-06-18T01:00:00.000+01:00")
        #expect(json["to"]?.text == "2025-06-18T01:30:00.000+01:00")
        #expect(json["tz"]?.text == "Europe/London")
        #expect(json["mode"]?.text == "control" && json["loop"]?.text == "closed")
    }
}
