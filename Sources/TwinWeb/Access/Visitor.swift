/// What somebody may do; each may do what the ones before may.
public enum Role: String, Sendable, Hashable, CaseIterable, Comparable {
    /// Looks.
    case viewer
    /// Acknowledges and shelves alarms, tries mappings, leads a replay.
    case engineer
    /// Commands: set-points by hand, modes.
    case `operator`

    public static func < (one: Role, other: Role) -> Bool {
        allCases.firstIndex(of: one) ?? 0 < allCases.firstIndex(of: other) ?? 0
    }
}

/// Who asks.
struct Visitor: Sendable, Hashable {
    /// As logged in; nil for who did not.
    var name: String?
    var role: Role

    static let anybody = Visitor(name: nil, role: .viewer)
    /// Who reaches a loopback address of a server without users.
    static let atThisMachine = Visitor(name: nil, role: .engineer)

    /// Why something is not for this role; nil where it is.
    func lacks(_ role: Role) -> String? {
        guard self.role < role else { return nil }
        guard name == nil else { return "this needs the role \(role.rawValue); \(name ?? "") is \(self.role.rawValue)" }
        return "this needs the role \(role.rawValue), and nobody is logged in; make a user with"
            + " twin user add NAME --role \(role.rawValue), then log in"
    }
}
