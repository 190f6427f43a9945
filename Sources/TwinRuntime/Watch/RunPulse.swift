/// How a run itself does, by the clocks of its machine: for who runs it, and in no digest.
public struct RunPulse: Sendable, Hashable {
    public enum Link: String, Sendable, Hashable { case up, down }
    public enum Store: String, Sendable, Hashable {
        /// None is written.
        case none
        /// It has what it was given.
        case current
        /// It does not take what it is given; the journal has it.
        case behind
    }

    /// With the broker; nil for a run that has none.
    public var link: Link?
    public var store = Store.none
    /// The last step that was closed; 0 before the first.
    public var tick = 0
    /// What its closing took, wall seconds: lines, step, mark, commands and store.
    public var stepS = 0.0
    /// How long after its end it was closed, seconds; nil where plant time does not go with the wall clock.
    public var lagS: Double?

    public init(link: Link? = nil, store: Store = .none) { (self.link, self.store) = (link, store) }
}
