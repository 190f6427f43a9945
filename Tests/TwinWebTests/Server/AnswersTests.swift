import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Synchronization
import Testing
import TwinTesting

@testable import TwinWeb

@Suite("Answers of the server")
struct AnswersTests {
    private struct Surprise: Error {}

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

    @Test("a fault of ours is told to who runs the server, and not to who asks")
    func fault() async throws {
        let told = Mutex<[String]>([])
        var rules = AccessRules()
        rules.onTrouble = { text in told.withLock { $0.append(text) } }
        let source = PageSource(config: try Repository.config(), build: "test", store: { throw Surprise() })
        let app = Application(router: try PageServer(source, rules: rules).router())
        try await app.test(.router) { client in
            try await client.execute(uri: "/energy.json", method: .get) { response in
                #expect(response.status == .internalServerError)
                #expect(!String(buffer: response.body).contains("Surprise"))
            }
        }
        #expect(told.withLock { $0 }.first?.contains("\"/energy.json\" could not be answered: Surprise()") == true)
    }
}
