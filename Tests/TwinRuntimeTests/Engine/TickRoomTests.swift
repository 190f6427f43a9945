import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinTesting

@testable import TwinRuntime

/// A tick takes so much and no more.
@Suite("Room of a tick")
struct TickRoomTests {
    private func arrival(_ topic: String, bytes: Int = 20) -> Arrival {
        Arrival(t: Recording.start, topic: topic, payload: [UInt8](repeating: 0x20, count: bytes))
    }

    @Test("readings give way first, by number and by bytes")
    func byRank() {
        var room = TickRoom()
        let reading = arrival("v1/sunderland/wind/t01/tele")
        let ack = arrival("v1/sunderland/storage/string-1/ack")
        #expect(fill(&room, with: reading) == TickRoom.countMax)
        #expect(fill(&room, with: ack) == TickRoom.countMax)
        var wide = TickRoom()
        let large = arrival("v1/sunderland/wind/t01/tele", bytes: 1 << 16)
        #expect(fill(&wide, with: large) == TickRoom.bytesMax >> 16)
        #expect(fill(&wide, with: ack) > 0)
    }

    /// How many it took.
    private func fill(_ room: inout TickRoom, with arrival: Arrival) -> Int {
        var taken = 0
        while room.takes(arrival) { taken += 1 }
        return taken
    }

    @Test("what is shed is counted, received = accepted + rejected + duplicates + shed, and a file sheds the same")
    func counted() async throws {
        let config = try Repository.config()
        let header = Header(
            site: config.site, run: "r", start: Recording.start, timeZone: config.zone.name, stepS: config.stepS,
            seed: 0,
            mode: .shadow, loop: .open, clock: .event, marks: true, config: config.hash, build: "test")
        let beyond = 7
        let line = Line(t: Recording.start, .message(arrival("v1/sunderland/wind/t01/tele")))
        let lines = [Line](repeating: line, count: TickRoom.countMax + beyond)
        let input = try TickInput(lines) { _ in config }
        #expect(input.shed == beyond && input.arrivals.count == TickRoom.countMax)
        let engine = TwinEngine(config: config, plan: RunPlan(header), seating: .plain)
        _ = await engine.close(input)
        let counts = try #require(engine.state.books.open).counts
        #expect(counts.shed == beyond && counts.messages == lines.count)
        let others = counts.rejected.values.reduce(0, +) + counts.duplicates + counts.accepted
        #expect(others == TickRoom.countMax)
    }
}
