import Foundation
import Glibc
import TwinConfiguration
public import TwinCore
import TwinFiles

/// Moves closed segments to another folder, and leaves the state that the rest begins with.
///
/// Each step is whole or not done: a segment is copied, synced, named, compared, and only then removed here. After a
/// crash at any moment the same call goes on.
public struct JournalArchive: Sendable {
    /// What was done.
    public struct Outcome: Sendable, Hashable {
        /// As they lie in the archive now.
        public var moved: [JournalSegment] = []
        /// Ticks in them.
        public var ticks = 0
        /// Where the rest begins; nil when nothing was moved.
        public var from: PlantTime?
        /// Why others stay.
        public var notes: [String] = []
    }

    let folder: JournalFolder
    let archive: JournalFolder
    /// Segments that end by then are moved.
    let before: PlantTime
    /// The last tick that the store has; nil where there is no store: the state that is left covers what is moved.
    let coveredTick: Int?
    /// Of this program; stands in the state.
    let build: String
    public var seating = Seating.actors
    /// Called after each tick that is stepped, with the share; false ends the work before anything is moved.
    public var onTick: (@Sendable (Double) -> Bool)?

    public init(
        _ folder: JournalFolder, to archive: JournalFolder, before: PlantTime, coveredTick: Int?, build: String
    ) {
        self.folder = folder
        self.archive = archive
        self.before = before
        self.coveredTick = coveredTick
        self.build = build
    }

    /// - Returns: nil when `onTick` ended it.
    public func run() async throws -> Outcome? {
        guard FileManager.default.fileExists(atPath: folder.path) else {
            throw JournalProblem("\(folder.path): no such folder", exitCode: 66)
        }
        let lock = try lockFolder()
        defer { close(lock) }
        let all = try folder.contents()
        guard !all.isEmpty else { throw JournalProblem("\(folder.path): holds no journal", exitCode: 66) }
        try folder.checkGaps(all)
        var outcome = Outcome()
        let wanted = candidates(all, &outcome)
        guard let first = wanted.first else { return outcome }
        try openArchive(of: first.header.run)
        let rest = all[wanted.count]
        guard let opening = try await opening(before: rest, after: wanted) else { return nil }
        // From here on the past is not needed any more.
        try folder.keep(opening)
        try carry(wanted)
        for segment in wanted { outcome.moved.append(try move(segment)) }
        folder.dropOpenings(before: rest.firstTick)
        outcome.ticks = rest.firstTick - first.firstTick
        outcome.from = opening.from
        return outcome
    }

    /// Two archives of one journal at a time would copy the same segment twice.
    private func lockFolder() throws(JournalProblem) -> Int32 {
        let descriptor = open(folder.path, O_RDONLY | O_CLOEXEC | O_DIRECTORY)
        guard descriptor >= 0 else { throw LocalFile.problem(folder.path, "open", exitCode: 74) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw JournalProblem("\(folder.path): another archive is at work here; wait for its end", exitCode: 73)
        }
        return descriptor
    }

    /// The closed segments from the first on that end in time and are covered.
    private func candidates(_ all: [JournalSegment], _ outcome: inout Outcome) -> [JournalSegment] {
        var found: [JournalSegment] = []
        for (segment, next) in zip(all, all.dropFirst()) {
            guard next.from <= before else { return found }
            if let coveredTick, coveredTick < next.tickBefore {
                outcome.notes.append(
                    "\(segment.name) and later ones stay: the store has ticks to \(coveredTick), this one ends with"
                        + " \(next.tickBefore); start the twin once, it catches up")
                return found
            }
            found.append(segment)
        }
        if let last = all.last, last.from < before {
            outcome.notes.append("\(last.name) stays: it is the one that is written to")
        }
        return found
    }

    private func openArchive(of run: String) throws(JournalProblem) {
        let files = FileManager.default
        guard !files.fileExists(atPath: archive.path) else {
            guard let own = realPath(folder.path), own != realPath(archive.path) else {
                throw JournalProblem("\(archive.path): is the journal itself; name another folder", exitCode: 73)
            }
            if let other = try archive.contents().first, other.header.run != run {
                throw JournalProblem(
                    "\(archive.path): holds run \(other.header.run), this journal is run \(run); a folder holds one"
                        + " run, name another one", exitCode: 73)
            }
            return
        }
        do { try files.createDirectory(atPath: archive.path, withIntermediateDirectories: false) } catch {
            throw JournalProblem(
                "\(archive.path): cannot be created (\(error.systemWords)); its parent must exist",
                exitCode: 73)
        }
    }

    private func realPath(_ path: String) -> String? {
        guard let found = realpath(path, nil) else { return nil }
        defer { free(found) }
        return String(cString: found)
    }

    /// The state before `rest`, from the last one that is known on: what is moved is checked by that.
    private func opening(before rest: JournalSegment, after moved: [JournalSegment]) async throws -> OpeningState? {
        if let kept = try folder.opening(before: rest) { return kept }
        var begin = moved.count - 1
        var opening: OpeningState?
        while begin >= 0 {
            opening = try folder.opening(before: moved[begin])
            if opening != nil || moved[begin].firstTick == 1 { break }
            begin -= 1
        }
        guard begin >= 0 else {
            // It says what is missing.
            _ = try folder.beginning(of: moved)
            return nil
        }
        let stepped = Array(moved[begin...])
        let stepper = try await JournalStepper(folder, from: stepped[0], opening: opening, seating: seating)
        var reader = JournalReader(stepped, in: folder)
        while let tick = try reader.next() {
            try await stepper.step(tick)
            if onTick?(reader.share) == false { return nil }
        }
        let state = try await stepper.engine.opening(build: build)
        guard state.firstTick == rest.firstTick, state.chain == rest.header.chain else {
            throw JournalProblem(
                "\(rest.path):1: error: begins with tick \(rest.firstTick), expected tick \(state.firstTick) with the"
                    + " chain of the mark before", exitCode: 65)
        }
        return state
    }

    /// What the moved segments need beside them, so that the archive is a journal of its own.
    private func carry(_ moved: [JournalSegment]) throws {
        // Lines change to configurations too: all that are kept go along.
        for hash in try folder.configurationHashes() {
            try archive.keep(folder.configuration(hash).files, hash: hash)
        }
        guard let first = moved.first, first.firstTick > 1,
            try !archive.contents().contains(where: { $0.number == first.number - 1 }),
            let opening = try folder.opening(before: first)
        else { return }
        try archive.keep(opening)
    }

    private func move(_ segment: JournalSegment) throws(JournalProblem) -> JournalSegment {
        var segment = segment
        do throws(FileProblem) {
            if !segment.isCompressed {
                _ = try SegmentPacker.pack(segment.path)
                segment.path += ".gz"
            }
            let target = archive.file(segment.name)
            if !FileManager.default.fileExists(atPath: target) { try WholeFile.copy(segment.path, to: target) }
            guard try WholeFile.areEqual(segment.path, target) else {
                throw .cannotCreate(
                    path: target,
                    sentence: "is there already and differs from \(segment.path); it is not overwritten, move it away")
            }
            try WholeFile.remove(segment.path)
            segment.path = target
            return segment
        } catch {
            throw JournalProblem(error)
        }
    }
}
