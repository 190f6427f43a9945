public import TwinCore
import TwinFiles

/// One hour of one signal: what was received and what ticks used, to the last bit. It is packed as columns; a used
/// value that follows from the readings costs nothing.
public struct SeriesHour: Sendable, Hashable {
    public static let length = Span.hours(1)

    public struct Damaged: Error, Sendable, Hashable {}

    public var signal: SignalPath
    public var hour: PlantTime
    /// By their start, each start once.
    public private(set) var readings: [SeriesPoint] = []
    public private(set) var used: [SeriesPoint] = []

    public init(_ signal: SignalPath, hour: PlantTime) {
        self.signal = signal
        self.hour = hour
    }

    public mutating func add(_ point: SeriesPoint, _ kind: SeriesPoint.Kind) {
        switch kind {
        case .reading: SeriesHour.insert(point, into: &readings)
        case .used: SeriesHour.insert(point, into: &used)
        }
    }

    public mutating func add(_ other: SeriesHour) {
        for point in other.readings { add(point, .reading) }
        for point in other.used { add(point, .used) }
    }

    public func points(_ kind: SeriesPoint.Kind) -> [SeriesPoint] { kind == .reading ? readings : used }

    public var isEmpty: Bool { readings.isEmpty && used.isEmpty }

    /// What of it `belongs`.
    public func part(_ belongs: (SeriesPoint) -> Bool) -> SeriesHour {
        var part = self
        part.readings.removeAll { !belongs($0) }
        part.used.removeAll { !belongs($0) }
        return part
    }

    /// Of the readings, or of the used values where there are none.
    public var bounds: (low: Double, high: Double)? {
        var bounds: (low: Double, high: Double)?
        for point in readings.isEmpty ? used : readings where point.value.isFinite {
            guard let (low, high) = bounds else {
                bounds = (point.value, point.value)
                continue
            }
            if point.value < low { bounds?.low = point.value } else if point.value > high { bounds?.high = point.value }
        }
        return bounds
    }

    /// A signal that speaks more often than six times a minute is archived by the second; the journal has the rest.
    static let finestMax = 600
    private static let second = Span.seconds(1)

    /// Stepped again, a tick gives the same value: the newer one may stand for both.
    private static func insert(_ point: SeriesPoint, into list: inout [SeriesPoint]) {
        if list.count >= finestMax, let last = list.last, point.from >= last.from,
            point.from.floored(to: second) == last.from.floored(to: second)
        {
            list[list.count - 1] = point
            return
        }
        // An hour of seconds; what comes out of order costs no more than that.
        guard list.count < finestMax + 3600 else { return }
        guard let last = list.last, last.from >= point.from else {
            // An hour of minutes.
            if list.isEmpty { list.reserveCapacity(60) }
            list.append(point)
            return
        }
        let index = list.partitioningIndex { $0.from >= point.from }
        if index < list.count, list[index].from == point.from {
            list[index] = point
        } else {
            list.insert(point, at: index)
        }
    }

    // MARK: - Columns

    private static let format: UInt8 = 1

    /// Times from the hour's beginning, lengths and values of the readings; then of the used values, which come with
    /// one word each: 2 x quality, + 1 where the value does not follow from the readings and stands by itself.
    /// - Parameter times: of the hour that was packed before.
    public func packed(_ times: inout PackedTimes) -> [UInt8] {
        let held = surprises(.held)
        // The first rule takes a draw.
        let mean = held.isEmpty ? held : surprises(.mean)
        let (rule, places) = held.count <= mean.count ? (Prediction.held, held) : (.mean, mean)
        var words = used.map { Int64(2 * $0.quality.rank) }
        for place in places { words[place] += 1 }
        var bytes = [SeriesHour.format, rule.rawValue]
        bytes.reserveCapacity(1024)
        bytes.append(contentsOf: times.readings.pack(readings, of: hour))
        ColumnCodec.pack(readings.map(\.value), into: &bytes)
        bytes.append(contentsOf: times.used.pack(used, of: hour))
        ColumnCodec.pack(words, into: &bytes)
        ColumnCodec.pack(places.map { used[$0].value }, into: &bytes)
        return PackedBlob.pack(bytes)
    }

    public func packed() -> [UInt8] {
        var times = PackedTimes()
        return packed(&times)
    }

    /// Times as they were packed last: the signals of an asset have their readings at the same times, and all signals
    /// of an hour were used in the same ticks.
    public struct PackedTimes: Sendable {
        fileprivate struct Columns: Sendable {
            private var starts: [Int64] = []
            private var lengths: [Int64] = []
            private var bytes: [UInt8] = []

            fileprivate mutating func pack(_ points: [SeriesPoint], of hour: PlantTime) -> [UInt8] {
                if !bytes.isEmpty, isOf(points, hour) { return bytes }
                starts = points.map { ($0.from - hour).ms }
                lengths = points.map { ($0.to - $0.from).ms }
                bytes.removeAll(keepingCapacity: true)
                ColumnCodec.pack(starts, into: &bytes)
                ColumnCodec.pack(lengths, into: &bytes)
                return bytes
            }

            private func isOf(_ points: [SeriesPoint], _ hour: PlantTime) -> Bool {
                guard points.count == starts.count else { return false }
                return points.indices.allSatisfy { place in
                    let point = points[place]
                    return (point.from - hour).ms == starts[place] && (point.to - point.from).ms == lengths[place]
                }
            }
        }

        fileprivate var readings = Columns()
        fileprivate var used = Columns()

        public init() {}
    }

    public init(_ signal: SignalPath, hour: PlantTime, packed: [UInt8]) throws(Damaged) {
        self.init(signal, hour: hour)
        do { try unpack(packed) } catch { throw Damaged() }
    }

    private mutating func unpack(_ packed: [UInt8]) throws {
        guard var bytes = PackedBlob.unpack(packed)?[...] else { throw Damaged() }
        guard bytes.popFirst() == SeriesHour.format, let rule = bytes.popFirst().flatMap(Prediction.init) else {
            throw Damaged()
        }
        let times = try unpackTimes(&bytes)
        let values = try ColumnCodec.unpackDoubles(&bytes)
        guard times.count == values.count else { throw Damaged() }
        readings = zip(times, values).map {
            SeriesPoint(from: $0.from, to: $0.to, value: $1, quality: .good)
        }
        let ticks = try unpackTimes(&bytes)
        let words: [Int64] = try ColumnCodec.unpack(&bytes)
        var surprises = try ColumnCodec.unpackDoubles(&bytes)[...]
        guard ticks.count == words.count else { throw Damaged() }
        var place = 0
        used = try zip(ticks, words).map { tick, word in
            let value = word & 1 == 1 ? surprises.popFirst() : rule.value(tick.from, tick.to, readings, &place)
            guard let value, let quality = Quality(rank: word >> 1) else { throw Damaged() }
            return SeriesPoint(from: tick.from, to: tick.to, value: value, quality: quality)
        }
        guard surprises.isEmpty, bytes.isEmpty else { throw Damaged() }
    }

    private func unpackTimes(_ bytes: inout ArraySlice<UInt8>) throws -> [(from: PlantTime, to: PlantTime)] {
        let starts: [Int64] = try ColumnCodec.unpack(&bytes)
        let lengths: [Int64] = try ColumnCodec.unpack(&bytes)
        guard starts.count == lengths.count else { throw Damaged() }
        return zip(starts, lengths).map { start, length in
            let from = hour + Span(ms: start)
            return (from, from + Span(ms: length))
        }
    }

    /// Places among the used values that the readings do not give away.
    private func surprises(_ rule: Prediction) -> [Int] {
        var place = 0
        return used.indices.filter { index in
            let wanted = used[index]
            return rule.value(wanted.from, wanted.to, readings, &place)?.bitPattern != wanted.value.bitPattern
        }
    }
}

/// What a tick uses of a signal that nothing is wrong with: the reading that began last before its end.
private enum Prediction: UInt8 {
    /// As it was sent: an instant, such as a level.
    case held
    /// As the mean over the tick comes out in floating point.
    case mean

    /// - Parameter place: index after the latest reading that was looked at; ticks are asked for in ascending order.
    func value(_ from: PlantTime, _ to: PlantTime, _ readings: [SeriesPoint], _ place: inout Int) -> Double? {
        while place < readings.count, readings[place].from < to { place += 1 }
        guard place > 0 else { return nil }
        let value = readings[place - 1].value
        let length = Double((to - from).ms)
        return self == .held ? value : value * length / length
    }
}

extension Quality {
    fileprivate init?(rank: Int64) {
        guard let rank = Int(exactly: rank), Quality.allCases.indices.contains(rank) else { return nil }
        self = Quality.allCases[rank]
    }
}

extension Array {
    /// Index of the first element that `belongs` holds for; the array is so ordered that it holds for all after it.
    func partitioningIndex(where belongs: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if belongs(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
