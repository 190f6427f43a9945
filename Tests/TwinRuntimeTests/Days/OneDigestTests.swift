import Foundation
import Testing
import TwinBooks
import TwinCore
import TwinDispatch
import TwinRuntime
import TwinTesting

/// The same journal, configuration and build give the same bytes, however the run goes. Two hours show it here; the
/// end-to-end tests show it for whole days.
@Suite("One digest")
struct OneDigestTests {
    @Test("a second run gives the digest of the first", arguments: [LoopKind.open, .closed])
    func twice(loop: LoopKind) async throws {
        let first = try await SmallRecording.run(loop)
        let second = try await replay(lines: SmallRecording.lines()) { $0.loop = loop }
        #expect(second.summary.digest == first.digest)
        #expect(first.summary.steps == 120)
    }

    @Test("components as plain values give the digest of actors", arguments: [LoopKind.open, .closed])
    func plainSeating(loop: LoopKind) async throws {
        let actors = try await SmallRecording.run(loop)
        let chains = Outcomes()
        let plain = try await replay(lines: SmallRecording.lines()) { options in
            options.loop = loop
            options.seating = .plain
            options.onTick = { outcome, _ in
                chains.add(outcome)
                return true
            }
        }
        // The state is compared at each mark, not only at the end.
        #expect(chains.all.map(\.chain) == actors.outcomes.map(\.chain))
        #expect(plain.hops == 0)
        #expect(actors.result.hops == 15 * 120)
    }

    @Test("delays before hops between actors change nothing", arguments: [LoopKind.open, .closed], [UInt64](1...4))
    func delays(loop: LoopKind, seed: UInt64) async throws {
        let calm = try await SmallRecording.run(loop)
        let delays = Delays(seed: seed)
        let hurried = try await replay(lines: SmallRecording.lines()) { options in
            options.loop = loop
            options.beforeHop = { await delays.wait() }
        }
        #expect(hurried.summary.digest == calm.digest, "seed \(seed)")
        #expect(await delays.count == 15 * 120)
    }

    @Test("messages that are sorted and decoded in the step give the digest of those that the reader sorted ahead")
    func sortedInTheStep() async throws {
        let ahead = try await SmallRecording.run(.open)
        let chains = Outcomes()
        _ = try await replay(lines: SmallRecording.lines()) { options in
            // A fault on nothing: what stands between file and step leaves all sorting to the step.
            options.faults = [Fault(verb: .drop, on: "v1/nowhere/+/+/tele", from: SmallRecording.start, lasting: nil)]
            options.onTick = { outcome, _ in
                chains.add(outcome)
                return true
            }
        }
        #expect(chains.all.map(\.chain) == ahead.outcomes.map(\.chain))
    }

    @Test("open and closed loop are different runs")
    func loopsDiffer() async throws {
        #expect(try await SmallRecording.run(.open).digest != SmallRecording.run(.closed).digest)
        #expect(try await BundledDay.open().digest != BundledDay.closed().digest)
    }

    /// `make run` prints it from a release build, so debug and release agree, and the README is up to date.
    @Test("the bundled day has the digest that the README prints", .enabled(if: coin != nil, isAbsent))
    func readme() async throws {
        let text = try String(contentsOfFile: Repository.path("README.md"), encoding: .utf8)
        var options = ReplayOptions()
        options.loop = .closed
        // Its plans are a part of it.
        options.plans = .planner(Planner(try #require(coin)))
        let replay = try ReplayLoop(
            paths: [Repository.day], config: try Repository.config(), options: options, store: nil)
        let digest = try await replay.run().summary.digest
        #expect(text.contains("\n  digest \(digest)\n"))
    }

    @Test("the journal of a closed run replays open to its digest")
    func journalReplays() async throws {
        let closed = try await SmallRecording.run(.closed)
        let again = try await replay(lines: closed.journal)
        #expect(again.summary.facts.loop == .open)
        #expect(again.summary.facts.mode == .control)
        #expect(again.summary.digest == closed.digest)
        #expect(again.firstDifferingTick == nil)
        #expect(again.summary.commands == closed.summary.commands)
        #expect(again.summary.commands.accepted > 500)
        #expect(again.notes.warnings.isEmpty)
    }

    @Test("the journal of a closed run without its marks replays to the same digest")
    func journalWithoutMarks() async throws {
        let closed = try await SmallRecording.run(.closed)
        var lines = closed.journal.filter { !$0.contains("\"tick\":") }
        #expect(closed.journal.count - lines.count == 120)
        lines[0] = lines[0].replacing("\"marks\":true", with: "\"marks\":false")
        #expect(try await replay(lines: lines).summary.digest == closed.digest)
    }

    @Test("one changed digit in a payload changes the digest, and the first differing tick is named")
    func oneDigit() async throws {
        let closed = try await SmallRecording.run(.closed)
        var lines = closed.journal
        let index = try #require(lines.firstIndex { $0.contains("wind/t01/tele") && $0.contains("\"seq\":70,") })
        // The last digit of the wind power of the 70th minute, before a decimal point.
        let value = try #require(lines[index].firstRange(of: #/"power_kw":[0-9]+/#))
        let digit = lines[index].index(before: value.upperBound)
        lines[index].replaceSubrange(digit...digit, with: lines[index][digit] == "1" ? "2" : "1")
        #expect(zip(lines, closed.journal).filter { $0 != $1 }.count == 1)
        let changed = try await replay(lines: lines) { options in
            options.onTick = { outcome, _ in outcome.tick < 80 }
        }
        #expect(changed.summary.digest != closed.outcomes[79].chain.hex)
        #expect(changed.firstDifferingTick == 70)
        let same = try await replay(lines: closed.journal) { options in
            options.onTick = { outcome, _ in outcome.tick < 80 }
        }
        #expect(same.summary.digest == closed.outcomes[79].chain.hex)
        #expect(same.wasStopped && !closed.result.wasStopped)
    }

    @Test("the seed of the simulated plant is part of a closed run")
    func seedMatters() async throws {
        let closed = try await SmallRecording.run(.closed)
        func tenSteps(seed: UInt64?) async throws -> String {
            try await replay(lines: SmallRecording.lines()) { options in
                options.loop = .closed
                options.seed = seed
                options.onTick = { outcome, _ in outcome.tick < 10 }
            }.summary.digest
        }
        #expect(try await tenSteps(seed: 17) != closed.outcomes[9].chain.hex)
        #expect(try await tenSteps(seed: nil) == closed.outcomes[9].chain.hex)
    }
}

/// Seeded waits of 0 to 20 microseconds, or a yield.
private actor Delays {
    private var stream: SeedStream
    private(set) var count = 0

    init(seed: UInt64) { stream = SeedStream(seed: seed, name: "delays") }

    func wait() async {
        count += 1
        let draw = stream.next() % 64
        if draw < 4 {
            try? await Task.sleep(for: .microseconds(draw * 5))  // a cancelled wait is a short one
        } else if draw < 32 {
            await Task.yield()
        }
    }
}
