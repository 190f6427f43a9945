public import TwinCore

/// What a column's numbers mean in time.
public enum ImportKind: String, Sendable, Hashable, CaseIterable {
    /// The mean over the row's interval.
    case mean
    /// The value at the row's stamp.
    case sample
    /// A register that only grows, read at the row's stamp.
    case counter
    /// What flowed in the row's interval, written as its mean power.
    case energy

    /// Whether a value holds for an interval, so that its payload has a `period_s`.
    public var isInterval: Bool { self == .mean || self == .energy }
}

/// Which end of its interval a row's stamp names.
public enum ImportStamp: String, Sendable, Hashable, CaseIterable {
    case start, end
}

/// How a source writes its times.
public enum ImportTimeFormat: Sendable, Hashable {
    /// With its offset: `2014-06-04T00:10:00Z`.
    case rfc3339
    /// By the wall clock of the source's zone. In the hour that a clock change skips: as long after the change as it
    /// says; in the hour that is repeated: its first passing, so that the rows of the second are duplicates.
    case local
    /// Without offset, always this far ahead of UTC.
    case offset(Span)
}

/// One column of a source and the payload key that it becomes.
public struct ImportSignal: Sendable {
    public let column: String
    public let area: Area
    public let asset: String
    public let key: String
    public let kind: ImportKind
    /// Accepted values in the column's own unit, before `scale`; others become gaps.
    public let range: ClosedRange<Double>?
    /// The written value is the measured one x `scale`.
    public var scale: Double { scaleTimes / scaleOver }
    /// Why the values are scaled; nil when they are not.
    public let scaleReason: String?

    let unit: ImportUnit
    let scaleTimes: Double
    let scaleOver: Double
    let columnPlace: FilePlace
    let path: String

    /// The value to write, in the key's unit.
    /// - Parameter period: length of the row's interval.
    func written(_ value: Double, period: Span) -> Double {
        let base = unit.base(value)
        return (kind == .energy ? base / period.hours : base) * scaleTimes / scaleOver
    }
}

/// One kind of file with its rows' time and its columns.
public struct ImportSource: Sendable {
    public enum Delimiter: String, Sendable, CaseIterable {
        case comma, semicolon, tab

        var byte: UInt8 {
            switch self {
            case .comma: 0x2C
            case .semicolon: 0x3B
            case .tab: 0x09
            }
        }
    }

    public let name: String
    /// File name with `*` and `?`.
    public let file: String
    public let delimiter: Delimiter
    public let hasDecimalComma: Bool
    public let timeColumn: String
    public let timeFormat: ImportTimeFormat
    /// Whose wall clock `local` times and `shift` mean.
    public let zone: LocalZone
    public let stamp: ImportStamp
    /// Length of a row's interval, or between two samples.
    public let period: Span
    /// Days from the measured to the written date; the hour by the wall clock stays.
    public let shiftDays: Int64?
    /// Whose data it is, as its licence asks.
    public let credit: String?
    public let signals: [ImportSignal]

    let filePlace: FilePlace
    let timeColumnPlace: FilePlace
    let path: String
}

/// What the measured sources do not have and the caller's model adds.
public struct ImportModelled: Sendable, Hashable {
    public let name: String
    public let reason: String
}

/// `twin: mapping/1`: how measured exports become a replay file.
public struct ImportMapping: Sendable {
    public static let version = "mapping/1"

    public let site: String
    public let zone: LocalZone
    public let stepS: Int
    public let seed: UInt64
    /// Local midnight.
    public let from: PlantTime
    public let to: PlantTime
    /// Whether a clock line ends each step, so that silence moves time.
    public let hasClock: Bool
    public let sources: [ImportSource]
    public let modelled: [ImportModelled]

    var step: Span { .seconds(Int64(stepS)) }
}
