public import TwinCore
public import TwinDispatch

/// One kind of asset: everything that the twin needs to know of it, said once.
///
/// A value of the type holds the parameters of one asset. The twin's belief and the simulated plant step the same code,
/// the belief with what the configuration says, the plant with other values and with effects that the twin does not know.
public protocol AssetKind: Parametrised, Hashable {
    /// What is kept from one step to the next.
    associatedtype Memory: Remembered
    /// What the simulated plant knows better.
    associatedtype Truth: PlantTruthPart = NoTruth

    /// The areas of its topics, which are the sections of `assets.yaml`.
    static var areas: [Area] { get }
    /// What `kind:` says in a section that several kinds share; nil where a section has one kind.
    static var word: String? { get }
    /// What it is, for the documentation.
    static var sentence: String { get }
    static var section: AssetSection { get }
    /// Seconds that `max_age_s` may be.
    static var maxAgeRange: ClosedRange<Int> { get }
    /// Weather and what the plant takes by itself come from a recording in the closed loop; what is not of the
    /// surroundings is simulated there.
    static var isSurroundings: Bool { get }
    /// Whether it only meters what others take: no model stands in for it, and in the simulated plant it is stepped after
    /// all of them.
    static var isMainMeter: Bool { get }
    /// Of the signal whose last reading its facts need, however old; nil for none.
    static var rememberedKey: String? { get }

    /// Its size, kW; detectors and tolerances are shares of it.
    var sizeKW: Double { get }
    /// Places in the sheet are what `step` speaks of.
    var signals: [Signal] { get }
    /// What it obeys; nil for what takes no commands.
    var control: Control? { get }
    /// A reading outside may repeat itself rightly: a farm at standstill. Nil is never watched.
    var watchedBand: ClosedRange<Double>? { get }
    /// What its signals are held against.
    var witnesses: [Witness] { get }
    /// When its step comes among those of its area: what gives heat anyway before what fills the rest.
    var rank: Int { get }
    /// Of what keeps energy and gives it back; nil for what does not.
    var storeTerms: StoreTerms? { get }

    /// Takes what other parts of the configuration say of its surroundings.
    mutating func settle(_ site: SiteFacts)
    /// At the beginning of a run.
    func memory() -> Memory
    /// One step: tells every signal that the model can say, and goes on with what the port answers.
    func step<Port: StepPort>(_ memory: inout Memory, _ port: inout Port)

    /// What it brings to the hot-water network, for dispatch; nil for what is not on it.
    func heatShare(_ value: (Int) -> UsedValue) -> HeatShare?
    func offer(_ scene: OfferScene) -> Offer?
    /// What belongs to its offer and does not stand in it.
    func facts(_ scene: FactScene) -> OfferFacts
    /// What it draws, or will draw on a bus that comes back, where no command switches it, kW.
    func unswitchedLoadKW(_ scene: OfferScene) -> Double

    /// As the simulated plant has it.
    func real(_ truth: Truth, _ path: AssetPath, _ chance: inout SeededChance) -> Self
    /// Names of its streams of noise in the simulated plant, in the order in which `step` draws.
    func noises(_ path: AssetPath) -> [String]
    /// What a store on the hot-water network can still take, kW.
    func heatRoomKW(_ memory: Memory, hours: Double) -> Double
    /// What it takes (below 0) and gives while it forms the grid of an island, kW; nil for what cannot.
    func islandKW(_ memory: Memory, hours: Double) -> ClosedRange<Double>?
}

extension AssetKind {
    public static var word: String? { nil }
    public static var section: AssetSection { .named(1...64) }
    public static var maxAgeRange: ClosedRange<Int> { 1...86_400 }
    public static var isSurroundings: Bool { false }
    public static var isMainMeter: Bool { false }
    public var control: Control? { nil }
    public var watchedBand: ClosedRange<Double>? { nil }
    public var witnesses: [Witness] { [] }
    public var rank: Int { 0 }
    public var storeTerms: StoreTerms? { nil }
    public mutating func settle(_ site: SiteFacts) {}
    public func heatShare(_ value: (Int) -> UsedValue) -> HeatShare? { nil }
    public func offer(_ scene: OfferScene) -> Offer? { nil }
    public func facts(_ scene: FactScene) -> OfferFacts { OfferFacts() }
    public static var rememberedKey: String? { nil }
    public func noises(_ path: AssetPath) -> [String] { [] }
    public func heatRoomKW(_ memory: Memory, hours: Double) -> Double { 0 }
    public func unswitchedLoadKW(_ scene: OfferScene) -> Double { 0 }
    public func islandKW(_ memory: Memory, hours: Double) -> ClosedRange<Double>? { nil }
    /// Of the surroundings, and held below what is offered by a limit.
    var obeysLimit: Bool { Self.isSurroundings && control?.action == .setLimit }
    /// Of the surroundings, and switched off by a command.
    var isCircuit: Bool { Self.isSurroundings && control?.action == .setMode }
}

extension AssetKind where Truth == NoTruth {
    public func real(_ truth: NoTruth, _ path: AssetPath, _ chance: inout SeededChance) -> Self { self }
}

extension AssetKind where Memory == Nothing {
    public func memory() -> Nothing { Nothing() }
}

/// How a section of `assets.yaml` lists its assets.
public enum AssetSection: Sendable, Hashable {
    /// Each under its own id.
    case named(ClosedRange<Int>)
    /// By types, each with `ids:` of equal assets.
    case typed(ids: ClosedRange<Int>)
}

/// What an asset obeys.
public struct Control: Sendable, Hashable {
    public var action: Action
    /// In the unit of the action.
    public var range: ClosedRange<Double>
    /// What it does by itself when a lease ends.
    public var fallback: String

    public init(_ action: Action, _ range: ClosedRange<Double>, fallback: String) {
        self.action = action
        self.range = range
        self.fallback = fallback
    }
}

/// What a kind remembers, as numbers for a checkpoint.
public protocol Remembered: Sendable {
    var numbers: [Double] { get }
    /// Takes what was written; numbers of another shape change nothing.
    mutating func take(_ numbers: [Double])
}

extension Remembered {
    public var numbers: [Double] { [] }
    public mutating func take(_ numbers: [Double]) {}
}

public struct Nothing: Remembered, Hashable {
    public init() {}
}

/// What other parts of the configuration say of an asset's surroundings.
public struct SiteFacts: Sendable {
    public var location: SolarSite
    public var mastHeightM: Double

    public init(location: SolarSite, mastHeightM: Double) {
        self.location = location
        self.mastHeightM = mastHeightM
    }
}

/// What an asset brings to the hot-water network at a mark, kW of heat.
public struct HeatShare: Sendable, Hashable {
    /// Given now, to be shared anew.
    public var openKW = 0.0
    /// What a store can still take.
    public var headroomKW = 0.0
    /// Of a store: what it holds.
    public var store: HeatStore?
    /// Of a boiler that fills the rest: what it burns, and heat per fuel; nil for the others.
    public var fillingFuel: Fuel?
    public var fillingPerformance = 1.0

    public init(
        openKW: Double = 0, headroomKW: Double = 0, store: HeatStore? = nil, fillingFuel: Fuel? = nil,
        fillingPerformance: Double = 1
    ) {
        self.openKW = openKW
        self.store = store
        self.headroomKW = headroomKW
        self.fillingFuel = fillingFuel
        self.fillingPerformance = fillingPerformance
    }
}

extension ClosedRange<Double> {
    /// All between two values, without them.
    static func inside(_ low: Double, _ high: Double) -> ClosedRange<Double>? {
        low.nextUp <= high.nextDown ? low.nextUp...high.nextDown : nil
    }
}
