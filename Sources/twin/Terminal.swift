import Foundation
import Glibc
import Synchronization
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinFiles
import TwinReports
import TwinRuntime

/// Standard error, progress and signals.
enum Terminal {
    static let isInteractive = isatty(2) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"

    /// Signals received: 0 none, else SIGINT or SIGTERM. A second one ends at once.
    static let signal = Atomic<Int32>(0)

    static func catchSignals() {
        _ = signal.load(ordering: .relaxed)
        for number in [SIGINT, SIGTERM] {
            Glibc.signal(number) { number in
                // Only an atomic store is safe here.
                if Terminal.signal.exchange(number, ordering: .relaxed) != 0 { _exit(128 + number) }
            }
        }
        // A reader that went away is an error of the write, not the end of the process.
        Glibc.signal(SIGPIPE, SIG_IGN)
    }

    private static let hangups = Atomic<Int>(0)

    /// Counts SIGHUP from here on instead of ending by it.
    static func catchHangups() {
        _ = hangups.load(ordering: .relaxed)
        Glibc.signal(SIGHUP) { _ in Terminal.hangups.wrappingAdd(1, ordering: .relaxed) }
    }

    /// Whether SIGHUP came since it was last asked.
    static func takeHangup() -> Bool { hangups.exchange(0, ordering: .relaxed) > 0 }

    static var isStopped: Bool { signal.load(ordering: .relaxed) != 0 }

    /// 130 after an interrupt; a terminated live run that flushed is ok.
    static func exitIfInterrupted() throws {
        if signal.load(ordering: .relaxed) == SIGINT { throw Failure("", exitCode: 130) }
    }
}

/// A progress line on a terminal; silent elsewhere.
final class Progress: Sendable {
    private let label: String
    private let lastPercent = Atomic<Int>(-1)
    private let isShown: Bool

    init(_ label: String, isQuiet: Bool) {
        self.label = label.printable
        isShown = Terminal.isInteractive && !isQuiet
    }

    func show(_ share: Double) {
        guard isShown else { return }
        let percent = Int(exactly: (min(max(share, 0), 1) * 100).rounded(.down)) ?? 0
        guard lastPercent.exchange(percent, ordering: .relaxed) != percent else { return }
        let width = 30
        let filled = percent * width / 100
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
        StandardError.show("\r\(label) [\(bar)] \(percent) %")
    }

    /// Shows a text where no share is known, at most once for each `key`, which is 0 or more.
    func show(_ text: String, key: Int) {
        guard isShown, lastPercent.exchange(key, ordering: .relaxed) != key else { return }
        StandardError.show("\r\(label) \(text)\u{1B}[K")
    }

    func end() {
        guard isShown, lastPercent.load(ordering: .relaxed) >= 0 else { return }
        StandardError.show("\r\u{1B}[K")
    }
}

/// What commands print at their end.
enum Output {
    /// The result in five lines, after the whole table where that is wanted; or the JSON.
    /// - Parameter chain: of a replay: whether its figures are those of the run, or nil for a recording without marks.
    static func summary(_ summary: Summary, chain: ChainProof?? = .none, json: Bool, full: Bool) {
        if json {
            var members = summary.json.members ?? []
            if let chain { members.append(.init("chain", chain?.json ?? .null)) }
            return StandardOutput.write(.object(members))
        }
        if full { StandardOutput.show(SummaryText.render(summary) + "\n") }
        for line in ResultText.lines(summary, damage: chain??.sentence) { StandardOutput.write(line) }
    }

    /// Lines to a file, or to standard output without one.
    struct Lines {
        private let writer: LineWriter?

        init(_ path: String?, overwrite: Bool) throws {
            writer = try path.map { try LineWriter(path: $0, overwrite: overwrite) }
        }

        /// - Parameter ending: what the format has before the line's feed.
        func write(_ line: String, ending: String = "") throws {
            guard let writer else { return StandardOutput.write(line, ending: ending) }
            try writer.write(Array((line.printable + ending).utf8))
        }

        /// What is no text; only a file takes it.
        func write(bytes: [UInt8]) throws { try writer?.write(bytes: bytes) }

        func finish() throws { try writer?.finish() }
    }

    /// Refused lines and warnings of a run, for people.
    /// - Parameter all: says every refused line that was kept, not the first few.
    static func notes(_ notes: RunNotes, path: String, all: Bool) {
        for warning in notes.warnings { Terminal.say("warning: \(warning)") }
        let said = notes.refusals.prefix(all ? RunNotes.keptMax : 5)
        for refusal in said {
            let place = refusal.line > 0 ? "\(path):\(refusal.line)" : path
            let topic = refusal.topic.isEmpty ? "" : " \(shown(refusal.topic))"
            Terminal.say(
                "\(place): rejected (\(refusal.failure.reason.rawValue)):\(topic) \(shown(refusal.failure.text))")
        }
        let more = notes.refusedByReason(beyond: said.count)
        guard !more.isEmpty else { return }
        let reasons = more.map { "\($0.reason.rawValue) \($0.count)" }.joined(separator: ", ")
        let help = all ? "--json counts all of them" : "with -v each is named, with --json counted"
        Terminal.say("… and \(more.reduce(0) { $0 + $1.count }) more rejected: \(reasons); \(help)")
    }

    /// Why a recording means nothing to a configuration, in one line; nil where it does.
    static func hint(_ notes: RunNotes, _ config: SiteConfig, messages: Int, path: String) -> String? {
        let unknown = notes.refused[.unknownTopic] ?? 0
        guard messages > 0, unknown > messages / 2 else { return nil }
        if let other = notes.siteNamed(besides: config.site), other.messages > messages / 2 {
            return "hint: the topics of \(path) name site \(shown(other.site)), the configuration is of site"
                + " \(config.site): name the other one with --config"
        }
        guard unknown == messages else { return nil }
        return "hint: no topic of \(path) means anything to the configuration of site \(config.site): name another one"
            + " with --config, or map them; twin topics \(path) lists them"
    }

    /// Text from outside, broken at spaces into lines of at most 80 columns.
    /// - Parameter hanging: indent of the lines after the first; nil for the same.
    static func wrapped(_ text: String, indent: Int, hanging: Int? = nil) -> [String] {
        var lines: [String] = []
        for word in shown(text).split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= 80 {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append(String(repeating: " ", count: lines.isEmpty ? indent : hanging ?? indent) + word)
            }
        }
        return lines
    }

    /// Text from outside without what a terminal would obey.
    static func shown(_ text: String) -> String { text.printable }
}
