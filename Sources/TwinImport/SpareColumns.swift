/// Columns that a mapping has no word for and that hold few different texts: by them rows may be told apart.
struct SpareColumns: Sendable {
    private static let textsMax = 6

    private var texts: [String: [String]] = [:]
    private var full: Set<String> = []
    private var order: [String] = []

    mutating func note(_ record: CSVRecord, _ columns: [Int], names: [String]) {
        for column in columns where !full.contains(names[column]) {
            guard let text = record.text(column), !text.isEmpty else { continue }
            let name = names[column]
            if texts[name] == nil { order.append(name) }
            guard !(texts[name]?.contains(text) ?? false) else { continue }
            texts[name, default: []].append(text)
            if texts[name, default: []].count > SpareColumns.textsMax { full.insert(name) }
        }
    }

    /// The first column with more than one text.
    var telling: (name: String, texts: [String])? {
        order.first { !full.contains($0) && (texts[$0]?.count ?? 0) > 1 }.map { ($0, texts[$0] ?? []) }
    }
}
