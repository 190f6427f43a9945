import TwinCore
import TwinRuntime

/// The last messages of each asset and what became of them: those of our own dialect by their topic, foreign ones by what
/// the site's mapping made of them.
struct AssetTraffic: Sendable {
    /// Of one asset.
    static let kept = 20
    static let assetsMax = 4_096
    /// Of a payload no more is kept: it is only looked at.
    static let payloadMax = 400
    /// Of all assets, payloads and topics; beyond, the older half of each asset's messages goes.
    static let bytesMax = 8 << 20

    struct Message: Sendable {
        var at: PlantTime
        var topic: String
        var payload: [UInt8]
        var isCut: Bool
        var isRetained = false
        var fate: Fate
        /// The worst one of the asset's signals that were read in its step; nil where none was.
        var quality: Quality?

        fileprivate var bytes: Int { payload.count + topic.utf8.count + 64 }
    }

    enum Fate: Sendable, Hashable {
        case taken
        /// No reading was laid on a timeline: a duplicate, or a word and no value.
        case noValue
        /// A part of a sum or a mean that more messages complete.
        case waits
        case refused(RejectReason, String)
    }

    /// Of each asset the oldest first.
    private var lines: [AssetPath: [Message]] = [:]
    /// Of our own dialect; nil for what tells of no asset.
    private var paths: [String: AssetPath] = [:]
    private(set) var bytes = 0

    /// Of an asset, the newest first.
    func messages(of path: AssetPath) -> [Message] {
        Array((lines[path] ?? []).suffix(AssetTraffic.kept).reversed())
    }

    mutating func hear(_ arrivals: [Arrival], _ outcome: TickOutcome) {
        guard !arrivals.isEmpty else { return }
        let qualities = qualities(outcome)
        var refusals = Dictionary(grouping: outcome.refusals, by: \.topic)
        var foreign = outcome.mapped[...]
        for (place, arrival) in arrivals.enumerated() {
            var refusal: LineFailure?
            // A file says which line was refused. Of a live source's messages with one topic in one step the first get it.
            if let found = refusals[arrival.topic]?.firstIndex(where: { $0.line == arrival.number }) {
                refusal = refusals[arrival.topic]?.remove(at: found).failure
            }
            if let mapped = foreign.first, mapped.place == place {
                foreign = foreign.dropFirst()
                // What was refused may be another asset's part.
                for path in mapped.told {
                    note(arrival, of: path, qualities[path], qualities[path] == nil ? refusal : nil)
                }
                for path in mapped.waiting { note(arrival, of: path, nil, nil, else: .waits) }
                for (path, failure) in mapped.unused { note(arrival, of: path, nil, failure) }
            } else if let path = path(of: arrival.topic) {
                note(arrival, of: path, qualities[path], refusal)
            }
        }
        while bytes > AssetTraffic.bytesMax { forgetHalf() }
    }

    /// The worst quality of what was read, by asset.
    private func qualities(_ outcome: TickOutcome) -> [AssetPath: Quality] {
        let read = Set(outcome.readings.map { SignalPath(AssetPath($0.area, $0.asset), $0.key) })
        var worst = [AssetPath: Quality](read.map { ($0.path, .good) }) { first, _ in first }
        for value in outcome.values {
            let path = AssetPath(value.area, value.asset)
            guard let known = worst[path], value.used.quality.rank > known.rank,
                read.contains(SignalPath(path, value.key))
            else { continue }
            worst[path] = value.used.quality
        }
        return worst
    }

    /// - Parameter quality: nil where nothing of the asset was read.
    private mutating func note(
        _ arrival: Arrival, of path: AssetPath, _ quality: Quality?, _ refusal: LineFailure?, else fate: Fate = .noValue
    ) {
        guard lines[path] != nil || lines.count < AssetTraffic.assetsMax else { return }
        let message = Message(
            at: arrival.t, topic: arrival.topic, payload: Array(arrival.payload.prefix(AssetTraffic.payloadMax)),
            isCut: arrival.payload.count > AssetTraffic.payloadMax, isRetained: arrival.retain,
            fate: refusal.map { .refused($0.reason, $0.text) } ?? (quality == nil ? fate : .taken), quality: quality)
        bytes += message.bytes
        lines[path, default: []].append(message)
        if let count = lines[path]?.count, count > 2 * AssetTraffic.kept { forget(count - AssetTraffic.kept, of: path) }
    }

    private mutating func forget(_ count: Int, of path: AssetPath) {
        let gone = (lines[path] ?? []).prefix(count)
        bytes -= gone.reduce(0) { $0 + $1.bytes }
        lines[path]?.removeFirst(gone.count)
    }

    private mutating func forgetHalf() {
        for (path, messages) in lines {
            forget((messages.count + 1) / 2, of: path)
            if messages.count <= 1 { lines[path] = nil }
        }
    }

    /// Nil for another dialect, and for a topic that is no asset's.
    private mutating func path(of topic: String) -> AssetPath? {
        if let known = paths[topic] { return known }
        let levels = topic.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        guard topic.utf8.count <= Topic.lengthMax, levels.count == 3,
            case .asset(let area, let asset, _) = Topic(topic, site: String(levels[1]))
        else { return nil }
        let path = AssetPath(area, asset)
        if paths.count < AssetTraffic.assetsMax { paths[topic] = path }
        return path
    }
}
