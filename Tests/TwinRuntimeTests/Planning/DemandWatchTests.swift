import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinTesting

@testable import TwinDispatch
@testable import TwinRuntime

/// What a plan knows of the month's highest half hour.
@Suite("The month's highest half hour")
struct DemandWatchTests {
    /// 00:30 on 1 July in London, half an hour after the month has begun.
    private static let start = PlantTime(rfc3339: "2025-06-30T22:30:00Z") ?? PlantTime(ms: 0)

    private static func watch() throws -> DemandWatch {
        var method = try Repository.config().method
        method.tariffs[0].value.demandPerKWMonth = 8
        return DemandWatch(method)
    }

    /// A half hour of June at 9,000 kW; in July 20 minutes at 6,000 kW and 10 at 3,000, a mean of 5,000; then 10 minutes at
    /// 6,000, 1,000 kWh.
    @Test("it is the highest mean of a half hour, begins anew with the month, and knows what has come of the next one")
    func months() throws {
        var watch = try Self.watch()
        var now = Self.start
        func hear(_ kW: Double?, minutes: Int) {
            for _ in 0..<minutes {
                now = now + .minutes(1)
                watch.hear(importKW: kW, .minutes(1), at: now)
            }
        }
        hear(9000, minutes: 29)
        #expect(watch.demand(at: now)?.highestKW == 0)
        #expect(abs((watch.demand(at: now)?.importedKWh ?? 0) - 4350) < 1e-6)
        hear(9000, minutes: 1)
        // The month has ended with it.
        #expect(watch.demand(at: now)?.highestKW == 0)
        hear(6000, minutes: 20)
        hear(3000, minutes: 10)
        let july = try #require(watch.demand(at: now))
        #expect(abs(july.highestKW - 5000) < 1e-6 && july.importedKWh == 0 && july.perKW == 8)
        #expect(july.until.rfc3339 == "2025-07-31T23:00:00.000Z")
        hear(6000, minutes: 10)
        // What is not measured, or no number, is nothing.
        hear(nil, minutes: 1)
        hear(.nan, minutes: 1)
        hear(-500, minutes: 1)
        let then = try #require(watch.demand(at: now))
        #expect(abs(then.highestKW - 5000) < 1e-6 && abs(then.importedKWh - 1000) < 1e-6)
        hear(3000, minutes: 17)
        #expect(abs((watch.demand(at: now)?.highestKW ?? 0) - 5000) < 1e-6)
    }

    @Test("an agreed capacity is told to a plan where it is dearer above it")
    func agreed() throws {
        var method = try Repository.config().method
        func demand() -> PlanProblem.Demand? {
            var watch = DemandWatch(method)
            watch.hear(importKW: 5000, .minutes(30), at: Self.start + .hours(1))
            return watch.demand(at: Self.start + .hours(1))
        }
        method.tariffs[0].value.agreedCapacity = AgreedCapacity(kW: 26_000, perKWMonth: 2, excessPerKWMonth: 0)
        #expect(demand() == nil)
        method.tariffs[0].value.agreedCapacity?.excessPerKWMonth = 4
        let told = try #require(demand())
        #expect(told.perKW == 0 && told.excessPerKW == 4 && told.agreedKW == 26_000 && told.highestKW == 5000)
        #expect(told.sentence("GBP") == "each kW above 26000 kW, the agreed capacity, costs 4 GBP")
    }

    @Test("without a charge a plan hears nothing of it")
    func none() throws {
        var watch = DemandWatch(try Repository.config().method)
        watch.hear(importKW: 5000, .minutes(30), at: Self.start + .minutes(30))
        #expect(watch.demand(at: Self.start + .minutes(30)) == nil)
    }
}
