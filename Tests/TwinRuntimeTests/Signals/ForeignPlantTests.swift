import Foundation
import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinImport
import TwinPlant
import TwinTesting
import TwinUnits

@testable import TwinRuntime

/// A plant that does not speak our dialect, by its mapping alone.
@Suite("A foreign plant", .enabled(if: ForeignPlant.recording != nil, "there is no ../shared/cases/F01-foreign-plant"))
struct ForeignPlantTests {
    private static let hour = Task {
        try await replay([try #require(ForeignPlant.recording)], try ForeignPlant.config())
    }

    /// What a meter's line holds, kWh.
    /// - Parameter isWhole: also what was measured after ten o'clock.
    private func kWh(_ account: Account, _ area: Area, _ asset: String, isWhole: Bool = false) async throws -> Double {
        let chart = try Repository.config().method.chart
        let line = try #require(chart.index(of: Meter(account, area, asset)))
        let ten = try #require(PlantTime(rfc3339: "2025-06-18T10:00:00Z"))
        let rows = try await Self.hour.value.rows.filter { isWhole || $0.start < ten }
        return rows.reduce(0) { $0 + $1.meter(line).kilowattHours }
    }

    private func expected() throws -> JSON {
        let path = try #require(ForeignPlant.expected)
        return try JSONReader.read(Array(try Data(contentsOf: URL(fileURLWithPath: path))))
    }

    /// Within 0.01 %.
    private func expectEqual(_ found: Double, _ key: String, _ place: Int? = nil) throws {
        let value = try #require(try expected()[key])
        let wanted = try #require(place.flatMap { value.items?[$0].double } ?? value.double)
        #expect(abs(found - wanted) <= 1e-4 * abs(wanted), "\(key): \(found), expected \(wanted)")
    }

    @Test("has the energies that its messages hold")
    func energies() async throws {
        try expectEqual(await kWh(.load, .shop, "paint"), "shop/paint load")
        try expectEqual(await kWh(.load, .building, "halls"), "building/halls load")
        try expectEqual(await kWh(.solar, .solar, "pv1"), "solar/pv1")
        try expectEqual(await kWh(.solar, .solar, "pv2"), "solar/pv2 (one sample of quality bad)")
        var wind = 0.0
        for number in 1...10 { wind += try await kWh(.wind, .wind, number < 10 ? "t0\(number)" : "t10") }
        try expectEqual(wind, "wind (sum of the farm)")
        try expectEqual(
            await kWh(.gas, .burner, "paint-ovens"), "gas/paint-ovens gas (kWh gross at 39.5 MJ/m3, 12 x 180 m3)")
        // These end after ten: a sample of 09:59:31 that holds for 30 s, a register that is read at 10:00:02.
        let storage = "storage/string-1 charge, discharge"
        try expectEqual(await kWh(.storageCharge, .storage, "string-1", isWhole: true), storage, 0)
        try expectEqual(await kWh(.storageDischarge, .storage, "string-1", isWhole: true), storage, 1)
        try expectEqual(await kWh(.gridImport, .grid, "main", isWhole: true), "grid import")
        // Before the first message of a source its model stands in: 30 s of 30 kW, and a minute of 940 kW and 47.8 kWh a
        // vehicle at the pace of that minute.
        try expectEqual(await kWh(.bayCharge, .bay, "staff") - 30 * 30 / 3600, "bay/staff charge")
        let config = try Repository.config()
        let body = try #require(config.assets.of(Shop.self).first { $0.path == AssetPath(.shop, "body") }).kind
        let nine = try #require(PlantTime(rfc3339: "2025-06-18T09:00:00Z"))
        let model = body.model.electricityKW(vehiclesPerHour: config.calendar.vehiclesPerHour(at: nine)) / 60
        try expectEqual(
            await kWh(.load, .shop, "body") - model, "shop/body load (59 min between first and last register)")
    }

    @Test("has its vehicles and its grid intensity")
    func events() async throws {
        let result = try await Self.hour.value
        let wanted = try expected()
        #expect(
            result.summary.json["vehicles"]?.integer
                == wanted["vehicles lined off (OK_OFF, each id once)"]?.integer)
        let grams = result.rows.prefix(2).map { ($0.intensity?.microgramsPerKWh).map { Double($0) / 1e6 } }
        #expect(grams == wanted["grid intensity g/kWh by half hour"]?.items?.map(\.double))
    }

    @Test("each message is counted once, whatever it becomes")
    func counts() async throws {
        let json = try await Self.hour.value.summary.json
        #expect(json["messages"]?.integer == 3263)
        #expect(json["rejected"]?.integer == 0)
        // Three vehicles are told twice.
        #expect(json["duplicates"]?.integer == 3)
        #expect(json["accepted"]?.integer == 3260)
        #expect(try await Self.hour.value.notes.warnings == [])
    }

    @Test("without the mapping each message is one of an unknown topic")
    func unmapped() async throws {
        let result = try await replay([try #require(ForeignPlant.recording)])
        #expect(result.summary.json["rejected"]?.integer == 3263)
    }

    @Test("imported it has the same digest, with actors and without")
    func imported() async throws {
        let config = try ForeignPlant.config()
        var imported = RecordingImport(site: config.site, zone: config.zone, stepS: config.stepS)
        try imported.take(path: try #require(ForeignPlant.recording))
        let result = try #require(imported.result(config: config.hash, build: "test"))
        let lines = [result.header.bytes] + result.lines.map(\.bytes)
        let again = try await replay(lines: lines.map { String(decoding: $0, as: UTF8.self) }, config) {
            $0.seating = .plain
        }
        let digest = try await Self.hour.value.summary.digest
        #expect(again.summary.digest == digest)
    }

    @Test("goes on from a checkpoint as if nothing had happened", arguments: [1, 17, 40])
    func restart(ticks: Int) async throws {
        let config = try ForeignPlant.config()
        let reader = try TickReader(
            paths: [try #require(ForeignPlant.recording)], lateness: config.lateness, strict: true
        ) {
            RecordingFrame(config, build: "test")
        }
        var engine = TwinEngine(config: config, plan: RunPlan(reader.header))
        while let tick = try reader.next() {
            if engine.state.tick == ticks {
                let bytes = try await engine.checkpoint()
                engine = TwinEngine(config: config, plan: RunPlan(reader.header))
                try await engine.restore(bytes) { _ in config }
            }
            _ = await engine.close(try TickInput(tick.lines) { _ in config })
        }
        let digest = try await Self.hour.value.summary.digest
        #expect(engine.state.chain.hex == digest)
    }

    @Test("every kind of message is listed, mapped or with a row to paste")
    func topics() async throws {
        var mapped = TopicSurvey(try ForeignPlant.config())
        var open = TopicSurvey(try Repository.config())
        for arrival in try ForeignPlant.messages() {
            mapped.take(arrival)
            open.take(arrival)
        }
        #expect(mapped.topics.count == 13)
        #expect(mapped.topics.allSatisfy { if case .mapped = $0.meaning { true } else { false } })
        #expect(mapped.topics.reduce(0) { $0 + $1.refused } == 0)
        #expect(mapped.topics.reduce(0) { $0 + $1.messages } == 3263)
        // Of the plant's assets the mapping brings some, and foreign topics alone none.
        #expect(!mapped.unheard.contains(AssetPath(.grid, "main")) && mapped.unheard.count < open.unheard.count)
        #expect(open.unheard.contains(AssetPath(.grid, "main")) && open.unheard.contains(AssetPath(.wind, "t01")))
        #expect(open.topics.allSatisfy { $0.meaning == .notMapped && $0.stub.contains($0.name) })
    }
}

/// The mapping that the README shows.
@Suite("The mapping of the README")
struct ReadmeMappingTests {
    @Test("is one for the shipped plant, whose own digest it leaves alone")
    func valid() throws {
        let readme = try String(contentsOfFile: Repository.path("README.md"), encoding: .utf8)
        let blocks = readme.split(separator: "```")
        let block = try #require(blocks.first { $0.contains("twin: signals/1") })
        let text = String(block.dropFirst("yaml\n".count))
        let files = try Repository.configFiles()
        let config = try SiteConfig(files + [ConfigText(name: SignalMapping.file, text: text)])
        let mapping = try #require(config.signals)
        try mapping.check(against: config.inputs)
        #expect(mapping.sources.count == 9)
        let shipped = try Repository.config()
        #expect(LiveLoop.filters(config, .shadow).count == LiveLoop.filters(shipped, .shadow).count + 11)
        #expect(try SiteConfig(files).hash == shipped.hash)
    }
}
