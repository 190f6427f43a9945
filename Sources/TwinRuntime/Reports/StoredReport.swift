public import TwinBooks
public import TwinConfiguration
public import TwinCore
import TwinFiles
public import TwinReports

/// What a store says of a period, in each form that people take away. `twin report` and the pages make it here, so that
/// they make the same.
public struct StoredReport {
    public let source: any StoreReading
    public let config: SiteConfig
    /// As it was asked for; nil for all that the store holds.
    public let period: String?
    public let window: StoreWindow
    /// The configuration's rules on the window's meters.
    public let method: ReportMethod
    /// Configurations that were in force in the window.
    public let changes: [ConfigurationInWindow]
    public let restatements: [Restatement]

    public init(_ source: any StoreReading, _ config: SiteConfig, period: String?, _ window: StoreWindow) throws {
        (self.source, self.config, self.period, self.window) = (source, config, period, window)
        method = try config.method.covering(source.chart(window))
        changes = try ConfigurationInWindow.all(in: window, of: source)
        restatements = try source.restatements(window).map(\.restatement)
    }

    /// Nil where the store holds nothing of the period.
    public func summary() throws -> Summary? { try source.summary(method, window) }

    /// Row by row: a year of them has no place in memory.
    /// - Returns: whether there was one.
    public func writeCSV(_ write: (String) throws -> Void) throws -> Bool {
        var isEmpty = true
        let isSimulated = try source.facts(window)?.isSimulated ?? false
        // Only accounts are printed, so no meter is read.
        try source.forEachRow(window, on: Chart([])) { row in
            if isEmpty { try write(ReportCSV.header) }
            isEmpty = false
            for line in ReportCSV.lines(row, method, isSimulated: isSimulated) { try write(line) }
        }
        return !isEmpty
    }

    public func workbook(_ summary: Summary) throws -> [UInt8] {
        var archive = ZipArchive()
        let book = ReportWorkbook(summary)
        for part in book.parts {
            archive.begin(part.name)
            archive.write(part.text)
        }
        var periods = book.periods
        archive.begin(periods.part)
        archive.write(periods.head)
        try source.forEachRow(window, on: Chart([])) { archive.write(periods.add($0)) }
        archive.write(periods.finish())
        return archive.finish()
    }

    /// The `summary/1` of the period, with the configurations that were in force.
    public func json(_ summary: Summary) -> JSON {
        var members = summary.json.members ?? []
        members.append(.init("configurations", .array(changes.map { $0.json(summary.method.zone) })))
        return .object(members)
    }

    /// The period as a whole, its months, and every year of the books.
    public struct Sheets {
        public var summary: Summary
        public var months: [ReportMonth]
        public var years: [ReportYear]
    }

    /// Nil where the store holds nothing of the period.
    /// - Parameter check: of the whole, before its years are read.
    public func sheets(_ check: (Summary) throws -> Void = { _ in }) throws -> Sheets? {
        guard let found = try source.summaryByMonth(method, window) else { return nil }
        try check(found.whole)
        let months = found.months.map { first, isWhole, summary in
            ReportMonth(
                label: StoredReport.months[first.month - 1], kgPerVehicle: summary?.kgPerVehicleLocation,
                vehicles: summary?.vehicles ?? 0, isWhole: isWhole)
        }
        let years = try source.summaryByYear(method, known: found.whole).map { year, isWhole, summary in
            ReportYear(
                year: year, kgPerVehicle: summary.kgPerVehicleLocation, vehicles: summary.vehicles, isWhole: isWhole)
        }
        return Sheets(summary: found.whole, months: months, years: years)
    }

    /// The management report, line by line.
    /// - Parameter without: the same window of the plant without the twin's commands, and where it comes from.
    public func page(_ sheets: Sheets, build: String, without: (name: String, summary: Summary)? = nil) -> [String] {
        var facts = ReportPage.Facts(
            period: period, name: config.name, build: build, rules: config.hash,
            configurations: changes.map { $0.sentence(config.zone) },
            restated: sheets.summary.effect(of: restatements))
        facts.without = without
        return ReportPage.lines(sheets.summary, months: sheets.months, years: sheets.years, facts: facts)
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}

extension Summary {
    /// Why nobody may publish these figures: more is claimed than was used, or a year has no factors of its own. Nil where
    /// nothing stands against them.
    public var claimProblem: String? { certificatesAboveUse.first ?? method.factors.missing(missingFactorYears) }
}

extension Factors {
    /// No year has another's factors without a word of the configuration.
    public func missing(_ years: [Int]) -> String? {
        guard !allowsNearest, let year = years.first(where: { !knows($0) }) else { return nil }
        return
            "factors.yaml: there is no set for \(year); add it, or write missing_years: nearest to take the year before"
    }
}
