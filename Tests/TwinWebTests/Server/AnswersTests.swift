import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Synchronization
import Testing
import TwinRuntime
import TwinTesting

@testable import TwinWeb

@Suite("Answers of the server")
struct AnswersTests {
    private struct Surprise: Error {}
    private struct Damage: StoreTrouble { var description: String { "plant.sqlite: damaged" } }

    /// What is answered to three requests over a store that cannot be read, and what is told of it.
    private func over(_ error: any Error & Sendable) async throws -> (answers: [(Int, String)], told: [String]) {
        let told = Mutex<[String]>([])
        var rules = AccessRules()
        rules.onTrouble = { text in told.withLock { $0.append(text) } }
        let source = PageSource(config: try Repository.config(), build: "test", store: { throw error })
        let app = Application(router: try PageServer(source, rules: rules).router())
        let answers = try await app.test(.router) { client in
            var answers: [(Int, String)] = []
            for _ in 0..<3 {
                answers.append(
                    try await client.execute(uri: "/energy.json", method: .get) { response in
                        (Int(response.status.code), String(buffer: response.body))
                    })
            }
            return answers
        }
        return (answers, told.withLock { $0 })
    }

    @Test("who asks for the head alone gets it, and holds no place among the listeners")
    func head() async throws {
        let played = try await Played.small.value
        let app = Application(router: try PageServer(played.source).router())
        try await app.test(.router) { client in
            for path in ["/", "/overview.json", "/healthz", "/files/page.js", "/live"] {
                try await client.execute(uri: path, method: .head) { response in
                    #expect(response.status == .ok, "\(path)")
                    #expect(response.body.readableBytes == 0, "\(path)")
                }
            }
        }
        #expect(played.feed.listenerCount == 0)
    }

    @Test("a fault of ours is told once to who runs the server, and not to who asks")
    func fault() async throws {
        let (answers, told) = try await over(Surprise())
        #expect(answers.allSatisfy { $0.0 == 500 && !$0.1.contains("Surprise") })
        #expect(told == ["\"/energy.json\" could not be answered: Surprise()"])
    }

    @Test(
        "a store that cannot be read is no fault of ours: it says so, and its file is named to who runs the server alone"
    )
    func damage() async throws {
        let (answers, told) = try await over(Damage())
        #expect(answers.allSatisfy { $0.0 == 503 && $0.1.contains("the store cannot be read") })
        #expect(answers.allSatisfy { !$0.1.contains("plant.sqlite") })
        #expect(told == ["plant.sqlite: damaged"])
    }
}
