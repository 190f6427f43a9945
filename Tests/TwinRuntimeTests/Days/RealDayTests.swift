import Foundation
import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinImport
import TwinRuntime
import TwinTesting
import TwinUnits

/// The measured day of `make real`, from the data sets that lie beside the repository.
@Suite("The measured day", .enabled(if: Repository.data != nil, "no measured data sets in ../shared/data"))
struct RealDayTests {
    /// Adds up a column over a time of a file, without any code of the import: rows are compared as text.
    private func sum(_ file: String, column: Int, from: String, to: String, time: Int = 0) throws -> Double {
        try Repository.lines(of: "\(try #require(Repository.data))/\(file)").reduce(0) { sum, line in
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            return fields[time] >= from && fields[time] < to ? sum + (Double(fields[column]) ?? 0) : sum
        }
    }

    /// What the books have under the meters of an account that a test picks, kWh.
    private func kWh(
        _ summary: Summary, _ config: SiteConfig, _ account: Account,
        where isWanted: (AssetPath) -> Bool = { _ in true }
    ) -> Double {
        let chart = config.method.chart
        return chart.lines(of: account).filter { isWanted(chart.meters[$0].path) }.reduce(0) { sum, line in
            sum + summary.energy(line: line).kilowattHours
        }
    }

    private func expectEqual(_ value: Double, _ expected: Double) {
        #expect(abs(value - expected) <= 1e-4 * abs(expected), "\(value) is not \(expected)")
    }

    @Test func `the books hold what the files add up to`() async throws {
        let config = try Repository.config()
        let summary = try await RealDay.open().summary
        let wind = try sum(
            "wind-la-haute-borne/R80711_2014_10min.csv.gz", column: 1, from: "2014-06-03T22:00:00Z",
            to: "2014-06-04T22:00:00Z")
        expectEqual(kWh(summary, config, .wind), wind / 6 * 10 * 660 / 2050)
        // 18 June is day 169 of 2014; hours of the year count from 1 in UTC, and Utrecht is two hours ahead.
        let sun = try Repository.lines(of: "\(try #require(Repository.data))/pv-measured/utrecht2014_hourly.csv.gz")
            .map { $0.split(separator: ",") }
            .filter { Int($0[0]).map { (168 * 24 - 1..<169 * 24 - 1).contains($0) } ?? false }
        #expect(sun.count == 24)
        expectEqual(kWh(summary, config, .solar), sun.compactMap { Double($0[1]) }.reduce(0, +) * (4750 + 20_000))
        let sessions = try sum(
            "ev-sessions-acn/acn_caltech_part1.csv.gz", column: 7, from: "2021-06-16T07:00:00Z",
            to: "2021-06-17T07:00:00Z", time: 4)
        expectEqual(kWh(summary, config, .bayCharge) { $0.asset == "staff" }, sessions)
        let load = try sum(
            "industrial-load/metal_processing_de_2018.csv.gz", column: 1, from: "2018-07-11 00:00",
            to: "2018-07-12 00:00")
        let isMeasured = { (path: AssetPath) in
            path.area == .shop || path == AssetPath(.building, "compressed-air")
        }
        expectEqual(
            kWh(summary, config, .load, where: isMeasured),
            load / 4 * 139_631 / 1000)
    }

    @Test func `in the closed loop the plant lives what the files measured, when they measured it`() async throws {
        let config = try Repository.config()
        let open = try await RealDay.open().summary
        let replayed = try await RealDay.replayed { $0.loop = .closed }
        let closed = replayed.summary
        for account in [Account.wind, .solar] {
            expectEqual(kWh(closed, config, account), kWh(open, config, account))
        }
        // The simulated meter sees the same loads at the same time, 150 kW more and a little more losses.
        for row in replayed.rows {
            let sources: [Account] = [.wind, .solar, .fuelcell, .gridImport]
            let supplied = sources.reduce(0) { $0 + row[$1].energy.kilowattHours }
            let unmetered = row[.unmetered].energy.kilowattHours
            #expect(abs(unmetered) < 0.02 * supplied, "\(row.start.rfc3339) \(unmetered) kWh of \(supplied)")
        }
        // Where the simulated plant speaks for all others, two assets that the files do not measure stand out.
        #expect(closed.alarms.map { "\($0.code) \($0.count)" } == ["gap 1", "stale 3"])
        #expect(closed.counts.rejectedTotal == 0 && closed.commands.accepted > 10_000)
        // Storage, fuel cell and electric heat at work: less than the day as it was recorded.
        let kg = try #require(closed.json.number("co2_kg_per_vehicle"))
        #expect(try kg < #require(open.json.number("co2_kg_per_vehicle")))
    }

    @Test func `two replays and a replay without actors have one digest`() async throws {
        let first = try await RealDay.open().summary
        #expect(first.steps == 1440)
        #expect(try await RealDay.replayed().summary.digest == first.digest)
        #expect(try await RealDay.replayed { $0.seating = .plain }.summary.digest == first.digest)
    }

    @Test func `nothing is refused, nothing is left over, and only the grid's gap raises alarms`() async throws {
        let summary = try await RealDay.open().summary
        #expect(summary.counts.rejectedTotal == 0)
        #expect(summary.counts.late == 0 && summary.counts.duplicates == 0)
        #expect(summary.alarms.map { "\($0.code) \($0.count)" } == ["gap 1", "stale 1"])
        #expect(summary.gaps == 1)
        // Without a grid meter the import is the remainder.
        #expect(summary.json.number("energy_kwh.unmetered") == 0)
        #expect(summary.balanceErrorKWh(.electricity) == 0)
    }

    @Test func `the figure says how much of it is estimated`() async throws {
        let json = try await RealDay.open().summary.json
        let kg = try #require(json.number("co2_kg_per_vehicle"))
        #expect((150...230).contains(kg))
        let measured = try #require(json.number("data_quality.measured_pct"))
        let estimated = try #require(json.number("data_quality.estimated_pct"))
        #expect(json.number("data_quality.missing_pct") == 0)
        #expect(abs(measured + estimated - 100) < 1e-9)
        // By energy: wind 36.5 + sun 83.5 + loads 461.7 + bays 0.2 = 582 MWh of 2,142: those, what is estimated of the
        // loads (56.1), the grid (384.3), gas (1,051.8), and the fuel cell (24.0) with its ethanol (44).
        #expect(abs(measured - 27.2) < 0.1)
        // Most of the plant is not connected, so nothing is compared with 2018.
        #expect(json["baseline"]?["reduction_pct"] == .null)
    }
}

/// The imported day, made once.
enum RealDay {
    private static let lines = Task {
        let config = try Repository.config()
        let mapping = try ImportMapping.load(
            path: Repository.path("replay/mappings/real-day.mapping.yaml"))
        let result = try ImportFiles(mapping: mapping, inputs: [Repository.data].compactMap(\.self))
            .result(config: config.hash, build: "test")
        return [result.header.bytes] + result.lines(adding: try result.modelledLines(config)).map(\.bytes)
    }
    private static let openTask = Task { try await replayed() }

    static func open() async throws -> ReplayResult { try await openTask.value }

    static func replayed(_ configure: (inout ReplayOptions) -> Void = { _ in }) async throws -> ReplayResult {
        let folder = try TemporaryFolder()
        let file = try folder.write("real.jsonl", Array(try await lines.value.joined(separator: [0x0A])))
        return try await replay([file]) { configure(&$0) }
    }
}
