import TwinCore
public import TwinUnits

/// Electricity of the grid, with what it emits by the year's factor and by the intensity of its half hours.
public struct BoughtEnergy: Sendable, Hashable {
    public var energy = Energy.zero
    public var year = Emissions.zero
    public var halfHourly = Emissions.zero

    public init() {}

    init(_ energy: Energy, _ year: EmissionFactor, _ halfHour: EmissionFactor) {
        (self.energy, self.year, halfHourly) = (energy, energy * year, energy * halfHour)
    }

    static func + (a: BoughtEnergy, b: BoughtEnergy) -> BoughtEnergy {
        var sum = a
        sum.energy += b.energy
        sum.year += b.year
        sum.halfHourly += b.halfHourly
        return sum
    }
}

/// What a group of two-way bays gave and took in a window, and what import that caused and spared.
public struct VehicleGridLine: Sendable, Hashable {
    public var given = Energy.zero
    public var taken = Energy.zero
    /// Import that the site did not need because cars gave.
    public var spared = BoughtEnergy()
    /// Import that charging for it had needed, losses included.
    public var caused = BoughtEnergy()
    /// Half hours in which cars gave or charged, and nobody told the grid's intensity.
    public var halfHoursUnknown = 0

    public init() {}
}

/// Two-way bays by their contract, from the rows of the books.
///
/// What cars give spares import, but for what of it leaves the site. It was charged before, with more than was given: that had
/// caused import, but for what came of a surplus. So by the year's factor the losses of import are spent, and only surplus can be
/// saved; by the half hour the difference of the hours counts. What the site's own sources emit is not moved by it.
///
/// Bays remember as a group: what they give has the mean of what they charged in the window and did not give yet. Beyond that it
/// was charged elsewhere, and counts as bought when it is given.
public struct VehicleGridLedger: Sendable {
    public let terms: VehicleGridTerms
    /// By group, in the order of the terms.
    public private(set) var lines: [VehicleGridLine]
    private var memories: [ChargeMemory]
    private let charges: [Int?]
    private let discharges: [Int?]

    /// - Parameter chart: of the rows.
    public init(_ terms: VehicleGridTerms, _ chart: Chart) {
        self.terms = terms
        lines = terms.groups.map { _ in VehicleGridLine() }
        memories = terms.groups.map { _ in ChargeMemory() }
        charges = terms.groups.map { chart.index(of: Meter(.bayCharge, $0.path)) }
        discharges = terms.groups.map { chart.index(of: Meter(.bayDischarge, $0.path)) }
    }

    /// Adds the next row.
    /// - Parameter year: the grid's factor of its year.
    public mutating func add(_ row: PeriodRow, _ year: EmissionFactor) {
        func energies(_ meters: [Int?]) -> [Energy] { meters.map { max(.zero, $0.map { row.meter($0) } ?? .zero) } }
        let (taken, given) = (energies(charges), energies(discharges))
        let halfHour = row.intensity ?? year
        let bought = Energy.shares(of: row[.gridImport].energy, among: taken)
        let exported = Energy.shares(of: row[.gridExport].energy, among: given)
        for place in lines.indices {
            lines[place].taken += taken[place]
            lines[place].given += given[place]
            if row.intensity == nil, taken[place] > .zero || given[place] > .zero { lines[place].halfHoursUnknown += 1 }
            if given[place] > .zero {
                let spared = BoughtEnergy(given[place] - exported[place], year, halfHour)
                lines[place].spared = lines[place].spared + spared
                let needed = Energy(
                    roundingWattSeconds: Double(given[place].wattSeconds) / terms.groups[place].roundTripEfficiency)
                let own = min(needed, memories[place].content)
                lines[place].caused =
                    lines[place].caused + memories[place].take(own) + BoughtEnergy(needed - own, year, halfHour)
            }
            memories[place].charge(taken[place], BoughtEnergy(bought[place], year, halfHour))
        }
    }
}

/// What bays charged and did not give yet, and the import that it caused.
private struct ChargeMemory: Sendable {
    private(set) var content = Energy.zero
    private var bought = BoughtEnergy()

    mutating func charge(_ energy: Energy, _ bought: BoughtEnergy) {
        content += energy
        self.bought = self.bought + bought
    }

    /// - Parameter energy: at most the content.
    mutating func take(_ energy: Energy) -> BoughtEnergy {
        guard energy > .zero, content > .zero else { return BoughtEnergy() }
        let whole = Int128(content.wattSeconds)
        func part(_ word: Int64) -> Int64 {
            Int64(clamping: Int128(word).portion(Int128(energy.wattSeconds), of: whole))
        }
        var taken = BoughtEnergy()
        taken.energy = Energy(wattSeconds: part(bought.energy.wattSeconds))
        taken.year = Emissions(micrograms: part(bought.year.micrograms))
        taken.halfHourly = Emissions(micrograms: part(bought.halfHourly.micrograms))
        content -= energy
        bought.energy -= taken.energy
        bought.year -= taken.year
        bought.halfHourly -= taken.halfHourly
        return taken
    }
}

extension Energy {
    /// Gives out an energy among those who may have some of it, by what each may have, and at most that.
    fileprivate static func shares(of energy: Energy, among limits: [Energy]) -> [Energy] {
        let all = limits.reduce(Int128(0)) { $0 + Int128($1.wattSeconds) }
        let offered = min(all, Int128(max(.zero, energy).wattSeconds))
        guard offered > 0 else { return limits.map { _ in .zero } }
        var (asked, due) = (Int128(0), Int128(0))
        return limits.map { limit in
            asked += Int128(limit.wattSeconds)
            let next = offered.portion(asked, of: all)
            defer { due = next }
            return Energy(wattSeconds: Int64(clamping: next - due))
        }
    }
}
