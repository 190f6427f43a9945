import TwinBooks
public import TwinCore

/// What a reader of a file should be told: refused lines, mended faults, differing marks.
public struct RunNotes: Sendable {
    public static let keptMax = 20

    /// The first refused lines, for people; all are counted in the summary.
    public private(set) var refusals: [Refusal] = []
    public private(set) var refusalTotal = 0
    /// Sentences, each once.
    public private(set) var warnings: [String] = []

    public init() {}

    public mutating func refuse(_ refusal: Refusal) {
        refusalTotal += 1
        if refusals.count < RunNotes.keptMax { refusals.append(refusal) }
    }

    /// Adds what another reader found.
    mutating func add(_ other: RunNotes) {
        for refusal in other.refusals { refuse(refusal) }
        refusalTotal += other.refusalTotal - other.refusals.count
        for warning in other.warnings { warn(warning) }
    }

    public mutating func warn(_ sentence: String) {
        if !warnings.contains(sentence), warnings.count < 100 { warnings.append(sentence) }
    }
}
