import Foundation
import Testing
import TwinCore
import TwinTesting

/// `twin study` as a person types it.
@Suite
struct StudyTests {
    @Test func `A study of a day prints one object, the same twice, and draws what was asked for`() async throws {
        try await Scene.play { scene in
            let arguments = ["study", "dispatch", "--from", "2025-07-08", "--for", "1d", "--step", "30m", "--json"]
            let printed = try await scene.twin(arguments).success()
            let json = try JSONReader.read(Array(printed.utf8))
            #expect(json["schema"]?.text == "dispatch-study/1")
            for name in ["none", "rules", "optimiser", "perfect"] {
                for key in ["kg_per_vehicle", "cost", "peak_kw", "cycles", "regret_pct"] {
                    #expect(json.at("cases.\(name).\(key)")?.double != nil, "\(name) \(key)")
                }
            }
            #expect(try await scene.twin(arguments).success() == printed)

            let picture = scene.path("pareto.svg")
            let text = try await scene.twin(
                "study", "dispatch", "--from", "2025-07-08", "--for", "1d", "--step", "30m", "--case", "none",
                "--pareto",
                "--out", picture, environment: ["COLUMNS": "80"]
            ).success()
            #expect(text.split(separator: "\n").filter { $0.count > 80 } == [])
            #expect(try String(contentsOfFile: picture, encoding: .utf8).hasPrefix("<svg xmlns="))
        }
    }

    @Test func `Without the solver a study ends with 69, and a replay goes on by the rules with an alarm`() async throws
    {
        try await Scene.play { scene in
            // The loader finds this first, and it is no library.
            let bare = ["LD_LIBRARY_PATH": scene.path("")]
            _ = try scene.write("", to: "libCbcSolver.so.3")
            let ending = try await scene.twin(
                ["study", "dispatch", "--from", "2025-07-08", "--for", "1d"], environment: bare
            ).ending()
            #expect(ending.code == 69 && ending.out.isEmpty)
            #expect(ending.err.contains("install the Debian package: apt-get install coinor-libcbc3"))
            let printed = try await scene.twin(
                ["replay", Repository.day, "--loop", "closed", "--json", "-q"], environment: bare
            ).success()
            let json = try Summary.one(in: printed)
            #expect(json.at("alarms.solver")?.integer == 1)
            #expect(json.at("commands.expired")?.integer == 0 && json.at("commands.issued")?.integer ?? 0 > 1000)
        }
    }

    @Test func `Ctrl-C in the middle of a search ends a study with 130`() async throws {
        try await Scene.play { scene in
            let run = try scene.twin(["study", "dispatch", "--from", "2025-07-08", "--for", "28d", "--json"])
            // Plans are solved all the time; the solver has a way of its own with signals.
            try await Task.sleep(for: .seconds(3))
            run.signal(SIGINT)
            let ending = try await run.ending(within: .seconds(90))
            #expect(ending.code == 130 && ending.out.isEmpty)
        }
    }

    @Test func `What cannot be studied is refused before it takes minutes`() async throws {
        try await Scene.play { scene in
            let refused: [([String], Int32, String)] = [
                (["--step", "7m"], 2, "does not divide"), (["--for", "5h"], 2, "not whole days"),
                (["--out", "a.svg"], 2, "--pareto"), (["--from", "spring"], 2, "spring"),
                (["--case", "best"], 2, "best"), (["--pareto", "--out", scene.path("no/a.svg")], 73, "a.svg"),
            ]
            for (arguments, code, word) in refused {
                let ending = try await scene.twin(["study", "dispatch"] + arguments).ending()
                #expect(ending.code == code && ending.err.contains(word), "\(arguments) \(ending.err)")
                #expect(ending.out.isEmpty)
            }
        }
    }
}
