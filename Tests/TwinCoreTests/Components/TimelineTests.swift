import Foundation
import ProcessorTime
import Testing

@testable import TwinCore

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

    @Test("thinned, keeps of each cell its last piece, its integral and what of it was covered")
    func thins() {
        // Three pieces of 10 s in the first minute, with a hole of 10 s; one in the second; two in the third.
        var line = timeline([(0, 10, 6), (10, 20, 12), (30, 40, 3), (70, 80, 5), (120, 130, 7), (140, 300, 9)])
        let whole = line.integral(from: at(0), to: at(60))
        line.thin(before: at(180), to: .minutes(1))
        // 6 kW and 12 kW for 10 s each are 9 kW for 20 s.
        #expect(
            line.pieces.map { [$0.start, $0.end] }
                == [[0, 20], [30, 40], [70, 80], [120, 130], [140, 300]].map { $0.map { 1000 * $0 } })
        #expect(line.pieces.map(\.value) == [9, 3, 5, 7, 9])
        #expect(line.integral(from: at(0), to: at(60)).valueMs == whole.valueMs)
        #expect(line.integral(from: at(0), to: at(60)).coveredMs == whole.coveredMs)
        let thinned = line
        line.thin(before: at(180), to: .minutes(1))
        #expect(line == thinned)
    }

    @Test("thinned, leaves what comes after the time and takes what comes late")
    func thinsBefore() {
        var line = timeline((0..<240).map { ($0, $0 + 1, Double($0)) })
        line.thin(before: at(120), to: .minutes(1))
        #expect(line.count == 4 + 120)
        // Seconds 0 to 58 have the mean 29; second 59 stays.
        #expect(line.pieces.prefix(4).map(\.value) == [29, 59, 89, 119])
        #expect(line.pieces.dropFirst(4).map(\.value) == (120..<240).map(Double.init))
        #expect(line.insert(start: at(30), end: at(31), value: 0) == .inserted)
        // Cut short by the late one, which holds for a second: 30 s of the mean, 1 s of 0, then the last one.
        #expect(line.integral(from: at(0), to: at(60)).valueMs == 29 * 30_000 + 59 * 1000)
    }

    @Test("thinned at any seed, cells keep their integrals", arguments: 0..<50)
    func thinsSeeded(seed: UInt64) {
        var chance = SeedStream(seed: seed, name: "thin")
        var line = Timeline()
        var ms: Int64 = -600_000
        while ms < 600_000 {
            let length = 1 + Int64(chance.next() % 9000)
            _ = line.insert(
                start: PlantTime(ms: ms), end: PlantTime(ms: ms + 1 + Int64(chance.next() % UInt64(2 * length))),
                value: Double(chance.next() % 1001) - 500)
            ms += length
        }
        let before = line
        line.thin(before: at(300), to: .minutes(1))
        #expect(line.count < before.count)
        for minute in Int64(-10)..<10 {
            let (from, to) = (at(60 * minute), at(60 * minute + 60))
            let (was, now) = (before.integral(from: from, to: to), line.integral(from: from, to: to))
            #expect(now.coveredMs == was.coveredMs)
            #expect(abs(now.valueMs - was.valueMs) < 1e-6)
            #expect(before.latestPiece(before: to) == line.latestPiece(before: to))
        }
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

    @Test("answers as if each forgotten piece were gone at once", arguments: 0..<32 as Range<UInt64>)
    func forgottenPieces(seed: UInt64) throws {
        var chance = SeedStream(seed: seed, name: "forgotten")
        var line = Timeline()
        var kept: [Timeline.Piece] = []
        var now: Int64 = 0
        for _ in 0..<400 {
            now += 10
            // One in ten comes late, some of them older than all that is kept; lengths leave holes and overlaps.
            let start = chance.next() % 10 == 0 ? now - Int64(chance.next() % 900) : now
            let end = start + 1 + Int64(chance.next() % 30)
            let value = (chance.unit() * 10).rounded()
            let place = kept.firstIndex { $0.start >= start * 1000 } ?? kept.count
            let piece = Timeline.Piece(start: start * 1000, end: end * 1000, value: value)
            let isTaken = place < kept.count && kept[place].start == piece.start
            switch (line.insert(start: at(start), end: at(end), value: value), isTaken) {
            case (.inserted, false): kept.insert(piece, at: place)
            case (.same, true), (.conflict, true): break
            case (let insertion, _): Issue.record("seed \(seed): \(insertion) at \(start)")
            }
            let horizon = at(now - 500 - Int64(chance.next() % 40))
            line.forget(before: horizon)
            kept.removeFirst(kept.prefix { $0.end <= horizon.ms }.count)
            var fresh = Timeline()
            for piece in kept {
                _ = fresh.insert(start: PlantTime(ms: piece.start), end: PlantTime(ms: piece.end), value: piece.value)
            }
            #expect(line == fresh && line.hashValue == fresh.hashValue, "seed \(seed), \(now) s")
            #expect(Array(line.pieces) == kept && line.last == kept.last && line.isEmpty == kept.isEmpty)
            let from = at(now - 700 + Int64(chance.next() % 700))
            let to = from + .seconds(60)
            #expect(line.integral(from: from, to: to) == fresh.integral(from: from, to: to))
            #expect(line.latestPiece(before: from) == fresh.latestPiece(before: from))
            #expect(line.piece(at: from) == fresh.piece(at: from))
            for tolerance in [Span.seconds(1), .seconds(20)] {
                #expect(
                    line.gapCount(from: from, to: to, tolerance: tolerance)
                        == fresh.gapCount(from: from, to: to, tolerance: tolerance))
            }
        }
        let data = try JSONEncoder().encode(line)
        #expect(try JSONDecoder().decode(Timeline.self, from: data) == line, "seed \(seed)")
    }

    @Test("is empty when all is forgotten, and takes an older piece then")
    func forgetsAll() {
        var line = timeline([(0, 10, 1), (10, 20, 2)])
        line.forget(before: at(20))
        #expect(line.isEmpty && line.last == nil && line.latestPiece(before: at(100)) == nil)
        #expect(line == Timeline())
        #expect(line.gapCount(from: at(0), to: at(100), tolerance: .seconds(1)) == 0)
        #expect(line.insert(start: at(5), end: at(30), value: 3) == .inserted)
        #expect(line.pieces.map(\.value) == [3])
    }

    @Test("a step costs as much with a long memory as with a short one")
    func costOfForgetting() {
        // 10,000 steps that take one piece and forget one. Shifting all pieces at each of them costs as many times more
        // as there are more of them.
        func steps(holding count: Int64) -> Duration {
            var line = Timeline()
            for number in 0..<count { _ = line.insert(start: at(number), end: at(number + 1), value: 1) }
            var number = count
            return processorTime {
                for _ in 0..<10_000 {
                    _ = line.insert(start: at(number), end: at(number + 1), value: 1)
                    line.forget(before: at(number + 1 - count))
                    number += 1
                }
                #expect(line.pieces.count == Int(count))
            }
        }
        let (short, long) = (steps(holding: 100), steps(holding: 100_000))
        #expect(long < short * 20, "\(long) against \(short)")
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
