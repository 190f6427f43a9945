import Foundation
import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinTesting

/// `history.yaml`: the shipped one by hand, and broken copies of it.
@Suite("A plant's past")
struct HistorySectionTests {
    private static let file = Repository.path("twin-config/sunderland-history/history.yaml")

    private static func shipped() throws -> SiteConfig {
        try SiteConfig.load(folder: Repository.path("twin-config/sunderland-history"))
    }

    /// The stage that begins on a day.
    private static func stage(_ first: String) throws -> SiteConfig {
        let config = try shipped()
        let stage = try #require(config.history?.stages.first { $0.first.text == first })
        return try config.stage(stage)
    }

    @Test("a stage begins where something changes and with each year, and none is left out")
    func stages() throws {
        let stages = try #require(try Self.shipped().history).stages
        #expect(
            stages.map(\.first.text) == [
                "2018-01-01", "2019-01-01", "2019-10-28", "2020-01-01", "2021-01-01", "2022-01-01", "2022-08-01",
                "2023-01-01", "2024-01-01", "2025-01-01",
            ])
        for (one, next) in zip(stages, stages.dropFirst()) {
            #expect(one.last.daysSinceEpoch + 1 == next.first.daysSinceEpoch)
        }
        #expect(stages.last?.last.text == "2025-12-31")
    }

    @Test("a year's vehicles are spread over its production days")
    func volume() throws {
        // 2018 has 261 weekdays. Closed on them: 1-5 January 5, Easter 2, May 2, 23 July to 10 August 15, 27 August 1,
        // 24-31 December 6: 31. 442,254 / 230 = 1,922.84.
        #expect(abs(try Self.stage("2018-01-01").calendar.vehiclesPerDay - 442_254.0 / 230) < 1e-9)
        // 2019 has 230 too, and one rate for both of its stages: 346,535 / 230 = 1,506.67.
        for first in ["2019-01-01", "2019-10-28"] {
            #expect(abs(try Self.stage(first).calendar.vehiclesPerDay - 346_535.0 / 230) < 1e-9)
        }
        // 2020 has 262 weekdays. Closed on them: 1-3 January 3, 17 March to 5 June 59, 20 July to 7 August 15, 31 August 1,
        // 21-31 December 9: 87. 245,600 / 175 = 1,403.43.
        #expect(abs(try Self.stage("2020-01-01").calendar.vehiclesPerDay - 245_600.0 / 175) < 1e-9)
        // The days of shifts.yaml are closed too: 2025 has its 230.
        #expect(abs(try Self.stage("2025-01-01").calendar.vehiclesPerDay - 282_900.0 / 230) < 1e-9)
    }

    @Test("the night shift ends with a stage, and shifts.yaml holds after it")
    func shifts() throws {
        #expect(try Self.stage("2019-01-01").calendar.shifts.map(\.name) == ["night", "early", "late", "night begins"])
        #expect(try Self.stage("2019-10-28").calendar.shifts.map(\.name) == ["early", "late"])
    }

    @Test("what does not stand there yet is no part of the stage, nor of its books and contracts")
    func assets() throws {
        let (before, after) = (try Self.stage("2022-01-01"), try Self.stage("2022-08-01"))
        let field = AssetPath(.solar, "pv2")
        #expect(!before.paths.contains(field) && after.paths.contains(field))
        #expect(!before.method.ledger.purchased.contains(field) && after.method.ledger.purchased.contains(field))
        #expect(before.paths.contains(AssetPath(.solar, "pv1")) && before.paths.contains(AssetPath(.wind, "t10")))
        for area in [Area.storage, .fuelcell, .ethanol, .bay, .yard] {
            #expect(!after.paths.contains { $0.area == area }, "\(area)")
        }
        #expect(after.paths.filter { $0.area == .heat }.map(\.text).sorted() == ["heat/boilers"])
    }

    @Test("a stage is a configuration of its own: its files give it again, and tell which it is")
    func files() throws {
        let stage = try Self.stage("2022-08-01")
        let again = try SiteConfig.read(files: stage.files)
        #expect(again.hash == stage.hash && again.method.chart == stage.method.chart)
        #expect(again.calendar == stage.calendar)
        let hashes = try [stage.hash, Self.stage("2019-01-01").hash, Self.shipped().hash]
        #expect(Set(hashes).count == 3)
        #expect(problems(stage.files, stage: "from: 2022-08-02").first?.contains("they begin on 2018-01-01, ") == true)
        let alone = try Repository.config().files
        #expect(problems(alone, stage: "from: 2022-08-01").first?.contains("there is no history.yaml") == true)
    }

    private func problems(_ files: [(name: String, bytes: [UInt8])], stage: String) -> [String] {
        let others = files.filter { $0.name != "stage.yaml" }
        do { _ = try SiteConfig.read(files: others + [("stage.yaml", Array(stage.utf8))]) } catch {
            return error.list.map(\.description)
        }
        return []
    }

    struct Broken: Sendable, CustomTestStringConvertible {
        var old: String
        /// A problem is expected at each ▸.
        var new: String
        var text: String
        var testDescription: String { text }
    }

    static let brokenFiles = [
        Broken(
            old: "to: 2025-12-31", new: "to: ▸2017-12-31", text: "to: 2017-12-31 is before 2018-01-01; swap the dates"),
        Broken(
            old: "from: 2018-01-01\nto", new: "from: ▸1018-01-01\nto",
            text: "from: 1018-01-01 lies outside 1970 to 2200; check the year"),
        Broken(
            old: "vehicles:\n  2018:", new: "vehicles:\n  ▸2017:",
            text: "vehicles.2017: lies outside 2018-01-01 to 2025-12-31; remove it"),
        Broken(
            old: "  2023: {value: 324893, source: \"SMMT via press\"}\n", new: "",
            text: "vehicles: 2023 missing; every year needs its vehicles"),
        Broken(
            old: "2021: {value: 205100,", new: "2021: ▸{value: 9205100,",
            text: "vehicles.2021: 9205100 vehicles, but 40022 on each of its 230 days; check closed and the figure"),
        Broken(
            old: "{asset: solar/pv2, from: 2022-08-01", new: "{asset: ▸solar/pv3, from: 2022-08-01",
            text: "assets[2].asset: \"solar/pv3\" is no asset and no area of assets.yaml; did you mean"
                + " \"solar/pv1\"?"),
        Broken(
            old: "{asset: ethanol,", new: "{asset: ▸fuelcell/sofc-1,",
            text: "assets[5].asset: \"fuelcell/sofc-1\" is named twice; keep one of them"),
        Broken(
            old: "      - {name: night begins, start: \"23:00\", end: \"24:00\"}\n",
            new: "  - until: ▸2019-10-27\n    source: ASM\n"
                + "    shifts: [{name: one, start: \"07:00\", end: \"15:00\"}]\n",
            text: "shifts[1].until: 2019-10-27 is not after 2019-10-27; let the dates ascend"),
        Broken(
            old: "{from: 2018-03-30, to: 2018-03-30, why: Good Friday}",
            new: "▸{from: 2018-01-03, to: 2018-03-30, why: Good Friday}",
            text: "closed[1]: 2018-01-03 to 2018-03-30 overlaps 2018-01-01 to 2018-01-05; join them or move one"),
    ]

    @Test("what is wrong in it is said with its place, what was expected and what to do", arguments: brokenFiles)
    func broken(_ broken: Broken) throws {
        let shipped = try String(contentsOfFile: Self.file, encoding: .utf8)
        #expect(shipped.components(separatedBy: broken.old).count == 2)
        let text = shipped.replacing(broken.old, with: broken.new)
        let files = try Repository.config().files
        let found: [String]
        do {
            _ = try SiteConfig.read(files: files + [("history.yaml", Array(text.replacing("▸", with: "").utf8))])
            found = []
        } catch { found = error.list.map(\.description) }
        #expect(found.contains { $0.hasSuffix("error: \(broken.text)") }, "\(found)")
        for (line, letters) in text.components(separatedBy: "\n").enumerated() {
            guard let mark = letters.range(of: "▸") else { continue }
            let column = letters[..<mark.lowerBound].unicodeScalars.count + 1
            #expect(found.contains { $0.hasPrefix("history.yaml:\(line + 1):\(column): error:") }, "\(found)")
        }
    }

    @Test("a stage that no heat is left for, or a fuel cell without its tank, is refused")
    func incomplete() throws {
        let shipped = try String(contentsOfFile: Self.file, encoding: .utf8)
        for (old, new, text) in [
            ("{asset: heat/heat-pump,", "{asset: heat/boilers,", "without a boiler on 2018-01-01"),
            ("{asset: fuelcell,", "{asset: fuelcell, from: 2023-06-01,", "without a tank on 2023-06-01"),
        ] {
            let bytes = Array(shipped.replacing(old, with: new).utf8)
            let files = try Repository.config().files + [("history.yaml", bytes)]
            #expect { try SiteConfig.read(files: files) } throws: { error in
                (error as? ConfigProblems)?.list.contains { $0.text.contains(text) } == true
            }
        }
    }
}
