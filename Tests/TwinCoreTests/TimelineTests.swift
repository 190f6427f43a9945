import Foundation
import Testing
import TwinCore

@Suite("Timeline")
struct TimelineTests {
    private func at(_ seconds: Int64) -> PlantTime { PlantTime(ms: seconds * 1000) }

    private func timeline(_ pieces: [(Int64, Int64, Double)]) -> Timeline {
        var line = Timeline()
        for (start, end, value) in pieces { _ = line.insert(start: at(start), end: at(end), value: value) }
        return line
    }

    @Test("integrates pieces over the part that they cover")
    func integral() {
        // 10 kW for 60 s, a hole of 60 s, 20 kW for 60 s.
        let line = timeline([(0, 60, 10), (120, 180, 20)])
        let whole = line.integral(from: at(0), to: at(180))
        #expect(whole.valueMs == 10 * 60_000 + 20 * 60_000)
        #expect(whole.coveredMs == 120_000)
        let part = line.integral(from: at(30), to: at(130))
        #expect(part.valueMs == 10 * 30_000 + 20 * 10_000)
        #expect(part.coveredMs == 40_000)
        #expect(line.integral(from: at(60), to: at(120)).coveredMs == 0)
        #expect(line.integral(from: at(200), to: at(300)).coveredMs == 0)
        #expect(line.integral(from: at(-100), to: at(0)).coveredMs == 0)
        #expect(Timeline().integral(from: at(0), to: at(1)).coveredMs == 0)
    }

    @Test("ends a piece where the next one begins")
    func overlap() {
        // The second reading cuts the first short; after its own end nothing holds.
        let line = timeline([(0, 100, 1), (30, 50, 2)])
        let sum = line.integral(from: at(0), to: at(100))
        #expect(sum.valueMs == 1 * 30_000 + 2 * 20_000)
        #expect(sum.coveredMs == 50_000)
        #expect(line.piece(at: at(29))?.value == 1)
        #expect(line.piece(at: at(30))?.value == 2)
        #expect(line.piece(at: at(60)) == nil)
    }

    @Test("keeps the first of two pieces with one start and says so")
    func sameStart() {
        var line = Timeline()
        #expect(line.insert(start: at(0), end: at(10), value: 1) == .inserted)
        #expect(line.insert(start: at(0), end: at(10), value: 1) == .same)
        #expect(line.insert(start: at(0), end: at(10), value: 2) == .conflict)
        #expect(line.insert(start: at(20), end: at(30), value: 3) == .inserted)
        #expect(line.insert(start: at(10), end: at(20), value: 4) == .inserted)
        #expect(line.insert(start: at(10), end: at(20), value: 5) == .conflict)
        #expect(line.pieces.map(\.value) == [1, 4, 3])
    }

    @Test("replaces on demand")
    func replaces() {
        var line = timeline([(0, 10, 1), (10, 20, 2)])
        line.set(start: at(0), end: at(10), value: 7)
        line.set(start: at(20), end: at(30), value: 8)
        line.set(start: at(5), end: at(10), value: 9)
        #expect(line.pieces.map(\.value) == [7, 9, 2, 8])
    }

    @Test("finds the latest piece before an instant, whether it holds or not")
    func latest() {
        let line = timeline([(10, 20, 1), (30, 40, 2)])
        #expect(line.latestPiece(before: at(10)) == nil)
        #expect(line.latestPiece(before: at(11))?.value == 1)
        #expect(line.latestPiece(before: at(30))?.value == 1)
        #expect(line.latestPiece(before: at(1000))?.value == 2)
        #expect(line.piece(at: at(9)) == nil)
        #expect(line.piece(at: at(10))?.value == 1)
        #expect(line.piece(at: at(20)) == nil)
    }

    @Test("forgets what ended, but nothing that still holds")
    func forgets() {
        var line = timeline([(0, 10, 1), (10, 20, 2), (20, 30, 3)])
        line.forget(before: at(9))
        #expect(line.pieces.count == 3)
        line.forget(before: at(20))
        #expect(line.pieces.map(\.value) == [3])
        line.forget(before: at(29))
        #expect(line.pieces.count == 1)
    }

    @Test("counts holes by the span in which they begin")
    func gaps() {
        // Holes: 60...120 and 180...(open). Nothing before the first reading counts.
        let line = timeline([(0, 60, 1), (120, 180, 1), (180, 240, 1)])
        let second = Span.seconds(1)
        #expect(line.gapCount(from: at(0), to: at(200), tolerance: second) == 1)
        #expect(line.gapCount(from: at(0), to: at(300), tolerance: second) == 2)
        #expect(line.gapCount(from: at(60), to: at(200), tolerance: second) == 1)
        #expect(line.gapCount(from: at(61), to: at(200), tolerance: second) == 0)
        #expect(line.gapCount(from: at(-60), to: at(0), tolerance: second) == 0)
        #expect(line.gapCount(from: at(0), to: at(200), tolerance: .seconds(60)) == 0)
        #expect(line.gapCount(from: at(240), to: at(300), tolerance: second) == 1)
        #expect(Timeline().gapCount(from: at(0), to: at(100), tolerance: second) == 0)
        // A later piece that cuts an earlier one short leaves no hole.
        #expect(timeline([(0, 100, 1), (30, 130, 2)]).gapCount(from: at(0), to: at(120), tolerance: second) == 0)
    }

    @Test("gives the same integrals whatever the order of arrival", arguments: 0..<64 as Range<UInt64>)
    func anyOrder(seed: UInt64) {
        var chance = SeedStream(seed: seed, name: "timeline")
        var pieces: [(Int64, Int64, Double)] = []
        var start: Int64 = 0
        for _ in 0..<40 {
            start += 1 + Int64(chance.next() % 100)
            pieces.append((start, start + 1 + Int64(chance.next() % 150), (chance.unit() * 1000).rounded()))
        }
        let inOrder = timeline(pieces)
        for index in stride(from: pieces.count - 1, to: 0, by: -1) {
            pieces.swapAt(index, Int(chance.next() % UInt64(index + 1)))
        }
        let shuffled = timeline(pieces)
        #expect(shuffled == inOrder, "seed \(seed)")
        // Whole seconds and whole values: the sum of the parts is the whole, exactly.
        var sum = 0.0
        var covered: Int64 = 0
        for part in stride(from: Int64(0), to: start + 300, by: 7) {
            let (value, ms) = shuffled.integral(from: at(part), to: at(part + 7))
            sum += value
            covered += ms
        }
        let whole = inOrder.integral(from: at(0), to: at((start + 300) / 7 * 7 + 7))
        #expect(sum == whole.valueMs && covered == whole.coveredMs, "seed \(seed)")
        #expect(covered > 0)
    }

    @Test("packs itself and reads back to the same bits")
    func coding() throws {
        let line = timeline([(-5, 60, 0.1), (60, 120, -0.0), (120, 180, .greatestFiniteMagnitude)])
        let data = try JSONEncoder().encode(line)
        #expect(try JSONDecoder().decode(Timeline.self, from: data) == line)
        // Three pieces of 24 bytes are 72 bytes and so 96 letters.
        #expect(try JSONDecoder().decode(String.self, from: data).count == 96)
        let empty = try JSONEncoder().encode(Timeline())
        #expect(try JSONDecoder().decode(Timeline.self, from: empty).isEmpty)
    }

    @Test("packs little-endian: start, end, value")
    func packing() throws {
        var line = Timeline()
        _ = line.insert(start: PlantTime(ms: 1), end: PlantTime(ms: 2), value: 1)
        // 1.0 is 0x3FF0000000000000.
        let bytes: [UInt8] = [1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F]
        let text = try JSONDecoder().decode(String.self, from: JSONEncoder().encode(line))
        #expect(Base64.decode(text) == bytes)
    }

    @Test("refuses packed text that is none", arguments: ["\"Zg==\"", "\"***\"", "7", "\"Zm9v\""])
    func badPacking(text: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(Timeline.self, from: Data(text.utf8)) }
    }
}
