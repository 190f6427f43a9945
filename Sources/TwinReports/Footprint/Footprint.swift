public import TwinCore
import TwinUnits

/// A vehicle's production CO2e as a product footprint that the car industry exchanges.
///
/// One `ProductFootprint` of the PACT Technical Specifications 3.0.0 (WBCSD, `spec/v3/openapi.yaml` of
/// `wbcsd/data-exchange-protocol`), which carries the Catena-X aspect `urn:samm:io.catenax.pcf:9.0.0#Pcf` (Eclipse Tractus-X,
/// PCF Rulebook 4) as a data model extension. It is declared as what it is: the gate-to-gate part of the vehicle's footprint, Scope 1 and 2
/// of the assembly plant. The same facts give the same bytes, ids included.
public enum Footprint {
    public static let specVersion = "3.0.0"
    static let aspectVersion = "9.0.0"

    /// - Throws: where the facts lack what the schema asks for, or say what it cannot hold.
    public static func json(_ facts: FootprintFacts) throws(FootprintProblem) -> JSON {
        let problems = facts.problems
        guard problems.isEmpty, let company = facts.company, let mass = facts.massKg else {
            throw FootprintProblem(sentences: problems)
        }
        var members: [JSON.Member] = [
            .init("id", .string(id(facts, revision: facts.revision))), .init("specVersion", .string(specVersion)),
        ]
        let preceding = preceding(facts)
        if !preceding.isEmpty { members.append(.init("precedingPfIds", .array(preceding.map(JSON.string)))) }
        members += [
            .init("created", .string(facts.issued.rfc3339)), .init("status", .string("Active")),
            .init("validityPeriodStart", .string(facts.finished.rfc3339)),
            .init("validityPeriodEnd", .string(validUntil(facts.finished).rfc3339)),
            .init("companyName", .string(company.name.printable)),
            .init("companyIds", .array(unique(company.ids).map(JSON.string))),
            .init("productDescription", .string(FootprintWords.product(facts))),
            .init("productIds", .array(productIDs(facts).map(JSON.string))),
        ]
        let classifications = unique(facts.classifications)
        if !classifications.isEmpty {
            members.append(.init("productClassifications", .array(classifications.map(JSON.string))))
        }
        members += [
            .init("productNameCompany", .string(FootprintWords.name(facts))),
            .init("comment", .string(FootprintWords.comment(facts))),
            .init("pcf", carbonFootprint(facts, mass)),
            .init("extensions", .array([CatenaXAspect(facts, company, mass: mass).extension])),
        ]
        return .object(members)
    }

    private static func carbonFootprint(_ facts: FootprintFacts, _ mass: Double) -> JSON {
        let figure = JSON.string(decimal(facts.figure))
        return .fields([
            "declaredUnitOfMeasurement": .string("piece"), "declaredUnitAmount": .string("1"),
            "productMassPerDeclaredUnit": .string(decimal(mass)),
            "referencePeriodStart": .string(facts.entered.rfc3339),
            "referencePeriodEnd": .string(facts.finished.rfc3339),
            "geographyCountry": .string(facts.place.country),
            "boundaryProcessesDescription": .string(FootprintWords.boundary(facts)),
            // No biomass is in the product that was taken up in this plant: both are the same.
            "pcfExcludingBiogenicUptake": figure, "pcfIncludingBiogenicUptake": figure,
            "fossilGhgEmissions": .string(decimal(facts.fossil)),
            "biogenicNonCO2Emissions": .string(decimal(facts.biogenicNonCO2)),
            // What the materials hold is outside the boundary; the comment says so.
            "fossilCarbonContent": .string("0"), "packagingEmissionsIncluded": .bool(false),
            "ccsTechnologicalCO2CaptureIncluded": .bool(false),
            "ipccCharacterizationFactors": .array([.string(facts.assessmentReport)]),
            "crossSectoralStandards": .array([.string("ISO14067")]), "exemptedEmissionsPercent": .string("0"),
            "exemptedEmissionsDescription": .string(FootprintWords.exempted),
            "allocationRulesDescription": .string(FootprintWords.allocation),
            "secondaryEmissionFactorSources": .array(
                facts.factorSets.map {
                    .fields(["name": .string(FootprintWords.factorSource), "version": .string($0)])
                }),
            "primaryDataShare": .string(decimal(facts.primaryDataPct)),
            "dqi": .fields([
                "technologicalDQR": .string(decimal(facts.technologicalRating)),
                "geographicalDQR": .string(decimal(facts.geographicalRating)),
                "temporalDQR": .string(decimal(facts.temporalRating)),
            ]),
        ])
    }

    // MARK: - Ids

    /// Of this revision: a change is a new footprint.
    static func id(_ facts: FootprintFacts, revision: Int) -> String {
        uuid(["footprint", facts.site, facts.vehicle, "\(revision)"])
    }

    /// Those before, the latest first.
    static func preceding(_ facts: FootprintFacts) -> [String] {
        guard facts.revision > 1 else { return [] }
        return (max(1, facts.revision - keptMax)..<facts.revision).reversed().map { id(facts, revision: $0) }
    }

    private static let keptMax = 100

    /// The vehicle, whatever its revision.
    static func productIDs(_ facts: FootprintFacts) -> [String] {
        let own = "urn:uuid:" + uuid(["vehicle", facts.site, facts.vehicle])
        guard let domain = facts.company?.domain, !domain.isEmpty else { return [own] }
        return ["urn:pact:\(quoted(domain.lowercased())):product-id:\(quoted(facts.vehicle))", own]
    }

    /// Version 8 of RFC 9562: 122 bits of a SHA-256 over the parts, each with its length.
    static func uuid(_ parts: [String]) -> String {
        let files = parts.enumerated().map { (name: "\($0.offset + 1000)", bytes: Array($0.element.utf8)) }
        var digits = Array(contentHash(of: files).dropFirst("sha256:".count).prefix(32))
        digits[12] = "8"
        // The variant: 10 in the upper two bits.
        let variant = digits[16].hexDigitValue ?? 0
        digits[16] = ["8", "9", "a", "b"][variant & 3]
        let ends = [8, 12, 16, 20, 32]
        return zip([0] + ends, ends).map { String(digits[$0..<$1]) }.joined(separator: "-")
    }

    /// What a URN holds as it is (RFC 8141); all else as bytes in percent signs.
    private static func quoted(_ text: String) -> String {
        text.utf8.reduce(into: "") { out, byte in
            let scalar = Unicode.Scalar(byte)
            let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || (0x30...0x39).contains(byte))
            if isPlain || "-._~".utf8.contains(byte) {
                out.unicodeScalars.append(scalar)
            } else {
                out += "%" + hexText([byte]).uppercased()
            }
        }
    }

    private static func unique(_ texts: [String]) -> [String] {
        texts.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }

    // MARK: - Numbers and times

    /// kg to the microgram, as the specification's decimal: digits alone, no exponent.
    static func decimal(_ emissions: Emissions) -> String {
        let (whole, rest) = emissions.micrograms.magnitude.quotientAndRemainder(dividingBy: 1_000_000_000)
        let digits = String(rest)
        let fraction = String(repeating: "0", count: 9 - digits.count) + digits
        return (emissions.micrograms < 0 ? "-" : "") + trimmed("\(whole).\(fraction)")
    }

    /// To six decimals.
    static func decimal(_ value: Double) -> String {
        decimal(Emissions(micrograms: Int64(saturatingRound: (value * 1e6).rounded() * 1000)))
    }

    private static func trimmed(_ text: String) -> String {
        let kept = text.reversed().drop { $0 == "0" }
        return String(String((kept.first == "." ? kept.dropFirst() : kept).reversed()))
    }

    /// Three years, which PACT takes where nothing is said.
    static func validUntil(_ time: PlantTime) -> PlantTime {
        let days = time.floored(to: Span(ms: 86_400_000)).ms / 86_400_000
        let date = CivilDate(daysSinceEpoch: days)
        let day = date.month == 2 && date.day == 29 ? 28 : date.day
        let then = CivilDate(year: date.year + 3, month: date.month, day: day)
        return PlantTime(ms: then.daysSinceEpoch * 86_400_000 + (time.ms - days * 86_400_000))
    }
}
