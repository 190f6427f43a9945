import TwinCore

/// What a mapping must remember from message to message: the last value of each topic of a sum, the mean that is being
/// made, where a register ran over. A signal has at most one of each, so it is bounded by the mapping.
public struct SignalMemory: Sendable, Hashable, Codable {
    /// By the name of the signal.
    var signals: [String: Row] = [:]
    /// Topics of the mapping that were heard, by their filter.
    @Ordered var heard: Set<String> = []

    public init() {}

    struct Row: Sendable, Hashable, Codable {
        var sum: RunningSum?
        var mean: RunningMean?
        var register: OverrunRegister?
        var gas: GasRegister?

        init() {}
    }

    /// Forgets what another mapping does not have.
    public mutating func keep(_ mapping: SignalMapping) {
        let names = Set(mapping.sources.flatMap(\.signals).map(\.name))
        signals = signals.filter { names.contains($0.key) }
        heard.formIntersection(mapping.sources.map(\.filter.text))
    }
}

/// The sum of values that come on topics of their own, each holding until its next.
struct RunningSum: Sendable, Hashable, Codable {
    struct Sample: Sendable, Hashable, Codable {
        var ts: PlantTime
        var value: Double
    }

    private var last: [Sample?]
    private var said: PlantTime?

    init(count: Int) { last = [Sample?](repeating: nil, count: count) }

    /// Takes a topic's value and gives the sum from then on; nil while a topic is missing or older than `period`.
    ///
    /// Where topics have one stamp, each moves the sum on by a millisecond: of two values at one instant the first would
    /// be kept, and that is the sum that still lacks the others.
    mutating func take(_ value: Double, of topic: Int, at ts: PlantTime, period: Span) -> Sample? {
        guard last.indices.contains(topic), last[topic].map({ $0.ts < ts }) ?? true else { return nil }
        last[topic] = Sample(ts: ts, value: value)
        var sum = Sample(ts: max(ts, said.map { $0 + Span(ms: 1) } ?? ts), value: 0)
        for sample in last {
            guard let sample, ts.ms - sample.ts.ms <= period.ms else { return nil }
            sum.value += sample.value
        }
        said = sum.ts
        return sum
    }
}

/// Means of a fast feed over stretches of one length, each sample holding until the next one.
struct RunningMean: Sendable, Hashable, Codable {
    /// What a stretch came to.
    struct Stretch: Sendable, Hashable {
        var ts: PlantTime
        var period: Span
        var value: Double
    }

    private var from: PlantTime
    private var ts: PlantTime
    private var value: Double
    private var sumMs = 0.0
    private var coveredMs: Int64 = 0

    init(_ value: Double, at ts: PlantTime, every: Span) {
        from = ts.floored(to: every)
        self.ts = ts
        self.value = value
    }

    /// Takes the next sample and gives what it completes: a mean, and where nothing came for a while the value that held.
    /// A sample holds at most `hold`; one that is no younger than the last is passed over.
    mutating func take(_ next: Double, at time: PlantTime, every: Span, hold: Span) -> [Stretch] {
        guard time > ts else { return [] }
        let end = from + every
        let heldTo = min(time, ts + hold)
        add(until: min(heldTo, end))
        defer { (ts, value) = (time, next) }
        guard time >= end else { return [] }
        var done: [Stretch] = []
        if coveredMs > 0 {
            // Holes inside the stretch are laid before it: its energy is that of what was heard.
            let covered = Span(ms: coveredMs)
            done.append(Stretch(ts: end - covered, period: covered, value: sumMs / Double(coveredMs)))
        }
        from = time.floored(to: every)
        if min(heldTo, from) > end {
            done.append(Stretch(ts: end, period: min(heldTo, from) - end, value: value))
        }
        (sumMs, coveredMs) = (0, 0)
        ts = from
        add(until: heldTo)
        return done
    }

    private mutating func add(until end: PlantTime) {
        guard end > ts else { return }
        sumMs += value * Double(end.ms - ts.ms)
        coveredMs += end.ms - ts.ms
    }
}

/// A register of so many digits that begins again at 0.
struct OverrunRegister: Sendable, Hashable, Codable {
    private var last: Double
    private var turns = 0.0

    init(_ reading: Double) { last = reading }

    /// The reading as if the register had one more digit. Only a fall by more than half the register is an overrun; what
    /// else falls is a new meter, or a message that was late.
    mutating func take(_ reading: Double, top: Double) -> Double {
        if last - reading > top / 2 { turns += 1 }
        if reading - last > top / 2, turns > 0 {
            // A late message from before the overrun.
            return reading + (turns - 1) * top
        }
        last = reading
        return reading + turns * top
    }
}

/// A register in cubic metres whose calorific value changes: what it counted before keeps the value that it had then.
struct GasRegister: Sendable, Hashable, Codable {
    private var kWhPerM3: Double
    /// The last reading as it was written, and what was told of it.
    private var reading: Double
    private var kWh: Double
    private var offsetKWh = 0.0

    init(_ reading: Double, kWh: Double, kWhPerM3: Double) {
        (self.reading, self.kWh, self.kWhPerM3) = (reading, kWh, kWhPerM3)
    }

    /// - Parameter converted: with the calorific value in force, kWh.
    mutating func take(_ reading: Double, kWhPerM3: Double, converted: (Double) -> Double) -> Double {
        if kWhPerM3 != self.kWhPerM3 {
            offsetKWh = kWh - converted(self.reading)
            self.kWhPerM3 = kWhPerM3
        }
        self.reading = reading
        kWh = converted(reading) + offsetKWh
        return kWh
    }
}
