import Testing
import TwinConfiguration
import TwinCore
import TwinImport
import TwinTesting

/// The total of the import's table is what the payloads hold, and so what the books hear.
@Suite("An import's totals")
struct ImportTotalsTests {
    private func text(
        _ kind: String, period: String, from: String = "2025-06-18", stamp: String = "start", source: [String] = []
    ) -> String {
        let unit = kind == "energy" ? "kWh" : "kW"
        return mappingText(
            from: from, source: source, time: "{column: time, format: local, stamp: \(stamp)}", period: period,
            signals: ["{column: v, asset: shop/works, key: load_kw, unit: \(unit), kind: \(kind)}"])
    }

    private func clock(_ minute: Int) -> String {
        "\(minute < 600 ? "0" : "")\(minute / 60):\(minute % 60 < 10 ? "0" : "")\(minute % 60)"
    }

    /// 1, 2, … every so many minutes of the day.
    private func rows(every minutes: Int) -> String {
        "time,v\n" + (0..<(1440 / minutes)).map { "2025-06-18 \(clock($0 * minutes)),\($0 + 1)\n" }.joined()
    }

    @Test(arguments: ["mean", "sample", "energy"], [5, 15, 30, 60])
    func `the table and the payloads hold the same, for every cadence`(kind: String, minutes: Int) throws {
        let result = try imported(mapping(text(kind, period: "\(minutes)m")), rows(every: minutes))
        let count = 1440 / minutes
        // 1 + 2 + … + count, of kWh or of kW over the interval.
        let sum = Double(count * (count + 1) / 2) * (kind == "energy" ? 1 : Double(minutes) / 60)
        let signal = try #require(result.report.signals.first)
        #expect(abs((signal.energyKWh ?? 0) - sum) < 1e-6 * sum)
        #expect(abs(try result.heldKWh("load_kw") - sum) < 1e-6 * sum)
        #expect(signal.gaps == 0 && result.refusals.isEmpty)
    }

    @Test func `a sample holds until the next one, a late one leaves a gap from when it was due`() throws {
        let csv = "time,v\n2025-06-17 23:50,6\n2025-06-18 00:20,60\n2025-06-18 01:00,30\n2025-06-18 02:00,90\n"
        let result = try imported(mapping(text("sample", period: "30m")), csv)
        let signal = try #require(result.report.signals.first)
        // The one before midnight holds for 20 min of the day; the second one 40 min, then 30 min each.
        #expect(abs((signal.energyKWh ?? 0) - (2 + 40 + 15 + 45)) < 1e-9)
        #expect(abs(try result.heldKWh("load_kw") - 102) < 1e-9)
        #expect(signal.firstGaps.first?.from.rfc3339 == "2025-06-18T00:30:00.000Z")
        #expect(signal.gaps == 2)
    }

    @Test(arguments: [(30, "1h", "30m"), (15, "30m", "15m"), (60, "30m", "1h")])
    func `rows of another length than the mapping's are refused`(every: Int, period: String, spacing: String) throws {
        let result = try imported(mapping(text("energy", period: period)), rows(every: every))
        #expect(result.refusals.first?.path == "sources[0].period")
        #expect(result.refusals.first?.text.contains("write period: \(spacing)") == true)
    }

    @Test func `of two rows that overlap the later is left out, stamps that wander lose nothing`() throws {
        let csv = "time,v\n2025-06-18 06:00,10\n2025-06-18 06:30,10\n2025-06-18 06:40,7\n2025-06-18 07:00,10\n"
        let overlap = try imported(mapping(text("energy", period: "30m")), csv)
        #expect(overlap.report.signals.first?.energyKWh == 30)
        #expect(overlap.report.signals.first?.overlapping.firstLines == [4])
        #expect(overlap.refusals.isEmpty)
        let wander = "time,v\n2025-06-18 06:00:04,10\n2025-06-18 06:29:58,10\n2025-06-18 07:00:03,10\n"
        let result = try imported(mapping(text("energy", period: "30m")), wander)
        #expect(abs((result.report.signals.first?.energyKWh ?? 0) - 30) < 1e-9)
        #expect(abs(try result.heldKWh("load_kw") - 30) < 1e-9)
    }

    @Test(arguments: [("2026-03-29", 23.0), ("2025-10-26", 25), ("2025-06-18", 24)])
    func `a day is a day by the clock, of 23, 24 or 25 hours`(date: String, hours: Double) throws {
        for (stamp, row) in [("start", "\(date) 00:00"), ("start", date), ("end", "\(date) 24:00")] {
            let result = try imported(
                mapping(text("energy", period: "1d", from: date, stamp: stamp)), "time,v\n\(row),4800\n")
            let values = try result.values("load_kw")
            #expect(abs((values.first?.value ?? 0) - 4800 / hours) < 1e-9)
            #expect(abs((result.report.signals.first?.energyKWh ?? 0) - 4800) < 1e-9)
            #expect(abs(try result.heldKWh("load_kw") - 4800) < 1e-9)
            #expect(result.report.signals.first?.gaps == 0)
            // A payload holds for a day at most.
            #expect(values.count == (hours > 24 ? 2 : 1))
        }
    }

    private func register(_ readings: [Double]) throws -> ImportReport.Signal {
        let text = mappingText(
            period: "30m",
            signals: ["{column: v, asset: shop/works, key: energy_total_kwh, unit: kWh, kind: counter}"])
        let rows = readings.enumerated().map { "2025-06-18T\(clock(360 + $0 * 30))Z,\($1)\n" }
        return try #require(try imported(mapping(text), "time,v\n" + rows.joined()).report.signals.first)
    }

    @Test(
        arguments: [
            // One zero; a zero that stays for a while; a leap that is taken back.
            ([500, 510, 0, 530, 540], [4]), ([500, 510, 0, 0, 0, 530], [4, 5, 6]), ([500, 510, 99_999, 530, 540], [4]),
            ([500, 510, 99_999, 99_999, 530], [4, 5]), ([500, 510, 498, 530], [4]),
        ] as [([Double], [Int])])
    func `a reading that the register cannot have shown is a gap`(readings: [Double], lines: [Int]) throws {
        let signal = try register(readings)
        #expect(signal.energyKWh == (readings.last ?? 0) - 500)
        #expect(signal.wrong.firstLines == lines)
        #expect(signal.replaced.count == 0)
    }

    @Test func `a new meter stays low and is none of these`() throws {
        let signal = try register([500, 510, 0, 0, 3, 8])
        #expect(signal.energyKWh == 18)
        #expect(signal.wrong.count == 0 && signal.replaced.firstLines == [4])
    }

    private func sessions(_ rows: String, source: [String] = []) throws -> ImportResult {
        let text = mappingText(
            source: ["layout: sessions", "spread: plug_in"] + source,
            time: "{start: a, end: b, format: local\(rows.hasPrefix("plug") ? ", point: plug" : "")}", period: "30m",
            signals: ["{column: kwh, asset: bay/staff, key: power_kw, unit: kWh, kind: energy}"])
        return try imported(mapping(text), rows)
    }

    @Test func `a session that was resumed counts once, with its latest end`() throws {
        let twice = "plug,a,b,kwh\nA,2025-06-18 08:00,2025-06-18 12:00,18\nA,2025-06-18 08:00,2025-06-18 10:00,10\n"
        let result = try sessions(twice)
        #expect(abs((result.report.signals.first?.energyKWh ?? 0) + 18) < 1e-9)
        #expect(result.report.sources.first?.resumed.firstLines == [3])
        // Another plug, or no word of plugs, is another session; the same row is not.
        let other = try sessions(
            twice.replacing("A,2025-06-18 08:00,2025-06-18 10", with: "B,2025-06-18 08:00,2025-06-18 10"))
        #expect(abs((other.report.signals.first?.energyKWh ?? 0) + 28) < 1e-9)
        let same = "a,b,kwh\n2025-06-18 08:00,2025-06-18 10:00,10\n2025-06-18 08:00,2025-06-18 10:00,10\n"
        #expect(abs((try sessions(same).report.signals.first?.energyKWh ?? 0) + 10) < 1e-9)
    }

    @Test func `of sessions that contradict each other none counts unless the mapping says which`() throws {
        let less = "plug,a,b,kwh\nA,2025-06-18 08:00,2025-06-18 12:00,8\nA,2025-06-18 08:00,2025-06-18 10:00,10\n"
        let none = try sessions(less)
        #expect(none.measured.isEmpty && none.report.sources.first?.contradicting.firstLines == [2, 3])
        #expect(none.refusals.first?.text.contains("2 sessions contradict each other") == true)
        let last = try sessions(less, source: ["repeats: last"])
        #expect(abs((last.report.signals.first?.energyKWh ?? 0) + 10) < 1e-9)
    }

    @Test func `estimates give way to actual values and say so in their payloads`() throws {
        let source = ["quality: {column: q, estimated: [E]}"]
        let csv = "time,q,v\n2025-06-18 06:00,A,10\n2025-06-18 06:00,E,12\n2025-06-18 06:30,E,20\n"
        let result = try imported(mapping(text("energy", period: "30m", source: source)), csv)
        #expect(result.report.signals.first?.energyKWh == 30)
        #expect(result.report.signals.first?.superseded == 1 && result.report.signals.first?.estimated == 1)
        #expect(result.texts.map { $0.contains("\"modelled\":true") } == [false, true])
    }

    @Test func `a source without a value is refused unless it is optional`() throws {
        let empty = "time,v\n2025-06-18 06:00,\n"
        #expect(
            try imported(mapping(text("mean", period: "30m")), empty).refusals.first?.text
                == "nothing was read of a.csv: 1 cells of v are empty")
        #expect(try imported(mapping(text("mean", period: "30m", source: ["optional: true"])), empty).refusals.isEmpty)
        let outside = try imported(mapping(text("mean", period: "30m")), "time,v\n2024-01-05 06:00,1\n")
        #expect(outside.refusals.first?.text.contains("they run from 2024-01-05 to 2024-01-05") == true)
    }
}
