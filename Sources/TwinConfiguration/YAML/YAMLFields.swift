/// The keys of one mapping while it is read: remembers which were asked for, so that the rest can be reported.
public struct YAMLFields {
    /// The mapping itself.
    public let node: YAMLNode
    private let entries: [String: YAMLNode]
    private let order: [(key: String, place: FilePlace)]
    private var known: [String] = []
    private var missing: [(key: String, hint: String)] = []
    private var requiredCount = 0

    init(node: YAMLNode, entries: [YAMLNode.Entry]) {
        self.node = node
        self.entries = Dictionary(entries.map { ($0.key, $0.value) }) { first, _ in first }
        order = entries.map { ($0.key, $0.place) }
    }

    /// The value of a key that must be there.
    /// - Parameter hint: how to write it, for the message.
    public mutating func required(_ key: String, hint: String? = nil) -> YAMLNode? {
        known.append(key)
        requiredCount += 1
        guard let value = entries[key] else {
            missing.append((key, hint ?? "add it"))
            return nil
        }
        return value
    }

    /// The value of a key that may be left out.
    public mutating func optional(_ key: String) -> YAMLNode? {
        known.append(key)
        return entries[key]
    }

    /// What is said of a key that nobody asked for; `meant` takes the missing key that it probably is.
    private func unknown(_ key: String, _ open: [String], _ meant: inout Set<String>) -> String {
        guard let near = suggestion(for: key, among: open) ?? suggestion(for: key, among: known) else {
            return "unknown key; known here: \(known.joined(separator: ", "))"
        }
        if open.contains(near) { meant.insert(near) }
        return "unknown key; did you mean \(quoted(near))?"
    }

    /// Reports unknown and missing keys; a missing key that an unknown one probably means is reported once.
    mutating func finish() {
        var meant: Set<String> = []
        let open = known.filter { entries[$0] == nil }
        for (key, place) in order where !known.contains(key) {
            let path = node.path.isEmpty ? key : "\(node.path).\(key)"
            node.log.add(place, path: path, unknown(key, open, &meant))
        }
        let missing = missing.filter { !meant.contains($0.key) }
        if let near = node.near, missing.count > 1, missing.count == requiredCount {
            let keys = missing.map(\.key).joined(separator: ", ")
            node.log.add(
                node.owner, path: node.path,
                "is not there, and a new one needs \(keys); did you mean \(quoted(near))?")
            return
        }
        for (key, hint) in missing {
            node.log.add(node.owner, path: node.path, "\(quoted(key)) is missing; \(hint)")
        }
    }
}

extension YAMLNode {
    /// The version of a file, `signals/1`; nil and reported when it is another than is read.
    func version(_ wanted: String) -> String? {
        guard let found = text() else { return nil }
        guard found == wanted else {
            problem("this file is \(quoted(found)), this program reads \(quoted(wanted))")
            return nil
        }
        return found
    }
}
