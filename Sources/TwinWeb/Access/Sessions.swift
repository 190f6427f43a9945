import Crypto
import Synchronization

/// Who is logged in. Only a digest of each token is kept, and only in memory: a new start asks all anew.
final class Sessions: Sendable {
    static let longestS = 12.0 * 3600
    static let idleS = 30.0 * 60
    /// With one more the one that was not heard of for the longest time is ended.
    static let countMax = 1000

    private struct Session {
        var user: User
        var begun: Double
        var seen: Double
    }

    private let sessions = Mutex<[[UInt8]: Session]>([:])

    /// - Parameter now: steady seconds.
    /// - Returns: the token, which only the browser keeps.
    func begin(_ user: User, at now: Double) -> String {
        let token = RandomToken.make()
        sessions.withLock { sessions in
            sessions = sessions.filter { Sessions.isAlive($0.value, at: now) }
            if sessions.count >= Sessions.countMax, let oldest = sessions.min(by: { $0.value.seen < $1.value.seen }) {
                sessions[oldest.key] = nil
            }
            sessions[Sessions.digest(token)] = Session(user: user, begun: now, seen: now)
        }
        return token
    }

    /// Whose token it is; nil for one that is unknown, too old, or was idle for too long.
    /// - Parameter users: as they are now: who was removed or changed must log in anew.
    func user(of token: String, at now: Double, among users: [String: User]) -> User? {
        let key = Sessions.digest(token)
        return sessions.withLock { sessions in
            guard let session = sessions[key] else { return nil }
            guard Sessions.isAlive(session, at: now), users[session.user.name] == session.user else {
                sessions[key] = nil
                return nil
            }
            sessions[key]?.seen = now
            return session.user
        }
    }

    /// Whether what goes on without being asked again may go on: a page that shows live data is not idle.
    func isOpen(_ token: String, at now: Double, among users: [String: User]) -> Bool {
        let key = Sessions.digest(token)
        return sessions.withLock { sessions in
            guard let session = sessions[key] else { return false }
            return now - session.begun < Sessions.longestS && users[session.user.name] == session.user
        }
    }

    func end(_ token: String) { sessions.withLock { $0[Sessions.digest(token)] = nil } }

    var count: Int { sessions.withLock(\.count) }

    private static func isAlive(_ session: Session, at now: Double) -> Bool {
        now - session.begun < longestS && now - session.seen < idleS
    }

    private static func digest(_ token: String) -> [UInt8] { Array(SHA256.hash(data: Array(token.utf8))) }
}
