/// A signal's place: `wind/t01/power_kw`.
public struct SignalPath: Sendable, Hashable, Comparable {
    public var path: AssetPath
    public var key: String

    public init(_ path: AssetPath, _ key: String) {
        self.path = path
        self.key = key
    }

    /// Nil for what is not `area/asset/key`.
    public init?(text: some StringProtocol) {
        guard let slash = text.lastIndex(of: "/"), let path = AssetPath(text: text[..<slash]) else { return nil }
        self.init(path, String(text[text.index(after: slash)...]))
        if key.isEmpty { return nil }
    }

    public var text: String { "\(path.text)/\(key)" }

    public static func < (a: SignalPath, b: SignalPath) -> Bool { (a.path, a.key) < (b.path, b.key) }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(path.asset)
        hasher.combine(key)
    }
}

/// One value of a signal.
public struct SeriesPoint: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// As it was received.
        case reading
        /// What a tick used: measured, held or modelled, and it says which.
        case used
    }

    public var from: PlantTime
    /// How far it holds at the most.
    public var to: PlantTime
    public var value: Double
    public var quality: Quality

    public init(from: PlantTime, to: PlantTime, value: Double, quality: Quality) {
        self.from = from
        self.to = to
        self.value = value
        self.quality = quality
    }
}
