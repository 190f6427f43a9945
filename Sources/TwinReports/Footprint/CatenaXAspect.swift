import TwinCore
import TwinUnits

/// The aspect `urn:samm:io.catenax.pcf:9.0.0#Pcf` of one vehicle, as an extension of the PACT data model.
///
/// The aspect has two values for its extent, cradle-to-gate for what is partial and cradle-to-grave for what is whole. The
/// first stands here, and boundary and comment say that it is the gate-to-gate part of it.
struct CatenaXAspect {
    private let facts: FootprintFacts
    private let company: FootprintFacts.Company
    private let mass: Double

    private static let schema =
        "https://raw.githubusercontent.com/eclipse-tractusx/sldt-semantic-models/main/io.catenax.pcf/9.0.0/gen/Pcf-schema.json"

    init(_ facts: FootprintFacts, _ company: FootprintFacts.Company, mass: Double) {
        (self.facts, self.company, self.mass) = (facts, company, mass)
    }

    var `extension`: JSON {
        .fields([
            // Of the way in which extensions are written.
            "specVersion": .string("2.0.0"), "dataSchema": .string(CatenaXAspect.schema), "data": data,
        ])
    }

    private var data: JSON {
        .fields([
            "scopeOfPcfForm": one([
                "specVersion": .array([.string("urn:io.catenax.pcf:datamodel:version:\(Footprint.aspectVersion)")]),
                "partialFullPcf": .string("Cradle-to-gate"),
            ]),
            "companyAndProductInformation": one([
                "companyInformation": one([
                    "companyName": .string(company.name.printable), "companyIds": .array(company.ids.map(JSON.string)),
                ]),
                "productInformation": product,
            ]),
            "pcfAssessmentAndMethodology": one([
                "pcfAssessmentInformation": assessment, "dataSourcesAndQuality": quality,
                "pcfMethodology": methodology,
            ]),
            "general": one(["comment": .string(FootprintWords.comment(facts))]),
            // Of the materials nothing was determined.
            "carbonContent": .array([]), "productLifeCycleStagesAndEmissions": stages,
        ])
    }

    /// Each group is a list of one.
    private func one(_ members: KeyValuePairs<String, JSON>) -> JSON { .array([.fields(members)]) }

    private var product: JSON {
        one([
            "productNameCompany": .string(FootprintWords.name(facts)),
            "productIds": .array(Footprint.productIDs(facts).map(JSON.string)),
            "declaredUnitOfMeasurement": .string("piece"), "declaredUnitAmount": .number(1),
            "productMassPerDeclaredUnit": .number(mass),
            "productClassifications": .array(facts.classifications.map(JSON.string)),
            "productDescription": .string(FootprintWords.product(facts)),
        ])
    }

    private var assessment: JSON {
        one([
            "technology": one([
                "ccsTechnologicalCO2CaptureIncluded": .bool(false),
                "boundaryProcessesDescription": .string(FootprintWords.boundary(facts)),
            ]),
            // The version is 0 there, and the status Active: a change is a new id.
            "idAndVersion": one([
                "id": .string(Footprint.id(facts, revision: facts.revision)), "version": .number(0),
                "status": .string("Active"), "retroOrProspectivePcfType": .string("Retrospective PCF"),
            ]),
            "boundarySpecifications": one([
                "exemptedEmissionsPercent": .number(0),
                "exemptedEmissionsDescription": .string(FootprintWords.exempted),
            ]),
            "geography": one([
                "geographyRegionOrSubregion": .string(facts.place.subregion),
                "geographyCountry": .string(facts.place.country),
            ]),
            "time": one([
                "referencePeriodStart": .string(facts.entered.rfc3339),
                "referencePeriodEnd": .string(facts.finished.rfc3339), "created": .string(facts.issued.rfc3339),
                "validityPeriodStart": .string(facts.finished.rfc3339),
                "validityPeriodEnd": .string(Footprint.validUntil(facts.finished).rfc3339),
            ]),
        ])
    }

    private var quality: JSON {
        one([
            "primaryDataShare": .number(facts.primaryDataPct),
            "secondaryEmissionFactorSources": .array(
                facts.factorSets.map { .string("\(FootprintWords.factorSource) \($0)") }),
            "technologicalDQR": .number(facts.technologicalRating), "temporalDQR": .number(facts.temporalRating),
            "geographicalDQR": .number(facts.geographicalRating),
        ])
    }

    private var methodology: JSON {
        one([
            "massBalancingInformation": one([
                "massBalancingUsed": .bool(false), "freeAttributionInMassBalancing": .string("not applicable"),
                "massBalancingCertificateScheme": .string("not applicable"),
            ]),
            "standards": one([
                "crossSectoralStandards": .array([.string("ISO 14067")]), "productOrSectorSpecificRules": .array([]),
            ]),
            "gwpCharacterizationFactorDetails": one(["ipccCharacterizationFactors": .string(facts.assessmentReport)]),
            "allocationInForeground": one([
                "allocationWasteIncineration": .string("polluter pays principle"),
                "allocationRulesDescription": .string(FootprintWords.allocation),
            ]),
        ])
    }

    private var stages: JSON {
        one([
            "productionStage": one([
                "pcfIncludingBiogenicUptake": .number(facts.figure.kilograms),
                "pcfExcludingBiogenicUptake": .number(facts.figure.kilograms),
                "fossilGhgEmissions": .number(facts.fossil.kilograms),
                "biogenicNonCO2Emissions": .number(facts.biogenicNonCO2.kilograms),
            ]),
            "distributionStage": one(["distributionStageIncluded": .bool(false)]),
            "packagingStage": one(["packagingEmissionsIncluded": .bool(false)]),
        ])
    }
}
