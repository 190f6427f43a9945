public import TwinCore

/// A bound on a set-point and what it stands for: rating, reserve, departures.
public struct Limit: Sendable, Hashable {
    /// What may hold a set-point, in words for people.
    public enum Name: String, Sendable, Hashable {
        case ramp, rating, sources, cars, reserve, full, minimum, departures
        case unknownNeed = "unknown need"
        case paintWindow = "paint window"
        case bodies = "bodies in the ovens"
        case neverOff = "never off"
        case importLimit = "import limit"
        case exportLimit = "export limit"
    }

    public var name: Name
    public var range: ClosedRange<Double>

    public init(_ name: Name, _ low: Double, _ high: Double) {
        self.name = name
        range = ClosedRange(between: low, high)
    }

    func held(_ value: Double) -> Double { min(max(value, range.lowerBound), range.upperBound) }
}

/// What an asset offers at a mark: what its set-point may be and does, for the gate and the desk, and what it is, for the
/// rules. One list of offers feeds decisions, failsafe, gate and watch.
public struct Offer: Sendable, Hashable {
    /// What dispatch may do with it.
    public enum Shape: Sendable, Hashable {
        case deferrable(DeferrableLoad)
        case store(Store)
        /// Turns one energy into another.
        case converter(Converter)
        /// Takes its heat from one source or the other.
        case source(SourceSwitch)
        case window(SetPointWindow)
        case duty(Duty)
        /// Gives power at its own fuel's cost.
        case generator(Generator)
        case curtailable(CurtailableSource)
        /// A load that can be switched off.
        case circuit(Circuit)

        /// In the order in which a surplus is used. Of charging, what can be moved most comes first.
        public var rank: Int {
            switch self {
            case .deferrable(let load): load.isWorking ? 2 : load.action == .setPower ? 0 : 1
            case .store: 3
            case .converter: 4
            case .source: 5
            case .window: 6
            case .duty: 7
            case .generator: 8
            case .curtailable: 9
            case .circuit: 10
            }
        }
    }

    public let shape: Shape
    /// Of its shape.
    let rank: Int
    /// Where it goes while the grid cannot be seen, in set-point units.
    public var failsafe = 0.0
    /// Set-points of which it may do less for a reason of its own: a full store takes less, an empty one gives less.
    public var mayStopShort: ClosedRange<Double>?
    /// How long it may stand still nevertheless.
    public var mayStandStill: Span?
    /// What the device does by itself when the lease ends.
    public var fallback = "local"
    public var path: AssetPath
    public var action: Action
    /// Size of the asset in set-point units, kW for powers; tolerances are shares of it.
    public var ratingKW: Double
    /// What its size allows, the most that it may give and the most that it may take just now. They are applied in this
    /// order; a later one wins.
    public var size: Limit?
    public var giving: Limit?
    public var taking: Limit?
    /// What not even a site limit may cut, such as the charge that departures need; the asset does it anyway.
    public var hardLimit: Limit?
    /// Largest change of the set-point in one step, kW; coming to rest is always allowed.
    public var rampKWPerStep: Double
    /// What the bus gains for one more kW of set-point: 1 for a generator, -1 for a load, -1/COP for a heat pump.
    public var busKWPerKW: Double
    /// In set-point units.
    public var measured: UsedValue
    /// The set-point is a ceiling in magnitude: staying below it is following.
    public var isCeiling: Bool
    /// Between 0 and this it does not run: a set-point in between does what this does.
    public var minimumKW = 0.0
    /// The asset's own ramp, kW a step: a set-point is where it shall go. It comes to rest at once.
    public var ownRampKWPerStep = Double.infinity
    /// What it can do in the coming step, whatever the set-point says, in set-point units.
    public var reach = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
    /// A new set-point this near to the last one keeps the last one, in set-point units; rest is always a new one.
    public var deadband = 0.0
    /// What counts as a change of the whole asset, in set-point units.
    public var wholeChange: Double
    /// Under its set-point it does as it pleases: it may go on as it is, and it may do all that it is allowed.
    public var isUncertain = false

    public init(
        _ shape: Shape, _ path: AssetPath, _ action: Action, ratingKW: Double, size: Limit?, giving: Limit? = nil,
        taking: Limit? = nil, hardLimit: Limit? = nil, rampKWPerStep: Double, busKWPerKW: Double, measured: UsedValue,
        isCeiling: Bool = false
    ) {
        self.shape = shape
        rank = shape.rank
        self.path = path
        self.action = action
        self.ratingKW = ratingKW
        wholeChange = ratingKW
        self.size = size
        self.giving = giving
        self.taking = taking
        self.hardLimit = hardLimit
        self.rampKWPerStep = rampKWPerStep
        self.busKWPerKW = busKWPerKW
        self.measured = measured
        self.isCeiling = isCeiling
    }

    /// The set-point that is taken to be in force before the first command: a ceiling is open, the rest is at rest.
    public var resting: Double {
        if case .converter = shape { return 0 }
        return action == .setLimit ? ratingKW : action == .setPower && isCeiling ? measured.value : 0
    }

    /// What it will do in the coming step under a set-point, in set-point units.
    public func coming(_ setPoint: Double) -> ClosedRange<Double> {
        var most = min(max(setPoint, reach.lowerBound), reach.upperBound)
        if setPoint <= 0, ownRampKWPerStep.isFinite { most = 0 }
        guard isUncertain else { return ClosedRange(between: most, most) }
        return ClosedRange(between: most, min(max(measured.value, min(most, 0)), max(most, 0)))
    }

    /// The same as power onto the bus, kW.
    func comingOnBus(_ setPoint: Double) -> ClosedRange<Double> {
        let coming = coming(setPoint)
        return ClosedRange(between: coming.lowerBound * busKWPerKW, coming.upperBound * busKWPerKW)
    }
}

extension ClosedRange<Double> {
    /// From one to the other, whichever is less; what is no number counts as 0.
    init(between one: Double, _ other: Double) {
        let (a, b) = (one.isNaN ? 0 : one, other.isNaN ? 0 : other)
        self = Swift.min(a, b)...Swift.max(a, b)
    }
}
