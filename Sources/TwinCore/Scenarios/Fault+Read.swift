extension Fault.Verb {
    /// The keys that a fault of this verb may have, in the order in which they are named to the user.
    public var keys: [String] {
        switch self {
        case .freeze: ["do", "on", "for"]
        case .drop, .duplicate, .duplicateLineOff, .missingLineOff: ["do", "on", "for", "every", "share"]
        case .spike: ["do", "on", "for", "key", "by", "value", "every", "share"]
        case .bias, .scale: ["do", "on", "for", "key", "by"]
        case .nan: ["do", "on", "for", "key", "every", "share"]
        case .delay, .clockSkew: ["do", "on", "for", "by"]
        case .trip, .ignoreCommand, .doesNotLeave: ["do", "on", "for"]
        case .gridOutage: ["do", "for"]
        }
    }
}

extension Fault {
    /// Reads `{"do":"freeze","on":"v1/…/tele","for":"30m"}`.
    public init(_ json: JSON, at time: PlantTime) throws(LineFailure) {
        guard let word = json["do"]?.text, let verb = Verb(rawValue: word) else {
            let verbs = Verb.allCases.map(\.rawValue).joined(separator: ", ")
            throw LineFailure(
                reason: .unknownKey, text: "fault: \"do\" is \(json["do"]?.line ?? "missing"), expected one of \(verbs)"
            )
        }
        if let stray = json.members?.first(where: { !verb.keys.contains($0.key) }) {
            let known = verb.keys.joined(separator: ", ")
            throw LineFailure(
                reason: .unknownKey, text: "fault: \"\(stray.key)\" is none of \(known), the keys of \(word)")
        }
        let fields = FaultFields(verb: verb, json: json)
        self.init(verb: verb, on: try fields.target(), from: time, lasting: try fields.span("for", least: 1))
        if verb.keys.contains("key") { key = try fields.payloadKey() }
        switch verb {
        case .bias, .scale: by = try fields.number("by", isRequired: true)
        case .delay: shift = try fields.required(try fields.span("by", least: 1), "by", "such as \"1h\"")
        case .clockSkew:
            shift = try fields.required(
                try fields.span("by", least: -Span.days(36_500).ms), "by", "such as \"1h\" or \"-1h\"")
        case .spike:
            by = try fields.number("by", isRequired: false)
            value = try fields.number("value", isRequired: false)
            guard (by == nil) != (value == nil) else {
                throw fields.failure("needs either \"by\", a factor, or \"value\"")
            }
        default: break
        }
        (every, share) = try fields.which()
        if verb == .spike, every == nil, share == nil {
            throw fields.failure("needs \"every\", such as 10, or \"share\", such as 0.01")
        }
    }
}

/// The keys of one fault, checked.
private struct FaultFields {
    let verb: Fault.Verb
    let json: JSON

    func failure(_ text: String) -> LineFailure {
        LineFailure(reason: .wrongType, text: "fault \(verb.rawValue): \(text)")
    }

    func required<Value>(_ value: Value?, _ key: String, _ hint: String) throws(LineFailure) -> Value {
        guard let value else { throw failure("\"\(key)\" is missing, expected \(hint)") }
        return value
    }

    /// What the fault acts on: topics, or an asset's path.
    func target() throws(LineFailure) -> String? {
        guard verb.keys.contains("on") else { return nil }
        let on = json["on"]?.text
        if verb.needsClosedLoop {
            guard let on, on.split(separator: "/").count == 2 else {
                throw failure("\"on\" needs an asset such as storage/string-1")
            }
        } else {
            guard on.flatMap({ TopicFilter($0) }) != nil else {
                throw failure("\"on\" needs a topic filter such as v1/site/wind/+/tele")
            }
        }
        return on
    }

    /// A length of time, with a minus where `least` allows one, ms.
    func span(_ key: String, least: Int64) throws(LineFailure) -> Span? {
        guard let value = json[key] else { return nil }
        let text = value.text ?? ""
        let magnitude = Span(text: text.hasPrefix("-") ? text.dropFirst() : text[...])
        let span = magnitude.map { text.hasPrefix("-") ? Span(ms: -$0.ms) : $0 }
        guard let span, span.ms >= least, span.ms != 0 else {
            throw LineFailure(
                reason: .wrongType, text: "fault: \"\(key)\" is \(value.line), expected such as \"30m\"")
        }
        return span
    }

    func number(_ key: String, isRequired: Bool) throws(LineFailure) -> Double? {
        guard let value = json[key] else {
            if isRequired { throw failure("\"\(key)\" is missing, expected a number") }
            return nil
        }
        guard let number = value.double else { throw failure("\"\(key)\" is \(value.line), expected a number") }
        return number
    }

    func payloadKey() throws(LineFailure) -> String {
        guard let key = json["key"]?.text, !key.isEmpty else {
            throw failure("\"key\" is \(json["key"]?.line ?? "missing"), expected a payload key such as power_kw")
        }
        return key
    }

    /// Which of the matching messages it takes.
    func which() throws(LineFailure) -> (every: Int?, share: Double?) {
        if json["every"] != nil, json["share"] != nil { throw failure("\"every\" and \"share\" exclude each other") }
        var every: Int?
        if let value = json["every"] {
            guard let number = value.integer, (1...1_000_000).contains(number) else {
                throw failure("\"every\" is \(value.line), expected a whole number of messages >= 1")
            }
            every = Int(number)
        }
        let share = json["share"]?.double
        if let value = json["share"], share.map({ (0...1).contains($0) }) != true {
            throw failure("\"share\" is \(value.line), expected 0...1")
        }
        return (every, share)
    }
}
