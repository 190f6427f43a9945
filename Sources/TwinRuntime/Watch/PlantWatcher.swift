public import TwinCore

/// Who looks on while a run steps: a page server. It is told and never asked; nothing that it does changes a figure.
///
/// Called on the loop's own thread, between a mark and the next lines: it must be quick and must not block.
public protocol PlantWatcher: AnyObject, Sendable {
    /// Whether steps shall tell what became of each foreign message, which costs time and which no figure needs.
    var followsMessages: Bool { get }
    /// Every step, with the messages that it took.
    func hear(_ arrivals: [Arrival], _ outcome: TickOutcome)
    /// Whether the picture of the step that ends at `end` is wanted: a replay as fast as possible is not drawn at each.
    func wants(_ end: PlantTime) -> Bool
    func see(_ moment: PlantMoment)
    /// How the run does, after each step and where the link or the store changed.
    func feel(_ pulse: RunPulse)
}

extension PlantWatcher {
    public var followsMessages: Bool { false }
}
