public import TwinCore

/// Issues commands, waits for their acknowledgements in plant time, and watches that they are followed.
public struct CommandDesk: Sendable, Codable {
    public struct Rules: Sendable, Hashable {
        public var step: Span
        /// How far the measurement may be from the set-point, as a share of the rating.
        public var followToleranceFraction: Double

        public init(step: Span, followToleranceFraction: Double) {
            self.step = step
            self.followToleranceFraction = followToleranceFraction
        }

        /// Time for an acknowledgement, and for the measurement to follow: max(2 steps, 10 s).
        public var patience: Span { max(2 * step, .seconds(10)) }
        public var leaseS: Int { Int(3 * step.ms / 1000) }
    }

    public enum Fate: String, Sendable, Hashable, Codable { case accepted, rejected, expired }

    /// A change in what became of a command.
    public struct Outcome: Sendable, Hashable {
        public var command: Command
        public var fate: Fate
    }

    struct AssetState: Sendable, Codable {
        var setPoint = 0.0
        /// How far an asset that follows has come at least: a measurement between this and the set-point is on its way.
        var way = 0.0
        var lastTick: Int?
        /// When the set-point in force was first commanded.
        var changedAt: PlantTime?
        var offSince: PlantTime?
        var isNotAcked = false
        var isNotFollowed = false

        /// One step along the asset's own ramp; before the first command it is where it is.
        mutating func advance(_ asset: Offer) {
            guard lastTick != nil else {
                way = asset.measured.value
                return
            }
            let ramp = asset.ownRampKWPerStep
            way = min(max(setPoint, way - ramp), way + ramp)
        }
    }

    private var open: [Command] = []
    private var assets: [AssetPath: AssetState] = [:]
    private var issuedTotal = 0
    /// Commands before this were another mode's.
    private var takenUp = PlantTime.earliest

    public init() {}

    /// Set-points in force by asset, each in the unit of its action.
    public var setPoints: [AssetPath: Double] { assets.mapValues(\.setPoint) }

    /// Nil before the first command.
    public func setPoint(_ path: AssetPath) -> Double? {
        assets[path].flatMap { $0.lastTick == nil ? nil : $0.setPoint }
    }

    /// When the set-point in force was first commanded; nil before the first command.
    public func changedAt(_ path: AssetPath) -> PlantTime? { assets[path]?.changedAt }

    /// Commands that may still be acknowledged, oldest first.
    public var pending: [Command] { open }

    /// Settles acknowledgements that arrived in this tick, then expires what waited too long.
    public mutating func settle(_ acks: [Acknowledgement], run: String, context: TickContext) -> [Outcome] {
        var outcomes: [Outcome] = []
        for ack in acks {
            guard let index = open.firstIndex(where: { $0.id(run: run) == ack.id }) else { continue }
            let command = open.remove(at: index)
            let isRefused = ack.state == .rejected || ack.state == .failed || ack.state == .expired
            outcomes.append(Outcome(command: command, fate: isRefused ? .rejected : .accepted))
            assets[command.path, default: AssetState()].isNotAcked = false
        }
        for command in open where command.expires <= context.to {
            outcomes.append(Outcome(command: command, fate: .expired))
            if command.ts > takenUp { assets[command.path, default: AssetState()].isNotAcked = true }
        }
        open.removeAll { $0.expires <= context.to }
        return outcomes
    }

    /// Settles all that is open: a plant without messages obeys at once.
    public mutating func takeAsAccepted() { open.removeAll(keepingCapacity: true) }

    /// Compares a measurement with what was commanded; true while it does not follow.
    public mutating func watch(_ asset: Offer, context: TickContext, rules: Rules) -> Bool {
        var state = assets[asset.path] ?? AssetState()
        defer {
            state.advance(asset)
            assets[asset.path] = state
        }
        guard state.lastTick != nil, asset.measured.quality.isGood else { return state.isNotFollowed }
        let tolerance = rules.followToleranceFraction * asset.ratingKW
        var low = min(state.setPoint, state.way) - tolerance
        var high = max(state.setPoint, state.way) + tolerance
        if asset.isCeiling || asset.mayStopShort {
            low = min(low, -tolerance)
            high = max(high, tolerance)
        }
        if (low...high).contains(asset.measured.value) {
            state.offSince = nil
            state.isNotFollowed = false
        } else {
            let since = state.offSince ?? context.from
            state.offSince = since
            state.isNotFollowed = context.to - since >= rules.patience
        }
        return state.isNotFollowed
    }

    /// Turns a set-point that passed the gate into a command if it changes or its lease must be renewed.
    public mutating func issue(_ point: SetPoint, context: TickContext, n: Int, rules: Rules) -> Command? {
        var state = assets[point.path] ?? AssetState()
        if state.lastTick == nil || point.value != state.setPoint { state.changedAt = context.to }
        let isDue = state.lastTick.map { context.tick - $0 >= 2 } ?? true
        guard isDue || point.value != state.setPoint else { return nil }
        state.setPoint = point.value
        state.lastTick = context.tick
        assets[point.path] = state
        issuedTotal += 1
        let command = Command(
            tick: context.tick, n: n, point: point, ts: context.to, expires: context.to + rules.patience,
            since: state.changedAt ?? context.to, leaseS: rules.leaseS, seq: issuedTotal)
        open.append(command)
        return command
    }

    /// Begins to command, or ends it: what was wished before was asked of nobody, or is no longer.
    public mutating func takeUp(at time: PlantTime) {
        assets = [:]
        takenUp = time
    }

    /// Forgets assets that are gone; what they were told last expires with its lease.
    public mutating func keep(where isThere: (AssetPath) -> Bool) {
        assets = assets.filter { isThere($0.key) }
    }

    public func isNotAcked(_ path: AssetPath) -> Bool { assets[path]?.isNotAcked ?? false }
}
