import CYaml

/// What the parser finds next in a text.
struct YAMLEvent {
    enum Kind {
        case scalar(String, isPlain: Bool)
        case list
        case mapping
        case alias(String)
        /// The end of a list or mapping.
        case close
        /// The end of a document, and the beginning of another.
        case document
        case end
    }

    var kind: Kind
    /// From 1.
    var line: Int
    var column: Int
    var anchor: String?
    /// The tag that the file writes; nil for none.
    var tag: String?
}

/// Where and why a text is no YAML.
struct YAMLFault: Error {
    var line: Int
    var column: Int
    var text: String
}

/// Reads a text event by event, with the parser behind Yams. Yams itself makes a node of everything before we see the
/// first one, copies what an alias names, and ends at the first doubled key; event by event a file costs its length.
final class YAMLEvents {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    // The parser reads from here until its end.
    private let input: UnsafeMutableBufferPointer<UInt8>

    init(_ text: String) {
        let bytes = Array(text.utf8)
        input = .allocate(capacity: bytes.count)
        _ = input.initialize(from: bytes)
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        precondition(yaml_parser_initialize(parser) == 1, "there is no memory for a YAML parser")
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, input.baseAddress, input.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        input.deallocate()
    }

    func next() throws(YAMLFault) -> YAMLEvent {
        while true {
            var event = yaml_event_t()
            guard yaml_parser_parse(parser, &event) == 1 else { throw fault }
            defer { yaml_event_delete(&event) }
            if let found = YAMLEvents.event(event) { return found }
        }
    }

    /// Nil for what says nothing.
    private static func event(_ event: yaml_event_t) -> YAMLEvent? {
        var anchor: UnsafeMutablePointer<UInt8>?
        var tag: String?
        let kind: YAMLEvent.Kind
        switch event.type {
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
            let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            kind = .scalar(String(decoding: bytes, as: UTF8.self), isPlain: isPlain)
            anchor = scalar.anchor
            // The parser drops a lone "!", and then calls plain text quoted.
            tag = text(scalar.tag) ?? (isPlain && scalar.plain_implicit == 0 ? "!" : nil)
        case YAML_SEQUENCE_START_EVENT:
            kind = .list
            anchor = event.data.sequence_start.anchor
            tag = text(event.data.sequence_start.tag)
        case YAML_MAPPING_START_EVENT:
            kind = .mapping
            anchor = event.data.mapping_start.anchor
            tag = text(event.data.mapping_start.tag)
        case YAML_ALIAS_EVENT: kind = .alias(text(event.data.alias.anchor) ?? "")
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: kind = .close
        case YAML_DOCUMENT_START_EVENT: kind = .document
        case YAML_STREAM_END_EVENT: kind = .end
        default: return nil
        }
        let mark = event.start_mark
        return YAMLEvent(
            kind: kind, line: Int(mark.line) + 1, column: Int(mark.column) + 1, anchor: text(anchor), tag: tag)
    }

    private var fault: YAMLFault {
        let state = parser.pointee
        let problem = state.problem.map { String(cString: $0) } ?? "the text cannot be read"
        let context = state.context.map { " (\(String(cString: $0)) of line \(state.context_mark.line + 1))" } ?? ""
        return YAMLFault(
            line: Int(state.problem_mark.line) + 1, column: Int(state.problem_mark.column) + 1, text: problem + context)
    }

    private static func text(_ bytes: UnsafeMutablePointer<UInt8>?) -> String? { bytes.map { String(cString: $0) } }
}
