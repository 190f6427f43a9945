import Testing
import TwinCore
import TwinUnits

@testable import TwinBooks

/// Meters of half an hour against each other: 900 kWh of wind and 20,300 kWh of import meet 21,000 kWh of two shops and 200
/// kWh into storage. By hand.
@Suite("Examination of a bus")
struct BusExaminationTests {
    private static let grid = AssetPath(.grid, "main")
    private static let chart = Chart([
        Meter(.gridImport, grid), Meter(.gridExport, grid), Meter(.wind, .wind, "farm"), Meter(.load, .shop, "paint"),
        Meter(.load, .shop, "body"), Meter(.storageCharge, .storage, "string-1"),
    ])

    private static func examination(
        bought: Double = 20_300, sold: Double = 0, wind: Double = 900, paint: Double = 15_000, body: Double = 6_000,
        charge: Double = 200, estimatedPaint: Bool = false
    ) -> BusExamination? {
        var lines = SumList(count: 6)
        for (line, kWh) in [bought, sold, wind, paint, body, charge].enumerated() {
            let isFilled = line == 3 && estimatedPaint
            lines[line] = AccountSum(
                Energy(roundingWattSeconds: kWh * 3.6e6), measuredMs: isFilled ? 0 : 1_800_000,
                estimatedMs: isFilled ? 1_800_000 : 0)
        }
        return BusExamination(
            lines, steppedMs: 1_800_000, chart: chart, losses: LossFractions(electricity: 0, heat: 0))
    }

    @Test("finds nothing where they fit")
    func fits() throws {
        let found = try #require(Self.examination())
        #expect(!found.isBroken && abs(found.leftKWh) < 1e-6 && abs(found.flowKWh - 21_200) < 1e-6)
    }

    @Test("finds import and export exchanged")
    func exchanged() throws {
        let found = try #require(Self.examination(bought: 0, sold: 20_300))
        #expect(found.isBroken && abs(found.leftKWh + 40_600) < 1e-6)
        #expect(found.explanation() == .init(meter: nil, mistake: .exchanged))
        #expect(abs(found.raisedKWh(by: .exchanged) - 20_300) < 1e-6)
    }

    @Test("finds the grid's meter in MWh", arguments: [(20.3, 1000), (20_300 / 3.6, 3.6)])
    func scaled(bought: Double, factor: Double) throws {
        let found = try #require(Self.examination(bought: bought))
        #expect(found.isBroken && found.explanation() == .init(meter: nil, mistake: .scaled(factor)))
    }

    @Test("finds the one other meter that explains it, and none where two would")
    func other() throws {
        let found = try #require(Self.examination(paint: 16, body: 5_000))
        let one = try #require(found.explanation())
        #expect(found.isBroken && one.meter?.path.asset == "paint" && one.mistake == .scaled(1000))
        let two = try #require(Self.examination(bought: 14_300, paint: 7.5, body: 7.5, charge: 200))
        #expect(two.isBroken && two.explanation() == nil)
    }

    @Test("does not take a correction for an explanation that blows up what flows")
    func blownUp() throws {
        // Export repeats import.
        let found = try #require(Self.examination(sold: 20_300))
        #expect(found.isBroken && found.explanation()?.meter != nil || found.explanation() == nil)
    }

    @Test("says nothing of what a model filled in, nor without the grid's meter")
    func filled() throws {
        #expect(try #require(Self.examination(paint: 1_000, estimatedPaint: false)).isBroken)
        #expect(try #require(Self.examination(paint: 25_000, estimatedPaint: true)).isBroken == false)
        #expect(try #require(Self.examination(paint: 60_000, estimatedPaint: true)).isBroken)
        let lines = SumList(count: 6)
        #expect(
            BusExamination(
                lines, steppedMs: 1_800_000, chart: Self.chart, losses: LossFractions(electricity: 0, heat: 0)) == nil)
    }
}
