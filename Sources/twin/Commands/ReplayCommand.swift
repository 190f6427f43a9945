import ArgumentParser
import Foundation
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinFiles
import TwinRuntime
import TwinStore
import TwinWeb

/// `twin replay`: replay files or a journal through the same step as live operation.
struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Replay a file, a broker recording or a journal folder and print the summary.",
        usage: "twin replay [<options>] <input> ...",
        discussion: """
            EXAMPLES
              twin replay replay/sunderland-day.jsonl.gz --json
              twin replay replay/sunderland-day.jsonl.gz --loop closed --store day.sqlite
              twin replay day.jsonl.gz --listen 127.0.0.1:8080 --speed 600
              twin replay twin.journal
              twin replay archive twin.journal
              twin replay mosquitto-sub.jsonl --config twin-config/sunderland

            A broker recording (lines of mosquitto_sub -F %j, CSV of mqtt-recorder) says
            nothing of site, time zone and step: these come from --config. It begins on
            the step of its first message.

            A journal whose past is archived is replayed from the state that the archive left.
            Name the archive before it to replay the whole run.
            """)

    @OptionGroup var common: CommonOptions

    @OptionGroup var logging: LogOptions

    @OptionGroup var pages: PageOptions

    @Argument(help: "A replay file or broker recording (plain or gzip), or journal folders of one run in order.")
    var inputs: [String]

    @Option(help: "max, or plant seconds per wall second.")
    var speed = Speed.max

    @Flag(help: "With --listen: begin when the first page is opened.")
    var awaitVisitor = false

    @Option(help: "With --listen: stand at this time, site-local such as 2025-06-18T17:40.")
    var pauseAt: String?

    @Option(help: "open: as recorded. closed: the simulated plant obeys commands.")
    var loop: LoopKind?

    @Option(help: "off, shadow, advise or control; default from the file, control in a closed loop.")
    var mode: ControlMode?

    @Option(help: "Seed of the simulated plant; default from the file.")
    var seed: UInt64?

    @Option(help: "SQLite store to write; default a temporary one.")
    var store: String?

    @Flag(help: "Keep the books in memory and write no store.")
    var noStore = false

    @Option(help: "Journal folder to write.")
    var journal: String?

    @Flag(help: "Print the whole table before the result.")
    var full = false

    @Flag(help: "Make the plans of an open recording anew, in place of those that it holds.")
    var replan = false

    @Flag(help: "Stop at the first rejected line with exit code 65.")
    var strict = false

    @Flag(help: "The payloads of an mqtt-recorder file are base64 (its --encode_b64).")
    var base64 = false

    @Flag(help: ArgumentHelp("Run components as plain values instead of actors.", visibility: .hidden))
    var plain = false

    @Flag(help: ArgumentHelp("Do not hold meters against each other: to measure what that costs.", visibility: .hidden))
    var unexamined = false

    func validate() throws {
        try speed.check()
        if inputs.isEmpty { throw ValidationError("name a replay file or a journal folder") }
        if pages.listen == nil, awaitVisitor || pauseAt != nil {
            throw ValidationError("--await-visitor and --pause-at go with --listen")
        }
        if noStore, store != nil { throw ValidationError("--store and --no-store exclude each other") }
    }

    private var input: String { inputs[0] }

    func run() async throws {
        Terminal.catchSignals()
        var (paths, config, journalRead) = try read()
        config.examinesMeters = !unexamined
        var options = ReplayOptions()
        options.mode = mode
        options.loop = loop
        options.seed = seed
        options.strict = strict
        options.isBase64 = base64
        options.speed = speed.factor
        options.seating = plain ? .plain : .actors
        options.journal = journal.map { JournalFolder(path: $0) }
        options.build = Build.id
        options.log = logging.replayed(common)
        options.configurations = { [inputs] hash in
            let kept = inputs.map { JournalFolder(path: $0).configFolder(hash) }
            guard let folder = kept.first(where: { FileManager.default.fileExists(atPath: $0) }) else { return nil }
            return try CommonOptions.load(folder)
        }
        options.opening = journalRead?.opening
        options.replans = replan
        options.plans = .installed(for: config)
        // A configuration that is named is meant for the whole journal.
        options.configurations = common.config == nil ? journalRead?.configurations : { [config] _ in config }
        let progress = Progress("replay", isQuiet: common.quiet)
        options.onTick = { _, share in
            progress.show(share)
            return !Terminal.isStopped
        }
        let temporary = store == nil && !noStore ? TemporaryStore() : nil
        defer { temporary?.remove() }
        // A live twin may be writing it.
        let lock = try store.map(RunLocks.lockStore)
        defer { lock?.release() }
        let target = try (store ?? temporary?.path).map { try openStore($0) }
        let served = try pages.address().map { try serve(config, target, at: $0, &options) }
        defer { served?.stop() }
        let replay = try ReplayLoop(paths: paths, config: config, options: options, store: target)
        let result = try await replay.run()
        progress.end()
        // What was played stays to be looked at.
        if let served, !Terminal.isStopped {
            common.say("twin: the input is played; the pages stay until Ctrl-C")
            try await served.untilStopped()
        }
        Output.notes(result.notes, path: input, all: common.verbose)
        if let hint = Output.hint(result.notes, config, messages: result.summary.counts.messages, path: input) {
            common.say(hint)
        }
        var chain = result.chain
        if let journalRead {
            // A journal has them all.
            if let unproven = chain?.unproven { chain?.note(unproven) }
            if !result.wasStopped { chain?.note(try shortfall(journalRead)) }
        }
        if let chain, let tick = result.firstDifferingTick, chain.firstDifference == nil {
            common.say(
                "note: from tick \(tick) on the result differs from what the file's marks recorded, as another"
                    + " \(chain.changed.joined(separator: ", ")) was asked for")
        }
        Output.summary(result.summary, chain: chain, json: common.json, full: full)
        if let store { common.say("store: \(store)") }
        if common.verbose {
            common.say("hops: \(result.hops) calls to actors in \(result.summary.steps) ticks")
        }
        for verdict in result.verdicts where !verdict.passed { Terminal.say("FAILED \(verdict.sentence)") }
        try Terminal.exitIfInterrupted()
        if let sentence = chain?.sentence { throw Failure(sentence, exitCode: 65) }
        if result.verdicts.contains(where: \.isIdle) { throw ExitCode(65) }
        if result.verdicts.contains(where: { !$0.passed }) { throw ExitCode(1) }
    }

    /// Serves what is played, and hands the reins to the pages.
    private func serve(
        _ config: SiteConfig, _ books: (any StoreReading)?, at address: ListenAddress, _ options: inout ReplayOptions
    ) throws -> ServedPages {
        let reins = ReplayReins(
            speed: speed.factor, isAwaited: awaitVisitor, pauseAt: try pauseAt.map(config.zone.argument))
        let feed = LiveFeed(onListen: reins.begin)
        (options.watcher, options.reins, options.shouldStop) = (feed, reins, { Terminal.isStopped })
        var source = PageSource(config: config, build: Build.words, feed: feed, store: { books })
        (source.reins, source.played) = (reins, input)
        source.resultFolders = pages.resultFolders(store: store)
        source.configFolder = common.namedFolder
        // What was seen in an earlier replay is not seen in this one.
        let rules = try pages.access.rules(store: store, goesOn: false, at: address)
        return try ServedPages(source, rules, at: address)
    }

    /// What the store beside the last folder has and the journal lost; nil where no store can tell.
    private func shortfall(_ journal: JournalInput) throws -> ChainProof.Difference? {
        let folder =
            inputs[inputs.count - 1].hasSuffix("/")
            ? String(inputs[inputs.count - 1].dropLast()) : inputs[inputs.count - 1]
        let beside = RunCommand.store(besideJournal: folder)
        guard FileManager.default.fileExists(atPath: beside) else { return nil }
        do {
            return try JournalFolder(path: folder).shortfall(of: openStore(beside, mustExist: true), at: beside)
        } catch let problem as StoreProblem {
            // The journal is the truth; the store is only its cache.
            common.say("warning: \(problem)")
            return nil
        }
    }

    /// The files to read and the configuration to use; a journal brings its own, and what it begins with.
    private func read() throws -> ([String], SiteConfig, JournalInput?) {
        for input in inputs {
            var isFolder: ObjCBool = false
            guard input == "-" || FileManager.default.fileExists(atPath: input, isDirectory: &isFolder) else {
                throw Failure("\(input): no such file or folder", exitCode: 66)
            }
            guard !isFolder.boolValue else { continue }
            guard inputs.count == 1 else {
                throw Failure("\(input): is no journal folder; of files only one can be replayed", exitCode: 2)
            }
            let config = try common.load()
            warnOfOtherConfig(config)
            return ([input], config, nil)
        }
        let folders = inputs.map { JournalFolder(path: $0) }
        let journal = try JournalInput(folders)
        for note in journal.notes { common.say("twin: \(note)") }
        let keeper = folders.first {
            FileManager.default.fileExists(atPath: $0.configFolder(journal.header.config))
        }
        guard common.config != nil || keeper != nil else {
            throw Failure(
                "\(input): its configuration \(journal.header.config.prefix(15))… is not kept beside it, and another would"
                    + " give other figures; put back \(input)/.config, or name one with --config", exitCode: 65)
        }
        // One that is kept must be the one that the journal names.
        let config =
            if common.config == nil, let keeper { try keeper.configuration(journal.header.config) } else {
                try common.load()
            }
        if config.hash != journal.header.config {
            common.say("warning: \(input) was made with another configuration (\(journal.header.config.prefix(15))…)")
        }
        return (journal.paths, config, journal)
    }

    private func warnOfOtherConfig(_ config: SiteConfig) {
        guard input != "-", let reader = try? LineReader(path: input),  // the replay itself names what is wrong
            case .line(let bytes)? = reader.next(), let header = try? Header(bytes: bytes)
        else { return }
        if !header.config.isEmpty, header.config != config.hash {
            common.say("warning: \(input) was made with another configuration (\(header.config.prefix(15))…)")
        }
    }
}
