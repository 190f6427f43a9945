import Yams

extension YAMLNode {
    /// Largest file that is read, bytes.
    public static let bytesMax = 1_048_576
    /// Deepest nesting of lists and mappings.
    public static let depthMax = 16

    /// Reads one YAML document. What is wrong with it goes to `log`.
    /// - Parameter file: the name for messages.
    /// - Returns: the root; nil when nothing of the file can be used.
    public static func read(file: String, bytes: [UInt8], log: ProblemLog) -> YAMLNode? {
        guard bytes.count <= bytesMax else {
            log.add(
                FilePlace(file: file, line: 1, column: 1),
                "the file has \(bytes.count) bytes, at most \(bytesMax) are read; split it")
            return nil
        }
        guard let source = YAMLSource(file: file, bytes: bytes, log: log), source.hasNoAliases(log) else { return nil }
        var composer = Composer(source: source, log: log)
        guard let (parser, root) = composer.compose() else { return nil }
        // Nodes hold their anchors weakly; the parser keeps them.
        return withExtendedLifetime(parser) { composer.node(root, path: "", owner: nil, depth: 0) }
    }
}

/// Runs the parser and turns its nodes into ours.
private struct Composer {
    var source: YAMLSource
    let log: ProblemLog
    /// Keys that were renamed because the parser stops at the first doubled one, by place.
    var renamed: [FilePlace: String] = [:]

    /// Doubled keys that are found before the file is given up.
    static let duplicatesMax = 100
    /// Stand-ins for the first letter of a doubled key: private use, of width one.
    static let standInFirst: UInt32 = 0xE000

    init(source: YAMLSource, log: ProblemLog) {
        self.source = source
        self.log = log
    }

    mutating func compose() -> (Parser, Node)? {
        for round in 0...UInt32(Composer.duplicatesMax) {
            do {
                let parser = try Parser(yaml: source.text, resolver: .basic, encoding: .utf8)
                guard let root = try parser.singleRoot() else {
                    log.add(source.place(1, 1), "the file is empty; a mapping of keys is expected")
                    return nil
                }
                return (parser, root)
            } catch YamlError.duplicatedKeysInMapping(let names, let context) {
                let place = source.place(context.mark.line, context.mark.column)
                guard let name = names.first, let standIn = Unicode.Scalar(Composer.standInFirst + round),
                    round < Composer.duplicatesMax, source.replaceLetter(at: place, with: standIn)
                else {
                    log.add(place, "keys are written more than once: \(names.map(quoted).joined(separator: ", "))")
                    return nil
                }
                renamed[place] = name
            } catch {
                report(error)
                return nil
            }
        }
        return nil
    }

    private func report(_ error: any Error) {
        let hint = "check the brackets, quotes and indentation here and in the line above"
        switch error {
        case YamlError.scanner(let context, let problem, let mark, _),
            YamlError.parser(let context, let problem, let mark, _):
            let start = context.map { " (\($0.text) of line \($0.mark.line))" } ?? ""
            let tab = source.hasTab(line: mark.line) ? "indent with spaces, not tabs" : hint
            log.add(source.place(mark.line, mark.column), "not valid YAML: \(problem)\(start); \(tab)")
        case YamlError.composer(_, let problem, let mark, _):
            log.add(source.place(mark.line, mark.column), "not valid YAML: \(problem); one document a file, no aliases")
        default:
            log.add(source.place(1, 1), "not valid YAML: \(quoted("\(error)")); \(hint)")
        }
    }

    func node(_ node: Node, path: String, owner: FilePlace?, depth: Int) -> YAMLNode {
        let place = node.mark.map { source.place($0.line, $0.column) } ?? owner ?? source.place(1, 1)
        func made(_ content: YAMLNode.Content) -> YAMLNode {
            YAMLNode(place: place, owner: owner ?? place, path: path, content: content, log: log)
        }
        guard isAllowed(node, place, path, depth) else { return made(.refused) }
        switch node {
        case .scalar(let scalar):
            return made(.scalar(scalar.string, isPlain: scalar.style == .plain))
        case .sequence(let sequence):
            return made(
                .list(
                    sequence.enumerated().map { index, item in
                        self.node(item, path: "\(path)[\(index)]", owner: nil, depth: depth + 1)
                    }))
        case .mapping(let mapping):
            return made(.mapping(entries(mapping, path: path, depth: depth)))
        case .alias:
            log.add(place, path: path, "aliases are not read; write the value out")
            return made(.refused)
        }
    }

    private func isAllowed(
        _ node: Node, _ place: FilePlace, _ path: String, _ depth: Int, isKey: Bool = false
    ) -> Bool {
        if depth > YAMLNode.depthMax {
            log.add(place, path: path, "nested deeper than \(YAMLNode.depthMax) levels; write it flatter")
            return false
        }
        if let anchor = node.anchor {
            log.add(place, path: path, "anchor \(quoted("&" + anchor.rawValue)) is not read; write the value out")
            return false
        }
        if let tag = writtenTag(node, isKey) {
            log.add(place, path: path, "tag \(quoted(tag)) is not read; write the value without it")
            return false
        }
        return true
    }

    /// The tag that the file gives a node; the parser itself marks quoted text, and keys while it compares them.
    private func writtenTag(_ node: Node, _ isKey: Bool) -> String? {
        switch node {
        case .scalar(let scalar):
            let name = scalar.tag.description
            let isParsers = name == Tag.Name.str.rawValue && (isKey || scalar.style != .plain)
            return name.isEmpty || isParsers ? nil : name
        case .sequence(let sequence): return sequence.tag.description.isEmpty ? nil : sequence.tag.description
        case .mapping(let mapping): return mapping.tag.description.isEmpty ? nil : mapping.tag.description
        case .alias: return nil
        }
    }

    private func entries(_ mapping: Node.Mapping, path: String, depth: Int) -> [YAMLNode.Entry] {
        var entries: [YAMLNode.Entry] = []
        var lineOfKey: [String: Int] = [:]
        for (keyNode, value) in mapping {
            let place = keyNode.mark.map { source.place($0.line, $0.column) } ?? source.place(1, 1)
            guard let scalar = keyNode.scalar else {
                log.add(place, path: path, "a key must be text, not a list or mapping")
                continue
            }
            let name = renamed[place] ?? scalar.string
            let keyPath = path.isEmpty ? name : "\(path).\(name)"
            guard isAllowed(keyNode, place, keyPath, depth, isKey: true) else { continue }
            if let line = lineOfKey[name] {
                log.add(place, path: keyPath, "is written twice, first in line \(line); keep one of them")
                continue
            }
            lineOfKey[name] = place.line
            let child = node(value, path: keyPath, owner: place, depth: depth + 1)
            entries.append(
                YAMLNode.Entry(key: name, isPlain: scalar.style == .plain, place: place, value: child))
        }
        return entries
    }
}
