public import TwinCore
import TwinUnits

/// Something that a plant can do next: it takes the place of a part of an energy that a meter counts, by less of it, by
/// electricity or by another fuel. What it saves follows from the books of a window.
public struct Lever: Sendable, Hashable {
    public enum Replacement: Sendable, Hashable {
        /// The energy is no longer needed.
        case nothing
        /// kWh of electricity from the grid for each kWh.
        case electricity(perKWh: Double)
        case fuel(Fuel)
    }

    public var name: String
    /// What is replaced: an account of fuel or `load`, at one asset or at all of them.
    public var account: Account
    public var path: AssetPath?
    /// Of it, 0...1.
    public var share: Double
    public var by: Replacement
    /// A certificate of gas that others fed in: the view with certificates alone counts it.
    public var isByCertificate: Bool

    public init(
        name: String, account: Account, path: AssetPath?, share: Double, by: Replacement, isByCertificate: Bool = false
    ) {
        self.name = name
        self.account = account
        self.path = path
        self.share = share
        self.by = by
        self.isByCertificate = isByCertificate
    }
}

/// What a lever would have done in a window, at the window's factors and the prices of its beginning.
public struct LeverEffect: Sendable, Hashable {
    public var lever: Lever
    /// By location.
    public var savedKg: Double
    /// By the market: electricity at the residual mix, which is what more import is bought at and what less of it saves.
    public var savedMarketKg: Double
    /// Nil without vehicles.
    public var savedKgPerVehicle: Double?
    /// Of energy and of the price on Scope 1; what has to be built is not in it.
    public var extraCost: Double

    /// Money for a tonne; nil where nothing is saved.
    public var costPerTonne: Double? { savedKg > 0 ? extraCost / savedKg * 1000 : nil }
}

extension Summary {
    /// The cheapest tonne first, of equal ones the larger saving; what saves nothing comes last.
    public var leverEffects: [LeverEffect] {
        func price(_ effect: LeverEffect) -> Double { effect.costPerTonne?.rounded() ?? .infinity }
        return method.levers.compactMap(effect).sorted { a, b in
            (price(a), -a.savedKg, a.lever.name) < (price(b), -b.savedKg, b.lever.name)
        }
    }

    /// Nil where the window has nothing of what it replaces.
    private func effect(_ lever: Lever) -> LeverEffect? {
        let all: Energy
        if let path = lever.path {
            guard let line = method.chart.index(of: Meter(lever.account, path)) else { return nil }
            all = energy(line: line)
        } else {
            all = energy(lever.account)
        }
        let kWh = all.kilowattHours * lever.share
        guard kWh > 0 else { return nil }
        let tariffs = method.tariffs[method.tariffIndex(at: from)].value
        /// kg in Scope 1, kWh from the grid, and money for energy.
        func weight(_ account: Account, _ kWh: Double) -> (direct: Double, importKWh: Double, cost: Double) {
            guard let fuel = account.row.fuel else {
                return (0, kWh, kWh / 1000 * tariffs.importPerMWh)
            }
            let price = (tariffs.fuels[fuel.index] ?? 0) / fuel.row.kWhPerPriced
            return (kWh * factor(fuel), 0, kWh * price)
        }
        let before = weight(lever.account, kWh)
        let after: (direct: Double, importKWh: Double, cost: Double) =
            switch lever.by {
            case .nothing: (0, 0, 0)
            case .electricity(let perKWh): weight(.gridImport, kWh * perKWh)
            // The same heat of combustion, each on its own calorific value.
            case .fuel(let fuel):
                weight(fuel.account, kWh * (lever.account.row.fuel?.row.netPerKWh ?? 1) / fuel.row.netPerKWh)
            }
        let savedDirect = before.direct - after.direct
        let importKWh = before.importKWh - after.importKWh
        let saved = savedDirect + importKWh * gridFactor
        let residual = method.factors.set(at: from).gridResidualMix.kilogramsPerKWh
        return LeverEffect(
            lever: lever, savedKg: saved, savedMarketKg: savedDirect + importKWh * residual,
            savedKgPerVehicle: perVehicle(saved),
            extraCost: after.cost - before.cost - savedDirect / 1000 * tariffs.carbonPerTonne)
    }
}
