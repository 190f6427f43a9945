import TwinCore
import TwinUnits

/// The interval of the figure, and what it is made of.
extension Summary {
    /// Of the headline's kilograms.
    public var uncertaintyBudget: UncertaintyBudget { uncertaintyBudget(method.scope2) }

    /// 95 % half-width of `kgPerVehicle`; nil without a vehicle. Factors are in it.
    public var uncertaintyKgPerVehicle: Double? { perVehicle(uncertaintyBudget.kg) }

    /// The share of the metered energy over which meters exclude each other, %; nil where nothing flowed.
    public var contradictedPct: Double? {
        let wh = counts.contradictedWh.values.reduce(0.0) { $0 + Double($1) }
        return sum.examinedKWh > 0 ? min(100, wh / 1000 / sum.examinedKWh * 100) : nil
    }

    func uncertaintyBudget(_ view: ReportMethod.Scope2) -> UncertaintyBudget {
        let sources = carbonSources(view)
        let electricity = sources.filter { $0.account.row.bus == .electricity }
        let fuels = sources.filter { $0.account.row.bus == .fuel }
        var budget = UncertaintyBudget([])
        func add(_ source: UncertaintyBudget.Source, of subject: String = "", _ kg: Double) {
            budget.contributions.append(.init(source, subject, kg: abs(kg)))
        }
        let u = method.uncertainty
        // Meters of one kind share what they were calibrated against, and gas meters the calorific value: they err alike,
        // and their kilograms add up. A meter with a class of its own errs for itself.
        for (source, group, class95) in [
            (UncertaintyBudget.Source.electricityMeter, electricity, u.electricityMeter),
            (.fuelMeter, fuels, u.gasMeter),
        ] {
            let (own, shared) = (group.filter { u.meters[$0.meter] != nil }, group.filter { u.meters[$0.meter] == nil })
            add(source, class95 * shared.reduce(0) { $0 + $1.measuredKg })
            for one in own { add(source, of: one.meter.path.text, (u.meters[one.meter] ?? 0) * one.measuredKg) }
        }
        add(.factor, of: "grid", u.factors * electricity.reduce(0) { $0 + $1.kg })
        for fuel in self.fuels {
            let kg = fuels.filter { $0.account == fuel.account }.reduce(0) { $0 + $1.kg }
            add(.factor, of: fuel.name, u.factors * kg)
        }
        func quadrature(_ kg: (CarbonSource) -> Double) -> Double {
            sources.reduce(0) { $0 + kg($1) * kg($1) }.squareRoot()
        }
        // A model that is off is off in every gap of its meter; models of two meters know nothing of each other.
        add(.estimated, u.estimates * quadrature(\.estimatedKg))
        add(.missing, quadrature(\.missingKg))
        add(.contradicted, contradictedKg(view))
        let total = sources.reduce(0) { $0 + $1.kg }
        add(.doubtedVehicles, doubtedKg(total))
        return budget
    }

    /// Something that brings carbon to the site, and what of it rests on what.
    private struct CarbonSource {
        var account: Account
        var meter: Meter
        /// Of the window, in the view.
        var kg = 0.0
        var fill: FillSum

        private var kgPerKWh: Double { fill.energyKWh != 0 ? kg / fill.energyKWh : 0 }
        var estimatedKg: Double { kgPerKWh * fill.estimatedKWh }
        var missingKg: Double { kgPerKWh * fill.missingKWh }
        /// No meter's class holds of what a model filled in.
        var measuredKg: Double { kg - estimatedKg }
    }

    /// Where Scope 1 and 2 come from, by meter; the kilograms are the ledger's.
    private func carbonSources(_ view: ReportMethod.Scope2) -> [CarbonSource] {
        let scope2: Carbon.Part = view == .location ? .location : .market
        var found: [CarbonSource] = []
        for (route, flow) in zip(sum.ledger.routes, sum.flows) {
            let (account, path): (Account, AssetPath?)
            switch route.from {
            case .source(let of, let at): (account, path) = (of, at)
            case .vehicle(let at): (account, path) = (.bayDischarge, at)
            default: continue
            }
            let kg = (flow.carbon[view == .location ? .scope1 : .scope1Certified] + flow.carbon[scope2]).kilograms
            let meter = Meter(account, path ?? Summary.nowhere)
            if let place = found.firstIndex(where: { $0.meter == meter }) {
                found[place].kg += kg
            } else if kg != 0 {
                let line = account == .gridImport ? nil : path.flatMap { _ in method.chart.index(of: meter) }
                let fill = line.map { sum.fills[line: $0] } ?? sum.fills[account]
                found.append(CarbonSource(account: account, meter: meter, kg: kg, fill: fill))
            }
        }
        return found
    }

    /// Stands for the part of an account that no meter tells.
    private static let nowhere = AssetPath(.grid, "")

    /// What the figure would move by if the plan's vehicles were there in the place of those that a line told; the plan errs
    /// by a tenth. As kilograms of the window's vehicles.
    private func doubtedKg(_ kg: Double) -> Double {
        let planned = vehicles + counts.doubtedVehicles
        guard counts.doubtedVehicles != 0, vehicles > 0, planned > 0 else { return 0 }
        return 1.1 * abs(kg - kg * Double(vehicles) / Double(planned))
    }

    /// What the figure would move by if of two that exclude each other the other one were right, kg: an interval holds both.
    private func contradictedKg(_ view: ReportMethod.Scope2) -> Double {
        if counts.contradictedWh.isEmpty { return 0 }
        let set = method.factors.set(at: from)
        let grid = view == .location ? set.gridGeneration : set.gridResidualMix
        // In one order, so that the sum has the same bits every time.
        return counts.contradictedWh.sorted { $0.key.text < $1.key.text }.reduce(0) { sum, doubt in
            let factor = doubt.key.account == .gridImport ? grid : doubt.key.account.row.fuel.map { set[$0].direct }
            let energy = Energy(roundingWattSeconds: Double(doubt.value) * 3600)
            return sum + (factor.map { (energy * $0).kilograms } ?? 0)
        }
    }
}
