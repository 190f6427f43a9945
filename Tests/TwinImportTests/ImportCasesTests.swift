import Foundation
import Testing
import TwinConfiguration
import TwinCore
import TwinImport
import TwinTesting

/// Files as users had them, which lie beside the repository: the figure that each must give, or what must be said.
@Suite("Cases of an import", .enabled(if: Repository.sharedCase("P45-utf-16-export") != nil, "no ../shared/cases"))
struct ImportCasesTests {
    private func imported(_ name: String, _ edits: (old: String, new: String)...) throws -> ImportResult {
        let folder = try #require(Repository.sharedCase(name))
        var text = try String(contentsOfFile: "\(folder)/meter.mapping.yaml", encoding: .utf8)
        for (old, new) in edits {
            try #require(text.contains(old))
            text = text.replacing(old, with: new)
        }
        let csv = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".csv") }
        return try ImportFiles(mapping: mapping(text), inputs: csv.map { "\(folder)/\($0)" })
            .result(config: "sha256:0", build: "test")
    }

    @Test(
        arguments: [
            ("P41-csv-register-has-one-zero", 197_986.5), ("P43-decimal-comma-and-thousands-dot", 197_985),
            ("P45-utf-16-export", 197_986.5), ("P46-carriage-returns-only", 197_986.5), ("P51-hour-24", 197_986.5),
            ("P57-samples-hold-five-minutes", 197_986.5), ("P58-daily-gas-on-the-23-hour-day", 224_412.7),
            ("P60-session-resumed-and-counted-again", -18), ("P62-quality-flag-beside-each-half-hour", 197_986.5),
        ] as [(String, Double)])
    func `gives the file's energy, and its payloads hold as much as its table says`(
        name: String, energyKWh: Double
    ) throws {
        let result = try imported(name)
        let signal = try #require(result.report.signals.first)
        #expect(abs((signal.energyKWh ?? 0) - energyKWh) < 0.05)
        if signal.kind != .counter { #expect(abs(try result.heldKWh(signal.key) - energyKWh) < 0.05) }
    }

    @Test(
        arguments: [
            (
                "P44-decimal-comma-without-the-setting",
                "lastgang.csv:2: \"4000,0\" is no number; decimal_comma: true reads it as 4000"
            ),
            (
                "P48-uk-date-and-time",
                "meter.csv:2: \"18/06/2025 0:00\" is no time as written in local, 2025-06-18 00:30; date: dmy reads it"
            ),
            (
                "P50-filter-lets-nothing-through",
                "48 rows of 48 did not match where: meter.csv:2: MPAN is \"1.9E+12\", not \"1900000000007\""
            ),
            (
                "P53-estimate-then-actual",
                "48 stamps have values that differ, by up to 20 %; none of them counts: hh.csv:3: 4000 for "
                    + "2025-06-17T23:00:00.000Z, and hh.csv:2 has 4800; Type holds E, A"
            ),
            ("P54-reactive-row-before-active-row", "Type holds RI, AI: where: {Type: \"AI\"} takes one kind of row"),
            ("P56-half-hour-rows-hour-period", "rows stand 30m apart and each is said to hold for 1h"),
        ])
    func `is refused with the text that was found and what would do`(name: String, sentence: String) throws {
        let problem = #expect(throws: ConfigProblems.self) { try imported(name) }
        #expect(problem?.list.count == 1)
        #expect(problem?.description.contains(sentence) == true, "\(problem.map(String.init(describing:)) ?? "")")
    }

    @Test func `what was refused is read once the mapping says how`() throws {
        func energy(_ result: ImportResult) -> Double { result.report.signals.first?.energyKWh ?? 0 }
        let comma = try imported(
            "P44-decimal-comma-without-the-setting", ("    time:", "    decimal_comma: true\n    time:"))
        let dates = try imported("P48-uk-date-and-time", ("format: local", "format: local, date: dmy"))
        let rounded = try imported("P50-filter-lets-nothing-through", ("1900000000007", "1.9E+12"))
        let last = try imported("P53-estimate-then-actual", ("    time:", "    repeats: last\n    time:"))
        let actual = try imported(
            "P53-estimate-then-actual", ("    time:", "    quality: {column: Type, estimated: [E]}\n    time:"))
        let active = try imported(
            "P54-reactive-row-before-active-row", ("    time:", "    where: {Type: AI}\n    time:"))
        let period = try imported("P56-half-hour-rows-hour-period", ("period: 1h", "period: 30m"))
        for result in [comma, dates, rounded, last, actual, active, period] {
            #expect(abs(energy(result) - 197_986.5) < 0.05)
        }
        #expect(actual.report.signals.first?.superseded == 48)
    }

    @Test func `the one zero of a register is a gap that is named by its line`() throws {
        let signal = try #require(try imported("P41-csv-register-has-one-zero").report.signals.first)
        #expect(signal.wrong.firstLines == [22] && signal.replaced.count == 0 && signal.gaps == 1)
    }
}
