import TwinCore

/// The weather forecast that is told to a site: the newest one counts until it is too old.
struct ForecastFeed: Sendable, Codable {
    /// The newest.
    private(set) var forecast: WeatherForecast?
    /// Of its message.
    private var bytesHash: UInt64 = 0

    /// Takes a tick's messages of the forecast's asset. What cannot be used is refused, and the one before it stands.
    /// - Parameters:
    ///   - place: of the asset in the decoder.
    ///   - specs: of temperature, wind speed and irradiance.
    mutating func take(
        _ slice: Slice, of path: AssetPath, at place: Int, _ specs: [SignalSpec], maxAge: Span, _ context: TickContext,
        _ reply: inout ComponentReply
    ) {
        for index in slice.inbox.order where slice.inbox.messages[index].asset == place {
            let message = slice.inbox.messages[index]
            do throws(LineFailure) {
                switch message.content {
                case .status: reply.counts.accepted += 1
                case .telemetry: try take(message, slice, path, specs, maxAge, context, &reply)
                case .refused(let failure): throw slice.inbox.failures[failure]
                case .unused: break
                }
            } catch {
                reply.refuse(slice.arrivals[message.place], error)
            }
        }
    }

    private mutating func take(
        _ message: DecodedMessage, _ slice: Slice, _ path: AssetPath, _ specs: [SignalSpec], _ maxAge: Span,
        _ context: TickContext, _ reply: inout ComponentReply
    ) throws(LineFailure) {
        guard message.ts <= message.arrivedAt + context.lead else {
            throw LineFailure(
                reason: .clockFuture,
                text: "ts \(message.ts.rfc3339) is more than \(context.lead.text) ahead of plant time")
        }
        guard message.arrivedAt - message.ts <= maxAge else {
            throw LineFailure(
                reason: .clockPast,
                text: "the forecast of ts \(message.ts.rfc3339) is older than its max_age_s, \(maxAge.text)")
        }
        if let forecast, forecast.issued == message.ts, bytesHash == message.bytesHash {
            reply.counts.duplicates += 1
            return
        }
        let told = try ForecastMessage(
            slice.arrivals[message.place].payload, ts: message.ts, period: message.period, specs)
        for (key, spec) in specs.enumerated() {
            if told.wrongTypes[key] > 0 {
                reply.counts.lose("\(path.text)/\(spec.key)", .wrongType, told.wrongTypes[key])
            }
            if told.outOfRange[key] > 0 {
                reply.counts.lose("\(path.text)/\(spec.key)", .outOfRange, told.outOfRange[key])
            }
        }
        reply.counts.accepted += 1
        // A late message does not put an older forecast in the place of a newer one.
        if let forecast, forecast.issued > message.ts { return reply.counts.late += 1 }
        func series(_ key: Int) -> ForecastSeries {
            ForecastSeries(from: told.from, period: told.period, values: told.series[key])
        }
        forecast = WeatherForecast(
            issued: message.ts, temperatureC: series(0), windMPerS: series(1), ghiWPerM2: series(2))
        bytesHash = message.bytesHash
    }

    /// What it holds, for the digest.
    func write(into record: inout DigestRecord) {
        record.add(forecast?.issued.ms ?? 0)
        record.add(Int64(bitPattern: bytesHash))
    }

    /// What counts at the end of a tick.
    func current(maxAge: Span, _ context: TickContext) -> WeatherForecast? {
        forecast.flatMap { context.to - $0.issued <= maxAge ? $0 : nil }
    }
}
