import TwinConfiguration
import TwinCore

/// A survey as text for people, at most 80 columns wide but for rows to paste, or as JSON.
struct TopicList {
    private let survey: TopicSurvey
    private static let width = 80

    init(_ survey: TopicSurvey) { self.survey = survey }

    var text: String {
        var lines = [Self.row("topic", "messages", "a minute")]
        let topics = survey.topics
        for topic in topics {
            let rate = topic.perMinute.map { JSON.numberText(($0 * 10).rounded() / 10) } ?? "-"
            lines.append(Self.row(topic.name, "\(topic.messages)", rate))
            lines.append(Self.fitted("  = \(Self.meaning(topic))"))
            lines.append(Self.fitted("  e.g. \(String(decoding: topic.example.prefix(200), as: UTF8.self))"))
            if topic.retained > 0 { lines.append("  ! \(topic.retained) retained: copies that a broker kept") }
            if let failure = topic.failure {
                let what = topic.refused > 0 ? "\(topic.refused) refused" : "values dropped"
                lines.append("  ! \(what): \(failure.reason.rawValue)")
                lines += Self.wrapped(failure.text).map { "    \($0)" }
            }
        }
        let open = topics.filter { $0.meaning == .notMapped }
        lines.append("\(topics.count) topics, \(survey.messages) messages, \(open.count) topics not mapped")
        if !survey.unheard.isEmpty {
            lines += Self.wrapped(
                "configured and never heard: " + survey.unheard.map(\.text).joined(separator: ", "), indent: 0)
        }
        if !open.isEmpty {
            lines += ["", "# rows for signals.yaml, below sources:"] + open.map(\.stub)
        }
        return lines.joined(separator: "\n") + "\n"
    }

    var json: JSON {
        .fields([
            "schema": .string("topics/1"), "messages": .integer(survey.messages),
            "never_heard": .array(survey.unheard.map { .string($0.text) }),
            "topics": .array(
                survey.topics.map { topic in
                    .fields([
                        "topic": .string(topic.name), "messages": .integer(topic.messages),
                        "per_minute": .optional(topic.perMinute), "mapped": .array(Self.targets(topic)),
                        "own": .bool(topic.meaning == .own), "refused": .integer(topic.refused),
                        "retained": .integer(topic.retained),
                        "reason": topic.failure.map { .string($0.text) } ?? .null,
                        "example": .string(String(decoding: topic.example.prefix(1000), as: UTF8.self)),
                        "stub": topic.meaning == .notMapped ? .string(topic.stub) : .null,
                    ])
                }),
        ])
    }

    private static func meaning(_ topic: TopicSurvey.Topic) -> String {
        switch topic.meaning {
        case .own: "own dialect"
        case .notMapped: "not mapped"
        case .mapped(let targets): targets.joined(separator: ", ")
        }
    }

    private static func targets(_ topic: TopicSurvey.Topic) -> [JSON] {
        if case .mapped(let targets) = topic.meaning { targets.map(JSON.string) } else { [] }
    }

    /// A long topic keeps its line for itself.
    private static func row(_ topic: String, _ messages: String, _ rate: String) -> String {
        func right(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(1, width - text.count)) + text
        }
        let name = Output.shown(topic)
        let numbers = right(messages, 10) + right(rate, 10)
        let room = width - numbers.count
        return name.count <= room
            ? name + String(repeating: " ", count: room - name.count) + numbers
            : "\(name)\n" + String(repeating: " ", count: room) + numbers
    }

    private static func fitted(_ text: String) -> String {
        let shown = Output.shown(text)
        return shown.count <= width ? shown : "\(shown.prefix(width - 1))…"
    }

    private static func wrapped(_ text: String, indent: Int = 4) -> [String] {
        var lines: [String] = []
        for word in Output.shown(text).split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= width - indent {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}
