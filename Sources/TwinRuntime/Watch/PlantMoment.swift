public import TwinBooks
public import TwinConfiguration
public import TwinCore
public import TwinDispatch

/// The plant as it stands at the end of a step: all that a page shows of now, as values.
public struct PlantMoment: Sendable {
    /// An alarm that stands.
    public struct Standing: Sendable, Hashable {
        /// `area/asset/code`.
        public var path: String
        public var since: PlantTime
        public var cause: String
    }

    /// In force now, with what its files say of later dates.
    public var config: SiteConfig
    public var outcome: TickOutcome
    public var mode: ControlMode
    public var loop: LoopKind
    public var run: String
    /// Of today, the shift, and month and year to date: the figures of a report.
    public var sums: CO2ToDate.Sums
    /// Half hours of the last day and a half, the open one last, on the chart of `outcome`.
    public var rows: [PeriodRow]
    /// By path.
    public var alarms: [Standing]
    /// What was commanded last, in the unit of each asset's action.
    public var setPoints: [AssetPath: Double]
    /// Commands that wait for an answer.
    public var pending: [Command]
    /// What operators set by hand, by asset.
    public var hand: [HandOrder]
    /// The plan that was adopted last, whether it is still in force or not.
    public var plan: DispatchPlan?
    /// Its line, with what it is for and the forecasts that it is made of.
    public var planLine: String?
    /// What dispatch saved; nil where nothing was commanded.
    public var savedToday: SavedByDispatch?
    public var savedYesterday: SavedByDispatch?
    /// What is asked of the exchange with the grid.
    public var requests: [GridRequest]
    /// What groups that charge will still draw, kWh, as their controllers tell it; others are not in it.
    public var openKWh: [AssetPath: Double]

    init(_ engine: TwinEngine, _ outcome: TickOutcome, _ sums: CO2ToDate.Sums, loop: LoopKind) {
        let state = engine.state
        config = engine.family
        self.outcome = outcome
        mode = state.mode
        self.loop = loop
        run = engine.plan.run
        self.sums = sums
        rows = state.books.rows
        alarms = state.alarms.standing.sorted { $0.key < $1.key }.map {
            Standing(path: $0.key, since: $0.value, cause: state.alarms.cause($0.key))
        }
        setPoints = state.desk.setPoints
        pending = state.desk.pending
        hand = state.hand.all
        plan = engine.dispatchPlan
        planLine = state.plan
        savedToday = state.counterfactual?.today
        savedYesterday = state.counterfactual?.yesterday
        requests = state.requests?.asked ?? []
        openKWh = [:]
        for offer in engine.scene?.plant.offers ?? [] {
            guard case .deferrable(let load) = offer.shape else { continue }
            openKWh[load.path] = load.openKWh
        }
    }
}
