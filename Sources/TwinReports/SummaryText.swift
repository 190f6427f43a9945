public import TwinBooks
public import TwinCore
import TwinUnits

/// The summary as a table for people, at most 80 columns. Every figure is the JSON's, rounded for reading.
public struct SummaryText {
    let summary: Summary
    var lines: [String] = []

    public static func render(_ summary: Summary) -> String {
        lines(summary).map(\.printable).joined(separator: "\n") + "\n"
    }

    /// - Parameters:
    ///   - asked: the period that the reader named, `2025-06`; what of it is missing is said.
    ///   - notes: what else stands under the head, a line each.
    public static func lines(
        _ summary: Summary, asked: (name: String, from: PlantTime, to: PlantTime)? = nil, notes: [String] = []
    ) -> [String] {
        var text = SummaryText(summary)
        text.head()
        for note in notes { text.lines.append(contentsOf: SummaryText.wrapped(note, width: SummaryText.widthMax)) }
        if let asked { text.coverage(asked.name, from: asked.from, to: asked.to) }
        text.vehicles()
        text.energy()
        text.heat()
        text.otherBuses()
        text.carbon()
        text.cost()
        text.requests()
        text.sharing()
        text.vehicleGrid()
        text.savedByDispatch()
        text.trust()
        return text.lines
    }

    private init(_ summary: Summary) { self.summary = summary }

    mutating func row(_ label: String, _ value: String, _ note: String = "") {
        let padded = label + String(repeating: " ", count: max(0, 28 - label.count))
        let right = String(repeating: " ", count: max(0, 12 - value.count)) + value
        let head = "  \(padded)\(right)"
        let notes = SummaryText.wrapped(note, width: max(20, SummaryText.widthMax - head.count - 2))
        lines.append(notes.isEmpty ? head : "\(head)  \(notes[0])")
        for more in notes.dropFirst() { lines.append(String(repeating: " ", count: head.count + 2) + more) }
    }

    private static let widthMax = 80

    /// How well an energy baseline was fitted, and where it holds.
    static func words(_ fit: BaselineFit) -> String {
        func quality(_ quality: BaselineFit.Quality) -> String {
            "R2 \(Figures.fixed(quality.r2, 3)), CV(RMSE) \(Figures.fixed(100 * quality.cvRMSE, 1)) %"
        }
        func range(_ range: ClosedRange<Double>) -> String {
            let holds = BaselineFit.holds(range)
            return "\(Figures.whole(holds.lowerBound)) to \(Figures.whole(holds.upperBound))"
        }
        return "electricity \(quality(fit.electricity)), gas \(quality(fit.gas)), \(fit.days) days; holds for"
            + " \(range(fit.vehiclesPerDay)) vehicles and \(range(fit.heatingKHPerDay)) K h of heating a day"
    }

    /// Breaks text at spaces.
    static func wrapped(_ text: String, width: Int) -> [String] {
        text.split(separator: " ").reduce(into: [String]()) { lines, word in
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append(String(word))
            }
        }
    }

    mutating func title(_ text: String) {
        lines.append("")
        lines.append(text)
    }

    private mutating func head() {
        let zone = summary.method.zone
        func short(_ time: PlantTime) -> String {
            let text = zone.text(time)
            return String(text.prefix(16)).replacing("T", with: " ")
        }
        let status = summary.isProvisional ? "provisional" : "complete"
        for caveat in summary.caveats { lines += SummaryText.wrapped(caveat, width: SummaryText.widthMax) }
        lines.append("\(summary.method.site)  \(short(summary.from)) to \(short(summary.to))  \(zone.name)")
        lines.append(
            "\(summary.steps) steps of \(summary.facts.stepS) s, \(summary.facts.loop.rawValue) loop,"
                + " mode \(summary.facts.mode.rawValue), \(status)")
    }

    /// How much of the asked period the figures cover.
    private mutating func coverage(_ name: String, from: PlantTime, to: PlantTime) {
        let stepped = Span(ms: summary.sum.steppedMs)
        let asked = to - from
        guard stepped < asked, asked.ms > 0 else { return }
        // A local day may have 23 or 25 hours.
        let unit = asked.ms > 25 * 3_600_000 ? (ms: 86_400_000.0, name: "days") : (ms: 3_600_000.0, name: "hours")
        let covered = Figures.fixed(Double(stepped.ms) / unit.ms, 1)
        let whole = Figures.whole(Double(asked.ms) / unit.ms)
        lines.append("covers \(covered) of the \(whole) \(unit.name) of \(name); the rest is missing, not zero")
    }

    /// What was asked of the exchange with the grid, and what became of it.
    private mutating func requests() {
        guard let records = summary.facts.requests, !records.isEmpty else { return }
        title("Requests for the exchange with the grid")
        let currency = summary.method.tariffs.last?.value.currency ?? ""
        for record in records {
            row(
                record.request.id, record.pay.map { "\(Figures.fixed($0, 2)) \(currency)" } ?? "",
                RequestWords.line(record, summary.method.zone, currency))
        }
    }

    private mutating func vehicles() {
        title("CO2 per vehicle (Scope 1+2, \(summary.method.scope2.rawValue)-based)")
        guard let kg = summary.kgPerVehicle, let width = summary.uncertaintyKgPerVehicle else {
            row("this window", "—", "no vehicle was lined off")
            return
        }
        row("this window", "\(Figures.fixed(kg, 1)) kg", "± \(Figures.fixed(width, 1)) (95 %)")
        let modelled = summary.vehiclesModelled
        row(
            "vehicles lined off", Figures.whole(Double(summary.vehicles)),
            modelled > 0 ? "\(modelled) of them modelled, not seen" : "")
        row(
            "  models", "\(summary.vehiclesByModel.count)",
            summary.vehiclesByModel.map { "\($0.model) \(Figures.whole(Double($0.count)))" }.joined(separator: ", "))
        if let base = summary.baselineKgPerVehicle {
            row(
                summary.isYear ? "2018, whole year" : "2018 plant, same window", "\(Figures.fixed(base, 1)) kg",
                summary.isYear ? summary.method.baseline?.period ?? "" : "like for like: day type, weather, volume")
        }
        if summary.isYear, let like = summary.likeForLikeKgPerVehicle {
            row("2018 plant, same window", "\(Figures.fixed(like, 1)) kg", "like for like: day type, weather, volume")
        }
        if let fit = summary.method.baseline?.fit { row("  its energy model", "fitted", SummaryText.words(fit)) }
        if let reduction = summary.reductionPct {
            let spansZero = reduction.low < 0 && reduction.high > 0
            row(
                "reduction", "\(Figures.fixed(reduction.value, 1)) %",
                "\(Figures.fixed(reduction.low, 0)) to \(Figures.fixed(reduction.high, 0)) %"
                    + (spansZero ? ", not proven" : ""))
        } else if let reason = summary.incomparableReason {
            row("reduction", "—", reason)
        }
        if let market = summary.kgPerVehicleMarket { row("market-based", "\(Figures.fixed(market, 1)) kg") }
        for judged in summary.judgedTargets where judged.target.basis == .perVehicle {
            let verdict = judged.met.map { $0 ? "met" : "not met" } ?? "target for a year: not judged here"
            row(judged.target.name, "\(Figures.fixed(judged.value, 1)) kg", verdict)
        }
    }

    private mutating func energy() {
        title("Electricity, MWh (in: sources, out: uses)")
        let supplied = summary.energy(Bus.electricity.sheet.sources).kilowattHours
        accounts(.electricity) { account, kWh in
            "\(Figures.fixed(supplied > 0 ? kWh / supplied * 100 : 0, 1)) % of supply"
        }
        if let share = summary.renewableShare {
            row("own renewables", "\(Figures.fixed(share * 100, 1)) %", "of the electricity used on site")
        }
    }

    private mutating func heat() {
        title("Fuel and heat, MWh")
        for fuel in summary.fuels {
            if let litres = summary.litres(fuel) {
                row(fuel.name, "\(Figures.whole(litres)) l")
            } else if let kWh = summary.kWh(fuel.account) {
                row("\(fuel.name) (\(fuel.row.basis))", Figures.fixed(kWh / 1000, 2))
            }
        }
        accounts(.heat) { account, _ in
            account.row.flow == .remainder ? "the remainder: nobody meters it" : ""
        }
    }

    /// A bus of its own for each further energy that the site has.
    private mutating func otherBuses() {
        for bus in Bus.allCases where bus.balances && bus != .electricity && bus != .heat {
            guard bus.accounts.contains(where: { summary.kWh($0) != nil }) else { continue }
            title("\(bus)".prefix(1).uppercased() + "\(bus)".dropFirst() + ", MWh")
            accounts(bus) { account, _ in
                account.row.flow == .remainder ? "the remainder: nobody meters it" : ""
            }
        }
    }

    /// A bus: its sources, then its uses, as far as the site has them.
    private mutating func accounts(_ bus: Bus, _ note: (Account, Double) -> String) {
        for flow in AccountRow.Flow.allCases {
            for account in bus.accounts where account.row.flow == flow {
                guard let kWh = summary.kWh(account) else { continue }
                let label = account.row.label
                let name = flow == .memo ? "not in: \(label)" : "\(label) \(flow.isSource ? "in" : "out")"
                row(name, Figures.fixed(kWh / 1000, 2), note(account, kWh))
            }
        }
    }

    private mutating func cost() {
        let cost = summary.cost
        title("Cost, \(cost.currency)")
        row("import", Figures.whole(cost.imported), cost.exported < 0 ? "export \(Figures.whole(cost.exported))" : "")
        if let first = cost.fuels.first {
            let others = cost.fuels.dropFirst().map { "\($0.fuel.name) \(Figures.whole($0.amount))" }
            row(first.fuel.name, Figures.whole(first.amount), others.joined(separator: ", "))
        }
        if let demand = cost.demand, let kW = cost.demandKW {
            row("demand", Figures.whole(demand), "\(Figures.whole(kW)) kW in the highest half hour")
        }
        row("carbon", Figures.whole(cost.carbon), "of Scope 1; the grid's is in its price")
        row(
            "total", Figures.whole(cost.total),
            summary.perVehicle(cost.total).map { "\(Figures.fixed($0, 2)) a vehicle" } ?? "")
    }

    private mutating func carbon() {
        title("CO2e, t")
        let fuels = summary.fuels.map(\.name).joined(separator: ", ")
        let scope1 = fuels.isEmpty ? "Scope 1" : "Scope 1 (\(fuels))"
        row(scope1, tonnes(summary.carbon.scope1), summary.otherScope1 == nil ? "other Scope 1: not included" : "")
        if let other = summary.otherScope1 { row("Scope 1, other", tonnes(summary.carbon.scope1Other), other) }
        if summary.carbon.scope1Certified != summary.carbon.scope1 {
            row("  with certificates of gas", tonnes(summary.carbon.scope1Certified), "market-based view alone")
        }
        row(
            "Scope 2 location-based", tonnes(summary.carbon.scope2Location),
            summary.method.factors.set(at: summary.from).id)
        if summary.carbon.halfHourlyPeriods > 0 {
            row(
                "  by half hour", tonnes(summary.carbon.scope2HalfHourly),
                "\(summary.carbon.halfHourlyPeriods) of \(summary.sum.periods) half hours; not for the total")
        }
        row("Scope 2 market-based", tonnes(summary.carbon.scope2Market), summary.marketWords)
        if summary.carbon.biogenic > .zero {
            let biogenic = summary.fuels.filter(\.row.isBiogenic).map(\.name).joined(separator: ", ")
            row("biogenic CO2", tonnes(summary.carbon.biogenic), "of \(biogenic); outside the scopes")
        }
        if !summary.method.ledger.outside.isEmpty {
            let outside = summary.carbon.outside
            row(
                "on the site, no production", tonnes(outside[.scope1] + outside[.location]),
                some(summary.method.ledger.outside.map(\.text)) + "; in no line above")
        }
        row("Scope 3 upstream", tonnes(summary.carbon.scope3Upstream), "outside the figure per vehicle")
    }

    private func tonnes(_ emissions: Emissions) -> String { Figures.fixed(emissions.kilograms / 1000, 2) }

    /// The first of them, and how many more there are.
    private func some(_ names: some Collection<String>) -> String {
        let first = names.min() ?? ""
        return names.count > 1 ? "\(first) and \(names.count - 1) more" : first
    }

    private mutating func trust() {
        title("Trust")
        if let quality = summary.dataQuality {
            row(
                summary.facts.isSimulated ? "energy by simulated meters" : "energy measured",
                "\(Figures.fixed(quality.measured, 1)) %",
                "estimated \(Figures.fixed(quality.estimated, 1)) %, missing \(Figures.fixed(quality.missing, 1)) %")
        }
        let counts = summary.counts
        row(
            "messages", Figures.whole(Double(counts.messages)),
            "rejected \(counts.rejectedTotal), duplicates \(counts.duplicates), late \(counts.late)")
        for (reason, count) in counts.rejected.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            row("  rejected", "\(count)", reason.rawValue)
        }
        for (reason, signals) in counts.lost.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            row("  values lost", "\(signals.values.reduce(0, +))", "\(reason.rawValue): \(some(signals.keys))")
        }
        for (meter, wh) in counts.contradictedWh.sorted(by: { $0.key.text < $1.key.text }) {
            row("  contradicted", "\(Figures.whole(Double(wh) / 1000)) kWh", "\(meter.text): may be wrong by so much")
        }
        if counts.retainedTotal > 0 {
            row("  retained", "\(counts.retainedTotal)", "copies that a broker kept, no measurements")
        }
        row("gaps", "\(summary.gaps)")
        let commands = summary.commands
        let answered =
            summary.facts.mode == .shadow
            ? "none left the twin, as mode shadow has it;"
            : "accepted \(commands.accepted), rejected \(commands.rejected),"
        if let dispatch = summary.method.dispatch, summary.facts.mode != .off {
            row("dispatch", summary.facts.mode.rawValue, dispatch)
        }
        row(
            "commands issued", "\(commands.issued)",
            "\(answered) expired \(commands.expired), pending \(commands.pending)")
        let alarms = summary.alarms
        row(
            "alarms raised", "\(alarms.reduce(0) { $0 + $1.count })",
            alarms.map { "\($0.code) \($0.count)" }.joined(separator: ", "))
        if summary.facts.expectationsPassed + summary.facts.expectationsFailed > 0 {
            row(
                "expectations", "\(summary.facts.expectationsPassed) passed",
                "\(summary.facts.expectationsFailed) failed")
        }
        let error = summary.balanceErrorKWh(.electricity)
        row("balance error", "\(Figures.fixed(error, 3)) kWh", "exact by construction: must be 0")
        lines.append("  digest \(summary.digest)")
    }
}
