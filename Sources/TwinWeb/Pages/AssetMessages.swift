import TwinCore

/// The last messages of an asset, for who wants to see what is behind a figure.
struct AssetMessages {
    /// Of a payload, bytes: more is not read on a page.
    static let payloadMax = 1000

    private var byAsset: [AssetPath: [Arrival]] = [:]

    /// - Parameter feed: nil where nothing is heard.
    init(_ feed: LiveFeed?, site: String) {
        for seen in (feed?.messages.topics ?? [:]).values {
            guard case .asset(let area, let asset, _)? = Topic(seen.last.topic, site: site) else { continue }
            byAsset[AssetPath(area, asset), default: []].append(seen.last)
        }
    }

    /// The newest first, as they were received.
    func last(of asset: AssetPath, _ count: Int) -> [JSON] {
        (byAsset[asset] ?? []).sorted { ($1.t, $0.topic) < ($0.t, $1.topic) }.prefix(count).map { arrival in
            let text = String(decoding: arrival.payload.prefix(Self.payloadMax), as: UTF8.self).printable
            return .fields([
                "topic": .string(arrival.topic), "t": .string(arrival.t.rfc3339),
                "payload": .string(text + (arrival.payload.count > Self.payloadMax ? " …" : "")),
                "retained": .bool(arrival.retain),
            ])
        }
    }
}
