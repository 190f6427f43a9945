import Testing
import TwinCore
import TwinRuntime
import TwinTesting

@testable import TwinDispatch
@testable import TwinWeb

@Suite("The last commands")
struct CommandHistoryTests {
    /// Two hours are 60 renewals of each lease: more commands than are kept.
    @Test("a change of a set-point is found as long as it stands, however often its lease was renewed")
    func changes() async throws {
        let run = try await SmallRecording.run(.closed)
        var history = CommandHistory()
        for outcome in run.outcomes { history.hear(outcome) }
        let issued = run.outcomes.flatMap(\.commands)
        #expect(issued.count > 2 * CommandHistory.keptMax)
        #expect(history.changes.map(\.command) == issued.filter { !$0.isRenewal })
        let path = try #require(issued.first?.path)
        let last = try #require(issued.last { $0.path == path })
        #expect(history.newest[path]?.command == last)
        let own = history.entries(of: path)
        #expect(own.first?.command == last)
        #expect(own.count { $0.command.isRenewal } == (last.isRenewal ? 1 : 0))
        // All but the last ones were answered.
        #expect(history.changes.allSatisfy { $0.fate == .accepted || $0.command.ts >= last.ts })
    }

    /// By hand: the second step changes three strings for one reason and the first of them for another one in between.
    @Test("what one step changed for one reason is one decision, the newest first")
    func decisions() async throws {
        var outcome = try #require(try await SmallRecording.run(.closed).outcomes.first)
        outcome.outcomes = []
        var history = CommandHistory()
        for (tick, asked) in [
            (1, [("string-01", "cheap")]),
            (2, [("string-02", "cheap"), ("string-01", "dear"), ("string-01", "cheap"), ("string-03", "cheap")]),
        ] {
            outcome.commands = asked.enumerated().map { place, one in
                let point = SetPoint(AssetPath(.storage, one.0), .setPower, 0, reason: one.1)
                return Command(
                    tick: tick, n: place + 1, point: point, ts: outcome.end, expires: outcome.end, since: outcome.end,
                    leaseS: 60, seq: place)
            }
            history.hear(outcome)
        }
        func names(_ count: Int) -> [[String]] {
            history.decisions(count).map { $0.map { "\($0.command.tick) \($0.command.path.asset)" } }
        }
        let newest = [["2 string-01", "2 string-02", "2 string-03"], ["2 string-01"]]
        #expect(names(6) == newest + [["1 string-01"]])
        #expect(names(2) == newest)
        // The decision before it has no place and takes none of its set-points.
        #expect(names(1) == [newest[0]])
        #expect(CommandHistory().decisions(6).isEmpty)
    }
}
