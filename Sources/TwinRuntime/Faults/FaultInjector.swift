public import TwinCore

/// Signal faults: between plant and twin. Pure state; it changes messages, never the plant.
public struct FaultInjector: Sendable {
    private var faults: [(fault: Fault, filter: TopicFilter)] = []
    /// Last payload of each topic before its fault began.
    private var before: [String: JSON] = [:]

    public init() {}

    /// Adds a signal fault. The plant's own faults have no place here and are passed over.
    public mutating func add(_ fault: Fault) {
        guard !fault.verb.needsClosedLoop, let filter = fault.on.flatMap({ TopicFilter($0) }) else { return }
        faults.append((fault, filter))
    }

    public var isEmpty: Bool { faults.isEmpty }

    /// What reaches the twin in place of `arrival`.
    public mutating func pass(_ arrival: Arrival) -> Arrival {
        let matching = faults.filter { $0.filter.matches(arrival.topic) }
        guard !matching.isEmpty else { return arrival }
        // A payload that cannot be read passes as it is: there is nothing in it to repeat.
        guard let json = try? JSONReader.read(arrival.payload), json.members != nil else { return arrival }
        guard matching.contains(where: { $0.fault.isActive(at: arrival.t) }), let frozen = before[arrival.topic] else {
            before[arrival.topic] = json
            return arrival
        }
        var changed = arrival
        changed.payload = Array(FaultInjector.freeze(json, with: frozen).line.utf8)
        return changed
    }

    /// The values of `old` under the time, sequence and period of `new`.
    static func freeze(_ new: JSON, with old: JSON) -> JSON {
        let fresh: Set<String> = ["ts", "seq", "period_s", "forecast"]
        return .object(
            (new.members ?? []).map { member in
                fresh.contains(member.key) ? member : JSON.Member(member.key, old[member.key] ?? member.value)
            })
    }
}
