import Foundation
public import TwinCore
import TwinUnits

/// Who may reach the pages, and what is kept of what they do.
public struct AccessRules: Sendable {
    /// Who may log in; need not be there. Without it who reaches a loopback address is an engineer.
    public var usersFile: String?
    /// Where what people do is kept: JSON lines. Nil keeps it in memory alone.
    public var auditFile: String?
    /// Whether acknowledgements and shelvings of an earlier start hold on: not in a replay, which begins anew.
    public var goesOn = true
    /// Names under which the server may be asked for, beside its own address and the names of this machine.
    public var hosts: [String] = []
    /// A proxy that ends TLS stands before it.
    public var isBehindTLS = false
    /// The wall clock, for what is kept.
    public var wallNow: @Sendable () -> PlantTime = {
        PlantTime(ms: Int64(saturatingRound: Date().timeIntervalSince1970 * 1000))
    }
    /// A clock that never jumps, s.
    var steadyNow: @Sendable () -> Double = {
        let now = ContinuousClock.now
        return (now - AccessRules.begun) / .seconds(1)
    }
    /// Told what must not be lost though nobody asked for it.
    public var onTrouble: @Sendable (String) -> Void = { _ in }

    private static let begun = ContinuousClock.now

    /// - Parameters:
    ///   - store: what is kept lies beside it; nil keeps it in memory.
    ///   - users: nil is beside the store.
    public init(store: String? = nil, users: String? = nil) {
        usersFile = users ?? store.map { UserList.file(besideStore: $0) }
        auditFile = store.map { AuditLog.file(besideStore: $0) }
    }

    /// Why the pages must not be served there; nil where they may.
    public func refusal(of address: ListenAddress) -> String? {
        guard !address.isLoopback || isBehindTLS else { return nil }
        let why =
            isBehindTLS ? "--behind-tls lets other machines in" : "\(address.host) can be reached from other machines"
        let make = "make one first: twin user add NAME --role operator"
        guard let usersFile else { return "\(why), and nobody is known who may log in; name a file with --users" }
        guard FileManager.default.fileExists(atPath: usersFile) else {
            return "\(why), and \(usersFile) is not there, so nobody could log in; \(make) --users \(usersFile)"
        }
        do {
            let isEmpty = try UserList(path: usersFile).users.isEmpty
            return isEmpty ? "\(usersFile) holds no user; \(make) --users \(usersFile)" : nil
        } catch { return "\(error)" }
    }
}
