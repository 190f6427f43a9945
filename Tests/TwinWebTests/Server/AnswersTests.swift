import HTTPTypes
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
    private func over(_ error: any Error & Sendable) async throws -> (answers: [RouterClient.Answer], told: [String]) {
        let told = Mutex<[String]>([])
        var rules = AccessRules()
        rules.onTrouble = { text in told.withLock { $0.append(text) } }
        let source = PageSource(config: try Repository.config(), build: "test", store: { throw error })
        let client = RouterClient(try PageServer(source, rules: rules))
        var answers: [RouterClient.Answer] = []
        for _ in 0..<3 { answers.append(try await client.ask("/energy.json")) }
        return (answers, told.withLock { $0 })
    }

    @Test("who asks for the head alone gets it, and holds no place among the listeners")
    func head() async throws {
        let played = try await Played.small.value
        let client = RouterClient(try PageServer(played.source))
        for path in ["/", "/overview.json", "/healthz", "/files/page.js", "/live"] {
            let answer = try await client.ask(path, method: .head)
            #expect(answer.status == 200 && answer.text.isEmpty, "\(path)")
        }
        #expect(played.feed.listenerCount == 0)
    }

    @Test("a fault of ours is told once to who runs the server, and not to who asks")
    func fault() async throws {
        let (answers, told) = try await over(Surprise())
        #expect(answers.allSatisfy { $0.status == 500 && !$0.text.contains("Surprise") })
        #expect(told == ["\"/energy.json\" could not be answered: Surprise()"])
    }

    @Test(
        "a store that cannot be read is no fault of ours: it says so, and its file is named to who runs the server alone"
    )
    func damage() async throws {
        let (answers, told) = try await over(Damage())
        #expect(answers.allSatisfy { $0.status == 503 && $0.text.contains("the store cannot be read") })
        #expect(answers.allSatisfy { !$0.text.contains("plant.sqlite") })
        #expect(told == ["plant.sqlite: damaged"])
    }
}
