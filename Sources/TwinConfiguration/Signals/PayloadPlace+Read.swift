import TwinCore

extension PayloadPlace {
    /// Reads `/ENERGY/Power`, or `{list, where, at, split, part, field}`.
    init?(_ node: YAMLNode) {
        if case .scalar = node.content {
            guard let text = node.text(), let at = PayloadPlace.pointer(node, text) else { return nil }
            self.init(at: at, text: text)
            return
        }
        let place: PayloadPlace? = node.fields { fields in
            let list = fields.optional("list").map { PayloadPlace.pointer($0) }
            let conditions = fields.optional("where").map { PayloadPlace.conditions($0) } ?? []
            let at = fields.optional("at").map { PayloadPlace.pointer($0) } ?? .whole
            let separators =
                fields.optional("split").map { PayloadPlace.separators($0) } ?? PayloadPlace.usualSeparators
            let partNode = fields.optional("part")
            let part = partNode.map { $0.whole(in: 1...1000, "part, counted from 1") }
            let fieldNode = fields.optional("field")
            let field = fieldNode.map { $0.text() }
            guard let conditions, let at, let separators else { return nil }
            if let list, list == nil { return nil }
            if let part, part == nil { return nil }
            if let field, field == nil { return nil }
            if list == nil, !conditions.isEmpty {
                node.problem("where chooses an element of a list; add list: and where the list is")
                return nil
            }
            if list != nil, conditions.isEmpty {
                node.problem("list needs where: {field: value}, so that one of its elements is meant")
                return nil
            }
            if partNode != nil, let fieldNode {
                fieldNode.problem("a text is cut by part or by field; keep one of them")
                return nil
            }
            let cut = part.flatMap(\.self).map(Cut.part) ?? field.flatMap(\.self).map(Cut.field)
            return PayloadPlace(
                list: list.flatMap(\.self), conditions: conditions, at: at, separators: separators, cut: cut,
                text: PayloadPlace.described(node, conditions, cut))
        }
        guard let place else { return nil }
        self = place
    }

    /// The place for messages: `/values where n is pv1 /v`.
    private static func described(_ node: YAMLNode, _ conditions: [Condition], _ cut: Cut?) -> String {
        var words = [node.find("list")?.scalar].compactMap(\.self)
        words += conditions.map { "where \($0.at.first) is \($0.text)" }
        words += [node.find("at")?.scalar].compactMap(\.self)
        switch cut {
        case .part(let number): words.append("part \(number)")
        case .field(let name): words.append("field \(name)")
        case nil: break
        }
        return words.isEmpty ? "the payload" : words.joined(separator: " ")
    }

    static func pointer(_ node: YAMLNode) -> JSONPointer? { node.text().flatMap { pointer(node, $0) } }

    private static func pointer(_ node: YAMLNode, _ text: String) -> JSONPointer? {
        if let pointer = JSONPointer(text) { return pointer }
        node.problem(
            "\(quoted(text)) is no place in a payload; write its keys from the top, each after a slash, such as /\(text)"
        )
        return nil
    }

    private static func conditions(_ node: YAMLNode) -> [Condition]? {
        guard let entries = node.named() else { return nil }
        let conditions = entries.map { key, value -> Condition? in
            guard let name = key.text(), let text = value.text() else { return nil }
            return JSONPointer(name.hasPrefix("/") ? name : "/\(name)").map { Condition(at: $0, text: text) }
        }
        return conditions.contains { $0 == nil } ? nil : conditions.compactMap(\.self)
    }

    private static func separators(_ node: YAMLNode) -> String? {
        guard case .scalar(let text, _) = node.content, (1...8).contains(text.count) else {
            return node.mismatch("one to eight letters that separate the parts, like \";\"")
        }
        return text
    }

    private static func written(_ node: YAMLNode, _ key: String) -> String? { node.find(key)?.scalar }
}

extension MappedTime {
    private enum Word: String, CaseIterable {
        case rfc3339, local, offset
        case epochSeconds = "epoch_s"
        case epochMilliseconds = "epoch_ms"
    }

    /// Reads `{at: /ts, format: epoch_ms, stamp: end}`.
    /// - Parameter zone: whose wall clock is meant where none is named.
    static func read(_ node: YAMLNode, zone siteZone: LocalZone) -> (time: MappedTime, stamp: ImportStamp)? {
        node.fields { fields in
            let place = fields.required("at", hint: "write where the time stands, /ts").flatMap { PayloadPlace($0) }
            let word = fields.required("format", hint: "write rfc3339, epoch_s, epoch_ms, local or offset")?
                .choice(Word.self)
            let stamp = fields.optional("stamp").map { $0.choice(ImportStamp.self) } ?? .start
            let order = fields.optional("date").map { $0.choice(ImportDateOrder.self) } ?? .ymd
            let zone = fields.optional("zone").map(importZone) ?? siteZone
            let offsetNode = fields.optional("offset")
            let offset = offsetNode.flatMap(ImportSourceTime.offset)
            guard let place, let word, let stamp, let order, let zone, offsetNode == nil || offset != nil else {
                return nil
            }
            let format: Format
            switch word {
            case .rfc3339: format = .rfc3339
            case .epochSeconds: format = .epochSeconds
            case .epochMilliseconds: format = .epochMilliseconds
            case .local: format = .local(order, zone)
            case .offset:
                guard let offset else {
                    node.problem("format offset needs the offset; add offset: \"+01:00\"")
                    return nil
                }
                format = .offset(order, offset)
            }
            if word != .offset, let offsetNode {
                offsetNode.problem("offset is only for format offset; remove it")
                return nil
            }
            return (MappedTime(place: place, format: format), stamp)
        }
    }
}

extension QualityFlag {
    /// Reads `{at: /q, good: [good]}`.
    init?(_ node: YAMLNode) {
        let flag: QualityFlag? = node.fields { fields in
            let place = fields.required("at", hint: "write where the quality stands, /q").flatMap { PayloadPlace($0) }
            let words = fields.required("good", hint: "list the words that mean good: [good]")?.items(1...20)?
                .map { $0.scalar }
            guard let place, let words else { return nil }
            guard !words.contains(nil) else {
                node.problem("good is a list of words, [good, \"192\"]")
                return nil
            }
            return QualityFlag(place: place, good: Set(words.compactMap(\.self)))
        }
        guard let flag else { return nil }
        self = flag
    }
}
