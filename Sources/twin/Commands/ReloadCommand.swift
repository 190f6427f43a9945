import ArgumentParser
import Foundation
import TwinCore
import TwinRuntime

/// `twin reload`: a new configuration into a running twin.
struct ReloadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract: "Let a running twin go on with a changed configuration or mode.",
        usage: "twin reload [<options>]",
        discussion: """
            EXAMPLES
              twin reload --store twin.sqlite
              twin reload --store twin.sqlite --config twin-config/next
              twin reload --store twin.sqlite --mode control

            Journal and store go on; the change is in force from the next step on. The files
            are checked first, and a refused configuration changes nothing. SIGHUP to the
            twin does the same without an answer.
            """)

    @Option(help: "SQLite store of the running twin; its journal is beside it.")
    var store = "./twin.sqlite"

    @Option(help: "Journal folder of the running twin; default beside the store.")
    var journal: String?

    @Option(help: "Configuration folder; default the one that it read last.")
    var config: String?

    @Option(help: "Another mode: shadow, advise or control.")
    var mode: ControlMode?

    @Flag(name: .shortAndLong, help: "Say less on standard error.")
    var quiet = false

    func run() async throws {
        let (twin, pid, present) = try RunningTwin.find(store: store, journal: journal)
        let path = config.map { URL(fileURLWithPath: $0).standardizedFileURL.path } ?? present
        // All problems are said here, where somebody reads them.
        _ = try CommonOptions.load(path)
        try tell(try await twin.ask(pid, .reload(config: path, mode: mode)), path)
    }

    private func tell(_ answer: LiveInbox.Answer, _ path: String) throws {
        switch answer {
        case .taken(let notes):
            if !quiet {
                Terminal.say("\(mode.map { "mode \($0.rawValue), " } ?? "")\(path): in force from the next step on")
            }
            for note in notes { Terminal.say("note: \(note)") }
        case .unchanged:
            if !quiet { Terminal.say("\(path): is in force already; nothing was changed") }
        case .refused(let why):
            throw Failure("\(path): refused, nothing was changed: \(why)", exitCode: 78)
        }
    }
}
