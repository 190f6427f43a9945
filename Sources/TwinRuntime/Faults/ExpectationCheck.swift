public import TwinBooks
public import TwinCore

/// Collects what happened and says which expectations held.
public struct ExpectationCheck: Sendable {
    public struct Verdict: Sendable, Hashable {
        public var expectation: Expectation
        public var passed: Bool
        /// What was expected, what happened instead, and when.
        public var sentence: String
    }

    private var expectations: [Expectation]
    private let zone: LocalZone
    private var edges: [AlarmBoard.Edge] = []

    public init(_ expectations: [Expectation], zone: LocalZone) {
        self.expectations = expectations
        self.zone = zone
    }

    public mutating func add(_ expectation: Expectation) { expectations.append(expectation) }

    /// Edges that are kept; a run that is judged is a day or two, but a long one may not grow for it.
    static let edgesMax = 10_000

    public mutating func note(_ outcome: TickOutcome) {
        edges.append(contentsOf: outcome.alarmEdges)
        guard edges.count > ExpectationCheck.edgesMax else { return }
        // The older half goes, but for what somebody has asked about.
        let patterns = expectations.compactMap(\.pattern)
        let old = edges.prefix(edges.count / 2).filter { edge in
            patterns.contains { Expectation.matches($0, edge.key) }
        }
        edges = old.suffix(ExpectationCheck.edgesMax / 4) + edges.suffix(edges.count / 2)
    }

    public func verdicts(_ summary: Summary) -> [Verdict] {
        let json = summary.json
        return expectations.map { expectation in
            switch expectation.kind {
            case .alarm(let pattern, let after, let within, let clearsBy):
                judgeAlarm(expectation, pattern, after, within, clearsBy)
            case .noAlarm(let pattern): judgeNoAlarm(expectation, pattern)
            case .figure(let path, let low, let high): judgeFigure(expectation, json, path, low, high)
            }
        }
    }

    private func judgeAlarm(
        _ expectation: Expectation, _ pattern: String, _ after: PlantTime, _ within: Span?, _ clearsBy: PlantTime?
    ) -> Verdict {
        let matching = edges.filter { Expectation.matches(pattern, $0.key) }
        let window = within.map { "within \($0.text) of \(zone.text(after))" } ?? "after \(zone.text(after))"
        let raised = matching.first { edge in
            edge.isRaised && edge.at >= after && (within.map { edge.at <= after + $0 } ?? true)
        }
        guard let raised else {
            let other = matching.first { $0.isRaised }.map { "it was raised at \(zone.text($0.at))" }
            let happened = other ?? "it was never raised"
            return Verdict(
                expectation: expectation, passed: false,
                sentence: "expected alarm \(pattern) \(window); \(happened)\(aroundText(after, within))")
        }
        if let clearsBy {
            let cleared = matching.first { !$0.isRaised && $0.at >= raised.at && $0.key == raised.key }
            guard let cleared, cleared.at <= clearsBy else {
                let happened = cleared.map { "it cleared at \(zone.text($0.at))" } ?? "it still stands at the end"
                return Verdict(
                    expectation: expectation, passed: false,
                    sentence: "expected alarm \(raised.key.path) to clear by \(zone.text(clearsBy)); \(happened)")
            }
        }
        return Verdict(
            expectation: expectation, passed: true,
            sentence: "alarm \(raised.key.path) was raised at \(zone.text(raised.at)), \(window)")
    }

    /// Alarms near the moment, for the reader of a failure.
    private func aroundText(_ after: PlantTime, _ within: Span?) -> String {
        let end = after + (within ?? .hours(1))
        let near = edges.filter { $0.isRaised && $0.at >= after && $0.at <= end }.map(\.key.path)
        return near.isEmpty ? "; no other alarm then" : "; raised then: \(near.joined(separator: ", "))"
    }

    private func judgeNoAlarm(_ expectation: Expectation, _ pattern: String) -> Verdict {
        guard let edge = edges.first(where: { $0.isRaised && Expectation.matches(pattern, $0.key) }) else {
            return Verdict(expectation: expectation, passed: true, sentence: "no alarm \(pattern)")
        }
        return Verdict(
            expectation: expectation, passed: false,
            sentence: "expected no alarm \(pattern); \(edge.key.path) was raised at \(zone.text(edge.at))")
    }

    private func judgeFigure(
        _ expectation: Expectation, _ json: JSON, _ path: String, _ low: Double?, _ high: Double?
    ) -> Verdict {
        let found = path.split(separator: ".").reduce(JSON?.some(json)) { $0?[String($1)] }
        let range = "\(low.map { "\($0)" } ?? "-inf")...\(high.map { "\($0)" } ?? "inf")"
        guard let value = found?.double else {
            return Verdict(
                expectation: expectation, passed: false,
                sentence: "expected \(path) in \(range); the summary has \(found?.line ?? "no such figure")")
        }
        let passed = value >= (low ?? -.infinity) && value <= (high ?? .infinity)
        return Verdict(
            expectation: expectation, passed: passed,
            sentence: passed ? "\(path) is \(value), in \(range)" : "expected \(path) in \(range); it is \(value)")
    }
}
