import Testing
import TwinCore

@testable import TwinPlant

/// Two means of one half hour against each other; by hand.
@Suite("A witness")
struct WitnessTests {
    private static func model(_ told: Double, _ model: Double, kept: Bool = true) -> Finding? {
        Finding(spec: 0, told: told, model: model, rated: 30_000, isPlanKept: kept)
    }

    @Test("lets a meter be that is within four times of its model, or small beside its rating")
    func agrees() {
        #expect(Self.model(8_000, 24_000) == nil)
        #expect(Self.model(24_000, 8_600) == nil)
        // 2,900 kW apart at 30,000 kW.
        #expect(Self.model(0, 2_900) == nil)
        #expect(Self.model(0, 24_000, kept: false) == nil)
    }

    @Test("takes the place of a dead meter, and leaves one that tells more")
    func apart() throws {
        let dead = try #require(Self.model(0, 24_000))
        #expect(dead.counts == .model && dead.unit == nil)
        let more = try #require(Self.model(25_000, 5_500))
        #expect(more.counts == .reading && more.unit == nil)
    }

    @Test("names a unit: m3 for kWh, MJ for kWh", arguments: [(2_143.0, UnitFactor.gas), (26_000, .joules)])
    func units(told: Double, unit: UnitFactor) throws {
        let model = unit == .gas ? 24_000.0 : 7_500
        let found = try #require(Self.model(told, model))
        #expect(found.unit == unit && found.counts == .model)
    }

    private static func boiler(heat: Double, gas: Double) -> Finding? {
        Finding(made: (spec: 0, kW: heat), from: (spec: 1, kW: gas), usual: 0.85, most: 1, rated: 10_000)
    }

    @Test("heat above its fuel means more fuel: 6,800 kW at 0.85 are 8,000")
    func fuel() throws {
        let found = try #require(Self.boiler(heat: 6_800, gas: 3_000))
        #expect(found.spec == 1 && abs(found.expected - 8_000) < 1e-9)
        #expect(found.counts == .other(spec: 0, factor: 1 / 0.85))
        #expect(Self.boiler(heat: 6_800, gas: 8_000) == nil)
        #expect(Self.boiler(heat: 6_800, gas: 6_700) == nil)
    }

    @Test("fuel without its heat means a dead heat meter")
    func heat() throws {
        let found = try #require(Self.boiler(heat: 100, gas: 8_000))
        #expect(found.spec == 0 && abs(found.expected - 6_800) < 1e-9)
        #expect(Self.boiler(heat: 2_000, gas: 8_000) == nil)
    }

    @Test("a state of charge must follow what flows")
    func content() throws {
        // 200 kW for half an hour out of 375 kWh.
        #expect(Finding(spec: 1, moved: 0, flowed: -100 / 375)?.counts == .model)
        #expect(Finding(spec: 1, moved: -0.28, flowed: -100 / 375) == nil)
        #expect(Finding(spec: 1, moved: 0.2, flowed: -100 / 375) != nil)
        #expect(Finding(spec: 1, moved: 0, flowed: -0.2) == nil)
    }
}
