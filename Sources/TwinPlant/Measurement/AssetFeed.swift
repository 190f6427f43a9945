public import TwinCore

/// What a signal may look like; ranges come from the asset's parameters.
public struct SignalSpec: Sendable, Hashable {
    /// Payload key, unit in its name.
    public var key: String
    public var range: ClosedRange<Double>
    /// How long a reading without `period_s` holds, and how old a last-known value may be.
    public var maxAge: Span
    /// A meter register that only grows, kWh. Its timeline holds the mean power between two readings, kW.
    public var isCounter: Bool
    /// Largest mean power between two register readings that is believed, kW.
    public var counterMaxKW = Double.infinity

    public init(_ key: String, _ range: ClosedRange<Double>, maxAge: Span, isCounter: Bool = false) {
        self.key = key
        self.range = range
        self.maxAge = maxAge
        self.isCounter = isCounter
    }

    /// A register that counts up to 1e12 kWh. A coarse one moves in jumps, so ten times the rating is believed.
    public static func counter(_ key: String, ratedKW: Double, maxAge: Span) -> SignalSpec {
        var spec = SignalSpec(key, 0...1e12, maxAge: maxAge, isCounter: true)
        spec.counterMaxKW = 10 * ratedKW
        return spec
    }
}

extension AssetInput {
    /// A signal that can be nothing but 0 is not there: the gas of a shop without burners.
    init(_ path: AssetPath, _ specs: [SignalSpec]) {
        self.init(path, keys: specs.filter { $0.range.upperBound > 0 && $0.counterMaxKW > 0 }.map(\.key))
    }
}

/// When a signal counts as stuck: it repeats one value this long while the model moves by more than `moved`.
public struct StuckRule: Sendable, Hashable {
    public var after: Span
    public var moved: Double

    public init(after: Span, moved: Double) {
        self.after = after
        self.moved = moved
    }
}

/// What one tick's messages did to a feed.
public struct FeedReport: Sendable {
    public var counts = Counts()
    /// What became of readings that share a message; it is not in `counts`.
    public var fates: [PartFate] = []
    public var refusals: [Refusal] = []
    public var alarms: Set<AlarmKey> = []
    /// Spans of the past whose integrals changed.
    public var touched: [(from: PlantTime, to: PlantTime)] = []
    /// Starts of the ticks whose integrals may have changed, ascending; the present tick is always one.
    var touchedTicks: [PlantTime] = []
    public var readings: [AcceptedReading] = []
    public var lastForecast: (ts: PlantTime, values: [Double])?
}

/// The measurements of one asset: decoded, checked, de-duplicated and laid on timelines. Pure state; a component
/// owns one feed per asset.
public struct AssetFeed: Sendable, Codable {
    struct CounterReading: Sendable, Codable {
        var at: PlantTime
        var kWh: Double
    }

    public let area: Area
    public let asset: String
    /// One per signal, in the order of the specs.
    public private(set) var timelines: [Timeline]
    /// False after an `offline` status.
    public private(set) var isOnline = true
    /// False after `connected:false` in a payload: the asset's breaker is open and its meter rightly reads 0.
    public private(set) var isConnected = true
    /// The source says that its values are modelled.
    public private(set) var isModelled = false
    /// How long the latest reading holds, as its source said.
    private var lastPeriod: Span?
    private var seen = SeenMessages()
    /// The last reading of each counter, by signal.
    private var counters: [Int: CounterReading] = [:]
    var stuck = StuckWatch()
    private(set) var source = SourceWatch()

    var path: AssetPath { AssetPath(area, asset) }

    public init(area: Area, asset: String, signals: Int) {
        self.area = area
        self.asset = asset
        timelines = [Timeline](repeating: Timeline(), count: signals)
    }

    /// Takes one message of this asset. Never throws: what is wrong is counted in `report`.
    /// - Parameter slots: where its values stand.
    mutating func take(
        _ content: DecodedMessage.Content, _ arrival: Arrival, slots: [TelemetryValue?], specs: [SignalSpec],
        context: TickContext, report: inout FeedReport
    ) {
        do throws(LineFailure) {
            switch content {
            case .status(let online):
                isOnline = online
                report.counts.accepted += 1
            case .telemetry(let telemetry, let slot):
                try takeTelemetry(telemetry, slots[slot..<slot + specs.count], arrival, specs, context, &report)
            case .refused(let failure): throw failure
            }
        } catch {
            report.refuse(arrival, error)
            if error.reason == .outOfRange { source.isOutOfRange = true }
        }
    }

    /// What is wrong with the source at the end of the tick.
    mutating func addSourceAlarms(_ context: TickContext, to alarms: inout Set<AlarmKey>) {
        if source.clock.isOff { alarms.insert(AlarmKey(area, asset, .clock)) }
        if source.hasGap(context) { alarms.insert(AlarmKey(area, asset, .gap)) }
        if source.isOutOfRange { alarms.insert(AlarmKey(area, asset, .outOfRange)) }
    }

    private mutating func takeTelemetry(
        _ telemetry: Telemetry, _ values: ArraySlice<TelemetryValue?>, _ arrival: Arrival, _ specs: [SignalSpec],
        _ context: TickContext, _ report: inout FeedReport
    ) throws(LineFailure) {
        let patience = specs.first?.maxAge ?? context.lateness
        try checkTime(telemetry, arrival, patience, context)
        if isRepeated(telemetry, arrival) {
            report.counts.duplicates += 1
            return
        }
        // A source that says nothing of its breaker is on the bus.
        isConnected = telemetry.connected ?? true
        isModelled = telemetry.isModelled
        lastPeriod = telemetry.period
        if !arrival.retain {
            source.report(from: telemetry.ts, to: telemetry.ts + (telemetry.period ?? patience))
        }
        var isInRange = true
        var failure = LineFailure(reason: .unknownKey, text: "no key of this asset in the payload")
        var usable = telemetry.connected != nil
        var repeated = false
        for (index, found) in values.enumerated() {
            guard let found else { continue }
            let spec = specs[index]
            guard case .number(let value) = found else {
                failure = LineFailure(reason: .wrongType, text: "\"\(spec.key)\" is not a number")
                continue
            }
            guard spec.range.contains(value) else {
                failure = LineFailure(
                    reason: .outOfRange,
                    text: "\"\(spec.key)\" \(value) is not in \(spec.range.lowerBound)...\(spec.range.upperBound)")
                isInRange = false
                continue
            }
            usable = true
            // A retained value is what was last known before we came; it is no new measurement.
            if arrival.retain { continue }
            if spec.isCounter {
                count(value, at: index, spec, telemetry, &report)
            } else {
                repeated = lay(value, at: index, spec, telemetry, &report) || repeated
            }
        }
        if !arrival.retain { source.isOutOfRange = !isInRange }
        guard usable else { throw failure }
        if repeated {
            report.counts.duplicates += 1
            return
        }
        report.counts.accepted += 1
        if !telemetry.forecast.isEmpty { report.lastForecast = (telemetry.ts, telemetry.forecast) }
        let end = telemetry.ts + (telemetry.period ?? Span(ms: 0))
        if arrival.t > end + context.lateness { report.counts.late += 1 }
    }

    /// Puts a value on its timeline; true when it stood there already.
    private mutating func lay(
        _ value: Double, at index: Int, _ spec: SignalSpec, _ telemetry: Telemetry, _ report: inout FeedReport
    ) -> Bool {
        let end = telemetry.ts + (telemetry.period ?? spec.maxAge)
        let reading = AcceptedReading(area, asset, spec.key, ts: telemetry.ts, end: end, value: value)
        if index == 0, stuck.isStuck, value == stuck.value {
            report.counts.readings += 1
            report.readings.append(reading)
            return false
        }
        let previousEnd = timelines[index].latestPiece(before: telemetry.ts).map { PlantTime(ms: $0.end) }
        switch timelines[index].insert(start: telemetry.ts, end: end, value: value) {
        case .inserted:
            report.counts.readings += 1
            report.readings.append(reading)
            report.touched.append((telemetry.ts, max(end, previousEnd ?? end)))
            return false
        case .same: return true
        case .conflict:
            report.alarms.insert(AlarmKey(area, asset, .conflict))
            return true
        }
    }

    /// Lays the mean power between two register readings. A register that falls, or jumps beyond what the asset can
    /// do, was replaced or reset: counting goes on from the new value and the span between stays with the power signal.
    private mutating func count(
        _ kWh: Double, at index: Int, _ spec: SignalSpec, _ telemetry: Telemetry, _ report: inout FeedReport
    ) {
        let at = telemetry.ts + (telemetry.period ?? Span(ms: 0))
        let previous = counters[index]
        // An older register reading adds nothing: the next one already holds its energy.
        if let previous, at <= previous.at { return }
        counters[index] = CounterReading(at: at, kWh: kWh)
        report.counts.readings += 1
        report.readings.append(
            AcceptedReading(area, asset, spec.key, ts: telemetry.ts, end: max(at, telemetry.ts), value: kWh))
        guard let previous else { return }
        let meanKW = (kWh - previous.kWh) / (at - previous.at).hours
        guard (0...spec.counterMaxKW).contains(meanKW) else {
            report.alarms.insert(AlarmKey(area, asset, .counter))
            return
        }
        if case .inserted = timelines[index].insert(start: previous.at, end: at, value: meanKW) {
            report.touched.append((previous.at, at))
        }
    }

    private mutating func checkTime(
        _ telemetry: Telemetry, _ arrival: Arrival, _ patience: Span, _ context: TickContext
    ) throws(LineFailure) {
        let ts = telemetry.ts
        if ts > arrival.t + context.lead {
            if !arrival.retain { source.clock.ahead() }
            throw LineFailure(
                reason: .clockFuture, text: "ts \(ts.rfc3339) is more than \(context.lead.text) ahead of plant time")
        }
        if !arrival.retain {
            let lag = arrival.t - (ts + (telemetry.period ?? Span(ms: 0)))
            source.clock.look(lag: lag, arrival: arrival.t, limit: patience, tolerance: context.lateness)
        }
        if ts < context.from - periodFinalAfter {
            throw LineFailure(reason: .clockPast, text: "ts \(ts.rfc3339) lies in a period that is final")
        }
    }

    /// The same `seq` and `ts`; without `seq`, the same `ts` and bytes.
    private mutating func isRepeated(_ telemetry: Telemetry, _ arrival: Arrival) -> Bool {
        let mark =
            telemetry.seq.map { SeenMessages.Mark(ts: telemetry.ts, kind: .sequence, word: $0) }
            ?? SeenMessages.Mark(
                ts: telemetry.ts, kind: .bytes, word: Int64(bitPattern: fnv1a(arrival.payload)))
        if seen.holds(mark) { return true }
        // A retained copy is no measurement, so the message itself is still to come.
        if !arrival.retain { seen.note(mark) }
        return false
    }

    /// How long after its end the latest reading stands in for the present. A source that reports whole periods is
    /// silent for one period and then late by `maxAge` at the most; one without periods holds for `maxAge` already.
    func patience(maxAge: Span) -> Span { lastPeriod.map { $0 + maxAge } ?? Span(ms: 0) }

    mutating func forget(before time: PlantTime) {
        for index in timelines.indices where timelines[index].reaches(before: time) {
            timelines[index].forget(before: time)
        }
    }
}

extension FeedReport {
    mutating func refuse(_ arrival: Arrival, _ failure: LineFailure) {
        counts.reject(failure.reason)
        refusals.append(Refusal(line: arrival.number, topic: arrival.topic, failure: failure))
    }
}

private func fnv1a(_ bytes: [UInt8]) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return hash
}
