import HostileInputs
import Testing

/// A little of `make hostile`.
@Suite("Hostile inputs")
struct HostileInputTests {
    @Test("three thousand mutated inputs crash nothing, and none takes long", arguments: [1, 2, 3] as [UInt64])
    func some(seed: UInt64) async throws {
        var rounds = try HostileRounds()
        try await rounds.run(seed: seed)
        #expect(rounds.inputs == HostileRounds.size)
        #expect(rounds.slowest.count == HostileKind.allCases.count)
        #expect(rounds.slowest.allSatisfy { $0.value.time < .seconds(10) }, "\(rounds.slowest)")
    }

    @Test("the same seed makes the same changes")
    func seeded() {
        let bytes = Array(#"{"power_kw":12.5,"seq":3}"#.utf8)
        func draw(_ seed: UInt64) -> [[UInt8]] {
            var mutator = Mutator(seed: seed)
            return (0..<50).map { _ in mutator.mutated(bytes, others: [Array("{}".utf8)]) }
        }
        #expect(draw(7) == draw(7) && draw(7) != draw(8))
        #expect(draw(9).allSatisfy { $0.count <= Mutator.bytesMax })
        #expect(Set(draw(9)).count > 40)
    }
}
