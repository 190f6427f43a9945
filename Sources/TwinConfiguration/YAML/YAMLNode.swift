import TwinCore

/// A value of a YAML file that knows where it stands. Typed access reports what is wrong to the reading's log and
/// returns nil; a nil therefore needs no message of its own.
///
/// Numbers, switches and text follow YAML 1.2. What YAML 1.1 tools would read otherwise (`no`, `on`, `0123`) is
/// reported, so that a file means the same everywhere.
public struct YAMLNode {
    enum Content {
        /// Plain means without quotes.
        case scalar(String, isPlain: Bool)
        case list([YAMLNode])
        case mapping([Entry])
        /// Reported already; every access is nil and silent.
        case refused
    }

    struct Entry {
        var key: String
        var isPlain: Bool
        var place: FilePlace
        var value: YAMLNode
    }

    public let place: FilePlace
    /// The place of the key that holds this value; where something is missing inside, this line is named.
    public let owner: FilePlace
    /// Keys from the root, joined by dots: `storage.ess-1.soc_reserve`.
    public private(set) var path: String
    /// Of a value that a file adds: the key like its own that is there already, which was probably meant.
    private(set) var near: String?
    let content: Content
    let log: ProblemLog

    init(place: FilePlace, owner: FilePlace, path: String, content: Content, log: ProblemLog) {
        self.place = place
        self.owner = owner
        self.path = path
        self.content = content
        self.log = log
    }

    /// The same value under another path in messages.
    func named(_ path: String) -> YAMLNode {
        var copy = self
        copy.path = path
        return copy
    }

    /// Reports a problem of this value: what, why, fix.
    public func problem(_ text: String) { log.add(place, path: path, text) }

    /// Its text, without a word when it is none; for messages about values read before.
    var scalar: String? { if case .scalar(let text, _) = content { text } else { nil } }

    /// The value behind `keys`, without a word when there is none; for messages about values read before.
    public func find(_ keys: String...) -> YAMLNode? {
        var node = self
        for key in keys {
            guard case .mapping(let entries) = node.content, let entry = entries.first(where: { $0.key == key })
            else { return nil }
            node = entry.value
        }
        return node
    }
}

// MARK: - Two files as one

extension YAMLNode {
    /// What two files hold together stands where the second one is: the first was good without it.
    private func holding(_ entries: [Entry]) -> YAMLNode {
        YAMLNode(place: place, owner: owner, path: path, content: .mapping(entries), log: log)
    }

    /// A mapping with another's keys beside its own, at every depth. What both have a value for is reported.
    func adding(_ other: YAMLNode) -> YAMLNode {
        guard case .mapping(var entries) = content, case .mapping(let more) = other.content else {
            other.problem("is there already; a file that adds says only what the other does not")
            return self
        }
        let places = Dictionary(entries.enumerated().map { ($1.key, $0) }) { first, _ in first }
        for entry in more {
            if let place = places[entry.key] {
                entries[place].value = entries[place].value.adding(entry.value)
            } else {
                var added = entry
                added.value.near = suggestion(for: entry.key, among: places.keys.sorted())
                entries.append(added)
            }
        }
        return other.holding(entries)
    }
}

extension YAMLNode {
    /// The same with another's values in the place of its own, at every depth. What it has no value for is reported.
    func changed(by other: YAMLNode) -> YAMLNode {
        guard case .mapping(var entries) = content, case .mapping(let changes) = other.content else { return other }
        let places = Dictionary(entries.enumerated().map { ($1.key, $0) }) { first, _ in first }
        for change in changes {
            guard let place = places[change.key] else {
                let near = suggestion(for: change.key, among: entries.map(\.key)).map { "; did you mean \($0)?" } ?? ""
                change.value.problem("is not there; a file that changes says only what the other has\(near)")
                continue
            }
            entries[place].value = entries[place].value.changed(by: change.value)
        }
        return other.holding(entries)
    }
}

// MARK: - Composite values

extension YAMLNode {
    /// Reads a mapping with known keys. Keys that `body` does not ask for are reported with the nearest known one.
    public func fields<T>(_ body: (inout YAMLFields) -> T?) -> T? {
        guard let entries = mapping() else { return nil }
        var fields = YAMLFields(node: self, entries: entries)
        let result = body(&fields)
        fields.finish()
        return result
    }

    /// Reads a mapping whose keys are names of the user's choice, in file order.
    public func named() -> [(key: YAMLNode, value: YAMLNode)]? {
        mapping()?.map { entry in
            let key = YAMLNode(
                place: entry.place, owner: entry.place, path: entry.value.path,
                content: .scalar(entry.key, isPlain: entry.isPlain), log: log)
            return (key, entry.value)
        }
    }

    /// Reads a list of `count` items.
    public func items(_ count: ClosedRange<Int>) -> [YAMLNode]? {
        guard case .list(let items) = content else { return mismatch("a list") }
        guard count.contains(items.count) else {
            problem("the list has \(items.count) items; \(spelt(count)) needed")
            return nil
        }
        return items
    }

    private func mapping() -> [Entry]? {
        guard case .mapping(let entries) = content else { return mismatch("a mapping of keys") }
        return entries
    }
}

// MARK: - Single values

extension YAMLNode {
    /// Reads a number.
    /// - Parameter unit: what the number counts, for the message: `kW`, `fraction of capacity`.
    public func number(in range: ClosedRange<Double>, _ unit: String) -> Double? {
        guard let value = finiteNumber(expected: "a number (\(unit))") else { return nil }
        guard range.contains(value) else {
            problem("\(plain(value)) is not in \(shown(range)) (\(unit)); \(fix(for: value, range, unit))")
            return nil
        }
        return value
    }

    /// Reads a whole number.
    public func whole(in range: ClosedRange<Int>, _ unit: String) -> Int? {
        guard let value = finiteNumber(expected: "a whole number (\(unit))") else { return nil }
        guard let whole = Int(exactly: value) else {
            problem("\(plain(value)) is not whole (\(unit)); write a number without a fraction")
            return nil
        }
        guard range.contains(whole) else {
            let limits = "\(range.lowerBound)...\(range.upperBound)"
            problem("\(whole) is not in \(limits) (\(unit)); check the unit and the digits")
            return nil
        }
        return whole
    }

    /// Reads `true` or `false`.
    public func flag() -> Bool? {
        guard case .scalar(let text, let isPlain) = content else { return mismatch("true or false") }
        switch (text, isPlain) {
        case ("true", true): return true
        case ("false", true): return false
        default: break
        }
        if isPlain, let meant = Trap.switches[text.lowercased()] {
            problem("\(quoted(text)) is text in YAML 1.2 and a switch in YAML 1.1; write \(meant)")
            return nil
        }
        return mismatch("true or false")
    }

    /// Reads text of 1 to `maxLength` letters; blank text is refused.
    public func text(maxLength: Int = 200) -> String? {
        guard case .scalar(let text, let isPlain) = content else { return mismatch("text") }
        guard text.contains(where: { !$0.isWhitespace }) else { return mismatch("text") }
        if isPlain, let reading = Trap.reading(text) {
            problem("\(text) without quotes is \(reading) in YAML; write \"\(text)\" if text is meant")
            return nil
        }
        guard text.count <= maxLength else {
            problem("the text has \(text.count) letters; at most \(maxLength) are read")
            return nil
        }
        return text
    }

    /// Reads an id: 1 to 64 of a-z, 0-9 and `-`, as topics use it.
    public func id() -> String? {
        guard case .scalar(let text, _) = content else { return mismatch("an id") }
        let isID =
            (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
        guard isID else {
            problem("\(quoted(text)) is no id; write 1 to 64 of a-z, 0-9 and -")
            return nil
        }
        return text
    }

    /// Reads one of the values of an enumeration by its written name.
    public func choice<E: CaseIterable & RawRepresentable>(_ type: E.Type) -> E? where E.RawValue == String {
        choice(among: E.allCases.map(\.rawValue)).flatMap(E.init)
    }

    /// Reads one of some names.
    func choice(among names: [String]) -> String? {
        guard case .scalar(let text, _) = content else { return mismatch("one of \(names.joined(separator: ", "))") }
        if names.contains(text) { return text }
        let near = suggestion(for: text, among: names).map { "; did you mean \(quoted($0))?" } ?? ""
        problem("\(quoted(text)) is none of \(names.joined(separator: ", "))\(near)")
        return nil
    }

    /// Numbers without quotes only: a quoted one is text to every other reader of the file.
    private func finiteNumber(expected: String) -> Double? {
        guard case .scalar(let text, let isPlain) = content else { return mismatch(expected) }
        guard isPlain else {
            if Double(decimal: text) != nil {
                problem("\(quoted(text)) is in quotes and so it is text, not a number; remove the quotes")
                return nil
            }
            return mismatch(expected)
        }
        if let why = Trap.notDecimal(text) {
            problem("\(text) \(why)")
            return nil
        }
        guard let value = Double(decimal: text) else { return mismatch(expected) }
        guard value.isFinite else {
            problem("\(text) is not finite; write a number")
            return nil
        }
        return value
    }

    private func fix(for value: Double, _ range: ClosedRange<Double>, _ unit: String) -> String {
        guard range.upperBound <= 1, unit.hasPrefix("fraction"), value > 1 else {
            return "check the unit and the digits"
        }
        guard value <= 100 else { return "write 0.2 for 20 %" }
        // Twelve digits, so that 1.3 % is 0.013 and no neighbour of it.
        return "write \(plain((value * 1e10).rounded() / 1e12)) for \(plain(value)) %"
    }

    private func shown(_ range: ClosedRange<Double>) -> String {
        "\(plain(range.lowerBound))...\(plain(range.upperBound))"
    }

    /// Reports that something else stands here. Always nil, so that callers can return it.
    func mismatch<T>(_ expected: String) -> T? {
        let found: String
        switch content {
        case .refused: return nil
        case .scalar("", isPlain: true): found = "nothing"
        case .scalar(let text, _): found = quoted(text)
        case .list: found = "a list"
        case .mapping: found = "a mapping"
        }
        problem("expected \(expected), found \(found)")
        return nil
    }
}
