import TwinCore

/// What people did about alarms: seen, or put on the shelf for a while.
struct AlarmDeeds: Sendable, Hashable {
    /// One raising of an alarm: an acknowledgement holds for it, and not for the next one.
    struct Raising: Sendable, Hashable {
        var path: String
        var since: PlantTime
    }

    struct Acknowledgement: Sendable, Hashable {
        var by: String?
        /// Wall clock.
        var at: PlantTime
        var comment: String
    }

    struct Shelving: Sendable, Hashable {
        var by: String?
        /// Plant time.
        var until: PlantTime
        var comment: String
    }

    /// More than these are of long ago.
    static let keptMax = 20_000
    static let shelvedMax = Span.hours(24)

    private(set) var acknowledged: [Raising: Acknowledgement] = [:]
    private var order: [Raising] = []
    private var shelved: [String: Shelving] = [:]

    func acknowledgement(_ path: String, since: PlantTime) -> Acknowledgement? {
        acknowledged[Raising(path: path, since: since)]
    }

    /// - Parameter now: plant time.
    func shelving(_ path: String, at now: PlantTime) -> Shelving? {
        shelved[path].flatMap { $0.until > now ? $0 : nil }
    }

    /// Takes what was kept of one; anything else is passed over. Of two who acknowledge one raising the first one saw it.
    /// - Returns: whether it changes what holds.
    @discardableResult
    mutating func take(_ entry: AuditEntry) -> Bool {
        guard entry.answer == AuditEntry.done, let path = entry.about["path"]?.text else { return false }
        let comment = entry.about["comment"]?.text ?? ""
        func time(_ key: String) -> PlantTime? { entry.about[key]?.text.flatMap { PlantTime(rfc3339: $0) } }
        switch entry.what {
        case AuditEntry.acknowledge:
            guard let since = time("since") else { return false }
            let raising = Raising(path: path, since: since)
            guard acknowledged[raising] == nil else { return false }
            acknowledged[raising] = Acknowledgement(by: entry.user, at: entry.t, comment: comment)
            order.append(raising)
            if order.count > AlarmDeeds.keptMax { acknowledged[order.removeFirst()] = nil }
        case AuditEntry.shelve:
            guard let until = time("until") else { return false }
            shelved[path] = Shelving(by: entry.user, until: until, comment: comment)
        case AuditEntry.unshelve: shelved[path] = nil
        default: return false
        }
        return true
    }
}

extension AuditEntry {
    static let acknowledge = "alarm.acknowledge"
    static let shelve = "alarm.shelve"
    static let unshelve = "alarm.unshelve"
    /// The answer to what was done.
    static let done = "done"
}
