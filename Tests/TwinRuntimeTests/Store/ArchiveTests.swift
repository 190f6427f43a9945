import Foundation
import GRDB
import Testing
import TwinBooks
import TwinCore
import TwinRuntime
import TwinTesting
import TwinStore

/// Hours of signals: packed without loss, merged when readings are late, thinned without losing extremes.
@Suite("Archive")
struct ArchiveTests {
    private static let signal = SignalPath(AssetPath(.wind, "t01"), "power_kw")
    private static let hour = PlantTime(rfc3339: "2025-06-18T06:00:00.000Z") ?? .earliest

    private func point(_ minute: Int64, _ value: Double, _ quality: Quality = .good, s: Int64 = 60) -> SeriesPoint {
        let from = Self.hour + .minutes(minute)
        return SeriesPoint(from: from, to: from + .seconds(s), value: value, quality: quality)
    }

    private func hour(_ readings: [SeriesPoint], used: [SeriesPoint] = []) -> SeriesHour {
        var hour = SeriesHour(Self.signal, hour: Self.hour)
        for point in readings { hour.add(point, .reading) }
        for point in used { hour.add(point, .used) }
        return hour
    }

    private func again(_ hour: SeriesHour) throws -> SeriesHour {
        try SeriesHour(hour.signal, hour: hour.hour, packed: hour.packed())
    }

    @Test("an hour comes back as it was packed")
    func roundTrip() throws {
        let readings = (0..<Int64(60)).map { point($0, Double($0 * 37 % 101) / 10) }
        // A mean over the tick, a level, the last known value, what the model says, and what is no number.
        let used = (0..<Int64(60)).map { minute in
            switch minute % 5 {
            case 0: point(minute, readings[Int(minute)].value * 60_000 / 60_000)
            case 1: point(minute, readings[Int(minute)].value)
            case 2: point(minute, readings[Int(minute) - 1].value, .lastKnown)
            case 3: point(minute, 1 / Double(minute), .estimated)
            default: point(minute, -.infinity, .stale)
            }
        }
        let whole = hour(readings, used: used)
        #expect(try again(whole) == whole)
        #expect(whole.bounds?.low == 0 && whole.bounds?.high == 10)
        for part in [hour(readings), hour([], used: used), hour([]), hour([point(3, .pi)], used: [point(0, .pi)])] {
            #expect(try again(part) == part)
        }
    }

    @Test("an hour of a signal that speaks more often than six times a minute is kept by the second, in any order")
    func finest() {
        var flooded = SeriesHour(Self.signal, hour: Self.hour)
        for number in 0..<Int64(36_000) {
            let from = Self.hour + Span(ms: number * 100)
            flooded.add(
                SeriesPoint(from: from, to: from + .seconds(1), value: Double(number), quality: .good), .reading)
        }
        let kept = flooded.points(.reading)
        // Six hundred as they came, which is a minute, then the last of each second.
        #expect(kept.count == 600 + 3540 && kept.last?.value == 35_999)
        #expect(kept.prefix(600).map(\.value) == (0..<600).map(Double.init))
        var backwards = SeriesHour(Self.signal, hour: Self.hour)
        for point in kept.reversed() { backwards.add(point, .reading) }
        #expect(backwards.points(.reading).count <= 600 + 3600)
    }

    @Test("used values that follow from the readings cost next to nothing")
    func size() {
        let readings = (0..<60).map { point($0, Double(($0 * 7919 + 13) % 4001) / 10) }
        let used = readings.map { SeriesPoint(from: $0.from, to: $0.to, value: $0.value, quality: .good) }
        let (alone, both) = (hour(readings).packed().count, hour(readings, used: used).packed().count)
        #expect(alone < 60 * 4)
        #expect(both - alone < 40)
    }

    @Test("damaged bytes are refused and never trap")
    func damage() {
        let bytes = hour((0..<60).map { point($0, Double($0) / 7) }, used: [point(0, 3)]).packed()
        for length in stride(from: 0, to: bytes.count, by: 7) {
            #expect(throws: SeriesHour.Damaged.self) {
                try SeriesHour(Self.signal, hour: Self.hour, packed: Array(bytes.prefix(length)))
            }
        }
        for place in bytes.indices {
            var damaged = bytes
            damaged[place] ^= 0x41
            // Whatever comes out, if anything does: it is no crash.
            _ = try? SeriesHour(Self.signal, hour: Self.hour, packed: damaged)  // see above
        }
    }

    // MARK: - In a store

    private func store(_ folder: TemporaryFolder, _ hours: [SeriesHour]) throws -> any TwinStorePort {
        let store = try openStore(folder.path("a.sqlite"))
        _ = try store.begin(RunIdentity(JournalTests.header))
        for hour in hours {
            var batch = StoreBatch(Chart([]))
            batch.series = [hour]
            try store.write(batch)
        }
        return store
    }

    @Test("a late reading joins its closed hour, and what ticks used before stays as it was")
    func late() throws {
        let folder = try TemporaryFolder()
        let readings = [0, 1, 3].map { point($0, Double($0) + 0.5) }
        // At minute 2 there was no reading: the last one was held.
        let used = [point(0, 0.5), point(1, 1.5), point(2, 1.5, .lastKnown), point(3, 3.5)]
        let store = try store(folder, [hour(readings, used: used), hour([point(2, 77.25)])])
        #expect(try store.points(Self.signal, .reading).map(\.value) == [0.5, 1.5, 77.25, 3.5])
        #expect(try store.points(Self.signal, .used) == used)
        #expect(try store.latest().map(\.point) == [point(3, 3.5)])
        #expect(try store.latest().map(\.signal) == [Self.signal])
    }

    @Test("a window has what begins in it; a signal that is not there has nothing")
    func window() throws {
        let folder = try TemporaryFolder()
        var next = SeriesHour(Self.signal, hour: Self.hour + .hours(2))
        next.add(point(120, 9), .reading)
        let store = try store(folder, [hour((0..<60).map { point($0, Double($0)) }), next])
        let window = StoreWindow(from: Self.hour + .minutes(10), to: Self.hour + .minutes(13))
        #expect(try store.points(Self.signal, .reading, window).map(\.value) == [10, 11, 12])
        #expect(try store.points(Self.signal, .used, window).isEmpty)
        #expect(try store.points(Self.signal, .reading).count == 61)
        #expect(try store.extent(of: Self.signal) == StoreWindow(from: Self.hour, to: Self.hour + .hours(3)))
        let other = SignalPath(AssetPath(.wind, "t02"), "power_kw")
        #expect(try store.points(other, .reading).isEmpty)
        #expect(try store.extent(of: other) == nil)
        #expect(try store.series(other, .reading, .all, points: 10).isEmpty)
    }

    @Test("a thinned series has the lowest and the highest value, and no more points than asked for")
    func thinned() throws {
        let folder = try TemporaryFolder()
        var values = (0..<60).map { point($0, Double($0 % 7)) }
        values[23].value = 900
        values[24].value = -900
        let store = try store(folder, [hour(values)])
        for points in [2, 7, 10, 24, 1000] {
            let thin = try store.series(Self.signal, .reading, .all, points: points)
            #expect(thin.count <= points && thin.count >= min(points - 1, 12))
            #expect(thin.map(\.value).max() == 900 && thin.map(\.value).min() == -900)
            #expect(thin.map(\.from) == thin.map(\.from).sorted())
        }
        #expect(try store.series(Self.signal, .reading, .all, points: 1000) == values)
    }

    @Test("a damaged hour is refused as 65 with its place and what to do")
    func damagedHour() throws {
        let folder = try TemporaryFolder()
        let store = try store(folder, [hour([point(0, 1)])])
        try DatabaseQueue(path: folder.path("a.sqlite")).write { try $0.execute(sql: "UPDATE series SET data = x'00'") }
        let problem = try #require(throws: StoreProblem.self) { try store.points(Self.signal, .reading) }
        #expect(problem.exitCode == 65)
        #expect(
            problem.description.contains("the values of wind/t01/power_kw at 2025-06-18T06:00:00.000Z cannot be read"))
    }
}
