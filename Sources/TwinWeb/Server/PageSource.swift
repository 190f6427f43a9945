public import TwinConfiguration
import TwinCore
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
    /// Filters of topics that a live run hears for the page Data alone.
    public var lookedAt: [String] = []
    /// Of a replay.
    public var reins: ReplayReins?
    /// What is played: the file of a replay.
    public var played: String?
    /// As a report names it.
    public var build: String
    /// The folder that the configuration was read from; nil where nobody may write to it, as where nobody named it.
    public var configFolder: String?
    /// Where results of studies and scenarios lie.
    public var resultFolders: [String] = []

    public init(
        config: SiteConfig, build: String, feed: LiveFeed? = nil,
        store: @escaping @Sendable () throws -> (any StoreReading)? = { nil }
    ) {
        (self.config, self.build, self.feed, self.store) = (config, build, feed, store)
    }

    /// In force now.
    var present: SiteConfig { feed?.moment?.config ?? config }

    /// The store, where it is there and can be read: what is live is shown without it.
    var readable: (any StoreReading)? {
        (try? store()) ?? nil  // a run makes it with its first step
    }

    /// What is told before the first step. It comes after a step of plant time, which a replay may make short.
    var noStepYet: WebError {
        let seconds = reins == nil ? min(60, max(1, Int(config.step.ms / 1000))) : 5
        return .unavailable("no step was closed yet", againIn: seconds)
    }

    /// Plant time: of the newest step, else the end of what the store holds, else the wall clock's.
    func now(wall: PlantTime) -> PlantTime {
        if let moment = feed?.moment { return moment.outcome.end }
        let runs = try? readable?.runs()  // a store that cannot be read has no end
        return runs?.compactMap(\.end).max() ?? wall
    }
}
