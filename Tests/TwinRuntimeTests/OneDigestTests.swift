import Testing
import TwinBooks
import TwinCore
import TwinRuntime
import TwinTesting

/// The same journal, configuration and build give the same bytes, however the run goes.
@Suite("One digest")
struct OneDigestTests {
    @Test("a second run gives the digest of the first", arguments: [LoopKind.open, .closed])
    func twice(loop: LoopKind) async throws {
        let first = try await loop == .open ? BundledDay.open() : BundledDay.closed()
        let second = try await replay([Repository.day]) { $0.loop = loop }
        #expect(second.summary.digest == first.digest)
        #expect(first.result.summary.steps == 1440)
    }

    @Test("components as plain values give the digest of actors", arguments: [LoopKind.open, .closed])
    func plainSeating(loop: LoopKind) async throws {
        let actors = try await loop == .open ? BundledDay.open() : BundledDay.closed()
        let chains = Outcomes()
        let plain = try await replay([Repository.day]) { options in
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
        #expect(actors.result.hops == 13 * 1440)
    }

    @Test("delays before hops between actors change nothing", arguments: [(LoopKind.open, UInt64(1)), (.closed, 2)])
    func delays(loop: LoopKind, seed: UInt64) async throws {
        let calm = try await loop == .open ? BundledDay.open() : BundledDay.closed()
        let delays = Delays(seed: seed)
        let hurried = try await replay([Repository.day]) { options in
            options.loop = loop
            options.beforeHop = { await delays.wait() }
        }
        #expect(hurried.summary.digest == calm.digest, "seed \(seed)")
        #expect(await delays.count == 13 * 1440)
    }

    @Test("open and closed loop are different runs")
    func loopsDiffer() async throws {
        #expect(try await BundledDay.open().digest != BundledDay.closed().digest)
    }

    @Test("the journal of a closed run replays open to its digest")
    func journalReplays() async throws {
        let closed = try await BundledDay.closed()
        let folder = try TemporaryFolder()
        let file = try folder.write("journal.jsonl", lines: closed.journal)
        let again = try await replay([file])
        #expect(again.summary.facts.loop == .open)
        #expect(again.summary.facts.mode == .control)
        #expect(again.summary.digest == closed.digest)
        #expect(again.firstDifferingTick == nil)
        #expect(again.summary.commands == closed.result.summary.commands)
        #expect(again.notes.warnings.isEmpty)
    }

    @Test("the journal of a closed run without its marks replays to the same digest")
    func journalWithoutMarks() async throws {
        let closed = try await BundledDay.closed()
        let folder = try TemporaryFolder()
        var lines = closed.journal.filter { !$0.contains("\"tick\":") }
        #expect(closed.journal.count - lines.count == 1440)
        lines[0] = lines[0].replacing("\"marks\":true", with: "\"marks\":false")
        let file = try folder.write("journal.jsonl", lines: lines)
        #expect(try await replay([file]).summary.digest == closed.digest)
    }

    @Test("one changed digit in a payload changes the digest, and the first differing tick is named")
    func oneDigit() async throws {
        let closed = try await BundledDay.closed()
        let folder = try TemporaryFolder()
        var lines = closed.journal
        let index = try #require(lines.firstIndex { $0.contains("wind/t01/tele") && $0.contains("\"seq\":700,") })
        // The digit after the decimal point of the wind power of the 700th minute.
        let value = try #require(lines[index].firstRange(of: #/"power_kw":[0-9]+/#))
        let digit = lines[index].index(before: value.upperBound)
        lines[index].replaceSubrange(digit...digit, with: lines[index][digit] == "1" ? "2" : "1")
        #expect(zip(lines, closed.journal).filter { $0 != $1 }.count == 1)
        let file = try folder.write("journal.jsonl", lines: lines)
        let changed = try await replay([file]) { $0.onTick = { outcome, _ in outcome.tick < 710 } }
        #expect(changed.summary.digest != closed.outcomes[709].chain.hex)
        #expect(changed.firstDifferingTick == 700)
        let same = try await replay([try folder.write("same.jsonl", lines: closed.journal)]) { options in
            options.onTick = { outcome, _ in outcome.tick < 710 }
        }
        #expect(same.summary.digest == closed.outcomes[709].chain.hex)
    }

    @Test("the seed of the simulated plant is part of a closed run")
    func seedMatters() async throws {
        let other = try await replay([Repository.day]) { options in
            options.loop = .closed
            options.seed = 17
            options.onTick = { outcome, _ in outcome.tick < 10 }
        }
        #expect(try await other.summary.digest != BundledDay.closed().outcomes[9].chain.hex)
        let same = try await replay([Repository.day]) { options in
            options.loop = .closed
            options.onTick = { outcome, _ in outcome.tick < 10 }
        }
        #expect(try await same.summary.digest == BundledDay.closed().outcomes[9].chain.hex)
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
