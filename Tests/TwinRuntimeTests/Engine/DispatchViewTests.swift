import Testing
import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinPlant
import TwinTesting

@testable import TwinRuntime

/// What dispatch sees of assets that say little or nothing.
@Suite("Dispatch of what is not measured")
struct DispatchViewTests {
    /// Two minutes in which the wind reports and what `tell` adds; nothing else is heard of.
    private func commands(
        _ config: SiteConfig? = nil, _ tell: (inout Recording, Double) -> Void
    ) async throws -> [AssetPath: Command] {
        let folder = try TemporaryFolder()
        var recording = Recording()
        for minute in 0..<2 {
            let end = Double(minute * 60 + 60)
            recording.wind(Double(minute * 60))
            tell(&recording, end)
            recording.clock(end)
        }
        let outcomes = Outcomes()
        _ = try await replay([try folder.write("hand.jsonl", lines: recording.lines)], config) { options in
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
        let commands = try await commands { recording, end in tell(&recording, end, mustKW: 12.5) }
        #expect(commands[Self.bays]?.point.value == -12.5)
    }

    /// A minute of the bays that ends at `end`, s.
    private func tell(_ recording: inout Recording, _ end: Double, mustKW: Double) {
        let stamp = (Recording.start + Span(ms: Int64(end * 1000) - 60_000)).rfc3339
        recording.raw(
            "{\"t\":\(JSON.numberText(end)),\"topic\":\"v1/sunderland/bay/staff/tele\",\"payload\":{\"ts\":\"\(stamp)\","
                + "\"period_s\":60,\"power_kw\":-50,\"must_kw\":\(mustKW),\"can_charge_kw\":200}}")
    }

    @Test("a failsafe waits for no dead-band", arguments: [42.5, 22.4])
    func failsafe(first: Double) async throws {
        // The need falls to 12.5 kW: by 30 kW, or by 9.9 kW, which the bays' own 10 kW would hold.
        let config = try Repository.config("dispatch.yaml", "deadband_kw: {value: 10,", "deadband_kw: {value: 100,")
        let commands = try await commands(config) { recording, end in
            tell(&recording, end, mustKW: end == 60 ? first : 12.5)
        }
        #expect(commands[Self.bays]?.point.value == -12.5)
    }

    @Test("every kind of asset has the dead-band that it shall have")
    func deadbands() throws {
        let config = try Repository.config("dispatch.yaml", "deadband_kw: {value: 10,", "deadband_kw: {value: 100,")
        let site = SiteView(
            importKW: 0, exportKW: 0, isGridMeasured: true, isGridConnected: true,
            intensityGPerKWh: UsedValue(100, .good), outlook: Outlook())
        let keys = config.assets.flatMap { asset in asset.kind.signals.map { (asset.path, $0.key) } }
        let plant = MarkView(config, keys: keys, step: .minutes(1)).plant(
            keys.map { _ in UsedValue(0, .good) }, site: site, outdoorC: UsedValue(10, .good), at: Recording.start,
            changedAt: { _, _ in nil })
        let found = Dictionary(grouping: plant.offers, by: \.path.area).mapValues { Set($0.map(\.deadband)) }
        // Words, temperatures and ceilings have none.
        #expect(
            found == [
                .storage: [100], .fuelcell: [10], .heat: [10], .bay: [10], .yard: [0], .agv: [0], .solar: [0],
                .burner: [0],
            ])
    }
}
