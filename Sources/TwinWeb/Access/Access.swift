import Crypto
import Synchronization
import TwinCore

/// Who is there, and what proves that a change was asked for by one of our own pages. Safe from any thread.
final class Access: Sendable {
    let rules: AccessRules
    private let directory: UserDirectory
    private let sessions = Sessions()
    private let limit = Mutex(LoginLimit())
    private let hashing = HashThread()
    private let key = SymmetricKey(size: .bits256)

    init(_ rules: AccessRules) {
        self.rules = rules
        directory = UserDirectory(rules.usersFile)
    }

    /// Whether somebody must log in.
    var isGuarded: Bool { directory.users != nil }

    /// Who asks; nil for one who must log in first.
    func visitor(_ cookies: Cookies) -> Visitor? {
        guard let users = directory.users else { return .atThisMachine }
        guard let token = cookies.session, let user = sessions.user(of: token, at: rules.steadyNow(), among: users)
        else { return nil }
        return Visitor(name: user.name, role: user.role)
    }

    /// Whether live data may go on to who began to listen.
    func mayListen(_ cookies: Cookies) -> Bool {
        guard let users = directory.users else { return true }
        return cookies.session.map { sessions.isOpen($0, at: rules.steadyNow(), among: users) } ?? false
    }

    /// What a change must bring along: only a page that was served with this cookie knows it.
    func token(boundTo cookie: String) -> String {
        RandomToken.hex(HMAC<SHA256>.authenticationCode(for: Array("csrf \(cookie)".utf8), using: key))
    }

    func isToken(_ token: String, boundTo cookie: String) -> Bool {
        RandomToken.areEqual(token.utf8, self.token(boundTo: cookie).utf8)
    }

    // MARK: - Log in

    enum Login: Sendable, Hashable {
        case welcome(User, token: String)
        /// The name is in the list, or is not: nobody else is told.
        case wrong(isKnown: Bool)
        case wait(seconds: Double)
    }

    /// Takes as long for a name that nobody has.
    func login(_ name: String, _ password: String, from address: String) async throws -> Login {
        let now = rules.steadyNow()
        let keys = ["name \(name)", "address \(address)"]
        if let seconds = limit.withLock({ $0.begin(keys, at: now) }) { return .wait(seconds: seconds) }
        let user = directory.users?[name]
        let hash = user?.hash ?? .decoy
        let isRight = try await hashing.run { try hash.matches(password) }
        guard isRight, let user else { return .wrong(isKnown: user != nil) }
        limit.withLock { $0.forgive(keys, begunAt: now) }
        return .welcome(user, token: sessions.begin(user, at: rules.steadyNow()))
    }

    func logout(_ token: String) { sessions.end(token) }
}
