import Synchronization
public import TwinConfiguration
public import TwinCore

/// The one way into a running twin for all that does not come from the broker: an operator, a planner, a page.
/// Safe from any thread; the loop takes requests between batches, in their order.
public final class LiveInbox: Sendable {
    public enum Request: Sendable {
        case mode(ControlMode)
        /// A configuration that was read and checked.
        case configuration(SiteConfig)
        case operation(JSON)
        case plan(JSON)
    }

    /// What became of a request.
    public enum Answer: Sendable, Hashable {
        /// In force from the next tick on; `notes` say what an operator should know.
        case taken(notes: [String])
        /// It is so already.
        case unchanged
        /// Nothing was changed.
        case refused(String)
    }

    /// More are refused: somebody asks faster than the twin ticks.
    public static let waitingMax = 1000

    private struct Waiting: Sendable {
        var request: Request
        var answer: @Sendable (Answer) -> Void
    }

    private let waiting = Mutex<[Waiting]>([])

    public init() {}

    /// - Parameter answer: called once, from the loop's thread; it must not block.
    public func put(_ request: Request, answer: @escaping @Sendable (Answer) -> Void = { _ in }) {
        let isTaken = waiting.withLock { list in
            guard list.count < LiveInbox.waitingMax else { return false }
            list.append(Waiting(request: request, answer: answer))
            return true
        }
        if !isTaken { answer(.refused("\(LiveInbox.waitingMax) requests wait already")) }
    }

    /// Hands out what waits. The caller answers each.
    func take() -> [(request: Request, answer: @Sendable (Answer) -> Void)] {
        waiting.withLock { list in
            defer { list = [] }
            return list.map { ($0.request, $0.answer) }
        }
    }
}
