public import TwinCore

/// One mark's control, for a live run, a replay and a simulated year alike: strategy, calm, gate.
public struct DispatchControl: Sendable {
    public var rules: DispatchRules
    public var gate: SafetyGate

    public init(rules: DispatchRules, gate: SafetyGate) {
        self.rules = rules
        self.gate = gate
    }

    /// The set-points that may leave at a mark, in the order of the surplus.
    private func decide(
        _ plant: PlantView, _ desk: CommandDesk, _ hand: HandOrders, _ plan: DispatchPlan?, _ request: GridRequest?,
        at mark: PlantTime
    ) -> [SafetyGate.Passage] {
        var plant = plant
        plant.planned = plan.flatMap { PlannedStep($0, plant.offers, at: mark) }
        if !hand.isEmpty { plant.hand = plant.offers.map { hand[$0.path] } }
        plant.inForce = plant.offers.indices.map { desk.inForce(plant.offers[$0].path, near: $0, at: mark) }
        let (rules, asking) = rules(request, plan, plant.planned, at: mark)
        var passages = rules.decide(plant).map { wish in
            SafetyGate.Passage(
                wish.place, wish.value, last: plant.last(wish.place),
                reason: asking.map { wish.reason.asked(by: $0) } ?? wish.reason)
        }
        gate.pass(&passages, plant.offers, netKW: plant.site.netKW)
        return passages
    }

    /// What the plan pays for as the month's highest half hour is a lower peak, and so is a request. One that pays holds only
    /// where the plan takes its money.
    private func rules(
        _ request: GridRequest?, _ plan: DispatchPlan?, _ planned: PlannedStep?, at mark: PlantTime
    ) -> (DispatchRules, asking: String?) {
        var lowered = rules
        // Minute by minute, though a half hour's mean is charged: what the rest of it will bring nobody knows.
        if planned != nil, let demandKW = plan?.demandKW, let until = plan?.demandUntil, mark < until {
            lowered.storage.peakImportKW = min(demandKW, rules.storage.peakImportKW)
        }
        guard let request, request.ceilingKW < lowered.storage.peakImportKW else { return (lowered, nil) }
        if request.payPerMWh != nil, let planned, planned.netKW > request.ceilingKW { return (lowered, nil) }
        lowered.storage.peakImportKW = request.ceilingKW
        return (lowered, request.id)
    }

    /// The commands of a mark: set-points that changed, and leases that must be renewed; none for what an operator paused.
    public func commands(
        _ plant: PlantView, _ desk: inout CommandDesk, hand: HandOrders = HandOrders(),
        plan: DispatchPlan? = nil, request: GridRequest? = nil, context: TickContext, rules: CommandDesk.Rules
    ) -> [Command] {
        var plant = plant
        if !plant.circuits.isEmpty {
            plant.breakerAge = desk.watchBreaker(isOpen: !plant.site.isGridConnected, at: context.to)
        }
        var commands: [Command] = []
        commands.reserveCapacity(plant.offers.count)
        for passage in decide(plant, desk, hand, plan, request, at: context.to) {
            let (place, path) = (passage.place, plant.offers[passage.place].path)
            let order = hand[path]
            if let order, order.value == nil { continue }
            guard desk.isDue(passage.value, for: path, near: place, context: context) else { continue }
            let command = desk.issue(
                SetPoint(passage, plant.offers[place]), near: place, context: context, n: commands.count + 1,
                rules: rules, isByHand: order != nil)
            if let command { commands.append(command) }
        }
        return commands
    }
}
