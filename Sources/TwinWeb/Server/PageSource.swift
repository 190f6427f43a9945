public import TwinConfiguration
public import TwinRuntime

/// What the pages are made of: who runs the server gives it.
public struct PageSource: Sendable {
    /// Of the site, before a run has told its own.
    public var config: SiteConfig
    /// What the store holds; nil where there is none, or it cannot be read yet.
    public var store: @Sendable () throws -> (any StoreReading)?
    /// What a run tells; nil for pages over a store alone.
    public var feed: LiveFeed?
    /// Where operators' words go; nil where nobody would hear them.
    public var inbox: LiveInbox?
    /// Of a replay.
    public var reins: ReplayReins?
    /// What is played: the file of a replay.
    public var played: String?
    public var build: String

    public init(
        config: SiteConfig, build: String, feed: LiveFeed? = nil,
        store: @escaping @Sendable () throws -> (any StoreReading)? = { nil }
    ) {
        (self.config, self.build, self.feed, self.store) = (config, build, feed, store)
    }

    /// In force now.
    var present: SiteConfig { feed?.moment?.config ?? config }
}
