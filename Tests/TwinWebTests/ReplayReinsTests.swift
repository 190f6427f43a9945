import Synchronization
import Testing
import TwinCore
import TwinRuntime
import TwinStore
import TwinTesting

@Suite("Replay reins")
struct ReplayReinsTests {
    /// Steps of a replay as they are taken, and what is done at one of them.
    private func played(_ reins: ReplayReins, at tick: Int, _ act: @escaping @Sendable () -> Void) async throws -> Int {
        let seen = Mutex(0)
        _ = try await replay(lines: SmallRecording.lines(steps: 30)) { options in
            options.reins = reins
            options.onTick = { outcome, _ in
                seen.withLock { $0 = outcome.tick }
                if outcome.tick == tick { act() }
                return true
            }
        }
        return seen.withLock { $0 }
    }

    @Test("a replay that stands takes the steps that it is told to, and goes on when it is let go")
    func steps() async throws {
        let reins = ReplayReins(speed: nil)
        let watch = Task {
            // It stands after tick 10 until it has taken five more steps.
            while reins.state.steps > 0 || !reins.state.isPaused { await Task.yield() }
            let stood = reins.state
            reins.go(speed: nil)
            return stood
        }
        let last = try await played(reins, at: 10) { reins.step(5) }
        let stood = await watch.value
        #expect(last == 30 && stood.isPaused && stood.share < 0.7)
        #expect(reins.state.isOver)
    }

    @Test("what is awaited begins with the first look, and stands where it was told to")
    func awaited() async throws {
        let place = SmallRecording.start + .minutes(12)
        let reins = ReplayReins(speed: nil, isAwaited: true, pauseAt: place)
        #expect(reins.state.isPaused && reins.state.isAwaited)
        // The first step is taken before anybody waits.
        let look = Task {
            while reins.state.share == 0 { await Task.yield() }
            reins.begin()
            while !reins.state.isPaused || reins.state.isAwaited { await Task.yield() }
            reins.go(speed: nil)
        }
        #expect(try await played(reins, at: 0) {} == 30)
        await look.value
        #expect(reins.state.pauseAt == nil)
    }

    /// A transaction holds 500 steps where nobody looks.
    @Test("where a replay stands, its store has what was stepped")
    func store() async throws {
        let folder = try TemporaryFolder()
        let path = folder.path("stood.sqlite")
        let store = try openStore(path)
        let reins = ReplayReins(speed: nil, pauseAt: SmallRecording.start + .minutes(12))
        let look = Task {
            while !reins.state.isPaused { await Task.yield() }
            // It says that it stands before it has written.
            for _ in 0..<2000 {
                let found = try openStore(path, mustExist: true).commands(
                    StoreWindow(from: SmallRecording.start), asset: nil)
                if !found.isEmpty { break }
                try await Task.sleep(for: .milliseconds(5))
            }
            let found = try openStore(path, mustExist: true)
            let commands = try found.commands(StoreWindow(from: SmallRecording.start), asset: nil).count
            reins.go(speed: nil)
            return commands
        }
        _ = try await replay(lines: SmallRecording.lines(steps: 30), store: store) { options in
            options.reins = reins
            options.loop = .closed
        }
        #expect(try await look.value > 0)
    }

    @Test("a fault that is thrown in acts from the next step on")
    func faults() async throws {
        let reins = ReplayReins(speed: nil)
        let fault = try Fault(
            .fields(["do": .string("drop"), "on": .string("v1/sunderland/wind/+/tele"), "for": .string("10m")]),
            at: SmallRecording.start + .minutes(10))
        let heard = Mutex<[Int: Int]>([:])
        _ = try await replay(lines: SmallRecording.lines(steps: 30)) { options in
            options.reins = reins
            options.onTick = { outcome, _ in
                if outcome.tick == 10 { #expect(reins.inject(fault)) }
                heard.withLock { $0[outcome.tick] = outcome.readings.count { $0.area == .wind } }
                return true
            }
        }
        let counts = heard.withLock { $0 }
        #expect(counts[10] ?? 0 > 0 && counts[11] == 0 && counts[25] ?? 0 > 0)
    }
}
