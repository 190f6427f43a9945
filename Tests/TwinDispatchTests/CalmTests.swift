import Testing
import TwinCore

@testable import TwinDispatch

/// Set-points follow what is wished without going to and fro.
@Suite("Calm set-points")
struct CalmTests {
    /// Of an asset of 500 kW: a whole change waits 10 minutes; less than 10 kW is none.
    private let calm = Calm(hold: .minutes(10), bandFraction: 0.02)

    private func settled(_ wish: Double, from value: Double, after minutes: Int64, move: Double = 0) -> Double {
        calm.settled(
            wish, of: Offer(DispatchBench.unit(), ramp: 1, deadbandKW: 5),
            SetPointInForce(value, age: .minutes(minutes), move: move))
    }

    @Test("a whole change waits for the hold, half of one twice as long, a small one four times")
    func price() {
        #expect(settled(500, from: 0, after: 9) == 0 && settled(500, from: 0, after: 10) == 500)
        #expect(settled(250, from: 0, after: 19) == 0 && settled(250, from: 0, after: 20) == 250)
        #expect(settled(50, from: 0, after: 39) == 0 && settled(50, from: 0, after: 40) == 50)
        // From full charge to full discharge is twice the whole.
        #expect(settled(500, from: -500, after: 4) == -500 && settled(500, from: -500, after: 5) == 500)
    }

    @Test("turning round costs twice as much as going on")
    func turn() {
        #expect(settled(0, from: 500, after: 19, move: 500) == 500 && settled(0, from: 500, after: 20, move: 500) == 0)
        #expect(settled(0, from: 500, after: 10, move: -100) == 0)
    }

    @Test("less than the band is no change, but coming to rest always is")
    func band() {
        #expect(settled(109, from: 100, after: 100_000) == 100 && settled(111, from: 100, after: 100_000) == 111)
        #expect(settled(0, from: 9, after: 100_000) == 0)
    }

    @Test("what is urgent does not wait, and only in its direction")
    func haste() {
        let offer = Offer(DispatchBench.unit(), ramp: 1, deadbandKW: 5)
        let young = SetPointInForce(100, age: .minutes(1), move: -400)
        #expect(calm.settled(500, of: offer, young, .up) == 500 && calm.settled(0, of: offer, young, .up) == 100)
        #expect(calm.settled(0, of: offer, young, .down) == 0 && calm.settled(104, of: offer, young, .up) == 100)
        #expect(calm.settled(104, of: offer, young, .always) == 104)
    }

    private let rules = DispatchRules(storage: DispatchBench.rule, exportMaxKW: 800)

    /// What leaves minute by minute under these imports, kW.
    private func run(_ imports: [Double], isMeasured: (Int) -> Bool = { _ in true }, soc: Double = 0.5) -> [Double?] {
        let control = DispatchControl(rules: rules, gate: SafetyGate(importMaxKW: 9000, exportMaxKW: 800))
        var desk = CommandDesk()
        return imports.enumerated().map { tick, importKW in
            let plant = PlantView(
                site: DispatchBench.site(importKW: importKW, isMeasured: isMeasured(tick)),
                offers: [Offer(DispatchBench.unit(soc: soc), ramp: 1, deadbandKW: 5)])
            _ = control.commands(
                plant, &desk, context: DispatchBench.context(tick + 1),
                rules: CommandDesk.Rules(step: .minutes(1), followToleranceFraction: 0.1))
            return desk.setPoint(DispatchBench.ess1)
        }
    }

    @Test("a peak that comes and goes by the minute is shaved at once and turns the storage once in half an hour")
    func peak() {
        let values = run((0..<180).map { $0 % 2 == 0 ? 5500 : 4000 })
        #expect(values.first == 500)
        let moves = zip(values, values.dropFirst()).compactMap { a, b in a == b ? nil : (b ?? 0) - (a ?? 0) }
        #expect(moves.count <= 12 && !moves.isEmpty, "\(moves)")
    }

    @Test("a silent grid meter puts the storage to rest at once, and a reserve holds it")
    func safety() {
        #expect(run([5500, 5500, 5500], isMeasured: { $0 < 2 }) == [500, 500, 0])
        #expect(run([5500], soc: 0.2) == [0])
    }

    @Test("those that come later see what a waiting asset does, not what is wished of it")
    func sequence() {
        var second = DispatchBench.unit()
        second.path = AssetPath(.storage, "ess-2")
        var plant = PlantView(
            site: DispatchBench.site(importKW: 4700),
            offers: [
                Offer(DispatchBench.unit(powerKW: 500), ramp: 1), Offer(second, ramp: 1),
            ])
        // 5200 kW with both at rest: 200 above the peak. The first gives 500 a minute already and goes on.
        plant.inForce = [SetPointInForce(500, age: .minutes(1), move: 500), nil]
        #expect(rules.decide(plant).map(\.value) == [500, 0])
        let first = rules.decide(plant).first
        #expect(first?.reason.text == "peak: import 5200 kW is above 5000 kW; the change waits")
    }
}
