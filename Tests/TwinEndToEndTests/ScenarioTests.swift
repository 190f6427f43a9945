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
            #expect(xml.contains("tests=\"3\" failures=\"2\" errors=\"0\""))
            #expect(
                xml.contains(
                    "<testcase name=\"alarm: wind/t04/trip, after: 14:00, within: 3m, clears_by: 15:05\""
                        + " classname=\"other\"><failure"))
            // The line that reproduces it does.
            let line = try #require(ending.err.split(separator: "\n").first { $0.contains("reproduce: ") })
            let again = try await scene.twin(
                Array(line.split(separator: " ").drop { $0 != "scenario" }.map(String.init))
            ).ending()
            #expect(again.code == 1 && again.err.contains("expected alarm wind/t04/trip"))
        }
    }

    @Test func `A broken scenario fails itself, the others run, and what they leave is kept`() async throws {
        try await Scene.play { scene in
            let hours = try BundledDay.hours(
                from: #require(PlantTime(rfc3339: "2025-06-18T09:00:00Z")),
                to: #require(PlantTime(rfc3339: "2025-06-18T10:00:00Z")))
            _ = try scene.write(hours.joined(separator: "\n") + "\n", to: "hours.jsonl")
            func scenario(_ name: String, _ expect: String) throws -> String {
                try scene.write(
                    """
                    twin: scenario/1
                    name: \(name)
                    recording: hours.jsonl
                    expect:
                      - {\(expect)}

                    """, to: "\(name).scenario.yaml")
            }
            let files = [
                try scenario("misspelt", "no_alarm: wind/t99/stuck"), try scenario("good", "kpi: vehicles, min: 1"),
                scene.path("nowhere.scenario.yaml"),
            ]
            let (report, kept) = (scene.path("report.xml"), scene.path("kept"))
            let ending = try await scene.twin(
                ["scenario", "run", "--junit", report, "--keep", kept] + files
            ).ending()
            #expect(ending.code == 65)
            #expect(ending.err.contains("misspelt.scenario.yaml:5:5: error: expect: wind/t99 is no asset"))
            #expect(ending.err.contains("passed  \(files[1])"))
            #expect(ending.err.contains("nowhere.scenario.yaml"))
            let xml = try String(contentsOfFile: report, encoding: .utf8)
            #expect(xml.contains("<testcase name=\"can be run\" classname=\"misspelt\"><error"))
            #expect(xml.contains("<testcase name=\"kpi: vehicles, min: 1\" classname=\"good\"><system-out>"))
            let replayed = try await scene.twin("replay", "\(kept)/good.journal", "--json").ending()
            #expect(replayed.code == 0)
            let stored = try await scene.twin("report", "--store", "\(kept)/good.sqlite").ending()
            #expect(stored.code == 0)
            #expect(try await scene.twin("validate", files[0]).ending().code == 65)
        }
    }
}
