import Synchronization
import TwinCore

/// The time that is true, and the wall clock of the twin's machine, which may be set.
final class SimulatedClocks: Sendable {
    private struct State: Sendable {
        var now: PlantTime
        var wallOffset = Span(ms: 0)
        var isStopping = false
    }

    private let state: Mutex<State>
    private let start: PlantTime

    init(_ start: PlantTime) {
        self.start = start
        state = Mutex(State(now: start))
    }

    var now: PlantTime { state.withLock { $0.now } }
    /// The machine's monotonic clock.
    var uptime: Span { now - start }
    var wallNow: PlantTime { state.withLock { $0.now + $0.wallOffset } }
    /// Whether the running twin is asked to stop.
    var isStopping: Bool { state.withLock { $0.isStopping } }

    func advance(to time: PlantTime) { state.withLock { $0.now = max($0.now, time) } }
    func setWall(off offset: Span) { state.withLock { $0.wallOffset = offset } }
    func ask(toStop isStopping: Bool) { state.withLock { $0.isStopping = isStopping } }
}
