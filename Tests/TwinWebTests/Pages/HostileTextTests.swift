import Foundation
import HTTPTypes
import Testing
import TwinConfiguration
import TwinCore
import TwinStore
import TwinTesting

@testable import TwinRuntime
@testable import TwinWeb

/// What comes from outside as text stays text: in the frame of a page, and in its data.
@Suite("Hostile text on pages")
struct HostileTextTests {
    private static let hostile = "</title><script>alert(1)</script><img src=x onerror=alert(1)>\"'\u{202E}\u{1B}[2J"

    @Test("a site's name, a user's name and a path are text in the frame", arguments: ["alarms", "commands", "login"])
    func frame(name: String) throws {
        let page = try #require(Pages.all.first { $0.name == name })
        var config = try Repository.config()
        config.name = Self.hostile
        let html = PageShell.html(
            page, path: [Self.hostile], source: PageSource(config: config, build: ""), isLive: true,
            visitor: Visitor(name: Self.hostile, role: .viewer), csrf: Self.hostile, isGuarded: true)
        #expect(!html.contains("<script>alert"))
        #expect(!html.contains("<img"))
        #expect(!html.contains("\u{1B}") && !html.contains("\u{202E}"))
        // What stands in an attribute ends where we end it.
        #expect(html.matches(of: /<meta name="csrf" content="[^"]*">/).count == 1)
    }

    @Test("payloads, causes and comments of a hostile plant are JSON texts that no terminal obeys")
    func data() async throws {
        let (folder, feed) = (try TemporaryFolder(), LiveFeed())
        let lines = try SmallRecording.lines() + []
        let seen = Outcomes()
        let store = try openStore(folder.path("plant.sqlite"))
        _ = try await replay(lines: lines, store: store) { options in
            options.watcher = feed
            options.onTick = { outcome, _ in
                seen.add(outcome)
                return true
            }
        }
        let outcome = try #require(seen.all.last)
        var moment = try #require(feed.moment)
        feed.hear(
            [Arrival(t: outcome.end, topic: "v1/sunderland/wind/t01/tele", payload: Array(Self.hostile.utf8))], outcome)
        moment.alarms = [
            PlantMoment.Standing(path: "wind/t01/stale", since: outcome.from, cause: Self.hostile),
            PlantMoment.Standing(path: "wind/\(Self.hostile)/stale", since: outcome.from, cause: Self.hostile),
        ]
        moment.config.name = Self.hostile
        feed.see(moment)
        var source = try Scenes.source(feed)
        source.store = { store }
        try await visit(try PageServer(source)) { browser in
            for path in ["/alarms", "/commands", "/login"] {
                let page = try await browser.get(path)
                #expect(page.status == 200)
                #expect(!page.text.contains("<script>alert"), "\(path)")
                #expect(page.headers[.contentSecurityPolicy]?.contains("script-src 'self'") == true)
                let data = try await browser.get("\(path).json")
                #expect(data.status == 200, "\(data.text)")
                #expect(data.headers[.contentType] == "application/json; charset=utf-8")
                #expect(data.headers[.xContentTypeOptions] == "nosniff")
                #expect(!data.text.contains("\u{1B}") && !data.text.contains("\u{202E}"), "\(path)")
            }
            let alarms = try await browser.get("/alarms.json").json
            let mine = alarms["alarms"]?.items?.first { $0["path"]?.text == "wind/t01/stale" }
            #expect(mine?["messages"]?.items?.first?["payload"]?.text?.hasPrefix("</title><script>") == true)
            #expect(mine?["values"]?.items?.isEmpty == false)
            let commands = try await browser.get("/commands.json?days=366&asset=storage/string-1").json
            #expect(commands["commands"]?.items?.allSatisfy { $0["asset"]?.text == "storage/string-1" } == true)
            for query in ["asset=%3Cscript%3E", "asset=a", "asset=wind/%00"] {
                #expect(try await browser.get("/commands.json?\(query)").status == 400, "\(query)")
            }
            for query in ["days=-1", "days=0", "days=1e9", "days=%3Cb%3E", "days=9223372036854775807"] {
                for page in ["alarms", "commands"] {
                    let answer = try await browser.get("/\(page).json?\(query)")
                    #expect(answer.status == 400 && answer.text.contains("is not in 1 to 366"), "\(query)")
                }
            }
        }
    }
}
