import Foundation
import TwinConfiguration
public import TwinCore

/// What a replay reads of journal folders: segments without a gap, and the state that they begin with.
public struct JournalInput: Sendable {
    public var segments: [JournalSegment]
    /// Of the first segment.
    public var header: Header
    /// Nil from tick 1 on.
    public var opening: OpeningState?
    /// Sentences for people.
    public var notes: [String] = []

    public var paths: [String] { segments.map(\.path) }
    /// The last of the folders.
    let folder: String

    /// The configurations that the folders keep.
    public let configurations: ConfigurationSource

    /// - Parameter folders: of one run, in order: an archive before what is left.
    public init(_ folders: [JournalFolder]) throws(JournalProblem) {
        var found: [(segment: JournalSegment, folder: JournalFolder)] = []
        for folder in folders {
            let contents = try folder.contents()
            guard !contents.isEmpty else { throw JournalProblem("\(folder.path): holds no journal", exitCode: 66) }
            for segment in contents {
                guard segment.header.marks else {
                    throw JournalProblem(
                        "\(segment.path):1: its header says nothing of marks, and a journal has them; it is damaged",
                        exitCode: 65)
                }
                guard let last = found.last?.segment else {
                    found.append((segment, folder))
                    continue
                }
                guard segment.header.run == last.header.run else {
                    throw JournalProblem(
                        "\(segment.path): run \(segment.header.run) does not follow run \(last.header.run)",
                        exitCode: 65)
                }
                // A move that was cut short left this one in both folders.
                if segment.number == last.number, segment.header == last.header { continue }
                guard segment.number > last.number else {
                    throw JournalProblem(
                        "\(segment.path): follows \(last.path); name the folders in order, the oldest first",
                        exitCode: 65)
                }
                found.append((segment, folder))
            }
        }
        guard let first = found.first else { throw JournalProblem("no journal folder was named", exitCode: 66) }
        let all = found.map(\.segment)
        folder = found[found.count - 1].folder.path
        let (index, opening) = try first.folder.beginning(of: all)
        segments = Array(all[index...])
        header = all[index].header
        configurations = { hash in
            let keeper = folders.first { FileManager.default.fileExists(atPath: $0.configFolder(hash)) }
            return try (keeper ?? folders[0]).configuration(hash)
        }
        self.opening = opening
        try found[found.count - 1].folder.checkGaps(segments)
        if index > 0 {
            notes.append(
                "\(all[index].path): the replay begins here; \(index) segments before it wait to be archived")
        }
        if let opening {
            let zone = LocalZone(database: header.timeZone) ?? .utc
            notes.append(
                "the replay begins at \(zone.text(opening.from)) (tick \(opening.firstTick)) with the state kept in"
                    + " \(first.folder.path); what was before is archived")
        }
    }
}
