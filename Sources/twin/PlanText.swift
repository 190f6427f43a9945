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
    /// Not the first of its periods and the dearest of its breaches alone.
    let tellsAll: Bool

    private var zone: LocalZone { config.zone }
    private var currency: String { config.method.tariffs.last?.value.currency ?? "" }
    /// So many periods are told one by one: more of them come to be planned anew.
    private static let periodsShown = 12
    private static let breachesShown = 5

    func lines() -> [String] {
        var lines = Output.wrapped(
            "Plan of \(zone.minute(plan.made)) until \(zone.minute(plan.end)): \(purpose)", indent: 0)
        lines += [place, PlanWords.gap(plan)]
        if let effect = plan.effect { lines += Output.wrapped(PlanWords.effect(effect, currency), indent: 0) }
        lines += unmet()
        lines += ["", "What energy is worth, \(currency)/MWh with carbon, and what is expected"]
        lines.append(
            "  " + cell("from", 16) + right("bus", 9) + right("heat", 9) + right("g/kWh", 9) + right("import kW", 12))
        for place in plan.starts.indices.prefix(tellsAll ? .max : PlanText.periodsShown) {
            lines.append(
                "  " + cell(zone.minute(plan.starts[place]), 16)
                    + right(Figures.fixed(plan.busPrices[place] * 1000, 1), 9)
                    + right(Figures.fixed(plan.heatPrices[place] * 1000, 1), 9)
                    + right(Figures.whole(plan.gramsPerKWh[place]), 9) + right(Figures.whole(plan.netKW[place]), 12))
        }
        lines += more(plan.starts.count - PlanText.periodsShown)
        lines += PlanForecastText(forecast: forecast, zone: zone).lines()
        lines += ["", "What each asset does, and why it does so in the first period"]
        for path in plan.setPoints.keys.sorted() { lines += asset(path) }
        return lines
    }

    /// That some are not told.
    private func more(_ count: Int) -> [String] {
        count > 0 && !tellsAll ? ["  … and \(count) more: see --all"] : []
    }

    private func unmet() -> [String] {
        let wishes = PlanWords.wishes(plan)
        var lines = [PlanWords.head(wishes, currency) + (wishes.isEmpty ? "" : ":")]
        for breach in wishes.prefix(tellsAll ? .max : PlanText.breachesShown) {
            lines += Output.wrapped(PlanWords.breach(breach, zone, currency), indent: 2)
        }
        lines += more(wishes.count - PlanText.breachesShown)
        if let margins = PlanWords.margins(plan) { lines += Output.wrapped(margins, indent: 0) }
        return lines
    }

    private func asset(_ path: AssetPath) -> [String] {
        let values = plan.setPoints[path] ?? []
        let action = config.assets.first { $0.path == path }?.kind.control?.action
        // What stays the same is told once.
        var stretches: [(value: String, from: PlantTime)] = []
        for (value, from) in zip(values, plan.starts) {
            let text = PlanWords.setPoint(value, action)
            if stretches.last?.value != text { stretches.append((text, from)) }
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
