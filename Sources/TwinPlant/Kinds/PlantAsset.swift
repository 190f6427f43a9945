public import TwinCore

/// One asset of a site: its place, its kind with the parameters, and how its telemetry is judged.
public struct PlantAsset: Sendable {
    public var path: AssetPath
    public var kind: any AssetKind
    /// How old a last-known value may be.
    public var maxAge: Span
    /// Nil switches the detector off.
    public var stuck: StuckRule?

    /// What counts where two that tell of its energy exclude each other; nil is the larger that the asset can do.
    public var preference: Preference?

    public init(
        _ path: AssetPath, _ kind: any AssetKind, maxAge: Span, stuck: StuckRule? = nil, preference: Preference? = nil
    ) {
        self.path = path
        self.kind = kind
        self.maxAge = maxAge
        self.stuck = stuck
        self.preference = preference
    }

    /// Its lines in the books, each once.
    public var meters: [Meter] {
        var accounts: [Account] = []
        for post in kind.signals.flatMap(\.posts) where !accounts.contains(post.account) {
            accounts.append(post.account)
        }
        return accounts.map { Meter($0, path) }
    }

    /// What telemetry may bring. A signal that can be nothing but 0 is not there: the gas of a shop without burners.
    var input: AssetInput { AssetInput(path, SignalSheet(kind.signals, maxAge: maxAge).specs) }

    /// The kind's value as the type that a caller knows it to be; nil for another kind.
    public func kind<K: AssetKind>(as type: K.Type) -> K? { kind as? K }
}

extension [PlantAsset] {
    /// Those of one kind, in order.
    public func of<K: AssetKind>(_ type: K.Type) -> [(path: AssetPath, kind: K)] {
        compactMap { asset in (asset.kind as? K).map { (asset.path, $0) } }
    }
}

/// An asset that is stepped: its kind and what that remembers.
protocol SteppedAsset: Sendable {
    var numbers: [Double] { get }
    mutating func take(_ numbers: [Double])
    /// One step of the twin's belief, one of the simulated plant, and one that has not come yet.
    mutating func believe(_ port: inout BeliefPort)
    mutating func happen(_ port: inout SimulatedPort)
    mutating func rehearse(_ port: inout RehearsalPort)
    func heatRoomKW(hours: Double) -> Double
    func islandKW(hours: Double) -> ClosedRange<Double>?
}

struct Stepped<K: AssetKind>: SteppedAsset {
    let kind: K
    var memory: K.Memory

    init(_ kind: K) {
        self.kind = kind
        memory = kind.memory()
    }

    var numbers: [Double] { memory.numbers }
    mutating func take(_ numbers: [Double]) { memory.take(numbers) }
    mutating func believe(_ port: inout BeliefPort) { kind.step(&memory, &port) }
    mutating func happen(_ port: inout SimulatedPort) { kind.step(&memory, &port) }
    mutating func rehearse(_ port: inout RehearsalPort) { kind.step(&memory, &port) }
    func heatRoomKW(hours: Double) -> Double { kind.heatRoomKW(memory, hours: hours) }
    func islandKW(hours: Double) -> ClosedRange<Double>? { kind.islandKW(memory, hours: hours) }
}

extension AssetKind {
    var stepped: any SteppedAsset { Stepped(self) }

    /// As the simulated plant has it.
    func real(_ truth: PlantTruth, at path: AssetPath, _ chance: inout SeededChance) -> any AssetKind {
        real(truth[Truth.self], path, &chance)
    }
}
