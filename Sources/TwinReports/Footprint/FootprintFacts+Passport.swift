public import TwinBooks
public import TwinCore
import TwinUnits

extension FootprintFacts {
    /// What a passport says; company, mass and quality of the data are the configuration's and the report's to add.
    /// - Parameters:
    ///   - siteName: as people call the plant.
    ///   - issued: when the last of the rows that the passport rests on was closed, or its year was.
    /// - Returns: nil for a vehicle that was scrapped: no product left the plant.
    public init?(_ passport: Passport, _ method: ReportMethod, siteName: String, issued: PlantTime) {
        if passport.status == .scrapped { return nil }
        func views(_ carbon: Carbon) -> Views {
            Views(
                location: carbon[.scope1] + carbon[.location],
                locationHalfHourly: carbon[.scope1] + carbon[.locationHalfHourly],
                market: carbon[.scope1Certified] + carbon[.market])
        }
        let first = method.factors.set(at: passport.entered).id
        let last = method.factors.set(at: passport.finished).id
        self.init(
            site: method.site, siteName: siteName, vehicle: passport.vehicle, model: passport.model,
            entered: passport.entered, finished: passport.finished, issued: issued, revision: passport.revision,
            status: passport.status == .provisional ? .provisional : .final, direct: views(passport.directTotal),
            overhead: views(passport.overhead + passport.trueUp), boundary: method.boundary,
            factorSets: first == last ? [first] : [first, last], convention: method.factors.convention.rawValue)
        isMarketBased = method.scope2 == .market
        biogenicCO2 = passport.total[.biogenic]
        upstream = passport.total[.upstream]
    }

    /// The same with what the configuration says of the product, and what a report says of the data behind it.
    /// - Parameter summary: of the window that is told of; nil where there is none.
    public static func product(
        _ passport: Passport, _ method: ReportMethod, siteName: String, issued: PlantTime, _ summary: Summary?
    ) -> FootprintFacts? {
        var facts = FootprintFacts(passport, method, siteName: siteName, issued: issued)
        let product = method.passports?.product
        facts?.company = product.map {
            FootprintFacts.Company(name: $0.company, ids: $0.companyIDs, domain: $0.domain)
        }
        facts?.massKg = passport.model.flatMap { product?.massKg[$0] }
        facts?.measuredPct = summary?.dataQuality?.measured
        facts?.estimatedPct = summary?.dataQuality?.estimated
        facts?.missingPct = summary?.dataQuality?.missing
        facts?.isSimulated = summary?.facts.isSimulated == true || passport.isModelled
        return facts
    }
}
