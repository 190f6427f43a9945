import TwinCore

/// The routes that a plant's chart allows, each once, and where each of its lines goes.
struct LedgerPlan: Sendable {
    /// A line of the chart and its route.
    struct Way: Sendable {
        var line: Int
        var route: Int
    }

    /// A store's lines: what goes in, and what comes out.
    struct StoreWays: Sendable {
        var path: AssetPath
        var charge: Way?
        var discharge: Way?
    }

    /// Bays: what cars give comes back from what they charged, and beyond that from elsewhere.
    struct BayWays: Sendable {
        var path: AssetPath
        var charge: Way?
        /// Line of what they give, and its two routes.
        var discharge: (line: Int, returned: Int, brought: Int)?
    }

    /// Something that burns fuel, or takes electricity, and gives what a bus takes.
    struct ConverterWays: Sendable {
        /// Fuels, by line and route.
        var fuels: [Way] = []
        /// Its electricity.
        var loads: [Way] = []
        var outputs: [Way] = []
        /// Where the carbon goes of what it took for nothing.
        var idle: Int
        var makesElectricity = false
    }

    private(set) var routes: [LedgerRoute] = []
    private var places: [LedgerRoute: Int] = [:]
    private var incomingRoutes: [LedgerAccount: [Int]] = [:]
    /// Places of the routes that begin outside the site.
    private(set) var entering: [Int] = []

    // Electricity, sources.
    private(set) var renewables: [(way: Way, isPurchased: Bool)] = []
    private(set) var gridImport = 0
    // Electricity, uses in the order in which they take their share.
    private(set) var loads: [Way] = []
    private(set) var gridExport = 0
    private(set) var losses = 0
    private(set) var unmetered = 0
    private(set) var electricStores: [StoreWays] = []
    private(set) var bays: [BayWays] = []
    /// The loads of converters, in their order.
    private(set) var converterLoads: [(path: AssetPath, way: Way)] = []
    /// Lines of all that a meter tells is taken of the bus.
    private(set) var takers: [Int] = []
    // Fuels and heat.
    private(set) var converters: [AssetPath: ConverterWays] = [:]
    /// In the chart's order.
    private(set) var converterOrder: [AssetPath] = []
    private(set) var burners: [Way] = []
    /// What of a fuel no line tells.
    private(set) var fuelRests: [Int] = []
    private(set) var recovered: [Way] = []
    private(set) var heatStores: [StoreWays] = []
    private(set) var hotWater = 0
    private(set) var heatLosses = 0
    private(set) var hydrogen = 0
    // What is not energy, and not production.
    private(set) var others: [(line: String, route: Int)] = []
    /// Routes to sub-meters outside production, and back from them.
    private(set) var outside: [Int] = []
    private(set) var back: [Int] = []

    init(_ chart: Chart, _ terms: LedgerTerms) {
        planConverters(chart)
        planElectricity(chart, terms)
        planHeat(chart)
        converterLoads = converterOrder.flatMap { path in (converters[path]?.loads ?? []).map { (path, $0) } }
        let charges = electricStores.compactMap(\.charge) + bays.compactMap(\.charge)
        takers = (loads + converterLoads.map(\.way) + charges).map(\.line)
        fuelRests = Fuel.allCases.map { route(.source($0.account, nil), .use($0.account, nil)) }
        hydrogen = route(.bus(.hydrogen), .use(.hydrogenUses, nil))
        others = terms.otherLines.map { ($0, route(.other($0), .emitted($0))) }
        func isOutside(_ account: LedgerAccount) -> Bool {
            if case .use(_, let path?) = account { terms.outside.contains(path) } else { false }
        }
        outside = routes.indices.filter { isOutside(routes[$0].to) }
        back = routes.indices.filter { isOutside(routes[$0].from) }
    }

    /// Places of the routes that end in an account.
    func incoming(_ account: LedgerAccount) -> [Int] { incomingRoutes[account] ?? [] }

    /// The account of a line that comes from a source.
    func account(of way: Way) -> Account {
        if case .source(let account, _) = routes[way.route].from { account } else { .load }
    }

    private mutating func route(_ from: LedgerAccount, _ to: LedgerAccount) -> Int {
        let route = LedgerRoute(from, to)
        if let place = places[route] { return place }
        places[route] = routes.count
        incomingRoutes[to, default: []].append(routes.count)
        switch from {
        case .source, .vehicle, .other: entering.append(routes.count)
        case .converter, .bus, .store, .use, .emitted: break
        }
        routes.append(route)
        return routes.count - 1
    }

    /// The bus that an output of a converter goes to; nil for what stays where it is made, and for what is none.
    private static func output(_ meter: Meter) -> Bus? {
        switch meter.account {
        case .fuelcell, .chp: .electricity
        case .heatBoiler, .heatPump, .heatFuelcell, .heatChp, .heatBiomass: .heat
        case .heatElectric: meter.isInPlace ? nil : .heat
        case .hydrogenMade: .hydrogen
        default: nil
        }
    }

    private mutating func planConverters(_ chart: Chart) {
        for (line, meter) in chart.meters.enumerated() {
            guard let bus = LedgerPlan.output(meter) else { continue }
            let way = Way(line: line, route: route(.converter(meter.path), .bus(bus)))
            if converters[meter.path] == nil {
                converterOrder.append(meter.path)
                let idle = route(.converter(meter.path), .use(meter.account, meter.path))
                converters[meter.path] = ConverterWays(idle: idle)
            }
            converters[meter.path]?.outputs.append(way)
            if bus == .electricity { converters[meter.path]?.makesElectricity = true }
        }
        for (line, meter) in chart.meters.enumerated() where meter.account.row.fuel != nil {
            if converters[meter.path] != nil {
                let way = Way(line: line, route: route(.source(meter.account, meter.path), .converter(meter.path)))
                converters[meter.path]?.fuels.append(way)
            } else {
                let end = LedgerAccount.use(meter.account, meter.path)
                burners.append(Way(line: line, route: route(.source(meter.account, meter.path), end)))
            }
        }
    }

    private mutating func planElectricity(_ chart: Chart, _ terms: LedgerTerms) {
        let bus = LedgerAccount.bus(.electricity)
        for (line, meter) in chart.meters.enumerated() {
            switch meter.account {
            case .wind, .solar:
                let way = Way(line: line, route: route(.source(meter.account, meter.path), bus))
                renewables.append((way, terms.purchased.contains(meter.path)))
            case .load:
                // What generates electricity takes none from itself: its own use is one like any other.
                if converters[meter.path]?.makesElectricity == false {
                    let way = Way(line: line, route: route(bus, .converter(meter.path)))
                    converters[meter.path]?.loads.append(way)
                } else {
                    loads.append(Way(line: line, route: route(bus, .use(.load, meter.path))))
                }
            default: break
            }
        }
        gridImport = route(.source(.gridImport, chart.lines(of: .gridImport).first.map { chart.meters[$0].path }), bus)
        gridExport = route(bus, .use(.gridExport, nil))
        losses = route(bus, .use(.losses, nil))
        unmetered = route(bus, .use(.unmetered, nil))
        electricStores = stores(chart, charge: .storageCharge, discharge: .storageDischarge, bus)
        bays = chart.paths(of: [.bayCharge, .bayDischarge]).map { path in
            let end = LedgerAccount.use(.bayCharge, path)
            return BayWays(
                path: path,
                charge: chart.index(of: Meter(.bayCharge, path)).map { Way(line: $0, route: route(bus, end)) },
                discharge: chart.index(of: Meter(.bayDischarge, path)).map {
                    ($0, returned: route(end, bus), brought: route(.vehicle(path), bus))
                })
        }
    }

    private mutating func planHeat(_ chart: Chart) {
        let bus = LedgerAccount.bus(.heat)
        for line in chart.lines(of: .heatRecovered) {
            recovered.append(Way(line: line, route: route(.source(.heatRecovered, chart.meters[line].path), bus)))
        }
        heatStores = stores(chart, charge: .heatStoreCharge, discharge: .heatStoreDischarge, bus)
        hotWater = route(bus, .use(.heatDemand, nil))
        heatLosses = route(bus, .use(.heatLosses, nil))
    }

    private mutating func stores(
        _ chart: Chart, charge: Account, discharge: Account, _ bus: LedgerAccount
    ) -> [StoreWays] {
        chart.paths(of: [charge, discharge]).map { path in
            StoreWays(
                path: path,
                charge: chart.index(of: Meter(charge, path)).map { Way(line: $0, route: route(bus, .store(path))) },
                discharge: chart.index(of: Meter(discharge, path)).map {
                    Way(line: $0, route: route(.store(path), bus))
                })
        }
    }
}

extension Chart {
    /// The assets that have a line of one of these, each once, in the chart's order.
    fileprivate func paths(of accounts: [Account]) -> [AssetPath] {
        var seen = Set<AssetPath>()
        return meters.filter { accounts.contains($0.account) && seen.insert($0.path).inserted }.map(\.path)
    }
}
