import TwinCore

/// One signal fault at work, with what it must remember.
struct SignalFault: Sendable {
    let fault: Fault
    private let filter: TopicFilter
    private var stream: SeedStream
    /// Messages met so far, by topic.
    private var met: [String: Int] = [:]
    /// Last payload of each topic before a freeze began.
    private var before: [String: JSON] = [:]

    /// Nil for a fault of the plant, or one without topics.
    init?(_ fault: Fault, stream: SeedStream) {
        guard !fault.verb.needsClosedLoop, let filter = fault.on.flatMap({ TopicFilter($0) }) else { return nil }
        self.fault = fault
        self.filter = filter
        self.stream = stream
    }

    /// Whether this message is one that the fault takes; asked once a message.
    mutating func takes(_ arrival: Arrival) -> Bool {
        guard fault.isActive(at: arrival.t), filter.matches(arrival.topic) else { return false }
        if let share = fault.share { return stream.unit() < share }
        guard let every = fault.every else { return true }
        let count = met[arrival.topic, default: 0]
        met[arrival.topic] = count + 1
        return count % every == 0
    }

    /// What becomes of a message: none, one or two.
    mutating func pass(_ arrival: Arrival) -> [Arrival] {
        switch fault.verb {
        case .freeze: return [freeze(arrival)]
        case .duplicateLineOff, .missingLineOff:
            guard let json = payload(arrival), json["event"]?.text == "line_off", takes(arrival) else {
                return [arrival]
            }
            return fault.verb == .missingLineOff ? [] : [arrival, resent(arrival, json)]
        case .drop: return takes(arrival) ? [] : [arrival]
        case .duplicate:
            guard takes(arrival) else { return [arrival] }
            var copy = arrival
            copy.duplicate = true
            return [arrival, copy]
        case .spike, .bias, .scale, .nan, .clockSkew: return [takes(arrival) ? rewritten(arrival) : arrival]
        case .delay, .trip, .ignoreCommand, .doesNotLeave, .gridOutage: return [arrival]
        }
    }

    private func payload(_ arrival: Arrival) -> JSON? {
        guard filter.matches(arrival.topic), let json = try? JSONReader.read(arrival.payload),  // or none to change
            json.members != nil
        else { return nil }
        return json
    }

    // MARK: - Verbs

    private mutating func freeze(_ arrival: Arrival) -> Arrival {
        guard let json = payload(arrival) else { return arrival }
        guard fault.isActive(at: arrival.t), let frozen = before[arrival.topic] else {
            before[arrival.topic] = json
            return arrival
        }
        // Time, sequence and period go on.
        let fresh: Set<String> = ["ts", "seq", "period_s", "forecast"]
        return arrival.with(json) { fresh.contains($0) ? $1 : frozen[$0] ?? $1 }
    }

    private func rewritten(_ arrival: Arrival) -> Arrival {
        guard let json = payload(arrival) else { return arrival }
        switch fault.verb {
        case .nan: return arrival.withNaN(json, fault.key)
        case .clockSkew:
            guard let ts = json["ts"]?.text.flatMap({ PlantTime(rfc3339: $0) }), let shift = fault.shift else {
                return arrival
            }
            let shown = min(max(ts + shift, .earliest), .latest)
            return arrival.with(json) { $0 == "ts" ? .string(shown.rfc3339) : $1 }
        default:
            return arrival.with(json) { key, value in
                guard key == fault.key, let number = value.double else { return value }
                return .number(changed(number))
            }
        }
    }

    private func changed(_ number: Double) -> Double {
        switch fault.verb {
        case .bias: number + (fault.by ?? 0)
        default: fault.value ?? number * (fault.by ?? 1)
        }
    }

    /// The line's own second copy is a message like any other: the next number, no mark of the broker.
    private func resent(_ arrival: Arrival, _ json: JSON) -> Arrival {
        arrival.with(json) { key, value in
            guard key == "seq", let seq = value.integer else { return value }
            return .integer(seq + 1)
        }
    }
}

extension Arrival {
    /// With each member's value as `change(key, value)` says.
    fileprivate func with(_ json: JSON, _ change: (String, JSON) -> JSON) -> Arrival {
        var changed = self
        let members = (json.members ?? []).map { JSON.Member($0.key, change($0.key, $0.value)) }
        changed.payload = JSON.object(members).bytes
        return changed
    }

    /// With the bare word NaN as the value of `key`: not JSON, but what Python's `json.dumps` writes unless told
    /// otherwise, and so what gateways in that language send.
    fileprivate func withNaN(_ json: JSON, _ key: String?) -> Arrival {
        guard let members = json.members, members.contains(where: { $0.key == key }) else { return self }
        var changed = self
        let fields = members.map { "\(JSON.string($0.key).line):\($0.key == key ? "NaN" : $0.value.line)" }
        changed.payload = Array("{\(fields.joined(separator: ","))}".utf8)
        return changed
    }
}
