import Testing
import TwinSimulation
import TwinTesting

/// The whole live pipeline over a world that fails as its seed wants it.
@Suite("Simulated hours")
struct SimulatedHourTests {
    /// Hours that once broke a rule, of ten thousand that were played.
    private static let once: [UInt64] = [465, 2522, 2549, 3621, 4312, 4773, 7793, 8591, 8675, 8757]

    @Test(
        "an hour in which the plant's links, disk, store and clocks fail breaks no rule",
        arguments: Array(0..<20) + once)
    func hour(seed: UInt64) async throws {
        let outcome = await SimulatedHour(seed: seed, config: try Repository.config()).play()
        #expect(outcome.violations.isEmpty, "make soak SEED=\(seed)")
        #expect(outcome.count.ticks > 40 && outcome.count.acknowledged > 500)
    }

    @Test("a seed is one hour: played again it is the same in all that happens")
    func sameAgain() async throws {
        let config = try Repository.config()
        let first = await SimulatedHour(seed: 5, config: config).play()
        #expect(await SimulatedHour(seed: 5, config: config).play() == first)
        #expect(await SimulatedHour(seed: 6, config: config).play().digest != first.digest)
    }

    @Test("a planted fault is found, and not without it", arguments: PlantedFault.allCases)
    func planted(fault: PlantedFault) async throws {
        #expect(await fault.search(try Repository.config(), seeds: 0..<100) != nil)
    }
}
