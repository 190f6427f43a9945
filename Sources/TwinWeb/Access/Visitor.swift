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
}
