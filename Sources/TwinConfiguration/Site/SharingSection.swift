import TwinBooks
import TwinCore
import TwinPlant
import TwinUnits

/// `sharing:` of `contracts.yaml`: the site's own wind and sun among the companies on its grid.
struct SharingSection {
    var terms: SharingTerms
    /// Where each sub-meter is named.
    var meters: [(asset: AssetPath, place: YAMLNode)]

    private struct Partner {
        var name: String
        var assets: [(asset: AssetPath, place: YAMLNode)]
        var share: Double?
        var place: YAMLNode
    }

    /// Nil where something of it cannot be read.
    static func read(_ node: YAMLNode) -> SharingSection? {
        node.fields { fields in
            let rules = SharingTerms.Rule.allCases.map(\.rawValue).joined(separator: ", ")
            let rule = fields.required("rule", hint: "write one of \(rules)")?.choice(SharingTerms.Rule.self)
            let price = fields.optionalQuantity("price_per_kwh", in: 0...10, "currency/kWh")
            let items = fields.required("partners", hint: "name each company with its sub-meters")?.items(1...50)
            guard let items else { return nil }
            let partners = items.map(partner).compactMap(\.self)
            guard let rule, partners.count == items.count else { return nil }
            checkTwice(partners)
            guard checkShares(partners, rule, node) else { return nil }
            let terms = SharingTerms(
                rule: rule,
                partners: partners.map {
                    .init(name: $0.name, assets: $0.assets.map(\.asset), sharePPM: ppm($0.share ?? 0))
                }, pricePerKWh: price)
            return SharingSection(terms: terms, meters: partners.flatMap(\.assets))
        }
    }

    private static func partner(_ node: YAMLNode) -> Partner? {
        node.fields { fields in
            let name = fields.required("name", hint: "write the company's name")?.text(maxLength: 60)
            let nodes = fields.required("assets", hint: "list its sub-meters like [building/tenant]")?.items(1...50)
            let share = fields.optionalQuantity("share", in: 0...1, "fraction of the generation")
            _ = fields.required("source", hint: "name the contract")?.text(maxLength: 1000)
            let assets = (nodes ?? []).map { node -> (asset: AssetPath, place: YAMLNode)? in
                guard let text = node.text() else { return nil }
                guard let path = AssetPath(text: text) else {
                    node.problem("\(quoted(text)) is no asset; write area and id like building/tenant")
                    return nil
                }
                return (path, node)
            }
            let good = assets.compactMap(\.self)
            guard let name, let nodes, good.count == nodes.count else { return nil }
            return Partner(name: name, assets: good, share: share, place: node)
        }
    }

    private static func ppm(_ share: Double) -> Int64 { Int64(saturatingRound: share * 1e6) }

    /// What tables call the others.
    private static let taken = ["plant", "production", "export", "others", "site"]

    private static func checkTwice(_ partners: [Partner]) {
        for partner in partners where taken.contains(partner.name.lowercased()) {
            partner.place.find("name")?.problem("\(quoted(partner.name)) is a row of every table; name the company")
        }
        for (index, partner) in partners.enumerated()
        where partners.prefix(index).contains(where: { $0.name == partner.name }) {
            partner.place.find("name")?.problem(
                "\(quoted(partner.name)) is named twice; put its sub-meters into one list")
        }
        let meters = partners.flatMap(\.assets)
        for (index, meter) in meters.enumerated()
        where meters.prefix(index).contains(where: { $0.asset == meter.asset }) {
            meter.place.problem("\(quoted(meter.asset.text)) is named twice; a sub-meter is of one partner")
        }
    }

    /// Every partner has a share where the rule reads it, nobody where it does not, and all together at most all of it.
    private static func checkShares(_ partners: [Partner], _ rule: SharingTerms.Rule, _ node: YAMLNode) -> Bool {
        var isGood = true
        for partner in partners where (rule == .shares) != (partner.place.find("share") != nil) {
            isGood = false
            if rule == .shares {
                partner.place.problem(
                    "\"share\" is missing, which rule shares needs; add share: {value: 0.1, source: \"contract\"}")
            } else {
                partner.place.find("share")?.problem("rule \(rule.rawValue) reads no share; leave it out")
            }
        }
        let shares = partners.map { ppm($0.share ?? 0) }
        if rule == .shares, shares.reduce(0, +) > 1_000_000 {
            isGood = false
            let sum = JSON.numberText(Double(shares.reduce(0, +)) / 1e6)
            node.find("partners")?.problem("the shares come to \(sum); nobody can give more than 1, lower them")
        }
        return isGood
    }
}

/// `vehicle_grid:` of `contracts.yaml`: what drivers get for cars that give back.
struct VehicleGridSection {
    var groups: [(group: VehicleGridTerms.Group, place: YAMLNode)]

    /// Nil where something of it cannot be read.
    static func read(_ node: YAMLNode) -> VehicleGridSection? {
        guard let items = node.items(1...100) else { return nil }
        let groups = items.map { item in group(item).map { (group: $0, place: item) } }.compactMap(\.self)
        for (index, item) in groups.enumerated()
        where groups.prefix(index).contains(where: { $0.group.path == item.group.path }) {
            item.place.find("group")?.problem("\(quoted(item.group.path.text)) is named twice; keep one of them")
        }
        return groups.count == items.count ? VehicleGridSection(groups: groups) : nil
    }

    private static func group(_ node: YAMLNode) -> VehicleGridTerms.Group? {
        node.fields { fields in
            let path = fields.required("group", hint: "name the bays by area and id like bay/staff-v2g")?
                .text().flatMap { text -> AssetPath? in
                    if let path = AssetPath(text: text) { return path }
                    fields.node.find("group")?.problem("\(quoted(text)) is no asset; write area and id")
                    return nil
                }
            let perKWh = fields.quantity("pay_per_kwh", in: 0...10, "currency/kWh")
            let perHour = fields.quantity("pay_per_connected_hour", in: 0...100, "currency/h")
            let wear = fields.optionalQuantity("wear_per_kwh", in: 0...10, "currency/kWh")
            let efficiency = fields.quantity("round_trip_efficiency", in: 0.1...1, "fraction, from bay to bay")
            guard let path, let perKWh, let perHour, let efficiency else { return nil }
            return VehicleGridTerms.Group(
                path: path, payPerKWh: perKWh, payPerConnectedHour: perHour, wearPerKWh: wear ?? 0,
                roundTripEfficiency: efficiency)
        }
    }
}

extension SiteFiles {
    /// What partners share and drivers are paid for, against the meters of the site.
    func checkSharing(_ contracts: ContractsSection, _ assets: AssetsSection) {
        let known = Set(assets.assets.map(\.path))
        let outside = Set(contracts.outside.map(\.asset))
        for (asset, place) in contracts.sharing?.meters ?? [] {
            if !known.contains(asset) {
                place.problem("\(quoted(asset.text)) is no asset of assets.yaml; it needs a sub-meter there")
            } else if assets.chart.index(of: Meter(.load, asset)) == nil {
                place.problem("\(quoted(asset.text)) meters no electric load; name a shop or a building")
            } else if !outside.contains(asset) {
                place.problem(
                    "\(quoted(asset.text)) is not in outside_production, so the plant answers for it; name it there too"
                )
            }
        }
        for (group, place) in contracts.vehicleGrid?.groups ?? [] {
            if !known.contains(group.path) {
                place.find("group")?.problem("\(quoted(group.path.text)) is no asset of assets.yaml")
            } else if assets.chart.index(of: Meter(.bayDischarge, group.path)) == nil {
                place.find("group")?.problem(
                    "\(quoted(group.path.text)) gives nothing back; name bays with bidirectional: true")
            }
        }
    }
}
