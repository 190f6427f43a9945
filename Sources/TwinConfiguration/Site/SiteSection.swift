import TwinBooks
import TwinCore
import TwinPlant

/// `site.yaml`: what the site is and how the twin runs.
struct SiteSection {
    var id: String
    var name: String
    var zone: LocalZone
    var location: SolarSite
    var stepS: Int
    var lateness: Span
    var boundary: String
    var scope2: ReportMethod.Scope2
    var uncertainty: Uncertainty

    init?(_ root: YAMLNode) {
        let section: SiteSection? = root.fields { fields in
            let id = fields.required("site")?.id()
            let name = fields.required("name")?.text()
            let zone = fields.required("time_zone").flatMap(SiteSection.zone)
            let location = fields.required("location").flatMap(SiteSection.location)
            let stepS = fields.required("step_s").flatMap(SiteSection.step)
            let lateness = fields.required("lateness_s")?.whole(in: 0...3600, "s")
            let boundary = fields.required("boundary")?.text(maxLength: 1000)
            let scope2 = fields.required("scope2")?.choice(ReportMethod.Scope2.self)
            let uncertainty = fields.required("uncertainty").flatMap(SiteSection.uncertainty)
            guard let id, let name, let zone, let location, let stepS, let lateness, let boundary, let scope2,
                let uncertainty
            else { return nil }
            return SiteSection(
                id: id, name: name, zone: zone, location: location, stepS: stepS, lateness: .seconds(Int64(lateness)),
                boundary: boundary,
                scope2: scope2, uncertainty: uncertainty)
        }
        guard let section else { return nil }
        self = section
    }

    private init(
        id: String, name: String, zone: LocalZone, location: SolarSite, stepS: Int, lateness: Span, boundary: String,
        scope2: ReportMethod.Scope2, uncertainty: Uncertainty
    ) {
        self.id = id
        self.name = name
        self.zone = zone
        self.location = location
        self.stepS = stepS
        self.lateness = lateness
        self.boundary = boundary
        self.scope2 = scope2
        self.uncertainty = uncertainty
    }

    private static func zone(_ node: YAMLNode) -> LocalZone? {
        guard let name = node.text() else { return nil }
        if let zone = LocalZone(database: name) { return zone }
        let near = LocalZone.nearestName(name).map { "did you mean \(quoted($0))?" } ?? "write one like Europe/London"
        node.problem("\(quoted(name)) is not in the zone database; \(near)")
        return nil
    }

    private static func location(_ node: YAMLNode) -> SolarSite? {
        node.fields { fields in
            let latitude = fields.quantity("latitude_deg", in: -90...90, "deg north")
            let longitude = fields.quantity("longitude_deg", in: -180...180, "deg east")
            let elevation = fields.quantity("elevation_m", in: -400...5000, "m")
            guard let latitude, let longitude, let elevation else { return nil }
            return SolarSite(latitudeDeg: latitude, longitudeDeg: longitude, elevationM: elevation)
        }
    }

    /// Half-hour settlement periods must hold whole steps.
    private static func step(_ node: YAMLNode) -> Int? {
        guard let step = node.whole(in: 1...1800, "s") else { return nil }
        guard 1800 % step == 0 else {
            node.problem("\(step) does not divide the half hour of 1800 s; write 60, 30 or another divisor")
            return nil
        }
        return step
    }

    private static func uncertainty(_ node: YAMLNode) -> Uncertainty? {
        node.fields { fields in
            let unit = "fraction of the value"
            let electricity = fields.quantity("electricity_meter", in: 0...1, unit)
            let gas = fields.quantity("gas_meter", in: 0...1, unit)
            let factors = fields.quantity("factors", in: 0...1, unit)
            let estimates = fields.quantity("estimates", in: 0...1, unit)
            let meters = fields.optional("meters").map { SiteSection.classes($0) } ?? [:]
            guard let electricity, let gas, let factors, let estimates, let meters else { return nil }
            return Uncertainty(
                electricityMeter: electricity, gasMeter: gas, factors: factors, estimates: estimates, meters: meters)
        }
    }

    /// Meters that have a class of their own.
    private static func classes(_ node: YAMLNode) -> [Meter: Double]? {
        guard let items = node.items(0...1000) else { return nil }
        let classes = items.map { item in
            item.fields { fields -> (meter: Meter, fraction: Double)? in
                let name = fields.required("meter", hint: "name account and asset like grid_import grid/main")
                let fraction = fields.quantity("half_width", in: 0...1, "fraction of the value")
                guard let name, let text = name.text(), let fraction else { return nil }
                guard let meter = Meter(text: text) else {
                    name.problem("\(quoted(text)) is no meter; write account and asset like grid_import grid/main")
                    return nil
                }
                return (meter, fraction)
            }.flatMap(\.self)
        }
        let good = classes.compactMap(\.self)
        return good.count == items.count ? Dictionary(good.map { ($0.meter, $0.fraction) }) { _, last in last } : nil
    }
}

extension SiteFiles {
    /// Every meter with a class of its own has a line, and one class.
    func checkMeterClasses(_ chart: Chart) {
        guard case .list(let items)? = self["site.yaml"]?.find("uncertainty", "meters")?.content else { return }
        var seen: Set<Meter> = []
        for item in items {
            guard let name = item.find("meter"), let text = name.scalar, let meter = Meter(text: text) else { continue }
            if chart.index(of: meter) == nil {
                name.problem("\(quoted(text)) is no line of this site's books; twin explain co2 lists them")
            } else if !seen.insert(meter).inserted {
                name.problem("\(quoted(text)) has two classes; give each meter one")
            }
        }
    }
}
