/// What one signal measured, over time: pieces of constant value, sorted, each ending at the latest where the next
/// begins. Energies are integrals of it, so they do not depend on the order in which readings arrived.
public struct Timeline: Sendable {
    public struct Piece: Sendable, Hashable {
        /// ms since 1970.
        public var start: Int64
        /// ms since 1970; effective only up to the next piece's start.
        public var end: Int64
        public var value: Double
    }

    public enum Insertion: Sendable, Hashable {
        case inserted
        /// A piece with the same start and value is there already.
        case same
        /// A piece with the same start and another value is there; the first one is kept.
        case conflict
    }

    /// Forgotten pieces, then those that are kept.
    private var shelf: [Piece] = []
    /// Place of the first piece that is kept: nothing before it is looked at any more.
    private var head = 0

    public init() {}

    /// What is not forgotten, by start.
    public var pieces: ArraySlice<Piece> { shelf[head...] }
    public var isEmpty: Bool { head == shelf.count }
    public var last: Piece? { isEmpty ? nil : shelf.last }

    /// - Precondition: `end` is after `start`.
    public mutating func insert(start: PlantTime, end: PlantTime, value: Double) -> Insertion {
        precondition(start < end, "a piece has a length")
        let piece = Piece(start: start.ms, end: end.ms, value: value)
        guard let last, last.start >= start.ms else {
            shelf.append(piece)
            return .inserted
        }
        let index = firstIndex(startingAtOrAfter: start.ms)
        if index < shelf.count, shelf[index].start == start.ms {
            return shelf[index].value == value ? .same : .conflict
        }
        shelf.insert(piece, at: index)
        return .inserted
    }

    /// Sets the value over a span, replacing a piece that starts at the same instant.
    public mutating func set(start: PlantTime, end: PlantTime, value: Double) {
        let index = firstIndex(startingAtOrAfter: start.ms)
        let piece = Piece(start: start.ms, end: end.ms, value: value)
        if index == shelf.count {
            shelf.append(piece)
        } else if shelf[index].start == start.ms {
            shelf[index] = piece
        } else {
            shelf.insert(piece, at: index)
        }
    }

    /// Takes out all that begins at `time` or later; what began before ends there.
    public mutating func cut(from time: PlantTime) {
        shelf.removeSubrange(firstIndex(startingAtOrAfter: time.ms)...)
        if head < shelf.count { shelf[shelf.count - 1].end = min(shelf[shelf.count - 1].end, time.ms) }
    }

    /// Forgets pieces that ended at or before `time`.
    public mutating func forget(before time: PlantTime) {
        while head < shelf.count, shelf[head].end <= time.ms { head += 1 }
        // Given back in blocks of a quarter: shifting a day of pieces at every step would cost more than the memory.
        guard head >= Timeline.blockMin, 4 * head >= shelf.count else { return }
        shelf.removeFirst(head)
        head = 0
    }

    /// Pieces that are not forgotten.
    public var count: Int { shelf.count - head }

    /// Leaves two pieces at most of each `cell` before `time`: the last one as it is, and one with the mean of those before
    /// it. The integral over a cell and what of it is covered stay; within it, what was when is given up.
    /// - Precondition: `cell` is longer than 0.
    public mutating func thin(before time: PlantTime, to cell: Span) {
        precondition(cell.ms > 0, "a cell has a length")
        let end = firstIndex(startingAtOrAfter: time.ms)
        var thinned: [Piece] = []
        var index = head
        while index < end {
            let begin = shelf[index].start - time.ms
            // Cells are counted from `time` backwards.
            let next = time.ms + (begin + 1) / cell.ms * cell.ms
            let group = index
            var covered: Int64 = 0
            var sum = 0.0
            while index + 1 < end, shelf[index + 1].start < next {
                let length = min(shelf[index].end, shelf[index + 1].start) - shelf[index].start
                covered += length
                sum += shelf[index].value * Double(length)
                index += 1
            }
            if index - group > 1 {
                let start = shelf[group].start
                thinned.append(Piece(start: start, end: start + covered, value: sum / Double(covered)))
            } else if index > group {
                thinned.append(shelf[group])
            }
            thinned.append(shelf[index])
            index += 1
        }
        shelf.replaceSubrange(..<end, with: thinned)
        head = 0
    }

    /// Whether there is something to forget.
    public func reaches(before time: PlantTime) -> Bool { head < shelf.count && shelf[head].end <= time.ms }

    /// Fewer forgotten pieces than these are not worth a shift.
    private static let blockMin = 64

    /// The piece that holds at `time`.
    public func piece(at time: PlantTime) -> Piece? {
        let index = firstIndex(startingAtOrAfter: time.ms + 1) - 1
        guard index >= head, shelf[index].end > time.ms else { return nil }
        return shelf[index]
    }

    /// The piece with the latest start before `time`, whether it still holds or not.
    public func latestPiece(before time: PlantTime) -> Piece? {
        // What is asked for is nearly always the last one.
        if let last, last.start < time.ms { return last }
        let index = firstIndex(startingAtOrAfter: time.ms) - 1
        return index >= head ? shelf[index] : nil
    }

    /// The value of the latest piece, where it alone covers `from..<to`.
    public func latestValue(over from: PlantTime, _ to: PlantTime) -> Double? {
        guard let last, last.start <= from.ms, last.end >= to.ms else { return nil }
        return last.value
    }

    /// Whether no piece holds at `time` or afterwards.
    public func isSilent(from time: PlantTime) -> Bool {
        // No piece holds longer than up to the start of the next.
        last.map { $0.start < time.ms && $0.end <= time.ms } ?? true
    }

    /// Calls `body(start, end, value)` (ms) for each stretch of `from..<to` that a piece covers, in order.
    public func forEachStretch(
        from: PlantTime, to: PlantTime, _ body: (_ start: Int64, _ end: Int64, _ value: Double) -> Void
    ) {
        var index = max(firstIndex(startingAtOrAfter: from.ms + 1) - 1, head)
        while index < shelf.count, shelf[index].start < to.ms {
            let next = index + 1 < shelf.count ? shelf[index + 1].start : Int64.max
            let start = max(shelf[index].start, from.ms)
            let end = min(shelf[index].end, next, to.ms)
            if end > start { body(start, end, shelf[index].value) }
            index += 1
        }
    }

    /// Integral of the value over the covered part of `from..<to`, in value x ms, and the covered ms.
    public func integral(from: PlantTime, to: PlantTime) -> (valueMs: Double, coveredMs: Int64) {
        var sum = 0.0
        if let value = latestValue(over: from, to) {
            let length = (to - from).ms
            return (sum + value * Double(length), length)
        }
        var covered: Int64 = 0
        forEachStretch(from: from, to: to) { start, end, value in
            sum += value * Double(end - start)
            covered += end - start
        }
        return (sum, covered)
    }

    /// Holes longer than `tolerance` that begin inside `from..<to` after something had been covered, and end
    /// (with another reading) or reach `to`.
    public func gapCount(from: PlantTime, to: PlantTime, tolerance: Span) -> Int {
        guard !isEmpty, shelf[head].start < to.ms else { return 0 }
        var count = 0
        var index = max(firstIndex(startingAtOrAfter: from.ms + 1) - 1, head)
        while index < shelf.count, shelf[index].start < to.ms {
            let next = index + 1 < shelf.count ? shelf[index + 1].start : Int64.max
            let holeStart = shelf[index].end
            if holeStart >= from.ms, holeStart < to.ms, min(next, to.ms) - holeStart > tolerance.ms { count += 1 }
            index += 1
        }
        return count
    }

    private func firstIndex(startingAtOrAfter ms: Int64) -> Int {
        // What is asked for is nearly always now.
        if let last = shelf.last, last.start < ms { return shelf.count }
        var low = head
        var high = shelf.count
        while low < high {
            let middle = (low + high) / 2
            if shelf[middle].start < ms { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension Timeline: Hashable {
    public static func == (a: Timeline, b: Timeline) -> Bool { a.pieces == b.pieces }
    public func hash(into hasher: inout Hasher) { hasher.combine(pieces) }
}

extension Timeline: Codable {
    public func encode(to encoder: any Encoder) throws {
        var packed = PackedWords(stride: 3)
        for piece in pieces {
            packed.append(piece.start)
            packed.append(piece.end)
            packed.append(piece.value)
        }
        try packed.encode(to: encoder)
    }

    public init(from decoder: any Decoder) throws {
        let packed = try PackedWords(from: decoder, stride: 3)
        shelf = stride(from: 0, to: packed.words.count, by: 3).map {
            Piece(start: packed.words[$0], end: packed.words[$0 + 1], value: packed.double($0 + 2))
        }
    }
}
