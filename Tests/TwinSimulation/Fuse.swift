import Synchronization
import TwinRuntime

/// Ends a simulated process at one of its calls of the world outside. After that every call fails: a dead process does
/// nothing more, whatever its code makes of an error.
final class Fuse: Sendable {
    private let state = Mutex((left: Int.max, isBlown: false))

    /// - Parameter calls: after how many it blows; nil for never.
    func put(_ calls: Int?) { state.withLock { $0 = (left: calls ?? .max, isBlown: false) } }

    var isBlown: Bool { state.withLock { $0.isBlown } }

    /// Stands before every call.
    func burn() throws(JournalProblem) {
        let isBlown = state.withLock { state in
            state.left -= 1
            if state.left <= 0 { state.isBlown = true }
            return state.isBlown
        }
        if isBlown { throw JournalProblem("the process was killed (simulated)", exitCode: 70) }
    }
}
