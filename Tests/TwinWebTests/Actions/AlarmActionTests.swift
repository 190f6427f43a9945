import Foundation
import Testing
import TwinConfiguration
import TwinCore
import TwinTesting

@testable import TwinRuntime
@testable import TwinWeb

@Suite("Alarms on pages")
struct AlarmActionTests {
    private static let path = "wind/t01/stale"

    private func server(_ folder: TemporaryFolder, _ feed: LiveFeed) throws -> PageServer {
        try PageServer(
            Scenes.source(feed), rules: AccessRules(store: folder.path("plant.sqlite"), users: Scenes.users(folder)))
    }

    private static func alarm(_ json: JSON) -> JSON? {
        json["alarms"]?.items?.first { $0["path"]?.text == path }
    }

    @Test("an acknowledgement holds for one raising, is shown at once, and survives a new start")
    func acknowledge() async throws {
        let (folder, feed) = (try TemporaryFolder(), try await Scenes.feed())
        let body = JSON.fields(["path": .string(Self.path), "comment": .string("seen\u{202E} <b>it</b>")])
        try await visit(try server(folder, feed)) { browser in
            try await browser.login("vera")
            #expect(try await browser.post("/alarms/acknowledge", body).status == 403)
            let before = try await browser.get("/alarms.json").json
            #expect(Self.alarm(before)?["acknowledged"] == .null)
            #expect(Self.alarm(before)?["state"]?.text == "active")
            #expect(before["may"]?["acknowledge"] == .bool(false))
            try await browser.login("emil")
            #expect(
                try await browser.post("/alarms/acknowledge", .fields(["path": .string("wind/t02/stale")])).status
                    == 404)
            #expect(try await browser.post("/alarms/acknowledge", body).status == 200)
        }
        // The strip of every page hears of it without a new step.
        let snapshot = try JSONReader.read(try #require(feed.snapshot))
        #expect(Self.alarm(snapshot)?["acknowledged"] == .bool(true))
        let again = try await Scenes.feed()
        try await visit(try server(folder, again)) { browser in
            try await browser.login("vera")
            let seen = Self.alarm(try await browser.get("/alarms.json").json)?["acknowledged"]
            #expect(seen?["by"]?.text == "emil")
            #expect(seen?["comment"]?.text == "seen? <b>it</b>")
        }
        // Another raising of the same alarm is another one.
        var deeds = AlarmDeeds()
        AuditLog(folder.path("plant.audit.jsonl")) { _ in }.forEach { deeds.take($0) }
        let since = try #require(again.moment?.alarms.first { $0.path == Self.path }?.since)
        #expect(deeds.acknowledgement(Self.path, since: since) != nil)
        #expect(deeds.acknowledgement(Self.path, since: since + .seconds(60)) == nil)
    }

    @Test("an alarm that is over is still shown, without a store too, until somebody acknowledges it")
    func over() async throws {
        let (folder, feed) = (try TemporaryFolder(), try await Scenes.feed(silentFor: "90m"))
        #expect(feed.moment?.alarms.contains { $0.path == Self.path } == false)
        try await visit(try server(folder, feed)) { browser in
            try await browser.login("emil")
            let page = try await browser.get("/alarms.json").json
            let alarm = try #require(Self.alarm(page))
            #expect(alarm["state"]?.text == "cleared")
            #expect(alarm["until"]?.text != nil)
            let journal = try #require(page["journal"]?.items?.first { $0["path"]?.text == Self.path })
            #expect(journal["from"] == alarm["since"])
            #expect(journal["until"] == alarm["until"])
            #expect((journal["lasted_s"]?.double ?? 0) > 0)
            #expect(
                try await browser.post("/alarms/acknowledge", .fields(["path": .string(Self.path)])).status == 200)
            let after = try await browser.get("/alarms.json").json
            #expect(Self.alarm(after) == nil)
            #expect(after["journal"]?.items?.first { $0["path"]?.text == Self.path }?["acknowledged"] != .null)
        }
    }

    @Test("of two who acknowledge one alarm the first one saw it; a time that is none acknowledges nothing")
    func twice() async throws {
        let (folder, feed) = (try TemporaryFolder(), try await Scenes.feed())
        let server = try server(folder, feed)
        let body = JSON.fields(["path": .string(Self.path), "since": .string("yesterday")])
        try await visit(server) { browser in
            try await browser.login("emil")
            #expect(try await browser.post("/alarms/acknowledge", body).status == 400)
            let alarm = Self.alarm(try await browser.get("/alarms.json").json)
            #expect(alarm?["acknowledged"] == .null)
            #expect(alarm?["advice"]?.text?.contains("when its topic spoke last") == true)
        }
        for (name, word) in [("emil", "taken"), ("olga", "unchanged")] {
            try await visit(server) { browser in
                try await browser.login(name)
                let answer = try await browser.post(
                    "/alarms/acknowledge", .fields(["path": .string(Self.path), "comment": .string(name)]))
                #expect(answer.status == 200 && answer.json["answer"]?.text == word)
                let seen = Self.alarm(try await browser.get("/alarms.json").json)?["acknowledged"]
                #expect(seen?["by"]?.text == "emil" && seen?["comment"]?.text == "emil")
            }
        }
    }

    @Test("a shelved alarm is on the shelf until its time, or until it is taken off")
    func shelve() async throws {
        let (folder, feed) = (try TemporaryFolder(), try await Scenes.feed())
        let now = try #require(feed.moment?.outcome.end)
        @Sendable func shelved() throws -> JSON? {
            Self.alarm(try JSONReader.read(feed.snapshot ?? []))?["shelved_until"]
        }
        try await visit(try server(folder, feed)) { browser in
            try await browser.login("emil")
            func shelve(_ seconds: Int) async throws -> Int {
                try await browser.post(
                    "/alarms/shelve", .fields(["path": .string(Self.path), "for_s": .integer(seconds)])
                ).status
            }
            #expect(try await shelve(86_401) == 400)
            #expect(try await shelve(3600) == 200)
            #expect(try shelved()?.text == (try Repository.config().zone.text(now + .hours(1))))
            #expect(try await shelve(0) == 200)
            #expect(try shelved() == .null)
        }
        var deeds = AlarmDeeds()
        deeds.take(
            AuditEntry(
                t: now, user: nil, role: nil, address: "", what: AuditEntry.shelve,
                about: .fields(["path": .string("a/b/c"), "until": .string(now.rfc3339)]), answer: AuditEntry.done))
        #expect(deeds.shelving("a/b/c", at: now - .seconds(1)) != nil)
        #expect(deeds.shelving("a/b/c", at: now) == nil)
    }

    @Test("what cannot be kept does not hold")
    func fullDisk() async throws {
        let (folder, feed) = (try TemporaryFolder(), try await Scenes.feed())
        let users = try Scenes.users(folder)
        // A folder of that name: nothing can be written there.
        _ = try folder.makeFolder("plant.audit.jsonl")
        let rules = AccessRules(store: folder.path("plant.sqlite"), users: users)
        try await visit(try PageServer(Scenes.source(feed), rules: rules)) { browser in
            try await browser.login("emil")
            let answer = try await browser.post("/alarms/acknowledge", .fields(["path": .string(Self.path)]))
            #expect(answer.status == 503)
            #expect(Self.alarm(try await browser.get("/alarms.json").json)?["acknowledged"] == .null)
        }
    }

    @Test("half a line that a power cut left is passed over, and what follows it is whole")
    func torn() async throws {
        let folder = try TemporaryFolder()
        let entry = AuditEntry(
            t: PlantTime(ms: 0), user: "emil", role: .engineer, address: "::1", what: AuditEntry.acknowledge,
            about: .fields(["path": .string("a/b/c"), "since": .string(PlantTime(ms: 0).rfc3339)]),
            answer: AuditEntry.done)
        try folder.write("log", Array(#"{"t":"2025-06-18T06:00"#.utf8))
        try await AuditLog(folder.path("log")) { _ in }.keep(entry)
        var found: [AuditEntry] = []
        AuditLog(folder.path("log")) { _ in }.forEach { found.append($0) }
        #expect(found == [entry])
    }
}
