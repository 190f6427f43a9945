import TwinCore

extension MappedSignal {
    /// What its source says for all of its signals.
    struct Common {
        var period: Span?
        var quality: QualityFlag?
        var isSum: Bool
    }

    init?(_ node: YAMLNode, _ common: Common) {
        let signal: MappedSignal? = node.fields { fields in
            let value = fields.optional("value").map { PayloadPlace($0) } ?? PayloadPlace()
            let assetNode = fields.required("asset", hint: "write area/asset, shop/paint")
            let assets = assetNode.flatMap(Self.assets)
            let keyNode = fields.required("key", hint: "write the payload key, power_kw")
            let keyUnit = keyNode.flatMap(ImportSignal.keyUnit)
            let unitNode = fields.required("unit", hint: Self.unitHint)
            let unit = unitNode.flatMap(Self.unit)
            let kindNode = fields.required("kind", hint: "write mean, sample, counter or energy")
            let kind = kindNode?.choice(ImportKind.self)
            let scale = fields.optional("scale").map(ImportSignal.scale) ?? ImportSignal.Scale()
            let range = fields.optional("range").map { ImportSignal.range($0, "the value's unit") }
            let gasNode = fields.optional("gas")
            let gas = gasNode.map(ImportSignal.gas)
            let digits = fields.optional("digits").map { $0.whole(in: 3...12, "digits before the point") }
            let quality = fields.optional("quality").map { QualityFlag($0) }
            let forecast = fields.optional("forecast").map { ForecastPlace($0) }
            let everyNode = fields.optional("every")
            let every = everyNode.map(importPeriod)
            guard let value, let assetNode, let assets, let keyNode, let key = keyNode.text(), let keyUnit,
                let unitNode, let unit, let kindNode, let kind, let scale
            else { return nil }
            // Two nils: the key is missing, or its value is wrong and reported.
            if let range, range == nil { return nil }
            if let gas, gas == nil { return nil }
            if let digits, digits == nil { return nil }
            if let quality, quality == nil { return nil }
            if let forecast, forecast == nil { return nil }
            if let every, every == nil { return nil }
            let hasGas = gasNode != nil
            if case .declared(let declared) = unit {
                guard fits(declared, kind, key, keyUnit, unitNode, hasGas: hasGas) else { return nil }
                if declared.hasOwnZero, scale.times != scale.over {
                    node.problem("a temperature has no meaningful multiple; remove scale")
                    return nil
                }
            }
            guard Self.fitsTime(kind, kindNode, common, every: everyNode, hasDigits: digits != nil),
                Self.fitsShares(assets.count, keyUnit, assetNode)
            else { return nil }
            let top = digits.flatMap(\.self).map { (0..<$0).reduce(1.0) { power, _ in power * 10 } }
            return MappedSignal(
                assets: assets, key: key, kind: kind, range: range.flatMap(\.self), value: value, unit: unit,
                quantity: hasGas ? .volume : kind == .energy ? .energy : keyUnit.quantity,
                quality: quality.flatMap(\.self) ?? common.quality, forecast: forecast.flatMap(\.self),
                every: every.flatMap(\.self), top: top, kWhPerM3: gas.flatMap(\.self), scaleTimes: scale.times,
                scaleOver: scale.over,
                targets: assets.map {
                    SignalTarget(
                        asset: $0, key: key, assetPlace: assetNode.place, keyPlace: keyNode.place, path: node.path)
                },
                place: node.place, path: node.path)
        }
        guard let signal else { return nil }
        self = signal
    }

    /// One asset, or a list of those that share the value evenly.
    private static func assets(_ node: YAMLNode) -> [AssetPath]? {
        guard case .list = node.content else {
            return ImportSignal.target(node).map { [AssetPath($0.area, $0.asset)] }
        }
        guard let items = node.items(1...200) else { return nil }
        let targets = items.map { ImportSignal.target($0) }
        let paths = targets.compactMap { $0.map { AssetPath($0.area, $0.asset) } }
        guard paths.count == items.count else { return nil }
        guard Set(paths).count == paths.count else {
            node.problem("an asset is listed twice; name each once")
            return nil
        }
        return paths
    }

    private static let unitHint =
        "write unit: kW, or unit: written where it follows the number, or unit: {at: /unit} where another place of the"
        + " payload names it"

    private static func unit(_ node: YAMLNode) -> MappedUnit? {
        guard case .scalar(let text, _) = node.content else {
            return node.fields { fields in
                fields.required("at", hint: "write unit: {at: /unit}, with the place where the payload names its unit")
                    .flatMap { PayloadPlace($0) }
            }.map(MappedUnit.field)
        }
        if text == "written" { return .written }
        if text.hasPrefix("/") {
            node.problem("\(quoted(text)) is a place and no unit; write unit: {at: \(text)}")
            return nil
        }
        return ImportSignal.unit(node).map(MappedUnit.declared)
    }

    private static func fitsTime(
        _ kind: ImportKind, _ node: YAMLNode, _ common: Common, every: YAMLNode?, hasDigits: Bool
    ) -> Bool {
        if kind.isInterval, common.period == nil {
            node.problem("kind \(kind.rawValue) is a value of an interval; add the source's period: 30m")
            return false
        }
        if hasDigits, kind != .counter {
            node.problem("digits are those of a counter's register, and this is kind \(kind.rawValue); remove digits")
            return false
        }
        if common.isSum, kind != .sample {
            node.problem("add is for samples, which hold until the next one; give each register a signal of its own")
            return false
        }
        if let every, kind != .sample {
            every.problem("every makes means of samples, and this is kind \(kind.rawValue); remove every")
            return false
        }
        return true
    }

    private static func fitsShares(_ count: Int, _ keyUnit: ImportUnit, _ node: YAMLNode) -> Bool {
        guard count > 1, keyUnit.quantity != .power, keyUnit.quantity != .energy else { return true }
        node.problem("only power and energy can be shared among assets; name one asset")
        return false
    }
}

extension ForecastPlace {
    /// Reads `{list: /data, at: /intensity/forecast, skip: 1}`.
    init?(_ node: YAMLNode) {
        let forecast: ForecastPlace? = node.fields { fields in
            let list = fields.required("list", hint: "write where the list is, /data").flatMap {
                PayloadPlace.pointer($0)
            }
            let at = fields.optional("at").map { PayloadPlace.pointer($0) } ?? .whole
            let skip = fields.optional("skip").map { $0.whole(in: 0...1000, "elements") } ?? 0
            guard let list, let at, let skip else { return nil }
            return ForecastPlace(list: list, at: at, skip: skip)
        }
        guard let forecast else { return nil }
        self = forecast
    }
}
