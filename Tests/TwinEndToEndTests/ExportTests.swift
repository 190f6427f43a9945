import Foundation
import Testing
import TwinCore
import TwinTesting

/// `twin export` writes what the store holds of one signal or account.
@Suite(.serialized)
struct ExportTests {
    @Test func `A signal and an account come as CSV; names that are not there have a suggestion`() async throws {
        try await Scene.play { scene in
            let hours = scene.path("hours.jsonl")
            let store = scene.path("hours.sqlite")
            _ = try await scene.twin("simulate", "--out", hours, "--from", "2025-06-18T06:00", "--for", "2h").success()
            _ = try await scene.replay(hours, ["--store", store])
            func export(_ arguments: String...) async throws -> [[String]] {
                let csv = try await scene.twin(["export", "--store", store] + arguments).success()
                return csv.components(separatedBy: "\r\n").map { $0.components(separatedBy: ",") }
            }
            let names = try await scene.twin("export", "--store", store, "--list").success()
            #expect(names.contains("signal  wind/t01/power_kw\n") && names.contains("account grid_import\n"))

            let wind = try await export("--signal", "wind/t01/power_kw", "--kind", "used")
            #expect(wind.first == ["ts_utc", "ts_local", "value", "quality", "kind"])
            #expect(wind.count == 1 + 120 + 1 && wind.last == [""])
            #expect(wind[1][0] == "2025-06-18T05:00:00.000Z" && wind[1][1] == "2025-06-18T06:00:00.000+01:00")
            #expect(wind[1...120].allSatisfy { $0[4] == "used" && Double($0[2]) != nil })
            let hour = ["--from", "2025-06-18T07:00", "--to", "2025-06-18T07:10"]
            let part = try await scene.twin(["export", "--store", store, "--signal", "wind/t01/power_kw"] + hour)
                .success()
            let count = part.components(separatedBy: "\r\n").count
            #expect(count == 22)  // a header, ten readings and ten used values, and what follows the last break
            let thin = try await export("--signal", "wind/t01/power_kw", "--kind", "used", "--points", "8")
            #expect((3...10).contains(thin.count))
            let values = wind[1...120].compactMap { Double($0[2]) }
            #expect(thin.dropFirst().compactMap { Double($0.count > 2 ? $0[2] : "") }.max() == values.max())

            let grid = try await export("--account", "grid_import")
            #expect(grid.count == 1 + 4 + 1 && grid[1][4] == "energy_kwh")
            for (arguments, code, named) in [
                (["--signal", "wind/t1/power_kw"], Int32(66), "did you mean \"wind/t01/power_kw\"?"),
                (["--account", "grid_imports"], 66, "did you mean \"grid_import\"?"),
                (["--account", "gas", "--period", "2031"], 65, "holds no value of gas"),
                (["--sharing"], 78, "shares with nobody; add sharing: to contracts.yaml"),
                (["--sharing", "--points", "9"], 2, "the sharing is for settling accounts"),
            ] {
                let ending = try await scene.twin(["export", "--store", store] + arguments).ending()
                #expect(ending.code == code && ending.err.contains(named), "\(ending.err)")
                #expect(ending.out.isEmpty)
            }
        }
    }

    @Test func `A simulated month goes into a store, and its report is what the simulation said`() async throws {
        try await Scene.play { scene in
            let store = scene.path("month.sqlite")
            let simulate = [
                "simulate", "--books", "--from", "2025-06-01", "--for", "30d", "--step", "30m", "--store", store,
                "--json",
            ]
            let said = try Summary.one(in: try await scene.twin(simulate).success())
            let report = try Summary.one(in: try await scene.twin("report", "--store", store, "--json").success())
            #expect(Summary.timeless(report) == Summary.timeless(said))
            #expect(report["configurations"]?.items?.count == 1)
            let again = try await scene.twin(simulate).ending()
            #expect(again.code == 73 && again.err.contains("holds this run already"))
        }
    }

    @Test func `A past goes into a store by its stages, and what is made of it says that it is simulated`() async throws
    {
        try await Scene.play { scene in
            let config = scene.path("site")
            try FileManager.default.copyItem(atPath: Repository.configuration, toPath: config)
            let past = """
                from: 2024-12-30
                to: 2025-01-08
                vehicles:
                  2024: {value: 0, source: ASM}
                  2025: {value: 230000, source: ASM}
                assets: [{asset: solar/pv2, from: 2025-01-07, source: ASM}]
                shifts: []
                closed: []
                weather:
                  temperature_deviation_k: {value: 1, source: ASM}
                  wind_deviation_fraction: {value: 0.1, source: ASM}
                """
            try past.write(toFile: "\(config)/history.yaml", atomically: true, encoding: .utf8)
            let store = scene.path("past.sqlite")
            let simulate = ["simulate", "--history", "--config", config, "--store", store]
            let table = try await scene.twin(simulate).success()
            let lines = table.split(separator: "\n")
            // 1,000 a day on 6, 7 and 8 January; nobody works on the days before.
            try #require(lines.count == 4)
            #expect(lines[1].contains(#/^2024 +0 .*—$/#))
            #expect(lines[2].contains(#/^2025 +(2,9|3,0)[0-9]{2} /#))
            #expect(lines[3].hasPrefix("simulated: every figure comes from models, none is measured"))
            #expect(lines.allSatisfy { $0.count <= 80 })

            let month = ["report", "--store", store, "--period", "2025-01", "--format", "html"]
            let page = try await scene.twin(month).success()
            #expect(page.contains("simulated, final") && page.contains("none is measured"))
            let report = try Summary.one(in: try await scene.twin("report", "--store", store, "--json").success())
            // 30 December, the year, and the second field.
            #expect(report["configurations"]?.items?.count == 3)
            let again = try await scene.twin(simulate).ending()
            #expect(again.code == 73 && again.err.contains("name another --store"))
        }
    }
}
