import TwinCore
import TwinProgram

/// Storage units that are alike, planned as one: so a plan has few columns, and none of them is at the mercy of a solver's
/// taste.
struct StoreGroup: Sendable {
    var stores: [Store]

    /// Alike in all but their size, with much the same charge.
    func takes(_ other: Store) -> Bool {
        guard let first = stores.first else { return true }
        return first.chargeEfficiency == other.chargeEfficiency
            && first.dischargeEfficiency == other.dischargeEfficiency && first.socMin == other.socMin
            && first.socMax == other.socMax && first.socReserve == other.socReserve
            && abs(first.soc.value - other.soc.value) <= StoreGroup.socSpread
            && abs(first.hours - other.hours) <= StoreGroup.hoursSpread * first.hours
    }

    /// ASM: a twentieth of the charge is shared out within the hour.
    private static let socSpread = 0.05
    /// ASM: power is shared out by rating, so all of a group are full at much the same time.
    private static let hoursSpread = 0.1

    var powerMaxKW: Double { stores.reduce(0) { $0 + $1.powerMaxKW } }
    var capacityKWh: Double { stores.reduce(0) { $0 + $1.capacityKWh } }
    /// Of all that its charge tells; one whose charge nobody knows is not planned.
    var heldKWh: Double { stores.reduce(0) { $0 + min(max($1.soc.value, 0), 1) * $1.capacityKWh } }
}

extension PlanProgram {
    static func groups(of view: PlantView) -> [StoreGroup] {
        var groups: [StoreGroup] = []
        for offer in view.offers {
            guard case .store(let store) = offer.shape, !store.soc.quality.isBad, store.soc.value.isFinite else {
                continue
            }
            if let place = groups.firstIndex(where: { $0.takes(store) }) {
                groups[place].stores.append(store)
            } else {
                groups.append(StoreGroup(stores: [store]))
            }
        }
        return groups
    }

    mutating func add(_ group: StoreGroup) throws(LinearProgram.Problem) {
        guard let unit = group.stores.first, group.capacityKWh > 0 else { return }
        let name = group.stores.count == 1 ? unit.path.text : "\(unit.path.area.rawValue) (\(group.stores.count))"
        let words = (
            charge: "charge of " + name, give: "discharge of " + name, content: "content of " + name,
            band: "band of " + name
        )
        // A reserve above the band is as much of it as there is.
        let band = (min(unit.socReserve, unit.socMax) * group.capacityKWh, unit.socMax * group.capacityKWh)
        let held = group.heldKWh
        // What lies outside its band may stay there, and goes back for its price.
        let range = (min(band.0, held), max(band.1, held))
        // What it gives back later wears it as well.
        let endPrice =
            max(0, PlanProgram.keepFactor * meanPrice - problem.objective.wearPerKWh) * unit.dischargeEfficiency
        var before: LinearProgram.Column?
        var part = Part(paths: group.stores.map(\.path), terms: [])
        for place in problem.periods.indices {
            let hours = hours(place)
            let most = LinearProgram.Bounds.between(0, group.powerMaxKW)
            let charge = try program.addColumn(.init(words.charge, place), most)
            let give = try program.addColumn(
                .init(words.give, place), most, cost: problem.objective.wearPerKWh * hours)
            let content = try program.addColumn(
                .init(words.content, place), .between(range.0, range.1), cost: place == lastPlace ? -endPrice : 0)
            try addContent(
                words.content, place, content, before, heldKWh: held,
                [(charge, unit.chargeEfficiency * hours), (give, -hours / unit.dischargeEfficiency)])
            if held < band.0 || held > band.1 {
                let row = try program.addRow(
                    .init(words.band, place), .between(band.0, band.1), [(content, 1)])
                try program.soften(row, priceAbove: bandPrice(place), priceBelow: bandPrice(place))
            }
            try program.add(-1, charge, to: bus[place])
            try program.add(1, give, to: bus[place])
            // Where energy is worth less than nothing, to lose some on the way would pay.
            if min(importPrice(place), exportPrice(place)) < 0 {
                try forbidBoth(charge, give, name, place, mostKW: group.powerMaxKW)
            }
            part.terms.append([(give, 1), (charge, -1)])
            before = content
        }
        parts.append(part)
    }

    /// On what energy is worth at the end: at one price for all hours a store is neither used up nor filled.
    private static let keepFactor = 1.0001

    /// Each hour outside of the band costs a kWh what a kWh costs.
    private func bandPrice(_ place: Int) -> Double { max(importPrice(place), 0.01) * hours(place) }
}

extension Store {
    /// How long its power lasts, h.
    fileprivate var hours: Double { capacityKWh / powerMaxKW }
}
