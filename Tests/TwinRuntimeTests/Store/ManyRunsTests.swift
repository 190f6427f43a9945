import Testing
import TwinBooks
import TwinCore
import TwinRuntime
import TwinTesting
import TwinStore
import TwinUnits

/// Runs of one site that do not overlap share a store.
@Suite("Many runs in one store")
struct ManyRunsTests {
    private static let paint = Meter(.load, .shop, "paint")
    private static let body = Meter(.load, .shop, "body")
    private static let press = Meter(.load, .shop, "press")
    private static let first = identity("0badcafe", Recording.start)
    private static let second = identity("deadbeef", Recording.start + .hours(3))

    private static func identity(_ run: String, _ start: PlantTime) -> RunIdentity {
        RunIdentity(site: "sunderland", run: run, start: start, config: "sha256:\(run)", build: "test")
    }

    private func batch(_ identity: RunIdentity, _ meters: [Meter], _ kWh: [Int64]) -> StoreBatch {
        var batch = StoreBatch(Chart(meters))
        batch.configurations = [
            ConfigurationInForce(
                hash: identity.config, from: identity.start, tick: 1,
                files: [("site.yaml", Array(identity.run.utf8)), ("same.yaml", [1])], chart: batch.chart)
        ]
        for half in 0..<Int64(2) {
            var row = PeriodRow(start: identity.start + half * settlementPeriod, meterCount: meters.count)
            for (line, energy) in kWh.enumerated() {
                row.meters[line] = AccountSum(
                    Energy(wattSeconds: energy * 3_600_000), measuredMs: 1_800_000, estimatedMs: 0)
                row.accounts[Account.load.index].energy += row.meters[line].energy
            }
            row.steppedMs = settlementPeriod.ms
            batch.rows.append(row)
        }
        batch.facts = RunFacts(stepS: 60, mode: .shadow, loop: .open)
        batch.facts?.expectationsPassed = 2
        return batch
    }

    private func filled(_ folder: TemporaryFolder) throws -> any TwinStorePort {
        let store = try openStore(folder.path("a.sqlite"))
        _ = try store.begin(Self.first)
        try store.write(batch(Self.first, [Self.paint, Self.body], [10, 20]))
        #expect(try store.begin(Self.second) == nil)
        var later = batch(Self.second, [Self.press, Self.paint], [5, 7])
        later.facts?.mode = .control
        try store.write(later)
        return store
    }

    @Test("rows of both come in the order of time, laid on any chart; what it lacks is in the accounts alone")
    func rows() throws {
        let folder = try TemporaryFolder()
        let store = try filled(folder)
        #expect(try store.chart(.all).meters == [Self.paint, Self.body, Self.press])
        let rows = try store.rows()
        #expect(rows.map(\.start) == [0, 30, 180, 210].map { Recording.start + .minutes($0) })
        let byMeter = rows.map { row -> [Double] in (0..<3).map { row.meter($0).kilowattHours } }
        #expect(byMeter == [[10, 20, 0], [10, 20, 0], [7, 0, 5], [7, 0, 5]])
        #expect(rows.map { $0[.load].energy.kilowattHours } == [30, 30, 12, 12])
        var narrow: [PeriodRow] = []
        try store.forEachRow(.all, on: Chart([Self.body])) { narrow.append($0) }
        #expect(narrow.map { $0.meters.count } == [1, 1, 1, 1])
        #expect(narrow.map { $0.meter(0).kilowattHours } == [20, 20, 0, 0])
        #expect(narrow.map { $0[.load].energy.kilowattHours } == [30, 30, 12, 12])
        // A window that only the second run reaches into has that run's chart.
        let late = StoreWindow(from: Self.second.start)
        #expect(try store.chart(late).meters == [Self.press, Self.paint])
        #expect(try store.rows(late) == batch(Self.second, [Self.press, Self.paint], [5, 7]).rows)
    }

    @Test("the facts of a window are those of its last run, with the expectations of all")
    func facts() throws {
        let folder = try TemporaryFolder()
        let store = try filled(folder)
        let all = try #require(try store.facts())
        #expect(all.mode == .control && all.expectationsPassed == 4)
        let early = try #require(try store.facts(StoreWindow(to: Self.second.start)))
        #expect(early.mode == .shadow && early.expectationsPassed == 2)
        #expect(try store.runs().map(\.end) == [Self.first.start + .hours(1), Self.second.start + .hours(1)])
        #expect(try store.configurations().map(\.hash) == ["sha256:0badcafe", "sha256:deadbeef"])
    }

    @Test("recordings that share a name are told apart by their start")
    func sameName() throws {
        let folder = try TemporaryFolder()
        let store = try filled(folder)
        let third = Self.identity("deadbeef", Self.second.start + .days(1))
        #expect(try store.begin(third) == nil)
        try store.write(batch(third, [Self.paint], [1]))
        #expect(try store.runs().map(\.run) == ["0badcafe", "deadbeef", "deadbeef"])
        #expect(try store.rows().count == 6)
    }

    @Test("emptying a run leaves the one before it, also in the hour that both have")
    func emptied() throws {
        let folder = try TemporaryFolder()
        let store = try openStore(folder.path("a.sqlite"))
        _ = try store.begin(Self.first)
        let signal = SignalPath(AssetPath(.shop, "paint"), "load_kw")
        func series(_ minutes: [Int64]) -> [SeriesHour] {
            var hour = SeriesHour(signal, hour: Recording.start)
            for minute in minutes {
                let at = Recording.start + .minutes(minute)
                hour.add(SeriesPoint(from: at, to: at + .minutes(1), value: Double(minute), quality: .good), .reading)
            }
            return [hour]
        }
        var before = batch(Self.first, [Self.paint], [10])
        before.rows.removeLast()
        before.series = series([1, 2])
        try store.write(before)
        let next = Self.identity("deadbeef", Recording.start + .minutes(30))
        _ = try store.begin(next)
        var after = batch(next, [Self.paint], [20])
        after.series = series([31, 32])
        try store.write(after)
        #expect(try store.points(signal, .reading).map(\.value) == [1, 2, 31, 32])
        var anew = batch(next, [Self.paint], [30])
        anew.series = series([33])
        anew.replacesAll = true
        try store.write(anew)
        #expect(try store.rows().map { $0.meter(0).kilowattHours } == [10, 30, 30])
        #expect(try store.points(signal, .reading).map(\.value) == [1, 2, 33])
    }
}
