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

    /// Takes a tick's messages in their order. `specs` gives an asset's signals by its index in the fleet.
    mutating func take(
        _ slice: [Routed], specs: (Int) -> [SignalSpec], context: TickContext
    ) -> FeedReport {
        var report = FeedReport()
        let horizon = context.from - periodFinalAfter - settlementPeriod
        for index in feeds.indices {
            feeds[index].forget(before: horizon)
            for signal in estimates[index].indices { estimates[index][signal].forget(before: horizon) }
        }
        for message in DecodedMessage.inOrder(slice) {
            let before = report.counts
            if let index = places[AssetPath(message.area, message.asset)] {
                feeds[index].take(message, specs: specs(index), context: context, report: &report)
            } else {
                report.refuse(
                    message.arrival,
                    LineFailure(reason: .unknownTopic, text: "no asset \"\(message.asset)\" in the configuration"))
            }
            if let fate = report.counts.fate(of: message.part, since: before) { report.fates.append(fate) }
        }
        for index in feeds.indices { report.alarms.formUnion(feeds[index].sourceAlarms(context)) }
        return report
    }

    mutating func estimate(_ asset: Int, signal: Int = 0, _ value: Double, _ context: TickContext) {
        estimates[asset][signal].set(start: context.from, end: context.to, value: value)
    }

    /// What this tick uses for a signal: the measured mean where readings cover it, the last known value while it
    /// is young enough, else the model.
    func used(
        _ asset: Int, signal: Int = 0, model: Double, maxAge: Span, _ context: TickContext
    ) -> UsedValue {
        let feed = feeds[asset]
        guard feed.isOnline else { return UsedValue(model, .notConnected) }
        if signal == 0, feed.stuck.isStuck { return UsedValue(model, .stuck) }
        let timeline = feed.timelines[signal]
        let (sum, covered) = timeline.integral(from: context.from, to: context.to)
        let step = context.step.ms
        if covered == step { return UsedValue(sum / Double(step), feed.isModelled ? .estimated : .good) }
        if let last = timeline.latestPiece(before: context.to),
            context.to.ms - last.end <= feed.patience(maxAge: maxAge).ms
        {
            let filled = sum + last.value * Double(step - covered)
            return UsedValue(filled / Double(step), feed.isModelled ? .estimated : .lastKnown)
        }
        return UsedValue(model, .estimated)
    }

    /// What the latest reading that reaches to the end of this tick says; unlike `used` it is an instant, not a mean.
    func latest(_ asset: Int, signal: Int, _ context: TickContext) -> UsedValue? {
        let feed = feeds[asset]
        guard feed.isOnline, let last = feed.timelines[signal].latestPiece(before: context.to),
            last.end >= context.to.ms
        else { return nil }
        return UsedValue(last.value, feed.isModelled ? .estimated : .good)
    }

    func cell(_ asset: Int, _ start: PlantTime, _ booked: BookedPost, _ step: Span) -> Cell {
        var energyMs = 0.0
        var measured: Int64 = 0
        var estimated: Int64 = 0
        let feed = feeds[asset]
        let part = booked.post.part
        let layers = [
            booked.register.map { feed.timelines[$0] } ?? Timeline(),
            booked.spec.map { feed.timelines[$0] } ?? Timeline(),
            booked.estimate.map { estimates[asset][$0] } ?? Timeline(),
        ]
        forEachLayer(layers[...], start, start + step) { remaining, length, value in
            energyMs += (remaining == 3 ? value : part.of(value)) * Double(length)
            if remaining == 1 || feed.isModelled {
                estimated += length
            } else {
                measured += length
            }
        }
        return Cell(
            tick: start, meter: Meter(booked.post.account, feed.area, feed.asset),
            energy: Energy(roundingWattSeconds: energyMs * booked.post.factor), measuredMs: measured,
            estimatedMs: estimated)
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

    /// Starts of the ticks whose integrals may have changed, ascending; the present tick is always one.
    func touchedTicks(_ report: FeedReport, _ context: TickContext) -> [PlantTime] {
        var starts: Set<Int64> = [context.from.ms]
        let earliest = context.from - periodFinalAfter
        for span in report.touched {
            var start = max(span.from, earliest).floored(to: context.step)
            while start < min(span.to, context.from) {
                starts.insert(start.ms)
                start = start + context.step
            }
        }
        return starts.sorted().map { PlantTime(ms: $0) }
    }

    /// Holes that began in the settlement periods that this tick touched and that have ended by now.
    func gaps(signal: Int = 0, _ report: FeedReport, _ context: TickContext) -> [GapCount] {
        var periods: Set<Int64> = []
        // A period's holes are counted when it closes and again when late readings change it.
        if context.to.floored(to: settlementPeriod) == context.to {
            periods.insert((context.to - settlementPeriod).ms)
        }
        for start in touchedTicks(report, context) {
            let period = start.floored(to: settlementPeriod)
            if period + settlementPeriod <= context.to { periods.insert(period.ms) }
        }
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

    /// `trip` for each asset that says its breaker is open.
    var tripAlarms: [AlarmKey] { feeds.filter { !$0.isConnected }.map { AlarmKey($0.area, $0.asset, .trip) } }

    /// `stale` when a signal that once reported has nothing younger than `maxAge`.
    func staleAlarm(_ asset: Int, maxAge: Span, _ context: TickContext) -> AlarmKey? {
        guard let last = feeds[asset].timelines[0].latestPiece(before: context.to),
            context.to.ms - last.end > feeds[asset].patience(maxAge: maxAge).ms
        else { return nil }
        return AlarmKey(feeds[asset].area, feeds[asset].asset, .stale)
    }
}
