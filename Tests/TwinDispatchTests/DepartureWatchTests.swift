import Testing
import TwinCore
import TwinDispatch

/// Vehicles that must charge and do not.
@Suite("Departures at risk")
struct DepartureWatchTests {
    private let rules = CommandDesk.Rules(step: .minutes(1), followToleranceFraction: 0.05)
    private static let bays = AssetPath(.bay, "staff")

    private func plant(_ kw: Double, must: Double, quality: Quality = .good, isWorking: Bool = false) -> PlantView {
        let load = DeferrableLoad(
            path: Self.bays, action: .setPower, ratingKW: 400, powerKW: UsedValue(-kw, quality),
            mustKW: UsedValue(must, quality), canChargeKW: UsedValue(400, quality),
            canDischargeKW: UsedValue(0, .good), isWorking: isWorking)
        return PlantView(site: DispatchBench.site(), offers: [Offer(load, ramp: 1)])
    }

    /// Whether they are at risk, minute by minute.
    private func look(_ plants: [PlantView]) -> [Bool] {
        var watch = DepartureWatch()
        return plants.enumerated().map { index, plant in
            !watch.look(plant, context: DispatchBench.context(index + 1), rules: rules).isEmpty
        }
    }

    @Test("bays that give less than their cars must have are named after two steps, and until they do")
    func atRisk() {
        // What is said in the first minute must flow in the second. 5 % of 400 kW are 20 kW.
        let minutes = [(0.0, 200.0), (0, 200), (179, 200), (181, 200), (0, 200)].map { plant($0.0, must: $0.1) }
        #expect(look(minutes) == [false, false, true, false, false])
    }

    @Test("readings of a quarter of an hour are enough, and it stands between them")
    func coarse() {
        let minutes = (0..<40).map { plant(0, must: 200, quality: $0 % 15 < 5 ? .lastKnown : .stale) }
        #expect(look(minutes).firstIndex(of: true) == 2)
        #expect(look(minutes).dropFirst(2).allSatisfy { $0 })
    }

    @Test("a need that went with its car, work, and what nobody measures put nothing at risk")
    func calm() {
        #expect(look((0..<5).map { plant(0, must: $0 % 2 == 0 ? 200 : 0) }).allSatisfy { !$0 })
        #expect(look((0..<5).map { _ in plant(0, must: 200, isWorking: true) }).allSatisfy { !$0 })
        #expect(look((0..<5).map { _ in plant(0, must: 200, quality: .stale) }).allSatisfy { !$0 })
    }
}
