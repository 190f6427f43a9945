/// What became of one of the readings that a foreign message gave.
///
/// The message is counted once, whatever the number of its readings: as accepted when one of them was, else as a
/// duplicate when one was, else as rejected for the first reason.
public struct PartFate: Sendable, Hashable {
    public enum Verdict: Sendable, Hashable {
        case accepted, duplicate
        case rejected(RejectReason)
    }

    /// Place of the message in its tick.
    public var message: Int
    public var verdict: Verdict
    public var isLate: Bool
    /// What a refused reading would have told, as `lost_values_by_signal` names it.
    public var signal: String?

    /// Messages that their readings make, counted.
    public static func counts(_ fates: [PartFate]) -> Counts {
        var counts = Counts()
        var last: PartFate?
        let places = fates.indices.sorted { a, b in
            (fates[a].order.message, fates[a].order.rank, a) < (fates[b].order.message, fates[b].order.rank, b)
        }
        for fate in places.map({ fates[$0] }) {
            // The best one of a message comes first; what is refused beside a used one is a value that is lost.
            guard fate.message != last?.message else {
                if case .rejected(let reason) = fate.verdict, let signal = fate.signal, last?.isUsed ?? false {
                    counts.lose(signal, reason)
                }
                continue
            }
            last = fate
            counts.late += fate.isLate ? 1 : 0
            switch fate.verdict {
            case .accepted: counts.accepted += 1
            case .duplicate: counts.duplicates += 1
            case .rejected(let reason): counts.reject(reason)
            }
        }
        return counts
    }

    private var isUsed: Bool {
        if case .rejected = verdict { false } else { true }
    }

    /// By message, and the best fate of each first.
    private var order: (message: Int, rank: Int) {
        switch verdict {
        case .accepted: (message, isLate ? 0 : 1)
        case .duplicate: (message, 2)
        case .rejected: (message, 3)
        }
    }
}

extension Counts {
    /// Takes out again what a reading counted since `before` and gives it as the reading's fate. Readings stay, and what
    /// was lost of them.
    /// - Parameter message: whose part the reading is; nil for one that is a message of its own, which stays counted.
    public mutating func fate(of message: Int?, since before: Counts) -> PartFate? {
        guard let message else { return nil }
        let verdict: PartFate.Verdict
        if accepted > before.accepted {
            verdict = .accepted
        } else if let reason = RejectReason.allCases.first(where: { rejected[$0] != before.rejected[$0] }) {
            verdict = .rejected(reason)
        } else {
            verdict = .duplicate
        }
        let fate = PartFate(message: message, verdict: verdict, isLate: late > before.late)
        var kept = before
        kept.readings = readings
        kept.lost = lost
        kept.retained = retained
        kept.doubtedVehicles = doubtedVehicles
        self = kept
        return fate
    }
}
