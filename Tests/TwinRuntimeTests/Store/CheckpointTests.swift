import Foundation
import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinFiles
import TwinPlant
import TwinRuntime
import TwinTesting

/// The state between two ticks as bytes: equal from run to run, and readable by the builds that follow.
@Suite("Checkpoint")
struct CheckpointTests {
    /// Written by the first build of format 2. A later build must go on from it; when what is written changes, `golden`
    /// fails, and a second file stands beside this one.
    private static let golden = Repository.root.appending(path: "Tests/TwinRuntimeTests/Golden/checkpoint-2.state")
    private static let ticks = 45

    private static func engine() throws -> TwinEngine {
        let plan = RunPlan(run: "golden", start: SmallRecording.start, stepS: 60, mode: .control, clock: .event)
        return TwinEngine(config: try config(), plan: plan, seating: .plain)
    }

    /// The shipped one under a name of its own, so that a comment in a file changes no byte of the state.
    private static func config() throws -> SiteConfig {
        var config = try Repository.config()
        config.hash = "sha256:golden"
        return config
    }

    private static func run(_ engine: TwinEngine, _ plant: inout PlantSimulator, ticks: Int) async {
        for _ in 0..<ticks {
            var input = TickInput()
            input.arrivals = plant.advance().map {
                Arrival(t: $0.sent ?? plant.now, topic: $0.topic, payload: $0.payload)
            }
            _ = await engine.close(input)
        }
    }

    private static func plant() throws -> PlantSimulator {
        PlantSimulator(config: try Repository.config(), start: SmallRecording.start, seed: 7)
    }

    @Test("equals the bytes that another process wrote, before they are deflated")
    func equalBytes() async throws {
        let engine = try Self.engine()
        var plant = try Self.plant()
        await Self.run(engine, &plant, ticks: Self.ticks)
        let bytes = try await engine.checkpoint()
        if ProcessInfo.processInfo.environment["TWIN_WRITE_GOLDEN"] != nil { try Data(bytes).write(to: Self.golden) }
        let wanted = try #require(Deflate.unpack(Array(try Data(contentsOf: Self.golden))))
        // By way of a name: a failure shall not print a hundred thousand numbers.
        let isEqual = Deflate.unpack(bytes) == wanted
        #expect(isEqual)
        // Restored and written again it is the same.
        let other = try Self.engine()
        try await other.restore(bytes) { _ in try Self.config() }
        let isAgain = try await other.checkpoint() == bytes
        #expect(isAgain)
    }

    @Test("a build goes on from the bytes of format 2 as if nothing had happened")
    func golden() async throws {
        let whole = try Self.engine()
        var plant = try Self.plant()
        await Self.run(whole, &plant, ticks: Self.ticks)
        var same = plant
        let again = try Self.engine()
        try await again.restore(Array(try Data(contentsOf: Self.golden))) { _ in try Self.config() }
        #expect(again.state.tick == Self.ticks && again.state.chain == whole.state.chain)
        await Self.run(whole, &plant, ticks: 20)
        await Self.run(again, &same, ticks: 20)
        #expect(again.state.chain == whole.state.chain)
        #expect(again.state.books.rows == whole.state.books.rows)
    }

    @Test("damaged or newer bytes are refused, and the engine is as it was", arguments: 0..<24 as Range<UInt64>)
    func damaged(seed: UInt64) async throws {
        var chance = SeedStream(seed: seed, name: "damage")
        var body = try #require(Deflate.unpack(Array(try Data(contentsOf: Self.golden))))
        switch seed % 3 {
        case 0: body.removeLast(Int(chance.next() % UInt64(body.count)) + 1)
        case 1: body[9] = UInt8(2 + chance.next() % 200)  // the format
        default: body[13 + Int(chance.next() % 8)] ^= 0x5A  // how many sections, how long the first text
        }
        let engine = try Self.engine()
        await #expect(throws: (any Error).self) {
            try await engine.restore(Deflate.pack(body)) { _ in try Self.config() }
        }
        #expect(engine.state.tick == 0)
        var plant = try Self.plant()
        await Self.run(engine, &plant, ticks: 2)
        let fresh = try Self.engine()
        var other = try Self.plant()
        await Self.run(fresh, &other, ticks: 2)
        #expect(engine.state.chain == fresh.state.chain)
    }
}
