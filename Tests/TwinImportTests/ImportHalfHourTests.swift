import Testing
import TwinConfiguration
import TwinCore
import TwinImport
import TwinTesting

/// UK half-hour meter files: a row a day, a column a half hour, local time.
@Suite("Importing half-hour meter files")
struct ImportHalfHourTests {
    private let load = "{column: HH1, asset: shop/works, key: load_kw, unit: kWh, kind: energy}"

    private func mapping(_ date: String, column: String = "HH1", source: [String] = []) throws -> ImportMapping {
        try made(halfHours(date, column: column, source: source))
    }

    private func made(_ text: String) throws -> ImportMapping {
        try ImportMapping.read(file: "m.yaml", bytes: Array(text.utf8))
    }

    private func halfHours(_ date: String, column: String = "HH1", source: [String] = []) -> String {
        mappingText(
            from: date, source: ["layout: half_hours"] + source, time: "{column: Date, date: dmy}", period: "30m",
            signals: [load.replacing("HH1", with: column)]
        ).replacing("    period: 30m\n", with: "")
    }

    private func names(_ count: Int) -> String { (1...count).map { "HH\($0)" }.joined(separator: ",") }

    /// 1, 2, … kWh in the day's first, second, … half hour.
    private func values(_ count: Int) -> String { (1...count).map(String.init).joined(separator: ",") }

    @Test func `a normal day has 48 half hours from local midnight on`() throws {
        let result = try imported(mapping("2025-06-18"), "MPAN,Date,\(names(48))\n7,18/06/2025,\(values(48))\n")
        let load = try result.values("load_kw")
        #expect(load.count == 48)
        // 1 kWh in half an hour is 2 kW; British Summer Time begins its day at 23:00 UTC.
        #expect(load.first?.value == 2)
        #expect(load.first?.ts.rfc3339 == "2025-06-17T23:00:00.000Z")
        #expect(load.last?.value == 96)
        #expect(load.last?.ts.rfc3339 == "2025-06-18T22:30:00.000Z")
        // 1 + 2 + … + 48 = 48 x 49 / 2.
        #expect(result.report.signals.first?.energyKWh == 1176)
        #expect(result.report.signals.first?.gaps == 0)
    }

    @Test(arguments: ["HH", "time"])
    func `the short day has 46, and its last two columns are empty`(naming: String) throws {
        let clock = (0..<48).map { "\($0 < 20 ? "0" : "")\($0 / 2):\($0 % 2 == 0 ? "00" : "30")" }
        let heading = naming == "HH" ? names(48) : clock.joined(separator: ",")
        let made = try mapping("2025-03-30", column: naming == "HH" ? "HH1" : "\"00:00\"")
        let result = try imported(made, "Date,\(heading)\n30/03/2025,\(values(46)),,\n")
        let load = try result.values("load_kw")
        #expect(load.count == 46)
        // 00:00 and 00:30 in winter time; the third half hour is 02:00 in summer time, 01:00 UTC.
        #expect(load[2].ts.rfc3339 == "2025-03-30T01:00:00.000Z")
        #expect(load[2].value == 6)
        #expect(load[45].ts.rfc3339 == "2025-03-30T22:30:00.000Z")
        // 46 x 47 / 2.
        #expect(result.report.signals.first?.energyKWh == 1081)
        #expect(result.report.signals.first?.gaps == 0)
    }

    /// The clocks of Britain skip 01:00 and 01:30 in March, those of Germany 02:00 and 02:30.
    @Test(arguments: [("Europe/London", 3, 1169.0), ("Europe/Berlin", 5, 1165.0)])
    func `columns named by times may leave the skipped hour empty instead`(
        zone: String, skipped: Int, energyKWh: Double
    ) throws {
        let clock = (0..<48).map { "\($0 < 20 ? "0" : "")\($0 / 2):\($0 % 2 == 0 ? "00" : "30")" }
        let cells = (1...48).map { $0 == skipped || $0 == skipped + 1 ? "" : "\($0)" }.joined(separator: ",")
        let text = halfHours("2025-03-30", column: "\"00:00\"").replacing("Europe/London", with: zone)
        let result = try imported(made(text), "Date,\(clock.joined(separator: ","))\n30/03/2025,\(cells)\n")
        let load = try result.values("load_kw")
        // Both zones change at 01:00 UTC; the next cell's 2 x kWh follows there.
        #expect(load[skipped - 1].ts.rfc3339 == "2025-03-30T01:00:00.000Z")
        #expect(load[skipped - 1].value == Double(2 * (skipped + 2)))
        // 1 + … + 48 = 1176 without 3 and 4, or without 5 and 6.
        #expect(result.report.signals.first?.energyKWh == energyKWh)
        #expect(result.report.signals.first?.gaps == 0)
    }

    @Test(arguments: [48, 50])
    func `the long day has 50, with headings or beyond them`(headings: Int) throws {
        let csv = "Date,\(names(headings))\n26/10/2025,\(values(50))\n"
        let result = try imported(mapping("2025-10-26"), csv)
        let load = try result.values("load_kw")
        #expect(load.count == 50)
        // 01:00 in summer time, then 01:00 in winter time an hour later.
        #expect(load[2].ts.rfc3339 == "2025-10-26T00:00:00.000Z")
        #expect(load[4].ts.rfc3339 == "2025-10-26T01:00:00.000Z")
        #expect(load[49].ts.rfc3339 == "2025-10-26T23:30:00.000Z")
        // 50 x 51 / 2.
        #expect(result.report.signals.first?.energyKWh == 1275)
        #expect(result.report.signals.first?.gaps == 0)
    }

    @Test(
        arguments: [
            (
                "2025-03-30", "30/03/2025", 48,
                "a.csv:2: 2025-03-30 has 46 half hours in Europe/London because the clocks change, this row has 48 values; "
                    + "leave the columns after the last half hour empty, or check the zone and the date"
            ),
            (
                "2025-10-26", "26/10/2025", 48,
                "a.csv:2: 2025-10-26 has 50 half hours in Europe/London because the clocks change, this row has 48 values; "
                    + "add the values of the repeated hour, 50 columns in all, or check the zone and the date"
            ),
            (
                "2025-06-18", "18/06/2025", 50,
                "a.csv:2: 2025-06-18 has 48 half hours in Europe/London, this row has 50 values; "
                    + "leave the columns after the last half hour empty, or check the zone and the date"
            ),
        ])
    func `a row with the wrong count for its date is named and left out`(
        from: String, date: String, count: Int, sentence: String
    ) throws {
        let empty = String(repeating: ",", count: 50 - count)
        let result = try imported(mapping(from), "Date,\(names(50))\n\(date),\(values(count))\(empty)\n")
        #expect(result.measured.isEmpty)
        #expect(result.report.sources.first?.refusals == [sentence])
        #expect(result.report.text.contains(sentence))
        #expect(result.report.signals.first?.gaps == 1)
    }

    @Test func `empty half hours are gaps unless a second row of the day has them, other meters are passed over`()
        throws
    {
        let made = try mapping("2025-06-18", source: ["where: {MPAN: \"1900000000007\"}"])
        let cells = (1...48).map { $0 == 10 || $0 == 11 || $0 == 48 ? "" : "\($0)" }.joined(separator: ",")
        let csv = """
            MPAN,Date,\(names(48))
            1900000000008,18/06/2025,\(values(48))
            1900000000007,18/06/2025,\(cells)
            1900000000007,18/06/2025,\(cells.replacing("9,,", with: "9,10,"))
            1900000000007,32/06/2025,\(values(48))
            """
        let result = try imported(made, csv)
        let signal = try #require(result.report.signals.first)
        #expect(signal.written == 46)
        #expect(signal.gaps == 2)
        #expect(signal.gapTotal == Span.minutes(60))
        #expect(signal.empty == 5)
        #expect(signal.duplicates.count == 45)
        #expect(result.report.sources.first?.badRows.firstLines == [5])
        // 1176 - 11 - 48.
        #expect(signal.energyKWh == 1117)
    }

    @Test func `headings that do not count on to a day are named`() throws {
        let problem = #expect(throws: ConfigProblems.self) {
            try imported(mapping("2025-06-18"), "Date,\(names(47))\n")
        }
        #expect(
            problem?.description.contains("a.csv has 47 columns that count on from \"HH1\"; a day needs 48") == true)
    }

    @Test func `what a day's columns cannot be is refused`() {
        let register = halfHours("2025-06-18").replacing("load_kw", with: "energy_total_kwh")
            .replacing("kind: energy", with: "kind: counter")
        #expect(problems(register).contains("the columns of a day hold half hours: kind mean or energy"))
        #expect(
            problems(halfHours("2025-06-18").replacing("date: dmy", with: "date: ydm")).contains(
                "none of ymd, dmy, mdy"))
        #expect(problems(halfHours("2025-06-18", source: ["layout: halfhours"])).contains("layout"))
    }
}
