import TwinCore
public import TwinUnits

/// What a group of two-way bays gave and took in a window, and what that replaced.
public struct VehicleGridLine: Sendable, Hashable {
    public var given = Energy.zero
    public var taken = Energy.zero
    /// What the given energy carried when it was charged, before its losses: its part of the bus's mix then, and what the cars
    /// brought from elsewhere at the grid's.
    public var charged = Carbon.zero
    /// What the grid would have emitted for the given energy when it was given: by the year, and by the half hour.
    public var replaced = Emissions.zero
    public var replacedHalfHourly = Emissions.zero
    /// Half hours in which cars gave and nobody told the grid's intensity.
    public var halfHoursUnknown = 0

    public init() {}

    static func + (a: VehicleGridLine, b: VehicleGridLine) -> VehicleGridLine {
        var sum = a
        sum.given += b.given
        sum.taken += b.taken
        sum.charged += b.charged
        sum.replaced += b.replaced
        sum.replacedHalfHourly += b.replacedHalfHourly
        sum.halfHoursUnknown += b.halfHoursUnknown
        return sum
    }
}

/// Two-way bays by their contract, from the rows and the ledger behind them.
///
/// A kWh that cars give takes the place of a kWh of the grid. It was charged before, with more than a kWh: what that carried is
/// what the ledger's memory of the bays has, over the round trip's efficiency. By the year's factor nothing can be saved, but the
/// losses be spent; by the half hour it is the hour's difference.
public struct VehicleGridLedger: Sendable {
    public let terms: VehicleGridTerms
    /// By group, in the order of the terms.
    public private(set) var lines: [VehicleGridLine]
    private let charges: [Int?]
    private let discharges: [Int?]
    /// Places of the ledger's routes of what the bays gave.
    private let routes: [[Int]]

    public init(_ terms: VehicleGridTerms, _ chart: Chart, _ ledger: Ledger) {
        self.terms = terms
        lines = terms.groups.map { _ in VehicleGridLine() }
        charges = terms.groups.map { chart.index(of: Meter(.bayCharge, $0.path)) }
        discharges = terms.groups.map { chart.index(of: Meter(.bayDischarge, $0.path)) }
        let all = ledger.routes
        routes = terms.groups.map { group in
            all.indices.filter { place in
                let route = all[place]
                return route.to == .bus(.electricity)
                    && (route.from == .use(.bayCharge, group.path) || route.from == .vehicle(group.path))
            }
        }
    }

    /// Adds a row that the ledger booked last.
    public mutating func add(_ row: PeriodRow, _ ledger: Ledger, _ year: EmissionFactor) {
        for place in lines.indices {
            var line = VehicleGridLine()
            line.given = max(.zero, discharges[place].map { row.meter($0) } ?? .zero)
            line.taken = max(.zero, charges[place].map { row.meter($0) } ?? .zero)
            if line.given > .zero {
                line.charged = routes[place].reduce(.zero) { $0 + ledger.flows[$1].carbon }
                line.replaced = line.given * year
                line.replacedHalfHourly = line.given * (row.intensity ?? year)
                line.halfHoursUnknown = row.intensity == nil ? 1 : 0
            }
            lines[place] = lines[place] + line
        }
    }
}
