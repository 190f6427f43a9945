import TwinCore

/// A decoded message of a line.
struct LineEvent {
    enum Content {
        /// `model` is what the line calls it, whatever that is.
        case vehicle(id: String, model: String?, VehicleEvent.Kind)
        case total(Int64)
        /// Whether the line's gateway is there; nothing is concluded from it.
        case status
    }

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
        let id = json["vehicle"]?.text.map(LineEvent.trimmed)
        guard let id, (1...64).contains(id.utf8.count) else {
            throw LineFailure(reason: .wrongType, text: "\"vehicle\" is not an id of 1 to 64 bytes")
        }
        guard let event = json["event"]?.text.flatMap(VehicleEvent.Kind.init) else {
            throw LineFailure(reason: .wrongType, text: "\"event\" is none of enter, leave, line_off, scrap, rework")
        }
        let model = json["model"]?.text.map(LineEvent.trimmed)
        content = .vehicle(id: id, model: model?.isEmpty == true ? nil : model, event)
    }

    /// Scanners pad what they read.
    private static func trimmed(_ text: String) -> String {
        func isPadding(_ letter: Character) -> Bool { letter.isWhitespace || letter == "\0" }
        guard let last = text.lastIndex(where: { !isPadding($0) }) else { return "" }
        return String(text[...last].drop(while: isPadding))
    }
}

extension ComponentReply {
    mutating func refuse(_ arrival: Arrival, _ failure: LineFailure) {
        counts.reject(failure.reason)
        refusals.append(Refusal(line: arrival.number, topic: arrival.topic, failure: failure))
    }
}
