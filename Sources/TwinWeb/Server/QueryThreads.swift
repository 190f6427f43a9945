import Dispatch

/// Where the store is read: not on the threads that answer, which would wait with it.
struct QueryThreads: Sendable {
    private let queue = DispatchQueue(label: "twin-pages", attributes: .concurrent)
    private let slots = DispatchSemaphore(value: 2)

    func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.async {
                slots.wait()
                defer { slots.signal() }
                continuation.resume(with: Result(catching: body))
            }
        }
    }
}
