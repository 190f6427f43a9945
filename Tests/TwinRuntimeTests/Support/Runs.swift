import Foundation
import Synchronization
import TwinBooks
import TwinCore
import TwinRuntime
import TwinScenario

/// Replays a recording in memory.
func replay(
    _ paths: [String], _ config: SiteConfig? = nil, store: (any StoreWriting)? = nil,
    _ configure: (inout ReplayOptions) -> Void = { _ in }
) async throws -> ReplayResult {
    var options = ReplayOptions()
    options.keepsRows = true
    configure(&options)
    return try await ReplayLoop(
        paths: paths, config: try config ?? Repository.config(), options: options, store: store
    ).run()
}

/// Outcomes as they come, for a look at every tick.
final class Outcomes: Sendable {
    private let list = Mutex<[TickOutcome]>([])

    var all: [TickOutcome] { list.withLock { $0 } }

    func add(_ outcome: TickOutcome) { list.withLock { $0.append(outcome) } }
}

/// Runs of the bundled day that several tests look at, each made once.
enum BundledDay {
    struct Run: Sendable {
        var result: ReplayResult
        var outcomes: [TickOutcome]
        /// Its journal, line by line.
        var journal: [String]

        var json: JSON { result.summary.json }
        var digest: String { result.summary.digest }
    }

    private static let openTask = Task { try await run(.open) }
    private static let closedTask = Task { try await run(.closed) }

    static func open() async throws -> Run { try await openTask.value }
    static func closed() async throws -> Run { try await closedTask.value }

    private static func run(_ loop: LoopKind) async throws -> Run {
        let folder = try TemporaryFolder()
        let journal = JournalFolder(path: folder.path("journal"))
        let outcomes = Outcomes()
        let result = try await replay([Repository.day]) { options in
            options.loop = loop
            options.journal = journal
            options.onTick = { outcome, _ in
                outcomes.add(outcome)
                return true
            }
        }
        let lines = try journal.segments().flatMap { try Repository.lines(of: journal.file($0)) }
        return Run(result: result, outcomes: outcomes.all, journal: lines)
    }
}

/// Two simulated hours around the start of the early shift: a small recording.
enum SmallRecording {
    static let start = PlantTime(rfc3339: "2025-06-18T05:00:00.000Z") ?? PlantTime(ms: 0)

    /// Its lines, header first: one clock line at the start, then one at the end of each of `steps` steps.
    static func lines(steps: Int = 120, seed: UInt64 = 7) throws -> [String] {
        let folder = try TemporaryFolder()
        let config = try Repository.config()
        let writer = try LineWriter(path: folder.path("small.jsonl"), overwrite: false)
        try writeSimulation(
            PlantSimulator(config: config, start: start, seed: seed), config: config, seed: seed,
            duration: Int64(steps) * config.step, build: "test", to: writer
        ) { _ in true }
        try writer.finish()
        return try Repository.lines(of: folder.path("small.jsonl"))
    }
}

extension Summary {
    /// The JSON without the wall time, which no two runs share.
    var timeless: String { JSON.object((json.members ?? []).filter { $0.key != "wall_s" }).line }
}

extension JSON {
    /// A member by its path, `co2_kg.scope1`.
    func at(_ path: String) -> JSON? { path.split(separator: ".").reduce(JSON?.some(self)) { $0?[String($1)] } }

    func number(_ path: String) -> Double? { at(path)?.double }
}
