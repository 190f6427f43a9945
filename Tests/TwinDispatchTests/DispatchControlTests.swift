import Testing
import TwinCore
import TwinDispatch

@Suite("Control of a mark")
struct DispatchControlTests {
    private let control = DispatchControl(
        rules: DispatchRules(
            storage: DispatchBench.rule, exportMaxKW: 800, calm: Calm(hold: .seconds(0), bandFraction: 0)),
        gate: SafetyGate(importMaxKW: 6000, exportMaxKW: 800))
    private let desk = CommandDesk.Rules(step: .minutes(1), followToleranceFraction: 0.1)

    private func plant(importKW: Double) -> PlantView {
        var offer = Offer(DispatchBench.unit(), ramp: 1, deadbandKW: 5)
        offer.fallback = "hold_0"
        return PlantView(site: DispatchBench.site(importKW: importKW), offers: [offer])
    }

    @Test("a wish passes dead-band, gate and desk, and leaves with what its asset falls back to")
    func commands() throws {
        var issued = CommandDesk()
        func values(_ tick: Int, importKW: Double) -> [Double] {
            let commands = control.commands(
                plant(importKW: importKW), &issued, context: DispatchBench.context(tick), rules: desk)
            #expect(commands.allSatisfy { $0.point.fallback == "hold_0" && $0.path == DispatchBench.ess1 })
            return commands.map(\.point.value)
        }
        // 310 kW above the peak; 313 kW is within the dead-band of 5 kW, so only the lease is renewed.
        #expect(values(1, importKW: 5310) == [310])
        #expect(values(2, importKW: 5313) == [])
        #expect(values(3, importKW: 5313) == [310])
        #expect(values(4, importKW: 5315) == [315])
        // Nothing is above the peak: rest is always a new set-point.
        #expect(values(5, importKW: 3000) == [0])
        #expect(issued.setPoints == [DispatchBench.ess1: 0])
    }

    @Test("a plant without messages is taken to obey at once")
    func obeys() {
        var issued = CommandDesk()
        #expect(
            control.commands(plant(importKW: 5310), &issued, context: DispatchBench.context(1), rules: desk).count == 1)
        #expect(issued.pending.count == 1)
        issued.takeAsAccepted()
        #expect(issued.pending.isEmpty && issued.settle([], run: "r", context: DispatchBench.context(9)).isEmpty)
        #expect(issued.setPoint(DispatchBench.ess1) == 310)
    }
}
