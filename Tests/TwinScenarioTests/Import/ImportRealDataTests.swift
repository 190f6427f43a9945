import Foundation
import Testing
import TwinCore
import TwinScenario

/// The bundled mapping on the measured data sets, which lie beside the repository and not in it.
@Suite("Importing the measured day", .enabled(if: sharedData != nil, "no measured data sets in ../shared/data"))
struct ImportRealDataTests {
    private func importedDay() throws -> ImportResult {
        let data = try #require(sharedData)
        let path = try #require(repositoryRoot) + "/replay/mappings/real-day.mapping.yaml"
        let folders = ["wind-la-haute-borne", "carbon-intensity-gb", "industrial-load"].map { "\(data)/\($0)" }
        return try ImportFiles(mapping: ImportMapping.load(path: path), inputs: folders)
            .result(config: "sha256:0", build: "test")
    }

    /// Adds up a column over a time of the file, without any code of the import: rows are compared as text.
    private func sum(_ file: String, column: Int, from: String, to: String) throws -> (sum: Double, count: Int) {
        let data = try #require(sharedData)
        let reader = try LineReader(path: "\(data)/\(file)")
        var sum = 0.0
        var count = 0
        while case .line(let bytes)? = reader.next() {
            let fields = String(decoding: bytes, as: UTF8.self).split(separator: ",", omittingEmptySubsequences: false)
            guard fields[0] >= from, fields[0] < to, let value = Double(fields[column]), value != 0 else { continue }
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
        func signal(_ key: String) throws -> ImportReport.Signal { try #require(signals.first { $0.key == key }) }
        // 4 June 2014 in Paris, 7 June 2023 in London, 27 June 2018 in Berlin: all in summer time.
        let wind = "wind-la-haute-borne/R80711_2014_10min.csv.gz"
        let power = try sum(wind, column: 1, from: "2014-06-03T22:00:00Z", to: "2014-06-04T22:00:00Z")
        try expectEqual(signal("power_kw").energyKWh, power.sum / 6 * 6600 / 2050)
        let speed = try sum(wind, column: 2, from: "2014-06-03T22:00:00Z", to: "2014-06-04T22:00:00Z")
        try expectEqual(signal("wind_speed_m_per_s").mean, 0.743 * speed.sum / Double(speed.count))
        let air = try sum(wind, column: 4, from: "2014-06-03T22:00:00Z", to: "2014-06-04T22:00:00Z")
        try expectEqual(signal("temperature_c").mean, air.sum / Double(air.count))
        let grid = try sum(
            "carbon-intensity-gb/gb_national_2023_jan_jun.csv.gz", column: 3, from: "2023-06-06T23:00Z",
            to: "2023-06-07T23:00Z")
        #expect(grid.count == 44)
        try expectEqual(signal("g_per_kwh").mean, grid.sum / Double(grid.count))
        let load = try sum(
            "industrial-load/metal_processing_de_2018.csv.gz", column: 1, from: "2018-06-27 00:00",
            to: "2018-06-28 00:00")
        try expectEqual(signal("load_kw").energyKWh, load.sum / 4 * 162_446 / 1000)
    }

    @Test func `the day is whole but for the two hours that the grid's figures miss`() throws {
        let report = try importedDay().report
        #expect(report.signals.map(\.written) == [144, 144, 144, 44, 96])
        #expect(report.signals.map(\.gaps) == [0, 0, 0, 1, 0])
        #expect(report.signals.map(\.outOfRange.count) == [0, 0, 0, 4, 0])
        #expect(report.signals[3].gapTotal == Span.hours(2))
        #expect(
            report.text.contains(
                "grid/intensity g_per_kwh: gap from 2025-06-18T10:30:00.000+01:00 to 2025-06-18T12:30:00.000+01:00"))
        let loadMean = try #require(report.signals.last?.mean)
        #expect((20_000...25_000).contains(loadMean))
        #expect(report.sources.allSatisfy { $0.badRows.count == 0 && $0.notes.isEmpty })
    }

    @Test func `the day's file has 1440 clock lines and reads back`() throws {
        let result = try importedDay()
        let lines = result.lines()
        #expect(lines.count == 2 * 144 + 44 + 96 + 1440)
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
        let path = try #require(repositoryRoot) + "/replay/mappings/real-day.mapping.yaml"
        let mapping = try ImportMapping.load(path: path)
        let data = try #require(sharedData)
        let stranger = #expect(throws: FileProblem.self) {
            try ImportFiles(mapping: mapping, inputs: ["\(data)/wind-la-haute-borne/asset_table.csv"])
        }
        #expect(stranger?.exitCode == 65)
        let missing = #expect(throws: FileProblem.self) {
            try ImportFiles(mapping: mapping, inputs: ["\(data)/wind-la-haute-borne"])
        }
        #expect(missing?.exitCode == 66)
        #expect(missing?.description.contains("no input matches the file of source intensity") == true)
    }
}
