import Foundation
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinFiles
import TwinRuntime
import TwinTesting

/// A journal of five local days, with the day that the clocks go back among them, in steps of half an hour.
struct JournalFixture: Sendable {
    /// Noon of a Friday; the clocks go back on the Sunday.
    static let start = PlantTime(rfc3339: "2025-10-24T11:00:00.000Z") ?? PlantTime(ms: 0)
    /// Ticks of each local day: the first begins at noon, Sunday has 25 hours, the last ends at noon.
    static let ticks = [24, 48, 50, 48, 24]

    let digest: String
    let energy: JSON?
    let files: [(name: String, bytes: [UInt8])]

    private static let task = Task { try await make() }

    static func shared() async throws -> JournalFixture { try await task.value }

    static func config() throws -> SiteConfig { try Repository.config("site.yaml", "step_s: 60", "step_s: 1800") }

    /// A recording without a journal yet.
    static func recording(in temporary: TemporaryFolder, start: PlantTime = start, ticks: Int) throws -> String {
        let config = try config()
        let path = temporary.path("recording.jsonl")
        let writer = try LineWriter(path: path, overwrite: true)
        try writeSimulation(
            PlantSimulator(config: config, start: start, seed: 7), config: config, seed: 7,
            duration: Int64(ticks) * config.step, build: "test", to: writer
        ) { _ in true }
        try writer.finish()
        return path
    }

    private static func make() async throws -> JournalFixture {
        let temporary = try TemporaryFolder()
        let journal = JournalFolder(path: temporary.path("journal"))
        let recording = try recording(in: temporary, ticks: ticks.reduce(0, +))
        let result = try await replay([recording], config()) { $0.journal = journal }
        let names = try FileManager.default.subpathsOfDirectory(atPath: journal.path).sorted()
        return JournalFixture(
            digest: result.summary.digest, energy: result.summary.json["energy_kwh"],
            files: try names.filter { $0.hasSuffix(".gz") || $0.hasSuffix("l") }.map {
                (name: $0, bytes: try temporary.bytes("journal/\($0)"))
            })
    }

    /// A copy of its own for one test.
    func copy(to temporary: TemporaryFolder, as name: String = "run.journal") throws -> JournalFolder {
        for file in files {
            let folder = URL(fileURLWithPath: temporary.path("\(name)/\(file.name)")).deletingLastPathComponent()
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try temporary.write("\(name)/\(file.name)", file.bytes)
        }
        return JournalFolder(path: temporary.path(name))
    }
}

extension JournalFolder {
    /// A segment's file by its number.
    func segment(_ number: Int) throws -> JournalSegment {
        guard let found = try contents().first(where: { $0.number == number }) else {
            throw Missing(text: "segment \(number)")
        }
        return found
    }

    /// Puts the plain form of a segment in the place of its compressed one, or beside it.
    @discardableResult
    func unpack(_ number: Int, keepsPacked: Bool = false, edit: ([String]) -> [String] = { $0 }) throws -> String {
        let segment = try segment(number)
        let text = edit(try Repository.lines(of: segment.path)).joined(separator: "\n") + "\n"
        let plain = segment.isCompressed ? String(segment.path.dropLast(3)) : segment.path
        try Data(text.utf8).write(to: URL(fileURLWithPath: plain))
        if !keepsPacked, segment.isCompressed { try FileManager.default.removeItem(atPath: segment.path) }
        return plain
    }

    /// Everything in the folder, dot-names included.
    func allNames() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }

    func check(quick: Bool = false) async throws -> JournalCheck.Finding? {
        var check = JournalCheck(self)
        check.isQuick = quick
        return try await check.run()
    }
}

/// Replays journal folders as the command does.
func replay(_ folders: [JournalFolder], _ config: SiteConfig) async throws -> ReplayResult {
    let input = try JournalInput(folders)
    return try await replay(input.paths, config) { $0.opening = input.opening }
}
