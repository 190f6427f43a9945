import ArgumentParser
import Foundation
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinMQTT
import TwinRuntime
import TwinStore
import TwinWeb

/// `twin run`: live, from a broker.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run live: broker to twin to commands, journal and store.",
        discussion: """
            EXAMPLES
              twin run --broker mqtt://127.0.0.1:1883
              twin run --broker mqtt://127.0.0.1:1883 --clock event --mode control
              twin run --broker mqtt://127.0.0.1:1883 --listen 127.0.0.1:8080
              twin run --broker mqtt://127.0.0.1:1883 --listen 127.0.0.1:8080 \\
                --look-at 'meters/#'

            Without --mode it is a shadow: it decides and records, and publishes nothing.
            A second start goes on where the first one ended, also with another configuration
            or mode: the journal says so, and the report names the change. While it runs,
            twin reload or SIGHUP lets it read its configuration anew.
            """)

    @OptionGroup var common: CommonOptions

    @OptionGroup var connection: ConnectionOptions

    @OptionGroup var logging: LogOptions

    @OptionGroup var pages: PageOptions

    @Option(help: "mqtt://HOST:PORT or mqtts://HOST:PORT.")
    var broker: String

    @Option(
        name: .customLong("look-at"),
        help: "With --listen: topics that nobody mapped yet, for the page Data; may be repeated.")
    var lookAt: [String] = []

    @Option(help: "Journal folder; default beside the store.")
    var journal: String?

    @Option(help: "SQLite store.")
    var store = "./twin.sqlite"

    @Option(help: "wall, or event: plant time comes from the site's clock topic.")
    var clock = ClockKind.wall

    @Option(help: "shadow publishes nothing, advise publishes what it thinks, control commands.")
    var mode = ControlMode.shadow

    @Option(name: .customLong("for"), help: "How long, such as 1h; default until stopped.")
    var duration: Span?

    @Flag(
        help: "Wait for a broker that is not there yet, for ever; without it the first connection must succeed in 10 s."
    )
    var waitForBroker = false

    @Flag(help: "Print the whole table before the result.")
    var full = false

    func validate() throws {
        if pages.listen == nil, !lookAt.isEmpty { throw ValidationError("--look-at goes with --listen") }
        for filter in lookAt where TopicFilter(filter) == nil {
            throw ValidationError("--look-at \"\(filter)\" is no MQTT topic filter; write meters/# or +/power")
        }
    }

    /// Eight hex digits: the one chance that is not seeded, drawn in the shell once per journal.
    static func drawRun() -> String {
        let digits = String(UInt32.random(in: 0 ... .max), radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    /// Where the journal is by default: beside the store.
    static func journalFolder(of store: String) -> String {
        (store.hasSuffix(".sqlite") ? String(store.dropLast(7)) : store) + ".journal"
    }

    /// The store that a journal is beside by default.
    static func store(besideJournal folder: String) -> String {
        (folder.hasSuffix(".journal") ? String(folder.dropLast(8)) : folder) + ".sqlite"
    }

    func run() async throws {
        Terminal.catchSignals()
        let config = try common.load()
        if let address = try pages.address() { _ = try pages.access.rules(store: store, at: address) }
        let folder = JournalFolder(path: journal ?? RunCommand.journalFolder(of: store))
        // From here on nobody else writes this journal or this store, also while there is nothing in them yet.
        let locks = try RunLocks(folder: folder.path, store: store)
        defer { locks.release() }
        let isNewStore = !FileManager.default.fileExists(atPath: store)
        let known = try LiveLoop.existingRun(folder)
        try keepLostEnd(folder)
        let target = try openAtStart(store, replaces: known != nil)
        var isStarted = false
        defer {
            // A run that never reached its broker leaves no empty store behind.
            for suffix in ["", "-wal", "-shm"] where isNewStore && !isStarted {
                try? FileManager.default.removeItem(atPath: store + suffix)  // may not exist
            }
        }
        let run = known ?? RunCommand.drawRun()
        var transportOptions = try connection.options(broker, clientID: "twin-\(config.site)-\(run)")
        // It listens for the commands of others, and anew for who claims the site.
        transportOptions.hearsItself = false
        transportOptions.alwaysRetained = ["v1/\(config.site)/twin/controller", "v1/\(config.site)/twin/status"]
        // What a twin says is for the moment: after a lost link it is said anew, or is past.
        transportOptions.sendsAgain = false
        if mode == .advise || mode == .control {
            transportOptions.will = MQTTWill(topic: "v1/\(config.site)/twin/status", payload: Array("offline".utf8))
        }
        var options = LiveOptions(wallNow: { Terminal.now })
        options.mode = mode
        options.clock = clock
        options.duration = duration
        options.build = Build.id
        options.plans = .installed(for: config)
        options.shouldStop = { Terminal.isStopped }
        options.waitsForBroker = waitForBroker
        options.claim = Claim(
            issuer: Command.issuer(run: run), instance: RunCommand.drawRun(), since: Terminal.now,
            host: ProcessInfo.processInfo.hostName, pid: Int(getpid()))
        options.reopenStore = { [store] in try openToWrite(store, replaces: true) }
        let twin = RunningTwin(folder: folder.path)
        let configFolder = common.folder
        options.onBegin = { twin.announce(config: configFolder) }
        defer { twin.withdraw() }
        let log = logging.live(common)
        options.log = log
        log.note(
            .runBegun,
            "\(known == nil ? "new run" : "going on with run") \(run), \(mode.rawValue), \(clock.rawValue) clock,"
                + " journal \(folder.path), store \(store)")
        let held = try? target?.runs()  // a store that cannot be read now holds no run up
        if known == nil, let last = held?.last {
            log.note(
                .runNote,
                "the store holds run \(last.run) since \(last.start.rfc3339), of which there is no journal"
                    + " in \(folder.path): if it was moved or deleted, stop, put it back and begin again")
        }
        let feed = LiveFeed()
        let served = try pages.address().map { try serve(config, feed, at: $0, &options) }
        defer { served?.stop() }
        let lookout = try lookAt.isEmpty ? nil : lookOut(feed)
        defer { lookout?.stop() }
        let live = LiveLoop(
            config: config, options: options, run: run, transport: try BrokerTransport(transportOptions),
            folder: folder, store: target)
        let reloads = Task { [inbox = options.inbox] in await twin.followReloads(inbox, config: configFolder) }
        defer { reloads.cancel() }
        do {
            let summary = try await withTaskExecutorPreference(LoopThread(name: "twin-loop")) {
                try await live.run()
            }
            isStarted = true
            try finish(summary, log)
        } catch {
            isStarted = live.hasBegun
            throw error
        }
    }

    /// Serves what runs; operators' words go the way of all that does not come from the broker.
    private func serve(
        _ config: SiteConfig, _ feed: LiveFeed, at address: ListenAddress, _ options: inout LiveOptions
    ) throws -> ServedPages {
        options.watcher = feed
        var source = PageSource(config: config, build: Build.words, feed: feed, store: PageStore(store).get)
        (source.inbox, source.lookedAt) = (options.inbox, lookAt)
        (source.configFolder, source.resultFolders) = (common.namedFolder, pages.resultFolders(store: store))
        return try ServedPages(source, pages.access.rules(store: store, at: address), at: address)
    }

    private func lookOut(_ feed: LiveFeed) throws -> TopicLookout {
        TopicLookout(
            try connection.options(broker, clientID: "twin-look-\(RunCommand.drawRun())"), lookAt, feed)
    }

    /// A store that has more of the run than its journal is kept aside: it is all there is of the end that was lost.
    private func keepLostEnd(_ folder: JournalFolder) throws {
        guard let lost = try VerifyCommand.lostEnd([folder], store: store) else { return }
        let aside = try setStoreAside(store)
        Terminal.say(
            "twin: \(lost.sentence). The run goes on from there; the store is kept as \(aside), and made anew from the"
                + " journal", .twinTrouble)
    }

    private func finish(_ summary: Summary?, _ log: RunLog) throws {
        if clock == .wall, let past = summary?.counts.rejected[.clockPast], past > 0 {
            log.note(
                .runNote,
                "hint: \(past) messages tell of the past; a simulated or replayed feed needs --clock event")
        }
        if let summary {
            log.note(.runEnded, "\(summary.steps) steps, digest \(summary.digest)")
            Output.summary(summary, json: common.json, full: full)
        } else {
            Terminal.say(
                "twin: there is no summary: no tick was closed, or the store does not have them yet", .runEnded)
        }
        try Terminal.exitIfInterrupted()
    }
}
