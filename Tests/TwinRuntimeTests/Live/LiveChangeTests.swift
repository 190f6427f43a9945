import Foundation
import Synchronization
import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinPlant
import TwinRuntime
import TwinTesting
import TwinUnits

/// A run goes on while configuration and mode change: one journal, one store, one report.
@Suite("What changes while a run goes on")
struct LiveChangeTests {
    private static let price = "import_per_mwh: {value: 220,"
    private static let capacity = "capacity_kwh: {value: 375, source: \"ASM: 24 reused packs"

    private static func dearer(_ price: Int = 300) throws -> SiteConfig {
        try Repository.config("tariffs.yaml", Self.price, "import_per_mwh: {value: \(price),")
    }

    private static func smaller() throws -> SiteConfig {
        try Repository.config("assets.yaml", Self.capacity, "capacity_kwh: {value: 300, source: \"ASM: 24 reused packs")
    }

    private func replayed(_ rig: LiveRig) async throws -> ReplayResult {
        let folder = rig.journal
        let first = try #require(try folder.segments().first)
        let header = try Header(bytes: Array(try Repository.lines(of: folder.file(first))[0].utf8))
        return try await replay(
            try folder.segments().map(folder.file), SiteConfig.load(folder: folder.configFolder(header.config))
        ) { $0.configurations = { try SiteConfig.load(folder: folder.configFolder($0)) } }
    }

    @Test("a tariff, a capacity and then the mode change in a running twin: its journal replays to its digest")
    func live() async throws {
        let rig = try LiveRig()
        rig.duration = .minutes(12)
        let (dearer, smaller) = try (Self.dearer(), Self.smaller())
        let answers = Answers()
        rig.onTick = { [inbox = rig.inbox] outcome in
            switch outcome.tick {
            case 3: inbox.put(.configuration(dearer), answer: answers.add)
            case 5: inbox.put(.configuration(smaller), answer: answers.add)
            case 7: inbox.put(.mode(.control), answer: answers.add)
            case 8: inbox.put(.configuration(smaller), answer: answers.add)
            default: break
            }
        }
        let link = try PlantLink(rig.simulator())
        let summary = try #require(try await rig.go(link))
        #expect(summary.steps == 12 && summary.facts.mode == .control)
        #expect(answers.all == [.taken(notes: []), .taken(notes: []), .taken(notes: []), .unchanged])
        let lines = try rig.journalLines()
        let changes = lines.compactMap { line -> ConfigurationChange? in
            if case .configuration(let change) = line.body { change } else { nil }
        }
        #expect(changes.map(\.files) == [["tariffs.yaml"], ["assets.yaml", "tariffs.yaml"]])
        #expect(changes.map(\.was) == [rig.config.hash, dearer.hash] && changes.last?.hash == smaller.hash)
        // Nothing was commanded before the mode was; the next tick's decisions were.
        #expect(link.commands(ofTick: 7).isEmpty && !link.commands(ofTick: 9).isEmpty)
        let again = try await replayed(rig)
        #expect(again.summary.digest == summary.digest && again.firstDifferingTick == nil)
        #expect(again.summary.timelessBooks == summary.timelessBooks)
        // The whole run is priced by the newest configuration: 220 again.
        let import220 = summary.energy(.gridImport).kilowattHours / 1000 * 220
        #expect(abs(summary.cost.imported - import220) < 1e-6)
    }

    @Test("restarts with another configuration, then another mode, go on in the same journal and store")
    func restarts() async throws {
        let rig = try LiveRig()
        let link = try PlantLink(rig.simulator())
        rig.duration = .minutes(4)
        _ = try await rig.go(link)
        rig.config = try Self.dearer()
        rig.duration = .minutes(8)
        _ = try await rig.go(link)
        rig.mode = .control
        rig.duration = .minutes(12)
        let summary = try #require(try await rig.go(link))
        #expect(summary.steps == 12 && summary.sum.periods == 1)
        let words = try rig.journalLines().compactMap { line -> String? in
            switch line.body {
            case .configuration: "config"
            case .mode(let mode): mode.rawValue
            default: nil
            }
        }
        #expect(words == ["config", "control"])
        #expect(try rig.reported().timelessBooks == summary.timelessBooks)
        #expect(abs(summary.cost.imported - summary.energy(.gridImport).kilowattHours / 1000 * 300) < 1e-6)
        let again = try await replayed(rig)
        #expect(again.summary.digest == summary.digest && again.firstDifferingTick == nil)
    }

    @Test("killed between the line of a change and its mark, the run goes on with the change, said once")
    func killedBetween() async throws {
        let rig = try LiveRig()
        let link = try PlantLink(rig.simulator())
        rig.duration = .minutes(4)
        _ = try await rig.go(link)
        rig.config = try Self.dearer()
        rig.duration = .minutes(6)
        _ = try await rig.go(link)
        // Everything after the line of the change is cut, as a kill would have left it, and the store is older.
        let path = rig.journal.file(try #require(try rig.journal.segments().last))
        var lines = try Repository.lines(of: path)
        let at = try #require(lines.firstIndex { $0.contains("\"config\":{\"hash\"") })
        lines.removeSubrange((at + 1)...)
        try (lines.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: rig.storePath + suffix) }
        rig.duration = .minutes(7)
        let summary = try #require(try await rig.go(link))
        let said = try rig.journalLines().count { if case .configuration = $0.body { true } else { false } }
        #expect(said == 1)
        #expect(abs(summary.cost.imported - summary.energy(.gridImport).kilowattHours / 1000 * 300) < 1e-6)
        #expect(try await replayed(rig).summary.digest == summary.digest)
    }

    @Test("what nobody asked for or set by hand is not withdrawn or released: it says so, also before the step is over")
    func nothingToEnd() async throws {
        let rig = try LiveRig()
        rig.duration = .minutes(9)
        let answers = Answers()
        let words: [Int: [String]] = [
            2: [#"{"withdraw":"dr-1"}"#, #"{"release":"storage/string-1"}"#],
            3: [
                #"{"request":"import","id":"dr-1","value":26000,"unit":"kW","for_s":3600}"#, #"{"withdraw":"dr-1"}"#,
                #"{"withdraw":"dr-1"}"#,
                #"{"pause":"storage/string-1","for_s":3600}"#, #"{"release":"storage/string-1"}"#,
                #"{"release":"storage/string-1"}"#,
            ],
            4: [
                #"{"request":"import","id":"dr-2","value":26000,"unit":"kW","for_s":3600}"#,
                #"{"pause":"storage/string-1","for_s":3600}"#,
            ],
            6: [#"{"withdraw":"dr-2"}"#, #"{"release":"storage/string-1"}"#],
            8: [#"{"withdraw":"dr-2"}"#, #"{"release":"storage/string-1"}"#],
        ]
        rig.onTick = { [inbox = rig.inbox] outcome in
            for word in words[outcome.tick] ?? [] {
                guard let json = try? JSONReader.read(Array(word.utf8)) else { continue }  // our own words
                inbox.put(.operation(json), answer: answers.add)
            }
        }
        let summary = try #require(try await rig.go(try PlantLink(rig.simulator())))
        let said = answers.all.map { if case .refused(let why) = $0 { why } else { "taken" } }
        let (noRequest, noHand) = (
            "no request is called dr-",
            "storage/string-1 is neither set nor paused by hand, so the rules decide it already"
        )
        #expect(
            said == [
                noRequest + "1", noHand, "taken", "taken", noRequest + "1", "taken", "taken", noHand, "taken", "taken",
                "taken", "taken", noRequest + "2", noHand,
            ])
        // What was refused is no line, so nothing that is replayed does nothing.
        let lines = try rig.journalLines().count { if case .op = $0.body { true } else { false } }
        #expect(lines == 8)
        #expect(try await replayed(rig).summary.digest == summary.digest)
    }

    @Test("a configuration of another site, step or zone changes nothing, and says why")
    func refused() async throws {
        let rig = try LiveRig()
        rig.duration = .minutes(5)
        var (site, step, zone) = (rig.config, rig.config, rig.config)
        site.site = "elsewhere"
        step.stepS = 30
        zone.zone = .utc
        (site.hash, step.hash, zone.hash) = ("sha256:0", "sha256:1", "sha256:2")
        let answers = Answers()
        let wanted = [site, step, zone]
        rig.onTick = { [inbox = rig.inbox] outcome in
            if outcome.tick == 2 { for config in wanted { inbox.put(.configuration(config), answer: answers.add) } }
        }
        let summary = try #require(try await rig.go(try PlantLink(rig.simulator())))
        let why = answers.all.map { if case .refused(let why) = $0 { why } else { "taken" } }
        #expect(why.count == 3)
        #expect(why[0].contains("site is elsewhere, the run's is sunderland") && why[0].contains("new --journal"))
        #expect(why[1].contains("step_s is 30, the run's is 60") && why[2].contains("time zone is UTC"))
        let calm = try LiveRig()
        calm.duration = .minutes(5)
        #expect(try await calm.go(try PlantLink(calm.simulator()))?.digest == summary.digest)
        #expect(try FileManager.default.contentsOfDirectory(atPath: rig.journal.path + "/.config").count == 1)
    }

    @Test("an asset that is taken away with a command open is named, ends its line, and comes back as new")
    func assetGone() async throws {
        let rig = try LiveRig()
        rig.mode = .control
        rig.duration = .minutes(14)
        var without = rig.config
        let gone = try #require(without.assets.last { $0.path.area == .storage }).path
        without.assets.removeAll { $0.path == gone }
        without.method.chart = Chart(without.method.chart.meters.filter { $0.path.asset != gone.asset })
        without.hash = "sha256:" + String(repeating: "0", count: 64)
        let answers = Answers()
        let (full, less) = (rig.config, without)
        // Taken away right after it got a command, which it has not answered yet.
        let takenAt = Mutex(Int.max)
        rig.onTick = { [inbox = rig.inbox] outcome in
            let tick = takenAt.withLock { at in
                if at == .max, outcome.tick > 3, outcome.commands.contains(where: { $0.path.asset == gone.asset }) {
                    at = outcome.tick
                    inbox.put(.configuration(less), answer: answers.add)
                }
                return at
            }
            if tick < .max, outcome.tick == tick + 4 { inbox.put(.configuration(full), answer: answers.add) }
        }
        let outcomes = Outcomes()
        let asked = rig.onTick
        rig.onTick = { outcome in
            outcomes.add(outcome)
            asked?(outcome)
        }
        let summary = try #require(try await rig.go(try PlantLink(rig.simulator())))
        guard case .taken(let notes)? = answers.all.first else {
            Issue.record("the change was not taken: \(answers.all)")
            return
        }
        #expect(notes.count == 1 && notes[0].hasPrefix("storage/\(gone.asset) is gone with "))
        #expect(notes[0].contains("open"))
        func has(_ tick: Int) -> Bool {
            outcomes.all.first { $0.tick == tick }?.values.contains { $0.asset == gone.asset } ?? false
        }
        let tick = takenAt.withLock { $0 }
        // The change is a line of the next tick, in force from the one after it.
        #expect(has(tick) && has(tick + 1) && !has(tick + 2) && !has(tick + 5) && has(tick + 6))
        #expect(summary.steps == 14 && summary.balanceErrorKWh(.electricity) == 0)
        // Its line is still on the books.
        let chart = try #require(outcomes.all.last?.chart)
        #expect(chart.meters.contains { $0.path.asset == gone.asset })
    }
}

/// Answers as they come.
private final class Answers: Sendable {
    private let list = Mutex<[LiveInbox.Answer]>([])

    var all: [LiveInbox.Answer] { list.withLock { $0 } }
    var add: @Sendable (LiveInbox.Answer) -> Void { { answer in self.list.withLock { $0.append(answer) } } }
}

extension Summary {
    /// What does not depend on how long it took or which loop it was.
    fileprivate var timelessBooks: String {
        let keys = ["energy_kwh", "heat_kwh", "co2_kg", "vehicles", "cost", "gas_kwh", "steps", "digest"]
        return keys.map { "\($0): \(json.at($0)?.line ?? "none")" }.joined(separator: "\n")
    }
}
