public import TwinCore

/// An alarm from its beginning to its end, with its cause and the journal's line that says so.
public struct AlarmSpan: Sendable, Hashable {
    /// `solar/pv1/stuck`.
    public var path: String
    public var run: String
    public var from: PlantTime
    /// Nil while it stands.
    public var until: PlantTime?
    /// Empty where it is not known.
    public var cause: String
    /// `file:line` of the mark that raised it; nil without a journal.
    public var place: String?

    /// Nil for what is no alarm's path.
    public var asset: AssetPath? { path.lastIndex(of: "/").flatMap { AssetPath(text: path[..<$0]) } }

    /// Something that raised an alarm, or ended it.
    struct Edge {
        var path: String
        var run: String
        var at: PlantTime
        /// Nil at its end.
        var cause: String?
        var place: String?
    }

    /// - Parameter edges: by time.
    static func spans(_ edges: some Sequence<Edge>) -> [AlarmSpan] {
        var spans: [AlarmSpan] = []
        var standing: [String: Int] = [:]
        for edge in edges {
            let name = "\(edge.run) \(edge.path)"
            if let cause = edge.cause {
                // Stepped again after a kill, an alarm is raised as before.
                guard standing[name] == nil else { continue }
                standing[name] = spans.count
                spans.append(
                    AlarmSpan(
                        path: edge.path, run: edge.run, from: edge.at, until: nil, cause: cause, place: edge.place))
            } else if let place = standing.removeValue(forKey: name) {
                spans[place].until = edge.at
            }
        }
        return spans
    }
}

extension JournalMarks {
    /// The alarms that begin in a window or stand in it.
    public func alarms(_ window: StoreWindow) throws -> [AlarmSpan] {
        var edges: [AlarmSpan.Edge] = []
        let run = header?.run ?? ""
        try forEach { found in
            for alarm in found.mark.alarms {
                edges.append(
                    AlarmSpan.Edge(path: alarm.path, run: run, at: found.end, cause: alarm.cause, place: found.place))
            }
        }
        return AlarmSpan.spans(edges).filter { $0.touches(window) }
    }
}

extension StoreReading {
    /// The alarms that begin in a window or stand in it.
    /// - Parameter marks: of the run's journal, for their lines; nil without one.
    public func alarms(_ window: StoreWindow, marks: JournalMarks?) throws -> [AlarmSpan] {
        let spans = AlarmSpan.spans(
            try alarms(StoreWindow(to: .latest)).map { stored in
                AlarmSpan.Edge(
                    path: stored.key.path, run: stored.run, at: stored.at, cause: stored.isRaised ? stored.cause : nil)
            }
        ).filter { $0.touches(window) }
        guard let marks, let first = spans.first, let last = spans.last else { return spans }
        var places: [String: String] = [:]
        let run = marks.header?.run ?? ""
        try marks.forEach(StoreWindow(from: first.from - Span(ms: 1), to: last.from)) { found in
            for alarm in found.mark.alarms where alarm.cause != nil {
                places["\(run) \(alarm.path) \(found.end.ms)"] = found.place
            }
        }
        return spans.map { span in
            var span = span
            span.place = places["\(span.run) \(span.path) \(span.from.ms)"]
            return span
        }
    }
}

extension AlarmSpan {
    fileprivate func touches(_ window: StoreWindow) -> Bool { from < window.to && (until ?? .latest) > window.from }
}
