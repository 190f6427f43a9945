public import TwinCore

/// A set-point that was commanded, as it stands at a mark.
public struct SetPointInForce: Sendable, Hashable {
    /// In the unit of its action.
    public var value: Double
    /// Since it was first commanded.
    public var age: Span
    /// How it differs from the one before; 0 for the first.
    public var move: Double
    /// Whether an operator asked for it, and not the rules.
    public var isByHand: Bool

    public init(_ value: Double, age: Span, move: Double = 0, isByHand: Bool = false) {
        self.value = value
        self.age = age
        self.move = move
        self.isByHand = isByHand
    }
}

/// What a change of a set-point costs: devices wear, people lose trust, and what goes to and fro saves nothing.
///
/// A change is made when what it moves, over the time since the last one, makes up the hold at full size. So a change of
/// the whole size waits for the hold, half of one twice as long, a small one four times. To turn round costs twice. A
/// failsafe passes as it is; relief of a peak, curtailment and the end of what no longer pays do not wait; nor does the end
/// of an operator's set-point, which would else go on long after its time; and what the gate limits it limits after this.
public struct Calm: Sendable, Hashable {
    /// How long a change of an asset's whole size waits after the last one.
    public var hold: Span
    /// Smaller changes are not made, as a share of the asset's size; coming to rest is never too small.
    public var bandFraction: Double

    public init(hold: Span, bandFraction: Double) {
        self.hold = hold
        self.bandFraction = bandFraction
    }

    /// ASM: a quarter of an hour is half a settlement period; 2 % is what a meter may be wrong by.
    public static let standard = Calm(hold: .minutes(15), bandFraction: 0.02)

    /// Turning round costs this many times as much as going on.
    static let turnFactor = 2.0

    /// No change counts as less than this share of the whole: none waits longer than four holds.
    static let leastShare = 0.25

    /// What is commanded where this is wished: the wish, or the set-point in force.
    func settled(_ wish: Double, of offer: Offer, _ inForce: SetPointInForce, _ haste: Haste = .none) -> Double {
        let move = wish - inForce.value
        if haste == .always || move == 0 || inForce.isByHand { return wish }
        if wish != 0, abs(move) < offer.deadband { return inForce.value }
        if haste == (move > 0 ? .up : .down) { return wish }
        if wish != 0, abs(move) < bandFraction * offer.wholeChange { return inForce.value }
        let price = (move * inForce.move < 0 ? Calm.turnFactor : 1) * hold.hours
        let share = max(abs(move) / offer.wholeChange, Calm.leastShare)
        return share * inForce.age.hours >= price ? wish : inForce.value
    }
}
