public import TwinBooks
import TwinCore
import TwinUnits

/// The report as a workbook of Office Open XML (ECMA-376, transitional): the parts of the file, to be put into a ZIP archive.
///
/// Numbers are numbers with the digits of the JSON, texts are texts that no program takes for a formula. Nothing in it depends on
/// a clock: the same books give the same parts.
public struct ReportWorkbook {
    private let summary: Summary

    public init(_ summary: Summary) { self.summary = summary }

    /// Every part but the sheet of the periods, whose place in the book is the second.
    public var parts: [(name: String, text: String)] {
        let tables: [(sheet: Sheet, rows: [[SheetCell]])?] = [
            (SummarySheet.sheet, SummarySheet(summary).rows), nil, ledger, causes, factors,
        ]
        let names = tables.map { $0?.sheet.name ?? periods.sheet.name }
        let places = tables.indices.map { ("worksheet", "worksheets/sheet\($0 + 1).xml") }
        let sheets = tables.enumerated().compactMap { place, table -> (String, String)? in
            guard case (var sheet, let rows)? = table else { return nil }
            let text = sheet.head + rows.map { sheet.row($0) }.joined() + Sheet.tail
            return ("xl/worksheets/sheet\(place + 1).xml", text)
        }
        return [
            ("[Content_Types].xml", contentTypes(tables.count)),
            ("_rels/.rels", relations([("officeDocument", "xl/workbook.xml")])),
            ("xl/workbook.xml", workbook(names)),
            ("xl/_rels/workbook.xml.rels", relations(places + [("styles", "styles.xml")])),
            ("xl/styles.xml", Sheet.styles),
        ] + sheets
    }

    /// The part that the rows of the window make.
    public var periods: PeriodSheet { PeriodSheet(summary, part: "xl/worksheets/sheet2.xml") }

    // MARK: - Sheets

    /// Where the carbon ended, by use.
    private var ledger: (sheet: Sheet, rows: [[SheetCell]]) {
        let table = LedgerTable(summary)
        let sheet = Sheet(
            "Ledger",
            columns: [
                ("area", 14), ("use", 28), ("fuel_kwh", 20), ("electricity_kwh", 20), ("heat_kwh", 20),
                ("co2_kg_\(summary.method.scope2.rawValue)", 20), ("share_pct", 20),
            ])
        func row(_ area: String, _ use: String, _ part: LedgerTable.Part) -> [SheetCell] {
            let energies = [part.fuelKWh, part.electricityKWh, part.heatKWh].map {
                $0 == 0 ? SheetCell.empty : .figure($0)
            }
            let share = table.total.grams != 0 ? part.grams / table.total.grams * 100 : nil
            return [.text(area), .text(use)] + energies + [.figure(part.grams / 1000), .figure(share)]
        }
        let assets = Area.allCases.flatMap { area in
            table.assets.filter { $0.path.area == area }.map { row(area.rawValue, $0.path.asset, $0.part) }
        }
        return (
            sheet, assets + table.site.map { row("site", $0.name, $0.part) } + [row("total", "", table.total)]
        )
    }

    /// What changed since the baseline, cause by cause.
    private var causes: (sheet: Sheet, rows: [[SheetCell]]) {
        let sheet = Sheet("Causes", columns: [("cause", 34), ("kg_per_vehicle", 22), ("whose", 24)])
        guard let change = summary.change, let baseline = summary.method.baseline else {
            let reason = summary.incomparableReason ?? "the baseline does not say what its year was like"
            return (sheet, [[.text("not shared out: \(reason)")]])
        }
        let parts = change.parts.map { part -> [SheetCell] in
            [
                .text(part.cause.label), .figure(part.kgPerVehicle),
                .text(part.cause.isOurs ? "the plant's own doing" : "what happened to it"),
            ]
        }
        return (
            sheet,
            [[.text("\(baseline.year) as reported"), .figure(change.from)]] + parts
                + [[.text("this window, location-based"), .figure(change.to)]]
        )
    }

    /// Every factor of the window's sets that the site has a use for, and how they were chosen.
    private var factors: (sheet: Sheet, rows: [[SheetCell]]) {
        let sheet = Sheet(
            "Factors", columns: [("set", 18), ("energy", 14), ("factor", 38), ("kg_per_kwh", 20), ("of_a_kwh", 16)])
        let values = summary.factorSets.flatMap { set -> [[SheetCell]] in
            func row(_ energy: String, _ name: String, _ factor: EmissionFactor, _ basis: String) -> [SheetCell] {
                [.text(set.id), .text(energy), .text(name), .figure(factor.kilogramsPerKWh), .text(basis)]
            }
            let grid = [
                ("generation, location-based", set.gridGeneration), ("residual mix, market-based", set.gridResidualMix),
                ("losses of the networks, Scope 3", set.gridLosses), ("upstream, Scope 3", set.gridUpstream),
            ].map { row("electricity", $0.0, $0.1, "") }
            let fuels = summary.fuels.flatMap { fuel in
                [
                    ("direct, Scope 1", set[fuel].direct), ("biogenic CO2, outside the scopes", set[fuel].biogenic),
                    ("upstream, Scope 3", set[fuel].upstream),
                ].map { row(fuel.name, $0.0, $0.1, fuel.row.basis) }
            }
            return grid + fuels
        }
        let method = summary.method
        let notes = [
            "convention: \(method.factors.convention.rawValue)", "headline: \(method.scope2.rawValue)-based",
            "boundary: \(method.boundary)",
        ]
        return (sheet, values + [[]] + notes.map { [.text($0)] })
    }

    // MARK: - The package

    private static let schemas = "http://schemas.openxmlformats.org"

    private func contentTypes(_ sheets: Int) -> String {
        let type = "application/vnd.openxmlformats-officedocument.spreadsheetml"
        let parts =
            [("workbook.xml", "sheet.main"), ("styles.xml", "styles")]
            + (0..<sheets).map { ("worksheets/sheet\($0 + 1).xml", "worksheet") }
        return XML.declaration + "<Types xmlns=\"\(ReportWorkbook.schemas)/package/2006/content-types\">"
            + "<Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
            + "<Default Extension=\"xml\" ContentType=\"application/xml\"/>"
            + parts.map { "<Override PartName=\"/xl/\($0.0)\" ContentType=\"\(type).\($0.1)+xml\"/>" }.joined()
            + "</Types>"
    }

    private func relations(_ targets: [(type: String, target: String)]) -> String {
        let rows = targets.enumerated().map { place, relation in
            "<Relationship Id=\"r\(place + 1)\" Type=\"\(ReportWorkbook.schemas)/officeDocument/2006/relationships/\(relation.type)\""
                + " Target=\"\(relation.target)\"/>"
        }
        return XML.declaration + "<Relationships xmlns=\"\(ReportWorkbook.schemas)/package/2006/relationships\">"
            + rows.joined() + "</Relationships>"
    }

    private func workbook(_ names: [String]) -> String {
        let sheets = names.enumerated().map { place, name in
            "<sheet name=\"\(name)\" sheetId=\"\(place + 1)\" r:id=\"r\(place + 1)\"/>"
        }
        return XML.declaration + "<workbook xmlns=\"\(XML.main)\""
            + " xmlns:r=\"\(ReportWorkbook.schemas)/officeDocument/2006/relationships\"><sheets>\(sheets.joined())</sheets></workbook>"
    }
}
