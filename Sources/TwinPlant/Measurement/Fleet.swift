public import TwinCore
import TwinUnits

/// The measurements of all assets of one component, with the model's estimates beside them.
public struct Fleet: Sendable, Codable {
    public internal(set) var feeds: [AssetFeed]
    /// The model's estimate by asset and estimated signal (power, or gas), tick by tick.
    var estimates: [[Timeline]]
    /// Place of each asset among the feeds.
    let places: [AssetPath: Int]

    /// - Parameter estimates: by asset, for how many signals the model can stand in.
    public init(_ assets: [(area: Area, asset: String, signals: Int)], estimates counts: [Int]) {
        feeds = assets.map { AssetFeed(area: $0.area, asset: $0.asset, signals: $0.signals) }
        estimates = counts.map { [Timeline](repeating: Timeline(), count: $0) }
        places = Fleet.places(feeds)
    }

    private static func places(_ feeds: [AssetFeed]) -> [AssetPath: Int] {
        Dictionary(feeds.enumerated().map { ($0.element.path, $0.offset) }) { first, _ in first }
    }

    private enum CodingKeys: String, CodingKey { case feeds, estimates }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        feeds = try container.decode([AssetFeed].self, forKey: .feeds)
        estimates = try container.decode([[Timeline]].self, forKey: .estimates)
        places = Fleet.places(feeds)
    }

    /// Takes a tick's messages in their order.
    /// - Parameters:
    ///   - specs: signals by asset of the fleet.
    ///   - first: place of the fleet's first asset in the decoder of the slice; messages of assets before it or behind the
    ///     fleet's last are another fleet's.
    ///   - takesUnknown: refuses what is for no asset at all.
    /// - Returns: what is not in the reply.
    mutating func take(
        _ slice: Slice, specs: [[SignalSpec]], from first: Int = 0, takesUnknown: Bool = true, context: TickContext,
        _ reply: inout ComponentReply
    ) -> FeedReport {
        var report = FeedReport(context)
        forget(context)
        for place in slice.inbox.order {
            let message = slice.inbox.messages[place]
            let asset = message.asset
            guard asset.map({ feeds.indices.contains($0 - first) }) ?? takesUnknown else { continue }
            let before = message.part == nil ? nil : reply.counts
            if let asset {
                feeds[asset - first].take(
                    message, slice, specs: specs[asset - first], context: context, &report,
                    &reply)
            } else {
                reply.refuse(
                    slice.arrivals[message.place],
                    LineFailure(
                        reason: .unknownTopic,
                        text: "no asset \"\(slice.inbox.strangers[message.stranger])\" in the configuration"))
            }
            if let before, var fate = reply.counts.fate(of: message.part, since: before) {
                if case .rejected = fate.verdict, let asset {
                    let key = specs[asset - first].indices.first { slice.inbox.slots[message.slot + $0] != nil }
                    fate.signal = key.map { "\(feeds[asset - first].path.text)/\(specs[asset - first][$0].key)" }
                }
                reply.fates.append(fate)
            }
        }
        for index in feeds.indices { feeds[index].addSourceAlarms(context, to: &report.alarms) }
        if !report.alarms.isEmpty { reply.alarms.append(contentsOf: report.alarms.sorted()) }
        report.close(context)
        return report
    }

    /// So many readings of a signal are kept as they came: every eight seconds one, as long as a period is open.
    static let readingsMax = 16_384

    private mutating func forget(_ context: TickContext) {
        let kept = periodOpenFor + settlementPeriod
        let horizon = context.from - kept
        let step = context.to - context.from
        // Twice what thinning leaves, so that it is seldom.
        let readingsMax = max(Fleet.readingsMax, Int(4 * kept.ms / max(step.ms, 1)))
        for index in feeds.indices {
            feeds[index].forget(before: horizon)
            feeds[index].thin(before: context.from, to: step, above: readingsMax)
            for signal in estimates[index].indices where estimates[index][signal].reaches(before: horizon) {
                estimates[index][signal].forget(before: horizon)
            }
        }
    }

    mutating func estimate(_ asset: Int, signal: Int = 0, _ value: Double, _ context: TickContext) {
        estimates[asset][signal].set(start: context.from, end: context.to, value: value)
    }

    /// What this tick uses for a signal: the measured mean where readings cover it, the last known value while it
    /// is young enough, else the model; nil is a meter that none stands in for.
    func used(
        _ asset: Int, signal: Int = 0, model guess: Double?, maxAge: Span, _ context: TickContext
    ) -> UsedValue {
        let model = guess ?? 0
        guard feeds[asset].isOnline else { return UsedValue(model, .notConnected) }
        if signal == 0, feeds[asset].stuck.isStuck { return UsedValue(model, .stuck) }
        let standing = feeds[asset].contradiction(of: signal, at: context.from)
        if let standing, standing.counts != .reading { return UsedValue(model, .contradicted) }
        let isContradicted = standing != nil || feeds[asset].isContradicted(signal)
        let (sum, covered) = feeds[asset].timelines[signal].integral(from: context.from, to: context.to)
        let step = context.step.ms
        let isModelled = feeds[asset].isModelled
        if covered == step {
            return UsedValue(sum / Double(step), isContradicted ? .contradicted : isModelled ? .estimated : .good)
        }
        if let last = feeds[asset].timelines[signal].latestPiece(before: context.to),
            context.to.ms - last.end <= feeds[asset].patience(maxAge: maxAge).ms
        {
            let filled = sum + last.value * Double(step - covered)
            return UsedValue(filled / Double(step), isModelled ? .estimated : .lastKnown)
        }
        return UsedValue(model, guess == nil ? .stale : .estimated)
    }

    /// What the latest reading that reaches to the end of this tick says; unlike `used` it is an instant, not a mean.
    func latest(_ asset: Int, signal: Int, _ context: TickContext) -> UsedValue? {
        guard feeds[asset].isOnline, let last = feeds[asset].timelines[signal].latestPiece(before: context.to),
            last.end >= context.to.ms
        else { return nil }
        return UsedValue(last.value, feeds[asset].isModelled ? .estimated : .good)
    }

    /// The cells of every tick that `report` touched, and of this one: for each asset and each of its posts. A counter
    /// beats integrated power, and power beats the model.
    /// - Parameter posts: by asset.
    func addCells(
        _ posts: [[BookedPost]], _ report: FeedReport, _ context: TickContext, to reply: inout ComponentReply
    ) {
        for start in report.touchedTicks {
            for asset in posts.indices {
                for place in posts[asset].indices {
                    reply.cells.append(cell(asset, start, posts[asset][place], context.step))
                }
            }
        }
    }

    private func cell(_ asset: Int, _ start: PlantTime, _ booked: BookedPost, _ step: Span) -> Cell {
        var energyMs = 0.0
        var measured: Int64 = 0
        var estimated: Int64 = 0
        // What another meter excludes is no measurement, whichever of the two is used.
        var isModelled = feeds[asset].isModelled
        if let register = booked.register, feeds[asset].isContradicted(register) { isModelled = true }
        var standing: Contradiction?
        if let spec = booked.spec { standing = feeds[asset].contradiction(of: spec, at: start) }
        let part = booked.post.part
        let end = start + step
        if let standing {
            energyMs = part.of(contradictedMs(asset, booked, standing, start, end))
            estimated = step.ms
        } else if let value = soleReading(asset, booked, from: start, to: end) {
            energyMs += part.of(value) * Double(step.ms)
            if isModelled { estimated = step.ms } else { measured = step.ms }
        } else {
            forEachLayer(layers(asset, booked)[...], start, end) { remaining, length, value in
                energyMs += (remaining == 3 ? value : part.of(value)) * Double(length)
                if remaining == 1 || isModelled {
                    estimated += length
                } else {
                    measured += length
                }
            }
        }
        return Cell(
            tick: start, meter: Meter(booked.post.account, feeds[asset].area, feeds[asset].asset),
            energy: Energy(roundingWattSeconds: energyMs * booked.post.factor), measuredMs: measured,
            estimatedMs: estimated)
    }

    /// What counts of a signal that others contradict, its unit x ms.
    private func contradictedMs(
        _ asset: Int, _ booked: BookedPost, _ standing: Contradiction, _ from: PlantTime, _ to: PlantTime
    ) -> Double {
        var timelines = layers(asset, booked)
        var factor = 1.0
        switch standing.counts {
        case .reading: break
        case .model: timelines = Array(timelines.suffix(1))
        case .other(let spec, let times):
            timelines[0] = Timeline()
            timelines[1] = feeds[asset].timelines[spec]
            factor = times
        }
        var energyMs = 0.0
        forEachLayer(timelines[...], from, to) { remaining, length, value in
            energyMs += (remaining == 2 ? factor : 1) * value * Double(length)
        }
        return energyMs
    }

    /// The reading that alone stands for a tick, as nearly every one does: it is the signal's latest, it covers the
    /// tick, and no register tells of the same energy.
    private func soleReading(_ asset: Int, _ booked: BookedPost, from start: PlantTime, to end: PlantTime) -> Double? {
        guard let spec = booked.spec else { return nil }
        if let register = booked.register, !feeds[asset].timelines[register].isSilent(from: start) { return nil }
        return feeds[asset].timelines[spec].latestValue(over: start, end)
    }

    /// What tells of an asset's energy, the best first: register, signal, model.
    private func layers(_ asset: Int, _ booked: BookedPost) -> [Timeline] {
        [
            booked.register.map { feeds[asset].timelines[$0] } ?? Timeline(),
            booked.spec.map { feeds[asset].timelines[$0] } ?? Timeline(),
            booked.estimate.map { estimates[asset][$0] } ?? Timeline(),
        ]
    }

    /// Walks `from..<to` through the first layer that covers each stretch. `body` gets how many layers were left
    /// (the layer's own included), the length in ms and the value.
    private func forEachLayer(
        _ layers: ArraySlice<Timeline>, _ from: PlantTime, _ to: PlantTime,
        _ body: (_ remaining: Int, _ length: Int64, _ value: Double) -> Void
    ) {
        guard let top = layers.first, from < to else { return }
        var cursor = from.ms
        top.forEachStretch(from: from, to: to) { start, end, value in
            forEachLayer(layers.dropFirst(), PlantTime(ms: cursor), PlantTime(ms: start), body)
            body(layers.count, end - start, value)
            cursor = end
        }
        forEachLayer(layers.dropFirst(), PlantTime(ms: cursor), to, body)
    }

    /// Holes that began in the settlement periods that this tick touched and that have ended by now.
    func gaps(signal: Int = 0, _ report: FeedReport, _ context: TickContext) -> [GapCount] {
        // A period's holes are counted when it closes and again when late readings change it.
        let isClosing = context.to.floored(to: settlementPeriod) == context.to
        if !isClosing, report.touchedTicks.count == 1,
            context.from.floored(to: settlementPeriod) + settlementPeriod > context.to
        {
            return []
        }
        var periods: Set<Int64> = []
        if isClosing {
            periods.insert((context.to - settlementPeriod).ms)
        }
        for start in report.touchedTicks {
            let period = start.floored(to: settlementPeriod)
            if period + settlementPeriod <= context.to { periods.insert(period.ms) }
        }
        if periods.isEmpty { return [] }
        return periods.sorted().flatMap { ms in
            let period = PlantTime(ms: ms)
            return feeds.map { feed in
                GapCount(
                    period: period, source: "\(feed.area.rawValue)/\(feed.asset)",
                    count: feed.timelines[signal].gapCount(
                        from: period, to: period + settlementPeriod, tolerance: Span.seconds(1)))
            }
        }
    }

    /// Watches a signal's latest reading; call it once a tick, after `take`.
    mutating func watch(_ asset: Int, model: Double, rule: StuckRule?, _ context: TickContext) -> AlarmKey? {
        let reading = feeds[asset].timelines[0].latestPiece(before: context.to)
        if let rule {
            feeds[asset].stuck.look(reading: reading, model: model, now: context.to, rule: rule)
        } else if reading != nil {
            // A value that may stand still is not stuck, also not when it follows one that was.
            feeds[asset].stuck = StuckWatch()
        }
        return feeds[asset].stuck.isStuck ? AlarmKey(feeds[asset].area, feeds[asset].asset, .stuck) : nil
    }

    /// Adds `stale` when a signal that should be measured has nothing younger than `maxAge`.
    func watchSilence(_ asset: Int, maxAge: Span, _ context: TickContext, _ reply: inout ComponentReply) {
        let key = AlarmKey(feeds[asset].area, feeds[asset].asset, .stale)
        reply.watched += 1
        if feeds[asset].isStale(maxAge: maxAge, context) {
            reply.alarms.append(key)
            reply.unusable[feeds[asset].path] = feeds[asset].whyUnused
        } else if feeds[asset].isUnheard(maxAge: maxAge, context) {
            reply.unheard.append(key)
        }
    }
}
