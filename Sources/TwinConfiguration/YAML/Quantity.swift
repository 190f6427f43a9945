import TwinCore

// Physical numbers carry their origin: `rated_kw: {value: 660, source: "NREL turbine-models"}`.

extension YAMLNode {
    /// Reads `{value: …, source: …}`. The path in messages about the value is that of the quantity.
    func sourced<T>(_ read: (YAMLNode) -> T?) -> T? {
        switch content {
        case .mapping: break
        case .scalar(let text, _):
            problem("\(text.isEmpty ? "the value is empty" : "\(shown(text)) has no source"); \(form(text))")
            return nil
        case .list(let items):
            if items.contains(where: { $0.find("value") != nil }) { return dated(items, read) }
            problem("the list has no source; write {value: [...], source: \"where it comes from\"}")
            return nil
        case .refused: return nil
        }
        return entry(read)?.value
    }

    /// A value that changes on dates: the first has no `from:`, the others ascend. All are checked, one holds.
    private func dated<T>(_ items: [YAMLNode], _ read: (YAMLNode) -> T?) -> T? {
        var held: T?
        var last: CivilDate?
        for (index, item) in items.enumerated() {
            guard let (value, from, place) = item.named(path).entry(read, isDated: true) else { return nil }
            guard index > 0 else {
                if from != nil { place.problem("the first value holds from the beginning; leave out its from:") }
                held = value
                continue
            }
            guard let from else {
                place.problem("only the first value has no date; add from: 2026-01-01")
                return nil
            }
            guard last.map({ $0 < from }) ?? true else {
                place.problem("\(from.text) is not after the date before; let the dates ascend")
                return nil
            }
            last = from
            log.note(from)
            if let date = log.date, from <= date { held = value }
        }
        return held
    }

    private func entry<T>(
        _ read: (YAMLNode) -> T?, isDated: Bool = false
    ) -> (value: T, from: CivilDate?, place: YAMLNode)? {
        fields { fields in
            let place = isDated ? fields.optional("from") : nil
            let from = place?.date()
            let value = fields.required("value", hint: "\(form())").flatMap { read($0.named(path)) }
            let source = fields.required("source", hint: "every physical number says where it comes from")
            if let source { checkSource(source) }
            guard let value, place == nil || from != nil else { return nil }
            return (value, from, place ?? self)
        }
    }

    private func checkSource(_ source: YAMLNode) {
        if case .scalar(let text, _) = source.content, !text.contains(where: { !$0.isWhitespace }) {
            source.problem("the source is empty; name the document, or write ASM and the reasoning")
            return
        }
        _ = source.text(maxLength: 600)
    }

    private func shown(_ text: String) -> String { Double(decimal: text) == nil ? quoted(text) : text }

    private func form(_ text: String = "") -> String {
        "write {value: \(Double(decimal: text) == nil ? "..." : text), source: \"where it comes from\"}"
    }
}

extension YAMLFields {
    /// A physical number with its source.
    mutating func quantity(_ key: String, in range: ClosedRange<Double>, _ unit: String) -> Double? {
        required(key, hint: hint(key))?.sourced { $0.number(in: range, unit) }
    }

    /// A physical number with its source that may be left out.
    mutating func optionalQuantity(_ key: String, in range: ClosedRange<Double>, _ unit: String) -> Double? {
        optional(key)?.sourced { $0.number(in: range, unit) }
    }

    /// A physical whole number with its source.
    mutating func count(_ key: String, in range: ClosedRange<Int>, _ unit: String) -> Int? {
        required(key, hint: hint(key))?.sourced { $0.whole(in: range, unit) }
    }

    /// A length of time with its source, given in seconds.
    mutating func seconds(_ key: String, in range: ClosedRange<Int>) -> Span? {
        count(key, in: range, "s").map { .seconds(Int64($0)) }
    }

    /// A list of `count` numbers under one source.
    mutating func quantities(_ key: String, count: Int, in range: ClosedRange<Double>, _ unit: String) -> [Double]? {
        required(key, hint: hint(key, "[...]"))?.sourced { node in
            guard let items = node.items(count...count) else { return nil }
            let values = items.map { $0.number(in: range, unit) }
            return values.contains(nil) ? nil : values.compactMap(\.self)
        }
    }

    private func hint(_ key: String, _ value: String = "...") -> String {
        "add \(key): {value: \(value), source: \"...\"}"
    }
}
