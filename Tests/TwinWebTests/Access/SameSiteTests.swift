import HTTPTypes
import Hummingbird
import Testing
import TwinCore
import TwinTesting

@testable import TwinWeb

@Suite("Same site")
struct SameSiteTests {
    private static let change = JSON.fields(["do": .string("pause")])

    /// Nothing is replayed, so a change that is let through is refused for that.
    private func check(_ name: String, _ value: String, _ expected: Int) async throws {
        try await visit(try PageServer(Scenes.source())) { browser in
            try await browser.get("/alarms")
            if let name = HTTPField.Name(name) { browser.headers[name] = value }
            let answer = try await browser.post("/replay/control", Self.change)
            #expect(answer.status == expected, "\(name): \(value): \(answer.text)")
        }
    }

    @Test("a change that another site asks for is refused")
    func origins() async throws {
        for origin in ["http://localhost", "http://LOCALHOST:80"] { try await check("Origin", origin, 409) }
        for origin in [
            "http://evil.example", "null", "", "http://localhost:81", "http://localhost.evil.example", "localhost",
        ] {
            try await check("Origin", origin, 403)
        }
        for site in ["same-origin", "none"] { try await check("Sec-Fetch-Site", site, 409) }
        for site in ["cross-site", "same-site", "", "x"] { try await check("Sec-Fetch-Site", site, 403) }
    }

    @Test("a change needs the token of a page that was loaded, and JSON")
    func token() async throws {
        try await visit(try PageServer(Scenes.source())) { browser in
            let page = try await browser.get("/alarms")
            #expect(page.headers[values: .setCookie].filter { $0.hasPrefix("twin_visit=") }.count == 1)
            let (token, visit) = (try #require(browser.token), try #require(browser.cookies["twin_visit"]))
            #expect(token != visit)
            #expect(try await browser.post("/replay/control", Self.change).code == "no_replay")
            for wrong in [nil, "", "0", String(token.dropLast()) + "x", String(repeating: "0", count: 64), visit] {
                browser.token = wrong
                #expect(try await browser.post("/replay/control", Self.change).code == "csrf", "\(wrong ?? "none")")
            }
            browser.token = token
            browser.headers[.contentType] = "text/plain"
            #expect(try await browser.post("/replay/control", Self.change).status == 415)
            browser.headers[.contentType] = nil
            // Another browser's token.
            browser.cookies["twin_visit"] = String(repeating: "a", count: 64)
            #expect(try await browser.post("/replay/control", Self.change).code == "csrf")
            browser.cookies = [:]
            #expect(try await browser.post("/replay/control", Self.change).code == "csrf")
        }
    }

    @Test("the token of a session dies with it")
    func bound() async throws {
        let folder = try TemporaryFolder()
        let server = try PageServer(Scenes.source(), rules: AccessRules(users: Scenes.users(folder)))
        try await visit(server) { browser in
            try await browser.get("/login")
            let before = browser.token
            try await browser.login("emil")
            let during = browser.token
            #expect(before != during)
            browser.token = before
            #expect(try await browser.post("/replay/control", Self.change).code == "csrf")
            browser.token = during
            #expect(try await browser.post("/replay/control", Self.change).code == "no_replay")
        }
    }

    @Test("other names than its own are not answered")
    func hosts() async throws {
        #expect(HostCheck.name("[::1]:8080") == "[::1]")
        #expect(HostCheck.name("::1") == "[::1]")
        #expect(HostCheck.name("Twin.Example:443") == "twin.example")
        var rules = AccessRules()
        rules.hosts = ["twin.example"]
        let server = try PageServer(Scenes.source(), rules: rules)
        // The router's test has the name localhost; the check itself is asked for others.
        let check = HostCheck(rules.hosts + ["10.1.2.3"])
        for (name, isOwn) in [
            ("localhost:1", true), ("127.0.0.1:8080", true), ("[::1]", true), ("twin.example", true),
            ("10.1.2.3:80", true),
            ("evil.example", false), ("localhost.evil.example", false), ("", false), ("10.1.2.30", false),
            ("[::2]", false),
        ] { #expect(check.answers(name) == isOwn, "\(name)") }
        #expect(!check.answers(nil))
        try await visit(server) { browser in
            let status = try await browser.get("/healthz").status
            #expect(status == 200)
        }
    }

    @Test("bodies that are too large, no JSON, too deep or of other keys are refused")
    func bodies() async throws {
        try await visit(try PageServer(Scenes.source())) { browser in
            try await browser.get("/alarms")
            func status(_ text: String) async throws -> Int {
                try await browser.post("/replay/control", bytes: Array(text.utf8)).status
            }
            #expect(try await status("{") == 400)
            #expect(try await status("[]") == 400)
            #expect(try await status(#"{"do":"pause","do":"play"}"#) == 400)
            #expect(try await status(#"{"do":"pause","<b>":1}"#) == 400)
            #expect(try await status(String(repeating: "[", count: 100_000)) == 400)
            #expect(try await status("\"" + String(repeating: "a", count: 1 << 20) + "\"") == 413)
        }
    }
}
