public import TwinCore

/// A command as it was decided at a mark.
public struct Command: Sendable, Hashable, Codable {
    public var tick: Int
    /// Counts from 1 within the tick.
    public var n: Int
    public var point: SetPoint
    public var ts: PlantTime
    public var expires: PlantTime
    /// When its set-point was first commanded: earlier than `ts` where it renews a lease.
    public var since: PlantTime
    public var leaseS: Int
    /// Counts the commands of the run.
    public var seq: Int

    public var path: AssetPath { point.path }
    public var isRenewal: Bool { since < ts }

    /// Who gives the commands of a run.
    public static func issuer(run: String) -> String { "twin-\(run)" }

    public func id(run: String) -> String { "\(run)-\(tick)-\(n)" }

    /// Tick and count of what may be a command's id: of two ids that have them in common one may still be odd.
    static func counts(ofID id: String) -> (tick: Int, n: Int)? {
        let dash = UInt8(ascii: "-")
        guard let second = id.utf8.lastIndex(of: dash), let first = id.utf8[..<second].lastIndex(of: dash),
            let tick = Int(id[id.utf8.index(after: first)..<second]),
            let n = Int(id[id.utf8.index(after: second)...])
        else { return nil }
        return (tick, n)
    }

    public func topic(site: String) -> String { Topic.text(site: site, path.area, path.asset, .cmd) }
    public func ackTopic(site: String) -> String { Topic.text(site: site, path.area, path.asset, .ack) }

    /// The contract's command payload.
    public func json(run: String) -> JSON {
        .fields([
            "id": .string(id(run: run)), "ts": .string(ts.rfc3339), "expires": .string(expires.rfc3339),
            "action": .string(point.action.rawValue), "value": point.action.json(point.value),
            "unit": point.action.unit.map(JSON.string) ?? .null, "lease_s": .integer(leaseS),
            "fallback": .string(point.fallback), "reason": .string(point.reason),
            "issuer": .string(Command.issuer(run: run)), "seq": .integer(seq),
        ])
    }
}

/// What an asset answered.
public struct Acknowledgement: Sendable, Hashable {
    public enum State: String, Sendable, Hashable, CaseIterable {
        case accepted, rejected, active, completed, expired, failed
    }

    public var id: String
    public var state: State
    public var code: String?

    public init(id: String, state: State, code: String? = nil) {
        self.id = id
        self.state = state
        self.code = code
    }

    /// Decodes an `ack` payload.
    public init(_ arrival: Arrival) throws(LineFailure) {
        let json: JSON
        do { json = try JSONReader.read(arrival.payload) } catch {
            throw LineFailure(reason: RejectReason(error), text: "payload: \(error.rawValue)")
        }
        guard let id = json["id"]?.text, (1...128).contains(id.utf8.count) else {
            throw LineFailure(reason: .wrongType, text: "\"id\" is not a command id")
        }
        guard let state = json["state"]?.text.flatMap(State.init) else {
            throw LineFailure(reason: .wrongType, text: "\"state\" is no state of an acknowledgement")
        }
        self.init(id: id, state: state, code: json["code"]?.text)
    }
}
