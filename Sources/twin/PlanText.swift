import TwinBooks
import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinPlant
import TwinReports

/// A plan for people, in 80 columns: what it is for, what energy is worth in it, and what each asset does and why.
struct PlanText {
    let plan: DispatchPlan
    /// In a sentence.
    let purpose: String
    let config: SiteConfig
    /// When it was adopted, and where its line stands.
    let adopted: PlantTime
    let place: String
    /// Of its line; nil in one of an older program.
    let forecast: JSON?

    private var zone: LocalZone { config.zone }
    private var currency: String { config.method.tariffs.last?.value.currency ?? "" }
    /// So many periods are told one by one: more of them come to be planned anew.
    private static let periodsShown = 12

    func lines() -> [String] {
        var lines = Output.wrapped(
            "Plan of \(zone.minute(plan.made)) until \(zone.minute(plan.end)): \(purpose)", indent: 0)
        let gap = plan.gap > 0 ? "within \(Figures.fixed(100 * plan.gap, 3)) % of the best" : "the best there is"
        lines += [place, gap]
        if let effect = plan.effect { lines += saves(effect) }
        lines += unmet()
        lines += ["", "What energy is worth, money with carbon by the MWh, and what is expected"]
        lines.append(
            "  " + cell("from", 16) + right("bus", 9) + right("heat", 9) + right("g/kWh", 9) + right("import kW", 12))
        for place in plan.starts.indices.prefix(PlanText.periodsShown) {
            lines.append(
                "  " + cell(zone.minute(plan.starts[place]), 16)
                    + right(Figures.fixed(plan.busPrices[place] * 1000, 1), 9)
                    + right(Figures.fixed(plan.heatPrices[place] * 1000, 1), 9)
                    + right(Figures.whole(plan.gramsPerKWh[place]), 9) + right(Figures.whole(plan.netKW[place]), 12))
        }
        lines += PlanForecastText(forecast: forecast, zone: zone).lines()
        lines += ["", "What each asset does, and why it does so in the first period"]
        for path in plan.setPoints.keys.sorted() { lines += asset(path) }
        return lines
    }

    private func saves(_ effect: PlanEffect) -> [String] {
        func tonnes(_ kg: Double) -> String { "\(Figures.fixed(kg / 1000, 2)) t" }
        let money = Figures.whole(abs(effect.money))
        let disputed =
            effect.isDisputed ? "; the two disagree on whether it saves at all: it follows what the purpose says" : ""
        return Output.wrapped(
            "saves \(tonnes(effect.kgAnnual)) CO2e by the year's factor, \(tonnes(effect.kgHalfHourly)) by the half hours,"
                + " and \(effect.money < 0 ? "costs" : "saves") \(money) \(currency), over all its hours and without the price of"
                + " carbon, against what it decides about left to itself; booth air and oxidiser go by rules and are not in it"
                + disputed, indent: 0)
    }

    private func unmet() -> [String] {
        guard !plan.breaches.isEmpty else { return ["everything that was wished is kept"] }
        let all = plan.breaches.reduce(0) { $0 + $1.cost }
        var lines = ["\(plan.breaches.count) wishes are not kept, \(Figures.whole(all)) \(currency) in the objective:"]
        for breach in plan.breaches.sorted(by: { $0.cost > $1.cost }).prefix(5) {
            lines += Output.wrapped(
                "\(breach.name) at \(zone.minute(breach.at)): \(Figures.fixed(breach.amount, 1)) beyond,"
                    + " \(Figures.whole(breach.cost)) \(currency)", indent: 2)
        }
        return lines
    }

    private func asset(_ path: AssetPath) -> [String] {
        let values = plan.setPoints[path] ?? []
        let action = config.assets.first { $0.path == path }?.kind.control?.action
        func text(_ value: Double) -> String {
            action == .setSource ? (value >= 0.5 ? "electric" : "gas") : "\(Figures.whole(value)) kW"
        }
        // What stays the same is told once.
        var stretches: [(value: String, from: PlantTime)] = []
        for (value, from) in zip(values, plan.starts) where stretches.last?.value != text(value) {
            stretches.append((text(value), from))
        }
        let shown = stretches.prefix(4).map { "\($0.value) from \(String(zone.minute($0.from).suffix(5)))" }
        let more = stretches.count > 4 ? ", and \(stretches.count - 4) changes after them" : ""
        var lines = Output.wrapped("\(path.text): \(shown.joined(separator: ", "))\(more)", indent: 2)
        if let reason = plan.reasons[path] {
            lines += Output.wrapped(reason.sentence(isSource: action == .setSource, currency), indent: 4)
        }
        return lines
    }

    func json() -> JSON {
        var members = [
            JSON.Member("schema", .string("explain-plan/1")), .init("adopted", .string(zone.text(adopted))),
            .init("line", .string(place)),
        ]
        members += plan.json(purpose: purpose).members ?? []
        if let forecast { members.append(.init("forecast", forecast)) }
        return .object(members)
    }

    private func cell(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private func right(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
