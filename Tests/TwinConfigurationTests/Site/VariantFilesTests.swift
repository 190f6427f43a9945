import Foundation
import Testing
import TwinConfiguration
import TwinTesting

/// A folder with a base: its problems are named where they are, and no file in it is passed over.
@Suite("Files of a variant")
struct VariantFilesTests {
    /// The problems of a folder `variant` beside the shipped one, as they are printed without `error: `.
    private static func problems(
        _ files: [String: String], base: String = "../sunderland", beside: [String: [String: String]] = [:]
    ) throws -> [String] {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        try FileManager.default.copyItem(atPath: Repository.configuration, toPath: folder.path("sunderland"))
        for (name, texts) in beside.merging(
            ["variant": files.merging(["base.yaml": "folder: \(base)\n"]) { $1 }], uniquingKeysWith: { $1 })
        {
            _ = try folder.makeFolder(name)
            for (file, text) in texts { try folder.write("\(name)/\(file)", Array(text.utf8)) }
        }
        do { _ = try SiteConfig.load(folder: folder.path("variant")) } catch let problems as ConfigProblems {
            return problems.list.map { $0.description.replacing(": error: ", with: ": ") }
        }
        return []
    }

    @Test(
        "a file that nobody reads is named with the nearest name that is read",
        arguments: [
            ("tarifs.change.yaml", "nobody reads a file of this name; did you mean tariffs.change.yaml?"),
            ("asset.add.yaml", "nobody reads a file of this name; did you mean assets.add.yaml?"),
            ("assets.yml", "nobody reads a file of this name; did you mean assets.yaml?"),
            ("docker-compose.yaml", "nobody reads a file of this name; known here: assets.yaml, "),
            ("stage.add.yaml", "there is no stage.yaml that it could add to"),
            ("history.change.yaml", "there is no history.yaml that it could change"),
        ])
    func unread(file: String, expected: String) throws {
        let found = try Self.problems([file: "a: 1\n"])
        #expect(found.count == 1 && found.first?.hasPrefix("\(file):1:1: \(expected)") == true, "\(found)")
    }

    @Test("the name that was misspelt is told, not that the file is missing")
    func misspelt() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("sunderland")
        try FileManager.default.copyItem(atPath: Repository.configuration, toPath: path)
        try FileManager.default.moveItem(atPath: "\(path)/tariffs.yaml", toPath: "\(path)/tarifs.yaml")
        let problems = try #require(throws: ConfigProblems.self) { try SiteConfig.load(folder: path) }
        #expect(problems.list.map(\.text) == ["nobody reads a file of this name; did you mean tariffs.yaml?"])
    }

    @Test("a fault of what a file changes stands in that file, one of the base in the base's folder")
    func places() throws {
        // 48,000 kW is what the connection of the base imports at the most.
        let gate = "gate:\n  import_max_kw: {value: 99000, source: x}\n"
        #expect(
            try Self.problems(["safety.change.yaml": gate]) == [
                "safety.change.yaml:2:18: gate.import_max_kw: 99000 kW is above grid.meter.import_max_kw of"
                    + " assets.yaml, 48000 kW; lower it"
            ])
        let wind = try Self.problems(["assets.change.yaml": "wind:\n  v47:\n    ids: [t01]\n"])
        #expect(wind.count == 9 && wind.allSatisfy { $0.hasPrefix("../sunderland/baseline.yaml:") }, "\(wind)")
    }

    @Test("an asset of a misspelt name that a file adds to is one problem")
    func misspeltAsset() throws {
        let circuit = "circuit: {shed_priority: {value: 4, source: x}}"
        let found = try Self.problems(["assets.add.yaml": "shop:\n  pant:\n    \(circuit)\n"])
        let own = found.filter { $0.contains(": shop.pant: ") }
        #expect(
            own == [
                "assets.add.yaml:2:3: shop.pant: is not there, and a new one needs electricity_fixed_kw,"
                    + " electricity_per_vehicle_kwh, load_max_kw, max_age_s; did you mean \"paint\"?"
            ], "\(found)")
    }

    @Test("a base that is not there, and one that has a base itself, are problems of base.yaml")
    func bases() throws {
        #expect(
            try Self.problems([:], base: "../nowhere") == [
                "base.yaml:1:9: folder: there is no folder \"../nowhere\"; name one that stands beside this one"
            ])
        let found = try Self.problems(
            [:], base: "../middle", beside: ["middle": ["base.yaml": "folder: ../sunderland\n"]])
        #expect(
            found == [
                "base.yaml:1:9: folder: \"../middle\" has a base of its own, and a base must be whole; name that one and"
                    + " take over what differs"
            ])
    }
}
