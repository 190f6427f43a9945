/// A message as it arrived: the unit of the journal.
public struct Arrival: Sendable, Hashable {
    /// Plant time on arrival; never falls along a file.
    public var t: PlantTime
    public var topic: String
    /// The received bytes, verbatim.
    public var payload: [UInt8]
    public var qos: Int
    public var retain: Bool
    public var duplicate: Bool
    /// MQTT 5 correlation data, when it is text.
    public var correlation: String?
    /// Line number in its file, 1 for the first; 0 when it came from a live source.
    public var number: Int

    public init(
        t: PlantTime, topic: String, payload: [UInt8], qos: Int = 0, retain: Bool = false, duplicate: Bool = false,
        correlation: String? = nil, number: Int = 0
    ) {
        self.t = t
        self.topic = topic
        self.payload = payload
        self.qos = qos
        self.retain = retain
        self.duplicate = duplicate
        self.correlation = correlation
        self.number = number
    }
}

/// The line that closes a tick: everything since the previous mark was taken by it.
public struct Mark: Sendable, Hashable, Codable {
    public var t: PlantTime
    public var tick: Int
    /// Lines since the previous mark.
    public var n: Int
    /// `DigestChain.hex` after this tick; empty when the file's author gave none.
    public var chain: String
    /// `LineSum` of what it closes; nil when the file's author gave none.
    public var sum: String?
    /// Alarms that came or went with the tick. They say what the chain covers already, for people who read the journal.
    public var alarms: [MarkedAlarm]

    public init(t: PlantTime, tick: Int, n: Int, chain: String, sum: String? = nil, alarms: [MarkedAlarm] = []) {
        self.t = t
        self.tick = tick
        self.n = n
        self.chain = chain
        self.sum = sum
        self.alarms = alarms
    }

    /// Whether it closes other lines than these, or says something else than was written.
    public func isOther(than lines: LineSum) -> Bool { sum.map { $0 != lines.closed(by: self) } ?? false }

    /// What to say of that.
    public var otherSentence: String {
        "tick \(tick) has another checksum than its mark says; a line of it was changed"
    }

    /// No mark's line is longer: readers look for the last one at the end of a file.
    public static let bytesMax = 65_536
    private static let causesMax = 32_768

    /// The member of the line, with a comma before it; a mark without alarms has none. Of very many the last ones have no
    /// cause, or are left out.
    var alarmsText: String {
        guard !alarms.isEmpty else { return "" }
        var text = ""
        for var alarm in alarms {
            if alarm.cause != nil, text.utf8.count > Mark.causesMax { alarm.cause = "" }
            let item = alarm.json.line
            guard text.utf8.count + item.utf8.count < Mark.bytesMax - 1024 else { break }
            text += text.isEmpty ? item : ",\(item)"
        }
        return ",\"alarms\":[\(text)]"
    }
}

/// An alarm in a mark: raised with its cause, or over.
public struct MarkedAlarm: Sendable, Hashable, Codable {
    /// `solar/pv1/stuck`.
    public var path: String
    /// Why it was raised; nil when it is over.
    public var cause: String?

    public init(path: String, cause: String?) {
        self.path = path
        self.cause = cause
    }

    public init(_ edge: AlarmBoard.Edge) {
        self.init(path: edge.key.path, cause: edge.isRaised ? edge.cause : nil)
    }

    fileprivate var json: JSON {
        cause.map { .fields(["raised": .string(path), "cause": .string($0)]) } ?? .fields(["over": .string(path)])
    }

    /// Nil for what is none: a mark is closed by its tick, whatever else it says.
    fileprivate init?(_ json: JSON) {
        if let path = json["over"]?.text {
            self.init(path: path, cause: nil)
        } else if let path = json["raised"]?.text {
            self.init(path: path, cause: json["cause"]?.text ?? "")
        } else {
            return nil
        }
    }
}

/// What a line says; whatever changes a result and does not follow from earlier lines is one of these.
public enum LineBody: Sendable, Hashable {
    case message(Arrival)
    case mark(Mark)
    /// `up`, `down` or `session_lost`.
    case link(String)
    case mode(ControlMode)
    case configuration(ConfigurationChange)
    case op(JSON)
    case plan(JSON)
    case fault(JSON)
    case expect(JSON)
}

/// One line of a replay file or journal after its header.
public struct Line: Sendable, Hashable {
    public var t: PlantTime
    public var body: LineBody

    public init(t: PlantTime, _ body: LineBody) {
        self.t = t
        self.body = body
    }

    public static func message(_ arrival: Arrival) -> Line { Line(t: arrival.t, .message(arrival)) }
}

// MARK: - Text

extension Line {
    /// The line's bytes without a line break.
    public var bytes: [UInt8] {
        if case .message(let arrival) = body { return Line.bytes(of: arrival, at: t) }
        var text = "{\"t\":\"\(t.rfc3339)\","
        switch body {
        case .message: break
        case .mark(let mark):
            text += "\"tick\":\(mark.tick),\"n\":\(mark.n),\"chain\":\"\(mark.chain)\""
            if let sum = mark.sum { text += ",\"sum\":\"\(sum)\"" }
            text += "\(mark.alarmsText)}"
        case .link(let state): text += "\"link\":\(JSON.string(state).line)}"
        case .mode(let mode): text += "\"mode\":\"\(mode.rawValue)\"}"
        case .configuration(let change): text += "\"config\":\(change.json.line)}"
        case .op(let value): text += "\"op\":\(value.line)}"
        case .plan(let value): text += "\"plan\":\(value.line)}"
        case .fault(let value): text += "\"fault\":\(value.line)}"
        case .expect(let value): text += "\"expect\":\(value.line)}"
        }
        return Array(text.utf8)
    }

    /// A journal is made of these: they are written without a text between.
    private static func bytes(of arrival: Arrival, at t: PlantTime) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(arrival.topic.utf8.count + arrival.payload.count + 96)
        out += "{\"t\":\"".utf8
        t.write(offset: Span(ms: 0), into: &out)
        out += "\",\"topic\":".utf8
        JSON.quote(arrival.topic, into: &out)
        if isVerbatim(arrival.payload) {
            out += ",\"payload\":".utf8
            out += arrival.payload
        } else {
            out += ",\"payload64\":\"\(Base64.encode(arrival.payload))\"".utf8
        }
        if arrival.qos != 0 { out += ",\"q\":\(arrival.qos)".utf8 }
        if arrival.retain { out += ",\"r\":true".utf8 }
        if arrival.duplicate { out += ",\"dup\":true".utf8 }
        if let correlation = arrival.correlation {
            out += ",\"props\":{\"corr\":".utf8
            JSON.quote(correlation, into: &out)
            out.append(0x7D)
        }
        out.append(0x7D)
        return out
    }

    /// A line break inside the payload would split the line; what is not JSON could not be read back.
    private static func isVerbatim(_ payload: [UInt8]) -> Bool {
        var position = 0
        if PlainJSON.passOver(payload.span, &position), position == payload.count { return true }
        return !payload.contains { $0 == 0x0A || $0 == 0x0D }
            && ![0x20, 0x09].contains(payload.first) && ![0x20, 0x09].contains(payload.last)
            && JSONReader.accepts(payload)
    }

    /// Reads one line. `t` may be RFC 3339 or seconds since `start`.
    public init(bytes: [UInt8], start: PlantTime, number: Int) throws(LineFailure) {
        let members: [JSONReader.RangedMember]
        // The payload stays bytes here: the component that it is for reads it.
        do { members = try JSONReader.readMembers(bytes, passingOver: "payload") } catch {
            throw LineFailure(reason: RejectReason(error), text: "not a JSON object we accept (\(error.rawValue))")
        }
        func member(_ key: String) -> JSON? { members.first { $0.key == key }?.value }
        guard let t = Line.time(member("t"), start: start) else {
            throw LineFailure(reason: .parse, text: "\"t\" is neither an RFC 3339 time nor seconds since the start")
        }
        self.t = t
        if let topic = member("topic") {
            guard let topic = topic.text else { throw LineFailure(reason: .wrongType, text: "\"topic\" is not text") }
            var arrival = Arrival(t: t, topic: topic, payload: [], number: number)
            if let range = members.first(where: { $0.key == "payload" })?.range {
                arrival.payload = Array(bytes[range])
            } else if let text = member("payload64")?.text, let decoded = Base64.decode(text) {
                arrival.payload = decoded
            } else {
                throw LineFailure(reason: .parse, text: "neither \"payload\" nor a readable \"payload64\"")
            }
            arrival.qos = Int(min(max(member("q")?.integer ?? 0, 0), 2))
            arrival.retain = member("r")?.bool ?? false
            arrival.duplicate = member("dup")?.bool ?? false
            arrival.correlation = member("props")?["corr"]?.text
            body = .message(arrival)
        } else if let tick = member("tick") {
            guard let tick = tick.integer, tick >= 1, tick <= 1 << 40, let n = member("n")?.integer, n >= 0,
                n <= 1 << 40
            else { throw LineFailure(reason: .parse, text: "a mark needs whole \"tick\" >= 1 and \"n\" >= 0") }
            let alarms = (member("alarms")?.items ?? []).compactMap(MarkedAlarm.init)
            body = .mark(
                Mark(
                    t: t, tick: Int(tick), n: Int(n), chain: member("chain")?.text ?? "", sum: member("sum")?.text,
                    alarms: alarms))
        } else if let state = member("link")?.text {
            body = .link(state)
        } else if let value = member("mode") {
            guard let mode = value.text.flatMap(ControlMode.init(rawValue:)) else {
                throw LineFailure(reason: .wrongType, text: "\"mode\" is none of off, shadow, advise, control")
            }
            body = .mode(mode)
        } else if let value = member("config") {
            body = .configuration(try ConfigurationChange(value))
        } else if let value = member("op") {
            body = .op(value)
        } else if let value = member("plan") {
            body = .plan(value)
        } else if let value = member("fault") {
            body = .fault(value)
        } else if let value = member("expect") {
            body = .expect(value)
        } else {
            throw LineFailure(
                reason: .unknownKey, text: "no key says what this line is (topic, tick, link, mode, config, op, …)")
        }
    }

    private static func time(_ value: JSON?, start: PlantTime) -> PlantTime? {
        switch value {
        case .string(let text): return PlantTime(rfc3339: text)
        case .number(let seconds):
            guard abs(seconds) <= 3.2e9 else { return nil }
            return start + Span(ms: Int64(saturatingMilliseconds: seconds))
        default: return nil
        }
    }
}

extension Int64 {
    init(saturatingMilliseconds seconds: Double) {
        self = Int64(exactly: (seconds * 1000).rounded(.toNearestOrEven)) ?? 0
    }
}

/// Why a line of a file was refused.
public struct LineFailure: Error, Sendable, Hashable {
    public var reason: RejectReason
    public var text: String

    public init(reason: RejectReason, text: String) {
        self.reason = reason
        self.text = text
    }
}
