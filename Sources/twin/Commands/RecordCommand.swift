import ArgumentParser
import Foundation
import TwinConfiguration
import TwinCore
import TwinFiles
import TwinMQTT
import TwinRuntime

/// `twin record`: broker traffic to a replay file.
struct RecordCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "record",
        abstract: "Record a broker's traffic into a replay file.",
        discussion: """
            EXAMPLES
              twin record --broker mqtt://127.0.0.1:1883 --out day.jsonl.gz --for 1d
              twin record --broker mqtt://127.0.0.1:1883 --out a.jsonl --clock event
              twin record --broker mqtts://plant:8883 --out storage.jsonl \\
                --filter 'v1/sunderland/storage/#' --filter v1/sunderland/clock

            A message is acknowledged when its line is on disk. The first connection \
            must come within 10 s; later losses stand in the file as link lines. \
            SIGTERM and Ctrl-C end the file, with exit code 0 and 130.
            """)

    @OptionGroup var common: CommonOptions

    @OptionGroup var connection: ConnectionOptions

    @OptionGroup var logging: LogOptions

    @Option(help: "mqtt://HOST:PORT or mqtts://HOST:PORT.")
    var broker: String

    @Option(help: "Replay file to write (.gz is compressed).")
    var out: String

    @Option(name: .customLong("filter"), help: "Topic filter; may be repeated. Default all of the site: v1/SITE/#.")
    var filters: [String] = []

    @Option(help: "wall, or event: plant time comes from the site's clock topic.")
    var clock = ClockKind.wall

    @Option(name: .customLong("for"), help: "How long, such as 1h; default until stopped.")
    var duration: Span?

    @Flag(help: "Overwrite an existing file.")
    var force = false

    func validate() throws {
        for filter in filters where TopicFilter(filter) == nil {
            throw ValidationError("--filter \"\(filter)\" is no MQTT topic filter; write v1/sunderland/# or v1/+/clock")
        }
        if out == "-" { throw ValidationError("--out needs a file: what is acknowledged must be on disk") }
    }

    func run() async throws {
        Terminal.catchSignals()
        let config = try common.load()
        try LineLog.check(out, overwrite: force)
        let run = RunCommand.drawRun()
        var transportOptions = try connection.options(broker, clientID: "twin-record-\(config.site)-\(run)")
        // Long enough for a broken link, short enough not to burden the broker when the recorder is gone.
        transportOptions.sessionExpiryS = 3600
        var options = RecordOptions(filters: filters.isEmpty ? ["v1/\(config.site)/#"] : filters) {
            Terminal.now
        }
        options.clock = clock
        options.duration = duration
        options.run = run
        options.build = Twin.version
        options.shouldStop = { Terminal.isStopped }
        let isQuiet = common.quiet
        options.log = logging.live(common)
        let progress = Progress("record", isQuiet: isQuiet)
        let zone = config.zone
        options.onBatch = { tally in
            guard let to = tally.to else { return }
            progress.show("\(tally.messages) messages, \(zone.text(to).prefix(19))", key: Int(to.ms / 1000))
        }
        let loop = RecordLoop(
            config: config, options: options, transport: try BrokerTransport(transportOptions), path: out,
            overwrite: force)
        defer { progress.end() }
        try loop.run()
        progress.end()
        report(loop.tally, zone, topic: Topic.clockText(site: config.site))
        try Terminal.exitIfInterrupted()
    }

    private func report(_ tally: RecordTally, _ zone: LocalZone, topic: String) {
        if tally.shed > 0 {
            Terminal.say(
                "warning: \(tally.shed) QoS 0 or retained messages before the first plant time were not recorded")
        }
        if clock == .wall, tally.clocks > 0 {
            Terminal.say("hint: \(topic) brings plant time; --clock event records in that time")
        }
        if common.json {
            StandardOutput.write(
                JSON.fields([
                    "schema": .string("record/1"), "out": tally.from == nil ? .null : .string(out),
                    "from": tally.from.map { .string(zone.text($0)) } ?? .null,
                    "to": tally.to.map { .string(zone.text($0)) } ?? .null, "messages": .integer(tally.messages),
                    "links": .integer(tally.links), "shed": .integer(tally.shed),
                ]))
        }
        guard let from = tally.from, let to = tally.to else {
            Terminal.say("twin: no plant time was seen on \(topic), so nothing was recorded")
            return
        }
        common.say("wrote \(out): \(tally.messages) messages from \(zone.text(from)) to \(zone.text(to))")
    }
}
