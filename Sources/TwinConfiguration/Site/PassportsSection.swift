import TwinBooks
import TwinCore
import TwinPlant
import TwinUnits

extension SiteFiles {
    /// `passports.yaml`: the shops that vehicles pass, and what was published for a year.
    func readPassports(_ root: YAMLNode, _ calendar: ProductionCalendar?) -> PassportTerms? {
        root.fields { fields -> PassportTerms? in
            let shops = fields.required("shops").flatMap(SiteFiles.shops)
            let rates = fields.optional("rates").map { SiteFiles.rates($0, shops ?? []) }
            let product = fields.optional("product").map { SiteFiles.product($0) }
            guard let shops else { return nil }
            if let rates, rates == nil { return nil }
            if let product, product == nil { return nil }
            let shiftMs = (calendar?.shifts ?? []).reduce(0) { $0 + $1.end - $1.start }
            let normal = shiftMs > 0 ? (calendar?.vehiclesPerDay ?? 0) / Span(ms: shiftMs).hours : 0
            var terms = PassportTerms(
                shops: shops, rates: rates.flatMap(\.self) ?? [], normalVehiclesPerHour: normal,
                mix: (calendar?.models.models ?? []).reduce(into: [:]) { $0[$1.id] = $1.share })
            terms.product = product.flatMap(\.self)
            return terms
        }
    }

    /// What a footprint that is exchanged needs beside the figure.
    private static func product(_ node: YAMLNode) -> PassportTerms.Product? {
        node.fields { fields in
            let company = fields.required("company", hint: "name who answers for the figure")?.text()
            let ids = fields.required("company_ids", hint: "name it by URN like urn:bpn:BPNL000000000DWF")
                .flatMap { node -> [String]? in
                    guard let items = node.items(1...20) else { return nil }
                    let ids = items.map { item -> String? in
                        guard let id = item.text() else { return nil }
                        if id.hasPrefix("urn:"), id.split(separator: ":").count >= 3 { return id }
                        item.problem("\(quoted(id)) is no URN; write it like urn:bpn:BPNL000000000DWF")
                        return nil
                    }
                    return ids.contains(nil) ? nil : ids.compactMap(\.self)
                }
            let domain = fields.optional("domain").map { $0.text() }
            let mass = fields.required("mass_kg", hint: "say what each model weighs").flatMap { node in
                node.named().flatMap { named -> [String: Double]? in
                    var mass: [String: Double] = [:]
                    for (key, value) in named {
                        guard let model = key.text(), let kg = value.sourced({ $0.number(in: 1...100_000, "kg") })
                        else {
                            return nil
                        }
                        mass[model.lowercased()] = kg
                    }
                    return mass
                }
            }
            guard let company, let ids, let mass else { return nil }
            if let domain, domain == nil { return nil }
            return PassportTerms.Product(
                company: company, companyIDs: ids, domain: domain.flatMap(\.self), massKg: mass)
        }
    }

    private static func shops(_ node: YAMLNode) -> [PassportTerms.Shop]? {
        guard let items = node.items(1...32) else { return nil }
        let shops = items.map(shop).compactMap(\.self)
        guard shops.count == items.count else { return nil }
        for (index, (shop, item)) in zip(shops, items).enumerated() {
            let before = shops.prefix(index)
            if before.contains(where: { $0.name == shop.name }) {
                item.find("name")?.problem("\(quoted(shop.name)) names two shops; give each its own name")
            }
            for asset in shop.assets where before.contains(where: { $0.assets.contains(asset) }) {
                item.find("assets")?.problem("\(quoted(asset.text)) is in two shops; what it uses is spent once")
            }
        }
        return shops
    }

    private static func shop(_ node: YAMLNode) -> PassportTerms.Shop? {
        node.fields { fields in
            let name = fields.required("name")?.id()
            let assets = fields.required("assets", hint: "name what is used in it like [shop/paint, gas/paint-ovens]")
                .flatMap(paths)
            let passage =
                fields.optional("passage").map { $0.choice(PassportTerms.Shop.Passage.self) } ?? .lineOff
            let line = fields.optional("line").map { $0.id() }
            let hours = fields.quantity("standard_hours", in: 0.01...1000, "h")
            let byModel = fields.optional("hours_by_model").map(hoursByModel)
            guard let name, let assets, let passage, let hours else { return nil }
            if let line, line == nil { return nil }
            if let byModel, byModel == nil { return nil }
            return PassportTerms.Shop(
                name: name, assets: assets, passage: passage, line: line.flatMap(\.self), standardHours: hours,
                hoursByModel: byModel.flatMap(\.self) ?? [:])
        }
    }

    private static func paths(_ node: YAMLNode) -> [AssetPath]? {
        guard let items = node.items(1...64) else { return nil }
        let paths = items.map { item -> AssetPath? in
            guard let text = item.text() else { return nil }
            if let path = AssetPath(text: text) { return path }
            item.problem("\(quoted(text)) is no asset; write area and id like shop/paint")
            return nil
        }
        return paths.contains(nil) ? nil : paths.compactMap(\.self)
    }

    private static func hoursByModel(_ node: YAMLNode) -> [String: Double]? {
        guard let named = node.named() else { return nil }
        var hours: [String: Double] = [:]
        for (key, value) in named {
            guard let model = key.text(), let each = value.sourced({ $0.number(in: 0...1000, "h") }) else {
                return nil
            }
            hours[model.lowercased()] = each
        }
        return hours
    }

    private static func rates(_ node: YAMLNode, _ shops: [PassportTerms.Shop]) -> [PassportTerms.Rate]? {
        guard let items = node.items(0...100) else { return nil }
        var years: Set<Int> = []
        let rates = items.map { item -> PassportTerms.Rate? in
            item.fields { fields in
                let year = fields.required("year")?.whole(in: 2000...2100, "calendar year")
                _ = fields.required("source", hint: "say of which year's books")?.text(maxLength: 1000)
                let perHour = fields.required("g_per_standard_hour").flatMap { perShop($0, shops) }
                guard let year, let perHour else { return nil }
                guard years.insert(year).inserted else {
                    fields.node.find("year")?.problem("\(year) has two rates; what is published for a year is one")
                    return nil
                }
                return PassportTerms.Rate(year: year, perHour: perHour)
            }
        }
        return rates.contains(nil) ? nil : rates.compactMap(\.self)
    }

    private static func perShop(_ node: YAMLNode, _ shops: [PassportTerms.Shop]) -> [String: Carbon]? {
        guard let named = node.named() else { return nil }
        var perHour: [String: Carbon] = [:]
        for (key, value) in named {
            guard let name = key.text() else { return nil }
            guard shops.contains(where: { $0.name == name }) else {
                key.problem("\(quoted(name)) is no shop of this file")
                return nil
            }
            guard let carbon = carbon(value) else { return nil }
            perHour[name] = carbon
        }
        return perHour
    }

    /// Grams by the part of Scope 1 and 2 and of what stands beside them.
    private static func carbon(_ node: YAMLNode) -> Carbon? {
        node.fields { fields in
            let grams = Carbon.Part.allCases.map { part in
                fields.required(part.key, hint: "write g CO2e per standard hour; twin passports prints them")?
                    .number(in: -1e9...1e9, "g per standard hour")
            }
            guard !grams.contains(nil) else { return nil }
            return Carbon { part in
                Emissions(micrograms: Int64(saturatingRound: (grams[part.rawValue] ?? 0) * 1e6))
            }
        }
    }

    /// Shops from what the site does not have, and hours of models that nobody plans.
    func checkPassports(_ root: YAMLNode?, _ terms: PassportTerms, _ assets: AssetsSection) {
        let known = Set(assets.assets.map(\.path))
        let nodes = root?.find("shops")?.items(1...32) ?? []
        for (shop, node) in zip(terms.shops, nodes) {
            for asset in shop.assets where !known.contains(asset) {
                node.find("assets")?.problem("\(quoted(asset.text)) is no asset of assets.yaml")
            }
            for model in shop.hoursByModel.keys.sorted() where !terms.mix.isEmpty && terms.mix[model] == nil {
                node.find("hours_by_model")?.problem(
                    "\(quoted(model)) is no model of shifts.yaml; it has \(terms.mix.keys.sorted().joined(separator: ", "))"
                )
            }
        }
    }
}
