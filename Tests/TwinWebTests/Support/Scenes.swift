import Foundation
import Synchronization
import TwinConfiguration
import TwinCore
import TwinTesting

@testable import TwinRuntime
@testable import TwinWeb

/// A clock that a test sets.
final class TestClock: Sendable {
    private let time = Mutex(1000.0)

    var now: Double { time.withLock { $0 } }
    func go(_ seconds: Double) { time.withLock { $0 += seconds } }
}

enum Scenes {
    /// Weak, so that a test does not wait for it.
    static let cost = PasswordHash.Cost(rounds: 1 << 10)

    static func user(_ name: String, _ role: Role, _ password: String) throws -> User {
        User(name: name, role: role, hash: try PasswordHash(password, cost: cost))
    }

    /// A file with one of each role; each one's password is its name and `-secret`.
    static func users(_ folder: TemporaryFolder) throws -> String {
        var list = UserList()
        for (name, role) in [("vera", Role.viewer), ("emil", .engineer), ("olga", .operator)] {
            list.put(try user(name, role, "\(name)-secret"))
        }
        try list.write(to: folder.path("plant.users"))
        return folder.path("plant.users")
    }

    /// The small recording, in which one asset fell silent: its alarm stands, unless it spoke again.
    static func feed(silentFor silence: String = "12h") async throws -> LiveFeed {
        let feed = LiveFeed()
        var lines = try Array(SmallRecording.lines())
        lines.insert(
            #"{"t":0,"fault":{"do":"drop","on":"v1/sunderland/wind/t01/tele","for":"\#(silence)"}}"#, at: 1)
        _ = try await replay(lines: lines) { $0.watcher = feed }
        return feed
    }

    static func source(_ feed: LiveFeed? = nil) throws -> PageSource {
        PageSource(config: try Repository.config(), build: "test", feed: feed)
    }
}

extension Browser {
    /// Opens the login page and logs in.
    @discardableResult
    func login(_ name: String, _ password: String? = nil) async throws -> RouterClient.Answer {
        try await get("/login")
        let answer = try await post(
            "/login", .fields(["name": .string(name), "password": .string(password ?? "\(name)-secret")]))
        if answer.status == 200 { try await get("/login") }
        return answer
    }
}

/// A loop that takes what it is asked for, and remembers it.
final class FakeLoop: Sendable {
    let inbox = LiveInbox()
    private let heard = Mutex<[String]>([])
    private let answer: LiveInbox.Answer
    private let task = Mutex<Task<Void, Never>?>(nil)

    init(_ answer: LiveInbox.Answer = .taken(notes: ["a note"])) {
        self.answer = answer
        let task = Task { [weak self] in
            while !Task.isCancelled {
                guard let self else { return }
                for (request, answer) in self.inbox.take() {
                    self.heard.withLock { $0.append(FakeLoop.word(request)) }
                    answer(self.answer)
                }
                await Task.yield()
            }
        }
        self.task.withLock { $0 = task }
    }

    deinit { task.withLock { $0?.cancel() } }

    var words: [String] { heard.withLock { $0 } }

    private static func word(_ request: LiveInbox.Request) -> String {
        switch request {
        case .mode(let mode): "mode \(mode.rawValue)"
        case .operation(let json): json.line
        case .configuration, .plan: "other"
        }
    }
}
