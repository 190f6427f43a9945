import TwinCore

/// Checks a journal: every line readable, marks in order, segments linked, configurations kept; then steps it again
/// and compares every mark's chain.
public struct JournalCheck: Sendable {
    /// What is there, and right.
    public struct Finding: Sendable, Hashable {
        public var run: String
        public var segments: Int
        public var ticks: Int
        public var firstTick: Int
        /// The last mark's chain.
        public var digest: String
        /// Whether the ticks were stepped again.
        public var isStepped: Bool
        /// Lines after the last mark: the next start takes them up.
        public var linesOpen: Int
        /// Sentences for people.
        public var notes: [String]
    }

    let folder: JournalFolder
    /// Reads only, and steps nothing.
    public var isQuick = false
    public var seating = Seating.actors
    /// Called after each tick with the share of the journal that is read; false ends the check.
    public var onTick: (@Sendable (Double) -> Bool)?

    public init(_ folder: JournalFolder) { self.folder = folder }

    /// Throws the first thing that is wrong, with file and line.
    /// - Returns: nil when `onTick` ended it.
    public func run() async throws -> Finding? {
        let all = try folder.contents()
        guard let first = all.first else { throw JournalProblem("\(folder.path): holds no journal", exitCode: 66) }
        try folder.checkGaps(all)
        var stepper: JournalStepper?
        var begin = 0
        let hashes = Set(all.map(\.header.config))
        for hash in hashes.sorted() {
            do { _ = try folder.configuration(hash) } catch let problem as JournalProblem {
                // A segment that was damaged may name one that never was.
                let asking = all.first { $0.header.config == hash }?.path ?? folder.path
                throw JournalProblem("\(asking): \(problem)", exitCode: problem.exitCode)
            }
        }
        if !isQuick {
            let (index, opening) = try folder.beginning(of: all)
            begin = index
            stepper = try await JournalStepper(folder, from: all[index], opening: opening, seating: seating)
        }
        var reader = JournalReader(all, in: folder)
        var ticks = 0
        while let tick = try reader.next() {
            ticks += 1
            for case .configuration(let change) in tick.lines.map(\.body) where !hashes.contains(change.hash) {
                _ = try folder.configuration(change.hash)
            }
            // Segments that wait to be archived stand before the state that is kept.
            if let stepper, tick.mark.tick >= all[begin].firstTick { try await stepper.step(tick) }
            if onTick?(reader.share) == false { return nil }
        }
        var notes: [String] = []
        if reader.endsInLine {
            notes.append("\(reader.segment.path): ends inside a line that was never acknowledged; a start cuts it")
        }
        if begin > 0 { notes.append("\(begin) segments wait to be archived; they were read and not stepped") }
        return Finding(
            run: first.header.run, segments: all.count, ticks: ticks, firstTick: first.firstTick, digest: reader.chain,
            isStepped: !isQuick, linesOpen: reader.linesOpen, notes: notes)
    }
}
