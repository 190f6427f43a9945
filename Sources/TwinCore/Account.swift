public import TwinUnits

/// The accounts of the books, in their written order; energies are not negative, but for
/// `unmetered`, the own use of a standing wind farm, and a heat demand that is the remainder of wrong meters.
public enum Account: String, Sendable, Hashable, Codable, CaseIterable {
    case wind, solar, fuelcell
    case storageDischarge = "storage_discharge"
    case storageCharge = "storage_charge"
    case bayCharge = "bay_charge"
    case bayDischarge = "bay_discharge"
    case gridImport = "grid_import"
    case gridExport = "grid_export"
    case load, losses, unmetered, curtailed
    /// Natural gas, gross calorific value.
    case gas
    /// Bioethanol, net calorific value.
    case ethanol
    // Useful heat by source, then where it went; the ten balance as the electricity does.
    case heatBoiler = "boiler"
    case heatDirectFired = "direct_fired"
    case heatPump = "heat_pump"
    case heatElectric = "electric"
    case heatFuelcell = "heat_fuelcell"
    case heatRecovered = "recovered"
    case heatStoreCharge = "store_charge"
    case heatStoreDischarge = "store_discharge"
    case heatDemand = "demand"
    case heatLosses = "heat_losses"

    public static let electricity: [Account] = [
        .wind, .solar, .fuelcell, .storageDischarge, .storageCharge, .bayCharge, .bayDischarge, .gridImport,
        .gridExport, .load, .losses, .unmetered, .curtailed,
    ]
    public static let heat: [Account] = [
        .heatBoiler, .heatDirectFired, .heatPump, .heatElectric, .heatFuelcell, .heatRecovered, .heatStoreCharge,
        .heatStoreDischarge, .heatDemand, .heatLosses,
    ]

    /// Its key in the summary's object; unlike the raw value it is unique only there.
    public var summaryKey: String {
        switch self {
        case .heatFuelcell: "fuelcell"
        case .heatLosses: "losses"
        default: rawValue
        }
    }

    /// Its place in the written order. The books ask for it dozens of times a tick, so it is not looked up.
    public var index: Int {
        switch self {
        case .wind: 0
        case .solar: 1
        case .fuelcell: 2
        case .storageDischarge: 3
        case .storageCharge: 4
        case .bayCharge: 5
        case .bayDischarge: 6
        case .gridImport: 7
        case .gridExport: 8
        case .load: 9
        case .losses: 10
        case .unmetered: 11
        case .curtailed: 12
        case .gas: 13
        case .ethanol: 14
        case .heatBoiler: 15
        case .heatDirectFired: 16
        case .heatPump: 17
        case .heatElectric: 18
        case .heatFuelcell: 19
        case .heatRecovered: 20
        case .heatStoreCharge: 21
        case .heatStoreDischarge: 22
        case .heatDemand: 23
        case .heatLosses: 24
        }
    }

    /// Without this the letters of the raw value would be hashed.
    public func hash(into hasher: inout Hasher) { hasher.combine(index) }
}

/// An asset's place in the plant: `storage/string-1`.
public struct AssetPath: Sendable, Hashable, Codable, CodingKeyRepresentable, Comparable {
    public var area: Area
    public var asset: String

    public init(_ area: Area, _ asset: String) {
        self.area = area
        self.asset = asset
    }

    public var text: String { "\(area.rawValue)/\(asset)" }

    /// Nil for what is not `area/asset`.
    public init?(text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let area = Area(rawValue: String(parts[0])), Topic.isAssetID(parts[1]) else {
            return nil
        }
        self.init(area, String(parts[1]))
    }

    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// As a key of a dictionary it is its text, so that an encoder can sort by it.
    public var codingKey: any CodingKey { Key(stringValue: text) }

    public init?(codingKey: some CodingKey) { self.init(text: codingKey.stringValue) }

    public static func == (a: AssetPath, b: AssetPath) -> Bool { a.asset == b.asset && a.area == b.area }

    /// By the name alone, which areas seldom share: paths are looked up thousands of times a tick.
    public func hash(into hasher: inout Hasher) { hasher.combine(asset) }

    public static func < (a: AssetPath, b: AssetPath) -> Bool { (a.area, a.asset) < (b.area, b.asset) }
}

/// One line of the books: an account, and the asset whose meter feeds it.
public struct Meter: Sendable, Hashable, Codable {
    public var account: Account
    public var path: AssetPath

    public init(_ account: Account, _ path: AssetPath) {
        self.account = account
        self.path = path
    }

    public init(_ account: Account, _ area: Area, _ asset: String) {
        self.init(account, AssetPath(area, asset))
    }
}

/// What one tick put on one meter's line, and how much of the tick was measured.
public struct Cell: Sendable, Hashable {
    /// Start of the tick.
    public var tick: PlantTime
    public var meter: Meter
    public var energy: Energy
    /// Part of the tick that readings cover, ms.
    public var measuredMs: Int64
    /// Part that the model fills, ms; the rest of the tick is missing.
    public var estimatedMs: Int64

    public init(tick: PlantTime, meter: Meter, energy: Energy, measuredMs: Int64, estimatedMs: Int64) {
        self.tick = tick
        self.meter = meter
        self.energy = energy
        self.measuredMs = measuredMs
        self.estimatedMs = estimatedMs
    }
}

/// The grid's carbon intensity over one settlement period, as far as readings cover it.
public struct PeriodIntensity: Sendable, Hashable {
    public var period: PlantTime
    public var factor: EmissionFactor
    public var coveredMs: Int64

    public init(period: PlantTime, factor: EmissionFactor, coveredMs: Int64) {
        self.period = period
        self.factor = factor
        self.coveredMs = coveredMs
    }
}

/// Settlement periods lie on UTC half hours.
public let settlementPeriod = Span.minutes(30)
