public import TwinCore

/// Watches that vehicles get what their departures need: in every mode, for their own controller must do it anyway.
public struct DepartureWatch: Sendable, Codable {
    private struct Group: Sendable, Codable {
        /// What it said that it must charge in the step that followed, kW.
        var mustKW = 0.0
        var shortSince: PlantTime?
        var isAtRisk = false
    }

    private var groups: [AssetPath: Group] = [:]

    public init() {}

    /// - Returns: the groups that charge less than their vehicles must have, longer than measurements take to follow.
    public mutating func look(_ plant: PlantView, context: TickContext, rules: CommandDesk.Rules) -> [AssetPath] {
        var atRisk: [AssetPath] = []
        var seen: [AssetPath: Group] = [:]
        for place in plant.loads {
            guard case .deferrable(let load) = plant.offers[place].shape, !load.isWorking else { continue }
            var group = groups[load.path] ?? Group()
            // Between two readings, and while nothing is heard, it stands as it was.
            if let need = load.needKW, load.powerKW.quality.isGood || load.powerKW.quality == .lastKnown {
                // A vehicle that left took its need with it.
                let mustKW = min(group.mustKW, need)
                if mustKW > 0, -load.powerKW.value < mustKW - rules.followToleranceFraction * load.ratingKW {
                    let since = group.shortSince ?? context.from
                    group.shortSince = since
                    group.isAtRisk = context.to - since >= rules.patience
                } else {
                    (group.shortSince, group.isAtRisk) = (nil, false)
                }
                group.mustKW = need
            }
            if group.isAtRisk { atRisk.append(load.path) }
            seen[load.path] = group
        }
        groups = seen
        return atRisk
    }
}
