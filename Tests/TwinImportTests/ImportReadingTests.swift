import Testing
import TwinConfiguration
import TwinCore
import TwinFiles
import TwinImport
import TwinTesting

/// What spreadsheets, meters and portals make of a file on its way: its bytes, its lines and its numbers.
@Suite("Reading exports as they come")
struct ImportReadingTests {
    private let load = "{column: kwh, asset: shop/works, key: load_kw, unit: kWh, kind: energy}"
    private let lines = ["time,kwh", "2025-06-18T06:00Z,10", "2025-06-18T06:10Z,20", "2025-06-18T06:20Z,12.5"]

    private func taken(_ bytes: [UInt8], source: [String] = []) throws -> ImportResult {
        // As a reader of line feeds cuts them.
        var cut = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { LineRead.line(Array($0)) }[...]
        if bytes.last == 0x0A { cut.removeLast() }
        var importer = Importer(try mapping(mappingText(source: source, signals: [load])))
        let log = ProblemLog()
        importer.take(source: 0, file: "a.csv", log: log) { cut.popFirst() }
        try log.check()
        return importer.result(config: "", build: "")
    }

    private func utf16(_ text: String, isBigEndian: Bool) -> [UInt8] {
        text.utf16.flatMap { unit in
            let halves = [UInt8(unit >> 8), UInt8(unit & 0xFF)]
            return isBigEndian ? halves : halves.reversed()
        }
    }

    @Test(arguments: ["\n", "\r\n", "\r"], [false, true])
    func `UTF-16 of either order, with its mark and without, and all line ends are read`(
        lineEnd: String, isBigEndian: Bool
    ) throws {
        for text in [lines.joined(separator: lineEnd), lines.joined(separator: lineEnd) + lineEnd] {
            for marked in ["\u{FEFF}" + text, text] {
                let result = try taken(utf16(marked, isBigEndian: isBigEndian))
                #expect(result.report.signals.first?.energyKWh == 42.5)
            }
            let plain = try taken(Array(text.utf8))
            #expect(plain.report.signals.first?.energyKWh == 42.5)
            #expect(plain.report.sources.first?.badRows.count == 0)
        }
    }

    @Test func `a heading of the Windows code page has its letters`() throws {
        let text = mappingText(signals: [load.replacing("kwh", with: "\"Wärme (€)\"")])
        var cut = ["time,W\u{E4}rme (\u{80})", "2025-06-18T06:00Z,10"].map { line in
            LineRead.line(line.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) })
        }[...]
        var importer = Importer(try mapping(text))
        let log = ProblemLog()
        importer.take(source: 0, file: "a.csv", log: log) { cut.popFirst() }
        try log.check()
        #expect(importer.result(config: "", build: "").report.signals.first?.energyKWh == 10)
    }

    @Test func `lines above the heading, delimiters at the ends and blank rows are passed over`() throws {
        let csv = """
            Load profile of the works,,
            Meter;1900000000007,,

            time,kwh,,
            2025-06-18T06:00Z,10,,
            ,,,
            2025-06-18T06:10Z,20,
            2025-06-18T06:20Z,12.5
            """
        let result = try taken(Array(csv.utf8))
        #expect(result.report.signals.first?.energyKWh == 42.5)
        #expect(result.report.sources.first?.badRows.count == 0)
        #expect(result.report.text.contains("only: lines above the heading are passed over: a.csv:4"))
    }

    @Test(arguments: [("sep=;", ";"), ("sep=,", ","), ("SEP=\t", "\t")])
    func `a first line says how the columns stand apart`(first: String, delimiter: String) throws {
        let csv = ([first] + lines.map { $0.replacing(",", with: delimiter) }).joined(separator: "\n")
        let mapped = delimiter == "\t" ? ["delimiter: tab"] : []
        #expect(try taken(Array(csv.utf8), source: mapped).report.signals.first?.energyKWh == 42.5)
    }

    @Test func `another delimiter than the mapping's is named`() throws {
        let csv = lines.map { $0.replacing(",", with: ";") }.joined(separator: "\n")
        let problem = #expect(throws: ConfigProblems.self) { try taken(Array(csv.utf8)) }
        #expect(
            problem?.description.contains("its columns stand apart by semicolon: write delimiter: semicolon") == true)
    }

    @Test(
        arguments: [
            // With a decimal comma the point stands between thousands and nowhere else.
            (true, "4.120", 4120), (true, "1.234.567,5", 1_234_567.5), (true, "4,120", 4.12), (true, "4.12", nil),
            (true, "0.500", nil), (true, "1 234,5", 1234.5), (true, "1'234,5", 1234.5), (true, "\u{2212}5,5", -5.5),
            (true, "1.23,4.5", nil), (true, "1,5,2", nil), (true, "4000", 4000),
            // With a decimal point it is the comma.
            (false, "4.120", 4.12), (false, "4,120", 4120), (false, "1,234,567.5", 1_234_567.5), (false, "4,12", nil),
            (false, "4000,0", nil), (false, "1\u{202F}234.5", 1234.5), (false, "1e3", 1000), (false, "0x10", nil),
            // Nobody says: a comma with three digits after it may be either.
            (nil, "4.120", 4.12), (nil, "4,120", nil), (nil, "1,234.5", 1234.5), (nil, "1,234,567", 1_234_567),
            (nil, "1.234,5", nil), (nil, "4000,0", nil), (nil, "", nil), (nil, "-", nil), (nil, "--5", nil),
        ] as [(Bool?, String, Double?)])
    func `a number is read by the mapping's decimal sign or not at all`(comma: Bool?, text: String, value: Double?) {
        #expect(NumberStyle(hasDecimalComma: comma).number(text) == value)
    }

    @Test func `what would read a number is said`() {
        #expect(NumberStyle(hasDecimalComma: nil).whatReads("4000,0") == "decimal_comma: true reads it as 4000")
        #expect(
            NumberStyle(hasDecimalComma: nil).whatReads("4,120")
                == "decimal_comma: true reads it as 4.12, decimal_comma: false reads it as 4120")
        #expect(NumberStyle(hasDecimalComma: true).whatReads("4.12") == "decimal_comma: false reads it as 4.12")
        #expect(NumberStyle(hasDecimalComma: nil).whatReads("n/a") == nil)
    }

    @Test(
        arguments: [
            ("local, date: dmy", "18/06/2025 0:30"), ("local, date: dmy", "18.06.25 00:30:00"),
            ("local, date: dmy", "18-Jun-2025 00:30"), ("local, date: mdy", "6/18/2025 12:30 AM"),
            ("local, date: mdy", "Jun 18 2025 12:30:00 a.m."), ("local", "2025-06-18T00:30"),
            ("local", "20250618 00:30"), ("local", "2025/6/18, 0:30"), ("rfc3339", "2025-06-17 23:30:00Z"),
            ("epoch_s", "1750203000"), ("epoch_ms", "1750203000000"),
            ("offset, offset: \"+02:00\", date: dmy", "18.06.2025 01:30"),
        ])
    func `a time is read in the mapping's form`(format: String, text: String) throws {
        let made = try mapping(
            mappingText(time: "{column: time, format: \(format), stamp: start}", signals: [load]))
        let result = try imported(made, "time,kwh\n\"\(text)\",1\n")
        #expect(try result.values("load_kw").map(\.ts.rfc3339) == ["2025-06-17T23:30:00.000Z"])
    }

    @Test(
        arguments: [
            ("local", "18/06/2025 0:30", "date: dmy reads it"), ("local", "01/02/2025 0:30", "date: dmy or date: mdy"),
            ("rfc3339", "2025-06-18 00:30", "format: local with date: ymd reads it"),
            ("local", "2025-06-18T00:30Z", "format: rfc3339 reads it"),
            ("local", "1750203000", "format: epoch_s reads it"),
            ("local, date: dmy", "18/06/2025 24:30", "is no time as written in local, 18/06/2025 00:30"),
            ("local, date: mdy", "6/18/2025 13:30 PM", "is no time as written in local, 06/18/2025 00:30"),
        ])
    func `a time in another form is quoted, with the word that reads it`(
        format: String, text: String, sentence: String
    ) throws {
        let made = try mapping(mappingText(time: "{column: time, format: \(format), stamp: start}", signals: [load]))
        let result = try imported(made, "time,kwh\n\(text),1\n")
        #expect(result.measured.isEmpty)
        let refusal = try #require(result.refusals.first?.text)
        #expect(refusal.contains("nothing was read of a.csv: 1 rows of 1 are unreadable: a.csv:2: \"\(text)\""))
        #expect(refusal.contains(sentence), "\(refusal)")
    }

    @Test func `date and clock may stand in two columns`() throws {
        let text = mappingText(
            time: "{column: [Datum, Uhrzeit], format: local, date: dmy, stamp: end}", period: "15m", signals: [load])
        let result = try imported(
            mapping(text), "Datum,Uhrzeit,kwh\n18.06.2025,00:15,1\n18.06.2025,24:00,2\n18.06.2025,24:15,4\n")
        #expect(
            try result.values("load_kw").map(\.ts.rfc3339) == ["2025-06-17T23:00:00.000Z", "2025-06-18T22:45:00.000Z"])
        #expect(result.report.sources.first?.badRows.firstLines == [4])
    }
}
