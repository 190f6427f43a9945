public import TwinCore

/// What scenarios found, for machines: JSON and JUnit XML.
public struct ScenarioResult: Sendable {
    public struct Verdict: Sendable {
        public var passed: Bool
        public var place: String
        public var sentence: String

        public init(passed: Bool, place: String, sentence: String) {
            self.passed = passed
            self.place = place
            self.sentence = sentence
        }
    }

    public var path: String
    public var name: String
    public var digest: String
    public var verdicts: [Verdict]
    public var wallS: Double

    public init(path: String, name: String, digest: String, verdicts: [Verdict], wallS: Double) {
        self.path = path
        self.name = name
        self.digest = digest
        self.verdicts = verdicts
        self.wallS = wallS
    }

    /// `scenarios/1`.
    public static func json(_ results: [ScenarioResult]) -> JSON {
        .fields([
            "schema": .string("scenarios/1"),
            "scenarios": .array(
                results.map { result in
                    .fields([
                        "file": .string(result.path), "name": .string(result.name), "digest": .string(result.digest),
                        "expectations": .array(
                            result.verdicts.map {
                                .fields([
                                    "passed": .bool($0.passed), "place": .string($0.place),
                                    "sentence": .string($0.sentence),
                                ])
                            }),
                    ])
                }),
        ])
    }

    /// One test suite a scenario, one test case an expectation.
    public static func junit(_ results: [ScenarioResult]) -> String {
        var lines = ["<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<testsuites>"]
        for result in results {
            let failures = result.verdicts.count { !$0.passed }
            lines.append(
                "  <testsuite name=\"\(escaped(result.name))\" file=\"\(escaped(result.path))\""
                    + " tests=\"\(result.verdicts.count)\" failures=\"\(failures)\" time=\"\(result.wallS)\">")
            for verdict in result.verdicts {
                let head = "    <testcase name=\"\(escaped(verdict.sentence))\" classname=\"\(escaped(verdict.place))\""
                if verdict.passed {
                    lines.append(head + "/>")
                } else {
                    lines.append(head + "><failure message=\"\(escaped(verdict.sentence))\"/></testcase>")
                }
            }
            lines.append("  </testsuite>")
        }
        lines.append("</testsuites>")
        return lines.joined(separator: "\n")
    }

    private static func escaped(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            // XML 1.0 has no way to write other control characters.
            case _ where scalar.value < 0x20: out += " "
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
