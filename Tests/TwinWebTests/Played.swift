import Synchronization
import TwinConfiguration
import TwinCore
import TwinRuntime
import TwinStore
import TwinTesting

@testable import TwinWeb

/// A small recording that was played before a feed, with its store.
final class Played: Sendable {
    let feed: LiveFeed
    let store: any TwinStorePort
    let config: SiteConfig
    private let folder: Folder

    private struct Folder: @unchecked Sendable {
        let temporary: TemporaryFolder
    }

    static let small = Task { try await Played() }

    init(_ config: SiteConfig? = nil, steps: Int = 120) async throws {
        let temporary = try TemporaryFolder()
        folder = Folder(temporary: temporary)
        self.config = try config ?? Repository.config()
        feed = LiveFeed(every: .zero)
        store = try openStore(temporary.path("small.sqlite"))
        let lines = try SmallRecording.lines(steps: steps)
        _ = try await replay(lines: lines, self.config, store: store) { [feed] options in
            options.loop = .closed
            options.watcher = feed
        }
    }

    var source: PageSource {
        PageSource(config: config, build: "test", feed: feed, store: { [store] in store })
    }
}
