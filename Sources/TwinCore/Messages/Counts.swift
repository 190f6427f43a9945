import TwinUnits

/// What happened to messages; every summary prints it, and messages = accepted + rejected + duplicates + shed.
public struct Counts: Sendable, Hashable, Codable {
    /// All that was received: topic lines and unreadable lines.
    public var messages = 0
    /// Messages that were taken: telemetry with at least one usable value, status, line events, acknowledgements, the
    /// clock, and what a twin published.
    public var accepted = 0
    /// Values that were laid on a timeline, and line events; one message may bring several or, retained, none.
    public var readings = 0
    public var duplicates = 0
    public var late = 0
    /// Messages that were let go unread because there was no room for them.
    public var shed = 0
    public var rejected: [RejectReason: Int] = [:]
    /// Values of accepted messages that could not be used, by reason and signal (`gas/paint-ovens/gas_kw`).
    public var lost: [RejectReason: [String: Int]] = [:]
    /// Accepted messages that were copies which the broker keeps, and so no measurements, by their source.
    public var retained: [String: Int] = [:]

    /// By what the books may be wrong, because two meters, or a meter and the model, exclude each other: Wh by line.
    public var contradictedWh: [Meter: Int64] = [:]
    /// Vehicles that the plan has beside those that a line told, where that tells none or far too many; below 0 too many.
    public var doubtedVehicles = 0
    /// How long a long-term mean stood in for a signal that the comparison with the baseline rests on, ms.
    public var standInMs: [String: Int64] = [:]

    public init() {}

    private enum CodingKeys: String, CodingKey {
        case messages, accepted, readings, duplicates, late, shed, rejected, lost, retained, contradictedWh, standInMs,
            doubtedVehicles
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        messages = try container.decode(Int.self, forKey: .messages)
        accepted = try container.decode(Int.self, forKey: .accepted)
        readings = try container.decode(Int.self, forKey: .readings)
        duplicates = try container.decode(Int.self, forKey: .duplicates)
        late = try container.decode(Int.self, forKey: .late)
        shed = try container.decode(Int.self, forKey: .shed)
        rejected = try container.decode([RejectReason: Int].self, forKey: .rejected)
        // An older build did not count these.
        lost = try container.decodeIfPresent([RejectReason: [String: Int]].self, forKey: .lost) ?? [:]
        retained = try container.decodeIfPresent([String: Int].self, forKey: .retained) ?? [:]
        doubtedVehicles = try container.decodeIfPresent(Int.self, forKey: .doubtedVehicles) ?? 0
        standInMs = try container.decodeIfPresent([String: Int64].self, forKey: .standInMs) ?? [:]
        for (name, wh) in try container.decodeIfPresent([String: Int64].self, forKey: .contradictedWh) ?? [:] {
            if let meter = Meter(text: name) { contradictedWh[meter] = wh }
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(messages, forKey: .messages)
        try container.encode(accepted, forKey: .accepted)
        try container.encode(readings, forKey: .readings)
        try container.encode(duplicates, forKey: .duplicates)
        try container.encode(late, forKey: .late)
        try container.encode(shed, forKey: .shed)
        try container.encode(rejected, forKey: .rejected)
        try container.encode(lost, forKey: .lost)
        try container.encode(retained, forKey: .retained)
        if doubtedVehicles != 0 { try container.encode(doubtedVehicles, forKey: .doubtedVehicles) }
        if !standInMs.isEmpty { try container.encode(standInMs, forKey: .standInMs) }
        if contradictedWh.isEmpty { return }
        let named = contradictedWh.map { ($0.key.text, $0.value) }
        try container.encode(Dictionary(named) { $0 &+ $1 }, forKey: .contradictedWh)
    }

    public var rejectedTotal: Int { rejected.values.reduce(0, +) }

    /// Lost values by reason.
    public var lostTotals: [RejectReason: Int] { lost.mapValues { $0.values.reduce(0, +) } }

    public var retainedTotal: Int { retained.values.reduce(0, +) }

    public mutating func reject(_ reason: RejectReason) { rejected[reason, default: 0] += 1 }

    public mutating func lose(_ signal: String, _ reason: RejectReason, _ count: Int = 1) {
        lost[reason, default: [:]][signal, default: 0] += count
    }

    /// What is a memo is in no figure, so none is in doubt by it.
    public mutating func doubt(_ meter: Meter, kWh: Double) {
        guard meter.account.row.flow != .memo else { return }
        guard let wh = Int64(exactly: min(abs(kWh) * 1000, 1e15).rounded()), wh > 0 else { return }
        contradictedWh[meter, default: 0] = contradictedWh[meter, default: 0].addingSaturated(wh)
    }

    public mutating func add(_ other: Counts) {
        messages += other.messages
        accepted += other.accepted
        readings += other.readings
        duplicates += other.duplicates
        late += other.late
        shed += other.shed
        doubtedVehicles += other.doubtedVehicles
        for (reason, count) in other.rejected { rejected[reason, default: 0] += count }
        for (reason, signals) in other.lost { for (signal, count) in signals { lose(signal, reason, count) } }
        for (meter, wh) in other.contradictedWh {
            contradictedWh[meter, default: 0] = contradictedWh[meter, default: 0].addingSaturated(wh)
        }
        for (signal, ms) in other.standInMs {
            standInMs[signal, default: 0] = standInMs[signal, default: 0].addingSaturated(ms)
        }
        for (source, count) in other.retained { retained[source, default: 0] += count }
    }
}
