import Synchronization
public import TwinCore

/// The reins of a replay: how fast it goes, whether it stands, and what is thrown into it. Safe from any thread.
public final class ReplayReins: Sendable {
    /// What the reins say now.
    public struct State: Sendable, Hashable {
        /// Plant seconds per wall second; nil is as fast as possible.
        public var speed: Double?
        public var isPaused: Bool
        /// Steps that are still to be taken while it stands.
        public var steps = 0
        /// Share of the input that is read, 0...1.
        public var share = 0.0
        public var isOver = false
        /// Whether it begins with the first look at a page.
        public var isAwaited = false
        /// Where it will stand; nil goes on to the end.
        public var pauseAt: PlantTime?
    }

    private struct Inner {
        var state: State
        var faults: [Fault] = []
        /// What was thrown in, the newest last.
        var thrown: [Fault] = []
        var standings: [ExpectationCheck.Standing] = []
        var last: ContinuousClock.Instant?
    }

    private let inner: Mutex<Inner>

    /// - Parameters:
    ///   - isAwaited: stands until `begin`.
    ///   - pauseAt: stands there.
    public init(speed: Double?, isAwaited: Bool = false, pauseAt: PlantTime? = nil) {
        var state = State(speed: speed, isPaused: isAwaited)
        (state.isAwaited, state.pauseAt) = (isAwaited, pauseAt)
        inner = Mutex(Inner(state: state))
    }

    /// Somebody looks: what was awaited begins.
    public func begin() {
        inner.withLock { inner in
            guard inner.state.isAwaited else { return }
            (inner.state.isAwaited, inner.state.isPaused, inner.last) = (false, false, nil)
        }
    }

    public var state: State { inner.withLock { $0.state } }

    /// - Parameter speed: nil is as fast as possible.
    public func go(speed: Double?) {
        inner.withLock { inner in
            (inner.state.speed, inner.state.isPaused, inner.state.steps) = (speed, false, 0)
            (inner.state.isAwaited, inner.state.pauseAt) = (false, nil)
            inner.last = nil
        }
    }

    /// Another pace; what stands goes on standing.
    /// - Parameter speed: nil is as fast as possible.
    public func set(speed: Double?) {
        inner.withLock { inner in
            inner.state.speed = speed
            inner.last = nil
        }
    }

    public func pause() { inner.withLock { $0.state.isPaused = true } }

    /// Takes so many steps and stands again.
    public func step(_ count: Int = 1) {
        inner.withLock { inner in
            inner.state.isPaused = true
            inner.state.steps = min(10_000, inner.state.steps.addingReportingOverflow(max(0, count)).partialValue)
        }
    }

    /// Lays a fault over what comes; it begins with the next step at the earliest.
    /// - Returns: false where as many were thrown in as a replay takes: each costs time with every message.
    public func inject(_ fault: Fault) -> Bool {
        inner.withLock { inner in
            guard inner.thrown.count < ReplayReins.thrownMax else { return false }
            inner.faults.append(fault)
            inner.thrown.append(fault)
            return true
        }
    }

    /// So many faults may be thrown into a replay.
    public static let thrownMax = 200

    /// The faults that were thrown in, the newest last.
    public var thrown: [Fault] { inner.withLock { $0.thrown } }

    /// How the expectations stand that the replay is held against.
    public var standings: [ExpectationCheck.Standing] { inner.withLock { $0.standings } }

    func note(_ standings: [ExpectationCheck.Standing]) { inner.withLock { $0.standings = standings } }

    func takeFaults() -> [Fault] {
        inner.withLock { inner in
            defer { inner.faults = [] }
            return inner.faults
        }
    }

    func note(share: Double, end: PlantTime) {
        inner.withLock { inner in
            inner.state.share = share
            guard let place = inner.state.pauseAt, end >= place else { return }
            (inner.state.isPaused, inner.state.steps, inner.state.pauseAt) = (true, 0, nil)
        }
    }

    func end() { inner.withLock { $0.state.isOver = true } }

    private enum Due { case now, later(Duration), stands }

    /// How long the next step is to be waited for; asked again after each wait.
    private func due(_ step: Span) -> Due {
        inner.withLock { inner in
            let now = ContinuousClock.now
            if inner.state.steps > 0 {
                inner.state.steps -= 1
                inner.last = now
                return .now
            }
            guard !inner.state.isPaused else { return .stands }
            guard let speed = inner.state.speed else { return .now }
            let gap = Duration.milliseconds(Double(step.ms) / max(speed, 1e-3))
            let next = (inner.last ?? now) + gap
            guard next > now else {
                // A step that came late does not make the next ones come at once.
                inner.last = max(next, now - gap)
                return .now
            }
            if inner.last == nil { inner.last = now }
            return .later(min(next - now, .milliseconds(50)))
        }
    }

    /// Waits until the next step is due.
    /// - Parameters:
    ///   - isStopped: ends the wait.
    ///   - onStand: called again and again while it stands.
    func wait(_ step: Span, until isStopped: () -> Bool, onStand: () async throws -> Void) async throws {
        while !isStopped() {
            switch due(step) {
            case .now: return
            case .later(let time): try await Task.sleep(for: time)
            case .stands:
                try await onStand()
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }
}
