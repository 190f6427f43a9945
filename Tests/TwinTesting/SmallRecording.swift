import Foundation
package import TwinConfiguration
package import TwinCore
import TwinFiles
import TwinRuntime

/// Two simulated hours around the start of the early shift: a small recording.
package enum SmallRecording {
    package static let start = PlantTime(rfc3339: "2025-06-18T05:00:00.000Z") ?? PlantTime(ms: 0)

    private static let usual = Result { try simulated(steps: 120, seed: 7) }

    /// Its lines, header first: one clock line at the start, then one at the end of each of `steps` steps.
    package static func lines(steps: Int = 120, seed: UInt64 = 7) throws -> [String] {
        steps == 120 && seed == 7 ? try usual.get() : try simulated(steps: steps, seed: seed)
    }

    private static let openTask = Task { try await kept(.open) }
    private static let closedTask = Task { try await kept(.closed) }

    /// Its run in either loop, made once.
    package static func run(_ loop: LoopKind) async throws -> KeptRun {
        try await loop == .open ? openTask.value : closedTask.value
    }

    private static func kept(_ loop: LoopKind) async throws -> KeptRun {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        return try await KeptRun(folder.write("small.jsonl", lines: lines()), loop, journal: true)
    }

    private static func simulated(steps: Int, seed: UInt64) throws -> [String] {
        let config = try Repository.config()
        return try simulation(config, from: start, for: Int64(steps) * config.step, seed: seed)
    }
}

/// The lines that `twin simulate --out` writes.
package func simulation(_ config: SiteConfig, from start: PlantTime, for duration: Span, seed: UInt64) throws
    -> [String]
{
    let folder = try TemporaryFolder()
    defer { withExtendedLifetime(folder) {} }
    let writer = try LineWriter(path: folder.path("simulated.jsonl"), overwrite: false)
    try writeSimulation(
        PlantSimulator(config: config, start: start, seed: seed), config: config, seed: seed, duration: duration,
        build: "test", to: writer
    ) { _ in true }
    try writer.finish()
    return try Repository.lines(of: folder.path("simulated.jsonl"))
}
