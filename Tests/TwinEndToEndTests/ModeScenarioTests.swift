import Foundation
import Testing
import TwinCore
import TwinTesting

/// The modes of operation, each a scenario that runs with plans: what it promises comes, and not by itself.
@Suite(.serialized)
struct ModeScenarioTests {
    private static let folder = "\(Repository.scenarios)/modes"

    /// Scenarios by the configuration that the first line of each names.
    private static func byConfiguration() throws -> [String: [String]] {
        let files = try FileManager.default.contentsOfDirectory(atPath: folder)
            .filter { $0.hasSuffix(".scenario.yaml") }.sorted().map { "\(folder)/\($0)" }
        return try Dictionary(grouping: files) { file in
            let first = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").first ?? ""
            let words = first.split(separator: " ")
            return words.firstIndex(of: "--config").map { String(words[$0 + 1]) } ?? "twin-config/sunderland"
        }
    }

    @Test func `Every mode of operation does what its scenario expects`() async throws {
        let groups = try Self.byConfiguration()
        #expect(groups.count >= 2)
        for (config, files) in groups.sorted(by: { $0.key < $1.key }) {
            try await Scene.play { scene in
                let run = try scene.twin(
                    ["scenario", "run", "--json", "-q", "--config", Repository.path(config)] + files)
                let ending = try await run.ending(within: .seconds(300))
                let json = try JSONReader.read(Array(ending.out.utf8.dropLast()))
                let scenarios = json["scenarios"]?.items ?? []
                #expect(scenarios.compactMap { $0["file"]?.text } == files)
                for scenario in scenarios {
                    let verdicts = scenario["expectations"]?.items ?? []
                    #expect(!verdicts.isEmpty)
                    #expect(verdicts.filter { $0["passed"]?.bool != true }.compactMap { $0["sentence"]?.text } == [])
                }
                #expect(ending.code == 0)
            }
        }
    }

    @Test(
        "Without what it asks for, a mode's figure is not reached",
        arguments: ["demand-response", "peak-shaving", "virtual-power-plant"])
    func without(name: String) async throws {
        try await Scene.play { scene in
            let text = try String(contentsOfFile: "\(Self.folder)/\(name).scenario.yaml", encoding: .utf8)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            let kept = lines.filter { !$0.contains("request: import") && !$0.hasPrefix("orders:") }
            let recording =
                text.contains("vehicles-day")
                ? "sunderland-vehicles-day"
                : text.contains("winter-day")
                    ? "sunderland-winter-day" : "sunderland-day"
            let config = text.contains("--config") ? "twin-config/sunderland-vehicles" : "twin-config/sunderland"
            let file = try scene.write(
                kept.joined(separator: "\n").replacing("../../\(recording)", with: recording), to: "a.scenario.yaml")
            try FileManager.default.copyItem(
                atPath: Repository.path("replay/\(recording).jsonl.gz"), toPath: scene.path("\(recording).jsonl.gz"))
            let ending = try await scene.twin("scenario", "run", file, "--config", Repository.path(config)).ending()
            #expect(ending.code == 1)
            #expect(
                ending.err.contains("expected the mean of grid/main/")
                    || ending.err.contains("expected requests[0].mean_kw"))
        }
    }
}
