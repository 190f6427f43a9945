import TwinBooks
import TwinCore
import TwinUnits

/// `baseline.yaml`: the year that everything is compared with, and the targets.
struct BaselineSection {
    var baseline: Baseline
    var targets: [Target]

    init?(_ root: YAMLNode) {
        let section: BaselineSection? = root.fields { fields in
            let id = fields.required("id")?.id()
            let period = fields.required("period").flatMap(Self.period)
            let year = fields.required("year")?.whole(in: 1990...2100, "calendar year")
            let vehicles = fields.count("vehicles", in: 1...10_000_000, "vehicles")
            let energy = fields.required("energy").flatMap(energyModel)
            let generation = fields.required("generation").flatMap(Self.generation)
            let conditions = fields.optional("conditions").map { Self.conditions($0, vehicles: vehicles) }
            let fit = fields.optional("fit").map(BaselineFit.read)
            let uncertainty = fields.quantity("uncertainty_fraction", in: 0...1, "fraction of the value")
            let kg = fields.quantity("kg_per_vehicle", in: 1...10_000, "kg/vehicle")
            let targets = fields.required("targets").flatMap(Self.targets)
            let context = fields.optional("context").map(Self.context)
            if let period, let year, !Self.years(period).contains(year) {
                fields.node.find("year")?.problem(
                    "\(year) lies outside the period \(period); write the calendar year whose factors price it")
            }
            guard let id, let period, let year, let vehicles, let energy, let generation, let uncertainty, let kg,
                let targets
            else { return nil }
            for (target, item) in zip(targets, fields.node.find("targets")?.items(0...20) ?? [])
            where target.year <= year {
                item.find("year")?.problem("\(target.year) is not after the baseline's year \(year)")
            }
            let usedKWh = 8760 * energy.electricityFixedKW + Double(vehicles) * energy.electricityPerVehicleKWh
            if let own = conditions??.baselineGenerationKWh, own > usedKWh {
                fields.node.find("conditions")?.find("generation_mwh")?.problem(
                    "\(JSON.numberText(own / 1000)) MWh are more than the \(JSON.numberText((usedKWh / 1000).rounded())) MWh of"
                        + " electricity that the baseline used; check the unit")
            }
            if let conditions, conditions == nil { return nil }
            if let fit, fit == nil { return nil }
            if let context, context == nil { return nil }
            var baseline = Baseline(
                id: id, period: period, year: year, vehicles: vehicles, energy: energy, generation: Set(generation),
                uncertaintyFraction: uncertainty, kgPerVehicle: kg)
            baseline.conditions = conditions.flatMap(\.self)
            baseline.fit = fit.flatMap(\.self)
            baseline.context = context.flatMap(\.self) ?? []
            return BaselineSection(baseline: baseline, targets: targets)
        }
        guard let section else { return nil }
        self = section
    }

    private init(baseline: Baseline, targets: [Target]) {
        self.baseline = baseline
        self.targets = targets
    }

    /// Promises that stand beside production's.
    private static func context(_ node: YAMLNode) -> [ContextFigure]? {
        guard let items = node.items(0...20) else { return nil }
        let figures = items.map { item -> ContextFigure? in
            item.fields { fields in
                let name = fields.required("name")?.text(maxLength: 60)
                let change = fields.quantity("change_fraction", in: -1...10, "fraction against the baseline's year")
                guard let name, let change else { return nil }
                return ContextFigure(name: name, changeFraction: change)
            }
        }
        return figures.contains(nil) ? nil : figures.compactMap(\.self)
    }

    /// What the year was like: without it a change is not shared out among its causes.
    private static func conditions(_ node: YAMLNode, vehicles: Int?) -> WindowConditions? {
        node.fields { fields in
            let days = fields.quantity("production_days", in: 1...366, "days")
            let degreeDays = fields.quantity("heating_degree_days", in: 0...20_000, "K d")
            let production = fields.optionalQuantity(
                "heating_degree_days_on_production_days", in: 0...20_000, "K d")
            let generation = fields.quantity("generation_mwh", in: 0...10_000_000, "MWh")
            if let production, let degreeDays, production > degreeDays {
                fields.node.find("heating_degree_days_on_production_days")?.problem(
                    "\(JSON.numberText(production)) K d are more than the \(JSON.numberText(degreeDays)) K d of all days"
                )
                return nil
            }
            guard let days, let degreeDays, let generation, let vehicles else { return nil }
            return WindowConditions(
                hours: 8760, productionDayHours: 24 * days, heatingKHours: 24 * degreeDays,
                productionHeatingKHours: production.map { 24 * $0 }, vehicles: vehicles,
                baselineGenerationKWh: 1000 * generation)
        }
    }

    /// Assets that stood in the baseline's year too, `wind/t01`.
    private static func generation(_ node: YAMLNode) -> [AssetPath]? {
        guard let items = node.items(0...1000) else { return nil }
        let paths = items.map { item -> AssetPath? in
            guard let text = item.text() else { return nil }
            guard let path = AssetPath(text: text) else {
                item.problem("\(quoted(text)) is no asset; write area and id like wind/t01")
                return nil
            }
            return path
        }
        return paths.contains(nil) ? nil : paths.compactMap(\.self)
    }

    /// The calendar years that a period touches.
    private static func years(_ period: String) -> ClosedRange<Int> {
        let years = period.split(separator: "/").compactMap { Int($0.prefix(4)) }
        guard let first = years.first, let last = years.last, first <= last else { return 0...0 }
        return first...last
    }

    /// First and last month of a year, `2018-01/2018-12`.
    private static func period(_ node: YAMLNode) -> String? {
        guard let text = node.text() else { return nil }
        let months = text.split(separator: "/", omittingEmptySubsequences: false)
        guard months.count == 2, months.allSatisfy(isMonth), let first = months.first, let last = months.last,
            first <= last
        else {
            node.problem("\(quoted(text)) is no period; write first and last month like 2018-01/2018-12")
            return nil
        }
        let length = monthNumber(last) - monthNumber(first) + 1
        guard length == 12 else {
            node.problem("\(quoted(text)) has \(length) months; its vehicles and targets are those of 12, write a year")
            return nil
        }
        return text
    }

    private static func monthNumber(_ text: Substring) -> Int {
        let parts = text.split(separator: "-").compactMap { Int($0) }
        return parts.count == 2 ? parts[0] * 12 + parts[1] : 0
    }

    private static func isMonth(_ text: Substring) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard let year = parts.first, let month = parts.last, parts.count == 2, year.utf8.count == 4,
            month.utf8.count == 2, text.utf8.allSatisfy({ (48...57).contains($0) || $0 == 45 }), let year = Int(year),
            let month = Int(month)
        else { return false }
        return CivilDate(year: year, month: month, day: 1).exists
    }

    private static func targets(_ node: YAMLNode) -> [Target]? {
        guard let items = node.items(0...20) else { return nil }
        let targets = items.map { item -> Target? in
            item.fields { fields in
                let name = fields.required("name")?.text()
                let basis = fields.required("basis")?.choice(Target.Basis.self)
                let remaining = fields.quantity("remaining_fraction", in: 0...1, "fraction of the baseline")
                let year = fields.optional("year").map { $0.whole(in: 2000...2100, "calendar year") } ?? 2030
                guard let name, let basis, let remaining, let year else { return nil }
                if remaining == 1 {
                    fields.node.find("remaining_fraction")?.problem(
                        "1 leaves all of the baseline, so it is no target; write the share that may remain")
                }
                return Target(name: name, basis: basis, remainingFraction: remaining, year: year)
            }
        }
        let good = targets.compactMap(\.self)
        guard good.count == items.count else { return nil }
        for (index, (target, item)) in zip(good, items).enumerated() {
            if good.prefix(index).contains(where: { $0.name == target.name }) {
                item.find("name")?.problem("\(quoted(target.name)) names two targets; give each its own name")
            }
        }
        return good
    }
}

extension SiteFiles {
    /// `factors.yaml`: the yearly sets under one convention.
    func readFactors(_ root: YAMLNode) -> Factors? {
        root.fields { fields in
            let convention = fields.required("convention")?.choice(FactorConvention.self)
            let sets = fields.required("sets").flatMap(factorSets)
            let missing = fields.optional("missing_years").map { $0.choice(among: ["refuse", "nearest"]) } ?? "refuse"
            guard let convention, let sets, let missing else { return nil }
            // A set's data are two years older than the year it is published for.
            let lead = convention == .dataYear ? 2 : 0
            var factors = Factors(convention: convention, byYear: sets.map { ($0.year - lead, $0.set) })
            factors.allowsNearest = missing == "nearest"
            return factors
        }
    }

    private func factorSets(_ node: YAMLNode) -> [(year: Int, set: FactorSet)]? {
        guard let entries = node.named() else { return nil }
        var sets: [(year: Int, set: FactorSet)] = []
        var isGood = true
        for (key, value) in entries {
            let id = key.id()
            guard let read = factorSet(value, id: id ?? ""), id != nil else {
                isGood = false
                continue
            }
            if let other = sets.first(where: { $0.year == read.year }) {
                value.find("year")?.problem(
                    "\(read.year) is the year of set \(quoted(other.set.id)) too; one set a year")
                isGood = false
            }
            sets.append(read)
        }
        if entries.isEmpty { node.problem("no factor set; at least the baseline's year needs one") }
        return isGood && !sets.isEmpty ? sets : nil
    }

    private func factorSet(_ node: YAMLNode, id: String) -> (year: Int, set: FactorSet)? {
        node.fields { fields in
            let year = fields.required("year")?.whole(in: 1990...2100, "calendar year")
            func factor(_ key: String, _ unit: String = "kg/kWh") -> EmissionFactor? {
                fields.quantity(key, in: 0...2, unit).map { EmissionFactor(kilogramsPerKWh: $0) }
            }
            let generation = factor("grid_generation_kg_per_kwh")
            let losses = factor("grid_losses_kg_per_kwh")
            let upstream = factor("grid_upstream_kg_per_kwh")
            let residual = factor("grid_residual_mix_kg_per_kwh")
            // A fuel with a factor needs all of them; whether one is needed, the assets say.
            let fuels = Fuel.allCases.map { fuel -> FuelFactors? in
                let keys = fuel.factorKeys
                guard keys.contains(where: { fields.node.find($0) != nil }) else {
                    for key in keys { _ = fields.optional(key) }
                    return nil
                }
                let parts = keys.map { factor($0, "kg/kWh \(fuel.row.basis)") }
                guard let direct = parts[0], let upstream = parts[1] else { return nil }
                guard fuel.row.isBiogenic else {
                    return FuelFactors(
                        direct: direct, biogenic: EmissionFactor(microgramsPerKWh: 0), upstream: upstream)
                }
                return parts[2].map { FuelFactors(direct: direct, biogenic: $0, upstream: upstream) }
            }
            guard let year, let generation, let losses, let upstream, let residual else { return nil }
            let set = FactorSet(
                id: id, gridGeneration: generation, gridLosses: losses, gridUpstream: upstream,
                gridResidualMix: residual, fuels: fuels)
            return (year, set)
        }
    }

    /// `tariffs.yaml`: prices per MWh, per tonne and per kW.
    func readTariffs(_ root: YAMLNode) -> Tariffs? {
        root.fields { fields in
            let currency = fields.required("currency").flatMap(currencyCode)
            let importPrice = fields.quantity("import_per_mwh", in: -1000...10_000, "currency/MWh")
            let exportPrice = fields.quantity("export_per_mwh", in: -1000...10_000, "currency/MWh")
            let fuels = Fuel.allCases.map { fuel -> Double? in
                guard fields.node.find(fuel.row.priceKey) != nil else {
                    _ = fields.optional(fuel.row.priceKey)
                    return nil
                }
                return fields.quantity(
                    fuel.row.priceKey, in: 0...fuel.row.priceMax, "currency/\(fuel.row.priceUnit)")
            }
            let carbon = fields.quantity("carbon_per_tonne", in: 0...100_000, "currency/t")
            let demand = fields.optionalQuantity("demand_per_kw_month", in: 0...1000, "currency/(kW month)")
            let agreed = agreedCapacity(&fields)
            guard let currency, let importPrice, let exportPrice, let carbon else { return nil }
            return Tariffs(
                currency: currency, importPerMWh: importPrice, exportPerMWh: exportPrice, fuels: fuels,
                carbonPerTonne: carbon, demandPerKWMonth: demand ?? 0, agreedCapacity: agreed)
        }
    }

    /// Its prices mean nothing without it.
    private func agreedCapacity(_ fields: inout YAMLFields) -> AgreedCapacity? {
        let agreed = fields.optionalQuantity("agreed_capacity_kw", in: 0...10_000_000, "kW")
        let price = fields.optionalQuantity("capacity_per_kw_month", in: 0...1000, "currency/(kW month)")
        let excess = fields.optionalQuantity("excess_per_kw_month", in: 0...1000, "currency/(kW month)")
        guard let agreed else {
            for key in ["capacity_per_kw_month", "excess_per_kw_month"]
            where fields.node.find("agreed_capacity_kw") == nil {
                fields.node.find(key)?.problem("no agreed_capacity_kw, which \(key) is a price of; add it or drop this")
            }
            return nil
        }
        if price == nil, excess == nil {
            fields.node.find("agreed_capacity_kw")?.problem(
                "nothing is said of its price; add capacity_per_kw_month or excess_per_kw_month")
        }
        return AgreedCapacity(kW: agreed, perKWMonth: price ?? 0, excessPerKWMonth: excess ?? 0)
    }

    private func currencyCode(_ node: YAMLNode) -> String? {
        guard let code = node.text() else { return nil }
        guard code.utf8.count == 3, code.utf8.allSatisfy({ (65...90).contains($0) }) else {
            node.problem("\(quoted(code)) is no currency code; write three capital letters like GBP")
            return nil
        }
        return code
    }

    /// A fuel that an asset burns needs its factors in every set, and its price.
    func checkFuels(_ assets: AssetsSection, _ factors: Factors, _ tariffs: Tariffs) {
        for fuel in Fuel.allCases where assets.chart.accounts.contains(fuel.account) {
            let path = assets.chart.meters.first { $0.account == fuel.account }?.path.text ?? ""
            for (_, set) in factors.byYear where set.fuels[fuel.index] == nil {
                self["factors.yaml"]?.find("sets", set.id)?.problem(
                    "no factors of \(fuel.name), which \(path) burns; add \(fuel.factorKeys.joined(separator: ", "))")
            }
            if tariffs.fuels[fuel.index] == nil {
                self["tariffs.yaml"]?.problem(
                    "no price of \(fuel.name), which \(path) burns; add \(fuel.row.priceKey): {value: ..., source: \"...\"}"
                )
            }
        }
    }
}

extension Fuel {
    /// Of a factor set: direct, upstream and, of a biogenic fuel, outside the scopes.
    fileprivate var factorKeys: [String] {
        (["", "_upstream"] + (row.isBiogenic ? ["_biogenic"] : [])).map { "\(name)\($0)_kg_per_kwh" }
    }
}
