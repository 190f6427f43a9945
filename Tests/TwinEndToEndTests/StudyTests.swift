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
