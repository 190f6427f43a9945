import TwinCore

/// The prices of electricity that are told to a site, by the half hour.
struct PriceFeed: Sendable, Codable {
    var fleet: Fleet
    /// Import prices of the half hours that follow the one in which they were told.
    var forecast: ForecastSeries?

    init(_ asset: String) { fleet = Fleet([(.grid, asset, 2)], estimates: [0]) }

    private static let keys = ["import_per_mwh", "export_per_mwh"]

    /// A price without the import's says nothing of what a MWh costs.
    static var series: SeriesRule { SeriesRule(needed: (0, keys[0])) }

    static func specs(_ price: GridConnection.Parameters.Price) -> [SignalSpec] {
        keys.map { SignalSpec($0, price.range, maxAge: price.maxAge) }
    }

    mutating func tick(
        _ slice: Slice, _ price: GridConnection.Parameters.Price, _ specs: [SignalSpec], _ context: TickContext,
        _ reply: inout ComponentReply
    ) {
        let report = fleet.take(slice, specs: [specs], from: 2, takesUnknown: false, context: context, &reply)
        if let latest = report.lastForecast { take(latest.ts, latest.values, price, &reply) }
        let told = specs.indices.map { now(signal: $0, price.maxAge, context) }
        for (key, used) in zip(PriceFeed.keys, told) {
            reply.values.append(NamedValue(.grid, price.asset, key, used))
        }
        fleet.watchSilence(0, maxAge: price.maxAge, context, &reply)
        reply.image.priceForecast = series(told, price.maxAge, context)
        reply.gaps.append(contentsOf: fleet.gaps(report, context))
        reply.record.add(forecast?.from.ms ?? 0)
        for value in forecast?.values ?? [] { reply.record.add(value ?? .nan) }
    }

    private mutating func take(
        _ ts: PlantTime, _ values: [Double?], _ price: GridConnection.Parameters.Price, _ reply: inout ComponentReply
    ) {
        let from = ts.floored(to: settlementPeriod) + settlementPeriod
        // A late message does not put an older forecast in the place of a newer one.
        guard forecast.map({ from >= $0.from }) ?? true else { return }
        let taken = values.map { value in value.flatMap { price.range.contains($0) ? $0 : nil } }
        let beyond = zip(values, taken).count { $0 != nil && $1 == nil }
        if beyond > 0 { reply.counts.lose("grid/\(price.asset)/forecast", .outOfRange, beyond) }
        forecast = ForecastSeries(from: from, period: settlementPeriod, values: taken)
    }

    private func now(signal: Int, _ maxAge: Span, _ context: TickContext) -> UsedValue {
        let timeline = fleet.feeds[0].timelines[signal]
        guard let piece = timeline.piece(at: context.to - Span(ms: 1)) ?? timeline.latestPiece(before: context.to)
        else { return UsedValue(0, .stale) }
        if piece.end >= context.to.ms { return UsedValue(piece.value, fleet.feeds[0].isModelled ? .estimated : .good) }
        return UsedValue(piece.value, context.to.ms - piece.end > maxAge.ms ? .stale : .lastKnown)
    }

    /// The half hour that begins at the end of the tick and those after it, as far as they are told; nil where nothing of them
    /// is, or what was told is too old.
    private func series(_ told: [UsedValue], _ maxAge: Span, _ context: TickContext) -> PriceForecast? {
        let first = context.to.floored(to: settlementPeriod)
        let ahead = forecast.flatMap {
            context.to - ($0.from - settlementPeriod) <= maxAge + settlementPeriod ? $0 : nil
        }
        var values: [Double?] = []
        if let ahead {
            let count = max(0, (ahead.end - first).ms / settlementPeriod.ms)
            values = (0..<count).map { ahead.value(at: first + $0 * settlementPeriod) }
        }
        // What holds now was told for now, and a half hour that just begins has a price of its own.
        let present = told[0].quality
        if present == .good || present == .estimated, context.to > first || values.first.flatMap(\.self) == nil {
            if values.isEmpty { values.append(nil) }
            values[0] = told[0].value
        }
        guard values.contains(where: { $0 != nil }) else { return nil }
        let isExportKnown = [Quality.good, .estimated, .lastKnown].contains(told[1].quality)
        return PriceForecast(
            issued: ahead.map { $0.from - settlementPeriod } ?? first,
            importPerMWh: ForecastSeries(from: first, period: settlementPeriod, values: values),
            exportPerMWh: isExportKnown ? told[1].value : nil)
    }
}
