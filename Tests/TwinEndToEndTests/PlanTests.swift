import Foundation
import Testing
import TwinCore
import TwinTesting

/// Plans of a closed loop: told by `twin explain plan`, kept in the journal, and made anew where that is asked.
@Suite(.serialized)
struct PlanTests {
    @Test func `A closed day is planned; its plans are explained, and its journal replays to the same digest`()
        async throws
    {
        try await Scene.play { scene in
            let journal = scene.path("day.journal")
            let closed = try await scene.replay(Repository.day, ["--loop", "closed", "--journal", journal])
            let open = try await scene.replay(journal)
            #expect(open.digest == closed.digest)
            let text = try await scene.twin(
                "explain", "plan", "--journal", journal, "--at", "2025-06-18T12:00"
            ).success()
            // A path is as long as it is.
            for line in text.split(separator: "\n") where !line.contains(".jsonl:") {
                #expect(line.count <= 80, "\(line)")
            }
            #expect(text.hasPrefix("Plan of 2025-06-18 12:00 until 2025-06-20 12:00: least cost with carbon at 250"))
            #expect(text.contains("heat/heat-pump: 3,000 kW") && text.contains("a MWh less would cost"))
            // 96 periods, of which 12 are told, and all of them where that is asked.
            #expect(text.contains("\n  … and 84 more: see --all\n") && text.contains("energy is worth, GBP/MWh"))
            let all = try await scene.twin(
                "explain", "plan", "--journal", journal, "--at", "2025-06-18T12:00", "--all"
            ).success()
            #expect(!all.contains("see --all") && all.contains("\n  2025-06-20 11:30 "))
            let json = try JSONReader.read(
                Array(try await scene.twin("explain", "plan", "--journal", journal, "--json").success().utf8))
            #expect(json["schema"]?.text == "explain-plan/1" && json["bus_price_per_kwh"]?.items?.count == 96)
            // That of midnight was made after the last step, and no tick took it.
            #expect(json["from"]?.text == "2025-06-18T22:30:00.000Z")
            let early = try await scene.twin(
                "explain", "plan", "--journal", journal, "--at", "2025-06-17"
            ).ending()
            #expect(early.code == 65 && early.err.contains("holds no plan"))
            #expect(try await scene.twin("explain", "plan", "--journal", Repository.day).ending().code == 65)
        }
    }

    @Test func `An open recording is planned only when it is asked, and rules alone plan nothing`() async throws {
        try await Scene.play { scene in
            func plans(_ arguments: [String]) async throws -> Int {
                let store = scene.path("\(UUID().uuidString).sqlite")
                _ = try await scene.replay(Repository.day, ["--store", store] + arguments)
                let text = try await scene.twin("commands", "--store", store, "--json").success()
                let commands = try #require(try JSONReader.read(Array(text.utf8))["commands"]?.items)
                return commands.count { $0["reason"]?.text?.hasPrefix("plan:") == true }
            }
            #expect(try await plans([]) == 0)
            #expect(try await plans(["--replan"]) > 0)
            let site = scene.path("rules")
            try FileManager.default.copyItem(atPath: Repository.configuration, toPath: site)
            let file = "\(site)/dispatch.yaml"
            try String(contentsOfFile: file, encoding: .utf8)
                .replacing("strategy: optimiser", with: "strategy: rules")
                .write(toFile: file, atomically: true, encoding: .utf8)
            #expect(try await plans(["--loop", "closed", "--config", site]) == 0)
        }
    }
}
