import Foundation
import Testing
import TwinBooks
import TwinCore
import TwinUnits

@Suite("Books of the whole plant")
struct WholePlantBooksTests {
    static let meters: [(meter: Meter, ws: Int64)] = [
        (Meter(.wind, .wind, "t01"), 100), (Meter(.wind, .wind, "t02"), 150), (Meter(.solar, .solar, "pv1"), 400),
        (Meter(.curtailed, .solar, "pv1"), 7), (Meter(.fuelcell, .fuelcell, "sofc-1"), 200),
        (Meter(.heatFuelcell, .fuelcell, "sofc-1"), 90), (Meter(.ethanol, .fuelcell, "sofc-1"), 380),
        (Meter(.load, .shop, "paint"), 1000), (Meter(.gas, .shop, "paint"), 500),
        (Meter(.heatDirectFired, .shop, "paint"), 390), (Meter(.heatElectric, .burner, "oven"), 80),
        (Meter(.load, .building, "halls"), 300),
        (Meter(.gas, .heat, "boilers"), 200), (Meter(.heatBoiler, .heat, "boilers"), 170),
        (Meter(.load, .heat, "heat-pump"), 50), (Meter(.heatPump, .heat, "heat-pump"), 150),
        (Meter(.heatStoreCharge, .heat, "store"), 60), (Meter(.bayCharge, .bay, "staff"), 40),
        (Meter(.bayDischarge, .bay, "v2g"), 15), (Meter(.storageCharge, .storage, "string-1"), 110),
        (Meter(.storageDischarge, .storage, "string-2"), 30), (Meter(.gridImport, .grid, "main"), 700),
        (Meter(.gridExport, .grid, "main"), 0),
    ]

    static let chart = Chart(meters.map(\.meter))
    static let losses = LossFractions(electricity: 0.02, heat: 0.1)

    static func cells(_ tick: Int, _ energies: [(meter: Meter, ws: Int64)] = meters) -> [Cell] {
        energies.map { entry in
            Cell(
                tick: BooksBench.context(tick).from, meter: entry.meter, energy: Energy(wattSeconds: entry.ws),
                measuredMs: 60_000, estimatedMs: 0)
        }
    }

    @Test("accounts are sums over meters, and both balances close by hand")
    func oneTick() {
        var books = Books(chart: Self.chart, losses: Self.losses)
        _ = books.post(1, Self.cells(1))
        // Delivered: load 1350 + storage 110 + bays 40 = 1500, losses 30.
        // Remainder: 250 + 400 + 200 + 30 + 15 + 700 - 1500 - 30 = 65.
        #expect(books.ws(.wind) == 250 && books.ws(.load) == 1350 && books.ws(.gas) == 700)
        #expect(books.ws(.losses) == 30 && books.ws(.unmetered) == 65)
        // Network: 170 + 150 + 90 - 60 = 350, losses 35. Burners and the oven's elements heat in place: demand
        // 350 + 390 + 80 - 35 = 785.
        #expect(books.ws(.heatLosses) == 35 && books.ws(.heatDemand) == 785)
        #expect(books.ws(.curtailed) == 7 && books.ws(.ethanol) == 380)
        let row = books.rows[0]
        for (line, entry) in Self.meters.enumerated() { #expect(row.meters[line].energy.wattSeconds == entry.ws) }
        let summary = Summary(rows: [row], method: Self.method, facts: SummaryBench.facts)
        #expect(summary.balanceErrorKWh(.electricity) == 0 && summary.balanceErrorKWh(.heat) == 0)
    }

    static var method: ReportMethod {
        let plain = SummaryBench.method()
        return ReportMethod(
            site: plain.site, zone: plain.zone, boundary: plain.boundary, scope2: plain.scope2,
            factors: plain.factors, baseline: plain.baseline, targets: plain.targets, tariffs: plain.tariffs,
            uncertainty: plain.uncertainty, chart: chart)
    }

    @Test("a cell of a meter that the chart does not know stops the program: its energy is never lost without a word")
    func unknownMeter() async {
        await #expect(processExitsWith: .failure) {
            var books = Books(chart: Self.chart, losses: Self.losses)
            _ = books.post(1, Self.cells(1) + [BooksBench.cell(1, .load, 5000)])
        }
    }

    @Test("in any order and late, the rows are the same and both balances close", arguments: 0..<40 as Range<UInt64>)
    func seeds(seed: UInt64) {
        var chance = SeedStream(seed: seed, name: "whole")
        let ticks = 64
        let final = (1...ticks).map { tick in
            Self.cells(tick, Self.meters.map { ($0.meter, Int64(chance.next() % 1_000_000)) })
        }
        var inOrder = Books(chart: Self.chart, losses: Self.losses)
        for tick in 1...ticks { _ = inOrder.post(tick, final[tick - 1]) }
        var late = Books(chart: Self.chart, losses: Self.losses)
        var held: [Cell] = []
        for tick in 1...ticks {
            let first = Self.cells(tick, Self.meters.map { ($0.meter, Int64(chance.next() % 1_000_000)) })
            held += final[tick - 1]
            let now = held.indices.filter { _ in chance.next() % 3 == 0 }
            _ = late.post(tick, first + now.map { held[$0] })
            for index in now.reversed() { held.remove(at: index) }
        }
        _ = late.post(
            cells: held, intensities: [], lineOffs: [], context: BooksBench.context(ticks))
        for (a, b) in zip(inOrder.rows, late.rows) {
            #expect(a.accounts == b.accounts && a.meters == b.meters, "seed \(seed)")
        }
        let summary = Summary(rows: late.rows, method: Self.method, facts: SummaryBench.facts)
        #expect(summary.balanceErrorKWh(.electricity) == 0 && summary.balanceErrorKWh(.heat) == 0, "seed \(seed)")
        for account in Set(Self.meters.map(\.meter.account)) {
            let lines = Self.chart.meters.indices.filter { Self.chart.meters[$0].account == account }
            let sum = lines.reduce(Energy.zero) { $0 + summary.energy(line: $1) }
            #expect(summary.energy(account) == sum, "seed \(seed), \(account)")
        }
    }

    @Test("survive a checkpoint with all their meters")
    func checkpoint() throws {
        var books = Books(chart: Self.chart, losses: Self.losses)
        for tick in 1...40 { _ = books.post(tick, Self.cells(tick)) }
        var restored = try JSONDecoder().decode(Books.self, from: JSONEncoder().encode(books))
        #expect(restored.rows == books.rows && restored.chart == books.chart)
        // A late cell changes both alike.
        let cell = Cell(
            tick: BooksBench.context(3).from, meter: Self.meters[7].meter, energy: Energy(wattSeconds: 1),
            measuredMs: 60_000, estimatedMs: 0)
        _ = books.post(41, Self.cells(41) + [cell])
        _ = restored.post(41, Self.cells(41) + [cell])
        #expect(restored.rows == books.rows)
    }

    @Test("a meter that is listed twice keeps its first line")
    func doubled() {
        let chart = Chart([Self.meters[0].meter, Self.meters[1].meter, Self.meters[0].meter])
        #expect(chart.meters.count == 2 && chart.index(of: Self.meters[1].meter) == 1)
    }
}
