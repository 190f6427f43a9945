import TwinBooks
import TwinCore
import TwinUnits

/// `certificates:` of `contracts.yaml`: rights to call energy of the grid one's own.
struct CertificatesSection {
    struct Item {
        var id: String
        var kind: Certificate.Kind
        /// Calendar year whose consumption they are for.
        var year: Int
        var volume: Energy
        /// What made it, where that stands on the site.
        var asset: AssetPath?
        var place: YAMLNode
    }

    /// Nil where one cannot be read.
    static func read(_ node: YAMLNode) -> [Item]? {
        guard let nodes = node.items(0...200) else { return nil }
        let items = nodes.map(item).compactMap(\.self)
        for (index, item) in items.enumerated() where items.prefix(index).contains(where: { $0.id == item.id }) {
            item.place.find("id")?.problem(
                "\(quoted(item.id)) is claimed twice; a certificate is used once, keep one of them")
        }
        return items.count == nodes.count ? items : nil
    }

    private static func item(_ node: YAMLNode) -> Item? {
        node.fields { fields in
            let id = fields.required("id", hint: "write the registry's number or range")?.text(maxLength: 100)
            let kind = fields.required("kind", hint: "write electricity or gas")?.choice(Certificate.Kind.self)
            let vintage = fields.required("vintage", hint: "write the year in which it was made")?
                .whole(in: 2000...2100, "calendar year")
            let year = fields.required("for", hint: "write the year whose consumption it is for")?
                .whole(in: 2000...2100, "calendar year")
            let mwh = fields.quantity("mwh", in: 0.001...10_000_000, "MWh")
            let asset = fields.optional("asset").map { path($0) }
            guard let id, let kind, let vintage, let year, let mwh else { return nil }
            if let asset, asset == nil { return nil }
            guard vintage == year else {
                fields.node.find("vintage")?.problem(
                    "made in \(vintage), and for \(year): a certificate covers the year in which its energy was made")
                return nil
            }
            return Item(
                id: id, kind: kind, year: year, volume: Energy(roundingWattSeconds: mwh * 3.6e9),
                asset: asset.flatMap(\.self),
                place: fields.node)
        }
    }

    private static func path(_ node: YAMLNode) -> AssetPath? {
        guard let text = node.text() else { return nil }
        guard let path = AssetPath(text: text) else {
            node.problem("\(quoted(text)) is no asset; write area and id like solar/pv2")
            return nil
        }
        return path
    }

    /// The sun of a private wire that is kept counts as it comes: the same certificates on top of it count twice.
    static func check(_ items: [Item], against wires: [ContractsSection.Wire]) {
        for item in items {
            guard let wire = wires.first(where: { $0.asset == item.asset }) else { continue }
            let why =
                wire.certificates == .kept
                ? "are kept, so its sun counts 0 already" : "are sold, so they are another's claim"
            item.place.find("asset")?.problem(
                "the certificates of \(wire.asset.text) \(why); none of them can cover the grid's electricity too")
        }
    }

    static func terms(_ items: [Item], _ zone: LocalZone) -> [Certificate] {
        items.map { item in
            Certificate(
                id: item.id, kind: item.kind, from: zone.instant(CivilDate(year: item.year, month: 1, day: 1)),
                to: zone.instant(CivilDate(year: item.year + 1, month: 1, day: 1)), volume: item.volume)
        }
    }
}

/// `outside_production:` of `contracts.yaml`: the bridge from the site to production.
enum BridgeSection {
    static func read(_ node: YAMLNode) -> [(asset: AssetPath, place: YAMLNode)]? {
        guard let nodes = node.items(0...200) else { return nil }
        let items = nodes.map { node -> (AssetPath, YAMLNode)? in
            node.fields { fields in
                let asset = fields.required("asset", hint: "name its sub-meter by area and id like building/tenant")?
                    .text().flatMap { text -> AssetPath? in
                        if let path = AssetPath(text: text) { return path }
                        fields.node.find("asset")?.problem("\(quoted(text)) is no asset; write area and id")
                        return nil
                    }
                _ = fields.required("source", hint: "say whose it is")?.text(maxLength: 1000)
                return asset.map { ($0, fields.node) }
            }
        }
        let good = items.compactMap(\.self)
        for (index, item) in good.enumerated() where good.prefix(index).contains(where: { $0.0 == item.0 }) {
            item.1.find("asset")?.problem("\(quoted(item.0.text)) is named twice; keep one of them")
        }
        return good.count == items.count ? good.map { (asset: $0.0, place: $0.1) } : nil
    }
}

extension SiteFiles {
    /// `other_scope1.yaml`: what the site emits without energy, line by line.
    func readOthers(_ root: YAMLNode, _ zone: LocalZone) -> [OtherEmission]? {
        guard let lines = root.fields({ $0.required("lines")?.items(0...50) }).flatMap(\.self) else { return nil }
        let found = lines.map { line -> [OtherEmission]? in
            line.fields { fields in
                let name = fields.required("name", hint: "refrigerant, solvent, site diesel")?.text(maxLength: 60)
                guard let entries = fields.required("entries")?.items(1...1000), let name else { return nil }
                let emissions = entries.map { SiteFiles.emission($0, name, zone) }
                return emissions.contains(nil) ? nil : emissions.compactMap(\.self)
            }.flatMap(\.self)
        }
        let names = lines.compactMap { $0.find("name")?.text(maxLength: 60) }
        for (index, (name, line)) in zip(names, lines).enumerated() where names.prefix(index).contains(name) {
            line.find("name")?.problem("\(quoted(name)) names two lines; put their entries into one")
        }
        return found.contains(nil) ? nil : found.compactMap(\.self).flatMap(\.self)
    }

    private static func emission(_ node: YAMLNode, _ line: String, _ zone: LocalZone) -> OtherEmission? {
        node.fields { fields in
            let from = fields.required("from", hint: "write its first day")?.date()
            let last = fields.required("to", hint: "write its last day")?.date()
            let kg = fields.quantity("kg", in: 0...1_000_000_000, "kg CO2e")
            guard let from, let last, let kg else { return nil }
            guard from <= last else {
                fields.node.find("to")?.problem("\(last.text) is before \(from.text); write the last day")
                return nil
            }
            return OtherEmission(
                line: line, from: zone.instant(from),
                to: zone.instant(CivilDate(daysSinceEpoch: last.daysSinceEpoch + 1)),
                amount: Emissions(micrograms: Int64(saturatingRound: kg * 1e9)))
        }
    }
}
