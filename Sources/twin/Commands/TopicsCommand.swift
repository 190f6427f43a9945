import ArgumentParser
import Foundation
import TwinConfiguration
import TwinCore
import TwinImport
import TwinMQTT
import TwinRuntime

/// `twin topics`: what is on a broker or in a recording, and what it is mapped to.
struct TopicsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "topics",
        abstract: "List the topics of a broker or a recording, and which signals they become.",
        usage: "twin topics [<options>] (--broker <broker> | <input>)",
        discussion: """
            EXAMPLES
              twin topics seen.jsonl.gz
              twin topics --broker mqtt://127.0.0.1:1883 --for 30s
              twin topics --broker mqtt://127.0.0.1:1883 --filter 'meters/#' --json

            Each topic comes with its messages, its rate, an example and the signals that \
            it becomes by the configuration's signals.yaml. What is not mapped comes last, \
            as rows to paste there.
            """)

    @OptionGroup var common: CommonOptions

    @OptionGroup var connection: ConnectionOptions

    @Option(help: "mqtt://HOST:PORT or mqtts://HOST:PORT.")
    var broker: String?

    @Option(name: .customLong("for"), help: "How long to listen.")
    var duration = Span.seconds(10)

    @Option(name: .customLong("filter"), help: "Topic filter; may be repeated. Default all: #.")
    var filters: [String] = []

    @Flag(help: "The payloads of an mqtt-recorder file are base64 (its --encode_b64).")
    var base64 = false

    @Argument(help: "Broker recording, replay file or journal folder.")
    var input: String?

    func validate() throws {
        guard (broker == nil) != (input == nil) else { throw ValidationError("name a recording, or a --broker") }
        for filter in filters where TopicFilter(filter) == nil {
            throw ValidationError("--filter \"\(filter)\" is no MQTT topic filter; write meters/# or +/power")
        }
    }

    func run() async throws {
        Terminal.catchSignals()
        let config = try common.load()
        var survey = TopicSurvey(config)
        if let broker {
            try listen(broker, config, &survey)
        } else if let input {
            try read(input, config, &survey)
        }
        let list = TopicList(survey)
        if common.json { StandardOutput.write(list.json) } else { StandardOutput.show(list.text) }
        for sentence in survey.silentRows { Terminal.say("warning: \(sentence)") }
        if survey.beyond > 0 {
            Terminal.say(
                "warning: \(survey.beyond) messages of more than \(TopicSurvey.topicsMax) topics are not listed")
        }
        try Terminal.exitIfInterrupted()
    }

    private func read(_ input: String, _ config: SiteConfig, _ survey: inout TopicSurvey) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: input, isDirectory: &isFolder) else {
            throw Failure("\(input): no such file or folder", exitCode: 66)
        }
        let journal = isFolder.boolValue ? try JournalInput([JournalFolder(path: input)]) : nil
        let filters = filters.compactMap { TopicFilter($0) }
        let reader = try TickReader(
            paths: journal?.paths ?? [input], opening: journal?.opening, lateness: config.lateness, strict: false
        ) {
            RecordingFrame(config, build: Build.id, isBase64: base64)
        }
        func take(_ lines: [Line]) {
            for case .message(let arrival) in lines.lazy.map(\.body)
            where filters.isEmpty || filters.contains(where: { $0.matches(arrival.topic) }) {
                survey.take(arrival)
            }
        }
        while let tick = try reader.next(), !Terminal.isStopped { take(tick.lines) }
        take(reader.rest)
        Output.notes(reader.notes, path: input, all: common.verbose)
    }

    private func listen(_ broker: String, _ config: SiteConfig, _ survey: inout TopicSurvey) throws {
        var options = try connection.options(broker, clientID: "twin-topics-\(RunCommand.drawRun())")
        // Who only listens for a while leaves nothing at the broker.
        options.sessionExpiryS = 0
        let transport = try BrokerTransport(options)
        try transport.connect(timeoutMs: 10_000)
        try transport.subscribe(filters.isEmpty ? ["#"] : filters)
        let end = ContinuousClock.now + .milliseconds(duration.ms)
        let progress = Progress("topics", isQuiet: common.quiet)
        while ContinuousClock.now < end, !Terminal.isStopped {
            for message in try transport.receive(timeoutMs: 50, limit: 500).messages {
                survey.take(Arrival(message, at: PlantTime(ms: Int64(Date().timeIntervalSince1970 * 1000))))
            }
            try transport.flush()
            progress.show("\(survey.messages) messages", key: survey.messages)
        }
        progress.end()
        transport.disconnect()
    }
}
