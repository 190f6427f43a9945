/// One decoded telemetry message.
public struct Telemetry: Sendable {
    /// Event time: the payload's `ts`, else the time of arrival.
    public var ts: PlantTime
    public var seq: Int64?
    /// How long each value holds from `ts` on, if the source says so.
    public var period: Span?
    /// The source says that its values come from a model, not from a meter.
    public var isModelled: Bool
    public var connected: Bool?
    public var values: [(key: String, value: TelemetryValue)]
    /// Values of the periods that follow, where a source forecasts them; nil holds the place of one that it does not tell.
    public var forecast: [Double?]
    /// Why the forecast that stands in the payload is none. It matters where one is read, and nowhere else.
    var forecastFailure: LineFailure?

    public init(
        ts: PlantTime, seq: Int64?, period: Span?, isModelled: Bool, connected: Bool?,
        values: [(key: String, value: TelemetryValue)], forecast: [Double?]
    ) {
        self.ts = ts
        self.seq = seq
        self.period = period
        self.isModelled = isModelled
        self.connected = connected
        self.values = values
        self.forecast = forecast
    }
}

/// A value under a key of its own: a number, or what stood there instead.
public enum TelemetryValue: Sendable, Hashable {
    case number(Double)
    case wrongType
}

extension Telemetry {
    /// Longest payload that is decoded, bytes.
    public static let payloadMax = 65_536
    private static let periodMax = Span.days(1)
    /// Longest forecast that is taken: four days of half hours.
    static let forecastMax = 192

    /// Nil for what is no length of a period.
    static func period(_ seconds: Double) -> Span? {
        guard seconds >= 0.001, seconds <= periodMax.seconds else { return nil }
        return Span(ms: Int64(saturatingMilliseconds: seconds))
    }

    /// Decodes a `tele` payload. Throws the reason when nothing in it can be used.
    public init(_ arrival: Arrival) throws(LineFailure) {
        guard arrival.payload.count <= Telemetry.payloadMax else {
            throw LineFailure(
                reason: .tooLarge, text: "\(arrival.payload.count) bytes, at most \(Telemetry.payloadMax)")
        }
        let json: JSON
        do { json = try JSONReader.read(arrival.payload) } catch {
            throw JSONReader.refusal(of: arrival.payload, error)
        }
        guard let members = json.members else {
            throw LineFailure(reason: .wrongType, text: "payload is not an object")
        }
        self.init(
            ts: arrival.t, seq: nil, period: nil, isModelled: false, connected: nil, values: [], forecast: [])
        values.reserveCapacity(members.count)
        for member in members { try take(member) }
    }

    private mutating func take(_ member: JSON.Member) throws(LineFailure) {
        switch member.key {
        case "ts":
            guard let text = member.value.text, let time = PlantTime(rfc3339: text) else {
                throw LineFailure(
                    reason: .wrongType, text: "\"ts\" is not an RFC 3339 time: \(member.value.line.prefix(40))")
            }
            ts = time
        case "seq": seq = member.value.integer
        case "period_s":
            guard let length = member.value.double.flatMap(Telemetry.period) else {
                throw LineFailure(reason: .outOfRange, text: "\"period_s\" is not in 0.001...86400")
            }
            period = length
        case "modelled": isModelled = member.value.bool ?? false
        case "connected" where member.value.bool != nil: connected = member.value.bool
        case "forecast": takeForecast(member.value)
        default:
            values.append((member.key, member.value.double.map(TelemetryValue.number) ?? .wrongType))
        }
    }

    /// A forecast of `null` is none.
    private mutating func takeForecast(_ json: JSON) {
        guard json != .null else { return }
        guard let items = json.items else {
            forecastFailure = LineFailure(
                reason: .wrongType, text: "\"forecast\" is not a list with one value a period: \(json.line.prefix(40))")
            return
        }
        guard items.count <= Telemetry.forecastMax else {
            forecastFailure = LineFailure(
                reason: .tooLarge,
                text: "\"forecast\" has \(items.count) values, at most \(Telemetry.forecastMax) are read")
            return
        }
        forecast = items.map(\.double)
    }
}
