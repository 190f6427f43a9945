public import TwinConfiguration
public import TwinCore

/// What an import read and wrote, for people and for tests.
public struct ImportReport: Sendable {
    /// How often something was found, and where first.
    public struct Found: Sendable, Hashable {
        static let firstMax = 5

        public internal(set) var count = 0
        /// Line numbers of the first five.
        public internal(set) var firstLines: [Int] = []
        /// What stood at the first one, and what would read it: `meter.csv:2: …`.
        public internal(set) var example: String?

        /// - Parameter what: what stood there, for people.
        mutating func add(_ place: RowPlace, _ what: String? = nil) {
            count += 1
            if firstLines.count < Found.firstMax { firstLines.append(place.line) }
            if example == nil, let what { example = "\(place.text): \(what)" }
        }

        var places: String {
            let more = count > firstLines.count ? ", …" : ""
            return "line\(count == 1 ? "" : "s") \(firstLines.map(String.init).joined(separator: ", "))\(more)"
        }
    }

    /// A span of the imported time without a value.
    public struct Gap: Sendable, Hashable {
        public let from: PlantTime
        public let to: PlantTime
    }

    public struct Signal: Sendable {
        static let gapsMax = 5

        /// Name of its source.
        public let source: String
        public let column: String
        /// `wind/farm`.
        public let target: String
        public let key: String
        public let kind: ImportKind
        public let scale: Double
        public let scaleReason: String?
        /// Rows inside the imported time.
        public internal(set) var rows = 0
        public internal(set) var written = 0
        /// Rows without a value.
        public internal(set) var empty = 0
        /// Rows whose stamp was there already.
        public internal(set) var duplicates = Found()
        /// Those of them whose value is another one. None of the values counts, unless the mapping says which.
        public internal(set) var conflicts = Found()
        /// The most that two such values differ by, as a share of the lower one.
        public internal(set) var conflictShare = 0.0
        /// Values that gave way to a better one of the same stamp: estimates, and those of an hour that the clock skips.
        public internal(set) var superseded = 0
        /// Written values that the file calls estimates.
        public internal(set) var estimated = 0
        /// Cells that are no number.
        public internal(set) var unreadable = Found()
        public internal(set) var outOfRange = Found()
        /// Readings of a counter that were below the one before: a new meter or a reset. It counts on from there.
        public internal(set) var replaced = Found()
        /// Readings of a counter that had run over its digits.
        public internal(set) var ranOver = Found()
        /// Readings of a counter that it cannot have shown: lower than both their neighbours, or higher. They are gaps.
        public internal(set) var wrong = Found()
        /// Spans of the imported time without a value, whatever the cause.
        public internal(set) var gaps = 0
        public internal(set) var gapTotal = Span(ms: 0)
        /// The first five.
        public internal(set) var firstGaps: [Gap] = []
        /// Values whose interval overlaps that of the one before; they are left out.
        public internal(set) var overlapping = Found()
        /// What the mapping says of repeated stamps.
        let repeats: ImportRepeats?
        /// Energy of the written values, kWh: the sum of power x period, or what a counter grew. Nil for the rest.
        public internal(set) var energyKWh: Double?
        /// Mean of the written values in the key's unit; nil without any.
        public internal(set) var mean: Double?

        init(_ signal: ImportSignal, source: ImportSource) {
            self.source = source.name
            column = signal.column
            target = "\(signal.area.rawValue)/\(signal.asset)"
            key = signal.key
            kind = signal.kind
            scale = signal.scale
            scaleReason = signal.scaleReason
            repeats = source.repeats
        }

        mutating func addConflict(_ a: ImportRow, _ b: ImportRow, _ signal: Int) {
            guard let one = a.values[signal], let other = b.values[signal] else { return }
            conflicts.add(b.place, "\(plain(other)) for \(a.stamp.rfc3339), and \(a.place.text) has \(plain(one))")
            let lower = min(abs(one), abs(other))
            conflictShare = max(conflictShare, lower > 0 ? abs(one - other) / lower : .infinity)
        }
    }

    public struct Source: Sendable {
        public let name: String
        public let credit: String?
        /// Names of the files read.
        public internal(set) var files: [String] = []
        /// Rows of all files, header excluded.
        public internal(set) var rows = 0
        public internal(set) var rowsInside = 0
        /// Rows with a wrong number of fields, a broken quote, or a time that cannot be read.
        public internal(set) var badRows = Found()
        /// Rows that the mapping's `where` does not let through.
        public internal(set) var filtered = Found()
        /// Where a file's heading stands, when lines stand above it.
        public internal(set) var headingLines: [String] = []
        /// The first and the last time of the rows, roughly, wherever they lie.
        var earliest: PlantTime?
        var latest: PlantTime?
        /// How far apart rows stand, where that is not the mapping's period.
        var usualSpacing: Span?
        /// Half-hour rows with a wrong number of values for their date.
        public internal(set) var wrongDays = Found()
        /// What was expected of the first five of them, found, and what to do: `file:line: …`.
        public internal(set) var refusals: [String] = []
        /// Energy of all readable sessions of the files, kWh, whether they lie in the imported time or not.
        public internal(set) var sessionsKWh = 0.0
        /// Sessions that have no end, or end before they start; they are left out.
        public internal(set) var withoutEnd = Found()
        /// Their energy, kWh.
        public internal(set) var withoutEndKWh = 0.0
        /// Sessions that begin as another one does at the same charge point, and count with it.
        public internal(set) var resumed = Found()
        /// Those of which the longest has not the most energy; none of them counts.
        public internal(set) var contradicting = Found()
        /// Files that were cut or damaged.
        public internal(set) var notes: [String] = []
        /// Whether its rows are charging sessions.
        let hasSessions: Bool

        init(_ source: ImportSource) {
            name = source.name
            credit = source.credit
            if case .sessions = source.layout { hasSessions = true } else { hasSessions = false }
        }

        mutating func refuse(_ sentence: String, _ place: RowPlace) {
            wrongDays.add(place)
            if refusals.count < Found.firstMax { refusals.append(sentence) }
        }
    }

    public let from: PlantTime
    public let to: PlantTime
    public let zone: LocalZone
    public internal(set) var sources: [Source]
    public internal(set) var signals: [Signal]
    public internal(set) var modelled: [ImportModelled]
}
