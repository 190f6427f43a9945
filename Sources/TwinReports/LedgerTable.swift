import TwinBooks
import TwinCore
import TwinUnits

/// Where the carbon of a window ended, by the headline's method: each use with what it took, and what lies in stores.
struct LedgerTable {
    struct Part {
        var fuelKWh = 0.0
        var electricityKWh = 0.0
        var heatKWh = 0.0
        /// Whole grams, so that rows add up to what is printed.
        var grams = 0.0

        static func + (a: Part, b: Part) -> Part {
            Part(
                fuelKWh: a.fuelKWh + b.fuelKWh, electricityKWh: a.electricityKWh + b.electricityKWh,
                heatKWh: a.heatKWh + b.heatKWh, grams: a.grams + b.grams)
        }
    }

    /// At an asset, in the order of the chart.
    private(set) var assets: [(path: AssetPath, part: Part)] = []
    /// Of the whole site.
    private(set) var site: [(name: String, part: Part)] = []
    private(set) var total = Part()

    init(_ summary: Summary) {
        let view: Carbon.Part = summary.method.scope2 == .location ? .location : .market
        var running = Emissions.zero
        // Each row is a step of the rounded running sum: together they are what the sum is.
        func grams(_ carbon: Carbon) -> Double {
            let before = (running.kilograms * 1000).rounded()
            running += carbon[.scope1] + carbon[view]
            return (running.kilograms * 1000).rounded() - before
        }
        for (account, flow) in LedgerTable.ends(summary.sum) {
            if case .emitted(let line) = account { site.append((line, Part(grams: grams(flow.carbon)))) }
            guard case .use(let used, let path) = account else { continue }
            var part = Part(grams: grams(flow.carbon))
            let kWh = flow.energy.kilowattHours
            switch used.row.bus {
            case .fuel: part.fuelKWh = kWh
            case .electricity: part.electricityKWh = kWh
            case .heat: part.heatKWh = kWh
            case .hydrogen: break
            }
            if flow.energy == .zero, part.grams == 0 { continue }
            if let path { add(part, at: path) } else { site.append((LedgerTable.label(used), part)) }
        }
        let stored = Part(grams: grams(summary.sum.ledger.stored - summary.sum.storedBefore))
        if stored.grams != 0 { site.append((stored.grams > 0 ? "kept in stores" : "taken from stores", stored)) }
        total = (assets.map(\.part) + site.map(\.part)).reduce(Part(), +)
    }

    /// What each use took, less what it gave back.
    private static func ends(_ sum: WindowSum) -> [(LedgerAccount, LedgerFlow)] {
        var order: [LedgerAccount] = []
        var ends: [LedgerAccount: LedgerFlow] = [:]
        func add(_ account: LedgerAccount, _ energy: Energy, _ carbon: Carbon) {
            switch account {
            case .use, .emitted: break
            case .source, .vehicle, .other, .converter, .bus, .store: return
            }
            if ends[account] == nil { order.append(account) }
            ends[account, default: LedgerFlow()].energy += energy
            ends[account, default: LedgerFlow()].carbon += carbon
        }
        for (route, flow) in zip(sum.ledger.routes, sum.flows) {
            add(route.to, flow.energy, flow.carbon)
            add(route.from, -flow.energy, .zero - flow.carbon)
        }
        return order.map { ($0, ends[$0] ?? LedgerFlow()) }
    }

    private static func label(_ account: Account) -> String {
        switch account {
        case .heatDemand: "hot water"
        case .heatLosses: "hot water, losses"
        case .hydrogenUses: "hydrogen"
        case .gridExport, .losses, .unmetered: account.row.label
        default: "\(account.row.label) on no meter"
        }
    }

    private mutating func add(_ part: Part, at path: AssetPath) {
        if let place = assets.firstIndex(where: { $0.path == path }) {
            assets[place].part = assets[place].part + part
        } else {
            assets.append((path, part))
        }
    }
}
