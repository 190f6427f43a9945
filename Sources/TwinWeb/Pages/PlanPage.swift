import TwinBooks
import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinPlant
import TwinReports
import TwinRuntime
import TwinStudies

/// The plan in force: what shall be done, what it is worth, what it cannot keep, and why.
struct PlanPage: Page {
    let name = "plan"
    let title = "Plan"

    func json(_ ask: PageAsk) throws -> JSON {
        guard let moment = ask.source.feed?.moment else {
            guard ask.source.feed == nil else { throw ask.source.noStepYet }
            throw WebError.unavailable("a plan is told by a run: open the pages of twin run or twin replay")
        }
        return PlanFacts(moment).json
    }
}

/// The plan page's figures.
struct PlanFacts {
    private let moment: PlantMoment
    private let line: JSON?
    private let currency: String

    init(_ moment: PlantMoment) {
        self.moment = moment
        line = moment.planLine.flatMap { try? JSONReader.read(Array($0.utf8)) }  // our own line
        currency = moment.config.method.tariffs.last?.value.currency ?? ""
    }

    private var zone: LocalZone { moment.config.zone }
    private var now: PlantTime { moment.outcome.end }

    var json: JSON {
        .fields([
            "schema": .string("plan-page/1"), "now": .string(zone.text(now)), "mode": .string(moment.mode.rawValue),
            "simulated": .bool(moment.sums.day?.facts.isSimulated ?? (moment.loop == .closed)),
            "strategy": .string(moment.config.strategy.rawValue), "currency": .string(currency),
            "objective": .string(moment.config.objective.sentence(currency)),
            "why_none": moment.plan == nil ? .string(whyNone) : .null,
            "plan": moment.plan.map(plan) ?? .null,
        ])
    }

    private var whyNone: String {
        guard moment.config.strategy == .optimiser else {
            return "dispatch.yaml says strategy: rules, so the rules decide each step and there is no plan"
        }
        let solver = moment.alarms.first { $0.path.hasSuffix("/\(AlarmCode.solver.rawValue)") }
        return solver.map { "no plan could be made: \($0.cause)" }
            ?? (moment.loop == .open && moment.mode == .shadow
                ? "no plan came with this recording; twin replay --replan makes them anew"
                : "no plan was made yet; the rules decide until then")
    }

    private func plan(_ plan: DispatchPlan) -> JSON {
        let period = plan.period(at: now)
        return .fields([
            "made": .string(zone.text(plan.made)), "end": .string(zone.text(plan.end)),
            "in_force": .bool(period != nil), "period": period.map { .integer($0) } ?? .null,
            "state": .string(state(plan)), "age_s": .number(max(0, (now - plan.made).seconds)),
            "followed_until": .string(zone.text(min(plan.end, plan.made + DispatchPlan.tail))),
            "purpose": .string(line?["purpose"]?.text ?? ""), "gap": .string(PlanWords.gap(plan)),
            "effect": plan.effect.map { .string(PlanWords.effect($0, currency)) } ?? .null,
            "import_max_kw": .number(moment.config.grid.importMaxKW),
            "export_max_kw": .number(moment.config.grid.exportMaxKW),
            "demand_kw": .optional(plan.demandKW),
            "demand_until": plan.demandUntil.map { .string(zone.text($0)) } ?? .null,
            "periods": .array(plan.starts.indices.map { row(plan, $0) }),
            "assets": .array(plan.setPoints.keys.sorted().map { asset(plan, $0) }),
            "breaches": breaches(plan), "forecast": forecast,
        ])
    }

    /// A plan that is old must look old.
    private func state(_ plan: DispatchPlan) -> String {
        if now < plan.made { return "begins at \(zone.minute(plan.made))" }
        if plan.period(at: now) == nil { return "old: it is not followed any more, and the rules decide" }
        return now - plan.made > settlementPeriod + moment.config.step
            ? "tail: no newer plan came, and it is followed until \(zone.minute(min(plan.end, plan.made + DispatchPlan.tail)))"
            : "in force"
    }

    private func row(_ plan: DispatchPlan, _ place: Int) -> JSON {
        .fields([
            "from": .string(zone.text(plan.starts[place])), "net_kw": .number(plan.netKW[place]),
            "bus_price_per_mwh": .number(plan.busPrices[place] * 1000),
            "heat_price_per_mwh": .number(plan.heatPrices[place] * 1000),
            "g_per_kwh": .number(plan.gramsPerKWh[place]),
        ])
    }

    private func asset(_ plan: DispatchPlan, _ path: AssetPath) -> JSON {
        let action = moment.config.assets.first { $0.path == path }?.kind.control?.action
        return .fields([
            "asset": .string(path.text), "action": action.map { .string($0.rawValue) } ?? .null,
            "unit": .string(action == .setSource ? "0 gas, 1 electric" : action?.unit ?? "kW"),
            "values": .array((plan.setPoints[path] ?? []).map { .number($0) }),
            "texts": .array((plan.setPoints[path] ?? []).map { .string(PlanWords.setPoint($0, action)) }),
            "commanded": .optional(moment.setPoints[path]),
            "by_hand": .bool(moment.hand.contains { $0.path == path }),
            "why": plan.reasons[path].map { .string($0.sentence(isSource: action == .setSource, currency)) } ?? .null,
            "one_more_per_mwh": .optional(plan.reasons[path]?.more.map { $0 * 1000 }),
            "one_less_per_mwh": .optional(plan.reasons[path]?.less.map { $0 * 1000 }),
        ])
    }

    private func breaches(_ plan: DispatchPlan) -> JSON {
        let wishes = PlanWords.wishes(plan)
        return .fields([
            "head": .string(PlanWords.head(wishes, currency)), "count": .integer(wishes.count),
            "list": .array(
                wishes.prefix(100).map { breach in
                    .fields([
                        "text": .string(PlanWords.breach(breach, zone, currency)), "hard": .bool(breach.isHard),
                        "cost": .number(breach.cost),
                    ])
                }),
            "margins": PlanWords.margins(plan).map { .string($0) } ?? .null,
        ])
    }

    /// What the plan's line says of the forecasts that it is made of; null in one of an older program.
    private var forecast: JSON {
        guard let told = line?["forecast"], let hours = told["hours"]?.items, !hours.isEmpty else { return .null }
        let bands = ForecastValues.Quantity.allCases.compactMap { quantity in
            told["quantiles"]?[quantity.rawValue].map { band in
                PlanFacts.band(quantity, band, told["errors"]?[quantity.rawValue])
            }
        }
        return .fields([
            "basis": .string(zone.localised(told["basis"]?.text ?? "")), "hours": .array(hours),
            "bands": .array(bands), "cars": told["cars"] ?? .null,
        ])
    }

    /// What is told of one quantity, and how that did so far.
    private static func band(_ quantity: ForecastValues.Quantity, _ band: JSON, _ score: JSON?) -> JSON {
        var members = [JSON.Member("quantity", .string(quantity.word))]
        for key in ["p10", "p50", "p90", "assumed"] { members.append(JSON.Member(key, band[key] ?? .null)) }
        for key in ["mean_absolute_error", "bias", "persistence"] {
            members.append(JSON.Member(key, score?[key] ?? .null))
        }
        return .object(members)
    }
}
