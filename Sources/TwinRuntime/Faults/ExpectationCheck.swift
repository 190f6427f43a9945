public import TwinBooks
import TwinConfiguration
public import TwinCore
import TwinDispatch
public import TwinPlant

/// Collects what happened and says which expectations held.
public struct ExpectationCheck: Sendable {
    public struct Verdict: Sendable, Hashable {
        public var expectation: Expectation
        public var passed: Bool
        /// What was expected, what happened instead, and when.
        public var sentence: String
        /// It is about a figure that no such summary has: it tests nothing, whatever came.
        public var isIdle = false
    }

    private(set) var expectations: [Expectation]
    let zone: LocalZone
    private var edges: [AlarmBoard.Edge] = []
    /// The first command that each expectation is about, and how many it did not mean only for their value.
    private var commands: [Int: (first: Sighting?, outOfRange: Int)] = [:]
    /// What each expectation of a quality saw, by path.
    private var qualities: [Int: [(path: String, quality: Quality)]] = [:]
    private(set) var valueWatches: [Int: ValueWatch] = [:]
    private(set) var end: PlantTime?

    private struct Sighting {
        var text: String
        var at: PlantTime
    }

    public init(_ expectations: [Expectation], zone: LocalZone) {
        self.expectations = expectations
        self.zone = zone
    }

    public mutating func add(_ expectation: Expectation) { expectations.append(expectation) }

    /// Edges that are kept; a run that is judged is a day or two, but a long one may not grow for it.
    static let edgesMax = 10_000

    public mutating func note(_ outcome: TickOutcome) {
        end = outcome.end
        edges.append(contentsOf: outcome.alarmEdges)
        for (place, expectation) in expectations.enumerated() {
            switch expectation.kind {
            case .command(let wanted, _): look(for: wanted, of: place, among: outcome.commands)
            case .quality(let pattern, _, let at) where outcome.from <= at && at < outcome.end:
                qualities[place] = outcome.values.compactMap { value -> (path: String, quality: Quality)? in
                    Expectation.matches(pattern, path: value.path) ? (value.path, value.used.quality) : nil
                }
            case .value(let wanted, let low, let high) where wanted.holds(at: outcome.from):
                valueWatches[place, default: ValueWatch()].look(outcome, wanted, low, high)
            case .quality, .value, .alarm, .noAlarm, .departures, .figure: break
            }
        }
        guard edges.count > ExpectationCheck.edgesMax else { return }
        // The older half goes, but for what somebody has asked about.
        let patterns = expectations.compactMap(\.pattern)
        let old = edges.prefix(edges.count / 2).filter { edge in
            patterns.contains { Expectation.matches($0, edge.key) }
        }
        edges = old.suffix(ExpectationCheck.edgesMax / 4) + edges.suffix(edges.count / 2)
    }

    /// - Parameter departures: of the simulated plant, by asset; empty where there is none.
    public func verdicts(_ summary: Summary, departures: [AssetPath: Departures] = [:]) -> [Verdict] {
        let json = summary.json
        return expectations.enumerated().compactMap { judge($1, at: $0, departures, in: json) }
    }

    /// - Parameter summary: of the whole run; nil while it goes on.
    /// - Returns: nil for what only the summary tells.
    func judge(
        _ expectation: Expectation, at place: Int, _ departures: [AssetPath: Departures], in summary: JSON?
    ) -> Verdict? {
        switch expectation.kind {
        case .command(let wanted, let isWanted): judgeCommand(expectation, place, wanted, isWanted)
        case .quality(let pattern, let quality, let at): judgeQuality(expectation, place, pattern, quality, at)
        case .value(let wanted, let low, let high): judgeValue(expectation, place, wanted, low, high)
        case .departures(let pattern, let limits): judgeDepartures(expectation, pattern, limits, departures)
        case .alarm(let pattern, let after, let within, let clearsBy):
            judgeAlarm(expectation, pattern, after, within, clearsBy)
        case .noAlarm(let pattern): judgeNoAlarm(expectation, pattern)
        case .figure(let path, let low, let high): summary.map { judgeFigure(expectation, $0, path, low, high) }
        }
    }

    func judgeAlarm(
        _ expectation: Expectation, _ pattern: String, _ after: PlantTime, _ within: Span?, _ clearsBy: PlantTime?
    ) -> Verdict {
        let matching = edges.filter { Expectation.matches(pattern, $0.key) }
        let window = within.map { "within \($0.text) of \(zone.clock(after))" } ?? "after \(zone.clock(after))"
        guard let raised = raising(pattern, after, within) else {
            let other = matching.first { $0.isRaised }.map { "it was raised at \(zone.clock($0.at))" }
            let happened = other ?? "it was never raised"
            return Verdict(
                expectation: expectation, passed: false,
                sentence: "expected alarm \(pattern) \(window); \(happened)\(aroundText(after, within))")
        }
        if let clearsBy {
            let cleared = matching.first { !$0.isRaised && $0.at >= raised.at && $0.key == raised.key }
            guard let cleared, cleared.at <= clearsBy else {
                let happened = cleared.map { "it cleared at \(zone.clock($0.at))" } ?? "it still stands at the end"
                return Verdict(
                    expectation: expectation, passed: false,
                    sentence: "expected alarm \(raised.key.path) to clear by \(zone.clock(clearsBy)); \(happened)")
            }
        }
        return Verdict(
            expectation: expectation, passed: true,
            sentence: "alarm \(raised.key.path) was raised at \(zone.clock(raised.at)), \(window)")
    }

    /// The first that is in time.
    func raising(_ pattern: String, _ after: PlantTime, _ within: Span?) -> AlarmBoard.Edge? {
        edges.first { edge in
            edge.isRaised && edge.at >= after && (within.map { edge.at <= after + $0 } ?? true)
                && Expectation.matches(pattern, edge.key)
        }
    }

    /// Alarms near the moment, for the reader of a failure.
    private func aroundText(_ after: PlantTime, _ within: Span?) -> String {
        let end = after + (within ?? .hours(1))
        let near = edges.filter { $0.isRaised && $0.at >= after && $0.at <= end }.map(\.key.path)
        return near.isEmpty ? "; no other alarm then" : "; raised then: \(near.joined(separator: ", "))"
    }

    func judgeNoAlarm(_ expectation: Expectation, _ pattern: String) -> Verdict {
        guard let edge = edges.first(where: { $0.isRaised && Expectation.matches(pattern, $0.key) }) else {
            return Verdict(expectation: expectation, passed: true, sentence: "no alarm \(pattern)")
        }
        return Verdict(
            expectation: expectation, passed: false,
            sentence: "expected no alarm \(pattern); \(edge.key.path) was raised at \(zone.clock(edge.at))")
    }

    private mutating func look(for wanted: Expectation.CommandPattern, of place: Int, among commands: [Command]) {
        for command in commands where wanted.holds(at: command.ts) {
            guard Expectation.matches(wanted.pattern, path: command.path.text),
                wanted.action.map({ $0 == command.point.action.rawValue }) ?? true
            else { continue }
            var seen = self.commands[place] ?? (nil, 0)
            let value = command.point.value
            if value >= wanted.low ?? -.infinity, value <= wanted.high ?? .infinity {
                let shown = "\(command.path.text) \(command.point.action.rawValue) \(plain(value))"
                if seen.first == nil { seen.first = Sighting(text: shown, at: command.ts) }
            } else {
                seen.outOfRange += 1
            }
            self.commands[place] = seen
        }
    }

    func judgeCommand(
        _ expectation: Expectation, _ place: Int, _ wanted: Expectation.CommandPattern, _ isWanted: Bool
    ) -> Verdict {
        let what = "command \(wanted.pattern)\(wanted.action.map { " \($0)" } ?? "")"
        let range = wanted.low == nil && wanted.high == nil ? "" : " \(bounds(wanted.low, wanted.high))"
        let seen = commands[place]
        let others = seen?.outOfRange ?? 0
        let found = seen?.first.map { "\($0.text) at \(zone.clock($0.at))" }
        let sentence =
            switch (isWanted, found) {
            case (true, let found?): "there was \(found)"
            case (true, nil):
                "expected \(what)\(range); \(others == 0 ? "there was none" : "\(others) had another value")"
            case (false, let found?): "expected no \(what)\(range); there was \(found)"
            case (false, nil): "no \(what)\(range)"
            }
        return Verdict(expectation: expectation, passed: isWanted == (found != nil), sentence: sentence)
    }

    func judgeQuality(
        _ expectation: Expectation, _ place: Int, _ pattern: String, _ quality: Quality, _ at: PlantTime
    ) -> Verdict {
        let seen = qualities[place] ?? []
        let other = seen.first { $0.quality != quality }
        let isMet = other == nil && !seen.isEmpty
        let happened = other.map { "\($0.path) is \($0.quality.rawValue)" } ?? "no such value is used then"
        return Verdict(
            expectation: expectation, passed: isMet,
            sentence: isMet
                ? "\(pattern) is \(quality.rawValue) at \(zone.clock(at))"
                : "expected \(pattern) to be \(quality.rawValue) at \(zone.clock(at)); \(happened)")
    }

    func judgeValue(
        _ expectation: Expectation, _ place: Int, _ wanted: Expectation.ValuePattern, _ low: Double?, _ high: Double?
    ) -> Verdict {
        let range = bounds(low, high)
        let window = "\(wanted.within.map { "within \($0.text) of " } ?? "after ")\(zone.clock(wanted.after))"
        let what = wanted.isMean ? "the mean of \(wanted.pattern)" : "\(wanted.pattern)"
        guard let seen = valueWatches[place], let mean = seen.mean else {
            return Verdict(
                expectation: expectation, passed: false,
                sentence: "expected \(what) \(range) \(window); no such value is used then")
        }
        if wanted.isMean {
            let passed = mean >= low ?? -.infinity && mean <= high ?? .infinity
            return Verdict(
                expectation: expectation, passed: passed,
                sentence: passed
                    ? "\(what) is \(tenths(mean)) \(window), \(range)"
                    : "expected \(what) \(range) \(window); it is \(tenths(mean))")
        }
        guard let worst = seen.worst else {
            return Verdict(
                expectation: expectation, passed: true, sentence: "\(what) is \(range) at every step \(window)")
        }
        return Verdict(
            expectation: expectation, passed: false,
            sentence: "expected \(what) \(range) \(window); \(worst.path) is \(tenths(worst.value))"
                + " at \(zone.clock(worst.at)), and \(seen.outside) values in all are outside")
    }

    private func tenths(_ value: Double) -> String { plain((value * 10).rounded() / 10) }

    func judgeDepartures(
        _ expectation: Expectation, _ pattern: String, _ limits: Expectation.DepartureLimits,
        _ departures: [AssetPath: Departures]
    ) -> Verdict {
        let seen = departures.filter { Expectation.matches(pattern, path: $0.key.text) }.map(\.value)
        let (left, missed) = (seen.reduce(0) { $0 + $1.left }, seen.reduce(0) { $0 + $1.missed })
        // Where nobody leaves, nobody leaves without energy: that would prove nothing.
        let isProven = limits.missedMax == nil || left > 0
        let passed =
            !seen.isEmpty && isProven && left >= limits.leftMin ?? 0 && left <= limits.leftMax ?? .max
            && missed <= limits.missedMax ?? .max
        let happened =
            seen.isEmpty ? "nobody knows them" : "\(left) vehicles left, \(missed) of them without their energy"
        return Verdict(
            expectation: expectation, passed: passed,
            sentence: passed
                ? "departures \(pattern): \(happened)" : "expected \(expectation.words); \(happened)")
    }

    /// `in 1...5`, `at least 1`, `at most 5`.
    private func bounds(_ low: Double?, _ high: Double?) -> String {
        switch (low, high) {
        case (let low?, let high?): "in \(plain(low))...\(plain(high))"
        case (let low?, nil): "at least \(plain(low))"
        case (nil, let high?): "at most \(plain(high))"
        case (nil, nil): "anything"
        }
    }

    private func judgeFigure(
        _ expectation: Expectation, _ json: JSON, _ path: String, _ low: Double?, _ high: Double?
    ) -> Verdict {
        let found = path.split(separator: ".").reduce(JSON?.some(json)) { $0?.level($1) }
        let range = bounds(low, high)
        func isInside(_ value: Double) -> Bool { value >= low ?? -.infinity && value <= high ?? .infinity }
        guard let value = found?.double else {
            let hint = found == nil ? figureHint(path, json).map { "; \($0)" } : nil
            let other = found?.members == nil && found?.items == nil ? found?.line : "more than one there"
            return Verdict(
                expectation: expectation, passed: false,
                sentence: "expected \(path) \(range); the summary has \(other ?? "no such figure")\(hint ?? "")",
                isIdle: found != JSON.null)
        }
        let passed = isInside(value)
        // What rounding would put on the other side of a bound is told whole.
        let short = ExpectationCheck.short(value)
        let text = plain(isInside(short) == passed ? short : value)
        return Verdict(
            expectation: expectation, passed: passed,
            sentence: passed ? "\(path) is \(text), \(range)" : "expected \(path) \(range); it is \(text)")
    }

    /// To the thousandth, and to the millionth below 1: more nobody compares.
    private static func short(_ value: Double) -> Double {
        let digits = abs(value) < 1 ? 1e6 : 1e3
        let short = (value * digits).rounded() / digits
        return short.isFinite ? short + 0 : value
    }

    /// What a path that leads nowhere probably means: its first level that is not there is the slip.
    private func figureHint(_ path: String, _ json: JSON) -> String? {
        var levels = path.split(separator: ".").map(String.init)
        var here = json
        for (place, level) in levels.enumerated() {
            if let next = here.level(level) {
                here = next
                continue
            }
            let name = level.prefix { $0 != "[" }
            if name.count < level.count, let items = here[String(name)]?.items {
                let list = (levels.prefix(place) + [String(name)]).joined(separator: ".")
                return items.isEmpty ? "\(list) is empty" : "\(list) has [0] to [\(items.count - 1)]"
            }
            guard let near = suggestion(for: level, among: here.members?.map(\.key) ?? []) else { return nil }
            levels[place] = near
            return "did you mean \(levels.joined(separator: "."))?"
        }
        return nil
    }
}

extension JSON {
    /// One level of a figure's path: `co2_kg`, or `partners[0]` for the first of a list. Of what is null everything is null.
    fileprivate func level(_ text: some StringProtocol) -> JSON? {
        if self == .null { return .null }
        let parts = text.split(separator: "[", omittingEmptySubsequences: false)
        return parts.dropFirst().reduce(self[String(parts.first ?? "")]) { found, part in
            guard part.last == "]", let place = Int(part.dropLast()), let items = found?.items,
                items.indices.contains(place)
            else { return found == .null ? .null : nil }
            return items[place]
        }
    }
}
