/// A time zone as data: its offset changes inside a span of years. Made by the shell from the zone database.
public struct LocalZone: Sendable, Hashable, Codable {
    public struct Change: Sendable, Hashable, Codable {
        public var from: PlantTime
        public var offset: Span

        public init(from: PlantTime, offset: Span) {
            self.from = from
            self.offset = offset
        }
    }

    public let name: String
    /// Ascending; the first one also holds before its own start.
    public let changes: [Change]

    /// - Precondition: `changes` is not empty and ascends.
    public init(name: String, changes: [Change]) {
        precondition(!changes.isEmpty, "a zone needs at least one offset")
        self.name = name
        self.changes = changes
    }

    public static let utc = LocalZone(
        name: "UTC", changes: [Change(from: PlantTime(ms: 0), offset: Span(ms: 0))])

    /// How far local time is ahead of UTC at `time`.
    public func offset(at time: PlantTime) -> Span {
        var low = 1
        var high = changes.count
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].from <= time { low = middle + 1 } else { high = middle }
        }
        return changes[low - 1].offset
    }

    /// `2025-06-18T07:00:00.000+01:00`.
    public func text(_ time: PlantTime) -> String { time.text(offset: offset(at: time)) }

    /// For people: `2025-06-18 07:00`, with seconds where there are some.
    public func clock(_ time: PlantTime) -> String {
        let text = text(time)
        let seconds = text.dropFirst(16).prefix(3)
        return text.prefix(10) + " " + text.dropFirst(11).prefix(5) + (seconds == ":00" ? "" : seconds)
    }

    /// A sentence for people: instants that it has in UTC, `2025-06-18T06:00:00.000Z`, as `clock` tells them.
    public func localised(_ text: String) -> String {
        // Each ends with Z, and nearly no sentence has one.
        guard text.utf8.contains(0x5A) else { return text }
        var (out, rest) = ("", Substring(text))
        while let end = rest.firstIndex(of: "Z") {
            let next = rest.index(after: end)
            let begin = rest.index(next, offsetBy: -PlantTime.rfc3339Count, limitedBy: rest.startIndex)
            if let begin, let time = PlantTime(rfc3339: rest[begin..<next]) {
                out += rest[..<begin] + clock(time)
            } else {
                out += rest[..<next]
            }
            rest = rest[next...]
        }
        return out + rest
    }

    /// Local date and milliseconds since local midnight by the wall clock.
    public func local(_ time: PlantTime) -> (date: CivilDate, msOfDay: Int64) {
        let ms = time.ms + offset(at: time).ms
        let day = ms.flooredDivision(by: 86_400_000)
        return (CivilDate(daysSinceEpoch: day), ms - day * 86_400_000)
    }

    /// The calendar month, local time, that an instant lies in.
    public func month(of time: PlantTime) -> Range<PlantTime> {
        let date = local(time).date
        let next = date.month < 12 ? (date.year, date.month + 1) : (date.year + 1, 1)
        let first = instant(CivilDate(year: date.year, month: date.month, day: 1))
        return first..<max(first, instant(CivilDate(year: next.0, month: next.1, day: 1)))
    }

    /// The instant of a local wall-clock time. In the skipped hour: the same length after the change.
    /// In the repeated hour: its first passing.
    public func instant(_ date: CivilDate, msOfDay: Int64 = 0) -> PlantTime {
        let naive = PlantTime(ms: date.daysSinceEpoch * 86_400_000 + msOfDay)
        let before = offset(at: naive - Span.days(1))
        let early = naive - before
        if offset(at: early) == before { return early }
        let late = naive - offset(at: early)
        return offset(at: late) == offset(at: early) ? late : early
    }
}
