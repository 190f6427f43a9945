import ArgumentParser
import Foundation
import TwinConfiguration
import TwinCore
import TwinFiles
import TwinImport
import TwinRuntime

/// `twin import`: measured exports to a replay file.
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Turn measured CSV exports into a replay file, by a mapping file, or broker recordings without one.",
        usage: """
            twin import [<options>] [--mapping <mapping>] --out <out> <files> ...
            twin import [<options>] --guess <file>
            """,
        discussion: """
            EXAMPLES
              twin import --mapping replay/mappings/real-day.mapping.yaml \\
                --out day.jsonl.gz wind.csv.gz load.csv
              twin import --guess hh.csv > meter.mapping.yaml
              twin import --mapping meter.mapping.yaml --out june.jsonl.gz hh.csv
              twin import --mapping bays.mapping.yaml --out bays.jsonl.gz exports/
              twin import --out day.jsonl.gz mosquitto-sub.jsonl
              twin import --base64 --out day.jsonl.gz mqtt-recorder.csv

            Mappings to start from are in replay/mappings: rows, half-hour meters,
            gas by volume, registers and charging sessions are read.
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: "Mapping file: which column becomes which signal. Without one the files are broker recordings.")
    var mapping: String?

    @Option(help: "Replay file to write (.gz is compressed).")
    var out: String?

    @Flag(help: "Print a mapping to start from, as the file's first rows suggest it; nothing is imported.")
    var guess = false

    @Flag(help: "Overwrite an existing file.")
    var force = false

    @Flag(help: "The payloads of an mqtt-recorder file are base64 (its --encode_b64).")
    var base64 = false

    @Argument(help: "CSV files or recordings, plain or gzip; with a mapping also folders that hold them.")
    var files: [String]

    func validate() throws {
        if !guess, out == nil { throw ValidationError("Missing expected argument '--out <out>'") }
        if guess, files.count != 1 { throw ValidationError("--guess reads one file; name it") }
    }

    func run() async throws {
        Terminal.catchSignals()
        let config = try common.load()
        guard let out, !guess else {
            for path in files { StandardOutput.show(try proposal(path, config)) }
            return
        }
        if let mapping {
            try importMeasured(mapping, config, to: out)
        } else {
            try importRecordings(config, to: out)
        }
        common.say("wrote \(out)")
    }

    private func proposal(_ path: String, _ config: SiteConfig) throws -> String {
        let reader = try LineReader(path: path)
        guard let guess = MappingGuess(next: { reader.next() }) else {
            throw Failure(
                "\(path): no heading with a row of a time below it is found in its first rows; write the mapping by hand",
                exitCode: 65)
        }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return guess.text(file: name, site: config.site, zone: config.zone, stepS: config.stepS)
    }

    private func importMeasured(_ mapping: String, _ config: SiteConfig, to out: String) throws {
        let plan: ImportMapping
        do { plan = try ImportMapping.load(path: mapping) } catch let problems as ConfigProblems {
            throw Self.dataProblems(problems)
        }
        let result: ImportResult
        do {
            result = try ImportFiles(mapping: plan, inputs: files).result(config: config.hash, build: Twin.version)
        } catch let problems as ConfigProblems {
            throw Self.dataProblems(problems)
        }
        let added: [Line]
        do { added = try result.modelledLines(config) } catch {
            throw Failure("\(mapping): \(error.description)", exitCode: error.exitCode)
        }
        try write(result.header, to: out) { writer in
            try result.forEachLine(adding: added) { try writer.write($0.bytes) }
        }
        if common.json {
            StandardOutput.write(summary(result, out))
        } else {
            StandardOutput.show(result.report.text)
        }
    }

    private func importRecordings(_ config: SiteConfig, to out: String) throws {
        var recordings = RecordingImport(site: config.site, zone: config.zone, stepS: config.stepS)
        for path in files { try recordings.take(path: path, isBase64: base64) }
        guard let result = recordings.result(config: config.hash, build: Twin.version) else {
            Terminal.say(lines: recordings.text)
            throw Failure("there is no message to write", exitCode: 65)
        }
        try write(result.header, to: out) { writer in
            for line in result.lines { try writer.write(line.bytes) }
        }
        if common.json {
            StandardOutput.write(summary(recordings, out))
        } else {
            StandardOutput.show(recordings.text)
        }
    }

    private func write(_ header: Header, to out: String, _ lines: (LineWriter) throws -> Void) throws {
        try LineWriter.check(out, isNoneOf: files + [mapping].compactMap(\.self))
        let writer = try LineWriter(path: out, overwrite: force)
        try writer.write(header.bytes)
        try lines(writer)
        try writer.finish()
    }

    private func summary(_ result: ImportResult, _ out: String) -> JSON {
        .fields([
            "schema": .string("import/1"), "out": .string(out),
            "signals": .array(
                result.report.signals.map { signal in
                    .fields([
                        "source": .string(signal.source), "column": .string(signal.column),
                        "target": .string(signal.target), "key": .string(signal.key), "scale": .number(signal.scale),
                        "rows": .integer(signal.rows), "written": .integer(signal.written),
                        "empty": .integer(signal.empty), "duplicates": .integer(signal.duplicates.count),
                        "unreadable": .integer(signal.unreadable.count),
                        "out_of_range": .integer(signal.outOfRange.count), "gaps": .integer(signal.gaps),
                        "replaced": .integer(signal.replaced.count), "conflicts": .integer(signal.conflicts.count),
                        "wrong_readings": .integer(signal.wrong.count),
                        "overlapping": .integer(signal.overlapping.count),
                        "estimated": .integer(signal.estimated), "gap_s": .number(signal.gapTotal.seconds),
                        "first_gaps": .array(
                            signal.firstGaps.map { gap in
                                .fields(["from": .string(gap.from.rfc3339), "to": .string(gap.to.rfc3339)])
                            }),
                        "energy_kwh": .optional(signal.energyKWh), "mean": .optional(signal.mean),
                    ])
                }),
            "sources": .array(
                result.report.sources.map { source in
                    .fields([
                        "source": .string(source.name), "rows": .integer(source.rows),
                        "rows_inside": .integer(source.rowsInside), "bad_rows": .integer(source.badRows.count),
                        "filtered_rows": .integer(source.filtered.count),
                        "wrong_days": .integer(source.wrongDays.count),
                        "refusals": .array(source.refusals.map(JSON.string)),
                        "sessions_kwh": .number(source.sessionsKWh), "without_end": .integer(source.withoutEnd.count),
                        "without_end_kwh": .number(source.withoutEndKWh), "resumed": .integer(source.resumed.count),
                    ])
                }),
        ])
    }

    private func summary(_ recordings: RecordingImport, _ out: String) -> JSON {
        .fields([
            "schema": .string("import/1"), "out": .string(out),
            "recordings": .array(
                recordings.files.map { file in
                    .fields([
                        "file": .string(file.name), "format": .string(file.format.rawValue),
                        "messages": .integer(file.messages), "other_topics": .integer(file.otherTopics),
                        "back_in_time": .integer(file.backInTime), "refused": .integer(file.refused),
                        "refusals": .array(file.refusals.map(JSON.string)),
                    ])
                }),
        ])
    }

    /// A mapping is data: its problems are 65, not a configuration's 78.
    static func dataProblems(_ problems: ConfigProblems) -> Failure {
        for line in problems.lines { Terminal.say(line) }
        return Failure("\(problems.count) problem\(problems.count == 1 ? "" : "s")", exitCode: 65)
    }
}
