public import TwinCore

/// One mark's control, for a live run, a replay and a simulated year alike: strategy, dead-band, gate.
public struct DispatchControl: Sendable {
    public var rules: DispatchRules
    public var gate: SafetyGate

    public init(rules: DispatchRules, gate: SafetyGate) {
        self.rules = rules
        self.gate = gate
    }

    /// The set-points that may leave at a mark, each with its reason, in the order of the surplus.
    /// - Parameter last: the set-point in force by asset; nil before the first one.
    func decide(_ plant: PlantView, last: (AssetPath) -> Double?) -> [SetPoint] {
        let places = Dictionary(plant.offers.enumerated().map { ($1.path, $0) }) { first, _ in first }
        let requests = rules.decide(plant).compactMap { decided -> SafetyGate.Request? in
            guard let place = places[decided.path] else { return nil }
            let offer = plant.offers[place]
            let before = last(decided.path)
            var wish = decided
            wish.value = offer.settled(wish.value, last: before)
            return SafetyGate.Request(wish, offer, last: before ?? offer.resting)
        }
        return gate.pass(requests, netKW: plant.site.netKW)
    }

    /// The commands of a mark: set-points that changed, and leases that must be renewed.
    public func commands(
        _ plant: PlantView, _ desk: inout CommandDesk, context: TickContext, rules: CommandDesk.Rules
    ) -> [Command] {
        var commands: [Command] = []
        for point in decide(plant, last: desk.setPoint) {
            if let command = desk.issue(point, context: context, n: commands.count + 1, rules: rules) {
                commands.append(command)
            }
        }
        return commands
    }
}
