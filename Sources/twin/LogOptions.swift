import ArgumentParser
import Foundation
import Synchronization
import TwinCore
import TwinRuntime

/// How the log is written on standard error.
enum LogFormat: String, CaseIterable, ExpressibleByArgument {
    case text, json
}

/// For the commands that say what happens while it happens.
struct LogOptions: ParsableArguments {
    @Option(help: "Of standard error: text, or json with one object a line.")
    var log = LogFormat.text

    /// What a replay says: alarms at their plant time, as nobody waits for it. Refused lines are told at its end, with the
    /// line of the file.
    func replayed(_ common: CommonOptions) -> RunLog {
        Terminal.isJSON.store(log == .json, ordering: .relaxed)
        return RunLog(
            least: common.verbose ? .debug : common.quiet ? .error : .info, now: { Terminal.now },
            write: Terminal.replayed)
    }

    /// What a loop writes to. With -v it tells of each tick, with -q of what is wrong.
    func live(_ common: CommonOptions) -> RunLog {
        Terminal.isJSON.store(log == .json, ordering: .relaxed)
        return RunLog(
            least: common.verbose ? .debug : common.quiet ? .warn : .info, now: { Terminal.now }, write: Terminal.log)
    }
}

extension Terminal {
    /// Whether all of standard error is the log's JSON.
    static let isJSON = Atomic<Bool>(false)

    /// The wall clock.
    static var now: PlantTime { PlantTime(ms: Int64(Date().timeIntervalSince1970 * 1000)) }

    /// Writes a line of the log.
    static func log(_ entry: LogEntry) {
        let isJSON = Terminal.isJSON.load(ordering: .relaxed)
        StandardError.write(isJSON ? entry.json(at: now).printableLine : entry.text(at: now))
    }

    /// Writes a line of the log of a replay, whose time is the plant's.
    static func replayed(_ entry: LogEntry) {
        let isJSON = Terminal.isJSON.load(ordering: .relaxed)
        StandardError.write(isJSON ? entry.json(at: now).printableLine : entry.text(at: entry.plantTime ?? now))
    }

    /// Says what has several lines, of our own making.
    static func say(lines text: String) {
        for line in text.split(separator: "\n") { say(String(line)) }
    }

    /// Says a sentence to people under the line before it; on a terminal in 80 columns.
    static func say(under text: String) {
        guard isInteractive, !isJSON.load(ordering: .relaxed) else { return say("  \(text)") }
        for line in Output.wrapped(text, indent: 2, hanging: 4) { say(line) }
    }

    /// Says a sentence to people; where the log is JSON it is an entry.
    static func say(_ text: String, _ event: LogEvent = .runNote) {
        if isJSON.load(ordering: .relaxed) { log(LogEntry(event, text)) } else { StandardError.write(text) }
    }
}
