public import TwinCore
public import TwinUnits

/// What a plant buys energy at; GBP per MWh and per tonne.
public struct Tariffs: Sendable, Hashable {
    public var currency: String
    public var importPerMWh: Double
    public var exportPerMWh: Double
    /// By `Fuel.index`, for the unit of the fuel's row; nil where nothing is said of a fuel.
    public var fuels: [Double?]
    public var carbonPerTonne: Double
    /// For each kW of the highest half hour of import in a calendar month; 0 where nothing is charged.
    public var demandPerKWMonth: Double
    /// Nil where none is agreed.
    public var agreedCapacity: AgreedCapacity?

    public init(
        currency: String, importPerMWh: Double, exportPerMWh: Double, fuels: [Double?], carbonPerTonne: Double,
        demandPerKWMonth: Double = 0, agreedCapacity: AgreedCapacity? = nil
    ) {
        self.currency = currency
        self.importPerMWh = importPerMWh
        self.exportPerMWh = exportPerMWh
        self.fuels = Fuel.allCases.map { $0.index < fuels.count ? fuels[$0.index] : nil }
        self.carbonPerTonne = carbonPerTonne
        self.demandPerKWMonth = demandPerKWMonth
        self.agreedCapacity = agreedCapacity
    }

    /// Of a calendar month in which `highestKW` was the highest half hour of import.
    public func connectionPerMonth(highestKW: Double) -> Double {
        let agreed = agreedCapacity.map {
            $0.kW * $0.perKWMonth + max(0, highestKW - $0.kW) * $0.excessPerKWMonth
        }
        return highestKW * demandPerKWMonth + (agreed ?? 0)
    }

    /// Whether the connection costs anything beside the energy that it carries.
    public var chargesConnection: Bool {
        demandPerKWMonth != 0 || agreedCapacity.map { $0.perKWMonth != 0 || $0.excessPerKWMonth != 0 } ?? false
    }
}

/// What a connection is held ready for: paid for whether it is used or not, and dearer above.
public struct AgreedCapacity: Sendable, Hashable {
    public var kW: Double
    /// Money for each agreed kW, and for each kW of the month's highest half hour above them.
    public var perKWMonth: Double
    public var excessPerKWMonth: Double

    public init(kW: Double, perKWMonth: Double, excessPerKWMonth: Double) {
        self.kW = kW
        self.perKWMonth = perKWMonth
        self.excessPerKWMonth = excessPerKWMonth
    }
}

/// 95 % half-widths as shares of the value.
public struct Uncertainty: Sendable, Hashable {
    public var electricityMeter: Double
    public var gasMeter: Double
    public var factors: Double
    /// Of energy that the model filled in.
    public var estimates: Double
    /// Of meters that have a class of their own: they err for themselves, where those of a site's class err alike.
    public var meters: [Meter: Double]

    public init(
        electricityMeter: Double, gasMeter: Double, factors: Double, estimates: Double, meters: [Meter: Double] = [:]
    ) {
        self.electricityMeter = electricityMeter
        self.gasMeter = gasMeter
        self.factors = factors
        self.estimates = estimates
        self.meters = meters
    }

    /// Half-width of a meter, as a share of what it tells.
    func fraction(of meter: Meter) -> Double {
        meters[meter] ?? (meter.account.row.bus == .fuel ? gasMeter : electricityMeter)
    }
}

/// The rules that turn rows into a report: all of them from the configuration.
public struct ReportMethod: Sendable {
    public enum Scope2: String, Sendable, CaseIterable { case location, market }

    public var site: String
    public var zone: LocalZone
    public var boundary: String
    public var scope2: Scope2
    public var factors: Factors
    /// Nil for a site that compares with no year.
    public var baseline: Baseline?
    public var targets: [Target]
    /// What dispatch is for, in a sentence; nil where nobody says.
    public var dispatch: String?
    /// The last year of which the calendar names closed days; nil for one that names none.
    public var closedDaysTo: Int?
    /// Ascending by date, not empty.
    public var tariffs: [Dated<Tariffs>]
    public var uncertainty: Uncertainty
    public var ledger = LedgerTerms()
    /// Nil for a site that pays nobody for what cars give back.
    public var vehicleGrid: VehicleGridTerms?
    /// Nil for a site that gives no vehicle a passport.
    public var passports: PassportTerms?
    /// What the plant could do next.
    public var levers: [Lever] = []
    /// The meters behind the accounts; an account without one prints as null.
    public var chart: Chart { didSet { accounts = chart.accounts } }
    public private(set) var accounts: Set<Account>

    /// - Precondition: `tariffs` is not empty.
    public init(
        site: String, zone: LocalZone, boundary: String, scope2: Scope2, factors: Factors, baseline: Baseline?,
        targets: [Target], tariffs: [Dated<Tariffs>], uncertainty: Uncertainty, chart: Chart
    ) {
        self.site = site
        self.zone = zone
        self.boundary = boundary
        self.scope2 = scope2
        self.factors = factors
        self.baseline = baseline
        self.targets = targets
        self.tariffs = tariffs
        self.uncertainty = uncertainty
        self.chart = chart
        accounts = chart.accounts
        precondition(!tariffs.isEmpty, "at least one tariff")
    }

    /// Below this outdoor temperature it is counted as heating, degC.
    public var heatingBaseC: Double { (baseline?.energy ?? .none).heatingBaseC }

    /// Of the newest tariffs, in which money is told.
    var currency: String { tariffs[tariffs.count - 1].value.currency }

    /// Place of the tariff that prices the period at `time`.
    func tariffIndex(at time: PlantTime) -> Int { tariffs.index(at: time) }

    /// The same rules for books that have lines of meters which are gone: they follow on those of the chart.
    public func covering(_ other: Chart) -> ReportMethod {
        var method = self
        method.chart = chart.joined([other])
        return method
    }
}

/// What of a summary does not come from the rows.
public struct RunFacts: Sendable, Hashable, Codable {
    public var stepS: Int
    public var mode: ControlMode
    public var loop: LoopKind
    /// The run's id; that of a recording of the simulated plant is a word of its own.
    public var run: String
    public var wallS = 0.0
    public var expectationsPassed = 0
    public var expectationsFailed = 0
    /// What was asked of the exchange with the grid, in the order in which it was heard; nil where nothing was.
    public var requests: [GridRequestRecord]?

    public init(stepS: Int, mode: ControlMode, loop: LoopKind, run: String = "") {
        self.stepS = stepS
        self.mode = mode
        self.loop = loop
        self.run = run
    }

    /// Whether telemetry came from models: nothing of it was measured.
    public var isSimulated: Bool { loop == .closed || run == Header.simulatedRun }
}

/// One run or window, as figures: a pure function of its rows. `json` is the contract's `summary/1`.
public struct Summary: Sendable {
    public let sum: WindowSum
    public var facts: RunFacts
    public let conditions: WindowConditions
    public let from: PlantTime
    public let to: PlantTime
    /// Of the groups of bays that are paid for it; rows do not have it, so whoever reads the signals adds it.
    public var connected: [AssetPath: ConnectedTime] = [:]

    /// Nil without a period.
    public init?(_ sum: WindowSum, facts: RunFacts) {
        guard let from = sum.from, let to = sum.to else { return nil }
        self.sum = sum
        self.facts = facts
        self.from = from
        self.to = to
        conditions = sum.conditions
    }

    /// - Precondition: rows ascend; at least one.
    public init(rows: [PeriodRow], method: ReportMethod, facts: RunFacts) {
        var sum = WindowSum(method)
        for row in rows { sum.add(row) }
        guard let summary = Summary(sum, facts: facts) else { preconditionFailure("a summary needs a period") }
        self = summary
    }

    public var method: ReportMethod { sum.method }
    /// What dispatch saved in the window; nil where nothing was commanded, or the rows are of a program that did not keep it.
    public var savedByDispatch: SavedByDispatch? { sum.savedByDispatch }
    public var carbon: CarbonSum { sum.carbon }
    public var steps: Int { Int(sum.steppedMs / (Int64(facts.stepS) * 1000)) }
    public var vehicles: Int { sum.vehicles }
    public var vehiclesModelled: Int { sum.vehiclesModelled }
    /// Vehicles by the model that the line named, by name; the rest stands last, as `unknown`.
    public var vehiclesByModel: [(model: String, count: Int)] {
        let named = sum.vehiclesByModel.sorted { $0.key < $1.key }.map { (model: $0.key, count: $0.value) }
        let unnamed = vehicles - named.reduce(0) { $0 + $1.count }
        return unnamed == 0 ? named : named + [(ModelMix.unknown, unnamed)]
    }
    public var digest: String { sum.chain.hex }
    /// True while a period of the window is partial or may still change.
    public var isProvisional: Bool { sum.isProvisional }

    public func energy(_ account: Account) -> Energy { sum[account].energy }

    /// The sets of the window's calendar years, each once.
    public var factorSets: [FactorSet] {
        let first = CivilDate(daysSinceEpoch: from.ms / 86_400_000).year
        let last = CivilDate(daysSinceEpoch: max(from, to - Span(ms: 1)).ms / 86_400_000).year
        return (first...max(first, last)).reduce(into: []) { sets, year in
            let set = method.factors.set(year: year)
            if sets.last?.id != set.id { sets.append(set) }
        }
    }

    /// `uk-2024+uk-2025`.
    public var factorSetID: String { factorSets.map(\.id).joined(separator: "+") }

    /// kg/kWh as the window's half hours came to: over two calendar years a mean of their sets.
    public var gridFactor: Double {
        let kWh = energy(.gridImport).kilowattHours
        return kWh > 0
            ? sum.boughtLocation.kilograms / kWh : method.factors.set(at: from).gridGeneration.kilogramsPerKWh
    }

    public func factor(_ fuel: Fuel) -> Double {
        let kWh = energy(fuel.account).kilowattHours
        let direct = sum.direct[fuel.index].kilograms
        return kWh > 0 ? direct / kWh : method.factors.set(at: from)[fuel].direct.kilogramsPerKWh
    }

    /// kWh; nil for an account without an asset.
    public func kWh(_ account: Account) -> Double? {
        method.accounts.contains(account) ? energy(account).kilowattHours : nil
    }

    public var counts: Counts { sum.counts }
    public var commands: CommandCounts { sum.commands }
    public var gaps: Int { sum.gaps }

    public var alarms: [(code: String, count: Int)] {
        sum.alarms.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// 0 when all that a bus was given is accounted for, kWh.
    public func balanceErrorKWh(_ bus: Bus) -> Double {
        (energy(bus.sheet.sources) - energy(bus.sheet.uses)).kilowattHours
    }

    public func energy(_ accounts: [Account]) -> Energy { accounts.reduce(.zero) { $0 + energy($1) } }

    /// Energy of one meter's line.
    public func energy(line: Int) -> Energy { sum.energy(line: line) }

    /// Litres of a fuel; nil for one that the site does not burn or that is not told in litres.
    public func litres(_ fuel: Fuel) -> Double? {
        fuel.row.kWhPerLitre.flatMap { perLitre in kWh(fuel.account).map { $0 / perLitre } }
    }

    /// Fuels that the site burns.
    public var fuels: [Fuel] { Fuel.allCases.filter { method.accounts.contains($0.account) } }

    /// Own wind and sun that was used on site, over all electricity that was.
    public var renewableShare: Double? { sum.renewableShare }
}
