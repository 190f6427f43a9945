/// What a tester expects of a run.
public struct Expectation: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        /// `pattern` is `area/asset/code` with `+` for any level. Raised in `after ... after + within`, and, if
        /// `clearsBy` is given, gone by then.
        case alarm(pattern: String, after: PlantTime, within: Span?, clearsBy: PlantTime?)
        case noAlarm(pattern: String)
        /// A figure of the summary by its path, `co2_kg.scope1`.
        case figure(path: String, low: Double?, high: Double?)
    }

    public var kind: Kind

    /// Of the alarm that it is about; nil for a figure.
    public var pattern: String? {
        switch kind {
        case .alarm(let pattern, _, _, _), .noAlarm(let pattern): pattern
        case .figure: nil
        }
    }
    /// Where it stands: `file:line`.
    public var place: String

    public init(kind: Kind, place: String) {
        self.kind = kind
        self.place = place
    }

    /// Reads `{"alarm":"solar/pv1/stuck","within":"5m"}`, `{"no_alarm":"…"}` or `{"kpi":"…","between":[a,b]}`.
    /// - Parameter instant: reads a time such as `after: "12:00"`.
    public init(
        _ json: JSON, at time: PlantTime, place: String, instant: (JSON) -> PlantTime?
    ) throws(LineFailure) {
        self.place = place
        let known = ["alarm", "within", "after", "clears_by", "no_alarm", "kpi", "between", "min", "max"]
        if let stray = json.members?.first(where: { !known.contains($0.key) }) {
            throw LineFailure(
                reason: .unknownKey, text: "expect: \"\(stray.key)\" is none of \(known.joined(separator: ", "))")
        }
        func instantOf(_ key: String) throws(LineFailure) -> PlantTime? {
            guard let value = json[key] else { return nil }
            guard let found = instant(value) else {
                throw LineFailure(reason: .wrongType, text: "expect: \"\(key)\" is \(value.line), expected a time")
            }
            return found
        }
        if let pattern = json["alarm"]?.text {
            var within: Span?
            if let value = json["within"] {
                guard let span = value.text.flatMap({ Span(text: $0) }) else {
                    throw LineFailure(
                        reason: .wrongType, text: "expect: \"within\" is \(value.line), expected such as \"5m\"")
                }
                within = span
            }
            kind = .alarm(
                pattern: pattern, after: try instantOf("after") ?? time, within: within,
                clearsBy: try instantOf("clears_by"))
        } else if let pattern = json["no_alarm"]?.text {
            kind = .noAlarm(pattern: pattern)
        } else if let path = json["kpi"]?.text {
            let between = json["between"].map { $0.items ?? [] }
            let low = between?.first ?? json["min"]
            let high = between?.last ?? json["max"]
            guard low != nil || high != nil, between == nil || between?.count == 2,
                [low, high].allSatisfy({ $0 == nil || $0?.double != nil })
            else {
                throw LineFailure(
                    reason: .wrongType, text: "expect: kpi needs \"between\":[low,high], \"min\" or \"max\"")
            }
            kind = .figure(path: path, low: low?.double, high: high?.double)
        } else {
            throw LineFailure(reason: .unknownKey, text: "expect: none of alarm, no_alarm, kpi")
        }
    }

    /// Whether `pattern`, with `+` and `*` for any level, means `key`.
    public static func matches(_ pattern: String, _ key: AlarmKey) -> Bool {
        let wanted = pattern.split(separator: "/")
        let levels = key.path.split(separator: "/")
        return wanted.count == levels.count
            && zip(wanted, levels).allSatisfy { $0 == "+" || $0 == "*" || $0 == $1 }
    }
}
