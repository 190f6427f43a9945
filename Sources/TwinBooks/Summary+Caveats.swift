import TwinCore
import TwinUnits

extension Summary {
    /// What a reader must know before he uses a figure, a sentence each.
    public var caveats: [String] {
        var caveats: [String] = []
        if facts.isSimulated { caveats.append("simulated: every figure comes from models, none is measured") }
        if let measured = measuredOfPartialPlant {
            caveats.append(
                "partial plant: only \(JSON.numberText(measured)) % of the energy was measured, models stand in for the rest"
            )
        }
        if !counts.contradictedWh.isEmpty {
            let kWh = (Double(counts.contradictedWh.values.reduce(Int64(0)) { $0.addingSaturated($1) }) / 1000)
                .rounded()
            caveats.append("meters exclude each other over \(JSON.numberText(kWh)) kWh: the interval holds both sides")
        }
        if counts.doubtedVehicles != 0 {
            let what = counts.doubtedVehicles > 0 ? "be missing" : "be counted twice"
            caveats.append("\(counts.doubtedVehicles.magnitude) vehicles may \(what): the interval holds both")
        }
        caveats += storeCaveats
        let year = method.zone.local(to - Span(ms: 1)).date.year
        for year in missingFactorYears {
            let set = method.factors.set(year: year)
            let stand = method.factors.byYear.last { $0.set.id == set.id }?.year ?? year
            caveats.append("there are no emission factors of \(year): those of \(stand) stand in")
        }
        if let last = method.closedDaysTo, last < year {
            caveats.append(
                "shifts.yaml names no closed days of \(year), the last are of \(last): holidays count as working days")
        }
        return caveats
    }

    /// Calendar years of the window, by UTC as factors go, that have no set of their own.
    public var missingFactorYears: [Int] {
        let first = CivilDate(daysSinceEpoch: from.ms / 86_400_000).year
        let last = CivilDate(daysSinceEpoch: max(from, to - Span(ms: 1)).ms / 86_400_000).year
        return (first...max(first, last)).filter { !method.factors.knows($0) }
    }

    /// Less than this share of the window's emissions is not worth a sentence.
    private static let storeShareMin = 0.005

    /// What the stores gave more than they took, kg CO2e: a window that empties a store lives on another's emissions, and one
    /// that fills it pays for the next.
    public var storesGaveKg: Double { stores.reduce(0) { $0 + $1.kg } }

    private var stores: [(name: String, source: String, kWh: Double, kg: Double)] {
        let set = method.factors.set(at: from)
        func net(_ given: Account, _ taken: Account) -> Energy { sum[given].energy - sum[taken].energy }
        let heat = net(.heatStoreDischarge, .heatStoreCharge)
        let power = net(.storageDischarge, .storageCharge)
        return [
            ("heat", "gas", heat.kilowattHours, (heat * set[.gas].direct).kilograms),
            ("electricity", "import", power.kilowattHours, (power * set.gridGeneration).kilograms),
        ]
    }

    private var storeCaveats: [String] {
        stores.filter { abs($0.kg) > Summary.storeShareMin * productionKgLocation }.map { store in
            func text(_ value: Double) -> String { JSON.numberText(abs(value).rounded()) }
            return "stores \(store.kg > 0 ? "gave" : "took") \(text(store.kWh)) kWh of \(store.name) on balance "
                + "(\(text(store.kg)) kg CO2e as \(store.source))"
        }
    }
}
