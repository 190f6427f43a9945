import Foundation
import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinPlant
import TwinTesting

@testable import TwinRuntime

/// Every cell that a component posts has a line in the chart of its site.
@Suite("Chart of a site")
struct ChartTests {
    static let configurations = ["sunderland", "sunderland-2018"]

    private func config(_ name: String) throws -> SiteConfig {
        try SiteConfig.load(folder: Repository.root.appending(path: "twin-config/\(name)").path)
    }

    @Test("the chart has the lines of the components, in their order, and no others", arguments: configurations)
    func lines(name: String) throws {
        let config = try config(name)
        #expect(Seating.plain.seats(config).flatMap(\.meters) == config.method.chart.meters)
    }

    @Test("a component posts to all lines that it says, and to no other", arguments: configurations)
    func cells(name: String) async throws {
        let config = try config(name)
        let context = TickContext(
            tick: 1, from: Recording.start, to: Recording.start + .minutes(1), lateness: .seconds(30),
            lead: .seconds(5), setPoints: [:])
        for seat in Seating.plain.seats(config) {
            var reply = ComponentReply(image: PlantImage())
            await seat.tick(Slice(), context, &reply)
            #expect(Set(reply.cells.map(\.meter)) == Set(seat.meters), "\(seat.name)")
        }
    }

    @Test("a component without a line in the chart stops the program before the first tick")
    func missingLine() async {
        await #expect(processExitsWith: .failure) {
            var config = try Repository.config()
            config.assets[0].path.asset = "unheard-of"
            _ = Seating.plain.seats(config)
        }
    }
}
