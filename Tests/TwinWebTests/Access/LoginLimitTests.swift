import Testing

@testable import TwinWeb

@Suite("Wrong logins")
struct LoginLimitTests {
    /// Five in a minute; the sixth waits until the first is a minute old: from 4 s to 60 s is 56 s.
    @Test("five a minute, then one waits")
    func waits() throws {
        var limit = LoginLimit()
        for second in 0..<5 { #expect(limit.begin(["name olga"], at: Double(second)) == nil) }
        #expect(limit.begin(["name olga"], at: 4) == 56)
        #expect(limit.begin(["name olga"], at: 59.5) == 0.5)
        #expect(limit.begin(["name olga"], at: 60) == nil)
        // That was the fifth of the last minute again.
        #expect(limit.begin(["name olga"], at: 60) == 1)
    }

    @Test("count by the address too, whatever the name, and by the name, wherever from")
    func both() {
        var limit = LoginLimit()
        for name in 0..<5 { #expect(limit.begin(["name \(name)", "address 10.0.0.1"], at: 0) == nil) }
        #expect(limit.begin(["name new", "address 10.0.0.1"], at: 1) != nil)
        #expect(limit.begin(["name new", "address 10.0.0.2"], at: 1) == nil)
        for address in 0..<4 { #expect(limit.begin(["name 0", "address \(address)"], at: 2) == nil) }
        #expect(limit.begin(["name 0", "address 9"], at: 2) != nil)
    }

    @Test("a right one is forgiven, a refused one does not make the wait longer")
    func forgiven() {
        var limit = LoginLimit()
        for second in 0..<20 {
            #expect(limit.begin(["name olga"], at: Double(second)) == nil)
            limit.forgive(["name olga"], begunAt: Double(second))
        }
        for _ in 0..<5 { _ = limit.begin(["name olga"], at: 30) }
        for _ in 0..<100 { #expect(limit.begin(["name olga"], at: 31) == 59) }
    }

    @Test("a flood of names is not remembered for ever")
    func flood() {
        var limit = LoginLimit()
        for name in 0..<3 * LoginLimit.keysMax { _ = limit.begin(["name \(name)"], at: Double(name) / 1000) }
        #expect(limit.count <= LoginLimit.keysMax)
        // The newest are.
        for _ in 0..<4 { _ = limit.begin(["name \(3 * LoginLimit.keysMax - 1)"], at: 30) }
        #expect(limit.begin(["name \(3 * LoginLimit.keysMax - 1)"], at: 30) != nil)
    }
}

@Suite("Sessions")
struct SessionsTests {
    private func users() throws -> [String: User] { ["olga": try Scenes.user("olga", .operator, "olga-secret")] }

    @Test("end after twelve hours, after half an idle hour, and when their user is changed")
    func end() throws {
        let (users, sessions) = (try users(), Sessions())
        let olga = try #require(users["olga"])
        let token = sessions.begin(olga, at: 0)
        #expect(RandomToken.isToken(token))
        #expect(sessions.user(of: token, at: 1799, among: users) == olga)
        #expect(sessions.user(of: token, at: 3599, among: users) == nil)
        let busy = sessions.begin(olga, at: 0)
        for minute in 0..<720 { #expect(sessions.user(of: busy, at: Double(minute) * 60, among: users) == olga) }
        #expect(sessions.user(of: busy, at: 43_200, among: users) == nil)
        let other = sessions.begin(olga, at: 0)
        let changed = ["olga": try Scenes.user("olga", .viewer, "olga-secret")]
        #expect(!sessions.isOpen(other, at: 1, among: changed))
        #expect(sessions.user(of: other, at: 1, among: changed) == nil)
        #expect(sessions.count == 0)
    }

    @Test("a page that shows live data is not idle")
    func live() throws {
        let (users, sessions) = (try users(), Sessions())
        let token = sessions.begin(try #require(users["olga"]), at: 0)
        #expect(sessions.isOpen(token, at: 7200, among: users))
        #expect(!sessions.isOpen(token, at: 43_200, among: users))
        sessions.end(token)
        #expect(!sessions.isOpen(token, at: 1, among: users))
    }

    @Test("are so many at most; the one that was silent for the longest time goes")
    func most() throws {
        let (users, sessions) = (try users(), Sessions())
        let olga = try #require(users["olga"])
        let first = sessions.begin(olga, at: 0)
        for second in 1...Sessions.countMax { _ = sessions.begin(olga, at: Double(second) / 10) }
        #expect(sessions.count == Sessions.countMax)
        #expect(!sessions.isOpen(first, at: 101, among: users))
    }
}
