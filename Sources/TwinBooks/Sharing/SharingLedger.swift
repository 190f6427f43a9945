public import TwinCore
public import TwinUnits

/// What one taker of the site's electricity had in a window, by the rule and by the mix.
public struct SharingLine: Sendable, Hashable {
    /// All that he took.
    public var taken = Energy.zero
    /// Of it the site's own wind and sun as the rule gives it, and as the mix of the bus has it.
    public var renewable = Energy.zero
    public var renewableByMix = Energy.zero
    /// Of it import from the grid, by the rule.
    public var grid = Energy.zero
    /// What all of it carries.
    public var carbon = Carbon.zero
    public var carbonByMix = Carbon.zero
    /// What the same wind and sun would have cost as import, in the tariffs' currency.
    public var renewableAtImportPrice = 0.0

    public init() {}

    /// Of it what fuel cells, engines, stores and cars gave.
    public var other: Energy { taken - renewable - grid }

    static func + (a: SharingLine, b: SharingLine) -> SharingLine {
        var sum = a
        sum.taken += b.taken
        sum.renewable += b.renewable
        sum.renewableByMix += b.renewableByMix
        sum.grid += b.grid
        sum.carbon += b.carbon
        sum.carbonByMix += b.carbonByMix
        sum.renewableAtImportPrice += b.renewableAtImportPrice
        return sum
    }
}

/// The site's electricity shared out among the plant and its partners, half hour by half hour.
///
/// It stands beside the ledger and changes nothing in it. Wind and sun go by the rule of the contract, with what they
/// carry; all else that the bus was given goes to what each still takes, in one mix. So a rule moves carbon from one to
/// another, and never changes what all of them have together.
///
/// A store is the plant's: what it is charged with is the plant's use, and what it gives is another source, with the
/// carbon that the ledger remembers. What went through a store is not shared out a second time.
public struct SharingLedger: Sendable {
    public let terms: SharingTerms
    /// By partner, in the order of the terms.
    public private(set) var partners: [SharingLine]
    /// What stands outside production and has no part in the sharing.
    public private(set) var others = SharingLine()
    /// Its shops, converters, charging, losses, and what no meter tells.
    public private(set) var plant = SharingLine()
    /// What left the site. Its carbon stays in the figure of production, as it does without sharing.
    public private(set) var export = SharingLine()
    /// The site's wind and sun.
    public private(set) var generation = Energy.zero
    public private(set) var halfHours = 0

    /// Places of the ledger's routes into the bus: wind and sun, import, and all.
    private let renewableRoutes: [Int]
    private let importRoutes: [Int]
    private let supplyRoutes: [Int]
    /// And out of it, by taker: partners, others, export.
    private let partnerRoutes: [[Int]]
    private let otherRoutes: [Int]
    private let exportRoutes: [Int]

    /// - Parameters:
    ///   - ledger: whose rows are shared out.
    ///   - outside: sub-meters of what is no production.
    public init(_ terms: SharingTerms, _ ledger: Ledger, outside: Set<AssetPath>) {
        self.terms = terms
        partners = terms.partners.map { _ in SharingLine() }
        let routes = ledger.routes
        func places(_ holds: (LedgerRoute) -> Bool) -> [Int] { routes.indices.filter { holds(routes[$0]) } }
        func user(_ route: LedgerRoute) -> AssetPath? {
            guard route.from == .bus(.electricity), case .use(_, let path) = route.to else { return nil }
            return path
        }
        func source(_ route: LedgerRoute) -> Account? {
            guard route.to == .bus(.electricity), case .source(let account, _) = route.from else { return nil }
            return account
        }
        supplyRoutes = places { $0.to == .bus(.electricity) }
        renewableRoutes = places { source($0) == .wind || source($0) == .solar }
        importRoutes = places { source($0) == .gridImport }
        exportRoutes = places { $0.from == .bus(.electricity) && $0.to == .use(.gridExport, nil) }
        partnerRoutes = terms.partners.map { partner in places { user($0).map(partner.assets.contains) ?? false } }
        let sharing = Set(terms.partners.flatMap(\.assets))
        otherRoutes = places { user($0).map { outside.contains($0) && !sharing.contains($0) } ?? false }
    }

    /// Shares out the row that the ledger booked last.
    /// - Parameter importPerMWh: what import costs in it.
    public mutating func add(_ ledger: Ledger, importPerMWh: Double) {
        func sum(_ places: [Int]) -> LedgerFlow { places.reduce(LedgerFlow()) { $0 + ledger.flows[$1] } }
        let supply = sum(supplyRoutes)
        let used = partnerRoutes.map(sum) + [sum(otherRoutes)]
        let exported = sum(exportRoutes)
        // The plant is all that remains: whatever meters tell, the parts come to the whole.
        let rest = (used + [exported]).reduce(supply) {
            LedgerFlow(energy: $0.energy - $1.energy, carbon: $0.carbon - $1.carbon)
        }
        let takers = used + [rest, exported]
        let own = sum(renewableRoutes)
        let lines = lines(takers, supply, own, imported: sum(importRoutes).energy)
        for (place, line) in lines.enumerated() {
            var line = line
            line.renewableAtImportPrice = line.renewable.kilowattHours / 1000 * importPerMWh
            switch place - partners.count {
            case 0: others = others + line
            case 1: plant = plant + line
            case 2: export = export + line
            default: partners[place] = partners[place] + line
            }
        }
        generation += max(.zero, own.energy)
        halfHours += 1
    }

    /// One half hour by taker: partners, others, the plant, export.
    private func lines(
        _ takers: [LedgerFlow], _ supply: LedgerFlow, _ own: LedgerFlow, imported: Energy
    ) -> [SharingLine] {
        // At night an inverter may take more than it gives: then there is no sun to share out.
        let sun = own.energy > .zero ? own : LedgerFlow()
        let taken = takers.map(\.energy)
        func given(_ rule: SharingTerms.Rule) -> [Energy] {
            SharedGeneration(rule, sun.energy, taken: taken, sharesPPM: terms.partners.map(\.sharePPM)).given
        }
        let byMix = given(.proRata)
        let byRule = terms.rule == .proRata ? byMix : given(terms.rule)
        let without = supply.energy - sun.energy
        var bought = EnergyShare(imported, over: Int128(without.wattSeconds))
        var sunCarbon = CarbonShare(sun.carbon, over: Int128(sun.energy.wattSeconds))
        var otherCarbon = CarbonShare(supply.carbon - sun.carbon, over: Int128(without.wattSeconds))
        var lines = takers.indices.map { place in
            var line = SharingLine()
            line.taken = taken[place]
            line.renewable = byRule[place]
            line.renewableByMix = byMix[place]
            line.grid = bought.next(line.taken - line.renewable)
            line.carbonByMix = takers[place].carbon
            let carbon = sunCarbon.next(line.renewable) + otherCarbon.next(line.taken - line.renewable)
            // The mix of the bus is what the ledger booked, to the last microgram.
            line.carbon = terms.rule == .proRata ? line.carbonByMix : carbon
            return line
        }
        if terms.rule != .proRata { lines[partners.count + 1].carbon += sunCarbon.rest + otherCarbon.rest }
        return lines
    }

    /// Whether anything stands outside production that has no part in the sharing.
    public var hasOthers: Bool { !otherRoutes.isEmpty }

    /// All takers together: what the bus was given.
    public var site: SharingLine { partners.reduce(others + plant + export, +) }

    /// What the rule moves into the figure of production, of which export is a part; negative where it moves out.
    public var movedIntoProduction: Carbon {
        plant.carbon + export.carbon - plant.carbonByMix - export.carbonByMix
    }
}

/// Hands out energy to those who take of a whole, so that the parts come to it.
private struct EnergyShare {
    private let energy: Int128
    private let whole: Int128
    private var taken: Int128 = 0
    private var given: Int128 = 0

    init(_ energy: Energy, over whole: Int128) { (self.energy, self.whole) = (Int128(energy.wattSeconds), whole) }

    mutating func next(_ part: Energy) -> Energy {
        guard whole != 0 else { return .zero }
        taken += Int128(part.wattSeconds)
        let due = energy.portion(taken, of: whole)
        defer { given = due }
        return Energy(wattSeconds: Int64(clamping: due - given))
    }
}
