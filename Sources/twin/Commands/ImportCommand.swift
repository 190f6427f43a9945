import ArgumentParser
import Foundation
import TwinCore
import TwinPlant
import TwinScenario

/// `twin import`: measured exports to a replay file.
struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Turn measured CSV exports into a replay file, by a mapping file.",
        usage: "twin import [<options>] --mapping <mapping> --out <out> <files> ...",
        discussion: """
            EXAMPLE
              twin import --mapping replay/mappings/real-day.mapping.yaml \\
                --out day.jsonl.gz wind.csv.gz load.csv
            """)

    @OptionGroup var common: CommonOptions

    @Option(help: "Mapping file: which column becomes which signal.")
    var mapping: String

    @Option(help: "Replay file to write (.gz is compressed).")
    var out: String

    @Flag(help: "Overwrite an existing file.")
    var force = false

    @Argument(help: "CSV files, plain or gzip, or folders that hold them.")
    var files: [String]

    func run() async throws {
        Terminal.catchSignals()
        let config = try common.load()
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
        let writer = try LineWriter(path: out, overwrite: force)
        try writer.write(result.header.bytes)
        for line in result.lines(adding: try modelledLines(result, config)) { try writer.write(line.bytes) }
        try writer.finish()
        if common.json {
            print(summary(result).line)
        } else {
            print(result.report.text, terminator: "")
        }
        common.say("wrote \(out)")
    }

    /// What the mapping leaves to the model, marked as modelled in every message.
    private func modelledLines(_ result: ImportResult, _ config: SiteConfig) throws -> [Line] {
        var lines: [Line] = []
        for item in result.modelled {
            guard item.name == "line" else {
                throw Failure("\(mapping): modelled: \"\(item.name)\" cannot be modelled; only line can", exitCode: 65)
            }
            var line = SimulatedLine(
                site: config.site, asset: "final", calendar: config.calendar, seed: result.header.seed, isModelled: true
            )
            var from = result.header.start
            while from < result.end {
                let to = from + result.header.step
                for message in line.step(from: from, to: to) {
                    lines.append(
                        .message(Arrival(t: message.sent ?? to, topic: message.topic, payload: message.payload, qos: 1))
                    )
                }
                from = to
            }
        }
        return lines
    }

    private func summary(_ result: ImportResult) -> JSON {
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
                        "energy_kwh": .optional(signal.energyKWh), "mean": .optional(signal.mean),
                    ])
                }),
        ])
    }

    /// A mapping is data: its problems are 65, not a configuration's 78.
    static func dataProblems(_ problems: ConfigProblems) -> Failure {
        for problem in problems.list { Terminal.say("\(problem)") }
        return Failure("\(problems.list.count) problem\(problems.list.count == 1 ? "" : "s")", exitCode: 65)
    }
}

/// For `twin validate`.
enum MappingCheck {
    static func problems(_ path: String) throws -> [String] {
        do {
            _ = try ImportMapping.load(path: path)
            return []
        } catch let problems as ConfigProblems {
            return problems.list.map(\.description)
        }
    }
}
