import TwinBooks
import TwinCore

extension SiteFiles {
    /// `levers.yaml`: what the plant could do next, each by the energy that it takes the place of.
    func readLevers(_ root: YAMLNode, _ chart: Chart?) -> [Lever]? {
        guard let items = root.fields({ $0.required("levers")?.items(0...50) }).flatMap(\.self) else { return nil }
        let levers = items.map { item in
            item.fields { fields -> Lever? in
                let name = fields.required("name")?.text(maxLength: 60)
                let meter = fields.required(
                    "replaces", hint: "name account and asset like gas heat/boilers, or gas alone"
                )
                .flatMap { SiteFiles.replaced($0, chart) }
                let share = fields.quantity("share", in: 0...1, "fraction of it")
                let by = SiteFiles.replacement(&fields)
                let certificate = fields.optional("by_certificate").map { $0.flag() } ?? false
                guard let name, let meter, let share, let by, let certificate else { return nil }
                if case .fuel = by, meter.account == .load {
                    item.find("by")?.problem(
                        "a fuel takes the place of a fuel; electricity is replaced by nothing here")
                    return nil
                }
                return Lever(
                    name: name, account: meter.account, path: meter.path, share: share, by: by,
                    isByCertificate: certificate)
            }.flatMap(\.self)
        }
        let good = levers.compactMap(\.self)
        var names: Set<String> = []
        for (lever, item) in zip(levers, items) {
            guard let lever, !names.insert(lever.name).inserted else { continue }
            item.find("name")?.problem("\(quoted(lever.name)) names two levers; give each its own name")
        }
        return good.count == items.count ? good : nil
    }

    private static func replaced(_ node: YAMLNode, _ chart: Chart?) -> (account: Account, path: AssetPath?)? {
        guard let text = node.text() else { return nil }
        let meter = Meter(text: text)
        guard let account = meter?.account ?? Account(name: text), account == .load || account.row.fuel != nil else {
            node.problem("\(quoted(text)) is neither a fuel nor load; write account and asset like gas heat/boilers")
            return nil
        }
        if let chart, let meter, chart.index(of: meter) == nil {
            node.problem("\(quoted(text)) is no line of this site's books; twin explain co2 lists them")
            return nil
        }
        return (account, meter?.path)
    }

    /// `by: electricity` with `per_kwh`, `by: biomethane`, or `by: nothing`.
    private static func replacement(_ fields: inout YAMLFields) -> Lever.Replacement? {
        let words = ["nothing", "electricity"] + Fuel.allCases.map(\.name)
        let word = fields.required("by", hint: "write one of \(words.joined(separator: ", "))")?.choice(among: words)
        switch word {
        case nil: return nil
        case "nothing": return .nothing
        case "electricity":
            return fields.quantity("per_kwh", in: 0.01...10, "kWh of electricity per kWh").map {
                .electricity(perKWh: $0)
            }
        case let name?: return Fuel.allCases.first { $0.name == name }.map { .fuel($0) }
        }
    }
}
