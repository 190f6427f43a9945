import Foundation
import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinRuntime
import TwinTesting
import TwinUnits

/// The three recordings that ship: a summer weekday, a winter weekday and a day of the summer shutdown.
@Suite("The bundled days")
struct BundledDaysTests {
    enum Day: CaseIterable {
        case summer, winter, shutdown

        var path: String {
            switch self {
            case .summer: Repository.day
            case .winter: Repository.winterDay
            case .shutdown: Repository.shutdownDay
            }
        }

        func closed() async throws -> KeptRun {
            switch self {
            case .summer: try await BundledDay.closed()
            case .winter: try await BundledDay.winter()
            case .shutdown: try await BundledDay.shutdown()
            }
        }
    }

    @Test("each is one local day of 1,440 steps within 216,000 lines", arguments: Day.allCases)
    func size(day: Day) throws {
        let lines = try Repository.lines(of: day.path)
        #expect(lines.count <= 216_000)
        let header = try Header(bytes: Array(#require(lines.first).utf8))
        #expect(header.stepS == 60 && !header.marks && header.mode == .shadow && header.loop == .open)
        #expect(try header.config == Repository.config().hash, "make days")
        let (_, msOfDay) = try Repository.config().zone.local(header.start)
        #expect(msOfDay == 0)
    }

    @Test(
        "each is clean in either loop: no alarm, nothing refused, both balances close",
        arguments: [Day.winter, .shutdown], [LoopKind.open, .closed])
    func clean(day: Day, loop: LoopKind) async throws {
        let result = try await loop == .closed ? day.closed().result : replay([day.path])
        let summary = result.summary
        #expect(summary.steps == 1440 && result.notes.refusalTotal == 0)
        #expect(summary.alarms.map { "\($0.code) \($0.count)" } == [])
        #expect(summary.balanceErrorKWh(.electricity) == 0 && summary.balanceErrorKWh(.heat) == 0)
        #expect(summary.energy(.unmetered) != .zero)
        #expect(summary.commands.rejected == 0)
        if loop == .closed { #expect(summary.commands.expired == 0) }
    }

    @Test("the winter day has its figure and the shutdown day the reason why it has none")
    func figures() async throws {
        let winter = try await BundledDay.winter().summary
        let figure = try #require(winter.kgPerVehicle)
        let summer = try #require(try await BundledDay.closed().summary.kgPerVehicle)
        // Halls and booths are heated: domain facts give 163 kg on June and 275 kg on January production days.
        #expect(figure > 1.3 * summer && (winter.reductionPct?.value ?? 0) > 0)
        let shutdown = try await BundledDay.shutdown().summary
        #expect(shutdown.json.at("co2_kg_per_vehicle") == .null)
        #expect(shutdown.json.at("baseline.reason")?.text == "no vehicle was lined off in this window")
        // Sunday sun over a base load: part of it leaves.
        #expect(shutdown.energy(.gridExport) > .zero)
    }
}
