public import TwinCore

/// Whether a replay came to what the marks of its file say: whether its figures are those of the run.
public struct ChainProof: Sendable, Hashable {
    /// The first thing that is not as it was written.
    public struct Difference: Sendable, Hashable {
        public var tick: Int
        public var file: String
        /// Nil where it is of no line, such as lines that are missing at the end.
        public var line: Int?
        public var what: String

        public init(tick: Int, file: String, line: Int?, what: String) {
            self.tick = tick
            self.file = file
            self.line = line
            self.what = what
        }

        public var sentence: String { "\(file)\(line.map { ":\($0)" } ?? ""): tick \(tick): \(what)" }
    }

    public var firstDifference: Difference?
    /// The first mark without a chain, in a file that may have been written by hand: nothing there proves anything.
    public var unproven: Difference?
    /// What was asked for otherwise than the run had it, such as `mode`: chains differ then, and the figures are not the run's
    /// because they should not be.
    public var changed: [String]

    public init(firstDifference: Difference? = nil, changed: [String] = []) {
        self.firstDifference = firstDifference
        self.changed = changed
    }

    /// Nil where other figures were asked for, and nothing is known to be damaged.
    public var isProven: Bool? { firstDifference != nil ? false : changed.isEmpty && unproven == nil ? true : nil }

    public var json: JSON {
        .fields([
            "proven": isProven.map { .bool($0) } ?? .null,
            "first_difference": firstDifference.map { difference in
                .fields([
                    "tick": .integer(difference.tick), "file": .string(difference.file),
                    "line": difference.line.map { .integer($0) } ?? .null, "what": .string(difference.what),
                ])
            } ?? .null,
            "changed": .array(changed.map(JSON.string)),
        ])
    }

    /// What is wrong, for people; nil where nothing is.
    public var sentence: String? {
        firstDifference.map { "\($0.sentence); the figures are not those of the run" }
    }

    /// Notes a difference, if it comes before what is known.
    public mutating func note(_ difference: Difference?) {
        guard let difference, difference.tick < firstDifference?.tick ?? .max else { return }
        firstDifference = difference
    }
}
