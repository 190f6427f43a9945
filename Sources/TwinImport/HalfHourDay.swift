import TwinCore

/// A local day of a half-hour meter: how many half hours it has, and which cells hold them.
struct HalfHourDay {
    /// How the day's columns are counted.
    enum Columns {
        /// HH1 is the first half hour of the day, however many there are.
        case numbered
        /// Columns are named by the time of day.
        case timed
    }

    struct WrongCount: Error {
        var sentence: String
    }

    static let usual = 48
    static let longest = 50

    /// A half hour of the day.
    static let length = Span.minutes(30)

    let date: CivilDate
    let midnight: PlantTime
    /// 48, on the days of the clock changes 46 or 50.
    let count: Int
    private let zone: String
    /// The half hours by the clock that a short day does not have.
    private let skipped: Range<Int>

    init(_ date: CivilDate, in zone: LocalZone) {
        let midnight = zone.instant(date)
        let next = zone.instant(CivilDate(daysSinceEpoch: date.daysSinceEpoch + 1))
        let count = Int((next - midnight).ms / HalfHourDay.length.ms)
        let jump = (0..<count).first { index in
            let into = Int64(index) * HalfHourDay.length
            return zone.local(midnight + into).msOfDay != into.ms
        }
        let from = jump ?? count
        skipped = from..<(from + max(0, HalfHourDay.usual - count))
        self.date = date
        self.midnight = midnight
        self.count = count
        self.zone = zone.name
    }

    /// Which of a row's cells hold the day's half hours, in their order; those beyond its end are empty, and gaps.
    ///
    /// A short day may leave its last two columns empty, or, where columns are named by times, the two that the clock
    /// skipped. A long day needs its two extra columns: without them nobody can say which half hours are missing.
    func cells(_ texts: [String], _ columns: Columns) throws(WrongCount) -> [Int] {
        let filled = texts.lastIndex { !$0.isEmpty }.map { $0 + 1 } ?? 0
        if filled == HalfHourDay.usual, count < HalfHourDay.usual, columns == .timed,
            texts[skipped].allSatisfy(\.isEmpty)
        {
            return Array(0..<skipped.lowerBound) + Array(skipped.upperBound..<HalfHourDay.usual)
        }
        guard filled <= count else { throw wrong(filled, "leave the columns after the last half hour empty") }
        if count > HalfHourDay.usual, filled == HalfHourDay.usual {
            throw wrong(filled, "add the values of the repeated hour, \(count) columns in all")
        }
        return Array(0..<count)
    }

    private func wrong(_ found: Int, _ fix: String) -> WrongCount {
        let why = count == HalfHourDay.usual ? "" : " because the clocks change"
        return WrongCount(
            sentence:
                "\(date.text) has \(count) half hours in \(zone)\(why), this row has \(found) values; \(fix), or check "
                + "the zone and the date")
    }
}

/// The columns of a day in a file: from the first one on, as far as its headings count on. Other columns may stand
/// between them, such as a flag behind each half hour.
struct DayRun {
    /// Columns from one half hour to the next.
    private static let strideMax = 4
    /// What a flag behind a half hour says when its value was estimated.
    private static let estimates: Set<String> = ["e", "est", "estimate", "estimated"]

    let first: Int
    let count: Int
    let layout: HalfHourDay.Columns
    private let stride: Int
    /// Whether nothing follows: then a long day's row may run on past the headings.
    private let isLast: Bool

    /// Nil where the headings count on to neither 48 nor 50 columns; `found` says how many there are.
    init?(names: [String], first: Int, found: inout Int) {
        let start = DayRun.place(names[first])
        let layout: HalfHourDay.Columns = start.isTime ? .timed : .numbered
        // 23:30 is followed by 24:00, which some write 00:00.
        let day = layout == .timed ? HalfHourDay.usual : Int.max
        func counts(_ column: Int, _ further: Int) -> Bool {
            guard names.indices.contains(column), let number = start.number else { return false }
            let next = DayRun.place(names[column])
            guard let found = next.number, next.isTime == start.isTime, next.prefix == start.prefix else {
                return false
            }
            return found % day == (number + further) % day
        }
        let stride = (1...DayRun.strideMax).first { counts(first + $0, 1) } ?? 1
        var count = 1
        while count < HalfHourDay.longest, counts(first + count * stride, count) { count += 1 }
        let end = first + count * stride
        // The times of a 48-column file begin again when another block follows.
        if layout == .timed, count == HalfHourDay.longest, end < names.count { count = HalfHourDay.usual }
        found = count
        guard count == HalfHourDay.usual || count == HalfHourDay.longest else { return nil }
        self.first = first
        self.count = count
        self.layout = layout
        self.stride = stride
        isLast = stride == 1 && end == names.count
    }

    func texts(_ record: CSVRecord) -> [String] {
        let count = isLast ? min(record.count - first, HalfHourDay.longest + 1) : self.count
        return (0..<max(0, count)).map { record.text(first + $0 * stride) ?? "" }
    }

    /// Whether a flag behind a half hour says that it was estimated, for as many half hours as `texts` has.
    func estimates(_ record: CSVRecord) -> [Bool] {
        texts(record).indices.map { index in
            (1..<stride).contains { offset in
                DayRun.estimates.contains(record.text(first + index * stride + offset)?.lowercased() ?? "")
            }
        }
    }

    /// What a heading counts: `HH7` is 7 after `HH`, `03:00` is half hour 6 of the day.
    private static func place(_ name: String) -> (prefix: String, number: Int?, isTime: Bool) {
        let parts = name.split(separator: ":")
        if parts.count >= 2, let hour = Int(parts[0]), let minute = Int(parts[1]), (0...25).contains(hour),
            minute == 0 || minute == 30
        {
            return ("", hour * 2 + minute / 30, true)
        }
        let digits = name.reversed().prefix { $0.isASCII && $0.isNumber }.count
        return (String(name.dropLast(digits)), digits <= 3 ? Int(name.suffix(digits)) : nil, false)
    }
}
