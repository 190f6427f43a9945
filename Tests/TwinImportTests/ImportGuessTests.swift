import Testing
import TwinConfiguration
import TwinCore
import TwinFiles
import TwinImport
import TwinTesting

@Suite("Guessing a mapping")
struct ImportGuessTests {
    private func guess(_ csv: String) throws -> String {
        var lines = csv.split(separator: "\n").map { LineRead.line(Array($0.utf8)) }[...]
        let zone = try #require(LocalZone(database: "Europe/London"))
        let guess = MappingGuess { lines.popFirst() }
        return try #require(guess).text(
            file: "a.csv", site: "sunderland", zone: zone, stepS: 60)
    }

    /// With what a person has to write.
    private func filled(_ text: String) -> String {
        text.replacing("asset: …, key: …", with: "asset: shop/works, key: load_kw")
    }

    @Test func `a German profile: semicolons, decimal comma, date and clock, quarter hours`() throws {
        let csv = """
            Lastgang;Werk 1
            Datum;Uhrzeit;Verbrauch kWh
            18.06.2025;00:00;1.234,5
            18.06.2025;00:15;1.200,0
            18.06.2025;00:30;900,5
            """
        let text = try guess(csv)
        #expect(
            text.contains(
                "time: {column: [\"Datum\", \"Uhrzeit\"], format: local, date: dmy, zone: Europe/London, stamp: start}")
        )
        #expect(text.contains("    period: 15m\n") && text.contains("from: 2025-06-18\n"))
        let result = try imported(mapping(filled(text)), csv)
        #expect(result.report.signals.first?.energyKWh == 3335)
    }

    @Test func `a UK meter: a row a day`() throws {
        let names = (1...48).map { "HH\($0)" }.joined(separator: ",")
        let values = (1...48).map(String.init).joined(separator: ",")
        let csv = "MPAN,Date,\(names)\n1900000000007,18/06/2025,\(values)\n"
        let text = try guess(csv)
        #expect(text.contains("layout: half_hours") && text.contains("{column: \"Date\", date: dmy"))
        #expect(try imported(mapping(filled(text)), csv).report.signals.first?.energyKWh == 1176)
    }

    @Test func `times with offset, and dates that may be either are said`() throws {
        let zoned = try guess("time,load kW\n2025-06-17T23:00:00Z,5\n2025-06-18T00:00:00Z,7\n")
        #expect(zoned.contains("from: 2025-06-18\n") && zoned.contains("format: rfc3339, stamp: start"))
        #expect(zoned.contains("unit: kW, kind: mean}") && zoned.contains("period: 1h"))
        let either = try guess("time,kwh\n01/02/2025 00:00,5\n01/02/2025 00:30,7\n")
        #expect(either.contains("# the dates may also be mdy"))
    }

    @Test func `text without a time is no file to import`() {
        var lines = ["a,b", "c,d"].map { LineRead.line(Array($0.utf8)) }[...]
        let guess = MappingGuess { lines.popFirst() }
        #expect(guess == nil)
    }
}
