import TwinCore

/// Something that somebody did, as it is kept.
struct AuditEntry: Sendable, Hashable {
    /// By the wall clock.
    var t: PlantTime
    /// Nil for who is not logged in.
    var user: String?
    var role: Role?
    var address: String
    /// `login`, `logout`, `login_failed`, `alarm.acknowledge`, `command.manual`, …
    var what: String
    /// What was asked for.
    var about: JSON
    /// What became of it.
    var answer: String

    var json: JSON {
        .fields([
            "t": .string(t.rfc3339), "user": user.map { .string($0) } ?? .null,
            "role": role.map { .string($0.rawValue) } ?? .null, "address": .string(address), "what": .string(what),
            "about": about, "answer": .string(answer),
        ])
    }

    init(t: PlantTime, user: String?, role: Role?, address: String, what: String, about: JSON, answer: String) {
        (self.t, self.user, self.role, self.address) = (t, user, role, address)
        (self.what, self.about, self.answer) = (what, about, answer)
    }

    /// Nil for what is none.
    init?(_ json: JSON) {
        guard let t = json["t"]?.text.flatMap({ PlantTime(rfc3339: $0) }), let what = json["what"]?.text,
            let answer = json["answer"]?.text
        else { return nil }
        self.init(
            t: t, user: json["user"]?.text, role: json["role"]?.text.flatMap(Role.init),
            address: json["address"]?.text ?? "", what: what, about: json["about"] ?? .null, answer: answer)
    }
}
