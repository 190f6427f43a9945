import TwinCore

/// A request for the exchange with the grid in words, for text and page.
enum RequestWords {
    /// `import of at most 26,000 kW, 2025-06-18 17:00 to 19:00: kept for 118 of 120 min, …`
    static func line(_ record: GridRequestRecord, _ zone: LocalZone, _ currency: String) -> String {
        let (from, until) = (zone.text(record.request.from), zone.text(record.request.until))
        return "\(record.request.wish), \(from.prefix(16).replacing("T", with: " ")) to"
            + " \(until.dropFirst(11).prefix(5)): \(record.sentence(in: currency))"
    }
}
