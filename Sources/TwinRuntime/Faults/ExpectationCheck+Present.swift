public import TwinCore
public import TwinPlant

extension ExpectationCheck {
    /// How an expectation stands while the run goes on.
    public struct Standing: Sendable, Hashable {
        public enum State: String, Sendable, Hashable {
            /// It held, and nothing that comes can change that.
            case held
            /// It has held so far.
            case holding
            /// Nothing says yet.
            case open
            /// It failed, whatever comes.
            case failed
        }

        public var state: State
        /// As it was written.
        public var words: String
        /// Where it stands in its file.
        public var place: String
        /// What happened, or what is awaited.
        public var sentence: String
    }

    /// More are not told while a run goes on.
    static let standingMax = 500

    /// How all stand now. What needs the whole summary is open until the end.
    public func standings(departures: [AssetPath: Departures] = [:]) -> [Standing] {
        expectations.prefix(ExpectationCheck.standingMax).enumerated().map { place, expectation in
            guard let verdict = judge(expectation, at: place, departures, in: nil) else {
                return Standing(
                    state: .open, words: expectation.words, place: expectation.place, sentence: "judged at the end")
            }
            let state = state(of: expectation, at: place, verdict)
            return Standing(
                state: state, words: expectation.words, place: expectation.place,
                sentence: state == .open ? waiting(for: expectation) : verdict.sentence)
        }
    }

    /// Those of a run that is over.
    static func standings(_ verdicts: [Verdict]) -> [Standing] {
        verdicts.prefix(standingMax).map {
            Standing(
                state: $0.passed ? .held : .failed, words: $0.expectation.words, place: $0.expectation.place,
                sentence: $0.sentence)
        }
    }

    private func state(of expectation: Expectation, at place: Int, _ verdict: Verdict) -> Standing.State {
        let isOver = isOver(expectation)
        switch expectation.kind {
        // One sighting settles it.
        case .alarm, .command(_, isWanted: true): return verdict.passed ? .held : isOver ? .failed : .open
        case .noAlarm, .command(_, isWanted: false):
            return verdict.passed ? (isOver ? .held : .holding) : .failed
        case .quality: return isOver ? (verdict.passed ? .held : .failed) : .open
        case .value(let wanted, _, _):
            if verdict.passed { return isOver ? .held : .holding }
            // A mean may come right again, and a value that was outside never was inside.
            return isOver || (!wanted.isMean && valueWatches[place]?.worst != nil) ? .failed : .open
        case .departures: return verdict.passed ? .holding : .open
        case .figure: return .open
        }
    }

    /// Whether the time that it looks at is past.
    private func isOver(_ expectation: Expectation) -> Bool {
        guard let end else { return false }
        switch expectation.kind {
        case .alarm(let pattern, let after, let within, let clearsBy):
            guard let within, end > after + within else { return false }
            // It came in time, and may go in time.
            return raising(pattern, after, within) == nil || end > clearsBy ?? .earliest
        case .quality(_, _, let at): return end > at
        case .command(let wanted, _): return wanted.within.map { end > wanted.after + $0 } ?? false
        case .value(let wanted, _, _): return wanted.within.map { end >= wanted.after + $0 } ?? false
        case .noAlarm, .departures, .figure: return false
        }
    }

    private func waiting(for expectation: Expectation) -> String {
        switch expectation.kind {
        case .alarm(let pattern, let after, let within, let clearsBy):
            if let raised = raising(pattern, after, within), let clearsBy {
                "raised at \(zone.clock(raised.at)); waits for its end by \(zone.clock(clearsBy))"
            } else {
                "waits for alarm \(pattern) \(within.map { "within \($0.text) of" } ?? "after") \(zone.clock(after))"
            }
        case .command(let wanted, _):
            "waits for a command \(wanted.pattern) \(wanted.within.map { "within \($0.text) of" } ?? "after")"
                + " \(zone.clock(wanted.after))"
        case .quality(let pattern, _, let at): "looks at \(pattern) at \(zone.clock(at))"
        case .value(let wanted, _, _): "looks at \(wanted.pattern) after \(zone.clock(wanted.after))"
        case .noAlarm, .departures, .figure: "judged at the end"
        }
    }
}
