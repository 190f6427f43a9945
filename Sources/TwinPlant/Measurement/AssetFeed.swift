public import TwinCore

/// The measurements of one asset: decoded, checked, de-duplicated and laid on timelines. Pure state; a component
/// owns one feed per asset.
///
/// What is asked of it in every step is inlined: a call would copy all of the feed out of its array.
public struct AssetFeed: Sendable, Codable {
    public let area: Area
    public let asset: String
    /// One per signal, in the order of the specs.
    public private(set) var timelines: [Timeline]
    /// False after an `offline` status, until a reading tells of a later time: a will that nobody took back says less.
    public private(set) var isOnline = true
    /// When it said so; nil also in the state of an older build.
    private var offlineAt: PlantTime?
    /// False after `connected:false` in a payload: the asset's breaker is open and its meter rightly reads 0.
    public private(set) var isConnected = true
    /// The source says that its values are modelled.
    public private(set) var isModelled = false
    /// How long the latest reading holds, as its source said.
    private var lastPeriod: Span?
    private var seen = SeenMessages()
    /// The highest number that its source gave to a message.
    private var seqMax: Int64?
    /// What each register is worth, by signal.
    private(set) var registers: [Int: RegisterWatch] = [:]
    var stuck = StuckWatch()
    /// What witnesses exclude, the oldest first.
    var contradictions: [Contradiction] = []
    private(set) var source = SourceWatch()
    private var silence = SilenceWatch()

    var path: AssetPath { AssetPath(area, asset) }

    public init(area: Area, asset: String, signals: Int) {
        self.area = area
        self.asset = asset
        timelines = [Timeline](repeating: Timeline(), count: signals)
    }

    /// Takes one message of this asset. Never throws: what is wrong is counted in `reply`.
    mutating func take(
        _ message: DecodedMessage, _ slice: Slice, specs: [SignalSpec], context: TickContext,
        _ report: inout FeedReport, _ reply: inout ComponentReply
    ) {
        do throws(LineFailure) {
            switch message.content {
            case .status(let status):
                isOnline = status == .online
                offlineAt = isOnline ? nil : message.arrivedAt
                reply.counts.accepted += 1
            case .telemetry: try takeTelemetry(message, slice.inbox, specs, context, &report, &reply)
            case .refused(let place): throw slice.inbox.failures[place]
            case .unused(let place): silence.unused(at: message.arrivedAt, slice.inbox.failures[place].text)
            }
        } catch {
            reply.refuse(slice.arrivals[message.place], error)
            silence.unused(at: message.arrivedAt, error.text)
            if error.reason == .outOfRange { source.isOutOfRange = true }
        }
    }

    /// What is wrong with the source at the end of the tick.
    mutating func addSourceAlarms(_ context: TickContext, to alarms: inout Set<AlarmKey>) {
        silence.begin(at: context.from)
        if source.clock.isOff { alarms.insert(AlarmKey(area, asset, .clock)) }
        if source.hasGap(context) { alarms.insert(AlarmKey(area, asset, .gap)) }
        if source.isOutOfRange { alarms.insert(AlarmKey(area, asset, .outOfRange)) }
        for code in registers.values.compactMap(\.alarm) { alarms.insert(AlarmKey(area, asset, code)) }
        for standing in contradictions where standing.until == nil && standing.isAlarmed {
            alarms.insert(AlarmKey(area, asset, standing.isUnit ? .unit : .conflict))
        }
    }

    private mutating func takeTelemetry(
        _ received: DecodedMessage, _ inbox: Inbox, _ specs: [SignalSpec], _ context: TickContext,
        _ report: inout FeedReport, _ reply: inout ComponentReply
    ) throws(LineFailure) {
        let patience = specs.isEmpty ? context.lateness : specs[0].maxAge
        let message = received.bounded(ahead: patience)
        try checkTime(message, patience, context)
        if isRepeated(message) {
            reply.counts.duplicates += 1
            return
        }
        // A source that says nothing of its breaker is on the bus.
        isConnected = message.connected ?? true
        isModelled = message.isModelled
        let isCorrection = corrects(message, context)
        lastPeriod = message.period
        if message.isRetained {
            silence.unused(at: message.arrivedAt, "only copies come that the broker kept (retained)")
            reply.counts.retained[path.text, default: 0] += 1
        } else {
            if !isOnline, message.ts + (message.period ?? Span(ms: 0)) > offlineAt ?? .earliest { isOnline = true }
        }
        var isInRange = true
        var holdsMean = false
        var wrong: (signal: Int, value: TelemetryValue)?
        var usable = message.connected != nil
        var repeats = 0
        var news = 0
        var lost: UInt64 = 0
        for index in specs.indices {
            guard let found = inbox.slots[message.slot + index] else { continue }
            guard case .number(let number) = found, let value = specs[index].taken(number) else {
                wrong = (index, found)
                lost |= 1 << UInt64(index)
                if case .number = found { isInRange = false }
                continue
            }
            usable = true
            if !specs[index].isCounter { holdsMean = true }
            // A retained value is what was last known before we came; it is no new measurement.
            if message.isRetained { continue }
            if specs[index].isCounter {
                count(value, at: index, specs, message, &report, &reply)
            } else if lay(value, at: index, specs, message, isCorrection, &report, &reply) {
                repeats += 1
            } else {
                news += 1
            }
        }
        if !message.isRetained {
            source.isOutOfRange = !isInRange
            source.report(
                from: message.ts, to: message.ts + (message.period ?? patience), leavesHole: holdsMean || wrong != nil)
        }
        guard usable else { throw AssetFeed.failure(wrong, specs) }
        if lost != 0 { lose(lost, message, inbox, specs, &reply) }
        if !message.isRetained { silence.heard(lost: lost) }
        if repeats > 0, news == 0 {
            reply.counts.duplicates += 1
            return
        }
        reply.counts.accepted += 1
        if let forecast = message.forecast {
            let values = inbox.forecasts[forecast]
            report.lastForecast = (message.ts, values)
            let holes = values.count { $0 == nil }
            if holes > 0 { reply.counts.lose("\(path.text)/forecast", .wrongType, holes) }
        }
        let end = message.ts + (message.period ?? Span(ms: 0))
        if message.arrivedAt > end + context.lateness { reply.counts.late += 1 }
    }

    /// Counts the values of a used message that are none.
    /// - Parameter lost: their signals, as bits.
    private mutating func lose(
        _ lost: UInt64, _ message: DecodedMessage, _ inbox: Inbox, _ specs: [SignalSpec],
        _ reply: inout ComponentReply
    ) {
        for index in specs.indices where lost & 1 << UInt64(index) != 0 {
            let isNumber = if case .number? = inbox.slots[message.slot + index] { true } else { false }
            reply.counts.lose("\(path.text)/\(specs[index].key)", isNumber ? .outOfRange : .wrongType)
            // A value out of range has an alarm of its own, and a register that fails leaves its power.
            if !isNumber, !message.isRetained, !specs[index].isCounter {
                silence.lost(index, at: message.arrivedAt, "\"\(specs[index].key)\" is not a number")
            }
        }
    }

    /// Why nothing of a message can be used.
    /// - Parameter wrong: the last of its values that cannot.
    private static func failure(_ wrong: (signal: Int, value: TelemetryValue)?, _ specs: [SignalSpec]) -> LineFailure {
        guard let wrong else {
            return LineFailure(reason: .unknownKey, text: "no key of this asset in the payload")
        }
        let spec = specs[wrong.signal]
        guard case .number(let value) = wrong.value else {
            return LineFailure(reason: .wrongType, text: "\"\(spec.key)\" is not a number")
        }
        return LineFailure(
            reason: .outOfRange,
            text: "\"\(spec.key)\" \(value) is not in \(spec.range.lowerBound)...\(spec.range.upperBound)")
    }

    /// Whether a message says again, better, what its source had said of a time: it comes when that is over, and with a
    /// higher number than all before it.
    private mutating func corrects(_ message: DecodedMessage, _ context: TickContext) -> Bool {
        guard let seq = message.seq, !message.isRetained else { return false }
        defer { seqMax = max(seqMax ?? seq, seq) }
        return seqMax.map { seq > $0 } ?? false
            && message.arrivedAt > message.ts + (message.period ?? Span(ms: 0)) + context.lateness
    }

    /// Puts a value on its timeline; true when it stood there already.
    private mutating func lay(
        _ value: Double, at index: Int, _ specs: [SignalSpec], _ message: DecodedMessage, _ isCorrection: Bool,
        _ report: inout FeedReport, _ reply: inout ComponentReply
    ) -> Bool {
        let end = message.ts + (message.period ?? specs[index].maxAge)
        let reading = AcceptedReading(area, asset, specs[index].key, ts: message.ts, end: end, value: value)
        if index == 0, stuck.isStuck, value == stuck.value {
            reply.counts.readings += 1
            reply.readings.append(reading)
            return false
        }
        let previousEnd = timelines[index].latestPiece(before: message.ts).map { PlantTime(ms: $0.end) }
        switch timelines[index].insert(start: message.ts, end: end, value: value) {
        case .inserted:
            reply.counts.readings += 1
            reply.readings.append(reading)
            report.touch(from: message.ts, to: max(end, previousEnd ?? end))
            return false
        case .same: return true
        case .conflict where isCorrection:
            timelines[index].set(start: message.ts, end: end, value: value)
            reply.counts.readings += 1
            reply.readings.append(reading)
            report.touch(from: message.ts, to: max(end, previousEnd ?? end))
            return false
        case .conflict:
            report.alarms.insert(AlarmKey(area, asset, .conflict))
            return true
        }
    }

    /// Lays what a register tells, as far as its watch believes it; the rest stays with the power signal.
    private mutating func count(
        _ kWh: Double, at index: Int, _ specs: [SignalSpec], _ message: DecodedMessage, _ report: inout FeedReport,
        _ reply: inout ComponentReply
    ) {
        let at = message.ts + (message.period ?? Span(ms: 0))
        let spec = specs[index]
        var watch = registers[index] ?? RegisterWatch(beside: spec.beside)
        guard watch.isNews(at) else { return }
        let before = watch
        let verdict = watch.take(.init(at: at, kWh: kWh), maxKW: spec.counterMaxKW, prefer: spec.preference) {
            beside(spec, $0, $1)
        }
        registers[index] = watch
        reply.counts.readings += 1
        reply.readings.append(
            AcceptedReading(area, asset, spec.key, ts: message.ts, end: max(at, message.ts), value: kWh))
        if let fault = watch.fault, fault != before.fault {
            let power = spec.beside.map { specs[$0].key }
            reply.remarks.append("\(path.text): \(fault.sentence(register: spec.key, beside: power))")
        }
        if watch.isDoubtful, !before.isDoubtful {
            reply.remarks.append(
                "\(path.text): \(spec.key) \(kWh) does not follow from the reading before; the next one decides")
        }
        if spec.preference == .model, watch.isContradicted != (before.isContradicted) {
            believeModel(watch.isContradicted, of: spec, from: verdict.comparedFrom ?? at, to: at, &report)
        }
        if let from = verdict.takenBackFrom {
            timelines[index].cut(from: from)
            report.touch(from: from, to: at)
        }
        guard let stretch = verdict.stretch else { return }
        if case .inserted = timelines[index].insert(start: stretch.from, end: stretch.to, value: stretch.kW) {
            report.touch(from: stretch.from, to: stretch.to)
        }
    }

    /// Of a register and a power that exclude each other neither counts, by the asset's configuration.
    private mutating func believeModel(
        _ begins: Bool, of register: SignalSpec, from: PlantTime, to: PlantTime, _ report: inout FeedReport
    ) {
        guard let power = register.beside else { return }
        if begins {
            contradictions.append(
                Contradiction(
                    spec: power, witness: Contradiction.register, from: from, until: nil, counts: .model, isUnit: false)
            )
        } else if let standing = contradictions.firstIndex(where: {
            $0.witness == Contradiction.register && $0.spec == power && $0.until == nil
        }) {
            contradictions[standing].until = from
        }
        report.touch(from: from, to: to)
    }

    /// What the power beside a register tells of a time; nil where it was not measured.
    private func beside(_ spec: SignalSpec, _ from: PlantTime, _ to: PlantTime) -> RegisterWatch.Flow? {
        guard let place = spec.beside else { return nil }
        var kWms = 0.0
        var covered: Int64 = 0
        timelines[place].forEachStretch(from: from, to: to) { start, end, value in
            kWms += spec.part.of(value) * Double(end - start)
            covered += end - start
        }
        guard covered > 0 else { return nil }
        // Stamps may wander by a second in a minute.
        return RegisterWatch.Flow(kWh: kWms / 3.6e6, isWhole: Double(covered) >= 0.95 * Double((to - from).ms))
    }

    /// Whether a signal and the register beside it exclude each other.
    @inline(__always)
    func isContradicted(_ signal: Int) -> Bool {
        guard !registers.isEmpty else { return false }
        return registers.contains { $0.value.isContradicted && ($0.key == signal || $0.value.beside == signal) }
    }

    private mutating func checkTime(
        _ message: DecodedMessage, _ patience: Span, _ context: TickContext
    ) throws(LineFailure) {
        let ts = message.ts
        if ts > message.arrivedAt + context.lead {
            if !message.isRetained { source.clock.ahead() }
            throw LineFailure(
                reason: .clockFuture, text: "ts \(ts.rfc3339) is more than \(context.lead.text) ahead of plant time")
        }
        if !message.isRetained {
            let lag = message.arrivedAt - (ts + (message.period ?? Span(ms: 0)))
            source.clock.look(
                lag: lag, arrival: message.arrivedAt, limit: AssetFeed.delayMax(patience, period: message.period),
                tolerance: context.lateness)
        }
        if ts + (message.period ?? Span(ms: 0)) < context.from - periodFinalAfter {
            throw LineFailure(reason: .clockPast, text: "ts \(ts.rfc3339) lies in a period that is final")
        }
    }

    /// The same `ts` and bytes, and so the same `seq`.
    private mutating func isRepeated(_ message: DecodedMessage) -> Bool {
        let mark = SeenMessages.Mark(ts: message.ts, bytesHash: message.bytesHash)
        if seen.holds(mark) { return true }
        // A retained copy is no measurement, so the message itself is still to come.
        if !message.isRetained { seen.note(mark) }
        return false
    }

    /// How long after its end the latest reading stands in for the present. A source that reports whole periods is
    /// silent for one period and then late as `delayMax` has it; one without periods holds for `maxAge` already.
    @inline(__always)
    func patience(maxAge: Span) -> Span {
        lastPeriod.map { $0 + AssetFeed.delayMax(maxAge, period: $0) } ?? Span(ms: 0)
    }

    /// How late a reading may come that is in order: what is collected by the hour is often sent minutes after it.
    private static func delayMax(_ maxAge: Span, period: Span?) -> Span {
        max(maxAge, min(Span(ms: (period?.ms ?? 0) / 2), .minutes(30)))
    }

    /// Whether its model stands in for longer than its source needs to speak: the first signal's readings ended, or those
    /// of another signal come as what is no number.
    @inline(__always)
    func isStale(maxAge: Span, _ context: TickContext) -> Bool {
        if isOver(0, maxAge, context) ?? source.isSilent(maxAge: maxAge, at: context.to) { return true }
        guard silence.isTroubled else { return false }
        return silence.lasts(maxAge + (lastPeriod ?? SilenceWatch.periodUsual), at: context.to) {
            isOver($0, maxAge, context) ?? true
        }
    }

    /// Why nothing of its last message could be used, or not all of it; nil where it could.
    var whyUnused: String? { silence.why }

    /// Whether its source never spoke, though it should have by now.
    @inline(__always)
    func isUnheard(maxAge: Span, _ context: TickContext) -> Bool {
        !source.hasReported && silence.isLong(maxAge: maxAge, context)
    }

    /// Whether a signal's latest reading ended too long ago; nil where it has none.
    @inline(__always)
    private func isOver(_ signal: Int, _ maxAge: Span, _ context: TickContext) -> Bool? {
        guard timelines.indices.contains(signal) else { return nil }
        return timelines[signal].latestPiece(before: context.to).map {
            context.to.ms - $0.end > patience(maxAge: maxAge).ms
        }
    }

    mutating func forget(before time: PlantTime) {
        seen.forget(before: time)
        if !contradictions.isEmpty { contradictions.removeAll { $0.until.map { $0 <= time } ?? false } }
        for index in timelines.indices where timelines[index].reaches(before: time) {
            timelines[index].forget(before: time)
        }
    }

    /// A signal that says more than a day of it may take in memory is kept by the step; the journal has it as it came.
    mutating func thin(before time: PlantTime, to step: Span, above countMax: Int) {
        for index in timelines.indices where timelines[index].count > countMax {
            timelines[index].thin(before: time, to: step)
        }
    }
}

extension DecodedMessage {
    /// Nobody has measured what is to come: beyond its arrival a reading holds for `max_age_s` at most, whatever
    /// `period_s` says. A wrong one would hide a meter that died. Forecasts are told by the period.
    fileprivate func bounded(ahead: Span) -> DecodedMessage {
        guard let period, forecast == nil, ts + period > arrivedAt + ahead else { return self }
        var message = self
        message.period = max(arrivedAt + ahead - ts, Span(ms: 1))
        return message
    }
}
