public import TwinCore
public import TwinUnits

/// Where energy and its carbon come from, pass through, or end.
public enum LedgerAccount: Sendable, Hashable {
    /// Where it enters the site: a grid, a fuel, wind or sun. Without a path where no meter stands behind the account.
    case source(Account, AssetPath?)
    /// What a vehicle gives that it did not charge here.
    case vehicle(AssetPath)
    /// What is emitted without energy that a meter tells, by its line, and where it ends.
    case other(String)
    case emitted(String)
    /// What makes one kind of energy from another; its losses leave their carbon to what comes out.
    case converter(AssetPath)
    case bus(Bus)
    case store(AssetPath)
    /// Where it ends: a meter's use, or without a path what an account tells of the whole site (export, losses, hot water).
    case use(Account, AssetPath?)

    /// Whether carbon only passes through: what comes in goes out, or lies in a store.
    public var isInner: Bool {
        switch self {
        case .source, .vehicle, .other, .emitted, .use: false
        case .converter, .bus, .store: true
        }
    }

    /// `use load shop/paint`.
    public var text: String {
        switch self {
        case .source(let account, let path):
            (["source", account.name] + [path?.text].compactMap(\.self)).joined(separator: " ")
        case .vehicle(let path): "vehicle \(path.text)"
        case .other(let line): "other \(line)"
        case .emitted(let line): "emitted \(line)"
        case .converter(let path): "converter \(path.text)"
        case .bus(let bus): "bus \(bus)"
        case .store(let path): "store \(path.text)"
        case .use(let account, let path):
            (["use", account.name] + [path?.text].compactMap(\.self)).joined(separator: " ")
        }
    }
}

/// Double entry: what leaves one account enters the other.
public struct LedgerRoute: Sendable, Hashable {
    public var from: LedgerAccount
    public var to: LedgerAccount

    public init(_ from: LedgerAccount, _ to: LedgerAccount) { (self.from, self.to) = (from, to) }
}

/// What went along a route.
public struct LedgerFlow: Sendable, Hashable {
    public var energy = Energy.zero
    public var carbon = Carbon.zero

    public init(energy: Energy = .zero, carbon: Carbon = .zero) { (self.energy, self.carbon) = (energy, carbon) }

    static func + (a: LedgerFlow, b: LedgerFlow) -> LedgerFlow {
        LedgerFlow(energy: a.energy + b.energy, carbon: a.carbon + b.carbon)
    }
}
