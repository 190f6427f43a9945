import TwinCore
import TwinPlant

// A table of parameters says what a mapping holds; reading it needs no code of its own.

extension YAMLFields {
    /// Reads what a subject's table names; nil when a value is missing or wrong, which is reported.
    mutating func subject<S: Parametrised>(_ type: S.Type) -> S? {
        var subject = S()
        var isWhole = true
        for row in S.parameters where row.part == nil { isWhole = read(row, into: &subject) && isWhole }
        for part in S.parts {
            let node = optional(part.key)
            subject[keyPath: part.isThere] = node != nil
            guard let node else { continue }
            let read = node.fields { fields -> S? in
                var inner = subject
                var isGood = true
                for row in S.parameters where row.part == part.key { isGood = fields.read(row, into: &inner) && isGood }
                return isGood ? inner : nil
            }
            if let read { subject = read } else { isWhole = false }
        }
        return isWhole ? subject : nil
    }

    /// Keys of another table, which are no unknown ones.
    mutating func admit<S: Parametrised>(_ type: S.Type) {
        for row in S.parameters where row.part == nil { _ = optional(row.key) }
        for part in S.parts { _ = optional(part.key) }
    }

    /// - Returns: whether the value was there and good.
    private mutating func read<S>(_ row: Parameter<S>, into subject: inout S) -> Bool {
        func put<V>(_ value: V?, _ place: WritableKeyPath<S, V>) -> Bool {
            guard let value else { return false }
            subject[keyPath: place] = value
            return true
        }
        switch row.content {
        case .quantity(let range, let place): return put(quantity(row.key, in: range, row.unit), place)
        case .count(let range, let place): return put(count(row.key, in: range, row.unit), place)
        case .seconds(let range, let place): return put(seconds(row.key, in: range), place)
        case .flag(let place): return put(required(row.key)?.flag(), place)
        case .quantities(let count, let range, let place):
            return put(quantities(row.key, count: count, in: range, row.unit), place)
        case .byAsset(let range, let place):
            return put(required(row.key)?.byAsset(in: range, row.unit), place)
        case .curve(let place, let rated):
            let ratedKW = subject[keyPath: rated]
            let hint = "add \(row.key): {value: [[m/s, kW], ...], source: \"...\"}"
            let curve = required(row.key, hint: hint)?.sourced { powerCurve($0, ratedKW: ratedKW > 0 ? ratedKW : nil) }
            return put(curve, place)
        }
    }
}

extension YAMLNode {
    /// A number by asset, `shop/press: {value: 1.03, source: ...}`.
    fileprivate func byAsset(in range: ClosedRange<Double>, _ unit: String) -> [AssetPath: Double]? {
        guard let entries = named() else { return nil }
        var values: [AssetPath: Double] = [:]
        for (key, value) in entries {
            guard let text = key.text(), let path = AssetPath(text: text) else {
                key.problem("is no asset; write area and id like shop/press")
                continue
            }
            values[path] = value.sourced { $0.number(in: range, unit) }
        }
        return values
    }
}
