public import ArgumentParser
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinFiles
import TwinMQTT
import TwinReports
public import TwinRuntime
import TwinStore

/// `twin simulate`: the modelled plant, to a broker or to a file.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Publish the modelled plant, write it to a replay file, or step it into the books.",
        discussion: """
            EXAMPLES
              twin simulate --out day.jsonl.gz --from 2025-06-18 --for 1d
              twin simulate --broker mqtt://127.0.0.1:1883 --for 1h --speed 60
              twin simulate --books --from 2025-01-01 --for 365d --step 30m
              twin simulate --books --from 2025-06-16 --for 7d --control rules
              twin simulate --books --from 2025-01-01 --for 365d --store year.sqlite
              twin simulate --history --store years.sqlite

            A history is what history.yaml tells of years past: volumes, shifts and what \
            stood there; by default twin-config/sunderland-history. Its energy and weather \
            are modelled, and every report says so.
            """)

    static let historyConfig = "twin-config/sunderland-history"

    @OptionGroup var common: CommonOptions

    @OptionGroup var connection: ConnectionOptions

    @OptionGroup var logging: LogOptions

    @Option(help: "mqtt://HOST:PORT: publish, and obey commands.")
    var broker: String?

    @Option(help: "Replay file to write (.gz is compressed).")
    var out: String?

    @Flag(help: "Step the plant straight into the books, without messages, and print the summary.")
    var books = false

    @Flag(help: "Step the years of history.yaml into --store, and print what each came to.")
    var history = false

    @Option(help: "With --books and --history: SQLite store that the rows go to.")
    var store: String?

    @Option(help: "With --books and --history: none leaves every asset to itself, rules dispatches.")
    var control = SimulatedRun.Control.none

    @Option(help: "With --books and --history: length of a step, a divisor of 30m; default site.yaml's, and 30m.")
    var step: Span?

    @Option(help: "First instant, site-local unless it names an offset; default 2025-06-18.")
    var from: String?

    @Option(name: .customLong("for"), help: "How long, such as 1h or 1d.")
    var duration: Span?

    @Option(help: "Plant seconds per wall second, to a broker.")
    var speed = Speed.factor(1)

    @Option(help: "Seed of all chance.")
    var seed: UInt64 = 42

    @Flag(help: "Overwrite an existing file.")
    var force = false

    @Flag(help: "With --books: print the whole table before the result.")
    var full = false

    /// Nil where nobody plans.
    private var planner: Planner? {
        get throws { control == .optimiser || control == .perfect ? try .installed() : nil }
    }

    func validate() throws {
        try speed.check()
        guard [broker != nil, out != nil, books, history].filter({ $0 }).count == 1 else {
            throw ValidationError("name one of --broker, --out, --books and --history")
        }
        if books, duration == nil { throw ValidationError("--books needs --for, such as --for 365d") }
        if history {
            guard store != nil else { throw ValidationError("--history needs a --store, such as --store years.sqlite") }
            guard duration == nil, from == nil else {
                throw ValidationError("--history goes from and to where history.yaml says; leave out --from and --for")
            }
        }
        if books || history, let step, step.ms % 1000 != 0 || settlementPeriod.ms % step.ms != 0 {
            throw ValidationError("--step \(step.text) does not divide 30m; write 1m, 5m or 30m")
        }
        if store != nil, !books, !history {
            throw ValidationError("--store goes with --books and --history; a broker's plant has no books")
        }
        if broker != nil, speed.factor == nil {
            throw ValidationError("--speed max to a broker would outrun every subscriber; name a factor such as 60")
        }
        if out != nil, duration == nil { throw ValidationError("--out needs --for, such as --for 1d") }
    }

    func run() async throws {
        Terminal.catchSignals()
        let config = try history && common.config == nil ? CommonOptions.load(Self.historyConfig) : common.load()
        let progress = Progress("simulate", isQuiet: common.quiet)
        defer { progress.end() }
        if history, let store {
            try writeHistory(config, to: store, progress)
            return try Terminal.exitIfInterrupted()
        }
        let from = from ?? "2025-06-18"
        let start = try config.zone.argument(from).floored(to: books ? settlementPeriod : config.step)
        // Beyond it no reader takes a time.
        if let duration, start + duration > .latest {
            throw Failure("--for \(duration.text): from \(from) on that reaches beyond the year 9999", exitCode: 2)
        }
        let simulator = PlantSimulator(config: config, start: start, seed: seed)
        if books, let duration {
            try printBooks(config, from: start, duration, progress)
        } else if let out, let duration {
            let writer = try LineWriter(path: out, overwrite: force)
            try writeSimulation(
                simulator, config: config, seed: seed, duration: duration, build: Twin.version, to: writer
            ) { share in
                progress.show(share)
                return !Terminal.isStopped
            }
            try writer.finish()
            progress.end()
            common.say("wrote \(out)")
            if common.json {
                StandardOutput.write(
                    JSON.fields([
                        "schema": .string("simulate/1"), "out": .string(out), "site": .string(config.site),
                        "from": .string(config.zone.text(start)), "for_s": .integer(duration.ms / 1000),
                        "step_s": .integer(config.stepS), "seed": .integer(seed),
                    ]))
            }
        } else if let broker, let factor = speed.factor {
            var options = try connection.options(
                broker, clientID: "twin-simulate-\(config.site)-\(UInt32.random(in: 0 ... .max))")
            // The next simulator is another client: the broker need not keep anything for this one.
            options.sessionExpiryS = 0
            let transport = try BrokerTransport(options)
            let loop = SimulateLoop(
                simulator, config: config, transport: transport, speed: factor, duration: duration)
            loop.log = logging.live(common)
            loop.shouldStop = { Terminal.isStopped }
            loop.onStep = { progress.show($0) }
            try loop.run()
        }
        try Terminal.exitIfInterrupted()
    }

    /// Steps the plant into rows of the books and prints what they say; every figure of it is modelled.
    private func printBooks(
        _ config: SiteConfig, from start: PlantTime, _ duration: Span, _ progress: Progress
    ) throws {
        let step = step ?? config.step
        // A local day may have 23 or 25 hours: whole days end at a local midnight.
        let days = duration.ms / 86_400_000
        let (date, msOfDay) = config.zone.local(start)
        let end =
            duration.ms % 86_400_000 == 0 && msOfDay == 0
            ? config.zone.instant(CivilDate(daysSinceEpoch: date.daysSinceEpoch + days))
            : (start + duration).floored(to: settlementPeriod)
        let began = ContinuousClock.now
        var run = SimulatedRun(
            config: config, from: start, to: end, step: step, seed: seed, control: control, planner: try planner)
        var facts = RunFacts(
            stepS: Int(step.ms / 1000), mode: control == .none ? .off : .control, loop: .closed)
        let lock = try store.map(RunLocks.lockStore)
        defer { lock?.release() }
        let books = try store.map { path in
            try SimulatedBooks(try openStore(path), at: path, config, from: start, seed: seed, facts)
        }
        var sum = WindowSum(config.method)
        try run.forEachRow(
            onProgress: { share in
                progress.show(share)
                return !Terminal.isStopped
            }
        ) { row in
            sum.add(row)
            try books?.add(row)
        }
        progress.end()
        facts.wallS = (ContinuousClock.now - began) / .seconds(1)
        guard let summary = Summary(sum, facts: facts) else {
            throw Failure("--for \(duration.text) holds no half hour", exitCode: 2)
        }
        try books?.finish(facts)
        if full, !common.json { StandardOutput.show(run.figures.text + "\n") }
        Output.summary(summary, json: common.json, full: full)
        if let store { common.say("store: \(store)") }
    }
}

extension SimulatedRun.Control: ExpressibleByArgument {}
