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

    public static func clock(site: String, at time: PlantTime) -> PlantMessage {
        PlantMessage(
            topic: Topic.clockText(site: site),
            payload: JSON.fields(["ts": .string(time.rfc3339)]).bytes)
    }
}

/// One value that a device of the simulated plant tells in a step.
public struct Reading: Sendable, Hashable {
    public var path: AssetPath
    /// Payload key, unit in its name.
    public var key: String
    /// Rounded as the device prints it.
    public var value: Double

    public init(_ path: AssetPath, _ key: String, _ value: Double, decimals: Int = 1) {
        self.path = path
        self.key = key
        self.value = rounded(value, decimals: decimals)
    }

    /// A value that is rounded already.
    init(told path: AssetPath, _ key: String, _ value: Double) {
        self.path = path
        self.key = key
        self.value = value
    }
}

/// Writes the telemetry of one step, device by device. They share its stamp, so that is written once.
struct TelemetryWriter {
    private var text = JSONText()
    private let head: Int

    init(ts: PlantTime, seq: Int, period: Span) {
        text.add("ts", .string(ts.rfc3339))
        text.add("seq", .integer(seq))
        text.add("period_s", .number(period.seconds))
        head = text.count
    }

    /// Whether the device told nothing yet.
    var isEmpty: Bool { text.count == head }

    mutating func add(_ key: JSONText.Key, _ value: Double) { text.add(key, value) }

    mutating func addConnected(_ isConnected: Bool) { text.add("connected", .bool(isConnected)) }

    /// The payload of a device; the next one begins.
    mutating func take() -> [UInt8] {
        defer { text.shorten(to: head) }
        return text.object
    }
}

/// Rounded as a meter prints it: 1 decimal for kW, 4 for fractions.
func rounded(_ value: Double, decimals: Int) -> Double {
    let scale = [1.0, 10, 100, 1000, 10_000][min(max(decimals, 0), 4)]
    let rounded = (value * scale).rounded(.toNearestOrEven) / scale
    return rounded == 0 ? 0 : rounded
}
