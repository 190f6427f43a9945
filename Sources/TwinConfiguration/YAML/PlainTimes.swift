public import TwinCore

extension YAMLNode {
    /// Reads a date, `2025-06-18`.
    public func date() -> CivilDate? {
        guard case .scalar(let text, _) = content else { return mismatch("a date like 2025-06-18") }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, zip(parts, [4, 2, 2]).allSatisfy({ $0.utf8.count == $1 }),
            let year = digits(parts[0]), let month = digits(parts[1]), let day = digits(parts[2])
        else { return mismatch("a date like 2025-06-18") }
        let date = CivilDate(year: year, month: month, day: day)
        guard date.exists else {
            problem("\(text) is no day of the calendar; check month and day")
            return nil
        }
        return date
    }

    /// Reads a time of day, `07:00` to `24:00`, as milliseconds since local midnight.
    public func timeOfDay() -> Int64? {
        guard case .scalar(let text, _) = content else { return mismatch("a time of day like \"07:00\"") }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 }), let hour = digits(parts[0]),
            let minute = digits(parts[1])
        else { return mismatch("a time of day like \"07:00\"") }
        guard hour <= 24, minute <= 59, hour < 24 || minute == 0 else {
            problem("\(text) is no time of day; write 00:00 to 24:00")
            return nil
        }
        return Int64(hour * 60 + minute) * 60_000
    }

    /// Reads a length of time, `90s`, `30m`, `1h` or `2d`.
    public func duration() -> Span? {
        guard case .scalar(let text, _) = content, let span = Span(text: text) else {
            return mismatch("a length of time like 90s, 30m, 1h or 2d")
        }
        return span
    }

    private func digits(_ text: Substring) -> Int? {
        text.utf8.allSatisfy { (48...57).contains($0) } ? Int(text) : nil
    }
}
