import Foundation
import Testing
import TwinCore
import TwinTesting

@testable import TwinRuntime
@testable import TwinWeb

@Suite("Commands of operators")
struct CommandActionTests {
    private static let manual = JSON.fields([
        "asset": .string("storage/string-1"), "value": .number(-100), "unit": .string("kW"), "for_s": .number(3600),
    ])

    private func server(_ folder: TemporaryFolder, _ inbox: LiveInbox?) throws -> PageServer {
        var source = try Scenes.source()
        source.inbox = inbox
        return try PageServer(
            source, rules: AccessRules(store: folder.path("plant.sqlite"), users: Scenes.users(folder)))
    }

    @Test("a viewer and an engineer are refused, with the role that it needs; nothing reaches the twin")
    func refused() async throws {
        let (folder, loop) = (try TemporaryFolder(), FakeLoop())
        try await visit(try server(folder, loop.inbox)) { browser in
            for name in ["vera", "emil"] {
                try await browser.login(name)
                for path in ["manual", "pause", "release", "request", "withdraw", "mode"] {
                    let answer = try await browser.post(
                        "/commands/\(path)", path == "manual" ? Self.manual : .fields([:]))
                    #expect(answer.status == 403)
                    #expect(answer.json["error"]?["text"]?.text?.contains("the role operator") == true)
                }
            }
        }
        #expect(loop.words == [])
        let log = try String(contentsOfFile: folder.path("plant.audit.jsonl"), encoding: .utf8)
        #expect(log.contains(#""user":"vera","role":"viewer""#))
        #expect(log.split(separator: "\n").filter { $0.contains("command.manual") && $0.contains("role: ") }.count == 2)
    }

    @Test("an operator's words reach the twin as the command line says them")
    func taken() async throws {
        let (folder, loop) = (try TemporaryFolder(), FakeLoop())
        try await visit(try server(folder, loop.inbox)) { browser in
            try await browser.login("olga")
            let answer = try await browser.post("/commands/manual", Self.manual)
            #expect(answer.status == 200)
            #expect(answer.json == .fields(["answer": .string("taken"), "notes": .array([.string("a note")])]))
            let more: [(String, JSON)] = [
                (
                    "manual",
                    .fields(["asset": .string("gas/paint-ovens"), "value": .string("gas"), "for_s": .number(60)])
                ),
                ("pause", .fields(["asset": .string("storage/string-1"), "for_s": .number(60)])),
                ("release", .fields(["asset": .string("storage/string-1")])),
                (
                    "request",
                    .fields([
                        "id": .string("evening"), "ceiling_kw": .number(26_000), "for_s": .number(7200),
                        "pay_per_mwh": .number(300), "from": .null,
                    ])
                ),
                ("withdraw", .fields(["id": .string("evening")])), ("mode", .fields(["mode": .string("shadow")])),
            ]
            for (path, json) in more {
                #expect(try await browser.post("/commands/\(path)", json).status == 200, "\(path)")
            }
        }
        #expect(
            loop.words == [
                #"{"manual":"storage/string-1","value":-100,"unit":"kW","for_s":3600}"#,
                #"{"manual":"gas/paint-ovens","value":"gas","unit":null,"for_s":60}"#,
                #"{"pause":"storage/string-1","for_s":60}"#, #"{"release":"storage/string-1"}"#,
                #"{"request":"import","id":"evening","value":26000,"unit":"kW","for_s":7200,"pay_per_mwh":300}"#,
                #"{"withdraw":"evening"}"#, "mode shadow",
            ])
        let log = try String(contentsOfFile: folder.path("plant.audit.jsonl"), encoding: .utf8)
        #expect(log.contains(#""what":"command.mode","about":{"mode":"shadow"},"answer":"done"}"#))
    }

    @Test("what the twin refuses, or has already, is said")
    func answers() async throws {
        let folder = try TemporaryFolder()
        for (answer, status, word) in [
            (LiveInbox.Answer.refused("it is too much"), 409, "it is too much"), (.unchanged, 200, "unchanged"),
        ] {
            let loop = FakeLoop(answer)
            try await visit(try server(folder, loop.inbox)) { browser in
                try await browser.login("olga")
                let answer = try await browser.post("/commands/manual", Self.manual)
                #expect(answer.status == status)
                #expect(answer.text.contains(word))
            }
        }
        try await visit(try server(folder, nil)) { browser in
            try await browser.login("olga")
            #expect(try await browser.post("/commands/manual", Self.manual).code == "no_run")
        }
    }

    @Test(
        "what is no command is refused before the twin hears it",
        arguments: [
            #"{"asset":"storage/string-1","value":null,"for_s":60}"#, #"{"value":1,"for_s":60}"#,
            #"{"asset":"storage/string-1","value":1,"unit":"kW"}"#,
            #"{"asset":"storage/string-1","value":1,"for_s":604801}"#,
            #"{"asset":"storage/string-1","value":1,"for_s":0.5}"#, #"{"asset":7,"value":1,"for_s":60}"#,
            #"{"asset":"storage/string-1","value":1,"for_s":60,"fallback":"x"}"#,
        ])
    func bad(text: String) async throws {
        let (folder, loop) = (try TemporaryFolder(), FakeLoop())
        try await visit(try server(folder, loop.inbox)) { browser in
            try await browser.login("olga")
            #expect(try await browser.post("/commands/manual", bytes: Array(text.utf8)).status == 400)
        }
        #expect(loop.words == [])
    }
}

@Suite("The log of what people do")
struct RefusedLogTests {
    @Test("who is refused again and again does not fill the disk, and it says how many were left out")
    func refusals() async throws {
        let folder = try TemporaryFolder()
        let log = AuditLog(folder.path("plant.audit.jsonl")) { _ in }
        func entry(_ ms: Int64, _ about: JSON = .null) -> AuditEntry {
            AuditEntry(
                t: PlantTime(ms: 1_750_000_000_000 + ms), user: "vera", role: .viewer, address: "",
                what: "command.mode",
                about: about, answer: "role: no")
        }
        // 100 at once are kept; of the 400 that follow in the same instant none; a second later one, which tells of them.
        for _ in 0..<500 { await log.tellRefused(entry(0)) }
        await log.tellRefused(entry(1000, .string(String(repeating: "x", count: 4000))))
        let text = try String(contentsOfFile: folder.path("plant.audit.jsonl"), encoding: .utf8)
        let lines = text.split(separator: "\n")
        #expect(lines.count == 101)
        #expect(lines.last?.contains("role: no (400 more refused before this are not kept)") == true)
        #expect(lines.last?.contains("too long to be kept") == true)
    }
}

@Suite("Reins of a replay on pages")
struct ReplayActionTests {
    @Test("an engineer plays, stands, steps and changes the pace")
    func control() async throws {
        var source = try await Scenes.source(Scenes.feed())
        let reins = ReplayReins(speed: 60)
        source.reins = reins
        try await visit(try PageServer(source)) { browser in
            try await browser.get("/alarms")
            func say(_ text: String) async throws -> Int {
                try await browser.post("/replay/control", bytes: Array(text.utf8)).status
            }
            #expect(try await say(#"{"do":"pause"}"#) == 200)
            #expect(reins.state.isPaused)
            #expect(try await say(#"{"do":"speed","speed":600}"#) == 200)
            #expect(reins.state.isPaused && reins.state.speed == 600)
            #expect(try await say(#"{"do":"step","steps":3}"#) == 200)
            #expect(reins.state.steps == 3)
            #expect(try await say(#"{"do":"play"}"#) == 200)
            #expect(!reins.state.isPaused && reins.state.speed == 600)
            #expect(try await say(#"{"do":"play","speed":"max"}"#) == 200)
            #expect(reins.state.speed == nil)
            for bad in [
                #"{"do":"stop"}"#, #"{"do":"speed"}"#, #"{"do":"speed","speed":0}"#, #"{"do":"play","speed":1e300}"#,
                #"{"do":"step","steps":0}"#, #"{"do":"step","steps":1.5}"#, "{}",
            ] { #expect(try await say(bad) == 400, "\(bad)") }
        }
    }

    @Test("a fault is thrown in where it would do something, and else refused with the reason")
    func faults() async throws {
        var source = try await Scenes.source(Scenes.feed())
        let reins = ReplayReins(speed: 60)
        source.reins = reins
        let end = try #require(source.feed?.moment?.outcome.end)
        try await visit(try PageServer(source)) { browser in
            try await browser.get("/alarms")
            func say(_ text: String) async throws -> RouterClient.Answer {
                try await browser.post("/replay/fault", bytes: Array(text.utf8))
            }
            #expect(try await say(#"{"do":"freeze","on":"v1/sunderland/wind/t02/tele","for":"30m"}"#).status == 200)
            #expect(
                reins.takeFaults() == [
                    Fault(verb: .freeze, on: "v1/sunderland/wind/t02/tele", from: end, lasting: .minutes(30))
                ])
            for (text, status, word) in [
                (#"{"do":"melt"}"#, 400, "freeze"), (#"{"do":"freeze","on":"v1/elsewhere/#"}"#, 409, "no topic"),
                (#"{"do":"scale","on":"v1/sunderland/wind/+/tele","key":"powr","by":2}"#, 409, "power_kw"),
                (#"{"do":"trip","on":"wind/t01"}"#, 409, "open recording"),
            ] {
                let answer = try await say(text)
                #expect(answer.status == status, "\(text)")
                #expect(answer.text.contains(word), "\(answer.text)")
            }
            #expect(reins.takeFaults() == [])
        }
    }

    @Test("faults of the plant name what is there")
    func plantFaults() throws {
        let config = try Repository.config()
        func problem(_ verb: Fault.Verb, _ on: String?) -> String? {
            InjectedFault.problem(
                Fault(verb: verb, on: on, from: PlantTime(ms: 0), lasting: nil), config, .closed, heard: [Arrival]())
        }
        #expect(problem(.gridOutage, nil) == nil)
        #expect(problem(.trip, "wind/t01") == nil)
        #expect(problem(.ignoreCommand, "storage/string-1") == nil)
        #expect(problem(.trip, "wind/t0l")?.contains("did you mean") == true)
        #expect(problem(.doesNotLeave, "wind/t01")?.contains("neither a yard nor a bay") == true)
    }
}
