import Foundation
import HTTPTypes
import Testing
import TwinCore
import TwinTesting

@testable import TwinWeb

@Suite("Log in")
struct LoginTests {
    private func server(_ folder: TemporaryFolder, _ clock: TestClock = TestClock()) throws -> PageServer {
        var rules = AccessRules(store: folder.path("plant.sqlite"), users: try Scenes.users(folder))
        rules.steadyNow = { clock.now }
        rules.wallNow = { PlantTime(ms: 1_750_226_400_000) }
        return try PageServer(Scenes.source(), rules: rules)
    }

    @Test("who is not logged in is sent to the page, and gets no data")
    func closed() async throws {
        let folder = try TemporaryFolder()
        try await visit(try server(folder)) { browser in
            let page = try await browser.get("/alarms")
            #expect(page.status == 303)
            #expect(page.headers[.location] == "/login?to=/alarms")
            #expect(try await browser.get("/").headers[.location] == "/login?to=/")
            #expect(try await browser.get("/%3Cscript%3E").headers[.location] == "/login?to=/")
            // Whoever asked for a period comes back to it, and nobody is led elsewhere.
            let asked = try await browser.get("/co2?period=2025-06-18&x=%22").headers[.location]
            #expect(asked == "/login?to=/co2%3Fperiod%3D2025%2D06%2D18%26x%3D%2522")
            let data = try await browser.get("/alarms.json")
            #expect(data.status == 401)
            #expect(data.code == "login")
            for path in ["/live", "/live.json"] { #expect(try await browser.get(path).status == 401, "\(path)") }
            for path in ["/login", "/login.json", "/healthz", "/files/page.js"] {
                #expect(try await browser.get(path).status == 200, "\(path)")
            }
            #expect(try await browser.post("/commands/mode", .fields(["mode": .string("off")])).status == 401)
        }
    }

    @Test("with name and password one is in, until one logs out")
    func through() async throws {
        let folder = try TemporaryFolder()
        try await visit(try server(folder)) { browser in
            let answer = try await browser.login("olga")
            #expect(answer.status == 200)
            #expect(answer.json["role"]?.text == "operator")
            let cookie = try #require(answer.headers[values: .setCookie].first { $0.hasPrefix("twin_session=") })
            for word in ["; HttpOnly", "; SameSite=Strict", "; Path=/"] { #expect(cookie.contains(word)) }
            #expect(!cookie.contains("Secure"))
            let page = try await browser.get("/alarms")
            #expect(page.status == 200)
            #expect(page.text.contains("data-role=\"operator\""))
            #expect(page.text.contains("olga, operator"))
            let session = try #require(browser.cookies["twin_session"])
            #expect(try await browser.post("/logout").status == 200)
            #expect(browser.cookies["twin_session"] == nil)
            // The cookie of before is worth nothing.
            browser.cookies["twin_session"] = session
            #expect(try await browser.get("/alarms.json").status == 401)
            // Who had a login is told that it is over.
            #expect(try await browser.get("/alarms").headers[.location] == "/login?to=/alarms&ended=1")
        }
        let log = try String(contentsOfFile: folder.path("plant.audit.jsonl"), encoding: .utf8)
        #expect(
            log.contains(
                #""user":"olga","role":"operator","address":"","what":"login","about":null,"answer":"welcome"}"#))
        #expect(log.contains("\"what\":\"logout\""))
        #expect(!log.contains("secret"))
    }

    @Test("a wrong password, a wrong name and what is no name get one answer, and after five one waits")
    func wrong() async throws {
        let (folder, clock) = (try TemporaryFolder(), TestClock())
        try await visit(try server(folder, clock)) { browser in
            let answers = [
                try await browser.login("olga", "not her secret"), try await browser.login("nobody", "olga-secret"),
                try await browser.login("my-Password!", "x"), try await browser.login("", ""),
            ]
            for answer in answers {
                #expect(answer.status == 403)
                #expect(answer.text == answers[0].text)
                #expect(answer.headers[values: .setCookie].allSatisfy { !$0.hasPrefix("twin_session") })
            }
            #expect(try await browser.login("vera", "wrong as well").status == 403)
            let waits = try await browser.login("olga")
            #expect(waits.status == 429)
            #expect(waits.headers[.retryAfter] == "60")
            clock.go(61)
            #expect(try await browser.login("olga").status == 200)
        }
        let log = try String(contentsOfFile: folder.path("plant.audit.jsonl"), encoding: .utf8)
        #expect(log.split(separator: "\n").filter { $0.contains("login_failed") }.count == 5)
        // Somebody may have typed a password there.
        #expect(!log.contains("my-Password!"))
    }

    @Test("a session ends when nobody asks for half an hour, and at once when its user is removed")
    func ends() async throws {
        let (folder, clock) = (try TemporaryFolder(), TestClock())
        let users = folder.path("plant.users")
        try await visit(try server(folder, clock)) { browser in
            try await browser.login("vera")
            clock.go(1790)
            #expect(try await browser.get("/login.json").json["name"]?.text == "vera")
            clock.go(1801)
            #expect(try await browser.get("/login.json").json["name"] == .null)
            try await browser.login("vera")
            var list = try UserList(path: users)
            _ = list.remove("vera")
            try list.write(to: users)
            #expect(try await browser.get("/alarms.json").status == 401)
        }
    }

    @Test("behind a proxy that ends TLS the cookies are for TLS alone")
    func secure() async throws {
        let folder = try TemporaryFolder()
        var rules = AccessRules(users: try Scenes.users(folder))
        rules.isBehindTLS = true
        try await visit(try PageServer(Scenes.source(), rules: rules)) { browser in
            let page = try await browser.get("/login")
            #expect(page.headers[values: .setCookie].allSatisfy { $0.hasSuffix("; Secure") })
            let answer = try await browser.login("olga")
            #expect(
                answer.headers[values: .setCookie].contains { $0.contains("twin_session=") && $0.hasSuffix("; Secure") }
            )
        }
    }

    @Test(
        "cookies that are none are not there",
        arguments: [
            "twin_session=", "twin_session", "twin_session=abc", "=;;;===", "twin_session=\"><script>alert(1)</script>",
            "twin_session=" + String(repeating: "G", count: 64), "twin_session=" + String(repeating: "a", count: 64),
            String(repeating: "a=b; ", count: 900), "twin_visit=; twin_session= ;twin_session=%00",
        ])
    func garbage(cookie: String) async throws {
        let folder = try TemporaryFolder()
        try await visit(try server(folder)) { browser in
            browser.headers[.cookie] = cookie
            try await browser.get("/healthz")
            #expect(try await browser.get("/alarms.json").status == 401)
            #expect(try await browser.get("/login").status == 200)
            #expect(try await browser.get("/alarms").status == 303)
        }
        #expect(Cookies([.cookie: cookie]).session.map { $0.utf8.count == 64 } ?? true)
    }

    @Test("without a file of users who is at this machine is an engineer")
    func open() async throws {
        try await visit(try PageServer(Scenes.source())) { browser in
            let page = try await browser.get("/alarms")
            #expect(page.status == 200)
            #expect(page.text.contains("data-role=\"engineer\""))
            #expect(!page.text.contains("class=\"who\""))
            #expect(try await browser.get("/login.json").json["must"] == .bool(false))
            #expect(try await browser.post("/login", .fields([:])).code == "no_users")
        }
    }
}
