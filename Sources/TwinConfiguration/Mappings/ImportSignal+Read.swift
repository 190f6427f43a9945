import TwinCore

extension ImportSignal {
    init?(_ node: YAMLNode) {
        let signal: ImportSignal? = node.fields { fields in
            let columnNode = fields.required("column")
            let column = columnNode?.text()
            let assetNode = fields.required("asset", hint: "write area/asset, wind/farm")
            let target = assetNode.flatMap(Self.target)
            let keyNode = fields.required("key", hint: "write the payload key, power_kw")
            let keyUnit = keyNode.flatMap(Self.keyUnit)
            let unitNode = fields.required("unit", hint: "write the column's unit, kW")
            let unit = unitNode.flatMap(Self.unit)
            let kind = fields.required("kind", hint: "write mean, sample, counter or energy")?.choice(ImportKind.self)
            let scale = fields.optional("scale").map(Self.scale) ?? Scale()
            let range = fields.optional("range").map { Self.range($0, unit?.name ?? "the column's unit") }
            let added = fields.optional("add").map(Self.columns) ?? []
            let digits = fields.optional("digits").map { $0.whole(in: 3...12, "digits before the point") }
            let gas = fields.optional("gas").map(Self.gas)
            guard let columnNode, let column, let assetNode, let target, let keyNode, let keyUnit, let unitNode,
                let unit, let kind, let scale,
                let added
            else { return nil }
            if let range, range == nil { return nil }
            if let digits, digits == nil { return nil }
            if let gas, gas == nil { return nil }
            let kWhPerM3 = gas.flatMap(\.self)
            guard let key = keyNode.text(), fits(unit, kind, key, keyUnit, unitNode, hasGas: kWhPerM3 != nil) else {
                return nil
            }
            if digits != nil, kind != .counter {
                node.problem(
                    "digits are those of a counter's register, and this is kind \(kind.rawValue); remove digits")
                return nil
            }
            if unit.hasOwnZero, scale.times != scale.over {
                node.problem("a temperature has no meaningful multiple; remove scale")
                return nil
            }
            return ImportSignal(
                column: column, addedColumns: added, area: target.area, asset: target.asset, key: key, kind: kind,
                range: range.flatMap(\.self), scaleReason: scale.reason, digits: digits.flatMap(\.self),
                kWhPerM3: kWhPerM3, unit: unit, scaleTimes: scale.times, scaleOver: scale.over,
                columnPlace: columnNode.place, assetPlace: assetNode.place, keyPlace: keyNode.place, path: node.path)
        }
        guard let signal else { return nil }
        self = signal
    }

    struct Scale {
        var times = 1.0
        var over = 1.0
        var reason: String?
    }

    private static func columns(_ node: YAMLNode) -> [String]? {
        guard let items = node.items(1...20) else { return nil }
        let names = items.map { $0.text() }
        return names.contains(nil) ? nil : names.compactMap(\.self)
    }

    /// Energy of a cubic metre as metered, kWh: m3 x conversion x calorific value (MJ/m3) / 3.6, as on a UK gas bill.
    static func gas(_ node: YAMLNode) -> Double? {
        node.fields { fields in
            let calorific = fields.quantity("calorific_value", in: 5...60, "MJ/m3, gross")
            let conversion =
                fields.optional("volume_conversion").map {
                    $0.sourced { $0.number(in: 0.5...2, "factor to 15 degC and 1013.25 mbar") }
                } ?? volumeConversion
            guard let calorific, let conversion else { return nil }
            return conversion * calorific / 3.6
        }
    }

    /// For a meter that does not correct by itself: Gas (Calculation of Thermal Energy) Regulations 1996.
    private static let volumeConversion = 1.02264

    static func target(_ node: YAMLNode) -> (area: Area, asset: String)? {
        guard let text = node.text() else { return nil }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, Topic.isAssetID(parts[1]) else { return node.mismatch("area/asset like wind/farm") }
        guard let area = Area(rawValue: String(parts[0])) else {
            let names = Area.allCases.map(\.rawValue)
            let near = suggestion(for: String(parts[0]), among: names).map { "; did you mean \(quoted($0))?" } ?? ""
            node.problem("\(quoted(String(parts[0]))) is none of the areas \(names.joined(separator: ", "))\(near)")
            return nil
        }
        return (area, String(parts[1]))
    }

    static func keyUnit(_ node: YAMLNode) -> ImportUnit? {
        guard let key = node.text() else { return nil }
        let isKey = key.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 95 }
        guard isKey, let unit = ImportUnit.ofKey(key) else {
            node.problem("\(quoted(key)) has no unit in its name that we know; keys end in \(ImportUnit.endingNames)")
            return nil
        }
        return unit
    }

    static func unit(_ node: YAMLNode) -> ImportUnit? {
        guard let name = node.text() else { return nil }
        if let unit = ImportUnit.named(name) { return unit }
        let names = ImportUnit.all.map(\.name)
        // `KW` is nearer to `K` by letters.
        let nearest = names.first { $0.lowercased() == name.lowercased() } ?? suggestion(for: name, among: names)
        let near = nearest.map { "; did you mean \(quoted($0))?" } ?? ""
        node.problem("\(quoted(name)) is none of \(names.joined(separator: ", "))\(near)")
        return nil
    }

    static func scale(_ node: YAMLNode) -> Scale? {
        if case .scalar = node.content {
            guard let value = node.number(in: -1e9...1e9, "factor") else { return nil }
            guard value == 1 else {
                node.problem(
                    "\(plain(value)) changes measured values without a source; write {value: \(plain(value)), source: \"why\"}"
                )
                return nil
            }
            return Scale()
        }
        return node.fields { fields in
            let times = fields.required("value", hint: "write {value: ..., source: ...}")?.number(
                in: -1e9...1e9, "factor")
            let over = fields.optional("over").map { $0.number(in: 1e-9...1e9, "divisor") } ?? 1
            let reason = fields.required("source", hint: "a changed measurement says why")?.text(maxLength: 600)
            guard let times, let over, let reason else { return nil }
            return Scale(times: times, over: over, reason: reason)
        }
    }

    static func range(_ node: YAMLNode, _ unit: String) -> ClosedRange<Double>? {
        guard let items = node.items(2...2) else { return nil }
        let ends = items.compactMap { $0.number(in: -1e12...1e12, unit) }
        guard ends.count == 2 else { return nil }
        guard ends[0] <= ends[1] else {
            node.problem("the range runs from \(plain(ends[0])) down to \(plain(ends[1])); write the lower end first")
            return nil
        }
        return ends[0]...ends[1]
    }
}

/// Whether a column of this unit and kind can become the key; if not, reports both.
func fits(
    _ unit: ImportUnit, _ kind: ImportKind, _ key: String, _ keyUnit: ImportUnit, _ node: YAMLNode, hasGas: Bool
) -> Bool {
    if hasGas {
        guard unit.quantity == .volume, kind == .energy || kind == .counter else {
            node.problem("gas turns a volume into kWh, for kind energy or counter; write unit: m3, or remove gas")
            return false
        }
    } else if unit.quantity == .volume, [.energy, .power].contains(keyUnit.quantity) {
        node.problem(
            "\(unit.name) become \(key) only with the gas's energy; add gas: {calorific_value: {value: 39.5, source: \"the "
                + "bill\"}}")
        return false
    }
    let quantity = hasGas ? .energy : unit.quantity
    let pair = "\(unit.name) (\(unit.quantity.rawValue)) as \(key) (\(keyUnit.name))"
    switch kind {
    case .energy:
        guard quantity == .energy, keyUnit.quantity == .power else {
            node.problem("cannot write \(pair): kind energy turns kWh of an interval into the mean kW of a _kw key")
            return false
        }
    case .counter:
        guard quantity == keyUnit.quantity, quantity == .energy || quantity == .volume else {
            node.problem("cannot write \(pair): a counter is a register of energy or volume and keeps its quantity")
            return false
        }
    case .mean, .sample:
        guard unit.quantity == keyUnit.quantity else {
            let hint =
                unit.quantity == .energy && keyUnit.quantity == .power ? "; kWh of an interval are kind energy" : ""
            node.problem("cannot write \(pair): the quantities differ\(hint)")
            return false
        }
    }
    return true
}
