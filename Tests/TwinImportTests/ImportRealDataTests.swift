import Foundation
import Testing
import TwinConfiguration
import TwinCore
import TwinFiles
import TwinImport
import TwinTesting

/// The bundled mapping on the measured data sets, which lie beside the repository and not in it.
@Suite("Importing the measured day", .enabled(if: Repository.data != nil, "no measured data sets in ../shared/data"))
struct ImportRealDataTests {
    private static let imported = Result {
        let path = Repository.path("replay/mappings/real-day.mapping.yaml")
        return try ImportFiles(mapping: ImportMapping.load(path: path), inputs: [try #require(Repository.data)])
            .result(config: "sha256:0", build: "test")
    }

    /// Imported once: it takes half a second.
    private func importedDay() throws -> ImportResult { try Self.imported.get() }

    /// Adds up a column over a time of the file, without any code of the import: rows are compared as text.
    private func sum(
        _ file: String, column: Int, from: String, to: String, time: Int = 0
    ) throws -> (sum: Double, count: Int) {
        let data = try #require(Repository.data)
        let reader = try LineReader(path: "\(data)/\(file)")
        var sum = 0.0
        var count = 0
        while case .line(let bytes)? = reader.next() {
            let fields = String(decoding: bytes, as: UTF8.self).split(separator: ",", omittingEmptySubsequences: false)
            guard fields[time] >= from, fields[time] < to, let value = Double(fields[column]), value != 0 else {
                continue
            }
            sum += value
            count += 1
        }
        return (sum, count)
    }

    private func expectEqual(_ value: Double?, _ expected: Double) throws {
        let value = try #require(value)
        #expect(abs(value - expected) <= 1e-4 * abs(expected))
    }

    @Test func `integrals equal independent sums of the columns`() throws {
        let signals = try importedDay().report.signals
        func signal(_ target: String, _ key: String) throws -> ImportReport.Signal {
            try #require(signals.first { $0.target == target && $0.key == key })
        }
        // 4 June 2014 in Paris, 7 June 2023 in London, 11 July 2018 in Berlin: all in summer time.
        let power = try sum(
            "wind-la-haute-borne/R80711_2014_10min.csv.gz", column: 1, from: "2014-06-03T22:00:00Z",
            to: "2014-06-04T22:00:00Z")
        for turbine in 1...10 {
            let name = "wind/t\(turbine < 10 ? "0" : "")\(turbine)"
            try expectEqual(signal(name, "power_kw").energyKWh, power.sum / 6 * 660 / 2050)
        }
        let grid = try sum(
            "carbon-intensity-gb/gb_national_2023_jan_jun.csv.gz", column: 3, from: "2023-06-06T23:00Z",
            to: "2023-06-07T23:00Z")
        #expect(grid.count == 44)
        try expectEqual(signal("grid/intensity", "g_per_kwh").mean, grid.sum / Double(grid.count))
        // 16 June 2021 in Los Angeles, at -07:00; no session of the day crosses midnight.
        let sessions = try sum(
            "ev-sessions-acn/acn_caltech_part1.csv.gz", column: 7, from: "2021-06-16T07:00:00Z",
            to: "2021-06-17T07:00:00Z", time: 4)
        #expect(sessions.count == 14)
        try expectEqual(signal("bay/staff", "power_kw").energyKWh, -sessions.sum)
        // 17 June 2015, in a file whose clock stays at +01:00: 23:00 on the 16th to 23:00 by the clock of Berlin.
        let weather = "weather-north-sea-coast/bremerhaven_try2015_average.csv.gz"
        for (column, key) in [(1, "temperature_c"), (4, "wind_speed_m_per_s")] {
            let found = try sum(weather, column: column, from: "2015-06-16T23:00", to: "2015-06-17T23:00")
            try expectEqual(signal("weather/mast", key).mean, found.sum / 96)
        }
        let sun = try [7, 8].map { try sum(weather, column: $0, from: "2015-06-16T23:00", to: "2015-06-17T23:00").sum }
        try expectEqual(signal("weather/mast", "ghi_w_per_m2").mean, sun.reduce(0, +) / 96)
    }

    @Test func `the areas' loads add up to the works' load, each within its share`() throws {
        let load = try sum(
            "industrial-load/metal_processing_de_2018.csv.gz", column: 1, from: "2018-07-11 00:00",
            to: "2018-07-12 00:00")
        let signals = try importedDay().report.signals.filter { $0.key == "load_kw" }
        // 90 % of 157,967 MWh a year, less 2,540 MWh of AGVs and the yard, in MWh rounded by area: 139,631.
        let yearMWh = 11_058 + 23_695 + 50_549 + 11_058 + 11_677 + 9478 + 6319 + 15_797
        #expect(yearMWh == 139_631)
        try expectEqual(
            signals.compactMap(\.energyKWh).reduce(0, +), load.sum / 4 * Double(yearMWh) / 1000)
        try expectEqual(
            signals.first { $0.target == "shop/paint" }?.energyKWh, load.sum / 4 * 0.32 * 157.967)
        #expect(signals.map(\.target).count == 8)
        #expect(signals.allSatisfy { $0.scaleReason?.contains("157,967 MWh") == true })
    }

    @Test func `the day is whole but for the two hours that the grid's figures miss`() throws {
        let report = try importedDay().report
        #expect(
            report.signals.map(\.written)
                == Array(repeating: 144, count: 10) + [24, 24, 44, 288] + Array(repeating: 96, count: 8 + 3))
        #expect(report.signals.filter { $0.gaps > 0 }.map(\.target) == ["grid/intensity"])
        let intensity = try #require(report.signals.first { $0.target == "grid/intensity" })
        #expect(intensity.outOfRange.count == 4 && intensity.gaps == 1 && intensity.gapTotal == Span.hours(2))
        #expect(
            report.text.contains(
                "grid/intensity g_per_kwh: gap from 2025-06-18T10:30:00.000+01:00 to 2025-06-18T12:30:00.000+01:00"))
        #expect(report.sources.allSatisfy { $0.badRows.count == 0 && $0.notes.isEmpty })
        #expect(report.text.contains("wind/t09, wind/t10 power_kw: measured values x 0.322: one turbine of 660 kW"))
    }

    @Test func `the day's file has 1440 clock lines and reads back`() throws {
        let result = try importedDay()
        let lines = result.lines()
        // Ten turbines, two arrays, intensity, bays, eight loads, and one line for the mast's three signals.
        #expect(lines.count == 10 * 144 + 2 * 24 + 44 + 288 + 8 * 96 + 96 + 1440)
        #expect(lines.filter { String(decoding: $0.bytes, as: UTF8.self).contains("/clock\"") }.count == 1440)
        #expect(result.header.start.rfc3339 == "2025-06-17T23:00:00.000Z")
        var last = result.header.start
        for line in lines {
            #expect(line.t >= last)
            last = line.t
        }
        #expect(last == result.end)
    }

    @Test func `an input without a source and a source without an input are named`() throws {
        let path = Repository.path("replay/mappings/real-day.mapping.yaml")
        let mapping = try ImportMapping.load(path: path)
        let data = try #require(Repository.data)
        let stranger = #expect(throws: FileProblem.self) {
            try ImportFiles(mapping: mapping, inputs: ["\(data)/wind-la-haute-borne/asset_table.csv"])
        }
        #expect(stranger?.exitCode == 65)
        let missing = #expect(throws: FileProblem.self) {
            try ImportFiles(mapping: mapping, inputs: ["\(data)/wind-la-haute-borne"])
        }
        #expect(missing?.exitCode == 66)
        #expect(missing?.description.contains("no input matches the file of source utrecht") == true)
    }
}
