public import TwinCore

/// The assembly lines: which vehicles were lined off.
///
/// A vehicle counts once, by its id. A line that sends no vehicle events but a running total counts by that total.
public struct AssemblyLine: Component {
    public struct State: Sendable, Codable {
        var vehicles = SeenVehicles()
        /// Last total by line; only lines that never sent a vehicle event count by it.
        var totals: [String: Int64] = [:]
        /// Event time of the last total by line.
        var totalTimes: [String: PlantTime] = [:]
        @Ordered var linesWithEvents: Set<String> = []
        var lineOffTotal = 0
        /// Names of models that were told.
        @Ordered var models: Set<String> = []
        /// Numbers of the vehicle events by line.
        var sequences: [String: SequenceWatch] = [:]
    }

    /// A feed may invent names without end; so many are told apart.
    static let modelsMax = 64

    public let name = "line"
    public let filters: [TopicFilter]
    public var state = State()

    /// Vehicles are events: a line sends no telemetry.
    public var inputs: [AssetInput] { [] }
    public var meters: [Meter] { [] }
    public var decoder: InboxDecoder? { nil }

    public init(site: String) {
        filters = ["vehicle", "count", "status"].compactMap { TopicFilter("v1/\(site)/line/+/\($0)") }
    }

    public mutating func tick(_ slice: Slice, _ context: TickContext, _ reply: inout ComponentReply) {
        let lineOffsBefore = reply.lineOffs.count
        let events = slice.messages.map { routed in (routed, Result { () throws(LineFailure) in try LineEvent(routed) })
        }
        for (routed, result) in events.enumerated().sorted(by: { order($0, $1) }).map(\.element) {
            let before = reply.counts
            switch result {
            case .success(let event): take(event, routed, context, &reply)
            case .failure(let failure): reply.refuse(routed.arrival, failure)
            }
            if let fate = reply.counts.fate(of: routed.part, since: before) { reply.fates.append(fate) }
        }
        state.lineOffTotal += reply.lineOffs.count - lineOffsBefore
        reply.record.add(state.lineOffTotal)
        for asset in state.sequences.keys.sorted() where state.sequences[asset]?.hasGap(at: context.to) == true {
            reply.alarms.append(AlarmKey(.line, asset, .gap))
        }
    }

    private func order(
        _ a: (offset: Int, element: (Routed, Result<LineEvent, LineFailure>)),
        _ b: (offset: Int, element: (Routed, Result<LineEvent, LineFailure>))
    ) -> Bool {
        let first = (try? a.element.1.get())?.ts ?? a.element.0.arrival.t  // a refused one sorts by arrival
        let second = (try? b.element.1.get())?.ts ?? b.element.0.arrival.t
        return (first, a.element.0.asset, a.offset) < (second, b.element.0.asset, b.offset)
    }

    private mutating func take(
        _ event: LineEvent, _ routed: Routed, _ context: TickContext, _ reply: inout ComponentReply
    ) {
        if event.ts > routed.arrival.t + context.lead {
            reply.refuse(routed.arrival, LineFailure(reason: .clockFuture, text: "ts is ahead of plant time"))
            return
        }
        if event.ts < context.from - periodFinalAfter {
            reply.refuse(routed.arrival, LineFailure(reason: .clockPast, text: "ts lies in a period that is final"))
            return
        }
        // What was last known before we came is no new vehicle; the line's own message counts it.
        if routed.arrival.retain {
            reply.counts.accepted += 1
            return
        }
        switch event.content {
        case .status:
            reply.counts.accepted += 1
            return
        case .vehicle(let id, let model, let isLineOff):
            state.linesWithEvents.insert(routed.asset)
            if let seq = event.seq { state.sequences[routed.asset, default: SequenceWatch()].note(seq, at: context.to) }
            if isLineOff {
                guard state.vehicles.insert(id, at: context.to) else {
                    reply.counts.duplicates += 1
                    return
                }
                let model = model.flatMap { known($0) }
                reply.lineOffs.append(
                    LineOff(
                        line: routed.asset, vehicle: id, ts: event.ts, model: model, isModelled: event.isModelled))
            }
        case .total(let total):
            // An older total adds nothing: the newer one already holds its vehicles.
            let isOlder = state.totalTimes[routed.asset].map { event.ts < $0 } ?? false
            if isOlder { break }
            if let before = state.totals[routed.asset], !state.linesWithEvents.contains(routed.asset), total > before {
                for number in before..<min(total, before + 10_000) {
                    let id = "\(routed.asset)#\(number + 1)"
                    reply.lineOffs.append(
                        LineOff(line: routed.asset, vehicle: id, ts: event.ts, isModelled: event.isModelled))
                }
            }
            state.totals[routed.asset] = total
            state.totalTimes[routed.asset] = event.ts
        }
        reply.counts.accepted += 1
        reply.counts.readings += 1
        if routed.arrival.t > event.ts + context.lateness { reply.counts.late += 1 }
    }

    private mutating func known(_ model: String) -> String? {
        if state.models.count < AssemblyLine.modelsMax { state.models.insert(model) }
        return state.models.contains(model) ? model : nil
    }
}

/// A decoded message of a line.
private struct LineEvent {
    enum Content {
        case vehicle(id: String, model: String?, isLineOff: Bool)
        case total(Int64)
        /// Whether the line's gateway is there; nothing is concluded from it.
        case status
    }

    static let events: Set<String> = ["enter", "leave", "line_off", "scrap", "rework"]

    var ts: PlantTime
    var seq: Int64?
    var isModelled: Bool
    var content: Content

    init(_ routed: Routed) throws(LineFailure) {
        if routed.kind == .status {
            guard AssetStatus(routed.arrival.payload) != nil else { throw AssetStatus.failure }
            (ts, isModelled, content) = (routed.arrival.t, false, .status)
            return
        }
        let bytes = routed.arrival.payload.count
        guard bytes <= Telemetry.payloadMax else {
            throw LineFailure(reason: .tooLarge, text: "\(bytes) bytes, at most \(Telemetry.payloadMax)")
        }
        let json: JSON
        do { json = try JSONReader.read(routed.arrival.payload) } catch {
            throw LineFailure(reason: RejectReason(error), text: "payload: \(error.rawValue)")
        }
        if let text = json["ts"] {
            guard let time = text.text.flatMap({ PlantTime(rfc3339: $0) }) else {
                throw LineFailure(reason: .wrongType, text: "\"ts\" is not an RFC 3339 time")
            }
            ts = time
        } else {
            ts = routed.arrival.t
        }
        seq = json["seq"]?.integer
        isModelled = json["modelled"]?.bool ?? false
        if routed.kind == .count {
            guard let total = json["vehicles_total"]?.integer, total >= 0 else {
                throw LineFailure(reason: .wrongType, text: "\"vehicles_total\" is not a whole number >= 0")
            }
            content = .total(total)
            return
        }
        guard let vehicle = json["vehicle"]?.text, (1...64).contains(vehicle.utf8.count) else {
            throw LineFailure(reason: .wrongType, text: "\"vehicle\" is not an id of 1 to 64 bytes")
        }
        guard let event = json["event"]?.text, LineEvent.events.contains(event) else {
            throw LineFailure(reason: .wrongType, text: "\"event\" is none of enter, leave, line_off, scrap, rework")
        }
        // A vehicle without a usable name of its model is a vehicle all the same.
        let model = json["model"]?.text.flatMap { Topic.isAssetID($0) && $0 != ModelMix.unknown ? $0 : nil }
        content = .vehicle(id: vehicle, model: model, isLineOff: event == "line_off")
    }
}

extension ComponentReply {
    mutating func refuse(_ arrival: Arrival, _ failure: LineFailure) {
        counts.reject(failure.reason)
        refusals.append(Refusal(line: arrival.number, topic: arrival.topic, failure: failure))
    }
}
