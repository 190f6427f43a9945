import Testing
import TwinBooks
import TwinReports
import TwinRuntime
import TwinTesting

@Suite("SECR text")
struct SECRTextTests {
    @Test("has the summary's figures beside the year before, in 80 columns; what nobody knows is a dash")
    func figures() async throws {
        let summary = try await BundledDay.closed().result.summary
        let alone = SECRText.lines(summary, before: nil, name: "Plant")
        func cells(_ lines: [String], _ name: String) -> [String] {
            let line = lines.first { $0.trimmingPrefix { $0 == " " }.hasPrefix(name) } ?? ""
            return line.split(separator: " ").suffix(2).map(String.init)
        }
        #expect(alone.allSatisfy { $0.count <= 80 })
        #expect(cells(alone, "vehicles lined off") == ["1,415", "—"])
        // 158.80 kg in the closed loop, as everywhere.
        #expect(cells(alone, "kg CO2e per vehicle") == ["158.8", "—"])
        #expect(alone.joined(separator: " ").contains("no books of the same period a year before"))
        let both = SECRText.lines(summary, before: summary, name: "Plant")
        #expect(cells(both, "kg CO2e per vehicle") == ["158.8", "158.8"])
        #expect(!both.joined(separator: " ").contains("no books of the same period"))
    }
}
