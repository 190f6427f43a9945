import Dispatch
import Synchronization

/// Where passwords are looked at, one after the other: each takes a tenth of a second and 32 MiB, which the threads that
/// answer do not have.
final class HashThread: Sendable {
    /// More at once are turned away: somebody tries passwords.
    static let waitingMax = 16

    private let queue = DispatchQueue(label: "twin-logins")
    private let waiting = Atomic<Int>(0)

    func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        guard waiting.add(1, ordering: .relaxed).newValue <= HashThread.waitingMax else {
            waiting.subtract(1, ordering: .relaxed)
            throw WebError.unavailable("too many log in at once", againIn: 2)
        }
        defer { waiting.subtract(1, ordering: .relaxed) }
        return try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result(catching: body)) }
        }
    }
}
