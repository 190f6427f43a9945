import Foundation
import Glibc
import Testing
import TwinCore
import TwinTesting

/// Every failure has its exit code, and a sentence on standard error that names what is wrong.
@Suite(.serialized)
struct ExitCodeTests {
    /// A call that must fail.
    struct Wrong: Sendable, CustomTestStringConvertible {
        var arguments: [String]
        var code: Int32
        var named: String

        var testDescription: String { arguments.joined(separator: " ") }

        init(_ arguments: String..., code: Int32, named: String) {
            self.arguments = arguments
            self.code = code
            self.named = named
        }
    }

    static let wrongs = [
        Wrong("replay", "no-such.jsonl", code: 66, named: "no-such.jsonl"),
        Wrong("report", "--store", "/nowhere/no-such.sqlite", code: 66, named: "/nowhere/no-such.sqlite"),
        Wrong("validate", "no-such.scenario.yaml", code: 66, named: "no-such.scenario.yaml"),
        Wrong("replay", Repository.day, "--config", "no-such-config", code: 66, named: "no-such-config"),
        Wrong("replay", Repository.day, "--store", "/nowhere/day.sqlite", code: 73, named: "/nowhere"),
        Wrong("replay", Repository.day, "--store", "/proc/day.sqlite", code: 73, named: "/proc/day.sqlite"),
        Wrong("simulate", "--out", "/nowhere/day.jsonl", "--for", "1h", code: 73, named: "/nowhere"),
        Wrong("replay", Repository.day, "--bogus", code: 2, named: "--bogus"),
        Wrong("replay", Repository.day, "--speed", "0", code: 2, named: "0"),
        Wrong("replay", Repository.day, "--loop", "round", code: 2, named: "round"),
        Wrong("frobnicate", code: 2, named: "frobnicate"),
        Wrong("run", code: 2, named: "--broker"),
        Wrong("run", "--broker", "mqtt://127.0.0.1", "--for", "soon", code: 2, named: "soon"),
        Wrong("simulate", "--broker", "mqtt://127.0.0.1", "--speed", "max", code: 2, named: "--speed max"),
        Wrong("simulate", "--out", "day.jsonl", "--for", "1h", "--from", "noon", code: 2, named: "noon"),
        Wrong("simulate", "--history", code: 2, named: "--store years.sqlite"),
        Wrong("simulate", "--history", "--store", "a.sqlite", "--for", "1d", code: 2, named: "--for"),
        Wrong(
            "simulate", "--history", "--store", "a.sqlite", "--config", Repository.configuration, code: 78,
            named: "has no history.yaml"),
        Wrong("record", "--broker", "mqtt://127.0.0.1", code: 2, named: "--out"),
        Wrong("record", "--broker", "mqtt://127.0.0.1", "--out", "-", code: 2, named: "--out"),
        Wrong("record", "--broker", "mqtt://127.0.0.1", "--out", "/nowhere/a.jsonl", code: 73, named: "/nowhere"),
        Wrong(
            "record", "--broker", "mqtt://127.0.0.1", "--out", "a.jsonl", "--filter", "v1/#/a", code: 2,
            named: "v1/#/a"),
        Wrong("report", "--format", "csv", "--json", code: 2, named: "--json"),
        Wrong("report", "--format", "xls", code: 2, named: "xls"),
        Wrong("idle", "--cusum", "--register", code: 2, named: "--register"),
        Wrong("idle", "--reference", "2024", code: 2, named: "--cusum"),
        Wrong("baseline", "--store", "/nowhere/no-such.sqlite", code: 66, named: "/nowhere/no-such.sqlite"),
        Wrong("export", code: 2, named: "--signal"),
        Wrong("export", "--list", "--account", "gas", code: 2, named: "--account"),
        Wrong("export", "--account", "gas", "--period", "2025", "--to", "2026-01-01", code: 2, named: "--period"),
        Wrong("export", "--account", "gas", "--points", "1", code: 2, named: "--points 1"),
        Wrong("simulate", "--out", "a.jsonl", "--for", "1h", "--store", "a.sqlite", code: 2, named: "--store"),
        Wrong("serve", "--listen", "0.0.0.0:0", "--store", "none.sqlite", code: 78, named: "twin user add"),
        Wrong("serve", "--behind-tls", "--store", "none.sqlite", code: 78, named: "twin user add"),
        Wrong("user", "add", "Anna", "--role", "viewer", code: 2, named: "Anna"),
        Wrong(
            "user", "add", "anna", "--role", "viewer", "--password-file", "/nowhere/p", code: 66, named: "/nowhere/p"),
        Wrong("user", "list", "--users", "/nowhere/a.users", code: 66, named: "/nowhere/a.users"),
    ]

    @Test(arguments: ExitCodeTests.wrongs)
    func `A wrong call ends with its code and names the cause`(wrong: Wrong) async throws {
        try await Scene.play { scene in
            let ending = try await scene.twin(wrong.arguments).ending()
            #expect(ending.code == wrong.code, "\(ending.err)")
            #expect(ending.err.contains(wrong.named), "\(ending.err)")
            #expect(ending.out.isEmpty)
        }
    }

    static let questions = [
        ["--help"], ["help"], ["run", "--help"], ["replay", "-h"], ["scenario", "run", "--help"], ["--version"],
    ]

    @Test(arguments: ExitCodeTests.questions)
    func `Help and version go to standard output`(arguments: [String]) async throws {
        try await Scene.play { scene in
            let ending = try await scene.twin(arguments).ending()
            #expect(ending.code == 0)
            #expect(!ending.out.isEmpty)
            #expect(ending.err.isEmpty)
        }
    }

    static let commands = [
        [], ["run"], ["serve"], ["replay"], ["scenario"], ["scenario", "run"], ["simulate"], ["record"], ["import"],
        ["report"],
        ["explain"], ["alarms"], ["commands"], ["init"], ["export"], ["validate"], ["journal"], ["journal", "list"],
        ["journal", "verify"],
        ["journal", "archive"], ["reload"], ["manual"], ["pause"], ["release"], ["request"], ["withdraw"], ["topics"],
        ["compare"], ["verify"],
        ["idle"], ["baseline"], ["passports"], ["study"], ["study", "dispatch"],
        ["serve"], ["user"], ["user", "add"], ["user", "list"], ["user", "remove"],
    ]

    @Test(arguments: ExitCodeTests.commands)
    func `The help of every command begins with an example, in 80 columns`(command: [String]) async throws {
        try await Scene.play { scene in
            let help = try await scene.twin(command + ["--help"], environment: ["COLUMNS": "80"]).success()
            let lines = help.split(separator: "\n", omittingEmptySubsequences: false)
            let title = try #require(lines.firstIndex { $0 == "EXAMPLE" || $0 == "EXAMPLES" })
            let usage = try #require(lines.firstIndex { $0.hasPrefix("USAGE:") })
            #expect(title < usage)
            // An example that was wrapped would go on in the first column, and could not be pasted.
            let examples = lines[(title + 1)...].prefix { !$0.isEmpty }
            #expect(examples.first?.hasPrefix("  twin \(command.joined(separator: " "))") == true)
            #expect(examples.allSatisfy { $0.hasPrefix("  ") })
            #expect(lines.filter { $0.count > 80 } == [])
            // Every command is in this list: its parent's help names it.
            let named = lines.drop { $0 != "SUBCOMMANDS:" }.dropFirst().prefix { !$0.isEmpty }
                // A comma parts a name from another that it has.
                .compactMap { $0.hasPrefix("   ") ? nil : $0.split { " ,".contains($0) }.first.map(String.init) }
            for name in named { #expect(ExitCodeTests.commands.contains(command + [name]), "\(name)") }
        }
    }

    @Test func `No broker, and one that never answers, end with 69 and the address`() async throws {
        try await Scene.play { scene in
            let port = try Loopback.freePort()
            let silent = try SilentListener()
            let names = ["127.0.0.1:\(port)", "127.0.0.1:\(silent.port)"]
            let runs = try names.flatMap { name in
                [
                    try scene.twin("run", "--broker", "mqtt://\(name)", "--store", scene.path("\(name).sqlite")),
                    try scene.twin("simulate", "--broker", "mqtt://\(name)", "--for", "1m"),
                ]
            }
            for (index, run) in runs.enumerated() {
                let ending = try await run.ending(within: .seconds(30))
                #expect(ending.code == 69, "\(ending.err)")
                #expect(ending.err.contains(names[index / 2]), "\(ending.err)")
                #expect(ending.seconds < (index < 2 ? 10 : 14))
                #expect(ending.out.isEmpty)
            }
            withExtendedLifetime(silent) {}
        }
    }

    @Test func `An interrupted replay ends with 130 and the summary of what it did`() async throws {
        try await Scene.play { scene in
            let replay = try scene.twin(
                "replay", Repository.day, "--json", "--speed", "30000", "--journal", scene.path("part"))
            try await replay.wait("first ticks on disk") { try Journal.ticks(scene.path("part")) > 0 }
            replay.signal(SIGINT)
            let ending = try await replay.ending()
            #expect(ending.code == 130, "\(ending.err)")
            let summary = try Summary.one(in: ending.out)
            #expect((1..<1440).contains(summary.count("steps")))
            #expect(try await scene.replay(scene.path("part")).digest == summary.digest)
        }
    }
}
