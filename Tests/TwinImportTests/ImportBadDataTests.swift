import Testing
import TwinConfiguration
import TwinCore
import TwinFiles
import TwinImport
import TwinTesting

@Suite("Bad data in an import")
struct ImportBadDataTests {
    private let ranged = "{column: p, asset: wind/farm, key: power_kw, unit: kW, kind: mean, range: [-50, 2100]}"

    @Test func `empty, unreadable and impossible cells are counted with their lines and stay gaps`() throws {
        let csv = """
            time,p
            2025-06-17T23:00Z,100
            2025-06-17T23:10Z,
            2025-06-17T23:20Z,n/a
            2025-06-17T23:30Z,NaN
            2025-06-17T23:40Z,9999
            2025-06-17T23:50Z,0x10
            2025-06-18T00:00Z, 200\u{20}
            2025-06-18T00:20Z,1e2
            """
        let result = try imported(mapping(mappingText(length: "2h", signals: [ranged])), csv)
        let signal = try #require(result.report.signals.first)
        #expect(try result.values("power_kw").map(\.value) == [100, 200, 100])
        #expect(signal.rows == 8)
        #expect(signal.written == 3)
        #expect(signal.empty == 1)
        #expect(signal.unreadable.count == 3)
        #expect(signal.unreadable.firstLines == [4, 5, 7])
        #expect(signal.outOfRange.firstLines == [6])
        #expect(signal.gaps == 3)
        #expect(signal.gapTotal == Span.minutes(90))
        #expect(abs((signal.energyKWh ?? 0) - 400.0 / 6) < 1e-9)
        #expect(abs((signal.mean ?? 0) - 400.0 / 3) < 1e-9)
    }

    @Test func `rows with one stamp and one value count once`() throws {
        let csv = "time,p\n2025-06-18T06:00Z,1\n2025-06-18T06:00:00.000Z,1.0\n2025-06-18T07:00+01:00,\n"
        let result = try imported(mapping(mappingText(signals: [ranged])), csv)
        #expect(try result.values("power_kw").map(\.value) == [1])
        #expect(result.report.signals.first?.duplicates.firstLines == [3])
        #expect(result.report.signals.first?.conflicts.count == 0)
    }

    @Test(arguments: [("first", [1.0]), ("last", [3]), ("", [])])
    func `of values of one stamp that differ the mapping says which counts, else none does`(
        word: String, expected: [Double]
    ) throws {
        let csv = "time,p\n2025-06-18T06:00Z,1\n2025-06-18T06:00:00.000Z,2\n2025-06-18T07:00+01:00,3\n"
        let source = word.isEmpty ? [] : ["repeats: \(word)"]
        let result = try imported(mapping(mappingText(source: source, signals: [ranged])), csv)
        #expect(try result.values("power_kw").map(\.value) == expected)
        #expect(result.report.signals.first?.duplicates.firstLines == [3, 4])
        #expect(
            result.report.text.contains(
                "1 stamps have values that differ, by up to 100 %; "
                    + (word.isEmpty ? "none of them counts" : "the \(word) counts")
                    + ": a.csv:3: 2 for 2025-06-18T06:00:00.000Z, and a.csv:2 has 1"))
    }

    @Test func `rows that are no rows are counted by line`() throws {
        let csv = """
            time,p
            2025-06-18T06:00Z,1,extra
            2025-06-18T06:10Z

            yesterday,3
            "2025-06-18T06:20Z"x,4
            2025-06-18T06:30Z,5
            """
        let result = try imported(mapping(mappingText(signals: [ranged])), csv)
        let source = try #require(result.report.sources.first)
        #expect(try result.values("power_kw").map(\.value) == [5])
        #expect(source.rows == 5)
        #expect(source.badRows.firstLines == [2, 3, 5, 6])
        #expect(result.report.text.contains("only: 4 unreadable rows: lines 2, 3, 5, 6"))
    }

    @Test func `quoted fields hold delimiters, quotes and line breaks`() throws {
        let csv = """
            "time","a ""note"", or two","p"
            "2025-06-18T06:00Z","one, two","1"
            "2025-06-18T06:10Z","three
            lines ""with"" quotes
            ","2"
            2025-06-18T06:20Z,"",3
            """
        let result = try imported(mapping(mappingText(signals: [ranged])), csv)
        #expect(try result.values("power_kw").map(\.value) == [1, 2, 3])
        #expect(result.report.sources.first?.rows == 3)
        let text = mappingText(signals: [
            "{column: 'a \"note\", or two', asset: wind/farm, key: power_kw, unit: kW, kind: mean}"
        ])
        #expect(try imported(mapping(text), csv).report.signals.first?.unreadable.firstLines == [2, 3])
    }

    @Test func `a quote that nothing closes costs few rows`() throws {
        var csv = "time,p\n\"2025-06-18T06:00Z,1\n"
        for minute in 0..<600 {
            let clock = "\(10 + minute / 60):\(minute % 60 < 10 ? "0" : "")\(minute % 60)"
            csv += "2025-06-18T\(clock)Z,2\n"
        }
        let result = try imported(mapping(mappingText(period: "1m", signals: [ranged])), csv)
        #expect(result.report.sources.first?.badRows.count == 1)
        #expect((result.report.signals.first?.written ?? 0) >= 575)
    }

    @Test func `semicolons, tabs and decimal commas are read where the mapping says so`() throws {
        let comma = mappingText(source: ["delimiter: semicolon", "decimal_comma: true"], signals: [ranged])
        let first = try imported(mapping(comma), "time;p\n2025-06-18T06:00Z;1,5\n2025-06-18T06:10Z;1,5,2\n")
        #expect(try first.values("power_kw").map(\.value) == [1.5])
        #expect(first.report.signals.first?.unreadable.count == 1)
        let tab = mappingText(source: ["delimiter: tab"], signals: [ranged])
        #expect(
            try imported(mapping(tab), "time\tp\n2025-06-18T06:00Z\t1.5\n").values("power_kw").map(\.value) == [1.5])
        #expect(
            problems(mappingText(source: ["decimal_comma: true"], signals: [ranged]))
                .contains("a comma cannot both separate the columns and be the decimal point"))
    }

    @Test func `a missing column is named at its place in the mapping, with the columns there are`() throws {
        let text = mappingText(signals: [
            "{column: powr_kw, asset: wind/farm, key: power_kw, unit: kW, kind: mean}",
            "{column: zz, asset: wind/farm, key: spill_kw, unit: kW, kind: mean}",
        ])
        let made = try mapping(text)
        let problem = #expect(throws: ConfigProblems.self) { try imported(made, "time,power_kw,wind\n") }
        #expect(
            problem?.description == """
                m.yaml:13:18: error: sources[0].signals[0]: "powr_kw" is no column of a.csv; did you mean "power_kw"? \
                it has time, power_kw, wind
                m.yaml:14:18: error: sources[0].signals[1]: "zz" is no column of a.csv; it has time, power_kw, wind
                """)
        let twice = #expect(throws: ConfigProblems.self) { try imported(made, "time,powr_kw,zz,zz\n") }
        #expect(twice?.description.contains("a.csv has 2 columns \"zz\"") == true)
        let empty = #expect(throws: ConfigProblems.self) { try imported(made, "") }
        #expect(empty?.description.contains("a.csv is empty") == true)
    }

    @Test func `the report is a table with sentences below it`() throws {
        let csv = "time,p\n2025-06-17T23:00Z,600\n2025-06-17T23:20Z,x\n"
        let text = mappingText(length: "30m", top: ["modelled: {line: {reason: nobody counted}}"], signals: [ranged])
        #expect(
            try imported(mapping(text), csv).report.text == """
                2025-06-18T00:00:00.000+01:00 to 2025-06-18T00:30:00.000+01:00 (Europe/London)
                signal              rows  written  empty  double  no number  range  gaps  gap time     result
                wind/farm power_kw     2        1      0       0          1      0     1       20m  100.0 kWh
                wind/farm power_kw: 1 without a number: only, line 3
                a.csv:3: "x" is no number
                wind/farm power_kw: gap from 2025-06-18T00:10:00.000+01:00 to 2025-06-18T00:30:00.000+01:00
                only: a.csv, 2 of 2 rows
                modelled, not measured: line: nobody counted

                """)
    }

    @Test func `no damage to a file stops an import`() throws {
        let text = mappingText(time: "{column: time, format: local, stamp: end}", signals: [ranged])
        let made = try mapping(text)
        let whole = Array("time,p,\"n,1\"\n2025-06-18 06:00,1,\"a\"\n2025-06-18T06:10:00.5,-2e1,\"b\"\"\"\n".utf8)
        var state: UInt64 = 42
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for _ in 0..<2000 {
            var bytes = whole
            for _ in 0...random(4) { bytes[random(bytes.count)] = UInt8(random(256)) }
            var lines = bytes.split(separator: 0x0A).map { LineRead.line(Array($0)) }[...]
            var importer = Importer(made)
            importer.take(source: 0, file: "a.csv", log: ProblemLog()) { lines.popFirst() }
            let result = importer.result(config: "", build: "")
            #expect(result.measured.count <= 2)
        }
    }
}
