import TwinBooks
import TwinCore
import TwinPlant

/// `assets.yaml`: what stands on the site, as the twin believes it to be. A site without a kind of asset leaves its
/// key out.
struct AssetsSection {
    var weather: WeatherStation.Parameters
    /// In the order of the kinds, those of one area in file order.
    var assets: [PlantAsset]
    var network: HotWaterNetwork?
    var grid: GridConnection.Parameters
    var losses: LossFractions
    /// Nil where nobody graded the packs of a store.
    var packs: PackGrading?

    /// - Parameters:
    ///   - location: of the site.
    ///   - stuck: the detector's settings; nil switches it off.
    static func read(_ root: YAMLNode, location: SolarSite, stuck: StuckSetting?) -> AssetsSection? {
        root.fields { fields in
            let reader = AssetReader(stuck: stuck)
            let mast = fields.required("weather").flatMap { reader.named($0, 1...1, reader.mast) }?.first
            var network: HotWaterNetwork?
            var sections: [[PlantAsset]?] = []
            for area in Kinds.areas {
                // Every plant has a shop.
                guard let node = area == .shop ? fields.required("shop") : fields.optional(area.rawValue) else {
                    if area == .shop { sections.append(nil) }
                    continue
                }
                sections.append(
                    area == .heat ? heat(node, reader, &network) : reader.assets(area, node))
            }
            let grid = fields.required("grid").flatMap(AssetReader.grid)
            let loss = fields.required("distribution").flatMap { node in
                node.fields { $0.quantity("loss_fraction", in: 0...0.2, "fraction of the delivered power") }
            }
            let isWhole = !sections.contains { $0 == nil }
            var assets = sections.compactMap(\.self).flatMap(\.self)
            let packs = fields.optional("packs").map { PacksSection.read($0, isWhole ? assets : nil) }
            guard let mast, isWhole, let grid, let loss else { return nil }
            if let packs, packs == nil { return nil }
            let facts = SiteFacts(location: location, mastHeightM: mast.heightM)
            for index in assets.indices { assets[index].kind.settle(facts) }
            if !assets.of(SolidOxideFuelCell.self).isEmpty, assets.of(EthanolStore.self).isEmpty {
                fields.node.find("fuelcell")?.problem("burns ethanol, but there is no tank; add ethanol: {tank-1: ...}")
            }
            return AssetsSection(
                weather: mast.parameters, assets: assets, network: network, grid: grid,
                losses: LossFractions(electricity: loss, heat: network?.lossFraction ?? 0),
                packs: packs.flatMap(\.self))
        }
    }

    /// `heat:` has the network beside its sources.
    private static func heat(
        _ node: YAMLNode, _ reader: AssetReader, _ network: inout HotWaterNetwork?
    ) -> [PlantAsset]? {
        node.fields { fields in
            network = fields.required("network").flatMap(reader.network)
            let sources = fields.required("sources").flatMap { reader.assets(.heat, $0) }
            guard network != nil, let sources else { return nil }
            if sources.of(GasBoiler.self).isEmpty {
                fields.node.find("sources")?.problem("no boiler; something must give what the others leave open")
                return nil
            }
            return sources
        }
    }

    /// Every meter's line in the books, in the order of the kinds.
    var chart: Chart { Chart(assets.flatMap(\.meters) + grid.meters) }
}
