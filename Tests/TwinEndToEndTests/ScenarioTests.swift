import Foundation
import Testing
import TwinCore
import TwinTesting

/// `twin scenario run` over whole days.
@Suite(.serialized)
struct ScenarioTests {
    private static func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: Repository.scenarios)
            .filter { $0.hasSuffix(".scenario.yaml") }.sorted().map { "\(Repository.scenarios)/\($0)" }
    }

    @Test func `Every expectation of the shipped scenarios holds, figures of the whole day included`() async throws {
        try await Scene.play { scene in
            let files = try Self.files()
            #expect(files.count >= 12)
            // Two at a time, one for each core of a small machine.
            let halves = [files.indices.filter { $0 % 2 == 0 }, files.indices.filter { $0 % 2 == 1 }]
            let runs = try halves.map { half in
                try scene.twin(["scenario", "run", "--json", "-q"] + half.map { files[$0] })
            }
            var seen: [String] = []
            for run in runs {
                let ending = try await run.ending(within: .seconds(300))
                let json = try JSONReader.read(Array(ending.out.utf8.dropLast()))
                #expect(json["schema"]?.text == "scenarios/1")
                for scenario in json["scenarios"]?.items ?? [] {
                    seen.append(try #require(scenario["file"]?.text))
                    let verdicts = scenario["expectations"]?.items ?? []
                    #expect(!verdicts.isEmpty)
                    let failed = verdicts.filter { $0["passed"]?.bool != true }
                    #expect(failed.compactMap { $0["sentence"]?.text } == [])
                }
                #expect(ending.code == 0)
            }
            #expect(seen.sorted() == files)
        }
    }

    @Test func `A scenario without its fault ends with 1, names what failed and leaves it in the report`() async throws
    {
        try await Scene.play { scene in
            let shipped = "\(Repository.scenarios)/turbine-trips.scenario.yaml"
            let text = try String(contentsOfFile: shipped, encoding: .utf8)
                .replacing("../sunderland-day", with: "sunderland-day")
                .replacing("on: wind/t04", with: "on: wind/t05")
            let file = try scene.write(text, to: "other.scenario.yaml")
            try FileManager.default.copyItem(atPath: Repository.day, toPath: scene.path("sunderland-day.jsonl.gz"))
            let report = scene.path("report.xml")
            let ending = try await scene.twin("scenario", "run", file, "--junit", report).ending()
            #expect(ending.code == 1)
            #expect(ending.err.contains("expected alarm wind/t04/trip"))
            let xml = try String(contentsOfFile: report, encoding: .utf8)
            #expect(xml.contains("tests=\"3\" failures=\"2\""))
        }
    }
}
