public import TwinCore

/// What topics are to a configuration.
public struct TopicGuide: Sendable {
    /// What a topic's messages become.
    public enum Meaning: Sendable, Hashable {
        /// Our own dialect needs no mapping.
        case own
        /// Signals of the plant.
        case mapped([String])
        case notMapped
    }

    private let site: String
    private let mapping: SignalMapping?

    public init(_ config: SiteConfig) { (site, mapping) = (config.site, config.signals) }

    /// The mapping's sources that a topic belongs to, by their place.
    public func sources(of topic: String) -> [Int] { mapping?.sources(of: topic) ?? [] }

    public func meaning(of topic: String) -> Meaning { meaning(of: topic, sources(of: topic)) }

    /// - Parameter sources: those of the topic.
    func meaning(of topic: String, _ sources: [Int]) -> Meaning {
        if Topic(topic, site: site) != nil { return .own }
        guard let mapping, !sources.isEmpty else { return .notMapped }
        return .mapped(sources.flatMap { mapping.sources[$0].targets })
    }

    /// The assets that a topic's telemetry tells of.
    public func assets(of topic: String) -> [AssetPath] { assets(of: topic, sources(of: topic)) }

    /// - Parameter sources: those of the topic.
    func assets(of topic: String, _ sources: [Int]) -> [AssetPath] {
        if case .asset(let area, let asset, .tele)? = Topic(topic, site: site) { return [AssetPath(area, asset)] }
        return sources.flatMap { mapping?.sources[$0].signals.flatMap(\.assets) ?? [] }
    }
}
