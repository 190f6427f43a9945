import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinPlant
import TwinTesting

/// Quantities that change on dates.
@Suite("Values with a date")
struct DatedValueTests {
    private static let price = "import_per_mwh: {value: 220, source: \"GK-L: delivered industrial price, 180 to 260\"}"

    private static func dated(_ later: String) -> [Edit] {
        [Edit("tariffs.yaml", price, "import_per_mwh:\n  - {value: 220, source: \"contract\"}\n\(later)")]
    }

    @Test("a price holds from local midnight of its date on")
    func price() throws {
        let (files, _) = try edited(
            Self.dated(
                "  - {from: 2025-07-01, value: 240, source: \"contract\"}\n"
                    + "  - {from: 2026-01-01, value: 230.5, source: \"contract\"}"))
        let config = try SiteConfig(files)
        let tariffs = config.method.tariffs
        #expect(tariffs.map(\.value.importPerMWh) == [220, 240, 230.5])
        #expect(tariffs.map(\.from.rfc3339).dropFirst() == ["2025-06-30T23:00:00.000Z", "2026-01-01T00:00:00.000Z"])
        #expect(tariffs.allSatisfy { $0.value.exportPerMWh == 60 })
    }

    @Test("the charge for the highest half hour may be left out, and may have dates")
    func demand() throws {
        #expect(try Repository.config().method.tariffs.map(\.value.demandPerKWMonth) == [0])
        let (files, _) = try edited([
            Edit(
                "tariffs.yaml", "currency: GBP",
                "currency: GBP\ndemand_per_kw_month:\n  - {value: 8, source: \"c\"}\n"
                    + "  - {from: 2026-01-01, value: 9.5, source: \"c\"}")
        ])
        #expect(try SiteConfig(files).method.tariffs.map(\.value.demandPerKWMonth) == [8, 9.5])
    }

    @Test("an agreed capacity and its prices may have dates")
    func agreed() throws {
        let (files, _) = try edited([
            Edit(
                "tariffs.yaml", "currency: GBP",
                "currency: GBP\nagreed_capacity_kw: {value: 30000, source: \"c\"}\n"
                    + "capacity_per_kw_month: {value: 2, source: \"c\"}\nexcess_per_kw_month:\n"
                    + "  - {value: 4, source: \"c\"}\n  - {from: 2026-01-01, value: 6, source: \"c\"}")
        ])
        #expect(
            try SiteConfig(files).method.tariffs.map(\.value.agreedCapacity) == [
                AgreedCapacity(kW: 30_000, perKWMonth: 2, excessPerKWMonth: 4),
                AgreedCapacity(kW: 30_000, perKWMonth: 2, excessPerKWMonth: 6),
            ])
    }

    @Test("a capacity changes with its epoch, and all else stays")
    func capacity() throws {
        let capacity =
            "capacity_kwh: {value: 375, source: \"ASM: 24 reused packs x 15.6 kWh (64 packs make about 1 MWh, InsideEVs"
            + " 2016)\"}"
        let (files, _) = try edited([
            Edit(
                "assets.yaml", capacity,
                "capacity_kwh:\n      - {value: 375, source: \"c\"}\n"
                    + "      - {from: 2025-10-01, value: 350, source: \"c\"}")
        ])
        let config = try SiteConfig(files)
        #expect(config.later.count == 1 && config.later[0].from.rfc3339 == "2025-09-30T23:00:00.000Z")
        let now = config.inForce(epoch: 0)
        let then = config.inForce(epoch: config.epoch(at: config.later[0].from))
        #expect(config.epoch(at: config.later[0].from - .seconds(1)) == 0)
        func capacities(_ config: SiteConfig) -> [Double] { config.assets.of(BatteryUnit.self).map(\.kind.capacityKWh) }
        #expect(Set(capacities(now)) == [375] && Set(capacities(then)) == [350])
        #expect(then.hash == config.hash && then.method.chart == now.method.chart)
    }

    @Test(
        "dates that do not ascend, are missing or are no dates are named",
        arguments: [
            (
                "  - {from: ▸2025-07-01, value: 1, source: \"c\"}\n  - {from: ▸2025-06-01, value: 1, source: \"c\"}",
                "2025-06-01 is not after the date before; let the dates ascend"
            ),
            ("  - ▸{value: 240, source: \"c\"}", "only the first value has no date; add from: 2026-01-01"),
            ("  - {from: ▸2025-02-30, value: 240, source: \"c\"}", "2025-02-30 is no day of the calendar"),
            ("  - {from: 2025-07-01, value: ▸.inf, source: \"c\"}", ".inf"),
            ("  - {from: 2025-07-01, value: 240▸}", "\"source\" is missing"),
        ])
    func broken(later: String, text: String) throws {
        let (files, _) = try edited(Self.dated(later))
        let found = problems(files)
        #expect(found.count == 1 && found[0].contains("tariffs.yaml:") && found[0].contains(text), "\(found)")
    }
}
