import ArgumentParser
import Foundation
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinFiles
import TwinReports
import TwinRuntime
import TwinStore
import TwinWeb

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
            abstract: "Run scenario files; exit 1 when an expectation fails, 65 when a scenario tests nothing.",
            usage: "twin scenario run [<options>] <files> ...",
            discussion: """
                EXAMPLE
                  twin scenario run replay/scenarios/*.scenario.yaml --junit out.xml
                  twin scenario run a.scenario.yaml --keep found
                  twin scenario run a.scenario.yaml --listen 127.0.0.1:8080 --speed 600
                  twin scenario run a.scenario.yaml --listen 127.0.0.1:8080 \\
                    --pause-at 2025-06-18T11:55
                """)

        @OptionGroup var common: CommonOptions

        @Argument(help: "Scenario files.")
        var files: [String]

        @Option(help: "Write a JUnit report.")
        var junit: String?

        @Flag(help: "Overwrite an existing JUnit report.")
        var force = false

        @Option(help: "Folder in which each scenario leaves its journal and its store.")
        var keep: String?

        @OptionGroup var pages: PageOptions

        @Option(help: "With --listen: max, or plant seconds per wall second.")
        var speed = Speed.max

        @Flag(help: "With --listen: begin when the first page is opened.")
        var awaitVisitor = false

        @Option(help: "With --listen: stand at this time, site-local such as 2025-06-18T11:55.")
        var pauseAt: String?

        func validate() throws {
            try speed.check()
            if pages.listen != nil, files.count > 1 {
                throw ValidationError("--listen shows one scenario; name one file")
            }
            if pages.listen == nil, awaitVisitor || pauseAt != nil {
                throw ValidationError("--await-visitor and --pause-at go with --listen")
            }
        }

        func run() async throws {
            Terminal.catchSignals()
            let config = try common.load()
            if let keep { try Self.makeFolder(keep) }
            let recordings = files.compactMap { file in
                (try? ScenarioFile.load(path: file))?.recording  // one that is no scenario is named below
            }
            try LineWriter.check(junit, isNoneOf: files + recordings)
            // Opened before the first scenario: nobody waits for them to hear that a file is in the way.
            let report = try junit.map { try LineWriter(path: $0, overwrite: force) }
            var results: [ScenarioResult] = []
            var broken: Int32?
            for file in files {
                do {
                    let result = try await run(file, config)
                    results.append(result)
                    if !result.problems.isEmpty { broken = broken ?? 65 }
                } catch {
                    // A scenario that cannot be run fails itself; the others run.
                    guard let (problems, code) = Self.problems(of: file, error) else { throw error }
                    common.say("BROKEN  \(file)")
                    for problem in problems { Terminal.say("  \(problem)") }
                    results.append(ScenarioResult(path: file, problems: problems))
                    broken = broken ?? code
                }
                if Terminal.isStopped { break }
            }
            if let report {
                for line in ScenarioResult.junit(results).split(separator: "\n") {
                    try report.write(Array(line.utf8))
                }
                try report.finish()
            }
            let failed = results.flatMap(\.verdicts).count { !$0.passed }
            if common.json {
                StandardOutput.write(ScenarioResult.json(results))
            }
            try Terminal.exitIfInterrupted()
            if let broken { throw ExitCode(broken) }
            if failed > 0 { throw ExitCode(1) }
        }

        /// What is wrong with a scenario, and the exit code that it means; nil for an error that is none of its own.
        private static func problems(of file: String, _ error: any Error) -> ([String], Int32)? {
            switch error {
            // Scenario files are data: their problems are 65, not a configuration's 78.
            case let problems as ConfigProblems: (problems.lines, 65)
            case let problem as FileProblem: (["\(problem)"], problem.exitCode)
            case let problem as ReplayProblem: (["\(problem)"], problem.exitCode)
            default: nil
            }
        }

        private static func makeFolder(_ path: String) throws {
            do { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) } catch {
                throw Failure("--keep: cannot create the folder \(path)", exitCode: 73)
            }
        }

        private func run(_ file: String, _ config: SiteConfig) async throws -> ScenarioResult {
            let scenario = try ScenarioFile.load(path: file)
            try ScenarioFit(scenario, config: config).check()
            var options = ReplayOptions()
            options.loop = scenario.loop
            options.mode = scenario.mode
            options.seed = scenario.seed
            options.faults = scenario.faults
            options.orders = scenario.orders
            options.expectations = scenario.expectations
            options.build = Build.id
            options.plans = .installed(for: config)
            let progress = Progress(scenario.name, isQuiet: common.quiet)
            options.onTick = { _, share in
                progress.show(share)
                return !Terminal.isStopped
            }
            let kept = keep.map { "\($0)/\(ScenarioResult.stem(file))" }
            options.journal = kept.map { JournalFolder(path: "\($0).journal") }
            // Who looks at it wants its vehicles and alarms of before.
            let temporary = kept == nil && pages.listen != nil ? TemporaryStore() : nil
            defer { temporary?.remove() }
            let store = try (kept.map { "\($0).sqlite" } ?? temporary?.path).map { try openStore($0) }
            let served = try serve(scenario, config, store, &options)
            defer { served?.stop() }
            let replay = try ReplayLoop(paths: [scenario.recording], config: config, options: options, store: store)
            let result = try await replay.run()
            progress.end()
            // What was played stays to be looked at.
            if let served, !Terminal.isStopped {
                common.say("twin: the scenario is played; the pages stay until Ctrl-C")
                try await served.untilStopped()
            }
            if let sentence = result.chain?.sentence { throw ReplayProblem(sentence) }
            tell(scenario, result)
            if let kept { common.say("  kept: \(kept).journal, \(kept).sqlite") }
            return ScenarioResult(
                path: scenario.path, name: scenario.name, digest: result.summary.digest,
                verdicts: result.verdicts.filter { !$0.isIdle }.map {
                    .init(
                        passed: $0.passed, place: $0.expectation.place, name: $0.expectation.words,
                        sentence: $0.sentence)
                },
                problems: result.verdicts.filter(\.isIdle).map { "\($0.expectation.place): error: \($0.sentence)" },
                wallS: result.summary.facts.wallS)
        }

        /// The pages while it runs; nil without `--listen`.
        private func serve(
            _ scenario: ScenarioFile, _ config: SiteConfig, _ store: (any StoreReading)?, _ options: inout ReplayOptions
        ) throws -> ServedPages? {
            guard let address = try pages.address() else { return nil }
            let reins = ReplayReins(
                speed: speed.factor, isAwaited: awaitVisitor, pauseAt: try pauseAt.map(config.zone.argument))
            let feed = LiveFeed(onListen: reins.begin)
            (options.watcher, options.reins, options.shouldStop) = (feed, reins, { Terminal.isStopped })
            var source = PageSource(config: config, build: Build.words, feed: feed, store: { store })
            (source.reins, source.played) = (reins, scenario.path)
            source.resultFolders = pages.resultFolders(store: nil)
            let rules = try pages.access.rules(store: nil, goesOn: false, at: address)
            return try ServedPages(source, rules, at: address)
        }

        private func tell(_ scenario: ScenarioFile, _ result: ReplayResult) {
            let failed = result.verdicts.filter { !$0.passed }
            let word = failed.isEmpty ? "passed" : failed.contains(where: \.isIdle) ? "BROKEN" : "FAILED"
            common.say("\(word)  \(scenario.path): \(scenario.name)")
            for verdict in result.verdicts where common.verbose || !verdict.passed {
                let place = verdict.expectation.place
                let head = verdict.passed ? "ok" : verdict.isIdle ? "\(place): error" : place
                Terminal.say(under: "\(head): \(verdict.sentence)")
            }
            guard !failed.isEmpty else { return }
            let with = common.config.map { " --config \(Self.forShell($0))" } ?? ""
            Terminal.say("  reproduce: twin scenario run -v \(Self.forShell(scenario.path))\(with)")
        }

        /// A path as a shell takes it for one word.
        private static func forShell(_ path: String) -> String {
            let isPlain = path.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/._-+,".contains($0)) }
            return isPlain && !path.hasPrefix("-") ? path : "'\(path.replacing("'", with: #"'\''"#))'"
        }
    }
}
