extension Expectation {
    /// What may be expected, and the keys that it may have, in the order in which they are named to the user.
    private static let forms: [(key: String, others: [String])] = [
        ("alarm", ["after", "within", "clears_by"]), ("no_alarm", []),
        ("command", ["action", "after", "within", "between", "min", "max"]),
        ("no_command", ["action", "after", "within", "between", "min", "max"]), ("quality", ["is", "at"]),
        ("value", ["after", "within", "between", "min", "max"]),
        ("mean", ["after", "within", "between", "min", "max"]),
        ("departures", ["left_min", "left_max", "missed_max"]), ("kpi", ["between", "min", "max"]),
    ]

    /// Reads `{"alarm":"solar/pv1/stuck","within":"5m"}`, `{"no_alarm":"…"}`, `{"kpi":"…","between":[a,b]}` and the
    /// like.
    /// - Parameter instant: reads a time such as `after: "12:00"`.
    public init(
        _ json: JSON, at time: PlantTime, place: String, instant: @escaping (JSON) -> PlantTime?
    ) throws(LineFailure) {
        let names = Expectation.forms.map(\.key)
        guard let form = Expectation.forms.first(where: { json[$0.key]?.text != nil }), let text = json[form.key]?.text
        else {
            let stray = json.members?.first { !names.contains($0.key) }.map { "\"\($0.key)\" is " } ?? ""
            throw LineFailure(reason: .unknownKey, text: "expect: \(stray)none of \(names.joined(separator: ", "))")
        }
        let known = [form.key] + form.others
        if let stray = json.members?.first(where: { !known.contains($0.key) }) {
            throw LineFailure(
                reason: .unknownKey,
                text: "expect: \"\(stray.key)\" is none of \(known.joined(separator: ", ")), the keys of \(form.key)")
        }
        let fields = ExpectationFields(json: json, key: form.key, instant: instant)
        switch form.key {
        case "alarm":
            kind = .alarm(
                pattern: text, after: try fields.instant("after") ?? time, within: try fields.span("within"),
                clearsBy: try fields.instant("clears_by"))
        case "no_alarm": kind = .noAlarm(pattern: text)
        case "quality": kind = .quality(pattern: text, quality: try fields.quality(), at: try fields.required("at"))
        case "departures": kind = .departures(pattern: text, try fields.departureLimits())
        case "value", "mean":
            let (low, high) = try fields.limits(isRequired: true)
            let wanted = ValuePattern(
                pattern: text, after: try fields.instant("after") ?? time, within: try fields.span("within"),
                isMean: form.key == "mean")
            kind = .value(wanted, low: low, high: high)
        case "kpi":
            let (low, high) = try fields.limits(isRequired: true)
            kind = .figure(path: text, low: low, high: high)
        default:
            let (low, high) = try fields.limits(isRequired: false)
            let wanted = CommandPattern(
                pattern: text, action: json["action"]?.text, after: try fields.instant("after") ?? time,
                within: try fields.span("within"), low: low, high: high)
            kind = .command(wanted, isWanted: form.key == "command")
        }
        words = (json.members ?? []).map { "\($0.key): \($0.value.text ?? $0.value.line)" }.joined(separator: ", ")
        self.place = place
    }
}

/// The keys of one expectation, checked.
private struct ExpectationFields {
    let json: JSON
    let key: String
    let instant: (JSON) -> PlantTime?

    private func failure(_ text: String) -> LineFailure { LineFailure(reason: .wrongType, text: "expect: \(text)") }

    func instant(_ key: String) throws(LineFailure) -> PlantTime? {
        guard let value = json[key] else { return nil }
        guard let found = instant(value) else { throw failure("\"\(key)\" is \(value.line), expected a time") }
        return found
    }

    func required(_ key: String) throws(LineFailure) -> PlantTime {
        guard let found = try instant(key) else { throw failure("\"\(key)\" is missing, expected a time") }
        return found
    }

    func span(_ key: String) throws(LineFailure) -> Span? {
        guard let value = json[key] else { return nil }
        guard let span = value.text.flatMap({ Span(text: $0) }) else {
            throw failure("\"\(key)\" is \(value.line), expected such as \"5m\"")
        }
        guard span.ms > 0 else {
            throw failure("\"\(key)\" is \(value.line), in which nothing happens; write such as \"5m\"")
        }
        return span
    }

    func limits(isRequired: Bool) throws(LineFailure) -> (low: Double?, high: Double?) {
        let between = json["between"].map { $0.items ?? [] }
        let low = between?.first ?? json["min"]
        let high = between?.last ?? json["max"]
        guard !isRequired || low != nil || high != nil, between == nil || between?.count == 2,
            [low, high].allSatisfy({ $0 == nil || $0?.double != nil })
        else { throw failure("\(key) needs \"between\":[low,high], \"min\" or \"max\"") }
        if let low = low?.double, let high = high?.double, low > high {
            throw failure(
                "\(key) has nothing between \(JSON.numberText(low)) and \(JSON.numberText(high)); write the lesser first"
            )
        }
        return (low?.double, high?.double)
    }

    func quality() throws(LineFailure) -> Quality {
        guard let quality = json["is"]?.text.flatMap({ Quality(rawValue: $0) }) else {
            let known = Quality.allCases.map(\.rawValue).joined(separator: ", ")
            throw failure("\"is\" is \(json["is"]?.line ?? "missing"), expected one of \(known)")
        }
        return quality
    }

    func departureLimits() throws(LineFailure) -> Expectation.DepartureLimits {
        func count(_ key: String) throws(LineFailure) -> Int? {
            guard let value = json[key] else { return nil }
            guard let number = value.integer, number >= 0, number <= 1_000_000_000 else {
                throw failure("\"\(key)\" is \(value.line), expected a number of vehicles")
            }
            return Int(number)
        }
        let limits = Expectation.DepartureLimits(
            leftMin: try count("left_min"), leftMax: try count("left_max"), missedMax: try count("missed_max"))
        guard limits != Expectation.DepartureLimits() else {
            throw failure("departures needs \"left_min\", \"left_max\" or \"missed_max\"")
        }
        return limits
    }
}
