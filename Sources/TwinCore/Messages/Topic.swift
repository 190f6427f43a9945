/// The parts of a plant that topics are sorted by.
public enum Area: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
    case wind, solar, fuelcell, storage, agv, bay, yard, building, shop
    /// Process burners.
    case burner = "gas"
    case heat, grid, weather, line, ethanol, chp, hydrogen, process
    /// The twin itself, as alarms name it.
    case twin

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
        let levels = Array(text.utf8).split(separator: 0x2F, omittingEmptySubsequences: false)
        guard levels.count >= 3, levels[0].elementsEqual("v1".utf8), levels[1].elementsEqual(site.utf8) else {
            return nil
        }
        if levels.count == 3, levels[2].elementsEqual("clock".utf8) {
            self = .clock
        } else if levels[2].elementsEqual("twin".utf8) {
            self = .output
        } else if levels.count == 5, let area = Area(rawValue: String(decoding: levels[2], as: UTF8.self)),
            let kind = TopicKind(rawValue: String(decoding: levels[4], as: UTF8.self))
        {
            let asset = String(decoding: levels[3], as: UTF8.self)
            guard Topic.isAssetID(asset) else { return nil }
            self = .asset(area: area, asset: asset, kind: kind)
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
        var text = "v1/"
        text.reserveCapacity(lengthMax / 4)
        text += site
        for level in [area.rawValue, asset, kind.rawValue] {
            text += "/"
            text += level
        }
        return text
    }

    public static func clockText(site: String) -> String { "v1/\(site)/clock" }
}

/// Takes a site's topics apart, each text once: a site sends the same few topics all day.
public struct TopicReader: Sendable {
    /// Texts that are remembered; beyond it they are taken apart each time.
    static let knownMax = 10_000

    private let site: String
    private var known: [String: Topic?] = [:]

    public init(site: String) { self.site = site }

    /// See `Topic.init`.
    public mutating func read(_ text: String) -> Topic? {
        if let topic = known[text] { return topic }
        let topic = Topic(text, site: site)
        if known.count < TopicReader.knownMax, text.utf8.count <= Topic.lengthMax { known[text] = topic }
        return topic
    }
}

/// An MQTT topic filter with `+` and `#`, parsed once (MQTT 5, section 4.7).
public struct TopicFilter: Sendable, Hashable, Codable {
    public let text: String
    private let levels: [String]

    /// Nil for a filter that MQTT forbids: empty, `#` not last, a wildcard inside a level, or a NUL.
    public init?(_ text: String) {
        let levels = TopicFilter.levels(text).map { String(Substring($0)) }
        guard !text.isEmpty, !text.utf8.contains(0), text.utf8.count <= 65_535 else { return nil }
        for (index, level) in levels.enumerated() where level.contains("#") || level.contains("+") {
            guard level == "+" || (level == "#" && index == levels.count - 1) else { return nil }
        }
        self.text = text
        self.levels = levels
    }

    /// Whether `topic` matches; wildcards never match a first level that starts with `$`.
    public func matches(_ topic: String) -> Bool {
        if topic.utf8.first == 0x24, levels[0] == "+" || levels[0] == "#" { return false }
        // Level by level: a flood of topics is compared with every filter, and nearly all differ early.
        var rest: Substring.UTF8View? = topic[...].utf8
        for level in levels {
            if level == "#" { return true }
            guard let names = rest else { return false }
            let end = names.firstIndex(of: 0x2F)
            guard level == "+" || level.utf8.elementsEqual(names[..<(end ?? names.endIndex)]) else { return false }
            rest = end.map { names[names.index(after: $0)...] }
        }
        return rest == nil
    }

    /// Levels are told apart by bytes, as MQTT says.
    private static func levels(_ text: String) -> [Substring.UTF8View] {
        text.utf8.split(separator: 0x2F, omittingEmptySubsequences: false)
    }
}
