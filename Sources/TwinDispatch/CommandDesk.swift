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
        /// How the set-point in force differs from the one before; nil for the first.
        var move: Double?
        /// Whether an operator asked for the set-point in force; nil where the rules did.
        var isByHand: Bool?
        var offSince: PlantTime?
        /// Since when it does nothing of what it is told.
        var stillSince: PlantTime?
        var isNotAcked = false
        var isNotFollowed = false

        func isDue(_ value: Double, _ context: TickContext) -> Bool {
            value != setPoint || lastTick.map { context.tick - $0 >= 2 } ?? true
        }

        mutating func watch(_ asset: Offer, _ context: TickContext, _ rules: Rules, isTripped: Bool) -> Bool {
            // One that says itself that it is off the bus begins anew when it is back.
            if isTripped {
                (offSince, stillSince, isNotFollowed) = (nil, nil, false)
                way = asset.measured.value
                return false
            }
            defer { advance(asset) }
            guard lastTick != nil, asset.measured.quality.isGood else { return isNotFollowed }
            let tolerance = rules.followToleranceFraction * asset.ratingKW
            var low = min(setPoint, way) - tolerance
            var high = max(setPoint, way) + tolerance
            if asset.isCeiling || asset.mayStopShort?.contains(setPoint) ?? false {
                low = min(low, -tolerance)
                high = max(high, tolerance)
            }
            let isStill = abs(asset.measured.value) <= tolerance && abs(setPoint) > tolerance
            stillSince = isStill ? stillSince ?? context.from : nil
            let standsTooLong =
                asset.mayStandStill.flatMap { most in stillSince.map { context.to - $0 >= most } } ?? false
            if (low...high).contains(asset.measured.value), !standsTooLong {
                offSince = nil
                isNotFollowed = false
            } else {
                let since = offSince ?? context.from
                offSince = since
                isNotFollowed = context.to - since >= rules.patience
            }
            return isNotFollowed
        }

        /// One step along the asset's own ramp; before the first command it is where it is.
        private mutating func advance(_ asset: Offer) {
            guard lastTick != nil else {
                way = asset.measured.value
                return
            }
            let ramp = asset.ownRampKWPerStep
            way = min(max(setPoint, way - ramp), way + ramp)
        }
    }

    private var open: [Command] = []
    private var assets = AssetList<AssetState>()
    private var issuedTotal = 0
    /// Commands before this were another mode's.
    private var takenUp = PlantTime.earliest
    /// When the main breaker was last seen to move, and how it stands since; nil where it never did.
    private var breaker: Breaker?
    /// Set-points in force by asset, each in the unit of its action. Most ticks change none.
    public private(set) var setPoints: [AssetPath: Double] = [:]

    private struct Breaker: Sendable, Codable {
        var isOpen: Bool
        var since: PlantTime
    }

    private enum CodingKeys: CodingKey { case open, assets, issuedTotal, takenUp, breaker }

    public init() {}

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        open = try container.decode([Command].self, forKey: .open)
        assets = try container.decode(AssetList<AssetState>.self, forKey: .assets)
        issuedTotal = try container.decode(Int.self, forKey: .issuedTotal)
        takenUp = try container.decode(PlantTime.self, forKey: .takenUp)
        breaker = try container.decodeIfPresent(Breaker.self, forKey: .breaker)
        assets.forEach { setPoints[$0] = $1.setPoint }
    }

    /// Nil before the first command.
    /// - Parameter hint: where the asset stands among those that dispatch sees.
    public func setPoint(_ path: AssetPath, near hint: Int = 0) -> Double? {
        assets[path, near: hint].flatMap { $0.lastTick == nil ? nil : $0.setPoint }
    }

    /// When the set-point in force was first commanded; nil before the first command.
    public func changedAt(_ path: AssetPath, near hint: Int = 0) -> PlantTime? { assets[path, near: hint]?.changedAt }

    /// Sees the main breaker at a mark.
    /// - Returns: how long it has stood so; nil where it never moved.
    mutating func watchBreaker(isOpen: Bool, at mark: PlantTime) -> Span? {
        if isOpen != (breaker?.isOpen ?? false) { breaker = Breaker(isOpen: isOpen, since: mark) }
        return breaker.map { mark - $0.since }
    }

    /// Nil before the first command.
    func inForce(_ path: AssetPath, near hint: Int, at mark: PlantTime) -> SetPointInForce? {
        guard let state = assets[path, near: hint], state.lastTick != nil, let since = state.changedAt else {
            return nil
        }
        return SetPointInForce(
            state.setPoint, age: mark - since, move: state.move ?? 0, isByHand: state.isByHand ?? false)
    }

    /// Commands that may still be acknowledged, oldest first.
    public var pending: [Command] { open }

    /// Settles acknowledgements that arrived in this tick, then expires what waited too long.
    public mutating func settle(_ acks: [Acknowledgement], run: String, context: TickContext) -> [Outcome] {
        var outcomes: [Outcome] = []
        outcomes.reserveCapacity(acks.count)
        for ack in acks {
            guard let index = place(ofID: ack.id, run: run) else { continue }
            let command = open.remove(at: index)
            let isRefused = ack.state == .rejected || ack.state == .failed || ack.state == .expired
            setNotAcked(command.path, false)
            outcomes.append(Outcome(command: command, fate: isRefused ? .rejected : .accepted))
        }
        guard open.contains(where: { $0.expires <= context.to }) else { return outcomes }
        for command in open where command.expires <= context.to {
            outcomes.append(Outcome(command: command, fate: .expired))
            if command.ts > takenUp { setNotAcked(command.path, true) }
        }
        open.removeAll { $0.expires <= context.to }
        return outcomes
    }

    /// Where an open command stands.
    private func place(ofID id: String, run: String) -> Int? {
        guard let counts = Command.counts(ofID: id),
            let index = open.firstIndex(where: { $0.tick == counts.tick && $0.n == counts.n }),
            open[index].id(run: run) == id
        else { return nil }
        return index
    }

    /// The asset that an open command is for; nil for an id that waits for no answer.
    public func asset(ofID id: String, run: String) -> AssetPath? { place(ofID: id, run: run).map { open[$0].path } }

    private mutating func setNotAcked(_ path: AssetPath, _ isNotAcked: Bool) {
        let place = place(path, near: nil)
        assets[place].isNotAcked = isNotAcked
    }

    /// Where the asset stands; one that nothing was known of begins here.
    private mutating func place(_ path: AssetPath, near hint: Int?) -> Int {
        let count = assets.count
        let place = assets.place(path, near: hint, else: AssetState())
        if assets.count > count { setPoints[path] = 0 }
        return place
    }

    /// Settles all that is open: a plant without messages obeys at once.
    public mutating func takeAsAccepted() { open.removeAll(keepingCapacity: true) }

    /// Compares a measurement with what was commanded; true while it does not follow.
    /// - Parameter hint: where the asset stands among those that dispatch sees.
    public mutating func watch(
        _ asset: Offer, near hint: Int = 0, context: TickContext, rules: Rules, isTripped: Bool = false
    ) -> Bool {
        let place = place(asset.path, near: hint)
        return assets[place].watch(asset, context, rules, isTripped: isTripped)
    }

    /// Whether a set-point would change, or its lease must be renewed.
    func isDue(_ value: Double, for path: AssetPath, near hint: Int, context: TickContext) -> Bool {
        assets[path, near: hint]?.isDue(value, context) ?? true
    }

    /// Turns a set-point that passed the gate into a command if it changes or its lease must be renewed.
    /// - Parameter isByHand: an operator asks for it.
    public mutating func issue(
        _ point: consuming SetPoint, near hint: Int = 0, context: TickContext, n: Int, rules: Rules,
        isByHand: Bool = false
    ) -> Command? {
        guard isDue(point.value, for: point.path, near: hint, context: context) else { return nil }
        let (path, value) = (point.path, point.value)
        let place = place(path, near: hint)
        var state = assets[place]
        if state.lastTick == nil || value != state.setPoint {
            state.changedAt = context.to
            if state.lastTick != nil { state.move = value - state.setPoint }
            setPoints[path] = value
        }
        state.setPoint = value
        state.isByHand = isByHand ? true : nil
        state.lastTick = context.tick
        assets[place] = state
        issuedTotal += 1
        let command = Command(
            tick: context.tick, n: n, point: point, ts: context.to, expires: context.to + rules.patience,
            since: state.changedAt ?? context.to, leaseS: rules.leaseS, seq: issuedTotal)
        open.append(command)
        return command
    }

    /// Begins to command, or ends it: what was wished before was asked of nobody, or is no longer.
    public mutating func takeUp(at time: PlantTime) {
        assets = AssetList()
        setPoints = [:]
        takenUp = time
    }

    /// Forgets assets that are gone; what they were told last expires with its lease.
    public mutating func keep(where isThere: (AssetPath) -> Bool) {
        assets.keep(where: isThere)
        setPoints = setPoints.filter { isThere($0.key) }
    }

    public func isNotAcked(_ path: AssetPath, near hint: Int = 0) -> Bool {
        assets[path, near: hint]?.isNotAcked ?? false
    }
}
