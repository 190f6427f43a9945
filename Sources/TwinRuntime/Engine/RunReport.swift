public import TwinCore

/// What a reader of a file should be told: refused lines, mended faults, differing marks.
public struct RunNotes: Sendable {
    public static let keptMax = 1000
    /// A feed may name sites without end.
    private static let sitesMax = 16

    /// The first refused lines, for people; all are counted in the summary.
    public private(set) var refusals: [Refusal] = []
    public private(set) var refused: [RejectReason: Int] = [:]
    /// Messages of unknown topics of our own dialect, by the site that they name.
    private var sites: [String: Int] = [:]
    /// Sentences, each once.
    public private(set) var warnings: [String] = []

    public init() {}

    public var refusalTotal: Int { refused.values.reduce(0, +) }

    public mutating func refuse(_ refusal: Refusal) {
        refused[refusal.failure.reason, default: 0] += 1
        if refusals.count < RunNotes.keptMax { refusals.append(refusal) }
        let levels = refusal.topic.prefix(Topic.lengthMax).split(separator: "/", maxSplits: 2)
        guard refusal.failure.reason == .unknownTopic, levels.count == 3, levels[0] == "v1" else { return }
        let site = String(levels[1].prefix(64))
        if sites[site] != nil || sites.count < RunNotes.sitesMax { sites[site, default: 0] += 1 }
    }

    /// Refused lines behind the first ones, by reason, the most frequent first.
    public func refusedByReason(beyond first: Int) -> [(reason: RejectReason, count: Int)] {
        var rest = refused
        for refusal in refusals.prefix(first) { rest[refusal.failure.reason, default: 0] -= 1 }
        return rest.filter { $0.value > 0 }.map { (reason: $0.key, count: $0.value) }
            .sorted { ($1.count, $0.reason.rawValue) < ($0.count, $1.reason.rawValue) }
    }

    /// The site that most messages of unknown topics name, if it is another one.
    public func siteNamed(besides own: String) -> (site: String, messages: Int)? {
        sites.filter { $0.key != own }.max { ($0.value, $1.key) < ($1.value, $0.key) }
            .map { (site: $0.key, messages: $0.value) }
    }

    /// Adds what another reader found.
    mutating func add(_ other: RunNotes) {
        refusals += other.refusals.prefix(RunNotes.keptMax - refusals.count)
        refused.merge(other.refused, uniquingKeysWith: +)
        sites.merge(other.sites, uniquingKeysWith: +)
        for warning in other.warnings { warn(warning) }
    }

    public mutating func warn(_ sentence: String) {
        if !warnings.contains(sentence), warnings.count < 100 { warnings.append(sentence) }
    }
}
