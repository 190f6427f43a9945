public import TwinCore

/// What scenarios found, for machines: JSON and JUnit XML.
public struct ScenarioResult: Sendable {
    public struct Verdict: Sendable {
        public var passed: Bool
        public var place: String
        /// The expectation as it was written: the same in every run.
        public var name: String
        /// What happened.
        public var sentence: String

        public init(passed: Bool, place: String, name: String, sentence: String) {
            self.passed = passed
            self.place = place
            self.name = name
            self.sentence = sentence
        }
    }

    public var path: String
    public var name: String
    public var digest: String
    public var verdicts: [Verdict]
    /// Why it could not be run; empty for one that ran.
    public var problems: [String]
    public var wallS: Double

    public init(
        path: String, name: String, digest: String, verdicts: [Verdict], problems: [String] = [], wallS: Double
    ) {
        self.path = path
        self.name = name
        self.digest = digest
        self.verdicts = verdicts
        self.problems = problems
        self.wallS = wallS
    }

    /// One that could not be run.
    public init(path: String, problems: [String]) {
        self.init(path: path, name: path, digest: "", verdicts: [], problems: problems, wallS: 0)
    }

    /// The file's name without its ending: what the scenario is called from outside.
    public static func stem(_ path: String) -> String {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        return file.hasSuffix(".scenario.yaml") ? String(file.dropLast(".scenario.yaml".count)) : file
    }

    /// `scenarios/1`.
    public static func json(_ results: [ScenarioResult]) -> JSON {
        .fields([
            "schema": .string("scenarios/1"),
            "scenarios": .array(
                results.map { result in
                    .fields([
                        "file": .string(result.path), "name": .string(result.name), "digest": .string(result.digest),
                        "problems": .array(result.problems.map(JSON.string)),
                        "expectations": .array(
                            result.verdicts.map {
                                .fields([
                                    "passed": .bool($0.passed), "place": .string($0.place), "name": .string($0.name),
                                    "sentence": .string($0.sentence),
                                ])
                            }),
                    ])
                }),
        ])
    }

    /// One test suite a scenario, one test case an expectation. A case has the same name in every run.
    public static func junit(_ results: [ScenarioResult]) -> String {
        var lines = ["<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "<testsuites>"]
        for result in results {
            let failures = result.verdicts.count { !$0.passed }
            let (errors, stem) = (result.problems.isEmpty ? 0 : 1, escaped(stem(result.path)))
            lines.append(
                "  <testsuite name=\"\(escaped(result.name))\" file=\"\(escaped(result.path))\""
                    + " tests=\"\(result.verdicts.count + errors)\" failures=\"\(failures)\" errors=\"\(errors)\""
                    + " time=\"\(result.wallS)\">")
            if errors > 0 {
                lines.append(
                    "    <testcase name=\"can be run\" classname=\"\(stem)\"><error"
                        + " message=\"\(escaped(result.problems.joined(separator: "; ")))\"/></testcase>")
            }
            var named: [String: Int] = [:]
            for verdict in result.verdicts {
                let count = named[verdict.name, default: 0] + 1
                named[verdict.name] = count
                let name = escaped(count == 1 ? verdict.name : "\(verdict.name) (\(count))")
                let happened = escaped(verdict.sentence)
                let body =
                    verdict.passed
                    ? "<system-out>\(happened)</system-out>"
                    : "<failure message=\"\(happened)\">\(escaped(verdict.place))</failure>"
                lines.append("    <testcase name=\"\(name)\" classname=\"\(stem)\">\(body)</testcase>")
            }
            lines.append("  </testsuite>")
        }
        lines.append("</testsuites>")
        return lines.joined(separator: "\n")
    }

    /// What is printable, XML 1.0 has a word for.
    private static func escaped(_ text: String) -> String {
        var out = ""
        for scalar in text.printable.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
