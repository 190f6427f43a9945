public import TwinCore

/// A message that the simulated plant sends: topic and payload, without a time of arrival.
public struct PlantMessage: Sendable, Hashable {
    public var topic: String
    public var payload: [UInt8]
    /// Correlation data of the request it answers.
    public var correlation: String?
    /// When it leaves inside its step; nil at the step's end.
    public var sent: PlantTime?

    public init(topic: String, payload: [UInt8], correlation: String? = nil, sent: PlantTime? = nil) {
        self.topic = topic
        self.payload = payload
        self.correlation = correlation
        self.sent = sent
    }

    /// A telemetry message for one step.
    static func telemetry(
        site: String, _ area: Area, _ asset: String, ts: PlantTime, seq: Int, period: Span,
        _ values: [(key: String, value: JSON)]
    ) -> PlantMessage {
        let head: [JSON.Member] = [
            .init("ts", .string(ts.rfc3339)), .init("seq", .integer(seq)), .init("period_s", .number(period.seconds)),
        ]
        let payload = JSON.object(head + values.map { .init($0.key, $0.value) })
        return PlantMessage(topic: Topic.text(site: site, area, asset, .tele), payload: Array(payload.line.utf8))
    }

    public static func clock(site: String, at time: PlantTime) -> PlantMessage {
        PlantMessage(
            topic: Topic.clockText(site: site),
            payload: Array(JSON.fields(["ts": .string(time.rfc3339)]).line.utf8))
    }
}

/// Rounded as a meter prints it: 1 decimal for kW, 4 for fractions.
func printed(_ value: Double, decimals: Int) -> JSON {
    let scale = [1.0, 10, 100, 1000, 10_000][min(max(decimals, 0), 4)]
    let rounded = (value * scale).rounded(.toNearestOrEven) / scale
    return .number(rounded == 0 ? 0 : rounded)
}
