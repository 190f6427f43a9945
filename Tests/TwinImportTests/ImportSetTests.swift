import Foundation
import Testing
import TwinConfiguration
import TwinCore
import TwinFiles
import TwinImport
import TwinTesting

/// The mappings of the measured sets: what they write is what the CSV itself adds up to, within 0.01 %.
@Suite("Importing each measured set", .enabled(if: Repository.data != nil, "no measured data sets in ../shared/data"))
struct ImportSetTests {
    private func imported(_ name: String, _ folders: String...) throws -> ImportResult {
        let data = try #require(Repository.data)
        let path = Repository.path("replay/mappings/\(name).mapping.yaml")
        return try ImportFiles(mapping: ImportMapping.load(path: path), inputs: folders.map { "\(data)/\($0)" })
            .result(config: "sha256:0", build: "test")
    }

    /// The file's rows as text, cut at the commas outside quotes, without any code of the import.
    private func rows(_ file: String) throws -> [[String]] {
        let reader = try LineReader(path: "\(try #require(Repository.data))/\(file)")
        var rows: [[String]] = []
        while case .line(let bytes)? = reader.next() {
            var fields = [""]
            var isQuoted = false
            for letter in String(decoding: bytes, as: UTF8.self) {
                if letter == "\"" {
                    isQuoted.toggle()
                } else if letter == ",", !isQuoted {
                    fields.append("")
                } else {
                    fields[fields.count - 1].append(letter)
                }
            }
            rows.append(fields)
        }
        return Array(rows.dropFirst())
    }

    private func signal(_ result: ImportResult, _ target: String, _ key: String) throws -> ImportReport.Signal {
        try #require(result.report.signals.first { $0.target == target && $0.key == key })
    }

    private func expectEqual(_ value: Double?, _ expected: Double) throws {
        let value = try #require(value)
        #expect(abs(value - expected) <= 1e-4 * abs(expected), "\(value) is not \(expected)")
    }

    @Test func `wind: the turbine at hand is whole, the three others are gaps`() throws {
        let result = try imported("wind-la-haute-borne", "wind-la-haute-borne")
        // 4 June 2014 in Paris, in summer time.
        let power = try rows("wind-la-haute-borne/R80711_2014_10min.csv.gz")
            .filter { $0[0] >= "2014-06-03T22:00:00Z" && $0[0] < "2014-06-04T22:00:00Z" }.compactMap { Double($0[1]) }
        let first = try signal(result, "wind/t01", "power_kw")
        try expectEqual(first.energyKWh, power.reduce(0, +) / 6 * 660 / 2050)
        #expect(first.gaps == 0)
        for turbine in ["t02", "t03", "t04"] {
            let absent = try signal(result, "wind/\(turbine)", "power_kw")
            #expect(absent.written == 0 && absent.gaps == 1 && absent.gapTotal == Span.hours(24))
        }
        #expect(result.report.text.contains("r80790: no input matches its file; its signals are gaps"))
    }

    @Test func `sun: both arrays have the array's hours of the day`() throws {
        let result = try imported("pv-measured", "pv-measured")
        // 18 June is day 169: hours 168 x 24 + 1 to 169 x 24 in UTC; the day in Utrecht begins two hours earlier.
        let first = 168 * 24 + 1 - 2
        let yield = try rows("pv-measured/utrecht2014_hourly.csv.gz")
            .filter { Int($0[0]).map { ($0 >= first) && ($0 < first + 24) } ?? false }.compactMap { Double($0[1]) }
        #expect(yield.count == 24)
        try expectEqual(signal(result, "solar/pv1", "power_kw").energyKWh, yield.reduce(0, +) * 4750)
        try expectEqual(signal(result, "solar/pv2", "power_kw").energyKWh, yield.reduce(0, +) * 20_000)
    }

    /// The other measured array stands on its own day, as a year of its own clock: CET without summer time.
    @Test func `sun of Turin: a year's yield, and no hour is missing`() throws {
        let path = Repository.path("replay/mappings/pv-measured.mapping.yaml")
        let text = try String(contentsOfFile: path, encoding: .utf8)
            .replacing("utrecht2014_hourly.csv*", with: "turin2019_hourly.csv*")
            .replacing("year: 2014", with: "year: 2019")
            .replacing("+00:00", with: "+01:00").replacing("time_zone: Europe/London", with: "time_zone: Europe/Rome")
            .replacing("zone: Europe/Amsterdam", with: "zone: Europe/Rome")
            .replacing("    shift: {from: 2014-06-18, to: 2025-06-18}\n", with: "")
            .replacing("from: 2025-06-18\nfor: 1d", with: "from: 2019-01-01\nfor: 365d")
        let result = try ImportFiles(mapping: mapping(text), inputs: ["\(try #require(Repository.data))/pv-measured"])
            .result(config: "", build: "")
        let yield = try rows("pv-measured/turin2019_hourly.csv.gz").compactMap { Double($0[1]) }
        let park = try signal(result, "solar/pv1", "power_kw")
        #expect(yield.count == 8760 && park.written == 8760 && park.gaps == 0)
        try expectEqual(park.energyKWh, yield.reduce(0, +) * 4750)
    }

    @Test func `carbon intensity: half a year with its empty and its impossible values as gaps`() throws {
        let result = try imported("carbon-intensity-gb", "carbon-intensity-gb")
        let inside = try rows("carbon-intensity-gb/gb_national_2023_jan_jun.csv.gz").filter {
            $0[0] < "2023-06-30T23:00Z"
        }
        let values = inside.compactMap { Double($0[3]) }.filter { $0 >= 1 }
        let signal = try signal(result, "grid/intensity", "g_per_kwh")
        #expect(signal.written == values.count)
        #expect(signal.gapTotal == Span.minutes(30 * Int64(inside.count - values.count)))
        #expect(signal.gapTotal == Span.hours(5))
        try expectEqual(signal.mean, values.reduce(0, +) / Double(values.count))
    }

    @Test func `charging in Perth and Kinross: a year's energy, less the one session that ends first`() throws {
        let result = try imported("ev-sessions-uk", "ev-sessions-uk")
        let sessions = try rows("ev-sessions-uk/perth_kinross_2016-09_2017-08.csv.gz")
        let total = sessions.compactMap { Double($0[4]) }.reduce(0, +)
        try expectEqual(result.report.sources.first?.sessionsKWh, total)
        let signal = try signal(result, "bay/staff", "power_kw")
        try expectEqual(signal.energyKWh, -total)
        #expect(signal.empty == sessions.filter { $0[4].isEmpty }.count)
        #expect(result.report.sources.first?.withoutEnd.count == 1)
    }

    /// The other Scottish city has meters that say less than nothing; its sum is that of the others.
    @Test func `charging in Dundee: what is left out is counted`() throws {
        let path = Repository.path("replay/mappings/ev-sessions-uk.mapping.yaml")
        let text = try String(contentsOfFile: path, encoding: .utf8).replacing("perth_kinross_*", with: "dundee_*")
            .replacing("from: 2016-09-01", with: "from: 2017-12-01")
        let result = try ImportFiles(
            mapping: mapping(text), inputs: ["\(try #require(Repository.data))/ev-sessions-uk"]
        )
        .result(config: "", build: "")
        let sessions = try rows("ev-sessions-uk/dundee_2017-12_2018-03.csv.gz")
        let usable = sessions.filter { Double($0[4]).map { (0...200).contains($0) } ?? false && $0[3] >= $0[2] }
        try expectEqual(
            signal(result, "bay/staff", "power_kw").energyKWh, -usable.compactMap { Double($0[4]) }.reduce(0, +))
        #expect(
            try signal(result, "bay/staff", "power_kw").outOfRange.count
                == sessions.filter { $0[4].hasPrefix("-") }.count)
    }

    @Test func `charging at a workplace: every session's energy`() throws {
        let result = try imported("ev-sessions-acn", "ev-sessions-acn")
        let sessions = try rows("ev-sessions-acn/acn_caltech_part1.csv.gz")
        try expectEqual(
            signal(result, "bay/staff", "power_kw").energyKWh, -sessions.compactMap { Double($0[7]) }.reduce(0, +))
        #expect(result.report.sources.first?.rowsInside == 1044)
    }

    @Test func `a works: half a year's energy`() throws {
        let result = try imported("industrial-load", "industrial-load")
        let usage = try rows("industrial-load/steel_2018_h1.csv.gz").compactMap { Double($0[1]) }
        try expectEqual(signal(result, "shop/press", "load_kw").energyKWh, usage.reduce(0, +))
        #expect(try signal(result, "shop/press", "load_kw").gaps == 0)
    }

    @Test func `a metal works: a year's energy, 1 MWh as its file says`() throws {
        let text = mappingText(
            zone: "Europe/Berlin", from: "2018-01-01", length: "365d", top: ["clock: false"],
            time: "{column: interval_start, format: rfc3339, zone: Europe/Berlin, stamp: start}", period: "15m",
            signals: ["{column: load_w_per_mwh_a, asset: shop/press, key: load_kw, unit: W, kind: mean}"]
        ).replacing("\"*.csv\"", with: "\"metal_processing_de_2018.csv*\"")
        let result = try ImportFiles(
            mapping: mapping(text), inputs: ["\(try #require(Repository.data))/industrial-load"]
        )
        .result(config: "", build: "")
        let load = try rows("industrial-load/metal_processing_de_2018.csv.gz").compactMap { Double($0[1]) }
        let works = try signal(result, "shop/press", "load_kw")
        // Quarter hours of W: / 4 is Wh.
        try expectEqual(works.energyKWh, load.reduce(0, +) / 4 / 1000)
        #expect(works.written == 35_040 && works.gaps == 0)
    }

    @Test func `weather: a year's means, but for the hour that lies in the year before`() throws {
        let result = try imported("weather-north-sea-coast", "weather-north-sea-coast")
        let inside = try rows("weather-north-sea-coast/bremerhaven_try2015_average.csv.gz").dropFirst(4)
        func mean(_ value: ([String]) -> Double?) -> Double {
            inside.compactMap(value).reduce(0, +) / Double(inside.count)
        }
        try expectEqual(signal(result, "weather/mast", "temperature_c").mean, mean { Double($0[1]) })
        try expectEqual(signal(result, "weather/mast", "wind_speed_m_per_s").mean, mean { Double($0[4]) })
        try expectEqual(
            signal(result, "weather/mast", "ghi_w_per_m2").mean,
            mean { row in Double(row[7]).flatMap { direct in Double(row[8]).map { direct + $0 } } })
        #expect(result.report.signals.map(\.gapTotal) == [.hours(1), .hours(1), .hours(1)])
    }
}
