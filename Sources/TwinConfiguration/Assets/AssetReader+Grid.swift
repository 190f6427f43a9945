import TwinCore
import TwinPlant

extension AssetReader {
    static func grid(_ node: YAMLNode) -> GridConnection.Parameters? {
        node.fields { fields in
            let meter = fields.required("meter").flatMap(gridMeter)
            let intensity = fields.required("intensity").flatMap(gridIntensity)
            let told = fields.optional("price")
            let price = told.flatMap(gridPrice)
            guard let meter, let intensity, (told == nil) == (price == nil) else { return nil }
            checkGridIDs(meter.id, intensity.id, fields.node)
            if let price, [meter.id, intensity.id].contains(price.asset) {
                told?.find("id")?.problem("\(quoted(price.asset)) is another one's id at the grid; give each its own")
            }
            return GridConnection.Parameters(
                meter: meter.id, intensity: intensity.id, importMaxKW: meter.importMaxKW,
                exportMaxKW: meter.exportMaxKW, intensityRange: intensity.range, maxAge: meter.maxAge,
                intensityMaxAge: intensity.maxAge, price: price)
        }
    }

    private struct GridMeter {
        var id: String
        var importMaxKW: Double
        var exportMaxKW: Double
        var maxAge: Span
    }

    private static func gridMeter(_ node: YAMLNode) -> GridMeter? {
        node.fields { fields in
            let id = fields.required("id")?.id()
            let importMax = fields.quantity("import_max_kw", in: 1...1_000_000, "kW")
            let exportMax = fields.quantity("export_max_kw", in: 0...1_000_000, "kW")
            let maxAge = fields.seconds("max_age_s", in: 1...86_400)
            guard let id, let importMax, let exportMax, let maxAge else { return nil }
            return GridMeter(id: id, importMaxKW: importMax, exportMaxKW: exportMax, maxAge: maxAge)
        }
    }

    private struct GridIntensity {
        var id: String
        var range: ClosedRange<Double>
        var maxAge: Span
    }

    private static func gridIntensity(_ node: YAMLNode) -> GridIntensity? {
        node.fields { fields in
            let id = fields.required("id")?.id()
            let low = fields.quantity("min_g_per_kwh", in: 0...100, "g/kWh")
            let high = fields.quantity("max_g_per_kwh", in: 101...2000, "g/kWh")
            let maxAge = fields.seconds("max_age_s", in: 1...604_800)
            guard let id, let low, let high, let maxAge else { return nil }
            return GridIntensity(id: id, range: low...high, maxAge: maxAge)
        }
    }

    /// `price:`, the feed of prices by the half hour; a site without one has its tariff.
    private static func gridPrice(_ node: YAMLNode) -> GridConnection.Parameters.Price? {
        node.fields { fields in
            let id = fields.required("id")?.id()
            let low = fields.quantity("min_per_mwh", in: -10_000...0, "currency/MWh")
            let high = fields.quantity("max_per_mwh", in: 1...1_000_000, "currency/MWh")
            let maxAge = fields.seconds("max_age_s", in: 1...604_800)
            guard let id, let low, let high, let maxAge else { return nil }
            return GridConnection.Parameters.Price(asset: id, range: low...high, maxAge: maxAge)
        }
    }
}
