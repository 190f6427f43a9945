import Foundation
import Testing
import TwinBooks
import TwinCore
import TwinUnits

/// A site has the accounts of its chart; what other sites need more is not there.
@Suite("Accounts of a site")
struct AccountRowsTests {
    private static let chart = Chart([Meter(.load, .shop, "one"), Meter(.gridImport, .grid, "main")])

    private func chain(_ row: PeriodRow, _ chart: Chart) -> DigestChain {
        var record = DigestRecord()
        row.write(chart, into: &record)
        var chain = DigestChain()
        chain.extend(with: record)
        return chain
    }

    @Test("the digest has the accounts of the chart, and none that the site lacks")
    func digest() {
        let row = PeriodRow(start: BooksBench.start, meterCount: Self.chart.meters.count)
        for account in Account.allCases {
            var other = row
            other.accounts[account.index].energy = Energy(wattSeconds: 1)
            // What crosses the boundary may be worked out without a meter, such as the export here.
            let counts = [.load, .gridImport, .gridExport, .losses, .unmetered].contains(account)
            #expect((chain(other, Self.chart) != chain(row, Self.chart)) == counts, "\(account.name)")
        }
    }

    /// As long as no account is newer than the first ones, this shows that they are read as they are.
    @Test("rows of a build that knew fewer accounts are read: the new ones are empty")
    func older() throws {
        let count = Account.firstCount
        var short = SumList(count: count)
        for index in 0..<count { short[index].energy = Energy(wattSeconds: Int64(index + 1)) }
        var books = Books(chart: Self.chart, losses: LossFractions(electricity: 0, heat: 0))
        _ = books.post(cells: [], intensities: [], lineOffs: [], context: BooksBench.context(1))
        func text(_ value: some Encodable) throws -> String {
            String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
        }
        let whole = try text(books.rows[0].accounts)
        let stored = try text(books)
        try #require(stored.components(separatedBy: whole).count == 2)
        let old = stored.replacingOccurrences(of: whole, with: try text(short))
        let read = try JSONDecoder().decode(Books.self, from: Data(old.utf8))
        #expect(read.rows[0].accounts.count == Account.allCases.count)
        for index in 0..<Account.allCases.count {
            #expect(read.rows[0].accounts[index].energy.wattSeconds == (index < count ? Int64(index + 1) : 0))
        }
    }
}
