import Synchronization
import TwinCore
import TwinRuntime

/// The deeds about alarms as they are now, and where they are kept. Safe from any thread.
final class AlarmBook: Sendable {
    private let deeds: Mutex<AlarmDeeds>
    private let audit: AuditLog
    private let feed: LiveFeed?

    /// - Parameter goesOn: what an earlier start kept holds on.
    init(_ audit: AuditLog, feed: LiveFeed?, goesOn: Bool) {
        (self.audit, self.feed) = (audit, feed)
        var deeds = AlarmDeeds()
        if goesOn { audit.forEach { deeds.take($0) } }
        self.deeds = Mutex(deeds)
        feed?.take(deeds)
    }

    var now: AlarmDeeds { deeds.withLock { $0 } }

    /// Keeps what somebody did, and lets it hold.
    /// - Returns: whether it changes what holds.
    func take(_ entry: AuditEntry) async throws -> Bool {
        try await audit.keep(entry)
        let (isNew, now) = deeds.withLock { deeds in (deeds.take(entry), deeds) }
        feed?.take(now)
        return isNew
    }
}
