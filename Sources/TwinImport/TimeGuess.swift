import TwinConfiguration
import TwinCore

/// Which of a file's columns are its time, and how it is written.
struct TimeGuess {
    /// One, or those of the date and of the clock.
    let columns: [String]
    /// Whether the times name their offset.
    private let isRFC3339: Bool
    private let orders: [ImportDateOrder]
    private let times: [PlantTime]

    init(_ all: [(name: String, cells: [String])]) {
        let dated = all.first { column in
            !column.cells.isEmpty && column.cells.allSatisfy { TimeGuess.isTime($0) }
        }
        let clock = all.first { column in
            column.name != dated?.name && !column.cells.isEmpty && column.cells.allSatisfy { TimeGuess.isClock($0) }
        }
        let isDay = dated?.cells.allSatisfy { !$0.contains(":") } ?? false
        var cells = dated?.cells ?? []
        if isDay, let clock {
            columns = [dated?.name, clock.name].compactMap(\.self)
            cells = zip(cells, clock.cells).map { "\($0) \($1)" }
        } else {
            columns = [dated?.name].compactMap(\.self)
        }
        let zoned = cells.compactMap { PlantTime(rfc3339: $0) }
        isRFC3339 = !cells.isEmpty && zoned.count == cells.count
        let orders = ImportDateOrder.allCases.filter { order in
            cells.allSatisfy { SourceTimes.civil($0, order) != nil }
        }
        self.orders = orders
        times = isRFC3339 ? zoned : cells.compactMap { cell in orders.first.flatMap { SourceTimes.civil(cell, $0) } }
    }

    static func isTime(_ text: String) -> Bool {
        PlantTime(rfc3339: text) != nil || ImportDateOrder.allCases.contains { SourceTimes.civil(text, $0) != nil }
    }

    private static func isClock(_ text: String) -> Bool {
        text.contains(":") && SourceTimes.civil("2025-06-18 \(text)", .ymd) != nil
    }

    /// As the mapping writes it.
    var column: String {
        let names = columns.map { JSON.string($0).printableLine }
        return names.count == 1 ? names[0] : names.isEmpty ? "…" : "[\(names.joined(separator: ", "))]"
    }

    var order: String { orders.first?.rawValue ?? "…" }

    func format(_ zone: LocalZone) -> String {
        if isRFC3339 { return "format: rfc3339" }
        let date = orders.first.map { $0 == .ymd ? "" : ", date: \($0.rawValue)" } ?? ", date: …"
        return "format: local\(date), zone: \(zone.name)"
    }

    /// How far apart most rows stand.
    var period: Span? {
        let sorted = Set(times).sorted()
        var found: [Int64: Int] = [:]
        for (time, next) in zip(sorted, sorted.dropFirst()) { found[(next - time).ms, default: 0] += 1 }
        return found.max { ($0.value, -$0.key) < ($1.value, -$1.key) }.map { Span(ms: $0.key) }
    }

    /// The local day of the first row.
    func firstDay(_ zone: LocalZone) -> String? {
        times.min().map { isRFC3339 ? zone.local($0).date.text : String($0.rfc3339.prefix(10)) }
    }

    /// What the rows leave open.
    var doubts: [String] {
        guard orders.count > 1, !isRFC3339 else { return [] }
        return ["the dates may also be \(orders.dropFirst().map(\.rawValue).joined(separator: " or "))"]
    }
}
