import Testing
import TwinBooks
import TwinCore
import TwinReports
import TwinRuntime
import TwinTesting
import TwinUnits

/// The books as a table for spreadsheets: the JSON's figures, to the last digit.
@Suite("Report as CSV")
struct ReportCSVTests {
    /// Rows of cells, by RFC 4180.
    private func parsed(_ lines: [String]) -> [[String]] {
        lines.map { line in
            var cells = [""]
            var isQuoted = false
            var wasQuote = false
            for scalar in line.unicodeScalars {
                if scalar == "\"" {
                    // A doubled quote inside a quoted cell is one quote.
                    if !isQuoted, wasQuote { cells[cells.count - 1].unicodeScalars.append(scalar) }
                    isQuoted.toggle()
                    wasQuote = !isQuoted
                    continue
                }
                wasQuote = false
                if scalar == ",", !isQuoted {
                    cells.append("")
                } else {
                    cells[cells.count - 1].unicodeScalars.append(scalar)
                }
            }
            return cells
        }
    }

    private func lines(_ rows: [PeriodRow], _ method: ReportMethod) -> [String] {
        [ReportCSV.header] + rows.flatMap { ReportCSV.lines($0, method, isSimulated: true) }
    }

    private func table(_ books: [PeriodRow], _ method: ReportMethod) throws -> [[String: String]] {
        let rows = parsed(lines(books, method))
        #expect(rows.first == ReportCSV.columns)
        #expect(rows.allSatisfy { $0.count == ReportCSV.columns.count })
        return rows.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(ReportCSV.columns, $0)) }
    }

    @Test("sums over the rows are the JSON's totals, to the last digit", arguments: [LoopKind.open, .closed])
    func totals(loop: LoopKind) async throws {
        let run = try await BundledDay.run(loop)
        let summary = run.result.summary
        let rows = try table(run.result.rows, summary.method)
        #expect(rows.count == run.result.rows.count * summary.method.accounts.count)
        for account in summary.method.accounts {
            let mine = rows.filter { $0["account"] == account.name }
            let ws = mine.reduce(Int64(0)) { $0 + (Int64($1["energy_ws"] ?? "") ?? .min) }
            let path =
                account == .gas
                ? "gas_kwh"
                : account.row.bus == .heat ? "heat_kwh.\(account.row.summaryKey)" : "energy_kwh.\(account.name)"
            // Ethanol is litres in the JSON, at 5.911 kWh each.
            let json =
                try account == .ethanol ? summary.energy(.ethanol).kilowattHours : #require(run.json.number(path))
            #expect(JSON.numberText(Double(ws) / 3.6e6) == JSON.numberText(json))
            for row in mine {
                let wattSeconds = try #require(row["energy_ws"].flatMap { Int64($0) })
                #expect(row["energy_kwh"] == JSON.numberText(Energy(wattSeconds: wattSeconds).kilowattHours))
            }
        }
        for (accounts, scope, path) in [
            (["gas", "ethanol"], "scope1", "co2_kg.scope1"),
            (["grid_import"], "scope2_location", "co2_kg.scope2_location"),
        ] {
            let mine = rows.filter { accounts.contains($0["account"] ?? "") }
            #expect(mine.allSatisfy { $0["scope"] == scope })
            let micrograms = mine.reduce(Int64(0)) {
                $0 + Int64(((Double($1["co2_kg_location"] ?? "") ?? .nan) * 1e9).rounded())
            }
            let json = try #require(run.json.number(path))
            #expect(JSON.numberText(Double(micrograms) / 1e9) == JSON.numberText(json))
        }
        #expect(rows.filter { $0["scope"] == "" }.allSatisfy { $0["co2_kg_location"] == "" && $0["factor_id"] == "" })
    }

    @Test("a row reads as it was computed by hand")
    func oneRow() async throws {
        let day = try await BundledDay.open().result.summary
        var row = PeriodRow(start: PlantTime(ms: 1_750_204_800_000), meterCount: 0)  // 2025-06-18T00:00:00Z
        row.steppedMs = 1_200_000
        // 2 kWh = 7,200,000 Ws; x 0.177 kg/kWh = 0.354 kg. 900 s of 1,200 s are 75 %, 300 s 25 %.
        row.accounts[Account.gridImport.index].energy = Energy(wattSeconds: 7_200_000)
        row.accounts[Account.gridImport.index].measuredMs = 900_000
        row.accounts[Account.gridImport.index].estimatedMs = 300_000
        row.accounts[Account.unmetered.index].energy = Energy(wattSeconds: -3_600_000)
        row.intensity = EmissionFactor(gramsPerKWh: 152.5)
        let lines = lines([row], day.method)
        let start = "2025-06-18T00:00:00.000Z,2025-06-18T01:00:00.000+01:00,1200,"
        #expect(
            lines.contains(
                start + "grid_import,7200000,2,75,25,scope2_location,0.354,uk-2025,0.177,152.5,simulated"))
        // A worked-out account has no meter, so no share; a negative number is a number.
        #expect(lines.contains(start + "unmetered,-3600000,-1,,,,,,,,simulated"))
    }

    @Test("the repeated hour of autumn is told by its offset")
    func repeatedHour() async throws {
        let day = try await BundledDay.open().result.summary
        // 2025-10-26: 00:30Z is 01:30 summer time, 01:30Z is 01:30 winter time.
        let rows = ["2025-10-26T00:30:00Z", "2025-10-26T01:30:00Z"].compactMap { PlantTime(rfc3339: $0) }
            .map { PeriodRow(start: $0, meterCount: 0) }
        let starts = try table(rows, day.method)
            .filter { $0["account"] == "gas" }.compactMap { $0["period_start_local"] }
        #expect(starts == ["2025-10-26T01:30:00.000+01:00", "2025-10-26T01:30:00.000Z"])
        // Nothing was stepped: the shares are unknown, not 0.
        #expect(
            lines(rows, day.method).last?.contains("nan") == false)
    }

    @Test(
        "texts are quoted, and none is taken for a formula",
        arguments: [
            ("uk-2025", "uk-2025"), ("a,b", "\"a,b\""), ("a \"b\"", "\"a \"\"b\"\"\""), ("a\r\nb", "a??b"),
            ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"), ("\tx", "'?x"),
            ("\rx", "'?x"), ("=HYPERLINK(\"x\",1)", "\"'=HYPERLINK(\"\"x\"\",1)\""), ("\r\n", "'??"),
            ("a\u{202E}b\u{9B}", "a?b?"),
        ])
    func texts(id: String, cell: String) async throws {
        let day = try await BundledDay.open().result
        var method = day.summary.method
        method.factors.byYear = method.factors.byYear.map { entry in
            var set = entry.set
            set.id = id
            return (entry.year, set)
        }
        let lines = lines([day.rows[0]], method)
        #expect(lines.contains { $0.contains("," + cell + ",0.177,") })
    }

    @Test("text for a period says how much of it is covered")
    func coverage() async throws {
        let day = try await BundledDay.open().result.summary
        func covered(_ name: String, _ from: String, _ to: String) throws -> [String] {
            let from = try #require(PlantTime(rfc3339: from))
            let to = try #require(PlantTime(rfc3339: to))
            let lines = SummaryText.lines(day, asked: (name, from, to))
            #expect(lines.allSatisfy { $0.count <= 80 })
            return lines.filter { $0.hasPrefix("covers") }
        }
        #expect(try covered("2025-06-18", "2025-06-17T23:00:00Z", "2025-06-18T23:00:00Z") == [])
        #expect(
            try covered("2025-06", "2025-05-31T23:00:00Z", "2025-06-30T23:00:00Z")
                == ["covers 1.0 of the 30 days of 2025-06; the rest is missing, not zero"])
        #expect(
            try covered("2025-10-26", "2025-10-25T23:00:00Z", "2025-10-27T00:00:00Z")
                == ["covers 24.0 of the 25 hours of 2025-10-26; the rest is missing, not zero"])
    }
}
