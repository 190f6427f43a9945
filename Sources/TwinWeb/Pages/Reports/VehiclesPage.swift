import TwinBooks
import TwinConfiguration
import TwinCore
import TwinReports
import TwinRuntime

/// Vehicles that were lined off in a window, and each with its passport: `/vehicles/ID`.
struct VehiclesPage: Page {
    let name = "vehicles"
    let title = "Vehicles"

    /// Vehicles of one list.
    static let listMax = 1_000

    func json(_ ask: PageAsk) throws -> JSON {
        guard !ask.path.isEmpty else { return try list(ask) }
        guard ask.path.count == 1 else { throw WebError.notFound("there is no such page; write /vehicles/ID") }
        return try passport(of: ask.path[0], ask)
    }

    private func list(_ ask: PageAsk) throws -> JSON {
        let books = try ask.books()
        let asked = AskedWindow(ask.source.present)
        let window = try asked.window(ask.query, of: books)
        let vehicles = try books.vehicles(window)
        var counted = 0
        try books.forEachRow(window, on: Chart([])) { counted += $0.vehicles }
        let zone = asked.zone
        let shown = vehicles.suffix(VehiclesPage.listMax)
        // A year's passports take seconds: who asks for them draws the list first.
        let carbon = ask.query["carbon"] == "yes" ? try carbon(of: shown, books, ask.source.present) : nil
        return .fields([
            "schema": .string("vehicles/1"), "asked_from": .string(zone.text(window.from)),
            "asked_to": .string(zone.text(window.to)), "counted": .integer(counted),
            "named": .integer(vehicles.count), "shown_max": .integer(VehiclesPage.listMax),
            "has_passports": .bool(ask.source.present.method.passports != nil),
            "models": carbon.map { models(shown, $0) } ?? .null,
            "vehicles": .array(
                shown.reversed().map { vehicle in
                    .fields([
                        "vehicle": .string(vehicle.vehicle), "model": vehicle.model.map { .string($0) } ?? .null,
                        "line": .string(vehicle.line), "ts": .string(zone.text(vehicle.ts)),
                        "modelled": .bool(vehicle.isModelled), "year": .integer(zone.local(vehicle.ts).date.year),
                        "co2_kg_location": .optional(carbon?[vehicle.vehicle]),
                    ])
                }),
        ])
    }

    /// Of each of these vehicles by its passport, location-based; nil where the site gives none.
    private func carbon(of vehicles: ArraySlice<LineOff>, _ books: any StoreReading, _ config: SiteConfig) throws
        -> [String: Double]?
    {
        guard config.method.passports != nil else { return nil }
        let wanted = Set(vehicles.map(\.vehicle))
        var found: [String: Double] = [:]
        for year in Set(vehicles.map { config.zone.local($0.ts).date.year }).sorted() {
            guard config.method.factors.missing([year]) == nil,
                let passports = try books.passports(ofYear: year, config.method)
            else { continue }
            for passport in passports.closing.passports where wanted.contains(passport.vehicle) {
                found[passport.vehicle] = passport.kilograms(.location)
            }
        }
        return found
    }

    /// The mean of those that are listed, by model, the highest first.
    private func models(_ vehicles: ArraySlice<LineOff>, _ carbon: [String: Double]) -> JSON {
        let groups = Dictionary(grouping: vehicles.compactMap { one in carbon[one.vehicle].map { (one.model, $0) } }) {
            $0.0
        }
        let rows = groups.map { model, all in
            (model: model, count: all.count, mean: all.reduce(0) { $0 + $1.1 } / Double(all.count))
        }.sorted { ($1.mean, $0.model ?? "") < ($0.mean, $1.model ?? "") }
        return .array(
            rows.map { row in
                .fields([
                    "model": row.model.map { .string($0) } ?? .null, "vehicles": .integer(row.count),
                    "mean_kg_location": .number(row.mean),
                ])
            })
    }

    /// The passport by the books of its year, with the shares that it is made of.
    private func passport(of vehicle: String, _ ask: PageAsk) throws -> JSON {
        let config = ask.source.present
        guard config.method.passports != nil else {
            throw WebError.notFound("the configuration gives no vehicle a passport: add a passports.yaml")
        }
        let books = try ask.books()
        let year = try year(ask, books, config.zone)
        guard let found = try books.passports(ofYear: year, config.method, tracing: vehicle) else {
            throw WebError.notFound("the books hold nothing of \(year)")
        }
        if let problem = found.claimsAboveUse.first ?? config.method.factors.missing([year]) {
            throw WebError(status: 409, code: "claim", text: problem)
        }
        guard let passport = found.closing.passports.first(where: { $0.vehicle == vehicle }) else {
            throw WebError.notFound(
                "no vehicle \(quoted(vehicle)) was lined off in \(year); /vehicles lists them, and year=… asks another"
                    + " year")
        }
        let zone = config.zone
        return .fields([
            "schema": .string("vehicle/1"), "year": .integer(year), "year_is_over": .bool(found.isYearOver),
            "passport": PassportText.json(passport, zone),
            "mean_kg_per_vehicle": .optional(mean(found.closing.passports)),
            "shops": .array(
                (config.method.passports?.shops ?? []).map { shop in
                    .fields([
                        "name": .string(shop.name), "assets": .array(shop.assets.map { .string($0.text) }),
                    ])
                }),
            "shares": .array(found.trace.map { PassportText.json($0, zone) }),
            "footprint": try footprint(passport, books, config),
        ])
    }

    private func year(_ ask: PageAsk, _ books: any StoreReading, _ zone: LocalZone) throws -> Int {
        if let text = ask.query["year"], !text.isEmpty {
            guard let year = Int(text), (1970...9998).contains(year) else {
                throw WebError.bad("year: \(quoted(text)) is no year; write one like 2025")
            }
            return year
        }
        guard let end = try books.runs().compactMap(\.end).max() else {
            throw WebError.notFound("the books hold nothing yet; the first half hour comes with the first step")
        }
        return zone.local(end - Span(ms: 1)).date.year
    }

    /// Of the year's good vehicles, location-based; nil without one.
    private func mean(_ passports: [Passport]) -> Double? {
        let good = passports.filter { $0.status != .scrapped }
        guard !good.isEmpty else { return nil }
        return good.reduce(0) { $0 + $1.kilograms(.location) } / Double(good.count)
    }

    /// As `twin passports --format pact` writes it, with the quality of the data of its last day; why not, where there is
    /// none.
    private func footprint(_ passport: Passport, _ books: any StoreReading, _ config: SiteConfig) throws -> JSON {
        let date = config.zone.local(passport.finished).date
        let day = StoreWindow(
            from: config.zone.instant(date),
            to: config.zone.instant(CivilDate(daysSinceEpoch: date.daysSinceEpoch + 1)))
        let method = try config.method.covering(books.chart(day))
        let facts = FootprintFacts.product(
            passport, method, siteName: config.name, issued: passport.finished + periodOpenFor,
            try books.summary(method, day))
        guard let facts else { return .fields(["reason": .string("it was scrapped: no product left the plant")]) }
        do { return .fields(["pact": try Footprint.json(facts)]) } catch {
            return .fields(["reason": .string("\(error)")])
        }
    }
}
