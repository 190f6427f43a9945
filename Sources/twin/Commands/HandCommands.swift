import ArgumentParser
import TwinCore
import TwinRuntime

/// Which running twin, and which of its assets.
struct HandOptions: ParsableArguments {
    @Option(help: "SQLite store of the running twin; its journal is beside it.")
    var store = "./twin.sqlite"

    @Option(help: "Journal folder of the running twin; default beside the store.")
    var journal: String?

    @Flag(name: .shortAndLong, help: "Say less on standard error.")
    var quiet = false

    /// Asks the twin for a word, and says what became of it.
    /// - Parameters:
    ///   - object: the asset, or what else the word is about.
    ///   - name: of the object for people, where it is no asset.
    func ask(
        _ word: String, _ object: String, _ more: [JSON.Member] = [], as name: String? = nil, done: String
    ) async throws {
        let asset = name ?? object
        let (twin, pid, _) = try RunningTwin.find(store: store, journal: journal)
        switch try await twin.ask(pid, .operation(.object([JSON.Member(word, .string(object))] + more))) {
        case .taken(let notes):
            if !quiet { Terminal.say("\(asset): \(done), from the next step on") }
            for note in notes { Terminal.say("note: \(note)") }
        case .unchanged: if !quiet { Terminal.say("\(asset): is so already") }
        case .refused(let why): throw Failure("refused, nothing was changed: \(why)", exitCode: 65)
        }
    }

    static func seconds(_ span: Span) -> JSON.Member { JSON.Member("for_s", .integer(span.ms / 1000)) }
}

/// `twin manual`: a set-point by hand.
struct ManualCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "manual",
        abstract: "Give one asset of a running twin a set-point by hand.",
        usage: "twin manual <asset> <value> [--for <span>] [<options>]",
        discussion: """
            EXAMPLES
              twin manual storage/string-1 -100kW --for 1h
              twin manual gas/paint-ovens gas --for 2d
              twin manual gas/paint-supply-air 21.5degC

            The set-point passes the gate like any other, and ends by itself. A failsafe comes
            before it. It stands in the journal and in the reason of each command.
            """)

    @OptionGroup var options: HandOptions

    @Option(name: .customLong("for"), help: "How long it holds, at most 7 days.")
    var span = Span.hours(1)

    // A set-point below 0 is no option.
    @Argument(parsing: .allUnrecognized, help: "The asset, and its set-point: -100kW, 21.5degC or a word such as gas.")
    var words: [String] = []

    func run() async throws {
        guard words.count == 2 else {
            throw Failure("write an asset and its set-point, such as storage/string-1 -100kW", exitCode: 2)
        }
        let (asset, text) = (words[0], words[1])
        guard let value = ManualCommand.value(text) else {
            throw Failure("\"\(text)\" is no set-point; write one like -100kW, 21.5degC, gas or idle", exitCode: 2)
        }
        try await options.ask(
            "manual", asset, value + [HandOptions.seconds(span)], done: "\(text) by hand for \(span.text)")
    }

    /// A number with its unit, or a word.
    static func value(_ text: String) -> [JSON.Member]? {
        let units = [("kW", "kW"), ("degC", "Cel"), ("Cel", "Cel")]
        for (suffix, unit) in units where text.hasSuffix(suffix) {
            guard let number = Double(decimal: String(text.dropLast(suffix.count))), number.isFinite else { return nil }
            return [JSON.Member("value", .number(number)), JSON.Member("unit", .string(unit))]
        }
        guard !text.isEmpty, text.allSatisfy({ $0.isLowercase }) else { return nil }
        return [JSON.Member("value", .string(text)), JSON.Member("unit", .null)]
    }
}

/// `twin pause`: an asset is left alone.
struct PauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Let a running twin leave one asset alone.",
        usage: "twin pause <asset> [--for <span>] [<options>]",
        discussion: """
            EXAMPLES
              twin pause storage/string-1 --for 4h

            Nothing is commanded; what was commanded last ends with its lease.
            """)

    @OptionGroup var options: HandOptions

    @Option(name: .customLong("for"), help: "How long, at most 7 days.")
    var span = Span.hours(1)

    @Argument(help: "The asset, such as storage/string-1.")
    var asset: String

    func run() async throws {
        try await options.ask("pause", asset, [HandOptions.seconds(span)], done: "left alone for \(span.text)")
    }
}

/// `twin release`: the rules have an asset again.
struct ReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "End what was set or paused by hand.",
        usage: "twin release <asset> [<options>]",
        discussion: """
            EXAMPLES
              twin release storage/string-1

            Where nothing was set or paused by hand, or it has ended, it is refused: the rules
            decide already.
            """,
        aliases: ["resume"])

    @OptionGroup var options: HandOptions

    @Argument(help: "The asset, such as storage/string-1.")
    var asset: String

    func run() async throws { try await options.ask("release", asset, done: "decided by the rules") }
}
