import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinStore
import TwinTesting

@testable import TwinRuntime

/// The topic's figures to date are those of a report over the same days.
@Suite("CO2 to date")
struct CO2ToDateTests {
    @Test("month and year follow the rows of store and memory, over the end of a month")
    func follows() throws {
        let folder = try TemporaryFolder()
        let config = try Repository.config()
        let zone = config.zone
        let start = zone.instant(CivilDate(year: 2025, month: 5, day: 29))
        var run = SimulatedRun(
            config: config, from: start, to: start + Span.days(6), step: .minutes(30), seed: 3, control: .none)
        var rows: [PeriodRow] = []
        run.forEachRow { rows.append($0) }
        let facts = RunFacts(stepS: 1800, mode: .off, loop: .closed)
        let store = try openStore(folder.path("a.sqlite"))
        _ = try store.begin(
            RunIdentity(site: config.site, run: "7f3a9c21", start: start, config: config.hash, build: "test"))
        var batch = StoreBatch(config.method.chart)
        batch.configurations = [ConfigurationInForce(config, from: start)]
        batch.rows = Array(rows[..<100])
        batch.facts = facts
        try store.write(batch)

        var toDate = CO2ToDate()
        let kept = 76
        for end in 176...rows.count {
            let memory = Array(rows[(end - kept)..<end])
            // The store is asked once; after that every row joins when it is final.
            let sums = toDate.sums(
                memory, config.method, config.calendar, at: rows[end - 1].end, facts: facts,
                store: end == 176 ? store : nil)
            let today = zone.local(rows[end - 1].start).date
            func expected(from date: CivilDate) -> Summary? {
                let own = rows[..<end].filter { $0.start >= zone.instant(date) }
                return own.isEmpty ? nil : Summary(rows: own, method: config.method, facts: facts)
            }
            let month = expected(from: CivilDate(year: today.year, month: today.month, day: 1))
            #expect(sums.month?.carbon == month?.carbon && sums.month?.vehicles == month?.vehicles, "\(end)")
            // The store begins in May: so does the year.
            let year = expected(from: CivilDate(year: today.year, month: 1, day: 1))
            #expect(sums.year?.kgPerVehicle == year?.kgPerVehicle, "\(end)")
            #expect(sums.day?.carbon == expected(from: today)?.carbon)
        }
    }

    @Test("a shift is the one that runs, or the last one of the day; none before the first")
    func shift() throws {
        let config = try Repository.config()
        let start = config.zone.instant(CivilDate(year: 2025, month: 6, day: 18))
        var run = SimulatedRun(
            config: config, from: start, to: start + Span.days(1), step: .minutes(30), seed: 3, control: .none)
        var rows: [PeriodRow] = []
        run.forEachRow { rows.append($0) }
        let facts = RunFacts(stepS: 1800, mode: .off, loop: .closed)
        func shift(_ count: Int) -> Summary? {
            var toDate = CO2ToDate()
            return toDate.sums(
                Array(rows[..<count]), config.method, config.calendar, at: rows[count - 1].end, facts: facts, store: nil
            ).shift
        }
        // 07:00 to 15:00 and 15:00 to 23:00 local: half hours 14 to 30 and 30 to 46.
        #expect(shift(14) == nil)
        #expect(shift(20)?.from == rows[14].start && shift(20)?.to == rows[19].end)
        #expect(shift(35)?.from == rows[30].start)
        #expect(shift(48)?.from == rows[30].start && shift(48)?.to == rows[45].end)
    }
}
