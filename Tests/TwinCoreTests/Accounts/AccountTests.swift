import Foundation
import Testing
import TwinCore

@Suite("The table of accounts")
struct AccountTests {
    @Test("the written order is the digest's: names and places of 0.1.0 do not move")
    func order() {
        let first = [
            "wind", "solar", "fuelcell", "storage_discharge", "storage_charge", "bay_charge", "bay_discharge",
            "grid_import", "grid_export", "load", "losses", "unmetered", "curtailed", "gas", "ethanol", "boiler",
            "direct_fired", "heat_pump", "electric", "heat_fuelcell", "recovered", "store_charge", "store_discharge",
            "demand", "heat_losses",
        ]
        #expect(Array(Account.allCases.map(\.name).prefix(first.count)) == first)
        #expect(Account.allCases.map(\.index) == Array(0..<Account.allCases.count))
    }

    @Test("each name leads back to its account, and is the only one")
    func names() {
        for account in Account.allCases { #expect(Account(name: account.name) == account) }
        #expect(Account(name: "steam") == nil && Account(name: "") == nil)
    }

    @Test("a summary's keys are unique on their bus", arguments: Bus.allCases)
    func keys(bus: Bus) {
        let keys = bus.accounts.map(\.row.summaryKey)
        #expect(Set(keys).count == keys.count && !keys.contains(""))
    }

    @Test("sources and uses by hand: the sums that reports have always made")
    func sheets() {
        let plant = Bus.electricity.sheet
        #expect(
            plant.sources.filter { $0.index < Account.firstCount } == [
                .wind, .solar, .fuelcell, .storageDischarge, .bayDischarge, .gridImport,
            ])
        #expect(plant.uses == [.storageCharge, .bayCharge, .gridExport, .load, .losses, .unmetered])
        #expect(plant.remainder == .unmetered && plant.lost == .losses)
        let heat = Bus.heat.sheet
        #expect(heat.sources.prefix { $0.index < Account.firstCount }.count == 7)
        #expect(heat.uses.prefix(3) == [.heatStoreCharge, .heatDemand, .heatLosses])
        #expect(heat.imported == nil && heat.remainder == .heatDemand)
        #expect(!Bus.fuel.balances)
        // Each account is on one bus, and on one side of it or on none.
        #expect(Bus.allCases.flatMap(\.accounts).count == Account.allCases.count)
        let sided = Bus.allCases.flatMap { $0.sheet.sources + $0.sheet.uses }
        #expect(Set(sided).count == sided.count && Set(Account.allCases).subtracting(sided) == [.curtailed, .gasMain])
        // What is bought and burnt is all of the fuels, and nothing else.
        #expect(Bus.fuel.sheet.sources == Fuel.allCases.map(\.account).sorted { $0.index < $1.index })
    }

    @Test(
        "every bus that balances closes with one remainder, and loses on one account at most", arguments: Bus.allCases)
    func closes(bus: Bus) {
        let flows = bus.accounts.map(\.row.flow)
        #expect(flows.count { $0 == .remainder } == (bus.balances ? 1 : 0))
        #expect(flows.count { $0 == .lost } <= 1)
    }

    @Test("a fuel has an account of its own, which names it", arguments: Fuel.allCases)
    func fuels(fuel: Fuel) {
        #expect(fuel.account.row.fuel == fuel && fuel.account.row.bus == .fuel)
        #expect(fuel.row.kWhPerPriced > 0 && fuel.row.priceMax > 0)
        #expect(Fuel.allCases.filter { $0.row.priceKey == fuel.row.priceKey } == [fuel])
    }

    @Test("it is kept by name")
    func coded() throws {
        for account in Account.allCases {
            let data = try JSONEncoder().encode([account])
            #expect(String(decoding: data, as: UTF8.self) == "[\"\(account.name)\"]")
            #expect(try JSONDecoder().decode([Account].self, from: data) == [account])
        }
    }
}
