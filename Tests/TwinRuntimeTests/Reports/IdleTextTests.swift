import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinReports
import TwinRuntime
import TwinTesting
import TwinUnits

@Suite("Idle text")
struct IdleTextTests {
    @Test("of a bundled day: 80 columns, the figures of the JSON, and a word where nothing can be held against it")
    func day() async throws {
        let result = try await BundledDay.closed().result
        var book = IdleBook(result.summary.method, try Repository.config().calendar)
        for row in result.rows { book.add(row) }
        let (uses, method) = (book.uses(), result.summary.method)
        let lines = IdleText.lines(uses, hours: book.hours, method: method)
        #expect(lines.allSatisfy { $0.count <= 80 })
        #expect(lines.joined(separator: " ").contains("no whole day without a shift"))
        let meters = try #require(IdleText.json(uses, hours: book.hours, method: method)["meters"]?.items)
        #expect(meters.count == uses.count && uses.count > 15 && book.hours == 8)
        let sum = meters.reduce(0) { $0 + ($1["energy_kwh"]?.double ?? 0) }
        #expect(abs(sum - uses.reduce(0) { $0 + $1.energy.kilowattHours }) < 1e-6)
        #expect(IdleText.lines([], hours: 1, method: method) == ["nothing ran outside the shifts in this window"])
    }
}
