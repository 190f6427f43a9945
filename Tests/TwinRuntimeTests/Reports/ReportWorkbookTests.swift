import Testing
import TwinBooks
import TwinCore
import TwinFiles
import TwinReports
import TwinRuntime
import TwinTesting
import TwinUnits

/// The report as a workbook: the JSON's figures as numbers, to the last digit.
@Suite("Report as a workbook")
struct ReportWorkbookTests {
    private func bytes(_ rows: [PeriodRow], _ summary: Summary) -> [UInt8] {
        var archive = ZipArchive()
        let book = ReportWorkbook(summary)
        for part in book.parts {
            archive.begin(part.name)
            archive.write(part.text)
        }
        var periods = book.periods
        archive.begin(periods.part)
        archive.write(periods.head)
        for row in rows { archive.write(periods.add(row)) }
        archive.write(periods.finish())
        return archive.finish()
    }

    @Test("every figure of the JSON stands in it with the same digits, and nothing of the clock on the wall")
    func summary() async throws {
        let day = try await BundledDay.closed().result
        let file = bytes(day.rows, day.summary)
        #expect(bytes(day.rows, day.summary) == file)
        let book = try WorkbookReader(file)
        #expect(book.sheets.map(\.name) == ["Summary", "Half hours", "Ledger", "Causes", "Factors"])
        let table = try #require(book["Summary"]).table
        #expect(table.allSatisfy { $0["key"] != "wall_s" })
        var numbers = 0
        func check(_ json: JSON, _ path: String) {
            for member in json.members ?? [] {
                let key = path.isEmpty ? member.key : "\(path).\(member.key)"
                if key == "wall_s" { continue }
                let row = table.last { $0["key"] == key }
                switch member.value {
                case .number(let value):
                    #expect(row?["value"] == JSON.numberText(value), "\(key)")
                    numbers += 1
                case .null: #expect(row != nil && row?["value"] == nil, "\(key)")
                case .string(let text): #expect((row?["value"] ?? "") == text, "\(key)")
                default: check(member.value, key)
                }
            }
        }
        check(day.summary.json, "")
        #expect(numbers > 60)
        // What stands above says the same as what it names below.
        let head = table.prefix { !$0.isEmpty }
        #expect(head.count > 10)
        for row in head {
            if let key = row["key"] { #expect(row["value"] == table.last { $0["key"] == key }?["value"]) }
        }
        let kg = try #require(day.summary.kgPerVehicleLocation)
        #expect(head.first?["value"] == JSON.numberText(kg))

        // The ledger's uses come to all that was emitted, in whole grams; the causes to the difference.
        let ledger = try #require(book["Ledger"]).table
        let grams = ledger.map { Int(((Double($0["co2_kg_location"] ?? "") ?? .nan) * 1000).rounded()) }
        #expect(grams.dropLast().reduce(0, +) == grams.last)
        #expect(grams.last == Int((day.summary.productionKgLocation * 1000).rounded()))
        let causes = try #require(book["Causes"]).table.map { Double($0["kg_per_vehicle"] ?? "") ?? .nan }
        let last = try #require(causes.last)
        #expect(abs(causes.dropLast().reduce(0, +) - last) < 1e-9 && last == kg)
        let factors = try #require(book["Factors"]).table
        #expect(
            factors.contains {
                $0["energy"] == "gas" && $0["factor"] == "direct, Scope 1" && $0["kg_per_kwh"] == "0.18296"
            })
    }

    @Test("half hours have the columns and figures of the CSV, with a time that is a number")
    func halfHours() async throws {
        let day = try await BundledDay.closed().result
        let sheet = try #require(try WorkbookReader(bytes(day.rows, day.summary))["Half hours"])
        let lines = day.rows.flatMap { ReportCSV.lines($0, day.summary.method, isSimulated: true) }
        let table = sheet.table
        #expect(table.count == lines.count)
        for (row, line) in zip(table, lines) {
            // No text of the bundled day has a comma.
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            #expect(ReportCSV.columns.map { row[$0] ?? "" } == cells)
        }
        // 2025-06-18 is day 45,826 of spreadsheets; 00:30 is 1/48 of a day.
        #expect(table.first?["local_time"] == "45826")
        #expect(table[day.summary.method.accounts.count]["local_time"] == "45826.020833333336")
        #expect(sheet.rows.allSatisfy { $0["F"]?.kind == "n" && $0["E"]?.kind == "inlineStr" })
    }

    @Test("a window of more than a month has a row for each local day, whose sums are the half hours'")
    func days() async throws {
        let day = try await BundledDay.closed().result
        // 32 local days from 2025-10-01 with the 25 hours of 26 October: 32 x 48 + 2 half hours.
        let from = try #require(PlantTime(rfc3339: "2025-09-30T23:00:00Z"))
        let rows = (0..<32 * 48 + 2).map { place in
            var row = day.rows[place % day.rows.count]
            let start = from + Span(ms: Int64(place) * settlementPeriod.ms)
            (row.start, row.steppedFrom, row.steppedTo) = (start, start, start + settlementPeriod)
            return row
        }
        let summary = Summary(rows: rows, method: day.summary.method, facts: day.summary.facts)
        let book = try WorkbookReader(bytes(rows, summary))
        let table = try #require(book["Days"]).table
        #expect(book["Half hours"] == nil)
        #expect(table.count == 32 * summary.method.accounts.count)
        let gas = table.filter { $0["account"] == "gas" }
        #expect(gas.map { $0["stepped_s"] } == (1...32).map { $0 == 26 ? "90000" : "86400" })
        // 2025-10-01 is day 45,931 of spreadsheets.
        #expect(gas.map { $0["local_day"] } == (0..<32).map { "\(45_931 + $0)" })
        for account in summary.method.accounts {
            let sum = table.filter { $0["account"] == account.name }.compactMap { Int64($0["energy_ws"] ?? "") }
            #expect(sum.reduce(0, +) == summary.energy(account).wattSeconds, "\(account.name)")
        }
        let micrograms = table.compactMap { row -> Int64? in
            guard row["scope"] == "scope1", let kg = row["co2_kg_location"].flatMap({ Double($0) }) else { return nil }
            return Int64((kg * 1e9).rounded())
        }
        #expect(micrograms.reduce(0, +) == summary.carbon.scope1.micrograms)
        // A day less is a month, in half hours.
        let month = Array(rows.dropLast(48))
        let shorter = Summary(rows: month, method: day.summary.method, facts: day.summary.facts)
        #expect(try WorkbookReader(bytes(month, shorter))["Half hours"]?.rows.count == month.count * 25)
    }

    @Test(
        "texts come back as they were, and those that look like a formula are marked as text",
        arguments: [
            ("uk-2025", "0", "uk-2025"), ("=1+1", "2", "=1+1"), ("+1", "2", "+1"), ("-1", "2", "-1"),
            ("@A1", "2", "@A1"),
            ("<b>&amp;\"x\"", "0", "<b>&amp;\"x\""), ("_x0041_", "0", "_x0041_"), ("a\u{FFFF}\u{0}b", "0", "a??b"),
            ("</t></is></c><c><f>1+1</f>", "0", "</t></is></c><c><f>1+1</f>"),
        ])
    func texts(id: String, style: String, read: String) async throws {
        let day = try await BundledDay.open().result
        var method = day.summary.method
        method.factors.byYear = method.factors.byYear.map { entry in
            var set = entry.set
            set.id = id
            return (entry.year, set)
        }
        let summary = Summary(rows: [day.rows[0]], method: method, facts: day.summary.facts)
        let sheet = try #require(try WorkbookReader(bytes([day.rows[0]], summary))["Half hours"])
        let column = try #require(sheet.heads.first { $0.value == "factor_id" }?.key)
        let cells = sheet.rows.compactMap { $0[column] }
        #expect(cells.count > 1)
        #expect(cells.allSatisfy { $0 == WorkbookReader.Cell(kind: "inlineStr", style: style, text: read) }, "\(cells)")
    }

    @Test("a window without vehicles has empty cells and the reason, never 0")
    func noVehicles() async throws {
        let whole = try await BundledDay.closed().result
        var rows = whole.rows
        for place in rows.indices { rows[place].vehicles = 0 }
        let summary = Summary(rows: rows, method: whole.summary.method, facts: whole.summary.facts)
        let book = try WorkbookReader(bytes(rows, summary))
        let table = try #require(book["Summary"]).table
        let row = try #require(table.first { $0["key"] == "co2_kg_per_vehicle_location" })
        #expect(row["value"] == nil)
        #expect(book["Causes"]?.table.first?["cause"] == "not shared out: no vehicle was lined off in this window")
    }
}
