import ArgumentParser
import Foundation
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinReports
import TwinRuntime

/// `twin alarms`: what was raised, when, why, until when.
struct AlarmsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alarms",
        abstract: "Say which alarms were raised, when, why, and the journal's line behind each.",
        usage: "twin alarms [<options>] [<journal>]",
        discussion: """
            From the store, or from a journal's folder or one of its files. A journal older than \
            this version names no alarms: replay it with --store and ask the store.

            EXAMPLES
              twin alarms --store twin.sqlite --period 2025-06-18
              twin alarms --asset wind/t01
              twin alarms twin.journal --json
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "A journal folder or one of its files; default the store.")
    var journal: String?

    @Option(help: "SQLite store.")
    var store = "./twin.sqlite"

    @Option(help: "One asset, as area/asset.")
    var asset: String?

    @Option(help: "2025-06-18, 2025-06 or 2025, site-local; default all.")
    var period: String?

    func run() async throws {
        let (spans, zone) = try journal.map(inJournal) ?? inStore()
        if common.json {
            StandardOutput.write(
                JSON.fields(["schema": .string("alarms/1"), "alarms": .array(spans.map { json($0, zone) })]))
        } else if spans.isEmpty {
            StandardOutput.write(
                "no alarm was raised\(asset.map { " of \($0)" } ?? "")\(period.map { " in \($0)" } ?? "")")
        } else {
            for span in spans { AlarmsCommand.lines(span, zone).forEach { StandardOutput.write($0) } }
        }
    }

    private func inJournal(_ path: String) throws -> ([AlarmSpan], LocalZone) {
        let marks = try JournalMarks(at: path)
        let zone = marks.header.flatMap { LocalZone(database: $0.timeZone) } ?? .utc
        let spans = try marks.alarms(try StoreWindow(period, zone))
        guard let asset else { return (spans, zone) }
        // Without the configuration a journal tells of those alone that had an alarm.
        var known = Set(try marks.alarms(.all).compactMap(\.asset))
        let folder = common.config ?? marks.header.map { JournalFolder(path: path).configFolder($0.config) }
        let kept = folder.flatMap { FileManager.default.fileExists(atPath: $0) ? $0 : nil }
        if let kept { known.formUnion(try CommonOptions.load(kept).assetPaths) }
        let path = try AssetPath.argument(asset, among: known, of: path)
        return (spans.filter { $0.asset == path }, zone)
    }

    private func inStore() throws -> ([AlarmSpan], LocalZone) {
        let source = try openToRead(store)
        let config = try common.load(from: source, at: store)
        let spans = try source.alarms(try StoreWindow(period, config), marks: .beside(store))
        guard let asset else { return (spans, config.zone) }
        let path = try AssetPath.argument(asset, among: source.assets(config), of: store)
        return (spans.filter { $0.asset == path }, config.zone)
    }

    /// At most 80 columns.
    private static func lines(_ span: AlarmSpan, _ zone: LocalZone) -> [String] {
        let until = span.until.map { zone.minute($0) } ?? "it stands"
        let head = "\(zone.minute(span.from)) to \(until)  \(span.path)"
        return [head] + (span.cause.isEmpty ? [] : Output.wrapped(zone.localised(span.cause), indent: 2))
            + (span.place.map { ["  \($0)"] } ?? [])
    }

    private func json(_ span: AlarmSpan, _ zone: LocalZone) -> JSON {
        .fields([
            "alarm": .string(span.path), "run": .string(span.run), "from": .string(zone.text(span.from)),
            "until": span.until.map { .string(zone.text($0)) } ?? .null,
            "cause": span.cause.isEmpty ? .null : .string(span.cause),
            "line": span.place.map(JSON.string) ?? .null,
        ])
    }
}

extension JournalMarks {
    /// The marks of a journal folder or of one file.
    init(at path: String) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw Failure("\(path): no such file or folder", exitCode: 66)
        }
        try self.init(path: path, isFolder: isFolder.boolValue)
    }
}

extension JournalMarks? {
    /// Those of the journal beside a store, where `twin run` puts it; nil where there is none.
    static func beside(_ store: String) throws -> JournalMarks? {
        let folder = RunCommand.journalFolder(of: store)
        return FileManager.default.fileExists(atPath: folder) ? try JournalMarks(at: folder) : nil
    }
}
