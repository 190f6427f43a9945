import Testing
import TwinCore
import TwinDispatch
import TwinRuntime
import TwinTesting

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
}
