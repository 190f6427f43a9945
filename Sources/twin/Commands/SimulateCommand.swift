import ArgumentParser
import TwinCore
import TwinMQTT
import TwinRuntime
import TwinScenario

/// `twin simulate`: the modelled plant, to a broker or to a file.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Publish the modelled plant to a broker, or write it to a replay file.",
        discussion: """
            EXAMPLES
              twin simulate --out day.jsonl.gz --from 2025-06-18 --for 1d
              twin simulate --broker mqtt://127.0.0.1:1883 --for 1h --speed 60
            """)

    @OptionGroup var common: CommonOptions

    @OptionGroup var connection: ConnectionOptions

    @Option(help: "mqtt://HOST:PORT: publish, and obey commands.")
    var broker: String?

    @Option(help: "Replay file to write (.gz is compressed).")
    var out: String?

    @Option(help: "First instant, site-local unless it names an offset.")
    var from = "2025-06-18"

    @Option(name: .customLong("for"), help: "How long, such as 1h or 1d.")
    var duration: Span?

    @Option(help: "Plant seconds per wall second, to a broker.")
    var speed = Speed.factor(1)

    @Option(help: "Seed of all chance.")
    var seed: UInt64 = 42

    @Flag(help: "Overwrite an existing file.")
    var force = false

    func validate() throws {
        guard (broker == nil) != (out == nil) else { throw ValidationError("name either --broker or --out") }
        if broker != nil, speed.factor == nil {
            throw ValidationError("--speed max to a broker would outrun every subscriber; name a factor such as 60")
        }
        if out != nil, duration == nil { throw ValidationError("--out needs --for, such as --for 1d") }
    }

    func run() async throws {
        Terminal.catchSignals()
        let config = try common.load()
        let start = try config.zone.argument(from).floored(to: config.step)
        let simulator = PlantSimulator(config: config, start: start, seed: seed)
        let progress = Progress("simulate", isQuiet: common.quiet)
        defer { progress.end() }
        if let out, let duration {
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
        } else if let broker, let factor = speed.factor {
            var options = try connection.options(
                broker, clientID: "twin-simulate-\(config.site)-\(UInt32.random(in: 0 ... .max))")
            // The next simulator is another client: the broker need not keep anything for this one.
            options.sessionExpiryS = 0
            let transport = try BrokerTransport(options)
            let loop = SimulateLoop(
                simulator, config: config, transport: transport, speed: factor, duration: duration)
            loop.shouldStop = { Terminal.isStopped }
            loop.onStep = { progress.show($0) }
            try loop.run()
        }
        try Terminal.exitIfInterrupted()
    }
}
