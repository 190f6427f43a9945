import Foundation
import Testing
import TwinCore
import TwinTesting

/// A running twin goes on with other prices, another capacity and another mode, over a kill, in one journal and store.
@Suite(.serialized)
struct ReloadTests {
    private func edit(_ folder: String, _ file: String, _ old: String, _ new: String) throws {
        let path = "\(folder)/\(file)"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        #expect(text.components(separatedBy: old).count == 2, "\(file) does not hold once: \(old)")
        try text.replacing(old, with: new).write(toFile: path, atomically: true, encoding: .utf8)
    }

    @Test func `A tariff, a capacity and the mode change in a live run, with a kill between`() async throws {
        try await Scene.play { scene in
            let live = try await Live(scene, minutes: 60)
            let config = scene.path("site")
            try FileManager.default.copyItem(
                atPath: Repository.root.appending(path: "twin-config/sunderland").path, toPath: config)
            let store = scene.path("live.sqlite")
            func start() throws -> Run {
                try scene.twin(
                    "run", "--broker", live.broker.url, "--clock", "event", "--mode", "shadow", "--for", "1h",
                    "--json",
                    "--store", store, "--config", config)
            }
            func reload(_ more: String...) async throws -> Run.Ending {
                try await scene.twin(["reload", "--store", store] + more).ending()
            }
            var twin = try start()
            try await live.wait(for: twin)
            let plant = try live.plant(speed: 120)
            func wait(_ tick: Int) async throws {
                try await twin.wait("tick \(tick)") { try Journal.ticks(live.journal) >= tick }
            }
            try await wait(2)
            try edit(config, "tariffs.yaml", "import_per_mwh: {value: 220,", "import_per_mwh: {value: 300,")
            #expect(try await reload().code == 0)
            try await wait(5)
            try edit(config, "assets.yaml", "capacity_kwh: {value: 375,", "capacity_kwh: {value: 350,")
            #expect(try await reload().code == 0)
            let again = try await reload()
            #expect(again.code == 0 && again.err.contains("is in force already"))
            // A broken file is named at its place, and nothing changes.
            try edit(config, "site.yaml", "step_s: 60", "step_s: 7")
            let broken = try await reload()
            #expect(broken.code == 78 && broken.err.contains("site.yaml:"))
            try edit(config, "site.yaml", "step_s: 7", "step_s: 30")
            let other = try await reload()
            #expect(other.code == 78 && other.err.contains("step_s is 30, the run's is 60"), "\(other.err)")
            try edit(config, "site.yaml", "step_s: 30", "step_s: 60")
            try await wait(20)
            try await twin.crash()
            twin = try start()
            try await live.wait(for: twin)
            try await wait(25)
            let mode = try await reload("--mode", "control")
            #expect(mode.code == 0 && mode.err.contains("mode control"), "\(mode.err)")
            try await twin.wait("a command") {
                try live.observer.listen()
                return !live.observer.payloads.isEmpty
            }
            let printed = try await live.end(of: twin)
            _ = try await plant.success()
            let (summary, journal) = try await live.compare(printed)
            #expect(summary.count("steps") == 60 && summary["mode"]?.text == "control")
            #expect(journal.marks.count == 60)
            // Priced by the newest configuration, over the whole run.
            let imported = try #require(summary.at("energy_kwh.grid_import")?.double)
            #expect(abs((summary.at("cost.import")?.double ?? 0) - imported / 1000 * 300) < 1e-6)
            let report = try Summary.one(in: try await scene.twin("report", "--store", store, "--json").success())
            #expect(report.digest == summary.digest)
            #expect(report.at("configurations")?.items?.count == 3)
            let gone = try await reload()
            #expect(gone.code == 66 && gone.err.contains("no twin is running"))
        }
    }
}
