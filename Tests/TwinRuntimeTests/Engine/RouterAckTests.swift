import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinTesting

@testable import TwinRuntime

/// Whose answer to a command counts.
@Suite("Answers to commands")
struct RouterAckTests {
    /// An hour of a controlling twin at night, in which each command is answered in the next tick as `answer` wants it.
    private func counts(
        _ answer: (Command) -> (topic: String, retain: Bool)
    ) async throws -> (counts: Counts, commands: CommandCounts) {
        let config = try Repository.config()
        let header = Header(
            site: config.site, run: "r", start: Recording.start, timeZone: config.zone.name, stepS: config.stepS,
            seed: 0,
            mode: .control, loop: .open, clock: .event, marks: true, config: config.hash, build: "test")
        let engine = TwinEngine(config: config, plan: RunPlan(header), seating: .plain)
        var waiting: [Command] = []
        for _ in 1...10 {
            var input = TickInput()
            for command in waiting {
                let (topic, retain) = answer(command)
                let payload = "{\"id\":\"\(command.id(run: "r"))\",\"state\":\"accepted\"}"
                _ = input.take(
                    Arrival(t: command.ts, topic: topic, payload: Array(payload.utf8), qos: 1, retain: retain))
            }
            waiting = await engine.close(input).commands
        }
        let row = try #require(engine.state.books.open)
        return (row.counts, row.commands)
    }

    @Test("an answer on the topic of the command's asset counts")
    func own() async throws {
        let (counts, commands) = try await counts { ($0.ackTopic(site: "sunderland"), false) }
        #expect(counts.rejected.isEmpty && commands.accepted > 20)
        #expect(commands.accepted == counts.accepted)
    }

    @Test("one that a broker kept, one of another asset and one of nobody are refused, and nothing is accepted")
    func others() async throws {
        let retained = try await counts { ($0.ackTopic(site: "sunderland"), true) }
        #expect(retained.counts.rejected.keys.sorted { $0.rawValue < $1.rawValue } == [.retainedCommand])
        #expect(retained.commands.accepted == 0 && retained.commands.expired > 20)
        let nobody = try await counts { _ in ("v1/sunderland/line/zzz/ack", false) }
        #expect(Array(nobody.counts.rejected.keys) == [.commandUnknownAsset] && nobody.commands.accepted == 0)
        let other = try await counts { command in
            let path = command.path.asset == "string-1" ? "string-2" : "string-1"
            return ("v1/sunderland/storage/\(path)/ack", false)
        }
        #expect(Array(other.counts.rejected.keys) == [.commandUnknownAsset] && other.commands.accepted == 0)
    }
}
