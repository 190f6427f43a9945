import HTTPTypes
import Testing
import TwinConfiguration
import TwinCore
import TwinTesting

@testable import TwinWeb

@Suite("Addresses and methods")
struct AddressesTests {
    private static let html = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

    @Test("a browser that looks for a page that is not there gets one that says so, with the way to the others")
    func missingPage() async throws {
        try await visit(try PageServer(Scenes.source())) { browser in
            browser.headers[.accept] = Self.html
            for path in ["/nonsense", "/nonsense/<script>alert(1)</script>", "/logins"] {
                let answer = try await browser.get(path)
                #expect(answer.status == 404, "\(path)")
                #expect(answer.headers[.contentType] == "text/html; charset=utf-8")
                #expect(answer.text.contains("<h1>There is no such page</h1>"))
                #expect(answer.text.contains("<a href=\"/energy\">"))
                #expect(answer.text.contains("begin with <a href=\"/\">Overview</a>"))
                // No module of that name is there, and no data.
                #expect(!answer.text.contains("missing.js") && !answer.text.contains("aria-busy"))
                #expect(!answer.text.contains("<script>alert"))
            }
            #expect(try await browser.get("/nonsense").text.contains("<code>/nonsense</code>"))
            for path in ["/nonsense.json", "/files/nonsense.js"] {
                #expect(try await browser.get(path).code == "not_found", "\(path)")
            }
            browser.headers[.accept] = "application/json"
            #expect(try await browser.get("/nonsense").code == "not_found")
            browser.headers[.accept] = nil
            #expect(try await browser.get("/nonsense").code == "not_found")
        }
    }

    @Test("a method that an address does not take is answered with those that it does, and nothing is done")
    func methods() async throws {
        let loop = FakeLoop()
        var source = try Scenes.source()
        source.inbox = loop.inbox
        let server = try PageServer(source)
        let known = [
            ("/", "GET, HEAD"), ("/energy", "GET, HEAD"), ("/energy.json", "GET, HEAD"), ("/healthz", "GET, HEAD"),
            ("/files/page.js", "GET, HEAD"), ("/asset/wind/t01", "GET, HEAD"), ("/co2/report.csv", "GET, HEAD"),
            ("/commands/manual", "GET, HEAD, POST"), ("/logout", "POST"), ("/login", "GET, HEAD, POST"),
        ]
        for method in [HTTPRequest.Method.put, .delete, .patch, .options, .trace] {
            for (path, allowed) in known {
                let answer = try await server.ask(path, method: method)
                #expect(answer.status == 405, "\(method) \(path): \(answer.text)")
                #expect(answer.headers[.allow] == allowed, "\(method) \(path)")
                #expect(try JSONReader.read(Array(answer.text.utf8))["error"]?["code"]?.text == "method")
            }
            for path in ["/nonsense", "/files", "/files/a/b", "/nonsense.json"] {
                #expect(try await server.ask(path, method: method).status == 404, "\(method) \(path)")
            }
        }
        #expect(try await server.ask("/energy", method: .post).status == 405)
        #expect(try await server.ask("/logout").status == 405)
        #expect(try await server.ask("/nonsense", method: .post).status == 404)
        // A change still needs the token of a page.
        #expect(try await server.ask("/commands/manual", method: .post, body: "{}").status == 403)
        #expect(loop.words == [])
    }

    @Test("another site, and who must log in first, are told that before anything of a method")
    func guarded() async throws {
        let folder = try TemporaryFolder()
        let server = try PageServer(Scenes.source(), rules: AccessRules(users: Scenes.users(folder)))
        #expect(try await server.ask("/energy", method: .put).status == 401)
        #expect(try await server.ask("/nonsense", method: .delete).status == 401)
        let site = try #require(HTTPField.Name("Sec-Fetch-Site"))
        let open = try PageServer(Scenes.source())
        #expect(try await open.ask("/energy", method: .put, headers: [site: "cross-site"]).status == 403)
    }

    @Test("before the first step data say when to come again, and what never comes says no time")
    func notYet() async throws {
        let config = try Repository.config()
        let server = try PageServer(PageSource(config: config, build: "test", feed: LiveFeed()))
        for path in ["/live.json", "/data.json", "/plan.json", "/overview.json", "/energy.json"] {
            let answer = try await server.ask(path)
            #expect(answer.status == 503, "\(path)")
            #expect(answer.headers[.retryAfter] == "\(config.stepS)", "\(path)")
            #expect(answer.text.contains("no step was closed yet; ask again in \(config.stepS) s"), "\(answer.text)")
        }
        let alone = try PageServer(PageSource(config: config, build: "test"))
        for path in ["/data.json", "/plan.json", "/energy.json"] {
            let answer = try await alone.ask(path)
            #expect(answer.status == 503 && answer.headers[.retryAfter] == nil, "\(path)")
        }
    }
}
