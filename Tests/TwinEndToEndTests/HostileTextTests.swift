import Foundation
import Testing
import TwinTesting

/// Names from outside that hold what a terminal, a spreadsheet or XML would obey.
@Suite("Hostile text")
struct HostileTextTests {
    /// An escape sequence, a bell, C1, turned text, no character at all, and a line of its own.
    private static let escaped = #"\e[31m\a\u009b31m\u202E\u2066\u200F\uFEFF\uFFFE\u2028\nforged: line"#
    private static let raw = "\u{1B}[31m\u{7}\u{9B}31m\u{202E}\u{2066}\u{200F}\u{FEFF}\u{FFFE}\u{2028}"

    /// Nothing but plain letters and line ends; a progress bar has no place where no terminal is.
    private static func isHarmless(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            switch scalar.value {
            case 0x0A: true
            case 0..<0x20, 0x7F...0x9F, 0x200B, 0x200E...0x200F, 0x2028...0x202E, 0x2060...0x206F, 0xFEFF, 0xFFFE,
                0xFFFF:
                false
            default: true
            }
        }
    }

    private static func check(_ ending: Run.Ending, _ what: String) {
        #expect(isHarmless(ending.out), "\(what): standard output")
        #expect(isHarmless(ending.err), "\(what): standard error")
        #expect(!(ending.out + "\n" + ending.err).contains("\nforged"), "\(what): a line of its own")
    }

    @Test func `Names in a recording come to no terminal, log or table as they are`() async throws {
        try await Scene.play { scene in
            func json(_ text: String) throws -> String {
                String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
            }
            let head = Recording.head.replacing("MARKS", with: "false")
            let lines = try [
                #"{"t":1,"topic":\#(json("v1/sunderland/wind/\(Self.raw)/tele")),"payload":{"power_kw":1}}"#,
                #"{"t":2,"topic":"v1/sunderland/wind/t01/tele","payload":{\#(json(Self.raw)):1}}"#,
                #"{"t":3,"topic":"v1/sunderland/line/final/vehicle","payload":{"event":"line_off","vehicle":\#(json(Self.raw)),"model":\#(json(Self.raw))}}"#,
                #"{"t":4,"topic":"v1/sunderland/wind/t01/status","payload":\#(json(Self.raw))}"#,
                #"{"t":5,"topic":\#(json(Self.raw + "\nforged")),"payload":\#(json(Self.raw))}"#,
                #"{"t":6,"\#(Self.raw)":1}"#,
                #"{"t":61,"topic":"v1/sunderland/clock","payload":{"ts":"2025-06-18T06:01:01Z"}}"#,
            ]
            let file = try scene.write(([head] + lines).joined(separator: "\n") + "\n", to: "a\(Self.raw).jsonl")
            let (store, journal) = (scene.path("s.sqlite"), scene.path("s.journal"))
            for arguments in [
                ["replay", file, "-v", "--store", store, "--journal", journal],
                ["replay", file, "-v", "--log", "json", "--json", "--no-store"], ["topics", file],
                ["topics", file, "--json"], ["validate", file], ["validate", file, "--json"],
                ["import", "--guess", file], ["import", "--out", scene.path("o.jsonl"), file],
                ["report", "--store", store], ["report", "--store", store, "--format", "json"],
                ["alarms", "--store", store], ["alarms", "--store", store, "--json"], ["commands", "--store", store],
                ["journal", "list", journal], ["export", "--store", store, "--list"],
                ["export", "--store", store, "--signal", Self.raw], ["alarms", "--store", store, "--asset", Self.raw],
                ["report", "--store", store, "--period", Self.raw], ["explain", Self.raw, "--store", store],
                ["replay", Self.raw], [Self.raw], ["replay", file, "--mode", Self.raw],
            ] {
                Self.check(try await scene.twin(arguments).ending(), arguments.joined(separator: " ").debugDescription)
            }
        }
    }

    @Test func `Names in YAML come to no terminal and no report as they are, and the report is XML`() async throws {
        try await Scene.play { scene in
            _ = try scene.write(
                try SmallRecording.lines(steps: 5, seed: 7).joined(separator: "\n") + "\n", to: "small.jsonl")
            let good = try scene.write(
                """
                twin: scenario/1
                name: "\(Self.escaped)"
                recording: small.jsonl
                expect:
                  - {kpi: "\(Self.escaped)", between: [0, 1]}
                  - {no_alarm: wind/t05/+}

                """, to: "good.scenario.yaml")
            let bad = try scene.write(
                "twin: scenario/1\nname: x\n\"\(Self.escaped)\": 1\nrecording: \"\(Self.escaped)\"\nexpect: []\n",
                to: "bad.scenario.yaml")
            let report = scene.path("report.xml")
            let run = try await scene.twin("scenario", "run", "-v", good, bad, "--junit", report).ending()
            Self.check(run, "scenario run")
            let xml = try Data(contentsOf: URL(fileURLWithPath: report))
            #expect(Self.isHarmless(String(decoding: xml, as: UTF8.self)))
            let parser = try Tool.find("python3")
            let parsed = Process()
            parsed.executableURL = parser
            parsed.arguments = ["-c", "import sys, xml.dom.minidom as x; x.parse(sys.argv[1])", report]
            try parsed.run()
            parsed.waitUntilExit()
            #expect(parsed.terminationStatus == 0)
            Self.check(try await scene.twin("validate", good, bad).ending(), "validate")
            Self.check(try await scene.twin("scenario", "run", good, bad, "--json").ending(), "scenario run --json")
            // What is there is not written over, and nothing runs before that is said.
            let again = try await scene.twin("scenario", "run", good, "--junit", report).ending()
            #expect(again.code == 73 && again.err.contains("--force") && !again.err.contains("FAILED"))
            #expect(try Data(contentsOf: URL(fileURLWithPath: report)) == xml)
            #expect(try await scene.twin("scenario", "run", good, "--junit", report, "--force").ending().code == 65)
        }
    }

    @Test func `Numbers that are out of the world are refused before anything is done`() async throws {
        try await Scene.play { scene in
            for speed in ["1e-300", "0", "-1", "nan", "inf", "1e9", "fast"] {
                let ending = try await scene.twin("replay", Repository.day, "--speed=\(speed)").ending()
                #expect(ending.code == 2 && ending.err.contains("--speed: write 0.001 to 1,000,000 or max"), "\(speed)")
            }
            let out = scene.path("x.jsonl")
            for (from, length) in [
                ("9999-12-31", "2d"), ("9999-12-31T23:00", "2h"), ("0001-01-01", "1d"), ("1969-12-30", "1d"),
                ("2025-06-18", "99999d"), ("2025-06-18", "-1d"),
            ] {
                let ending = try await scene.twin("simulate", "--out", out, "--from", from, "--for", length).ending()
                #expect(ending.code == 2, "\(from) \(length)")
                #expect(!FileManager.default.fileExists(atPath: out))
            }
            #expect(try await scene.twin("simulate", "--books", "--for", "1d", "--step", "1ms").ending().code == 2)
            #expect(
                try await scene.twin("export", "--list", "--points", "9223372036854775807").ending().code == 2)
        }
    }

    @Test func `A FIFO, a folder and a file beyond its limit are refused as configuration, scenario and mapping`()
        async throws
    {
        try await Scene.play { scene in
            for name in ["a.scenario.yaml", "a.mapping.yaml"] {
                #expect(mkfifo(scene.path(name), 0o600) == 0)
                #expect(try await scene.twin("validate", scene.path(name)).ending().code == 65)
                try FileManager.default.removeItem(atPath: scene.path(name))
                _ = try scene.write("", to: name)
                #expect(truncate(scene.path(name), 6 << 30) == 0)
                let ending = try await scene.twin("validate", scene.path(name)).ending()
                #expect(ending.code == 65 && ending.out.contains("has more than 1048576 bytes"))
            }
            try FileManager.default.copyItem(atPath: Repository.configuration, toPath: scene.path("site"))
            try FileManager.default.removeItem(atPath: scene.path("site/site.yaml"))
            #expect(mkfifo(scene.path("site/site.yaml"), 0o600) == 0)
            #expect(try await scene.twin("validate", scene.path("site")).ending().code == 65)
            let key = try scene.write("secret", to: "key")
            #expect(chmod(key, 0o644) == 0)
            let ending = try await scene.twin(
                "topics", "--broker", "mqtt://u@127.0.0.1:1", "--password-file", key
            ).ending()
            #expect(ending.code == 77 && ending.err.contains("chmod 600 \(key)"))
        }
    }
}
