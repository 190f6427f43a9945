public import TwinCore

/// Whose word it is that a value is good.
struct QualityFlag: Sendable, Hashable {
    var place: PayloadPlace
    var good: Set<String>
}

/// What a value counts.
enum MappedUnit: Sendable, Hashable {
    case declared(ImportUnit)
    /// After the number in its text.
    case written
    /// In a field of its own.
    case field(PayloadPlace)
}

/// Values of the periods that follow: those of a list, in its order.
struct ForecastPlace: Sendable, Hashable {
    var list: JSONPointer
    /// Inside an element.
    var at: JSONPointer
    /// Elements at the front that are no forecast, such as the present period.
    var skip: Int
}

/// One value of a message and the signal of our own that it becomes.
public struct MappedSignal: Sendable {
    /// Its own, or several that share the value evenly.
    public let assets: [AssetPath]
    public let key: String
    public let kind: ImportKind
    /// Accepted values in their own unit, before `scale`.
    public let range: ClosedRange<Double>?

    let value: PayloadPlace
    let unit: MappedUnit
    /// What the unit must count.
    let quantity: ImportUnit.Quantity
    let quality: QualityFlag?
    let forecast: ForecastPlace?
    /// One mean over each stretch of this length, of a feed that is faster than anybody needs.
    let every: Span?
    /// Where a register begins again, in the written unit; nil where it is not known to.
    let top: Double?
    let kWhPerM3: Double?
    let scaleTimes: Double
    let scaleOver: Double
    /// Beside each other in the file, so that two rows for one signal can both be named.
    let targets: [SignalTarget]
    let place: FilePlace
    let path: String

    /// What the value is in the key's unit, for each of its assets.
    func converted(_ value: Double, _ unit: ImportUnit, _ period: Span?) -> Double {
        var base = unit.base(value) * (kWhPerM3 ?? 1)
        if kind == .energy, let period { base /= period.hours }
        return base * scaleTimes / scaleOver / Double(assets.count)
    }

    /// Its name in the memory and in messages: `shop/paint load_kw`.
    public var name: String { "\(assets.map(\.text).joined(separator: "+")) \(key)" }
}

/// What a production system says of vehicles.
struct MappedVehicles: Sendable {
    /// Asset id of the line.
    var line: String
    var id: PayloadPlace
    var event: PayloadPlace
    /// Their word for ours.
    var words: [String: String]
    var model: PayloadPlace?
    var place: FilePlace
    var path: String

    /// Events of our own dialect.
    static let events = ["enter", "leave", "line_off", "scrap", "rework"]
}

/// Topics of one form, and what their messages hold.
public struct SignalSource: Sendable {
    public let filter: TopicFilter
    /// Topics whose values are added, the first one's among them; empty where each message stands for itself.
    let summands: [String]
    /// How long a value holds: for means and energies exactly, for samples at the most.
    public let period: Span?
    public let signals: [MappedSignal]

    /// Nil where a message counts when it arrives.
    let time: MappedTime?
    let stamp: ImportStamp
    /// Nil where nobody says.
    let hasDecimalComma: Bool?
    let vehicles: MappedVehicles?
    let place: FilePlace
    let path: String

    func matches(_ topic: String) -> Bool {
        summands.isEmpty ? filter.matches(topic) : summands.contains(topic)
    }

    /// The line whose vehicles it tells of; nil where it tells of none.
    public var line: String? { vehicles?.line }

    /// What its messages become, for people.
    public var targets: [String] { signals.map(\.name) + (vehicles.map { ["line/\($0.line) vehicle"] } ?? []) }
}

/// `signals.yaml`: where in foreign messages the plant's signals are. Our own dialect needs none.
public struct SignalMapping: Sendable {
    public static let version = "signals/1"
    public static let file = "signals.yaml"

    public let sources: [SignalSource]

    /// The sources that a topic belongs to, by their place in the file.
    public func sources(of topic: String) -> [Int] { sources.indices.filter { sources[$0].matches(topic) } }

    /// What the twin subscribes to beside its own dialect, each once.
    public var filters: [String] {
        var seen: Set<String> = []
        return sources.flatMap { $0.summands.isEmpty ? [$0.filter.text] : $0.summands }
            .filter { seen.insert($0).inserted }
    }
}
