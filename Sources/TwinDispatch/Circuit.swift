public import TwinCore

/// A load behind a breaker that can be switched, with its place in the order of shedding.
public struct Circuit: Sendable, Hashable {
    public var path: AssetPath
    /// 1 is kept longest.
    public var shedPriority: Int
    /// How long after the one before it may come back.
    public var restart: Span
    /// What an interlock keeps on when it is shed, kW: ventilation, circulation, gas detection.
    public var neverOffKW: Double
    /// A load above is a fault, kW.
    public var ratedKW: Double
    public var loadKW: UsedValue
    /// By its model and the production plan while it is on, kW.
    public var expectedKW: Double

    public init(
        path: AssetPath, shedPriority: Int, restart: Span, neverOffKW: Double = 0, ratedKW: Double, loadKW: UsedValue,
        expectedKW: Double
    ) {
        self.path = path
        self.shedPriority = shedPriority
        self.restart = restart
        self.neverOffKW = neverOffKW
        self.ratedKW = ratedKW
        self.loadKW = loadKW
        self.expectedKW = expectedKW
    }

    static let off = 0.0
    static let run = 2.0

    /// What it draws, or will draw when it comes back: a bus that went dark reads 0 and wants all of it again.
    var demandKW: Double {
        let told = loadKW.quality.isGood && loadKW.value.isFinite ? loadKW.value : 0
        return max(told, expectedKW.isFinite ? expectedKW : ratedKW, keptKW)
    }

    /// What it draws when it is shed.
    var keptKW: Double { neverOffKW.isFinite ? max(0, neverOffKW) : ratedKW }

    /// Nobody meters a breaker: it shows in the load. 2 % of the largest load is what a closed one may leak.
    fileprivate var mode: UsedValue {
        let isOn = loadKW.value > keptKW + 0.02 * ratedKW
        return UsedValue(isOn ? Circuit.run : Circuit.off, loadKW.quality)
    }
}

extension Offer {
    /// It is off or it runs: what lies between is run. What it draws is no set-point, so the connection cuts none of it.
    public init(_ circuit: Circuit) {
        self.init(
            .circuit(circuit), circuit.path, .setMode, ratingKW: Circuit.run, size: Limit(.rating, 0, Circuit.run),
            rampKWPerStep: Circuit.run, busKWPerKW: 0, measured: circuit.mode, isCeiling: true)
        minimumKW = Circuit.run
        failsafe = Circuit.run
    }
}

/// Circuits at a mark, in the order in which they are kept.
struct CircuitOrder {
    struct Member {
        var place: Int
        var circuit: Circuit
        var isOn: Bool
        /// Since its set-point in force was first commanded; nil where none was.
        var age: Span?
        /// It was off before.
        var cameBack: Bool
    }

    /// Without those that operators decide about.
    private(set) var members: [Member] = []
    /// What operators want, and what that draws, kW.
    private(set) var byHand: [Wish] = []
    private(set) var byHandKW = 0.0
    private let breakerAge: Span?

    /// An island sheds what an operator wants on, and never switches on what he wants off.
    init(_ plant: PlantView) {
        breakerAge = plant.breakerAge
        for place in plant.circuits {
            guard case .circuit(let circuit) = plant.offers[place].shape else { continue }
            let inForce = plant.inForce.indices.contains(place) ? plant.inForce[place] : nil
            let isOn = inForce.map { $0.value >= Circuit.run } ?? true
            let order = plant.hand.indices.contains(place) ? plant.hand[place] : nil
            if let order, plant.site.isGridConnected || (order.value ?? Circuit.off) < Circuit.run {
                let stays = order.value ?? (isOn ? Circuit.run : Circuit.off)
                let why = order.value == nil ? Reason("paused") : Reason("manual: an operator's set-point")
                byHand.append(Wish(place, stays, why.until(order.until)))
                byHandKW += stays > Circuit.off ? circuit.demandKW : circuit.keptKW
                continue
            }
            members.append(
                Member(
                    place: place, circuit: circuit, isOn: isOn, age: inForce?.age, cameBack: (inForce?.move ?? 0) > 0))
        }
        members.sort { ($0.circuit.shedPriority, $0.circuit.path) < ($1.circuit.shedPriority, $1.circuit.path) }
    }

    /// The first that is off.
    var next: Int? { members.firstIndex { !$0.isOn } }

    /// Whether the time of the first that is off has come: its restart time is over since the breaker moved, since another
    /// came back, and since it was shed itself.
    var isNextDue: Bool {
        guard let next else { return false }
        let others = members.filter { $0.isOn && $0.cameBack }.compactMap(\.age).min()
        let waited = [breakerAge, others, members[next].age].compactMap(\.self).min()
        return waited.map { $0 >= members[next].circuit.restart } ?? true
    }

    /// The last place in the order, for people.
    var lastPriority: Double { Double(members.map(\.circuit.shedPriority).max() ?? 0) }

    /// While the mains are there all come back, one after the other; none that is on goes off.
    var restart: [Wish] {
        let (next, isDue) = (next, isNextDue)
        return byHand
            + members.enumerated().map { index, member in
                if member.isOn { return Wish(member.place, Circuit.run, Reason("on: the mains are there")) }
                let comes = index == next && isDue
                let why =
                    comes
                    ? Reason(
                        "restart: priority % of %, % s after the one before", Double(member.circuit.shedPriority),
                        lastPriority, member.circuit.restart.seconds)
                    : Reason(
                        "waits for its restart: priority % of %, % s after the one before",
                        Double(member.circuit.shedPriority), lastPriority, member.circuit.restart.seconds)
                return Wish(member.place, comes ? Circuit.run : Circuit.off, why)
            }
    }
}
