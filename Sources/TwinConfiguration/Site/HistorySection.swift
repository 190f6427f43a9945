import TwinCore
import TwinPlant

/// `history.yaml` and `stage.yaml`: what the plant was in years past, and which part of it holds.
extension SiteFiles {
    func readHistory(_ root: YAMLNode, _ assets: AssetsSection?, _ shifts: ShiftsSection?) -> PlantHistory? {
        let history = root.fields { fields -> PlantHistory? in
            let days = SiteFiles.days(&fields)
            let vehicles = fields.required("vehicles", hint: "add vehicles: {2018: {value: ..., source: \"...\"}}")
                .flatMap { SiteFiles.vehicles($0, days) }
            let arrivals = fields.required("assets", hint: "write assets: [] for a plant that always was as it is")
                .flatMap { SiteFiles.arrivals($0, assets) }
            let plans = fields.required("shifts", hint: "write shifts: [] if they never changed")
                .flatMap(SiteFiles.shiftPlans)
            let closed = fields.required("closed").flatMap(ShiftsSection.closed)
            let weather = fields.required("weather").flatMap { node in
                node.fields { fields -> (Double, Double)? in
                    let temperature = fields.quantity("temperature_deviation_k", in: 0...10, "K")
                    let wind = fields.quantity("wind_deviation_fraction", in: 0...0.5, "fraction of the mean")
                    guard let temperature, let wind else { return nil }
                    return (temperature, wind)
                }
            }
            guard let days, let vehicles, let arrivals, let plans, let closed, let weather else { return nil }
            return PlantHistory(
                days: days, vehicles: vehicles, arrivals: arrivals.since, missing: arrivals.missing, shifts: plans,
                closed: closed, temperatureDeviationK: weather.0, windDeviationFraction: weather.1)
        }
        guard let history else { return nil }
        if let shifts { SiteFiles.checkPlan(root, history, shifts) }
        if let assets { SiteFiles.checkStages(root, history, assets) }
        return history
    }

    /// The stage that `stage.yaml` names by its first day.
    func readStage(_ root: YAMLNode, _ history: PlantHistory?) -> PlantHistory.Stage? {
        root.fields { fields -> PlantHistory.Stage? in
            guard let node = fields.required("from"), let first = node.date() else { return nil }
            guard self["history.yaml"] != nil else {
                node.problem("there is no history.yaml whose stage this could be; remove stage.yaml")
                return nil
            }
            guard let history else { return nil }
            if let stage = history.stages.first(where: { $0.first == first }) { return stage }
            let firsts = history.stages.map(\.first.text).joined(separator: ", ")
            node.problem("no stage of history.yaml begins on \(first.text); they begin on \(firsts)")
            return nil
        }
    }

    // MARK: - What it is made of

    /// Years of which a zone and a calendar tell something.
    private static let years = 1970...2200

    private static func days(_ fields: inout YAMLFields) -> ClosedRange<CivilDate>? {
        let first = fields.required("from", hint: "name the first day like from: 2018-01-01")
        let last = fields.required("to", hint: "name the last day like to: 2025-12-31")
        guard let from = first?.date(), let to = last?.date() else { return nil }
        for (node, date) in [(first, from), (last, to)] where !years.contains(date.year) {
            node?.problem("\(date.text) lies outside \(years.lowerBound) to \(years.upperBound); check the year")
            return nil
        }
        guard from <= to else {
            last?.problem("\(to.text) is before \(from.text); swap the dates")
            return nil
        }
        return from...to
    }

    /// Of each year, and of no other.
    private static func vehicles(_ node: YAMLNode, _ days: ClosedRange<CivilDate>?) -> [Int: Int]? {
        guard let entries = node.named() else { return nil }
        var vehicles: [Int: Int] = [:]
        for (key, value) in entries {
            guard let year = key.scalar.flatMap({ Int($0) }), years.contains(year) else {
                key.problem("is no year; write 2018: {value: ..., source: \"...\"}")
                continue
            }
            vehicles[year] = value.sourced { $0.whole(in: 0...10_000_000, "vehicles") }
            if let days, !(days.lowerBound.year...days.upperBound.year).contains(year) {
                key.problem("lies outside \(days.lowerBound.text) to \(days.upperBound.text); remove it")
            }
        }
        guard let days else { return nil }
        let open = (days.lowerBound.year...days.upperBound.year).filter { year in
            !entries.contains { $0.key.scalar.flatMap { Int($0) } == year }
        }
        if !open.isEmpty {
            node.problem("\(open.map { "\($0)" }.joined(separator: ", ")) missing; every year needs its vehicles")
        }
        return vehicles
    }

    private typealias Arrivals = (since: [AssetPath: CivilDate], missing: Set<AssetPath>)

    private static func arrivals(_ node: YAMLNode, _ assets: AssetsSection?) -> Arrivals? {
        guard let items = node.items(0...200) else { return nil }
        let known = assets?.assets.map(\.path) ?? []
        var (since, missing): Arrivals = ([:], [])
        for item in items {
            let arrival = item.fields { fields -> (place: YAMLNode, from: CivilDate?)? in
                let place = fields.required("asset", hint: "name it by area and id like solar/pv2, or a whole area")
                let from = fields.optional("from")?.date()
                _ = fields.required("source", hint: "say where that comes from")?.text(maxLength: 600)
                return place.map { ($0, from) }
            }
            // Where assets.yaml cannot be read, nothing can be said against names.
            guard let arrival, !known.isEmpty, let paths = named(arrival.place, known) else { continue }
            if paths.contains(where: { since[$0] != nil || missing.contains($0) }) {
                arrival.place.problem("\(quoted(arrival.place.scalar ?? "")) is named twice; keep one of them")
            }
            for path in paths {
                if let from = arrival.from { since[path] = from } else { missing.insert(path) }
            }
        }
        return (since, missing)
    }

    /// An asset, or all of an area.
    private static func named(_ node: YAMLNode, _ known: [AssetPath]) -> [AssetPath]? {
        guard let text = node.text() else { return nil }
        let found = known.filter { $0.text == text || $0.area.rawValue == text }
        guard found.isEmpty else { return found }
        let names = Set(known.map(\.text) + known.map(\.area.rawValue)).sorted()
        let help = suggestion(for: text, among: names).map { "; did you mean \(quoted($0))?" } ?? ""
        node.problem("\(quoted(text)) is no asset and no area of assets.yaml\(help)")
        return nil
    }

    private static func shiftPlans(_ node: YAMLNode) -> [PlantHistory.ShiftPlan]? {
        guard let items = node.items(0...50) else { return nil }
        var plans: [PlantHistory.ShiftPlan] = []
        for item in items {
            let plan = item.fields { fields -> PlantHistory.ShiftPlan? in
                let until = fields.required("until", hint: "name the last day with these shifts")?.date()
                let shifts = fields.required("shifts").flatMap(ShiftsSection.shifts)
                _ = fields.required("source", hint: "say where that comes from")?.text(maxLength: 600)
                guard let until, let shifts else { return nil }
                return PlantHistory.ShiftPlan(until: until, shifts: shifts)
            }
            guard let plan else { continue }
            if let last = plans.last, plan.until <= last.until {
                item.find("until")?.problem(
                    "\(plan.until.text) is not after \(last.until.text); let the dates ascend")
            }
            plans.append(plan)
        }
        return plans.count == items.count ? plans : nil
    }

    // MARK: - What does not go together

    /// Vehicles need days on which they can be built.
    private static func checkPlan(_ root: YAMLNode, _ history: PlantHistory, _ shifts: ShiftsSection) {
        var shifts = shifts
        shifts.closed += history.closed
        for (year, vehicles) in history.vehicles.sorted(by: { $0.key < $1.key }) where vehicles > 0 {
            let days = shifts.productionDays(in: year)
            let perDay = history.vehiclesPerDay(in: year, days)
            guard days == 0 || perDay > 10_000 else { continue }
            let what = days == 0 ? "no day of \(year) works" : "\(plain(perDay.rounded())) on each of its \(days) days"
            root.find("vehicles", "\(year)")?.problem("\(vehicles) vehicles, but \(what); check closed and the figure")
        }
    }

    /// What every site needs, each stage needs.
    private static func checkStages(_ root: YAMLNode, _ history: PlantHistory, _ assets: AssetsSection) {
        for stage in history.stages {
            let standing = assets.assets.filter { history.stands($0.path, on: stage.first) }
            let isCold = assets.network != nil && standing.of(GasBoiler.self).isEmpty
            let isDry = !standing.of(SolidOxideFuelCell.self).isEmpty && standing.of(EthanolStore.self).isEmpty
            guard isCold || isDry else { continue }
            let what = isCold ? "the hot-water network without a boiler" : "a fuel cell without a tank"
            root.find("assets")?.problem("leave \(what) on \(stage.first.text); let them come together")
            return
        }
    }
}
