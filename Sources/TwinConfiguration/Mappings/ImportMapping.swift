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

/// What one row of a file holds.
public enum ImportLayout: Sendable, Hashable {
    /// One time and the values that belong to it.
    case rows
    /// One local day with a value per half hour: 48, on the days of the clock changes 46 or 50.
    case halfHours(ImportDateOrder)
    /// One charging session with its start, its end and its energy.
    case sessions(ImportSessions)
}

/// How a date is written.
public enum ImportDateOrder: String, Sendable, Hashable, CaseIterable {
    /// `2025-06-18`, with any of `-`, `/` and `.`.
    case ymd
    /// `18/06/2025`, the way UK meter files have it.
    case dmy
    /// `6/18/2025`, as in the United States.
    case mdy
}

/// What counts where rows with one stamp hold values that differ. Without it none of them does.
public enum ImportRepeats: String, Sendable, Hashable, CaseIterable {
    case first, last
}

/// How charging sessions become the power of a group of bays.
public struct ImportSessions: Sendable, Hashable {
    /// Over which time a session's energy is spread evenly.
    public enum Spread: String, Sendable, Hashable, CaseIterable {
        /// From plugging in to unplugging.
        case plugIn = "plug_in"
        /// From plugging in until the current stopped; to unplugging where the file does not say when that was.
        case charging
    }

    public let spread: Spread
    /// When the vehicle left its bay.
    public let endColumns: [String]
    /// When the current stopped; empty where the file does not say.
    public let doneColumns: [String]
    /// Which charge point it was; empty where the mapping does not say.
    public let pointColumns: [String]

    public let endPlace: FilePlace
    public let donePlace: FilePlace?
    public let pointPlace: FilePlace?
}

/// Rows that a source takes: those with this text in this column.
public struct ImportFilter: Sendable {
    public var column: String
    public var text: String
    public var place: FilePlace
}

/// The column that says how good a row is, and the texts in it that mean an estimate.
public struct ImportQuality: Sendable {
    public var column: String
    public var estimated: [String]
    public var place: FilePlace
}

/// How a source writes its times.
enum ImportTimeFormat: Sendable, Hashable {
    /// With its offset: `2014-06-04T00:10:00Z`.
    case rfc3339
    case epochSeconds, epochMilliseconds
    /// By the wall clock of the source's zone. In the hour that a clock change skips: as long after the change as it
    /// says; in the hour that is repeated: its first passing, and the second once the rows above have passed it.
    case local(ImportDateOrder)
    /// Without offset, always this far ahead of UTC.
    case offset(ImportDateOrder, Span)
    /// The number of an hour of the year, 1 for the one from midnight on 1 January, always this far ahead of UTC.
    case hourOfYear(year: Int, Span)
}

/// One column of a source and the payload key that it becomes.
public struct ImportSignal: Sendable {
    /// For half hours: the first of the day's columns.
    public let column: String
    /// Columns of the same unit that are added to the first.
    public let addedColumns: [String]
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

    /// A counter's digits before the point, when it is known to run over; its reading is below 10^digits.
    public let digits: Int?
    /// Energy of a cubic metre of gas, kWh, when the column counts gas by its volume.
    let kWhPerM3: Double?

    public let unit: ImportUnit
    let scaleTimes: Double
    let scaleOver: Double
    public let columnPlace: FilePlace
    let assetPlace: FilePlace
    let keyPlace: FilePlace
    /// Of the row: `sources[0].signals[1]`.
    public let path: String

    /// The value to write, in the key's unit.
    /// - Parameter period: length of the row's interval.
    public func written(_ value: Double, period: Span) -> Double {
        scaled(kind == .energy ? inBase(value) / period.hours : inBase(value))
    }

    /// What a session or an interval took, kWh.
    public func energyKWh(_ value: Double) -> Double { scaled(inBase(value)) }

    private func inBase(_ value: Double) -> Double { unit.base(value) * (kWhPerM3 ?? 1) }

    private func scaled(_ value: Double) -> Double { value * scaleTimes / scaleOver }
}

/// One kind of file with its rows' time and its columns.
public struct ImportSource: Sendable {
    public enum Delimiter: String, Sendable, CaseIterable {
        case comma, semicolon, tab

        public var byte: UInt8 {
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
    /// Whether a comma is the decimal sign; nil where the mapping does not say.
    public let hasDecimalComma: Bool?
    public let layout: ImportLayout
    /// Whether the import goes on, with a gap, when there is no such file.
    public let isOptional: Bool
    /// For half hours the date's column, for sessions that of the start. Several hold a time together: date, clock.
    public let timeColumns: [String]
    let timeFormat: ImportTimeFormat
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
    /// Which of two values with one stamp counts.
    public let repeats: ImportRepeats?
    public let quality: ImportQuality?

    public let filters: [ImportFilter]
    public let filePlace: FilePlace
    /// Nil for half hours.
    public let periodPlace: FilePlace?
    public let timeColumnPlace: FilePlace
    /// In the mapping: `sources[0]`.
    public let path: String
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

    let sitePlace: FilePlace

    public var step: Span { .seconds(Int64(stepS)) }
}
