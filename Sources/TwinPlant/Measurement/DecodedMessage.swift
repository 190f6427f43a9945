import TwinCore

/// What an asset's will or greeting says, as plain text.
enum Status: String {
    case online, offline

    static let failure = LineFailure(reason: .wrongType, text: "the status is neither online nor offline")

    init?(_ payload: [UInt8]) {
        guard payload.count <= 16, let status = Status(rawValue: String(decoding: payload, as: UTF8.self))
        else { return nil }
        self = status
    }
}

/// A routed message after decoding, in the order a tick uses: event time, asset, sequence, line.
struct DecodedMessage: Sendable {
    enum Content: Sendable {
        case telemetry(Telemetry)
        /// `online` or `offline`.
        case status(isOnline: Bool)
        case refused(LineFailure)
    }

    var arrival: Arrival
    var area: Area
    var asset: String
    var ts: PlantTime
    var seq: Int64
    var content: Content
    var part: Int?

    init(_ routed: Routed) {
        arrival = routed.arrival
        area = routed.area
        asset = routed.asset
        part = routed.part
        ts = routed.arrival.t
        seq = -1
        switch routed.kind {
        case .status:
            content =
                Status(routed.arrival.payload).map { .status(isOnline: $0 == .online) } ?? .refused(Status.failure)
        case .tele:
            do throws(LineFailure) {
                let telemetry = try Telemetry(routed.arrival)
                ts = telemetry.ts
                seq = telemetry.seq ?? -1
                content = .telemetry(telemetry)
            } catch {
                content = .refused(error)
            }
        default: content = .refused(LineFailure(reason: .unknownTopic, text: "this asset has no such topic"))
        }
    }

    static func inOrder(_ slice: [Routed]) -> [DecodedMessage] {
        slice.map(DecodedMessage.init).enumerated().sorted { a, b in
            (a.element.ts, a.element.asset, a.element.seq, a.offset) < (
                b.element.ts, b.element.asset, b.element.seq, b.offset
            )
        }.map(\.element)
    }
}
