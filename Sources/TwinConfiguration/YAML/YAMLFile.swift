extension YAMLNode {
    /// Largest file that is read, bytes.
    public static let bytesMax = 1_048_576
    /// Deepest nesting of lists and mappings.
    public static let depthMax = 16

    /// Reads one YAML document. What is wrong with it goes to `log`.
    /// - Parameters:
    ///   - file: the name for messages.
    ///   - bytes: what `WholeFile.start` gives: one more than are read says that there are too many.
    /// - Returns: the root; nil when nothing of the file can be used.
    public static func read(file: String, bytes: [UInt8], log: ProblemLog) -> YAMLNode? {
        guard bytes.count <= bytesMax else {
            log.add(
                FilePlace(file: file, line: 1, column: 1),
                "the file has more than \(bytesMax) bytes, which are the most that are read; split it")
            return nil
        }
        guard let source = YAMLSource(file: file, bytes: bytes, log: log) else { return nil }
        var composer = Composer(source: source, log: log)
        do { return try composer.root() } catch {
            let hint =
                source.hasTab(line: error.line)
                ? "indent with spaces, not tabs"
                : "check the brackets, quotes and indentation here and in the line above"
            log.add(source.place(error.line, error.column), "not valid YAML: \(error.text); \(hint)")
            return nil
        }
    }
}

/// Turns the parser's events into nodes. What is not read is passed over and never held.
private struct Composer {
    let source: YAMLSource
    let log: ProblemLog
    private let events: YAMLEvents

    init(source: YAMLSource, log: ProblemLog) {
        self.source = source
        self.log = log
        events = YAMLEvents(source.text)
    }

    /// The file's one document.
    mutating func root() throws(YAMLFault) -> YAMLNode? {
        guard case .document = try events.next().kind else {
            log.add(source.place(1, 1), "the file is empty; a mapping of keys is expected")
            return nil
        }
        let root = try node(try events.next(), path: "", owner: nil, depth: 0)
        let after = try events.next()
        guard case .end = after.kind else {
            log.add(
                source.place(after.line, after.column),
                "not valid YAML: another document begins here; one document a file")
            return nil
        }
        return root
    }

    private func node(_ event: YAMLEvent, path: String, owner: FilePlace?, depth: Int) throws(YAMLFault) -> YAMLNode {
        let place = source.place(event.line, event.column)
        func made(_ content: YAMLNode.Content) -> YAMLNode {
            YAMLNode(place: place, owner: owner ?? place, path: path, content: content, log: log)
        }
        guard isAllowed(event, place, path, depth) else {
            try pass(event)
            return made(.refused)
        }
        switch event.kind {
        case .scalar(let text, let isPlain): return made(.scalar(text, isPlain: isPlain))
        case .list: return made(.list(try items(path: path, depth: depth)))
        case .mapping: return made(.mapping(try entries(path: path, depth: depth)))
        // Aliases are not allowed, and the parser opens nothing by these.
        case .alias, .close, .document, .end: return made(.refused)
        }
    }

    private func items(path: String, depth: Int) throws(YAMLFault) -> [YAMLNode] {
        var items: [YAMLNode] = []
        while true {
            let event = try events.next()
            if event.isClose { return items }
            items.append(try node(event, path: "\(path)[\(items.count)]", owner: nil, depth: depth + 1))
        }
    }

    private func entries(path: String, depth: Int) throws(YAMLFault) -> [YAMLNode.Entry] {
        var entries: [YAMLNode.Entry] = []
        var lineOfKey: [String: Int] = [:]
        while true {
            let key = try events.next()
            if key.isClose { return entries }
            let place = source.place(key.line, key.column)
            guard case .scalar(let name, let isPlain) = key.kind else {
                if isAllowed(key, place, path, depth) {
                    log.add(place, path: path, "a key must be text, not a list or mapping")
                }
                try pass(key)
                try pass(try events.next())
                continue
            }
            let keyPath = path.isEmpty ? name : "\(path).\(name)"
            guard isAllowed(key, place, keyPath, depth) else {
                try pass(try events.next())
                continue
            }
            if let line = lineOfKey[name] {
                log.add(place, path: keyPath, "is written twice, first in line \(line); keep one of them")
                try pass(try events.next())
                continue
            }
            lineOfKey[name] = place.line
            let value = try node(try events.next(), path: keyPath, owner: place, depth: depth + 1)
            entries.append(YAMLNode.Entry(key: name, isPlain: isPlain, place: place, value: value))
        }
    }

    /// Takes the events of a value that is not read.
    private func pass(_ first: YAMLEvent) throws(YAMLFault) {
        var depth = first.isOpen ? 1 : 0
        while depth > 0 {
            let event = try events.next()
            if event.isOpen { depth += 1 } else if event.isClose { depth -= 1 }
        }
    }

    private func isAllowed(_ event: YAMLEvent, _ place: FilePlace, _ path: String, _ depth: Int) -> Bool {
        if case .alias(let name) = event.kind {
            log.add(place, path: path, "alias \(quoted("*" + name)) is not read; write the value out")
            return false
        }
        if depth > YAMLNode.depthMax {
            log.add(place, path: path, "nested deeper than \(YAMLNode.depthMax) levels; write it flatter")
            return false
        }
        if let anchor = event.anchor {
            log.add(place, path: path, "anchor \(quoted("&" + anchor)) is not read; write the value out")
            return false
        }
        if let tag = event.tag {
            log.add(place, path: path, "tag \(quoted(tag)) is not read; write the value without it")
            return false
        }
        return true
    }
}

extension YAMLEvent {
    fileprivate var isOpen: Bool {
        switch kind {
        case .list, .mapping: true
        default: false
        }
    }

    fileprivate var isClose: Bool { if case .close = kind { true } else { false } }
}
