import ArgumentParser
import Glibc
import TwinConfiguration
import TwinCore
import TwinFiles
import TwinRuntime
import TwinStore

/// `twin`: arguments and wiring only.
@main
struct Twin: AsyncParsableCommand {
    static let version = "0.2.0"

    static let configuration = CommandConfiguration(
        commandName: "twin",
        abstract: "A message-driven digital twin of a carbon-neutral car plant.",
        discussion: """
            EXAMPLES
              twin replay replay/sunderland-day.jsonl.gz --loop closed
              twin simulate --broker mqtt://127.0.0.1:1883 --for 1h --speed 60
              twin run --broker mqtt://127.0.0.1:1883 --clock event --mode control
              twin record --broker mqtt://127.0.0.1:1883 --out day.jsonl.gz --for 1d
              twin topics --broker mqtt://127.0.0.1:1883 --for 30s
              twin scenario run replay/scenarios/*.scenario.yaml
              twin report --store twin.sqlite --format json
              twin --version --verbose

            Data goes to standard output, everything else to standard error.
            Exit codes: 0 ok, 1 an expectation failed, 2 usage, 65 bad data, 66 no such input, 69 broker unavailable, \
            70 internal, 73 cannot create output, 74 I/O, 77 permission, 78 configuration, 130 interrupted.
            """,
        version: version,
        subcommands: [
            InitCommand.self, RunCommand.self, ServeCommand.self, UserCommand.self, ReplayCommand.self,
            ScenarioCommand.self,
            SimulateCommand.self, RecordCommand.self,
            ImportCommand.self, JournalCommand.self, ReportCommand.self, CompareCommand.self, ExplainCommand.self,
            BaselineCommand.self, IdleCommand.self, StudyCommand.self, PassportsCommand.self, AlarmsCommand.self,
            VerifyCommand.self,
            CommandsCommand.self, ExportCommand.self, ValidateCommand.self, TopicsCommand.self, ReloadCommand.self,
            ManualCommand.self, PauseCommand.self, ReleaseCommand.self,
            RequestCommand.self, WithdrawCommand.self,
        ])

    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if BuiltWith.isAsked(arguments) {
            if arguments.contains("--json") {
                StandardOutput.write(BuiltWith.json)
            } else {
                for line in BuiltWith.lines { StandardOutput.write(line) }
            }
            leaveWell()
        }
        do {
            try checkNames(arguments)
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            leaveWell()
        } catch {
            leave(with: error)
        }
    }

    /// Names the command that a misspelt one may mean: the parser takes it for an argument too many.
    static func checkNames(_ arguments: [String]) throws {
        var command: any ParsableCommand.Type = Twin.self
        var name = "twin"
        for argument in arguments {
            let names = command.configuration.subcommands.compactMap { $0.configuration.commandName }
            if names.isEmpty || argument.hasPrefix("-") || argument == "help" { return }
            let place = command.configuration.subcommands.firstIndex {
                ([$0.configuration.commandName].compactMap { $0 } + $0.configuration.aliases).contains(argument)
            }
            guard let index = place else {
                let near = suggestion(for: argument, among: names).map { "; did you mean \"\(name) \($0)\"?" } ?? ""
                throw Failure("\(quoted(argument)) is no command of \(name)\(near); see \(name) --help", exitCode: 2)
            }
            name += " \(argument)"
            command = command.configuration.subcommands[index]
        }
    }

    /// Ends with 0 where all that was printed was taken.
    private static func leaveWell() -> Never {
        do { try StandardOutput.finish() } catch { note(error.text, exitCode: error.exitCode) }
        Glibc.exit(0)
    }

    /// Prints the error where it belongs and ends with the contract's exit code.
    private static func leave(with error: any Error) -> Never {
        // The code of what went wrong first says more than that of its output.
        try? StandardOutput.finish()
        switch error {
        case let failure as Failure: note(failure.text, exitCode: failure.exitCode)
        case let problem as FileProblem: note("\(problem)", exitCode: problem.exitCode)
        case let problem as JournalProblem: note("\(problem)", exitCode: problem.exitCode)
        case let problem as ReplayProblem: note("\(problem)", exitCode: problem.exitCode)
        case let problem as StoreProblem: note("\(problem)", exitCode: problem.exitCode)
        case let problem as TransportProblem: note("\(problem)", exitCode: 69)
        case let problem as ConfigNotFound: note("\(problem)", exitCode: 66)
        case let problems as ConfigProblems:
            for line in problems.lines { Terminal.say(line) }
            note("\(problems.count) problem\(problems.count == 1 ? "" : "s")", exitCode: 78)
        case let code as ExitCode: Glibc.exit(code.rawValue)
        default:
            let code = exitCode(for: error)
            let text = fullMessage(for: error)
            if code == .success {
                StandardOutput.show(text + "\n")
                leaveWell()
            }
            Terminal.say(lines: text)
            Glibc.exit(code == .validationFailure ? 2 : 70)
        }
    }

    private static func note(_ text: String, exitCode: Int32) -> Never {
        if !text.isEmpty { Terminal.say("twin: \(text)", .runFailed) }
        Glibc.exit(exitCode)
    }
}

/// A failure of the command line's own: a sentence and an exit code.
struct Failure: Error {
    var text: String
    var exitCode: Int32

    init(_ text: String, exitCode: Int32) {
        self.text = text
        self.exitCode = exitCode
    }
}
