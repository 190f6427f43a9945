import TwinConfiguration
import TwinCore

/// The last messages of an asset, whatever their topics, for who wants to see what is behind a figure.
struct AssetMessages {
    private let feed: LiveFeed?
    private let zone: LocalZone
    private let watch: MessageWatch

    /// - Parameter feed: nil where nothing is heard.
    init(_ feed: LiveFeed?, _ zone: LocalZone) {
        (self.feed, self.zone) = (feed, zone)
        watch = feed?.messages ?? MessageWatch()
    }

    /// The newest first, as they were received.
    func last(of path: AssetPath, _ count: Int = AssetTraffic.kept) -> [JSON] {
        (feed?.messages(of: path) ?? []).prefix(count).map { json($0, of: path) }
    }

    private func json(_ message: AssetTraffic.Message, of path: AssetPath) -> JSON {
        let (fate, text) =
            switch message.fate {
            case .taken: ("taken", "")
            case .noValue: ("no value", "a duplicate, or a word and no value")
            case .waits: ("waits", "a part of a sum or a mean")
            case .refused(let reason, let text): (reason.rawValue, text)
            }
        return .fields([
            "ts": .string(zone.text(message.at)), "topic": .string(message.topic),
            "payload": .string(String(decoding: message.payload, as: UTF8.self).printable),
            "is_cut": .bool(message.isCut), "retained": .bool(message.isRetained),
            "signals": .array(signals(message.topic, of: path)),
            "quality": message.quality.map { .string($0.rawValue) } ?? .null,
            "fate": .string(fate), "text": .string(text.printable),
            "is_refused": .bool({ if case .refused = message.fate { true } else { false } }()),
        ])
    }

    /// What the site's mapping makes of a foreign topic for one asset; none of our own dialect, which says it itself.
    private func signals(_ topic: String, of path: AssetPath) -> [JSON] {
        guard case .mapped(let targets)? = watch.topics[topic]?.meaning else { return [] }
        return targets.compactMap { target in
            let parts = target.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, parts[0].split(separator: "+").contains(where: { $0 == path.text }) else {
                return nil
            }
            return .string(String(parts[1]))
        }
    }
}
