import Foundation
import Synchronization
import TwinBooks
package import TwinCore
package import TwinRuntime
package import TwinScenario

/// Replays a recording in memory.
package func replay(
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
package final class Outcomes: Sendable {
    private let list = Mutex<[TickOutcome]>([])

    package init() {}

    package var all: [TickOutcome] { list.withLock { $0 } }

    package func add(_ outcome: TickOutcome) { list.withLock { $0.append(outcome) } }
}

/// Runs of the bundled days that several tests look at, each made once.
package struct BundledDay: Sendable {
    package var result: ReplayResult
    package var outcomes: [TickOutcome]
    /// Its journal, line by line.
    package var journal: [String]

    package var json: JSON { result.summary.json }
    package var digest: String { result.summary.digest }

    private static let openTask = Task { try await run(Repository.day, .open) }
    private static let closedTask = Task { try await run(Repository.day, .closed) }
    private static let winterTask = Task { try await run(Repository.winterDay, .closed) }
    private static let shutdownTask = Task { try await run(Repository.shutdownDay, .closed) }

    package static func open() async throws -> BundledDay { try await openTask.value }
    package static func closed() async throws -> BundledDay { try await closedTask.value }
    package static func winter() async throws -> BundledDay { try await winterTask.value }
    package static func shutdown() async throws -> BundledDay { try await shutdownTask.value }

    /// The summer day in either loop.
    package static func day(_ loop: LoopKind) async throws -> BundledDay {
        try await loop == .open ? open() : closed()
    }

    private static func run(_ path: String, _ loop: LoopKind) async throws -> BundledDay {
        let folder = try TemporaryFolder()
        let journal = JournalFolder(path: folder.path("journal"))
        let outcomes = Outcomes()
        let result = try await replay([path]) { options in
            options.loop = loop
            options.journal = journal
            options.onTick = { outcome, _ in
                outcomes.add(outcome)
                return true
            }
        }
        let lines = try journal.segments().flatMap { try Repository.lines(of: journal.file($0)) }
        return BundledDay(result: result, outcomes: outcomes.all, journal: lines)
    }
}
