/// The parts of a plant that topics are sorted by.
public enum Area: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
    case wind, solar, fuelcell, storage, agv, bay, yard, building, shop, gas, heat, grid, weather, line, ethanol

    public static func < (a: Area, b: Area) -> Bool { a.rawValue < b.rawValue }
}

/// What a topic of our own dialect carries: its last level.
public enum TopicKind: String, Sendable, Hashable, Codable {
    case tele, cmd, ack, status, vehicle, count
}

/// A topic of our own dialect: `v1/<site>/<area>/<asset>/<kind>`, or the site's clock, or one of the twin's outputs.
public enum Topic: Sendable, Hashable {
    case asset(area: Area, asset: String, kind: TopicKind)
    case clock
    /// `v1/<site>/twin/…`: what the twin says; never stepped.
    case output

    /// Nil for another site, another dialect, or an asset id outside `[a-z0-9-]{1,64}`.
    public init?(_ text: String, site: String) {
        guard text.utf8.count <= Topic.lengthMax else { return nil }
        let levels = text.split(separator: "/", omittingEmptySubsequences: false)
        guard levels.count >= 3, levels[0] == "v1", levels[1] == site else { return nil }
        if levels.count == 3, levels[2] == "clock" {
            self = .clock
        } else if levels[2] == "twin" {
            self = .output
        } else if levels.count == 5, let area = Area(rawValue: String(levels[2])), Topic.isAssetID(levels[3]),
            let kind = TopicKind(rawValue: String(levels[4]))
        {
            self = .asset(area: area, asset: String(levels[3]), kind: kind)
        } else {
            return nil
        }
    }

    /// Longest topic that is looked at, bytes.
    public static let lengthMax = 256

    public static func isAssetID(_ text: some StringProtocol) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
    }

    public static func text(site: String, _ area: Area, _ asset: String, _ kind: TopicKind) -> String {
        "v1/\(site)/\(area.rawValue)/\(asset)/\(kind.rawValue)"
    }

    public static func clockText(site: String) -> String { "v1/\(site)/clock" }
}

/// An MQTT topic filter with `+` and `#`, parsed once (MQTT 5, section 4.7).
public struct TopicFilter: Sendable, Hashable, Codable {
    public let text: String
    private let levels: [String]

    /// Nil for a filter that MQTT forbids: empty, `#` not last, a wildcard inside a level, or a NUL.
    public init?(_ text: String) {
        let levels = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard !text.isEmpty, !text.utf8.contains(0), text.utf8.count <= 65_535 else { return nil }
        for (index, level) in levels.enumerated() where level.contains("#") || level.contains("+") {
            guard level == "+" || (level == "#" && index == levels.count - 1) else { return nil }
        }
        self.text = text
        self.levels = levels
    }

    /// Whether `topic` matches; wildcards never match a first level that starts with `$`.
    public func matches(_ topic: String) -> Bool {
        let names = topic.split(separator: "/", omittingEmptySubsequences: false)
        if topic.hasPrefix("$"), levels[0] == "+" || levels[0] == "#" { return false }
        for (index, level) in levels.enumerated() {
            if level == "#" { return true }
            guard index < names.count, level == "+" || level == names[index] else { return false }
        }
        return levels.count == names.count
    }
}
