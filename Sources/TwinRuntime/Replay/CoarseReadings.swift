import TwinCore

/// Readings of a recording that hold for more than a step. They arrive at the end of what they tell about: the plant
/// lives it at its time, so it must be known before the twin hears of it.
struct CoarseReadings {
    /// How far ahead a recording is read for them: meters of an hour are the coarsest.
    static let aheadMax = Span.hours(1)

    private struct Signal: Hashable {
        var path: AssetPath
        var key: String
    }

    private let site: String
    private let step: Span
    /// What a payload of one step holds; it spares most of them a decode.
    private let stepText: [UInt8]
    private var timelines: [Signal: Timeline] = [:]

    init(site: String, step: Span) {
        self.site = site
        self.step = step
        stepText = Array("\"period_s\":\(JSON.numberText(step.seconds)),".utf8)
    }

    /// Takes a message that will arrive later, if it is such a reading of one of the areas.
    mutating func take(_ arrival: Arrival, of areas: Set<Area>) {
        guard !CoarseReadings.holds(arrival.payload, stepText),
            case .asset(let area, let asset, .tele)? = Topic(arrival.topic, site: site), areas.contains(area),
            let telemetry = try? Telemetry(arrival),  // a broken reading tells nothing
            let period = telemetry.period, period > step
        else { return }
        for (key, value) in telemetry.values {
            guard case .number(let number) = value, number.isFinite, abs(number) < 1e7 else { continue }
            // Of two readings of one time the first counts, as in the twin.
            _ = timelines[Signal(path: AssetPath(area, asset), key: key), default: Timeline()]
                .insert(start: telemetry.ts, end: telemetry.ts + period, value: number)
        }
    }

    /// A plain scan: the library's search costs more than all else that is done with a message.
    private static func holds(_ payload: [UInt8], _ text: [UInt8]) -> Bool {
        guard let first = text.first, payload.count >= text.count else { return false }
        for start in 0...(payload.count - text.count) where payload[start] == first {
            var length = 1
            while length < text.count, payload[start + length] == text[length] { length += 1 }
            if length == text.count { return true }
        }
        return false
    }

    /// The mean over `from..<to`; nil where no reading covers it all.
    func mean(_ path: AssetPath, _ key: String, from: PlantTime, to: PlantTime) -> Double? {
        guard let timeline = timelines[Signal(path: path, key: key)] else { return nil }
        let (sum, covered) = timeline.integral(from: from, to: to)
        return covered == (to - from).ms ? sum / Double(covered) : nil
    }

    mutating func forget(before time: PlantTime) {
        for signal in timelines.keys { timelines[signal]?.forget(before: time) }
    }
}
