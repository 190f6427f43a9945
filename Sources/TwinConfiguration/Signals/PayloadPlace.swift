import TwinCore

/// A JSON Pointer (RFC 6901), taken apart once: `/ENERGY/Power`, `/data/0/from`; empty for the whole document.
struct JSONPointer: Sendable, Hashable {
    private let steps: [String]

    /// The first step, for messages.
    var first: String { steps.first ?? "" }

    static let whole = JSONPointer(steps: [])

    private init(steps: [String]) { self.steps = steps }

    /// Nil for text that neither is empty nor begins with `/`.
    init?(_ text: String) {
        guard text.isEmpty || text.hasPrefix("/") else { return nil }
        steps = text.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { step in
            String(step.replacing("~1", with: "/").replacing("~0", with: "~"))
        }
    }

    /// What stands there; nil where nothing does.
    func find(in document: JSON) -> JSON? {
        let (value, isWhole) = reach(in: document)
        return isWhole ? value : nil
    }

    /// The last value on the way there, and whether it is the one that is meant.
    func reach(in document: JSON) -> (value: JSON, isWhole: Bool) {
        var value = document
        for step in steps {
            switch value {
            case .object:
                guard let member = value[step] else { return (value, false) }
                value = member
            case .array(let items):
                guard step.utf8.count <= 6, let index = Int(step), items.indices.contains(index) else {
                    return (value, false)
                }
                value = items[index]
            default: return (value, false)
            }
        }
        return (value, true)
    }
}

/// Where in a payload something stands: the payload itself, a JSON value, the element of a list that has a field's
/// value, a part of delimited text, or the value of a `key=value` text.
struct PayloadPlace: Sendable, Hashable {
    /// A field that tells an element from its neighbours.
    struct Condition: Sendable, Hashable {
        var at: JSONPointer
        var text: String
    }

    /// A piece of the text that stands there.
    enum Cut: Sendable, Hashable {
        /// Counts from 1.
        case part(Int)
        /// What follows `name=`.
        case field(String)
    }

    /// Elements of a list that are looked at, so that a hostile one costs no more than a large one.
    static let elementsMax = 1000

    /// Nil for a place in the document itself.
    var list: JSONPointer?
    var conditions: [Condition] = []
    /// Inside the element, or inside the document.
    var at = JSONPointer.whole
    var separators = PayloadPlace.usualSeparators
    var cut: Cut?
    /// As the mapping has it, for messages.
    var text = "the payload"

    static let usualSeparators = ",;& \t\r\n"

    /// What the place is in: the element of its list, or the document.
    func scope(in document: JSON) -> JSON? {
        guard let list else { return document }
        return list.find(in: document)?.items?.prefix(PayloadPlace.elementsMax).first { element in
            conditions.allSatisfy { $0.at.find(in: element)?.plainText == $0.text }
        }
    }

    /// What stands at the place inside its scope.
    func value(in scope: JSON) -> JSON? {
        guard let value = at.find(in: scope) else { return nil }
        guard let cut else { return value }
        let pieces = (value.plainText ?? "").split(omittingEmptySubsequences: cut.isField, whereSeparator: isSeparator)
        switch cut {
        case .part(let number): return pieces.dropFirst(number - 1).first.map { .string($0.trimmed) }
        case .field(let name):
            let found = pieces.first { $0.hasPrefix(name) && $0.dropFirst(name.count).first == "=" }
            return found.map { .string($0.dropFirst(name.count + 1).trimmed) }
        }
    }

    private func isSeparator(_ letter: Character) -> Bool { separators.contains(letter) }

    /// Why nothing stands here: a payload of this form lacks it, or the payload has another form.
    /// - Parameter what: is missing.
    func absence(of what: String = "nothing", in document: JSON) -> LineFailure {
        let (found, isWhole) = (list ?? at).reach(in: document)
        let missing = LineFailure(reason: .unknownKey, text: "\(what) at \(text)")
        switch found {
        case .object(let members) where !isWhole:
            let names = members.prefix(5).map { quoted($0.key) }
            let there = names.isEmpty ? "the object there is empty" : "there are \(names.joined(separator: ", "))"
            return LineFailure(reason: .unknownKey, text: "\(missing.text); \(there)")
        case .array where !isWhole || list != nil: return missing
        // An optional part of a message may be null.
        case .null where found != document: return missing
        case .string(let text) where isWhole && cut?.isField == true && text.contains("="): return missing
        default:
            let form = isWhole ? "" : "JSON with a value at "
            return LineFailure(reason: .wrongType, text: "expected \(form)\(text), found \(found.described)")
        }
    }
}

extension PayloadPlace.Cut {
    fileprivate var isField: Bool { if case .field = self { true } else { false } }
}

extension JSON {
    /// What it is, for people.
    fileprivate var described: String {
        switch self {
        case .string(let text): text.trimmed.isEmpty ? "an empty text" : "the text \(quoted(text))"
        case .number(let value): "the number \(JSON.numberText(value))"
        case .bool(let value): value ? "true" : "false"
        case .null: "null"
        case .array: "a list"
        case .object: "an object"
        }
    }

    /// A single value as people write it; nil for null, lists and objects.
    var plainText: String? {
        switch self {
        case .string(let text): text
        case .number(let value): JSON.numberText(value)
        case .bool(let value): value ? "true" : "false"
        case .null, .array, .object: nil
        }
    }

    /// A payload as a document: JSON where it is JSON, else its text.
    init(payload: [UInt8]) throws(LineFailure) {
        guard payload.count <= Telemetry.payloadMax else {
            throw LineFailure(reason: .tooLarge, text: "\(payload.count) bytes, at most \(Telemetry.payloadMax)")
        }
        do { self = try JSONReader.read(payload) } catch {
            // What begins like an object or a list means to be JSON; anything else is plain text.
            if let first = payload.first(where: { $0 > 0x20 }), first == 0x7B || first == 0x5B {
                throw JSONReader.refusal(of: payload, error)
            }
            guard let text = String(validating: payload, as: UTF8.self) else {
                throw LineFailure(reason: .notUTF8, text: "the payload is neither JSON nor text")
            }
            self = .string(text)
        }
    }
}

extension StringProtocol {
    /// Without white space and NUL at its ends, which some gateways send.
    var trimmed: String {
        let isOutside = { (scalar: Unicode.Scalar) in scalar.value <= 0x20 }
        let inner = unicodeScalars.drop(while: isOutside)
        let count = inner.reversed().drop(while: isOutside).count
        return String(String.UnicodeScalarView(inner.prefix(count)))
    }
}
