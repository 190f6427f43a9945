import Testing
@testable import TwinConfiguration
import TwinBooks
import TwinCore
import TwinPlant
import TwinTesting

/// What `twin init` writes.
@Suite("Starter site")
struct StarterSiteTests {
    private func config(_ starter: StarterSite) throws -> SiteConfig {
        try SiteConfig(starter.files.map { ConfigText(name: $0.name, text: $0.text) })
    }

    @Test(
        "is a valid site in any zone, with one meter of each energy and one line",
        arguments: ["Europe/London", "Asia/Seoul"])
    func valid(zone: String) throws {
        let starter = StarterSite(site: "my-site", timeZone: zone)
        let config = try config(starter)
        #expect(config.site == "my-site" && config.zone.name == zone)
        #expect(config.assets.map(\.path.text) == ["shop/plant"])
        #expect(config.method.baseline == nil && config.alarmsOff.isEmpty)
        let topics = starter.messages(time: "2025-06-18T07:00:00Z").map(\.topic)
        #expect(config.signals?.filters == topics)
    }

    @Test("every file is shorter than its lines may be, and says where its numbers come from")
    func texts() {
        for file in StarterSite(site: "s", timeZone: "UTC").files {
            #expect(file.text.split(separator: "\n").allSatisfy { $0.count <= 120 }, "\(file.name)")
            #expect(file.text.hasPrefix("#") && file.text.hasSuffix("\n"), "\(file.name)")
        }
    }

    @Test("its example can be read line by line")
    func example() throws {
        let lines = StarterSite(site: "s", timeZone: "UTC").example
        let header = try Header(bytes: Array(lines[0].utf8))
        for (number, line) in lines.enumerated().dropFirst() {
            _ = try Line(bytes: Array(line.utf8), start: header.start, number: number + 1)
        }
        #expect(lines.count { $0.contains("\"event\":\"done\"") } == 40)
    }
}
