import Testing
import TwinCore
import TwinPlant

@Suite("Simulated line")
struct SimulatedLineTests {
    private func models(seed: UInt64, ticks: Int, _ mix: ModelMix = Bench.models) -> [String] {
        var calendar = Bench.calendar
        calendar.models = mix
        var line = SimulatedLine(site: "s", asset: "final", calendar: calendar, seed: seed)
        return (1...ticks).flatMap { tick in
            line.lineOffs(from: Bench.context(tick).from, to: Bench.context(tick).to).map(\.id)
        }
    }

    @Test("builds the models by their shares", arguments: 0..<8 as Range<UInt64>)
    func shares(seed: UInt64) {
        // 15 hours at 75 an hour are about 1,125 vehicles. The deviation of a share of 0.3 is sqrt(0.3 x 0.7 / 1125) =
        // 0.0137; five of them are 0.068.
        let models = models(seed: seed, ticks: 900)
        #expect(abs(Double(models.count) / 1125 - 1) < 0.03)
        let leaves = Double(models.count { $0 == "leaf" }) / Double(models.count)
        #expect(abs(leaves - 0.3) < 0.068, "seed \(seed): \(leaves)")
    }

    @Test("says the same for the same seed; another plan changes the models, not their number")
    func seeds() {
        let first = models(seed: 3, ticks: 300)
        #expect(first == models(seed: 3, ticks: 300))
        #expect(first != models(seed: 4, ticks: 300))
        let other = models(seed: 3, ticks: 300, ModelMix([.init("ariya", share: 1, isElectric: true)]))
        #expect(other == first.map { _ in "ariya" })
    }

    @Test("tells the model in each vehicle's message")
    func messages() throws {
        var line = SimulatedLine(site: "s", asset: "final", calendar: Bench.calendar, seed: 5)
        var told: [String] = []
        for tick in 1...60 {
            for message in line.step(from: Bench.context(tick).from, to: Bench.context(tick).to) {
                told.append(try #require(try JSONReader.read(message.payload)["model"]?.text))
            }
        }
        #expect(told == models(seed: 5, ticks: 60))
        #expect(Set(told) == ["leaf", "juke"])
    }
}
