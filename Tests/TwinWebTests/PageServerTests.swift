import HTTPTypes
import Testing
import TwinConfiguration
import TwinCore
import TwinTesting

@testable import TwinWeb

@Suite("Page server")
struct PageServerTests {
    /// Asks the routes without a socket.
    private func get(_ path: String, _ source: PageSource) async throws -> RouterClient.Answer {
        try await PageServer(source).ask(path)
    }

    @Test("every page and its data is there, and carries what protects it")
    func pages() async throws {
        let source = try await Played.small.value.source
        let policy = try #require(HTTPField.Name("Content-Security-Policy"))
        for page in Pages.all where page.isListed(in: source) {
            for path in ["/\(page.name)", "/\(page.name).json"] {
                let answer = try await get(path, source)
                #expect(answer.status == 200, "\(path): \(answer.text.prefix(300))")
                #expect(answer.headers[policy] == SafeHeaders.policy)
                #expect(answer.headers[.xContentTypeOptions] == "nosniff")
                if path.hasSuffix(".json") {
                    #expect((try? JSONReader.read(Array(answer.text.utf8))) != nil, "\(path)")
                }
            }
        }
    }

    @Test("the policy lets no script stand in a page, and no page stand in another")
    func policy() {
        #expect(
            SafeHeaders.policy.contains("script-src 'self'") && SafeHeaders.policy.contains("frame-ancestors 'none'"))
        #expect(!SafeHeaders.policy.contains("unsafe"))
    }

    @Test(
        "what is not there is one shape of error, without a path or a statement in it",
        arguments: [
            "/nothing", "/nothing.json", "/files/nothing.js", "/files/..%2f..%2fetc%2fpasswd",
            "/overview/../../etc/passwd",
        ])
    func nothing(path: String) async throws {
        let answer = try await get(path, try await Played.small.value.source)
        #expect(answer.status == 404 || answer.status == 200 && path.hasPrefix("/overview"))
        #expect(!answer.text.contains("root:") && !answer.text.contains("/usr/"))
    }

    @Test("a store without a run says so")
    func empty() async throws {
        let config = try Repository.config()
        let answer = try await get("/overview.json", PageSource(config: config, build: "test"))
        #expect(answer.status == 503 && answer.code == "unavailable")
    }

    @Test("a hostile site name is text in every page")
    func hostile() async throws {
        var config = try Repository.config()
        config.name = "</title><script>alert(1)</script>\u{202E}\"' onload=x"
        let source = PageSource(config: config, build: "test")
        for page in Pages.all {
            let text = try await get("/\(page.name)", source).text
            #expect(!text.contains("<script>alert") && !text.contains("\u{202E}"), "\(page.name)")
        }
    }
}
