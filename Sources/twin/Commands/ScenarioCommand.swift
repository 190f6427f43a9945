import ArgumentParser
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinFiles
import TwinReports
import TwinRuntime

/// `twin scenario run`: recordings with faults and expectations.
struct ScenarioCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scenario", abstract: "Run scenarios: recording, faults and expectations in one file.",
        discussion: """
            EXAMPLE
              twin scenario run replay/scenarios/*.scenario.yaml --junit out.xml
            """,
        subcommands: [Run.self])

    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "run",
            abstract: "Run scenario files; exit 1 when an expectation fails.",
            usage: "twin scenario run [<options>] <files> ...",
            discussion: """
                EXAMPLE
                  twin scenario run replay/scenarios/*.scenario.yaml --junit out.xml
                """)

        @OptionGroup var common: CommonOptions

        @Argument(help: "Scenario files.")
        var files: [String]

        @Option(help: "Write a JUnit report.")
        var junit: String?

        func run() async throws {
            Terminal.catchSignals()
            let config = try common.load()
            var results: [ScenarioResult] = []
            for file in files {
                let scenario: ScenarioFile
                do { scenario = try ScenarioFile.load(path: file) } catch let problems as ConfigProblems {
                    // Scenario files are data: their problems are 65, not a configuration's 78.
                    for problem in problems.list { Terminal.say("\(problem)") }
                    throw Failure(
                        "\(file): \(problems.list.count) problem\(problems.list.count == 1 ? "" : "s")", exitCode: 65)
                }
                results.append(try await run(scenario, config))
                if Terminal.isStopped { break }
            }
            if let junit { try write(results, to: junit) }
            let failed = results.flatMap(\.verdicts).count { !$0.passed }
            if common.json {
                print(ScenarioResult.json(results).line)
            }
            try Terminal.exitIfInterrupted()
            if failed > 0 { throw ExitCode(1) }
        }

        private func run(_ scenario: ScenarioFile, _ config: SiteConfig) async throws -> ScenarioResult {
            var options = ReplayOptions()
            options.loop = scenario.loop
            options.mode = scenario.mode
            options.seed = scenario.seed
            options.faults = scenario.faults
            options.expectations = scenario.expectations
            options.build = Build.id
            let progress = Progress(scenario.name, isQuiet: common.quiet)
            options.onTick = { _, share in
                progress.show(share)
                return !Terminal.isStopped
            }
            let replay = try ReplayLoop(paths: [scenario.recording], config: config, options: options, store: nil)
            let result = try await replay.run()
            progress.end()
            let failed = result.verdicts.filter { !$0.passed }
            common.say("\(failed.isEmpty ? "passed" : "FAILED")  \(scenario.path): \(scenario.name)")
            for verdict in result.verdicts where common.verbose || !verdict.passed {
                Terminal.say("  \(verdict.passed ? "ok" : verdict.expectation.place): \(verdict.sentence)")
            }
            if !failed.isEmpty {
                let with = common.config.map { " --config \($0)" } ?? ""
                Terminal.say("  reproduce: twin scenario run -v \(scenario.path)\(with)")
            }
            return ScenarioResult(
                path: scenario.path, name: scenario.name, digest: result.summary.digest,
                verdicts: result.verdicts.map {
                    .init(passed: $0.passed, place: $0.expectation.place, sentence: $0.sentence)
                },
                wallS: result.summary.facts.wallS)
        }

        private func write(_ results: [ScenarioResult], to path: String) throws {
            let writer = try LineWriter(path: path, overwrite: true)
            for line in ScenarioResult.junit(results).split(separator: "\n") { try writer.write(Array(line.utf8)) }
            try writer.finish()
        }
    }
}
