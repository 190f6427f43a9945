import TwinCore

/// Which changes of a set-point do not wait.
enum Haste: Sendable {
    case none, always
    /// To more, and to less, in the unit of the action.
    case up, down
}

/// What the rules want of one asset.
public struct Wish: Sendable {
    /// The same without its place.
    typealias Part = (value: Double, reason: Reason, haste: Haste)

    /// Where its offer stands in the view.
    public var place: Int
    /// In the unit of its action.
    public var value: Double
    public var reason: Reason

    /// However young the set-point in force is.
    private let haste: Haste

    init(_ place: Int, _ value: Double, _ reason: Reason, _ haste: Haste = .none) {
        self.place = place
        self.value = value
        self.reason = reason
        self.haste = haste
    }

    init(_ place: Int, _ part: Part) { self.init(place, part.value, part.reason, part.haste) }

    /// The same, or the set-point in force where a change must wait. An operator's order comes before both, and a failsafe
    /// before that.
    func settled(_ calm: Calm, _ plant: PlantView) -> Wish {
        if haste != .always, plant.hand.indices.contains(place), let order = plant.hand[place] {
            return order.value.map { Wish(place, $0, Reason("manual: an operator's set-point").until(order.until)) }
                ?? Wish(place, plant.offers[place].measured.value, Reason("paused").until(order.until))
        }
        guard plant.inForce.indices.contains(place), let inForce = plant.inForce[place] else { return self }
        let settled = calm.settled(value, of: plant.offers[place], inForce, haste)
        return settled == value ? self : Wish(place, settled, reason.waiting(), haste)
    }
}
