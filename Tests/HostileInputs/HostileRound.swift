import Foundation
import Glibc
import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinFiles
import TwinImport
import TwinRuntime
import TwinTesting

/// What reads a mutated input.
package enum HostileKind: String, CaseIterable, Sendable {
    case payload, line, header, recorded, recording, configuration, mapping, scenario, table, guess, segment

    /// Inputs in a round of a thousand: what costs more comes less often.
    package var perRound: Int {
        switch self {
        case .payload: 500
        case .line: 300
        case .header: 60
        case .recorded: 40
        case .mapping: 30
        case .table: 20
        case .guess, .scenario, .configuration, .segment, .recording: 10
        }
    }
}

/// The slowest input of a kind, by the processor's time.
package struct Slowest: Sendable {
    package var time = Duration.zero
    /// Of its round.
    package var seed: UInt64 = 0
}

/// A thousand mutated inputs, all from one seed: nothing is left over from the round before, so that a round that ends in a
/// crash is repeated by its seed alone.
package struct HostileRounds {
    package static let size = HostileKind.allCases.reduce(0) { $0 + $1.perRound }

    package private(set) var slowest: [HostileKind: Slowest] = [:]
    package private(set) var inputs = 0
    private let corpus: Corpus
    private let folder: TemporaryFolder
    private let mapping: ImportMapping

    package init() throws {
        corpus = try Corpus()
        folder = try TemporaryFolder()
        mapping = try ImportMapping.load(path: "\(Repository.root.path)/Tests/hostile/plain.mapping.yaml")
        try folder.write("small.jsonl", lines: SmallRecording.lines(steps: 2, seed: 7))
    }

    /// - Parameter onKind: told what comes next, before it may crash.
    package mutating func run(seed: UInt64, onKind: (HostileKind) -> Void = { _ in }) async throws {
        for (place, kind) in HostileKind.allCases.enumerated() {
            var mutator = Mutator(seed: seed &* 64 &+ UInt64(place))
            onKind(kind)
            switch kind {
            case .payload: await payloads(&mutator, seed)
            case .recording: for _ in 0..<kind.perRound { try await recording(&mutator, seed) }
            default:
                for _ in 0..<kind.perRound {
                    let begun = HostileRounds.processorTime()
                    try read(kind, &mutator)
                    note(kind, seed, HostileRounds.processorTime() - begun)
                }
            }
            inputs += kind.perRound
        }
    }

    /// Of this thread: others on the machine do not count, and nor do tests beside this one.
    private static func processorTime() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    private mutating func note(_ kind: HostileKind, _ seed: UInt64, _ time: Duration) {
        if time > slowest[kind, default: Slowest()].time { slowest[kind] = Slowest(time: time, seed: seed) }
    }

    /// Messages through the whole step, 25 in each tick.
    private mutating func payloads(_ mutator: inout Mutator, _ seed: UInt64) async {
        let plan = RunPlan(run: "hostile", start: SmallRecording.start, stepS: 60, mode: .control, clock: .event)
        let engine = TwinEngine(config: corpus.config, plan: plan, seating: .plain)
        let payloads = corpus.messages.map(\.payload)
        let perTick = 25
        for tick in 1...HostileKind.payload.perRound / perTick {
            let t = SmallRecording.start + Int64(tick) * .minutes(1) - .seconds(1)
            var input = TickInput()
            for _ in 0..<perTick {
                guard let message = mutator.pick(corpus.messages) else { continue }
                var topic = message.topic
                if mutator.below(10) == 0 {
                    let others = corpus.messages.map { Array($0.topic.utf8) }
                    topic = String(decoding: mutator.mutated(Array(topic.utf8), others: others), as: UTF8.self)
                }
                let payload = mutator.mutated(message.payload, others: payloads)
                input.arrivals.append(Arrival(t: t, topic: topic, payload: payload, retain: mutator.below(20) == 0))
            }
            let begun = HostileRounds.processorTime()
            let outcome = await engine.close(input)
            note(.payload, seed, HostileRounds.processorTime() - begun)
            precondition(outcome.values.allSatisfy { $0.used.value.isFinite }, "a value is not finite")
            precondition(outcome.commands.allSatisfy { $0.point.value.isFinite }, "a command is not finite")
            // What is told of it is told to people.
            for refusal in outcome.refusals { _ = refusal.failure.text.printable }
        }
    }

    /// Reads one input. What is wrong with it is an error of ours, or a refusal; anything else is a crash.
    private func read(_ kind: HostileKind, _ mutator: inout Mutator) throws {
        switch kind {
        case .payload, .recording: break
        case .line:
            var decoder = LineDecoder(start: SmallRecording.start)
            let line = mutated(corpus.lines, &mutator)
            if let read = try? decoder.line(line, number: 1) { _ = read.bytes }  // refused is right, too
        case .header:
            if let header = try? Header(bytes: mutated(corpus.headers, &mutator)) {  // see above
                _ = header.bytes
                _ = LocalZone(database: header.timeZone)
            }
        case .recorded: recorded(&mutator)
        case .configuration: configuration(&mutator)
        case .mapping:
            let bytes = mutated(corpus.mappings, &mutator)
            do { _ = try ImportMapping.read(file: "m.yaml", bytes: bytes) } catch { check(error) }
        case .scenario: try scenario(&mutator)
        case .table: table(&mutator)
        case .guess:
            var lines = lineReads(mutated(corpus.tables, &mutator))[...]
            let guess = MappingGuess { lines.popFirst() }
            _ = guess?.text(file: "a.csv", site: "sunderland", zone: .utc, stepS: 60)
        case .segment: try segment(&mutator)
        }
    }

    private func mutated(_ list: [[UInt8]], _ mutator: inout Mutator) -> [UInt8] {
        guard let bytes = mutator.pick(list) else { return [] }
        return mutator.mutated(bytes, others: list)
    }

    private func check(_ problems: ConfigProblems) {
        precondition(!problems.list.isEmpty && problems.list.count <= ProblemLog.limit, "a refusal without a problem")
        for line in problems.lines { _ = line.printable }
    }

    private func lineReads(_ bytes: [UInt8]) -> [LineRead] {
        bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { .line(Array($0)) }
    }

    private func recorded(_ mutator: inout Mutator) {
        let first = mutated(corpus.recorded, &mutator)
        guard let format = RecordingFormat.detect(first) else { return }
        var lines = ([LineRead.line(first)] + corpus.recorded.map { .line($0) })[...]
        var reader = RecordingReader(format, isBase64: mutator.below(4) == 0) { lines.popFirst() }
        while reader.next() != nil {}
    }

    /// A small file with one wrong line, cut into ticks; the first of them are stepped.
    private mutating func recording(_ mutator: inout Mutator, _ seed: UInt64) async throws {
        var lines = [mutator.pick(corpus.headers) ?? []] + corpus.lines.prefix(40)
        let place = mutator.below(lines.count)
        lines[place] = mutator.mutated(lines[place], others: corpus.lines)
        let path = try folder.write("recording.jsonl", Array(lines.joined(separator: [0x0A])))
        let begun = HostileRounds.processorTime()
        guard
            let reader = try? TickReader(  // a header that is refused
                paths: [path], lateness: .seconds(30), strict: false,
                frame: { RecordingFrame(corpus.config, build: "test") })
        else { return }
        let engine = TwinEngine(config: corpus.config, plan: RunPlan(reader.header), seating: .plain)
        let config = corpus.config
        var ticks = 0
        while let tick = try reader.next() {
            ticks += 1
            if ticks <= 20 { _ = await engine.close(try TickInput(tick.lines) { _ in config }) }
        }
        note(.recording, seed, HostileRounds.processorTime() - begun)
        precondition(ticks <= 20_000 * lines.count, "few lines make \(ticks) ticks")
    }

    private func configuration(_ mutator: inout Mutator) {
        var files = corpus.files.map { ($0.name, Array($0.text.utf8)) }
        let place = mutator.below(files.count)
        files[place].1 = mutator.mutated(files[place].1, others: files.map(\.1))
        do { _ = try SiteConfig.read(files: files) } catch { check(error) }
    }

    private func scenario(_ mutator: inout Mutator) throws {
        let path = try folder.write("a.scenario.yaml", mutated(corpus.scenarios, &mutator))
        do {
            let scenario = try ScenarioFile.load(path: path)
            _ = try ScenarioFit(scenario, config: corpus.config).check()
        } catch let problems as ConfigProblems {
            check(problems)
        } catch is FileProblem, is ReplayProblem {
            return
        }
    }

    private func table(_ mutator: inout Mutator) {
        var lines = lineReads(mutated(corpus.tables, &mutator))[...]
        var importer = Importer(mapping)
        importer.take(source: 0, file: "a.csv", log: ProblemLog()) { lines.popFirst() }
        let result = importer.result(config: "", build: "test")
        _ = result.report.text
        _ = result.measured.map(\.bytes)
    }

    private func segment(_ mutator: inout Mutator) throws {
        let journal = try folder.makeFolder("journal")
        try folder.write("journal/run-000001.jsonl", mutated(corpus.segments, &mutator))
        do throws(JournalProblem) { _ = try JournalFolder(path: journal).contents() } catch { _ = "\(error)".printable }
    }
}
