import Testing
import TwinCore
import TwinDispatch
import TwinRuntime

/// What dispatch sees of assets that say little or nothing.
@Suite("Dispatch of what is not measured")
struct DispatchViewTests {
    /// Two minutes in which the wind reports and what `tell` adds; nothing else is heard of.
    private func commands(_ tell: (inout Recording, Double) -> Void) async throws -> [AssetPath: Command] {
        let folder = try TemporaryFolder()
        var recording = Recording()
        for minute in 0..<2 {
            let end = Double(minute * 60 + 60)
            recording.wind(Double(minute * 60))
            tell(&recording, end)
            recording.clock(end)
        }
        let outcomes = Outcomes()
        _ = try await replay([try folder.write("hand.jsonl", lines: recording.lines)]) { options in
            options.onTick = { outcome, _ in
                outcomes.add(outcome)
                return true
            }
        }
        return Dictionary(outcomes.all.flatMap(\.commands).map { ($0.path, $0) }) { _, last in last }
    }

    private static let bays = AssetPath(.bay, "staff")

    @Test("a group whose need nobody tells is left to its own controller when the grid meter is silent")
    func unknownNeed() async throws {
        let commands = try await commands { _, _ in }
        let command = try #require(commands[Self.bays])
        // 60 points of 7.4 kW.
        #expect(abs(command.point.value + 444) < 0.01)
        #expect(
            command.point.reason.hasPrefix(
                "failsafe: the grid meter is not measured; its need is unknown, its own controller decides"))
    }

    @Test("a group that tells its need keeps it, and no more")
    func knownNeed() async throws {
        let commands = try await commands { recording, end in
            let stamp = (Recording.start + Span(ms: Int64(end * 1000) - 60_000)).rfc3339
            recording.raw(
                "{\"t\":\(JSON.numberText(end)),\"topic\":\"v1/sunderland/bay/staff/tele\",\"payload\":{\"ts\":\"\(stamp)\","
                    + "\"period_s\":60,\"power_kw\":-50,\"must_kw\":12.5,\"can_charge_kw\":200}}")
        }
        #expect(commands[Self.bays]?.point.value == -12.5)
    }
}
