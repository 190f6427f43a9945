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
        caveats += storeCaveats
        let year = method.zone.local(to - Span(ms: 1)).date.year
        if let last = method.factors.byYear.last?.year, last < year {
            caveats.append("there are no emission factors of \(year): those of \(last) stand in")
        }
        return caveats
    }

    /// Less than this share of the window's emissions is not worth a sentence.
    private static let storeShareMin = 0.005

    /// A window that empties a store lives on another's emissions, and one that fills it pays for the next.
    private var storeCaveats: [String] {
        let set = method.factors.set(at: from)
        let stores: [(name: String, given: Account, taken: Account, factor: EmissionFactor)] = [
            ("heat", .heatStoreDischarge, .heatStoreCharge, set[.gas].direct),
            ("electricity", .storageDischarge, .storageCharge, set.gridGeneration),
        ]
        return stores.compactMap { store in
            let net = sum[store.given].energy - sum[store.taken].energy
            let kg = (net * store.factor).kilograms
            guard abs(kg) > Summary.storeShareMin * productionKgLocation else { return nil }
            func text(_ value: Double) -> String { JSON.numberText(abs(value).rounded()) }
            let verbs = kg > 0 ? ("gave", "took") : ("took", "gave")
            return "stores \(verbs.0) \(text(net.kilowattHours)) kWh of \(store.name) more than they \(verbs.1), "
                + "worth \(text(kg)) kg CO2e as \(store.name == "heat" ? "gas" : "import")"
        }
    }
}
