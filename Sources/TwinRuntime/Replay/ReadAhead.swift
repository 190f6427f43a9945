import TwinCore

/// Reads the ticks of a file on a thread of its own while earlier ones are stepped: reading, unpacking and decoding go
/// on beside the step, and the step gets the same ticks in the same order.
actor ReadAhead {
    /// A tick, with what was known of the file when it was cut.
    struct Tick: Sendable {
        var lines: FileTick
        /// What they tell the simulated plant, which says what goes on to the twin; nil without one.
        var heard: HeardTick?
        /// Its messages, sorted and decoded; nil where that is for the step to do.
        var sorted: SortedTick?
        /// The file that its lines came from.
        var path: String
        /// Share of the input that was read.
        var share: Double
    }

    struct Batch: Sendable {
        var ticks: [Tick] = []
        var isLast = false
        /// What is wrong behind the last of the ticks.
        var problem: (any Error)?
    }

    /// Enough to keep both sides busy, and few enough to weigh nothing; the first ones are small, so that the step begins.
    static let ticksPerBatch = 32
    /// In a flood a few ticks weigh much.
    static let messagesPerBatch = 20_000
    private var size = 1

    private let reader: TickReader
    private var router: Router?
    private var hearing: PlantHearing?

    init(_ reader: sending TickReader) { self.reader = reader }

    /// From now on ticks are heard for the simulated plant, and sorted.
    func sort(by router: Router, for hearing: PlantHearing?) {
        self.router = router
        self.hearing = hearing
    }

    func next() -> Batch {
        var batch = Batch()
        do {
            var messages = 0
            while batch.ticks.count < size, messages < ReadAhead.messagesPerBatch {
                guard var tick = try reader.next() else {
                    batch.isLast = true
                    break
                }
                messages += tick.arrivals.count
                let (read, total) = reader.progress
                let heard = hearing?.hear(tick.arrivals)
                if let heard { tick.arrivals = heard.passing }
                let sorted = router?.sortedAhead(tick.arrivals, isWhole: heard == nil)
                batch.ticks.append(
                    Tick(
                        lines: tick, heard: heard, sorted: sorted, path: reader.path,
                        share: Double(read) / Double(total)))
            }
            size = min(2 * size, ReadAhead.ticksPerBatch)
        } catch {
            batch.isLast = true
            batch.problem = error
        }
        return batch
    }

    /// At the end: what was noted, the lines that no tick took, and what no writer of marks leaves.
    var remains: (notes: RunNotes, lines: [Line], difference: ChainProof.Difference?) {
        (reader.notes, reader.rest, reader.difference)
    }
}

/// The ticks of a run's input, one after the other.
struct TickFeed {
    private let source: ReadAhead
    /// Nobody waits at a pipe before a tick of it is wanted.
    private let readsAhead: Bool
    private var batch = ReadAhead.Batch()
    private var place = 0
    private var coming: Task<ReadAhead.Batch, Never>?

    init(_ reader: sending TickReader, readsAhead: Bool) {
        source = ReadAhead(reader)
        self.readsAhead = readsAhead
    }

    /// Has the messages sorted before they come.
    /// - Parameter hearing: of the simulated plant that stands between file and step; nil where nothing does.
    func sort(by router: Router, for hearing: PlantHearing?) async { await source.sort(by: router, for: hearing) }

    /// Nil at the end.
    mutating func next() async throws -> ReadAhead.Tick? {
        while place == batch.ticks.count {
            if let problem = batch.problem { throw problem }
            if batch.isLast { return nil }
            let done = batch
            if let coming { batch = await coming.value } else { batch = await source.next() }
            place = 0
            coming =
                readsAhead && !batch.isLast
                ? Task.detached { [source] in
                    // What the step is done with is given back beside it.
                    withExtendedLifetime(done) {}
                    return await source.next()
                } : nil
        }
        place += 1
        return batch.ticks[place - 1]
    }

    /// See `ReadAhead.remains`; for the end of a run.
    var remains: (notes: RunNotes, lines: [Line], difference: ChainProof.Difference?) {
        get async { await source.remains }
    }
}
