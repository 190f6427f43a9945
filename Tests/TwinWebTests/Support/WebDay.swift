import Foundation
import TwinConfiguration
import TwinCore
import TwinRuntime
import TwinStore
import TwinTesting

@testable import TwinWeb

/// The bundled summer day in a store, replayed once for all tests of pages, with what a watcher heard of it.
struct WebDay: Sendable {
    /// Kept as long as the store: its end removes the files.
    private nonisolated(unsafe) let folder: TemporaryFolder
    let store: any TwinStorePort
    let feed: LiveFeed
    let config: SiteConfig

    private static let task = Task { try await WebDay(Repository.day, Repository.config()) }
    static func made() async throws -> WebDay { try await task.value }

    init(_ path: String, _ config: SiteConfig) async throws {
        self.config = config
        folder = try TemporaryFolder()
        store = try openStore(folder.path("day.sqlite"))
        let feed = LiveFeed(every: .zero)
        self.feed = feed
        _ = try await replay([path], config, store: store) { options in
            options.loop = .closed
            options.watcher = feed
        }
    }

    /// Pages over the store alone.
    var source: PageSource {
        PageSource(config: config, build: "test", store: { [store] in store })
    }

    /// The data behind a page's address.
    static func json(_ path: String, _ source: PageSource, status: Int = 200) async throws -> JSON {
        let text = try await text(path, source, status: status)
        return try JSONReader.read(Array(text.utf8))
    }

    static func text(_ path: String, _ source: PageSource, status: Int = 200) async throws -> String {
        let answer = try await PageServer(source).ask(path)
        guard answer.status == status else { throw Unexpected(status: answer.status) }
        return answer.text
    }

    struct Unexpected: Error { var status: Int }
}
