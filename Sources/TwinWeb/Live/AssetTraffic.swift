import TwinCore
import TwinRuntime

/// The last messages of each asset and what became of them, for its page.
struct AssetTraffic: Sendable {
    static let kept = 20
    static let topicsMax = 4_096
    /// Of a payload no more is kept: it is only looked at.
    static let payloadMax = 400

    struct Message: Sendable {
        var at: PlantTime
        var topic: String
        var payload: [UInt8]
        var isCut: Bool
        var fate: Fate
    }

    enum Fate: Sendable, Hashable {
        case taken
        /// No reading was laid on a timeline: a duplicate, or a word and no value.
        case noValue
        case refused(RejectReason, String)
    }

    private struct Line: Sendable {
        var path: AssetPath
        var messages: [Message] = []
    }

    private var lines: [String: Line] = [:]

    /// Of an asset, the newest first.
    func messages(of path: AssetPath) -> [Message] {
        let all = lines.values.filter { $0.path == path }.flatMap(\.messages)
        return Array(all.sorted { ($0.at, $0.topic) > ($1.at, $1.topic) }.prefix(AssetTraffic.kept))
    }

    mutating func hear(_ arrivals: [Arrival], _ outcome: TickOutcome) {
        guard !arrivals.isEmpty else { return }
        let read = Set(outcome.readings.map { AssetPath($0.area, $0.asset) })
        var refusals = Dictionary(grouping: outcome.refusals, by: \.topic)
        for arrival in arrivals {
            guard let path = path(of: arrival.topic) else { continue }
            var fate = read.contains(path) ? Fate.taken : .noValue
            // A file says which line was refused. Of a live source's messages with one topic in one step the first get it.
            if let place = refusals[arrival.topic]?.firstIndex(where: { $0.line == arrival.number }),
                let refusal = refusals[arrival.topic]?.remove(at: place)
            {
                fate = .refused(refusal.failure.reason, refusal.failure.text)
            }
            let message = Message(
                at: arrival.t, topic: arrival.topic, payload: Array(arrival.payload.prefix(AssetTraffic.payloadMax)),
                isCut: arrival.payload.count > AssetTraffic.payloadMax, fate: fate)
            lines[arrival.topic]?.messages.append(message)
            if let count = lines[arrival.topic]?.messages.count, count > 2 * AssetTraffic.kept {
                lines[arrival.topic]?.messages.removeFirst(count - AssetTraffic.kept)
            }
        }
    }

    /// Of our own dialect; nil for another one, and for more topics than are kept.
    private mutating func path(of topic: String) -> AssetPath? {
        if let known = lines[topic] { return known.path }
        let levels = topic.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard lines.count < AssetTraffic.topicsMax, levels.count == 3,
            case .asset(let area, let asset, _) = Topic(topic, site: String(levels[1]))
        else { return nil }
        let path = AssetPath(area, asset)
        lines[topic] = Line(path: path)
        return path
    }
}
