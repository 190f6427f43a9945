/// An account of the books. All that a balance, a report or a store needs to know of one stands in its row.
///
/// The order is that of the digest and of checkpoints: a new account goes to the end, with its row.
public enum Account: Int, Sendable, Hashable, CaseIterable {
    case wind, solar, fuelcell, storageDischarge, storageCharge, bayCharge, bayDischarge, gridImport, gridExport, load
    case losses, unmetered, curtailed
    case gas, ethanol
    case heatBoiler, heatDirectFired, heatPump, heatElectric, heatFuelcell, heatRecovered
    case heatStoreCharge, heatStoreDischarge, heatDemand, heatLosses
    case biomass, biomethane
    case heatBiomass
    case chp, heatChp
    case hydrogenMade, hydrogenUses
    case gasMain

    /// The compiler asks for the row of a new account here.
    private var definition: AccountRow {
        switch self {
        case .wind: AccountRow("wind", .electricity, .generated, "wind")
        case .solar: AccountRow("solar", .electricity, .generated, "solar")
        case .fuelcell: AccountRow("fuelcell", .electricity, .generated, "fuel cell")
        case .storageDischarge: AccountRow("storage_discharge", .electricity, .discharged, "storage")
        case .storageCharge: AccountRow("storage_charge", .electricity, .stored, "storage")
        case .bayCharge: AccountRow("bay_charge", .electricity, .stored, "vehicles")
        case .bayDischarge: AccountRow("bay_discharge", .electricity, .discharged, "vehicles")
        case .gridImport: AccountRow("grid_import", .electricity, .imported, "grid import")
        case .gridExport: AccountRow("grid_export", .electricity, .exported, "grid export")
        case .load: AccountRow("load", .electricity, .consumed, "shops and heat")
        case .losses: AccountRow("losses", .electricity, .lost, "losses")
        case .unmetered: AccountRow("unmetered", .electricity, .remainder, "unmetered")
        case .curtailed: AccountRow("curtailed", .electricity, .memo, "curtailed")
        case .gas: AccountRow("gas", .fuel, .imported, "gas", fuel: .gas)
        case .ethanol: AccountRow("ethanol", .fuel, .imported, "ethanol", fuel: .ethanol)
        case .heatBoiler: AccountRow("boiler", .heat, .generated, "boilers")
        case .heatDirectFired: AccountRow("direct_fired", .heat, .generated, "burners")
        case .heatPump: AccountRow("heat_pump", .heat, .generated, "heat pump")
        case .heatElectric: AccountRow("electric", .heat, .generated, "electric")
        case .heatFuelcell: AccountRow("heat_fuelcell", .heat, .generated, "fuel cell", key: "fuelcell")
        case .heatRecovered: AccountRow("recovered", .heat, .generated, "recovered")
        case .heatStoreCharge: AccountRow("store_charge", .heat, .stored, "store")
        case .heatStoreDischarge: AccountRow("store_discharge", .heat, .discharged, "store")
        case .heatDemand: AccountRow("demand", .heat, .remainder, "uses")
        case .heatLosses: AccountRow("heat_losses", .heat, .lost, "losses", key: "losses")
        case .biomass: AccountRow("biomass", .fuel, .imported, "biomass", fuel: .biomass)
        case .biomethane: AccountRow("biomethane", .fuel, .imported, "biomethane", fuel: .biomethane)
        case .hydrogenMade: AccountRow("hydrogen_made", .hydrogen, .generated, "electrolyser", key: "made")
        case .hydrogenUses: AccountRow("hydrogen_uses", .hydrogen, .remainder, "uses", key: "uses")
        case .chp: AccountRow("chp", .electricity, .generated, "heat and power")
        case .heatChp: AccountRow("heat_chp", .heat, .generated, "heat and power", key: "chp")
        case .heatBiomass: AccountRow("heat_biomass", .heat, .generated, "biomass boiler", key: "biomass")
        // What burners and boilers tell is the gas that counts; its main meter only holds a total against them.
        case .gasMain: AccountRow("gas_main", .fuel, .memo, "gas main")
        }
    }

    /// How many there were at first: nothing that was ever written has fewer.
    public static let firstCount = 25

    /// Every row, by `index`.
    public static let rows = allCases.map(\.definition)
    private static let byName = Dictionary(uniqueKeysWithValues: zip(rows.map(\.name), allCases))

    /// Its place in the written order.
    public var index: Int { rawValue }
    public var row: AccountRow { Account.rows[rawValue] }
    /// What it is called in files and stores.
    public var name: String { row.name }

    /// Nil for what is no account's name.
    public init?(name: some StringProtocol) {
        guard let account = Account.byName[String(name)] else { return nil }
        self = account
    }
}

/// An account is kept by name: places may not mean the same to the next build.
extension Account: Codable {
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let name = try container.decode(String.self)
        guard let account = Account(name: name) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no account \(name)")
        }
        self = account
    }
}

/// A row of the table of accounts.
public struct AccountRow: Sendable, Hashable {
    /// What the energy does at its bus. In the order in which people read it.
    public enum Flow: Int, Sendable, Hashable, CaseIterable {
        // Sources.
        case generated, discharged, imported
        // Uses.
        case consumed, stored, exported
        /// On the way from sources to uses; it follows from them.
        case lost
        /// What closes the balance: what no meter tells of the uses.
        case remainder
        /// In no balance.
        case memo

        public var isSource: Bool { rawValue <= Flow.imported.rawValue }
        public var isUse: Bool { !isSource && self != .memo }
        /// Worked out from the others, never read from a meter.
        public var isDerived: Bool { self == .lost || self == .remainder }
    }

    /// In files and stores; unique.
    public let name: String
    public let bus: Bus
    public let flow: Flow
    /// In the table for people; says nothing of the direction.
    public let label: String
    /// In the summary's object of its bus; unlike the name it is unique only there.
    public let summaryKey: String
    public let fuel: Fuel?

    init(_ name: String, _ bus: Bus, _ flow: Flow, _ label: String, key: String? = nil, fuel: Fuel? = nil) {
        self.name = name
        self.bus = bus
        self.flow = flow
        self.label = label
        summaryKey = key ?? name
        self.fuel = fuel
    }
}

/// Where energy of one kind meets: what sources give there, uses take.
public enum Bus: Int, Sendable, Hashable, CaseIterable {
    case electricity, heat, hydrogen
    /// Bought and burnt: nothing balances. Its sources are all that counts.
    case fuel

    /// Its accounts in their written order, by what they do.
    public struct Sheet: Sendable {
        public let bus: Bus
        public let accounts: [Account]
        public let sources: [Account]
        public let uses: [Account]
        public let lost: Account?
        public let remainder: Account?
        /// Both ways over the boundary; they take up what is left over where nobody meters them.
        public let imported: Account?
        public let exported: Account?
        /// Sources within the boundary.
        public let supplied: [Account]
        public let consumed: [Account]
        public let stored: [Account]

        fileprivate init(_ bus: Bus) {
            let all = Account.allCases.filter { $0.row.bus == bus }
            func those(_ flows: AccountRow.Flow...) -> [Account] { all.filter { flows.contains($0.row.flow) } }
            self.bus = bus
            accounts = all
            sources = all.filter(\.row.flow.isSource)
            uses = all.filter(\.row.flow.isUse)
            lost = those(.lost).first
            remainder = those(.remainder).first
            imported = those(.imported).first
            exported = those(.exported).first
            supplied = those(.generated, .discharged)
            consumed = those(.consumed)
            stored = those(.stored)
        }
    }

    private static let sheets = allCases.map(Sheet.init)

    public var sheet: Sheet { Bus.sheets[rawValue] }
    public var accounts: [Account] { sheet.accounts }
    public var balances: Bool { sheet.remainder != nil }

    /// Of its object in the summary, and of what its balance leaves over, which is 0.
    public var summaryKey: String { self == .electricity ? "energy_kwh" : "\(self)_kwh" }
    public var balanceErrorKey: String { self == .electricity ? "balance_error_kwh" : "\(self)_balance_error_kwh" }
}
