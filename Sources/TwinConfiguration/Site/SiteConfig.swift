public import TwinBooks
public import TwinCore
public import TwinDispatch
public import TwinPlant

/// A whole site's configuration after validation: every value is usable as it is.
public struct SiteConfig: Sendable {
    public var site: String
    public var name: String
    public var zone: LocalZone
    public var stepS: Int
    public var lateness: Span

    public var weather: WeatherStation.Parameters
    public var location: SolarSite
    /// Everything that stands on the site, in the order of the kinds.
    public var assets: [PlantAsset]
    /// The hot-water network; nil for a site without one.
    public var network: HotWaterNetwork?
    public var grid: GridConnection.Parameters
    public var calendar: ProductionCalendar
    public var losses: LossFractions

    public var method: ReportMethod
    public var rules: DispatchRules
    /// Who decides, and what for.
    public var strategy = DispatchStrategy.optimiser
    public var objective: PlanObjective
    /// Whether forecasts are corrected by what is measured above what the models say.
    public var correctsForecasts = true
    public var gate: SafetyGate
    /// Largest change of a set-point in one step, as a share of the asset's rating.
    public var rampFractionPerStep: Double
    public var followToleranceFraction: Double
    public var balance: BalanceWatch.Rule
    /// Detectors that the configuration switched off.
    public var alarmsOff: Set<AlarmCode>
    /// Whether meters are held against what else tells of them; false only to measure what that costs.
    public var examinesMeters = true
    /// The simulated plant.
    public var truth: PlantTruth
    /// Where foreign messages have the plant's signals; nil for a plant that speaks our own dialect alone.
    public var signals: SignalMapping?
    /// What the plant was in years past; nil where nobody tells.
    public var history: PlantHistory?
    /// State of health of reused packs; nil where nobody graded them.
    public var packs: PackGrading?

    /// The files it was read from, by name relative to the configuration folder, and their hash.
    public var files: [(name: String, bytes: [UInt8])]
    public var hash: String

    /// Every asset that has a place in the plant.
    public var paths: Set<AssetPath> { Set(method.chart.meters.map(\.path) + assets.map(\.path)) }

    /// What the files say from later dates on, ascending; each is whole.
    public private(set) var later: [(from: PlantTime, config: SiteConfig)] = []

    public var step: Span { .seconds(Int64(stepS)) }

    /// Place of what holds at `time`: 0 for this configuration itself, then one more for each of `later`.
    public func epoch(at time: PlantTime) -> Int { later.prefix { $0.from <= time }.count }

    /// The configuration as it holds in an epoch.
    public func inForce(epoch: Int) -> SiteConfig {
        guard epoch > 0, let last = later.last else { return self }
        var config = epoch <= later.count ? later[epoch - 1].config : last.config
        // Prices are looked up by date in any epoch.
        config.method.tariffs = method.tariffs
        return config
    }

    /// Adds what holds from a local date on.
    mutating func change(to config: SiteConfig, on date: CivilDate) {
        let from = zone.instant(date)
        later.append((from, config))
        if let tariffs = config.method.tariffs.first?.value, tariffs != method.tariffs.last?.value {
            method.tariffs.append(Dated(tariffs, from: from))
        }
    }

    init(
        site: SiteSection, assets: AssetsSection, calendar: ProductionCalendar, method: ReportMethod,
        rules: DispatchRules, safety: SafetySection, truth: PlantTruth, files: [(name: String, bytes: [UInt8])]
    ) {
        self.site = site.id
        name = site.name
        zone = site.zone
        location = site.location
        stepS = site.stepS
        lateness = site.lateness
        weather = assets.weather
        self.assets = assets.assets
        network = assets.network
        grid = assets.grid
        losses = assets.losses
        packs = assets.packs
        self.calendar = calendar
        self.method = method
        self.rules = rules
        objective = PlanObjective(carbonPerTonne: rules.maxCostPerTonne)
        gate = safety.gate
        rampFractionPerStep = safety.rampFractionPerStep
        followToleranceFraction = safety.followToleranceFraction
        balance = safety.balance
        alarmsOff = safety.alarmsOff
        self.truth = truth
        self.files = files
        hash = contentHash(of: files)
    }
}
