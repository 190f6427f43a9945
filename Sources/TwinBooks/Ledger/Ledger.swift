public import TwinCore
public import TwinUnits

/// What the ledger needs to know of a site beyond its chart and factors.
public struct LedgerTerms: Sendable {
    /// Of electricity and hot water; a store that is not named gives back what it takes, without a bound.
    public var stores: [AssetPath: StoreTerms]
    /// Wind and sun of others over a private wire, of whose certificates the site has none.
    public var purchased: Set<AssetPath>
    public var certificates: [Certificate] = []
    public var others: [OtherEmission] = []
    /// Sub-meters of what is on the site and no production: tenants, partners, the cars of the staff.
    public var outside: Set<AssetPath> = []
    /// How wind and sun go to partners; nil for a site that shares with nobody.
    public var sharing: SharingTerms?

    public init(stores: [AssetPath: StoreTerms] = [:], purchased: Set<AssetPath> = []) {
        self.stores = stores
        self.purchased = purchased
    }

    /// Lines of other emissions, each once, in their order.
    var otherLines: [String] {
        others.reduce(into: []) { lines, other in
            if !lines.contains(other.line) { lines.append(other.line) }
        }
    }
}

/// What a half hour leaves to the next: all that the ledger knows of the time before.
public struct LedgerCarry: Sendable, Hashable {
    public var memories: [AssetPath: StoreMemory] = [:]

    public init() {}
}

/// The carbon of a half hour from where it enters the site to where it ends, in double entry.
///
/// A second pass over rows of the books: it runs forward, and all it knows of the past lies in its carry. On each bus
/// everything that is taken has the mix of what is given, to the microgram; what no meter tells has its share too. What
/// comes in is what ends somewhere and what lies in stores, exactly.
public struct Ledger: Sendable {
    private let factors: Factors
    private let terms: LedgerTerms
    private let plan: LedgerPlan
    public private(set) var carry: LedgerCarry
    /// Along each of `routes`, of the last row.
    public private(set) var flows: [LedgerFlow]

    /// - Parameter carry: of the row before the first; empty at a site's beginning.
    public init(_ chart: Chart, _ factors: Factors, _ terms: LedgerTerms, carry: LedgerCarry = LedgerCarry()) {
        (self.factors, self.terms, self.carry) = (factors, terms, carry)
        plan = LedgerPlan(chart, terms)
        flows = plan.routes.map { _ in LedgerFlow() }
    }

    public var routes: [LedgerRoute] { plan.routes }

    func factorSet(at time: PlantTime) -> String { factors.set(at: time).id }

    /// What entered the site in the last row: Scope 1, and Scope 2 as it is counted at the meter.
    public var entered: Carbon { plan.entering.reduce(.zero) { $0 + flows[$1].carbon } }

    /// Of it what tenants and others took, who are no part of production.
    public var outside: Carbon {
        plan.outside.reduce(.zero) { $0 + flows[$1].carbon } - plan.back.reduce(.zero) { $0 + flows[$1].carbon }
    }

    /// Of it what no meter of energy tells.
    public var others: Emissions { plan.others.reduce(.zero) { $0 + flows[$1.route].carbon[.scope1] } }

    /// What lies in stores. What cars took along is used, and remembered for their return alone.
    public var stored: Carbon {
        (plan.electricStores + plan.heatStores).reduce(.zero) { $0 + (carry.memories[$1.path]?.carbon ?? .zero) }
    }

    /// Books a row; rows ascend, and their meters are those of the chart.
    public mutating func add(_ row: PeriodRow) {
        for place in flows.indices { flows[place] = LedgerFlow() }
        let set = factors.set(at: row.start)
        let grid = Grid(set, row.intensity)
        var inside = burn(row, set)
        for path in plan.converterOrder where plan.converters[path]?.makesElectricity == true {
            convert(path, inside[path] ?? .zero, row)
        }
        bookElectricity(row, grid, &inside)
        for path in plan.converterOrder where plan.converters[path]?.makesElectricity == false {
            convert(path, inside[path] ?? .zero, row)
        }
        bookHeat(row)
        let hydrogen = mix(into: .bus(.hydrogen))
        post(plan.hydrogen, row[.hydrogenUses].energy, hydrogen.carbon)
        for (line, route) in plan.others {
            let amount = terms.others.reduce(Emissions.zero) { $1.line == line ? $0 + $1.part(of: row) : $0 }
            post(route, .zero, Carbon { [.scope1, .scope1Certified].contains($0) ? amount : .zero })
        }
    }

    private mutating func post(_ route: Int, _ energy: Energy, _ carbon: Carbon) {
        flows[route].energy += energy
        flows[route].carbon += carbon
    }

    /// All that was posted into an account so far.
    private func mix(into account: LedgerAccount) -> LedgerFlow {
        plan.incoming(account).reduce(LedgerFlow()) { $0 + flows[$1] }
    }

    // MARK: - Fuels

    /// What the grid's electricity carries in a half hour.
    private struct Grid {
        let year, halfHour, residual, losses, chain: EmissionFactor

        init(_ set: FactorSet, _ intensity: EmissionFactor?) {
            (year, residual) = (set.gridGeneration, set.gridResidualMix)
            (losses, chain) = (set.gridLosses, set.gridUpstream)
            // A half hour without an intensity has the year's.
            halfHour = intensity ?? set.gridGeneration
        }

        /// - Parameter use: what certificates cover of it.
        func bought(_ energy: Energy, _ use: CertificateUse = CertificateUse()) -> Carbon {
            Carbon { part in
                switch part {
                case .scope1, .scope1Certified, .biogenic: .zero
                case .upstream: energy * losses + energy * chain
                case .location: energy * year
                case .locationHalfHourly: energy * halfHour
                case .market: (energy - use.covered) * residual
                case .marketHalfHourly: (energy - use.atOnce) * residual
                }
            }
        }

        /// Of wind or sun over a private wire, whose certificates were sold: nothing by place, the residual mix by contract.
        func uncertified(_ energy: Energy) -> Carbon {
            Carbon { [.market, .marketHalfHourly].contains($0) ? energy * residual : .zero }
        }
    }

    /// Posts the fuels; what converters burnt comes back by path. An account's carbon is rounded once.
    private mutating func burn(_ row: PeriodRow, _ set: FactorSet) -> [AssetPath: Carbon] {
        var inside: [AssetPath: Carbon] = [:]
        var shares = Fuel.allCases.map { fuel in
            let energy = row[fuel.account].energy
            var carbon = Carbon(energy, set[fuel])
            if fuel == .gas, !terms.certificates.isEmpty {
                let covered = terms.use(.gas, for: energy, row).covered
                carbon += Carbon(certified: covered, set)
            }
            return CarbonShare(carbon, over: Int128(energy.wattSeconds))
        }
        func take(_ way: LedgerPlan.Way, _ account: Account) -> (energy: Energy, carbon: Carbon)? {
            guard let fuel = account.row.fuel else { return nil }
            let energy = row.meter(way.line)
            return (energy, shares[fuel.index].next(energy))
        }
        for path in plan.converterOrder {
            for way in plan.converters[path]?.fuels ?? [] {
                guard let burnt = take(way, plan.account(of: way)) else { continue }
                post(way.route, burnt.energy, burnt.carbon)
                inside[path, default: .zero] += burnt.carbon
            }
        }
        for way in plan.burners {
            guard let burnt = take(way, plan.account(of: way)) else { continue }
            post(way.route, burnt.energy, burnt.carbon)
        }
        for (index, share) in shares.enumerated() where share.rest != .zero {
            post(plan.fuelRests[index], .zero, share.rest)
        }
        return inside
    }

    /// Shares what is in a converter out over what it gave.
    private mutating func convert(_ path: AssetPath, _ carbon: Carbon, _ row: PeriodRow) {
        guard let ways = plan.converters[path] else { return }
        let given = ways.outputs.map { row.meter($0.line) }
        var share = CarbonShare(carbon, over: given.reduce(0) { $0 + Int128($1.wattSeconds) })
        for (way, energy) in zip(ways.outputs, given) { post(way.route, energy, share.next(energy)) }
        if share.rest != .zero { post(ways.idle, .zero, share.rest) }
    }

    // MARK: - Electricity

    private mutating func bookElectricity(_ row: PeriodRow, _ grid: Grid, _ inside: inout [AssetPath: Carbon]) {
        for (way, isPurchased) in plan.renewables {
            let energy = row.meter(way.line)
            post(way.route, energy, isPurchased ? grid.uncertified(energy) : .zero)
        }
        for store in plan.electricStores { empty(store, row) }
        for bay in plan.bays { give(bay, row, grid) }
        let imported = row[.gridImport].energy
        let use = terms.use(.electricity, for: imported, row)
        post(plan.gridImport, imported, grid.bought(imported, use))

        let supplied = mix(into: .bus(.electricity)).carbon
        let accounts = [plan.gridExport, plan.losses, plan.unmetered]
        let energies = [Account.gridExport, .losses, .unmetered].map { row[$0].energy }
        let taken =
            plan.takers.reduce(0) { $0 + Int128(row.meter($1).wattSeconds) }
            + energies.reduce(0) { $0 + Int128($1.wattSeconds) }
        var share = CarbonShare(supplied, over: taken)
        for way in plan.loads { post(way.route, row.meter(way.line), share.next(row.meter(way.line))) }
        for (path, way) in plan.converterLoads {
            let carbon = share.next(row.meter(way.line))
            post(way.route, row.meter(way.line), carbon)
            inside[path, default: .zero] += carbon
        }
        for store in plan.electricStores { fill(store, row, &share) }
        for bay in plan.bays { charge(bay, row, &share) }
        for (route, energy) in zip(accounts, energies) { post(route, energy, share.next(energy)) }
        if share.rest != .zero { post(plan.unmetered, .zero, share.rest) }
    }

    private mutating func charge(_ bay: LedgerPlan.BayWays, _ row: PeriodRow, _ share: inout CarbonShare) {
        guard let way = bay.charge else { return }
        let energy = row.meter(way.line)
        let carbon = share.next(energy)
        post(way.route, energy, carbon)
        carry.memories[bay.path, default: StoreMemory()]
            .charge(energy, carbon, terms.stores[bay.path] ?? StoreTerms.lossless)
    }

    /// What cars give is first what they charged here; what they brought counts as bought.
    private mutating func give(_ bay: LedgerPlan.BayWays, _ row: PeriodRow, _ grid: Grid) {
        guard let (line, returned, brought) = bay.discharge else { return }
        let energy = row.meter(line)
        let own = min(energy, carry.memories[bay.path]?.content ?? .zero)
        let carbon = carry.memories[bay.path, default: StoreMemory()].discharge(own)
        post(returned, own, carbon)
        post(brought, energy - own, grid.bought(energy - own))
    }

    // MARK: - Stores and heat

    private mutating func empty(_ store: LedgerPlan.StoreWays, _ row: PeriodRow) {
        guard let way = store.discharge else { return }
        let energy = row.meter(way.line)
        post(way.route, energy, carry.memories[store.path, default: StoreMemory()].discharge(energy))
    }

    private mutating func fill(_ store: LedgerPlan.StoreWays, _ row: PeriodRow, _ share: inout CarbonShare) {
        guard let way = store.charge else { return }
        let energy = row.meter(way.line)
        let carbon = share.next(energy)
        post(way.route, energy, carbon)
        carry.memories[store.path, default: StoreMemory()]
            .charge(energy, carbon, terms.stores[store.path] ?? StoreTerms.lossless)
    }

    private mutating func bookHeat(_ row: PeriodRow) {
        for way in plan.recovered { post(way.route, row.meter(way.line), .zero) }
        for store in plan.heatStores { empty(store, row) }
        let supplied = mix(into: .bus(.heat))
        var share = CarbonShare(supplied.carbon, over: Int128(supplied.energy.wattSeconds))
        for store in plan.heatStores { fill(store, row, &share) }
        let lost = row[.heatLosses].energy
        post(plan.heatLosses, lost, share.next(lost))
        let stored = plan.heatStores.compactMap(\.charge).reduce(.zero) { $0 + row.meter($1.line) }
        let used = supplied.energy - stored - lost
        post(plan.hotWater, used, share.next(used))
        if share.rest != .zero { post(plan.hotWater, .zero, share.rest) }
    }
}

extension Carbon {
    /// What Scope 1 with certificates has less where gas counts as biomethane: the same heat of combustion.
    init(certified gas: Energy, _ set: FactorSet) {
        let net = Energy(roundingWattSeconds: Double(gas.wattSeconds) * Fuel.gas.row.netPerKWh)
        self.init { $0 == .scope1Certified ? net * set[.biomethane].direct - gas * set[.gas].direct : .zero }
    }

    /// What burning a fuel emits.
    init(_ energy: Energy, _ factors: FuelFactors) {
        self.init { part in
            switch part {
            case .scope1, .scope1Certified: energy * factors.direct
            case .biogenic: energy * factors.biogenic
            case .upstream: energy * factors.upstream
            case .location, .market, .locationHalfHourly, .marketHalfHourly: .zero
            }
        }
    }
}
