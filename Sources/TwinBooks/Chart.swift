public import TwinCore

/// The chart of accounts of a site: every meter's line in configuration order.
public struct Chart: Sendable, Hashable, Codable {
    public let meters: [Meter]
    private let indices: [Meter: Int]
    /// Lines by account, ascending.
    let linesByAccount: [[Int]]
    /// By line, `Account.index`.
    let accountByLine: [Int]
    /// How many lines an account has, by `Account.index`, of those that have any.
    let lineCounts: [(account: Int, count: Int64)]

    /// Accounts that have something behind them.
    public let accounts: Set<Account>
    /// Those and what crosses the plant's boundary, by `Account.index`, ascending: no other ever holds anything.
    public let accountPlaces: [Int]
    /// The same, where they are side by side in one.
    let accountRanges: [Range<Int>]

    /// Buses that something is on.
    let balanced: [Bus]
    /// Lines of heat that is made where it is used, not on the hot-water network.
    let linesInPlace: [Int]
    /// Lines of what happens at the electric bus within the boundary.
    let linesWithin: [Int]

    /// - Parameter meters: each once; a repeated one keeps its first place.
    public init(_ meters: [Meter]) {
        var unique: [Meter] = []
        var indices: [Meter: Int] = [:]
        var lines = [[Int]](repeating: [], count: Account.allCases.count)
        for meter in meters where indices[meter] == nil && !meter.account.row.flow.isDerived {
            indices[meter] = unique.count
            lines[meter.account.index].append(unique.count)
            unique.append(meter)
        }
        self.meters = unique
        self.indices = indices
        linesByAccount = lines
        accountByLine = unique.map(\.account.index)
        lineCounts = lines.enumerated().filter { !$1.isEmpty }.map { ($0, Int64($1.count)) }
        linesInPlace = unique.indices.filter { unique[$0].isInPlace }
        let sheet = Bus.electricity.sheet
        let within = Set(sheet.supplied + sheet.consumed + sheet.stored)
        linesWithin = sheet.accounts.filter(within.contains).flatMap { lines[$0.index] }
        balanced = Bus.allCases.filter { bus in
            // The plant's own is, another one where something is on it.
            bus.balances && (bus == .electricity || bus.accounts.contains { !lines[$0.index].isEmpty })
        }
        let derived = balanced.flatMap(\.accounts).filter(\.row.flow.isDerived)
        accounts = Set(unique.map(\.account) + derived)
        let crossing = balanced.flatMap { [$0.sheet.imported, $0.sheet.exported].compactMap { $0 } }
        accountPlaces = accounts.union(crossing).map(\.index).sorted()
        accountRanges = accountPlaces.reduce(into: []) { ranges, place in
            if let last = ranges.last, last.upperBound == place {
                ranges[ranges.count - 1] = last.lowerBound..<place + 1
            } else {
                ranges.append(place..<place + 1)
            }
        }
    }

    public func index(of meter: Meter) -> Int? { indices[meter] }

    /// Whether this line is `meter`'s.
    func holds(_ meter: Meter, at line: Int) -> Bool { line < meters.count && meters[line] == meter }

    /// The lines of an account.
    public func lines(of account: Account) -> [Int] { linesByAccount[account.index] }

    public static func == (a: Chart, b: Chart) -> Bool { a.meters == b.meters }
    public func hash(into hasher: inout Hasher) { hasher.combine(meters) }

    public func encode(to encoder: any Encoder) throws { try meters.encode(to: encoder) }
    public init(from decoder: any Decoder) throws { self.init(try [Meter](from: decoder)) }
}
