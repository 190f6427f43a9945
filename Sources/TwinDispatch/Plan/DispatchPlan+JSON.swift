public import TwinCore

/// A plan as a line of the journal. What is in force is what the line says, so a replay of it does the same.
extension DispatchPlan {
    /// - Parameter purpose: what it was made for, in a sentence.
    public func json(purpose: String) -> JSON {
        func list(_ values: [Double]) -> JSON { .array(values.map(JSON.number)) }
        let own: JSON = .fields([
            "from": .string(made.rfc3339), "until": .string(end.rfc3339), "purpose": .string(purpose),
            "objective": .number(objective), "gap": .number(gap),
            "starts": .array(starts.map { .number(($0 - made).seconds) }),
            "set": .object(setPoints.keys.sorted().map { .init($0.text, list(setPoints[$0] ?? [])) }),
            "bus_price_per_kwh": list(busPrices), "heat_price_per_kwh": list(heatPrices),
            "g_per_kwh": list(gramsPerKWh), "net_kw": list(netKW),
            "saves": effect.map { effect in
                .fields([
                    "kg_annual_factor": .number(effect.kgAnnual), "kg_half_hourly": .number(effect.kgHalfHourly),
                    "money": .number(effect.money),
                ])
            } ?? .null,
            "why": .object(
                reasons.keys.sorted().map { path in
                    func price(_ value: Double?) -> JSON { .optional(value) }
                    let reason = reasons[path]
                    return .init(path.text, .fields(["more": price(reason?.more), "less": price(reason?.less)]))
                }),
            "unmet": .array(
                breaches.map { breach in
                    .fields([
                        "what": .string(breach.name), "at": .string(breach.at.rfc3339),
                        "amount": .number(breach.amount), "cost": .number(breach.cost),
                    ])
                }),
        ])
        guard let demandKW, let demandUntil else { return own }
        let demand: [JSON.Member] = [
            .init("demand_kw", .number(demandKW)), .init("demand_until", .string(demandUntil.rfc3339)),
        ]
        return .object((own.members ?? []) + demand)
    }

    /// Nil for what is no plan, or one whose parts do not fit each other.
    public init?(_ json: JSON) {
        func time(_ key: String) -> PlantTime? { json[key]?.text.flatMap { PlantTime(rfc3339: $0) } }
        func list(_ json: JSON?) -> [Double]? {
            let values = json?.items?.compactMap(\.double).filter(\.isFinite)
            return values?.count == json?.items?.count ? values : nil
        }
        guard let made = time("from"), let end = time("until"), let seconds = list(json["starts"]),
            let bus = list(json["bus_price_per_kwh"]), let heat = list(json["heat_price_per_kwh"]),
            let net = list(json["net_kw"]), let grams = list(json["g_per_kwh"]), let members = json["set"]?.members
        else { return nil }
        let count = seconds.count
        guard (1...DispatchPlan.periodsMax).contains(count),
            [bus.count, heat.count, net.count, grams.count].allSatisfy({ $0 == count }),
            seconds.allSatisfy({ (0...DispatchPlan.reachMaxS).contains($0) }), seconds.first == 0,
            zip(seconds, seconds.dropFirst()).allSatisfy({ $0 < $1 })
        else { return nil }
        var setPoints: [AssetPath: [Double]] = [:]
        for member in members {
            guard let path = AssetPath(text: member.key), let values = list(member.value), values.count == count else {
                return nil
            }
            setPoints[path] = values
        }
        self.made = made
        self.end = end
        starts = seconds.map { made + Span(ms: Int64(($0 * 1000).rounded())) }
        self.setPoints = setPoints
        (busPrices, heatPrices, netKW, gramsPerKWh) = (bus, heat, net, grams)
        effect = json["saves"].flatMap { saves in
            guard let annual = saves["kg_annual_factor"]?.double, let halves = saves["kg_half_hourly"]?.double,
                let money = saves["money"]?.double
            else { return nil }
            return PlanEffect(kgAnnual: annual, kgHalfHourly: halves, money: money)
        }
        objective = json["objective"]?.double ?? 0
        gap = json["gap"]?.double ?? 0
        if let kW = json["demand_kw"]?.double, kW >= 0, let until = time("demand_until") {
            (demandKW, demandUntil) = (kW, until)
        }
        reasons = [:]
        for member in json["why"]?.members ?? [] {
            guard let path = AssetPath(text: member.key) else { continue }
            reasons[path] = PlanReason(more: member.value["more"]?.double, less: member.value["less"]?.double)
        }
        breaches = (json["unmet"]?.items ?? []).compactMap { item in
            guard let name = item["what"]?.text, let at = item["at"]?.text.flatMap({ PlantTime(rfc3339: $0) }),
                let amount = item["amount"]?.double, let cost = item["cost"]?.double
            else { return nil }
            return Breach(name: name, at: at, amount: amount, cost: cost)
        }
    }

    /// Four days of quarter hours; more is no plan of ours.
    private static let periodsMax = 400
    private static let reachMaxS = 4 * 86_400.0
}
