import ArgumentParser
import Foundation
import TwinConfiguration
import TwinCore
import TwinImport
import TwinRuntime

/// `twin validate`: every problem of our own files at once, `file:line:col`.
struct ValidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check configuration folders, replay files, broker recordings, scenarios and mappings.",
        usage: "twin validate [<options>] [<paths> ...]",
        discussion: """
            EXAMPLES
              twin validate twin-config/sunderland
              twin validate replay/scenarios/*.scenario.yaml replay/sunderland-day.jsonl.gz

            Exit code 78 for a configuration, 65 for replay, scenario and mapping files.
            Broker recordings are read with --config; the assets and keys of a mapping
            must be in it, and those of a scenario.
            """)

    @OptionGroup var common: CommonOptions

    @Argument(help: "Files and folders; default the configuration.")
    var paths: [String] = []

    func run() async throws {
        var worst: Int32 = 0
        var files: [JSON] = []
        for path in paths.isEmpty ? [common.folder] : paths {
            let isMapping = path.contains(".mapping.y")
            let (problems, code) = try isMapping ? checkMapping(path) : check(path)
            if !common.json { for problem in problems { StandardOutput.write(problem) } }
            files.append(.fields(["path": .string(path), "problems": .array(problems.map(JSON.string))]))
            if !problems.isEmpty { worst = max(worst, code) } else if !isMapping { common.say("ok  \(path)") }
        }
        if common.json { StandardOutput.write(JSON.fields(["schema": .string("validate/1"), "files": .array(files)])) }
        if worst != 0 { throw ExitCode(worst) }
    }

    /// Problems of one path, and the exit code they mean.
    private func check(_ path: String) throws -> ([String], Int32) {
        do {
            if path.hasSuffix(".scenario.yaml") {
                let scenario = try ScenarioFile.load(path: path)
                try ScenarioFit(scenario, config: try configuration()).check()
                return ([], 65)
            }
            if isReplayed(path) { return (try replayProblems(path), 65) }
            _ = try CommonOptions.load(path)
            return ([], 78)
        } catch let problem as ReplayProblem where path.hasSuffix(".scenario.yaml") {
            return (["\(path):1:1: error: recording: \(problem)"], 65)
        } catch let problems as ConfigProblems {
            if path.hasSuffix(".scenario.yaml") { return (problems.lines, 65) }
            // A configuration names its files without the folder.
            let folder =
                path.hasSuffix(".yaml") ? URL(fileURLWithPath: path).deletingLastPathComponent().relativePath : path
            return (problems.list.map { "\(folder)/\($0)" } + problems.lines.dropFirst(problems.list.count), 78)
        }
    }

    /// Checks a mapping, and the assets and keys that it names in the configuration.
    /// - Returns: its problems, and the exit code that they mean.
    private func checkMapping(_ path: String) throws -> ([String], Int32) {
        do {
            let mapping = try ImportMapping.load(path: path)
            guard let config = try configuration() else {
                common.say("ok  \(path), but for its assets and keys: there is no \(common.folder); see --config")
                return ([], 65)
            }
            // Without --config nobody said that it is meant for the default one.
            guard common.config != nil || mapping.site == config.site else {
                common.say(
                    "ok  \(path), but for its assets and keys: it is for \(mapping.site), \(common.folder) for"
                        + " \(config.site); see --config")
                return ([], 65)
            }
            try mapping.check(site: config.site)
            try mapping.check(against: config.inputs)
            common.say("ok  \(path)")
            return ([], 65)
        } catch let problems as ConfigProblems {
            return (problems.lines, 65)
        }
    }

    /// The configuration to check a mapping or a scenario with; nil where none is named and the default one is not there.
    private func configuration() throws -> SiteConfig? {
        do { return try common.load() } catch let problem as ConfigNotFound {
            guard common.config == nil else { throw problem }
            return nil
        } catch let problems as ConfigProblems {
            throw Failure(
                "\(common.folder): has \(problems.count) problems of its own; see twin validate \(common.folder)",
                exitCode: 78)
        }
    }

    /// Whatever is a file and no YAML is one that `twin replay` would read.
    private func isReplayed(_ path: String) -> Bool {
        if path.contains(".jsonl") { return true }
        var isFolder: ObjCBool = false
        let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        return isThere && !isFolder.boolValue && !path.hasSuffix(".yaml") && !path.hasSuffix(".yml")
    }

    private func replayProblems(_ path: String) throws -> [String] {
        let reader = try TickReader(paths: [path], lateness: .seconds(30), strict: false) {
            RecordingFrame(try common.load(), build: Build.id)
        }
        while try reader.next() != nil {}
        var found = reader.notes.refusals.prefix(20).map {
            "\(path):\($0.line):1: error: \($0.failure.reason.rawValue): \(Output.shown($0.failure.text))"
        }
        if reader.notes.refusalTotal > found.count {
            found.append("\(path): \(reader.notes.refusalTotal - found.count) more lines are refused")
        }
        return found + reader.notes.warnings
    }
}
