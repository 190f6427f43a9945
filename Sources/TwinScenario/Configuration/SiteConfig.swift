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
    public var wind: [WindFarm.Parameters]
    public var shops: [Shops.Parameters]
    public var storage: [BatteryStorage.Parameters]
    public var grid: GridConnection.Parameters
    public var calendar: ProductionCalendar
    /// Share of the delivered power lost between bus and meters, as the twin assumes it.
    public var lossFraction: Double

    public var method: ReportMethod
    public var storageRule: StorageRule
    public var gate: SafetyGate
    public var followToleranceFraction: Double
    public var balance: BalanceWatch.Rule
    /// Detectors that the configuration switched off.
    public var alarmsOff: Set<AlarmCode>
    /// The simulated plant.
    public var truth: PlantTruth

    /// The files it was read from, by name relative to the configuration folder, and their hash.
    public var files: [(name: String, bytes: [UInt8])]
    public var hash: String

    public var step: Span { .seconds(Int64(stepS)) }

    public init(
        site: String, name: String, zone: LocalZone, stepS: Int, lateness: Span, weather: WeatherStation.Parameters,
        wind: [WindFarm.Parameters], shops: [Shops.Parameters], storage: [BatteryStorage.Parameters],
        grid: GridConnection.Parameters, calendar: ProductionCalendar, lossFraction: Double, method: ReportMethod,
        storageRule: StorageRule, gate: SafetyGate, followToleranceFraction: Double, balance: BalanceWatch.Rule,
        alarmsOff: Set<AlarmCode>, truth: PlantTruth, files: [(name: String, bytes: [UInt8])]
    ) {
        self.site = site
        self.name = name
        self.zone = zone
        self.stepS = stepS
        self.lateness = lateness
        self.weather = weather
        self.wind = wind
        self.shops = shops
        self.storage = storage
        self.grid = grid
        self.calendar = calendar
        self.lossFraction = lossFraction
        self.method = method
        self.storageRule = storageRule
        self.gate = gate
        self.followToleranceFraction = followToleranceFraction
        self.balance = balance
        self.alarmsOff = alarmsOff
        self.truth = truth
        self.files = files
        hash = contentHash(of: files)
    }
}
