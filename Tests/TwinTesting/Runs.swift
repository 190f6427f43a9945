import Foundation
import Synchronization
package import TwinBooks
package import TwinConfiguration
package import TwinCore
package import TwinRuntime

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

/// Replays lines, header first, as a file that goes with the run.
package func replay(
    lines: [String], _ config: SiteConfig? = nil, store: (any TwinStorePort)? = nil,
    _ configure: (inout ReplayOptions) -> Void = { _ in }
) async throws -> ReplayResult {
    let folder = try TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    return try await replay([folder.write("lines.jsonl", lines: lines)], config, store: store, configure)
}

/// Outcomes as they come, for a look at every tick.
package final class Outcomes: Sendable {
    private let list = Mutex<[TickOutcome]>([])

    package init() {}

    package var all: [TickOutcome] { list.withLock { $0 } }

    package func add(_ outcome: TickOutcome) { list.withLock { $0.append(outcome) } }
}

/// A replay with all that it left: several tests look at one.
package struct KeptRun: Sendable {
    package var result: ReplayResult
    package var outcomes: [TickOutcome]
    /// Its journal, line by line; empty when none was kept.
    package var journal: [String] = []

    package var summary: Summary { result.summary }
    package var json: JSON { result.summary.json }
    package var digest: String { result.summary.digest }

    package init(_ path: String, _ loop: LoopKind, journal keepsJournal: Bool = false) async throws {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let written = JournalFolder(path: folder.path("journal"))
        let seen = Outcomes()
        result = try await replay([path]) { options in
            options.loop = loop
            options.journal = keepsJournal ? written : nil
            options.onTick = { outcome, _ in
                seen.add(outcome)
                return true
            }
        }
        outcomes = seen.all
        if keepsJournal { journal = try written.segments().flatMap { try Repository.lines(of: written.file($0)) } }
    }
}

/// The bundled days, each run made once.
package enum BundledDay {
    private static let openTask = Task { try await KeptRun(Repository.day, .open) }
    private static let closedTask = Task { try await KeptRun(Repository.day, .closed) }
    private static let winterTask = Task { try await KeptRun(Repository.winterDay, .closed) }
    private static let shutdownTask = Task { try await KeptRun(Repository.shutdownDay, .closed) }
    /// The summer day's lines, and where its clock lines stand by their time.
    private static let summer = Result {
        let lines = try Repository.lines(of: Repository.day)
        let clocks = lines.indices.filter { lines[$0].contains("/clock\"") }
        // Every line begins with its time: {"t":"2025-06-17T23:01:00.000Z",
        return (lines, Dictionary(clocks.map { (String(lines[$0].dropFirst(6).prefix(24)), $0) }) { _, last in last })
    }

    package static func open() async throws -> KeptRun { try await openTask.value }
    package static func closed() async throws -> KeptRun { try await closedTask.value }
    package static func winter() async throws -> KeptRun { try await winterTask.value }
    package static func shutdown() async throws -> KeptRun { try await shutdownTask.value }

    /// The summer day in either loop.
    package static func run(_ loop: LoopKind) async throws -> KeptRun {
        try await loop == .open ? open() : closed()
    }

    /// The lines of some hours of the summer day as a recording of their own.
    /// - Parameter start: the end of a step.
    package static func hours(from start: PlantTime, to end: PlantTime) throws -> [String] {
        let (lines, clocks) = try summer.get()
        // A clock line closes its step.
        guard let first = clocks[start.rfc3339], let last = clocks[end.rfc3339], first < last else {
            throw Missing(text: "no steps of the summer day end at \(start.rfc3339) and \(end.rfc3339)")
        }
        var header = try Header(bytes: Array(lines[0].utf8))
        header.start = start
        return [String(decoding: header.bytes, as: UTF8.self)] + lines[first...last]
    }
}
