/// What one signal measured, over time: pieces of constant value, sorted, each ending at the latest where the next
/// begins. Energies are integrals of it, so they do not depend on the order in which readings arrived.
public struct Timeline: Sendable, Hashable {
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

    public private(set) var pieces: [Piece] = []

    public init() {}

    public var isEmpty: Bool { pieces.isEmpty }
    public var last: Piece? { pieces.last }

    /// - Precondition: `end` is after `start`.
    public mutating func insert(start: PlantTime, end: PlantTime, value: Double) -> Insertion {
        precondition(start < end, "a piece has a length")
        let piece = Piece(start: start.ms, end: end.ms, value: value)
        guard let last = pieces.last, last.start >= start.ms else {
            pieces.append(piece)
            return .inserted
        }
        let index = firstIndex(startingAtOrAfter: start.ms)
        if index < pieces.count, pieces[index].start == start.ms {
            return pieces[index].value == value ? .same : .conflict
        }
        pieces.insert(piece, at: index)
        return .inserted
    }

    /// Sets the value over a span, replacing a piece that starts at the same instant.
    public mutating func set(start: PlantTime, end: PlantTime, value: Double) {
        let index = firstIndex(startingAtOrAfter: start.ms)
        let piece = Piece(start: start.ms, end: end.ms, value: value)
        if index < pieces.count, pieces[index].start == start.ms {
            pieces[index] = piece
        } else {
            pieces.insert(piece, at: index)
        }
    }

    /// Forgets pieces that ended at or before `time`.
    public mutating func forget(before time: PlantTime) {
        guard let first = pieces.first, first.end <= time.ms else { return }
        pieces.removeFirst(pieces.prefix { $0.end <= time.ms }.count)
    }

    /// The piece that holds at `time`.
    public func piece(at time: PlantTime) -> Piece? {
        let index = firstIndex(startingAtOrAfter: time.ms + 1) - 1
        guard index >= 0, pieces[index].end > time.ms else { return nil }
        return pieces[index]
    }

    /// The piece with the latest start before `time`, whether it still holds or not.
    public func latestPiece(before time: PlantTime) -> Piece? {
        let index = firstIndex(startingAtOrAfter: time.ms) - 1
        return index >= 0 ? pieces[index] : nil
    }

    /// Calls `body(start, end, value)` (ms) for each stretch of `from..<to` that a piece covers, in order.
    public func forEachStretch(
        from: PlantTime, to: PlantTime, _ body: (_ start: Int64, _ end: Int64, _ value: Double) -> Void
    ) {
        var index = max(firstIndex(startingAtOrAfter: from.ms + 1) - 1, 0)
        while index < pieces.count, pieces[index].start < to.ms {
            let next = index + 1 < pieces.count ? pieces[index + 1].start : Int64.max
            let start = max(pieces[index].start, from.ms)
            let end = min(pieces[index].end, next, to.ms)
            if end > start { body(start, end, pieces[index].value) }
            index += 1
        }
    }

    /// Integral of the value over the covered part of `from..<to`, in value x ms, and the covered ms.
    public func integral(from: PlantTime, to: PlantTime) -> (valueMs: Double, coveredMs: Int64) {
        var sum = 0.0
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
        guard let first = pieces.first, first.start < to.ms else { return 0 }
        var count = 0
        var index = max(firstIndex(startingAtOrAfter: from.ms + 1) - 1, 0)
        while index < pieces.count, pieces[index].start < to.ms {
            let next = index + 1 < pieces.count ? pieces[index + 1].start : Int64.max
            let holeStart = pieces[index].end
            if holeStart >= from.ms, holeStart < to.ms, min(next, to.ms) - holeStart > tolerance.ms { count += 1 }
            index += 1
        }
        return count
    }

    private func firstIndex(startingAtOrAfter ms: Int64) -> Int {
        var low = 0
        var high = pieces.count
        while low < high {
            let middle = (low + high) / 2
            if pieces[middle].start < ms { low = middle + 1 } else { high = middle }
        }
        return low
    }
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
        pieces = stride(from: 0, to: packed.words.count, by: 3).map {
            Piece(start: packed.words[$0], end: packed.words[$0 + 1], value: packed.double($0 + 2))
        }
    }
}
