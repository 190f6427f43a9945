public import TwinCore

/// What a controlling twin says of itself on `v1/<site>/twin/controller`, retained: two that decide do not decide better.
public struct Claim: Sendable, Hashable {
    public var issuer: String
    /// Drawn by each process: a run that was copied to a second machine has the first one's issuer and client id.
    public var instance: String
    /// When the process began.
    public var since: PlantTime
    /// For people.
    public var host: String
    public var pid: Int

    public init(issuer: String, instance: String, since: PlantTime, host: String, pid: Int) {
        self.issuer = issuer
        self.instance = instance
        self.since = since
        self.host = host
        self.pid = pid
    }

    static func topic(site: String) -> String { "v1/\(site)/twin/controller" }

    var json: JSON {
        .fields([
            "issuer": .string(issuer), "instance": .string(instance), "since": .string(since.rfc3339),
            "host": .string(host), "pid": .integer(pid),
        ])
    }

    /// Nil for what is no claim.
    init?(_ payload: [UInt8]) {
        guard payload.count <= 4096, let json = try? JSONReader.read(payload),  // no JSON, no claim
            let issuer = json["issuer"]?.text, let instance = json["instance"]?.text,
            let since = json["since"]?.text.flatMap({ PlantTime(rfc3339: $0) })
        else { return nil }
        self.init(
            issuer: String(issuer.prefix(80)), instance: String(instance.prefix(80)), since: since,
            host: String((json["host"]?.text ?? "").prefix(80)), pid: Int(json["pid"]?.integer ?? 0))
    }

    /// Whether this one commands and the other gives way: the older, and of two equals the lesser by name.
    func precedes(_ other: Claim) -> Bool {
        (since.ms, issuer, instance) < (other.since.ms, other.issuer, other.instance)
    }

    /// Who it is, for people.
    var who: String {
        "\(issuer) (process \(pid)\(host.isEmpty ? "" : " on \(host)"), since \(since.rfc3339))".printable
    }
}
