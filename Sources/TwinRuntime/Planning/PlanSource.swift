public import TwinDispatch

/// Where a run, live or replayed, has its plans from.
public enum PlanSource: Sendable {
    case planner(Planner)
    /// Why there is none though the configuration wants plans; the rules decide, and an alarm says so.
    case absent(String)
    /// Nobody plans here.
    case none
}
