import Testing
import TwinBooks
import TwinCore
import TwinRuntime
import TwinTesting
import TwinUnits

/// The simulated plant knows the truth: the same seeded day, commanded and left to itself.
@Suite("What dispatch saved in a day")
struct SavedTodayTests {
    /// Carbon and money of a day, by the books.
    private func spent(_ summary: Summary) -> DispatchFigures {
        let cost = summary.cost
        return DispatchFigures(
            kgAnnual: summary.carbon.scope1.kilograms + summary.carbon.scope2Location.kilograms,
            kgHalfHourly: summary.carbon.scope1.kilograms + summary.carbon.scope2HalfHourly.kilograms,
            money: cost.total - cost.carbon)
    }

    @Test(
        "the figure without its level holds the true difference of the bundled days",
        arguments: BundledDaysTests.Day.allCases)
    func truth(day: BundledDaysTests.Day) async throws {
        let commanded = try await day.closed().summary
        let alone = try await replay([day.path]) { options in
            options.loop = .closed
            options.mode = .off
        }.summary
        let truth = spent(alone) + spent(commanded) * -1
        let saved = try #require(commanded.savedByDispatch)
        let found = saved.value + saved.levelled * -1
        for (name, of) in [
            ("annual", \DispatchFigures.kgAnnual), ("half-hourly", \.kgHalfHourly), ("money", \.money),
        ] {
            print(
                "SAVED \(day) \(name): true \(truth[keyPath: of]) found \(found[keyPath: of])"
                    + " ± \(saved.halfWidth[keyPath: of]), with level \(saved.value[keyPath: of])")
            #expect(abs(truth[keyPath: of] - found[keyPath: of]) <= saved.halfWidth[keyPath: of], "\(name)")
        }
        #expect(saved.leftOutMs == 0)
        #expect(alone.savedByDispatch == nil && alone.json["saved_by_dispatch"] == .null)
    }
}
