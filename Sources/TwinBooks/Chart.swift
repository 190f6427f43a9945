public import TwinCore

/// The chart of accounts of a site: every meter's line in configuration order.
public struct Chart: Sendable, Hashable, Codable {
    public let meters: [Meter]
    private let indices: [Meter: Int]
    /// Lines by account, ascending.
    let linesByAccount: [[Int]]

    /// Lines of electric heat that is made where it is used, not on the hot-water network.
    let electricInPlace: [Int]

    /// Accounts that no meter feeds: they follow from the others.
    public static let derived: Set<Account> = [.losses, .unmetered, .heatDemand, .heatLosses]

    /// - Parameter meters: each once; a repeated one keeps its first place.
    public init(_ meters: [Meter]) {
        var unique: [Meter] = []
        var indices: [Meter: Int] = [:]
        var lines = [[Int]](repeating: [], count: Account.allCases.count)
        for meter in meters where indices[meter] == nil && !Chart.derived.contains(meter.account) {
            indices[meter] = unique.count
            lines[meter.account.index].append(unique.count)
            unique.append(meter)
        }
        self.meters = unique
        self.indices = indices
        linesByAccount = lines
        electricInPlace = lines[Account.heatElectric.index].filter { unique[$0].path.area != .heat }
    }

    public func index(of meter: Meter) -> Int? { indices[meter] }

    /// The lines of an account.
    public func lines(of account: Account) -> [Int] { linesByAccount[account.index] }

    /// Accounts that have something behind them.
    public var accounts: Set<Account> {
        var accounts = Set(meters.map(\.account))
        accounts.formUnion([.losses, .unmetered])
        if !accounts.isDisjoint(with: Account.heat) { accounts.formUnion([.heatDemand, .heatLosses]) }
        return accounts
    }

    public static func == (a: Chart, b: Chart) -> Bool { a.meters == b.meters }
    public func hash(into hasher: inout Hasher) { hasher.combine(meters) }

    public func encode(to encoder: any Encoder) throws { try meters.encode(to: encoder) }
    public init(from decoder: any Decoder) throws { self.init(try [Meter](from: decoder)) }
}
