import TwinBooks
import TwinCore
import TwinPlant

/// `contracts.yaml`: electricity that comes by contract and not over the public grid.
struct ContractsSection {
    /// Whose claim it is that a kWh came from the sun.
    enum Certificates: String, CaseIterable {
        case kept, sold
    }

    struct Wire {
        var asset: AssetPath
        var certificates: Certificates
        var place: YAMLNode
    }

    var wires: [Wire]
    var certificates: [CertificatesSection.Item] = []
    /// What is on the site and no production.
    var outside: [(asset: AssetPath, place: YAMLNode)] = []
    /// Nil where nothing is shared, and where nobody is paid for what cars give.
    var sharing: SharingSection?
    var vehicleGrid: VehicleGridSection?

    init?(_ root: YAMLNode) {
        let section: ContractsSection? = root.fields { fields in
            guard let items = fields.required("private_wire")?.items(0...64) else { return nil }
            let wires = items.map(ContractsSection.wire)
            let good = wires.compactMap(\.self)
            for (index, wire) in good.enumerated() where good.prefix(index).contains(where: { $0.asset == wire.asset })
            {
                wire.place.find("asset")?.problem("\(quoted(wire.asset.text)) is named twice; keep one of them")
            }
            let certificates = fields.optional("certificates").map { CertificatesSection.read($0) } ?? []
            let outside = fields.optional("outside_production").map { BridgeSection.read($0) } ?? []
            let sharing = fields.optional("sharing").map { SharingSection.read($0) }
            let vehicleGrid = fields.optional("vehicle_grid").map { VehicleGridSection.read($0) }
            guard good.count == items.count, let certificates, let outside else { return nil }
            if let sharing, sharing == nil { return nil }
            if let vehicleGrid, vehicleGrid == nil { return nil }
            CertificatesSection.check(certificates, against: good)
            var section = ContractsSection(wires: good, certificates: certificates, outside: outside)
            section.sharing = sharing.flatMap(\.self)
            section.vehicleGrid = vehicleGrid.flatMap(\.self)
            return section
        }
        guard let section else { return nil }
        self = section
    }

    private init(
        wires: [Wire], certificates: [CertificatesSection.Item], outside: [(asset: AssetPath, place: YAMLNode)]
    ) {
        (self.wires, self.certificates, self.outside) = (wires, certificates, outside)
    }

    private static func wire(_ item: YAMLNode) -> Wire? {
        item.fields { fields in
            let asset = fields.required("asset", hint: "name it by area and id like solar/pv2").flatMap(path)
            let certificates = fields.required(
                "certificates", hint: "write kept where the site holds them, sold where another claims the sun")?
                .choice(Certificates.self)
            _ = fields.required("source", hint: "name the contract")?.text(maxLength: 1000)
            guard let asset, let certificates else { return nil }
            return Wire(asset: asset, certificates: certificates, place: item)
        }
    }

    private static func path(_ node: YAMLNode) -> AssetPath? {
        guard let text = node.text() else { return nil }
        guard let path = AssetPath(text: text), [.wind, .solar].contains(path.area) else {
            node.problem("\(quoted(text)) is no asset of wind or sun; write area and id like solar/pv2")
            return nil
        }
        return path
    }
}

extension SiteFiles {
    /// A wire from what the site does not have.
    func checkContracts(_ contracts: ContractsSection, _ assets: AssetsSection) {
        let known = Set(assets.assets.map(\.path))
        for wire in contracts.wires where !known.contains(wire.asset) {
            wire.place.find("asset")?.problem("\(quoted(wire.asset.text)) is no asset of assets.yaml")
        }
        checkSharing(contracts, assets)
        for (asset, place) in contracts.outside where !known.contains(asset) {
            place.find("asset")?.problem("\(quoted(asset.text)) is no asset of assets.yaml; it needs a sub-meter there")
        }
    }

    /// What the ledger needs to know beyond chart and factors.
    static func ledgerTerms(
        _ assets: AssetsSection, _ contracts: ContractsSection?, _ others: [OtherEmission], _ zone: LocalZone
    ) -> LedgerTerms {
        var terms = LedgerTerms()
        for asset in assets.assets { terms.stores[asset.path] = asset.kind.storeTerms }
        // In a stage of a past a wire may have nothing at its end yet.
        terms.purchased = Set((contracts?.wires ?? []).filter { $0.certificates == .sold }.map(\.asset))
            .intersection(assets.assets.map(\.path))
        terms.certificates = CertificatesSection.terms(contracts?.certificates ?? [], zone)
        terms.outside = Set((contracts?.outside ?? []).map(\.asset))
        terms.sharing = contracts?.sharing?.terms
        terms.others = others
        return terms
    }
}
