/// What the rules want of one asset.
public struct Wish: Sendable {
    /// Where its offer stands in the view.
    public var place: Int
    /// In the unit of its action.
    public var value: Double
    public var reason: Reason

    init(_ place: Int, _ value: Double, _ reason: Reason) {
        self.place = place
        self.value = value
        self.reason = reason
    }
}
