public import TwinBooks
public import TwinCore
import TwinUnits

/// Where the CO2 per vehicle comes from: figure, scopes, accounts, then areas and their meters; every product can be
/// done by hand.
public struct ExplainText {
    private let summary: Summary
    private var lines: [String] = []

    public static func render(_ summary: Summary) -> String {
        var text = ExplainText(summary: summary)
        text.figure()
        text.uncertainty()
        text.scopes()
        text.balance()
        text.areas()
        return text.lines.map(\.printable).joined(separator: "\n") + "\n"
    }

    /// The figure and its products: each account's energy times its factor, with the meters behind it.
    public static func json(_ summary: Summary) -> JSON {
        let text = ExplainText(summary: summary)
        let set = summary.method.factors.set(at: summary.from)
        let products =
            summary.fuels.map { text.json($0.account, set[$0].direct, set.id) } + [
                text.json(.gridImport, text.isLocation ? set.gridGeneration : set.gridResidualMix, set.id)
            ]
        let explained = JSON.fields([
            "schema": .string("explain/1"), "source": .string(summary.facts.isSimulated ? "simulated" : "measured"),
            "co2_kg_per_vehicle": .optional(summary.kgPerVehicle),
            "vehicles": .integer(summary.vehicles), "scope1_kg": .number(summary.carbon.scope1.kilograms),
            "scope2": .string(summary.method.scope2.rawValue), "scope2_kg": .number(text.scope2.kilograms),
            "products": .array(products), "ledger": .array(text.ledger),
            "uncertainty": summary.uncertaintyJSON,
            "reconciliation": summary.reconciliation(of: .electricity)?.json ?? .null,
        ])
        guard !text.chart.lines(of: .gasMain).isEmpty else { return explained }
        let gas = JSON.Member("gas_reconciliation", summary.reconciliation(of: .gas)?.json ?? .null)
        return .object((explained.members ?? []) + [gas])
    }

    private func json(_ account: Account, _ factor: EmissionFactor, _ set: String) -> JSON {
        let total = Double(max(summary.sum.steppedMs, 1))
        return .fields([
            "account": .string(account.name), "energy_kwh": .number(summary.energy(account).kilowattHours),
            "kg_per_kwh": .number(factor.kilogramsPerKWh), "factor_set": .string(set),
            "measured_pct": .number(Double(summary.sum[account].measuredMs) / total * 100),
            "estimated_pct": .number(Double(summary.sum[account].estimatedMs) / total * 100),
            "meters": .array(chart.lines(of: account).map { .string(chart.meters[$0].path.text) }),
        ])
    }

    /// Every route that something went along, in double entry: from, to, energy and carbon by each method.
    private var ledger: [JSON] {
        zip(summary.sum.ledger.routes, summary.sum.flows).compactMap { route, flow in
            guard flow != LedgerFlow() else { return nil }
            return .fields([
                "from": .string(route.from.text), "to": .string(route.to.text),
                "energy_kwh": .number(flow.energy.kilowattHours),
                "co2_kg": .object(
                    Carbon.Part.allCases.map { .init($0.key, .number(flow.carbon[$0].kilograms)) }),
                "factor_set": entersWithCarbon(route.from) ? .string(summary.factorSetID) : .null,
                "quality": quality(route),
            ])
        }
    }

    /// Whether a factor was put on what leaves this account; what passes through or ends carries what came in.
    private func entersWithCarbon(_ account: LedgerAccount) -> Bool {
        switch account {
        case .source, .vehicle, .other: true
        case .emitted, .converter, .bus, .store, .use: false
        }
    }

    /// Shares of the window in which the meters at either end of a route measured, or a model filled.
    private func quality(_ route: LedgerRoute) -> JSON {
        let sums = [route.from, route.to].flatMap(sums)
        guard !sums.isEmpty else { return .null }
        let total = Double(max(summary.sum.steppedMs, 1)) * Double(sums.count)
        func percent(_ part: KeyPath<AccountSum, Int64>) -> JSON {
            .number(sums.reduce(0) { $0 + Double($1[keyPath: part]) } / total * 100)
        }
        return .fields(["measured_pct": percent(\.measuredMs), "estimated_pct": percent(\.estimatedMs)])
    }

    /// Of the meter that an account names, or of all of an account's; none where an account is no meter's.
    private func sums(_ account: LedgerAccount) -> [AccountSum] {
        switch account {
        case .source(let account, let path), .use(let account, let path):
            guard !account.row.flow.isDerived else { return [] }
            guard let path else { return [summary.sum[account]] }
            return chart.index(of: Meter(account, path)).map { [summary.sum.meter(line: $0)] } ?? []
        case .vehicle, .other, .emitted, .converter, .bus, .store: return []
        }
    }

    private init(summary: Summary) { self.summary = summary }

    private var chart: Chart { summary.method.chart }
    private var isLocation: Bool { summary.method.scope2 == .location }
    private var scope2: Emissions { isLocation ? summary.carbon.scope2Location : summary.carbon.scope2Market }

    private mutating func figure() {
        let kg = isLocation ? summary.productionKgLocation : summary.productionKgMarket
        let left = summary.kgPerVehicle.map { "\(Figures.fixed($0, 3)) kg" } ?? "—"
        lines.append("co2_kg_per_vehicle \(left) = \(Figures.fixed(kg, 3)) kg / \(summary.vehicles) vehicles")
        lines.append("  vehicles: each id lined off once; \(summary.vehiclesModelled) of them modelled")
        if let split = summary.sum.intensitySplit {
            lines.append(
                "  of it fixed \(Figures.fixed(split.fixedKgPerDay / 1000, 1)) t a day, and"
                    + " \(Figures.fixed(split.variableKgPerVehicle, 1)) kg for each vehicle (R2 \(Figures.fixed(split.r2, 2)))"
            )
        }
        if summary.facts.isSimulated { lines.append("  simulated: every figure comes from models, none is measured") }
    }

    private mutating func uncertainty() {
        let budget = summary.uncertaintyBudget
        let width = summary.perVehicle(budget.kg).map { "± \(Figures.fixed($0, 3)) kg = " } ?? ""
        lines.append("  95 % interval \(width)± \(Figures.fixed(budget.kg, 3)) kg, factors in it:")
        for one in UncertaintyWords.contributions(summary) {
            lines.append("    \(left(one.label, 32))\(left(one.source.kind.rawValue, 13))\(right(one.kg, 12))")
        }
        lines.append("    \(left("without the factors", 45))\(right(budget.withoutFactorsKg, 12))")
        for phrase in UncertaintyWords.reconciliation(summary) {
            lines += SummaryText.wrapped(phrase, width: 76).enumerated().map { "  \($0 > 0 ? "  " : "")\($1)" }
        }
    }

    private mutating func scopes() {
        let set = summary.method.factors.set(at: summary.from)
        lines.append("  scope 1 = \(Figures.fixed(summary.carbon.scope1.kilograms, 3)) kg")
        for fuel in summary.fuels { product(fuel.account, set[fuel].direct, set.id) }
        lines.append("  scope 2, \(summary.method.scope2.rawValue)-based = \(Figures.fixed(scope2.kilograms, 3)) kg")
        product(.gridImport, isLocation ? set.gridGeneration : set.gridResidualMix, set.id)
        bought(set)
        if let other = summary.otherScope1 {
            lines.append("  scope 1, other = \(Figures.fixed(summary.carbon.scope1Other.kilograms, 3)) kg (\(other))")
        }
        if !summary.method.ledger.outside.isEmpty {
            let kg = (summary.carbon.outside[.scope1] + summary.carbon.outside[isLocation ? .location : .market])
                .kilograms
            lines.append("  less what is on the site and no production = \(Figures.fixed(kg, 3)) kg")
            for path in summary.method.ledger.outside.map(\.text).sorted() { lines.append("    \(path)") }
        }
        let other = summary.otherScope1 == nil ? "other Scope 1 (none is configured), " : ""
        lines.append("  not included: \(other)Scope 3, export, credits")
    }

    /// One account times its factor; rounding is once per half hour, so the last digit may differ by hand.
    private mutating func product(_ account: Account, _ factor: EmissionFactor, _ set: String) {
        let kWh = summary.energy(account).kilowattHours
        lines.append("    \(account.name) \(Figures.fixed(kWh, 1)) kWh x \(factor.kilogramsPerKWh) kg/kWh (\(set))")
        lines.append("      \(trust(account))")
        lines.append("      \(meters(account))")
    }

    /// What comes from others and not from the grid.
    private mutating func bought(_ set: FactorSet) {
        for (route, flow) in zip(summary.sum.ledger.routes, summary.sum.flows) where flow.energy != .zero {
            let kWh = Figures.fixed(flow.energy.kilowattHours, 1)
            let residual = "\(set.gridResidualMix.kilogramsPerKWh) kg/kWh (\(set.id))"
            switch route.from {
            case .source(_, let path?) where !isLocation && summary.method.ledger.purchased.contains(path):
                lines.append("    \(path.text) \(kWh) kWh x \(residual)")
                lines.append("      private wire; its certificates are not ours, so the residual mix counts")
            case .vehicle(let path):
                let factor = isLocation ? "\(set.gridGeneration.kilogramsPerKWh) kg/kWh (\(set.id))" : residual
                lines.append("    \(path.text) \(kWh) kWh x \(factor)")
                lines.append("      brought by cars that did not charge here")
            default: break
            }
        }
    }

    private func trust(_ account: Account) -> String {
        let total = Double(max(summary.sum.steppedMs, 1))
        let measured = Double(summary.sum[account].measuredMs) / total * 100
        let estimated = Double(summary.sum[account].estimatedMs) / total * 100
        let word = summary.facts.isSimulated ? "simulated" : "measured"
        return "\(word) \(Figures.fixed(measured, 1)) % of the time, estimated \(Figures.fixed(estimated, 1)) %"
    }

    private mutating func balance() {
        lines.append("  why so much import: the bus balances, kWh")
        let sheet = Bus.electricity.sheet
        for account in sheet.accounts where account.row.flow != .memo && summary.method.accounts.contains(account) {
            let kWh = summary.energy(account).kilowattHours
            let sign = account.row.flow.isUse ? "-" : "+"
            lines.append("    \(sign) \(left(account.name, 18))\(right(kWh, 12))  \(note(account))")
        }
    }

    private func note(_ account: Account) -> String {
        switch account.row.flow {
        case .lost: "assumed share of what is delivered"
        case .remainder: "what no meter tells: the remainder"
        default: meters(account)
        }
    }

    /// The meters behind an account: by name if few, else how many and where.
    private func meters(_ account: Account) -> String {
        let paths = chart.lines(of: account).map { chart.meters[$0].path.text }
        switch paths.count {
        case 0: return "no meter"
        case 1...2: return paths.joined(separator: ", ")
        default:
            var areas: [String] = []
            for line in chart.lines(of: account) {
                let area = chart.meters[line].path.area.rawValue
                if !areas.contains(area) { areas.append(area) }
            }
            // More names than these pass the width of a terminal.
            let places = areas.count > 5 ? " in \(areas.count) areas" : ": \(areas.joined(separator: ", "))"
            return "\(paths.count) meters\(places)"
        }
    }

    // MARK: - Areas and meters

    /// The rows of the areas add up to the figure's kilograms, and so do those of the meters.
    private mutating func areas() {
        let table = LedgerTable(summary)
        lines.append("  where it ends: what is taken of a bus has the mix of what it is given")
        let bases = summary.fuels.map { "\($0.name) \($0.row.basis)" }
        if !bases.isEmpty { lines.append("  kWh of fuel are told as bought: \(bases.joined(separator: ", "))") }
        let heads = ["fuel kWh", "el. kWh", "heat kWh", "kg CO2e"].map { right($0, 13) }
        lines.append("    \(left("", 22))\(heads.joined())")
        for area in Area.allCases {
            let within = table.assets.filter { $0.path.area == area }
            guard !within.isEmpty else { continue }
            row(area.rawValue, within.reduce(.init()) { $0 + $1.part })
            for (path, part) in within { row("  \(path.asset)", part) }
        }
        if !table.site.isEmpty {
            row("site", table.site.reduce(.init()) { $0 + $1.part })
            for (name, part) in table.site { row("  \(name)", part) }
        }
        row("total", table.total)
    }

    private mutating func row(_ name: String, _ part: LedgerTable.Part) {
        let energies = [part.fuelKWh, part.electricityKWh, part.heatKWh].map { kWh in
            right(kWh != 0 ? Figures.fixed(kWh, 1) : "", 13)
        }
        lines.append("    \(left(name, 22))\(energies.joined())\(right(Figures.fixed(part.grams / 1000, 3), 13))")
    }

    private func left(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    private func right(_ value: Double, _ width: Int) -> String { right(Figures.fixed(value, 1), width) }
}
