import Foundation
import TwinConfiguration
import TwinCore
import TwinRuntime
import TwinTesting

@testable import TwinWeb

/// Pages over a replay of the small recording that is over, every step seen.
struct PageRig {
    let feed = LiveFeed(every: .zero)
    var source: PageSource
    let result: ReplayResult

    /// - Parameter extra: lines behind the first hour's; they must not be older than it.
    init(
        _ loop: LoopKind = .open, config: SiteConfig? = nil, extra: [String] = [],
        _ configure: (inout ReplayOptions) -> Void = { _ in }
    ) async throws {
        let config = try config ?? Repository.config()
        var lines = try SmallRecording.lines()
        // Every line begins with its time: {"t":"2025-06-18T06:00:00.000Z",
        let place = lines.dropFirst().firstIndex { $0.dropFirst(6).prefix(24) >= "2025-06-18T06:00:00.000Z" }
        lines.insert(contentsOf: extra, at: place ?? lines.endIndex)
        source = PageSource(config: config, build: "0.2.0+test.1", feed: feed)
        let feed = feed
        feed.learn(config)
        result = try await replay(lines: lines, config) { options in
            options.loop = loop
            options.watcher = feed
            configure(&options)
        }
    }

    /// What a page's data are.
    func json(_ page: any Page) throws -> JSON {
        try page.json(PageAsk(source: source, visitor: Visitor(name: nil, role: .viewer)))
    }

    /// A foreign message in the middle of the recording.
    static func line(_ topic: String, _ payload: [UInt8]) -> String {
        JSON.fields([
            "t": .string("2025-06-18T06:00:00.000Z"), "topic": .string(topic),
            "payload64": .string(Data(payload).base64EncodedString()),
        ]).line
    }

    static func line(_ topic: String, _ payload: String) -> String { line(topic, Array(payload.utf8)) }

    /// Topics and payloads that somebody made to do harm.
    static let hostile = [
        "<script>alert(1)</script>", "a\"},{\"b", "line\nbreak", "\u{202E}gnp.exe", "\u{1B}[2J", "{{7*7}}",
        "'; DROP TABLE x; --",
        "- topic: x", "a: b % c", "&amp;<img src=x onerror=alert(1)>",
    ]
}
