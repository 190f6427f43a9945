import Foundation
import Testing
@testable import TwinBooks
import TwinCore
import TwinReports
import TwinRuntime
import TwinTesting
import TwinUnits

/// A vehicle's passport as a footprint that the car industry exchanges, held against the published schemas.
@Suite("Product footprint")
struct FootprintTests {
    private static let golden = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Golden")

    private func kg(_ value: Double) -> Emissions { Emissions(micrograms: Int64(saturatingRound: value * 1e9)) }

    private func views(_ location: Double, _ halfHourly: Double, _ market: Double) -> FootprintFacts.Views {
        .init(location: kg(location), locationHalfHourly: kg(halfHourly), market: kg(market))
    }

    /// A leaf of 18 June 2025: direct 120.25 kg and overhead 54 kg, of which 0.25 kg are CH4 and N2O of ethanol.
    private func facts() throws -> FootprintFacts {
        var facts = FootprintFacts(
            site: "sunderland", siteName: "A car plant", vehicle: "leaf/000 417", model: "leaf",
            entered: try #require(PlantTime(rfc3339: "2025-06-17T05:12:00Z")),
            finished: try #require(PlantTime(rfc3339: "2025-06-18T13:40:00Z")),
            issued: try #require(PlantTime(rfc3339: "2025-06-20T14:00:00Z")), revision: 1, status: .final,
            direct: views(120.25, 110, 190), overhead: views(54, 50.5, 81), boundary: "Scope 1 and 2 as metered.",
            factorSets: ["uk-2025"], convention: "set_year")
        facts.massKg = 1545.5
        facts.biogenicNonCO2 = kg(0.25)
        facts.biogenicCO2 = kg(8)
        facts.measuredPct = 90
        facts.estimatedPct = 8
        facts.missingPct = 2
        facts.company = .init(name: "Example Cars Ltd", ids: ["urn:bpn:BPNL000000000DWF"], domain: "Example.com")
        return facts
    }

    private func problems(_ json: JSON) throws -> [String] {
        let pact = try JSONSchema(FootprintTests.golden.appending(path: "pact-product-footprint-3.0.0.json"))
        let aspect = try JSONSchema(FootprintTests.golden.appending(path: "catenax-pcf-9.0.0.json"))
        let data = json["extensions"]?.items?.first?["data"] ?? .null
        return try pact.problems(json) + aspect.problems(data)
    }

    @Test("fits the schemas of PACT and of Catena-X, by every way of counting, and however little is known")
    func valid() throws {
        var all = [try facts()]
        for change in FootprintTests.variants {
            var facts = try facts()
            change(&facts)
            all.append(facts)
        }
        for facts in all { #expect(try problems(Footprint.json(facts)) == []) }
    }

    private static let variants: [@Sendable (inout FootprintFacts) -> Void] = [
        { $0.isMarketBased = true }, { $0.status = .provisional }, { $0.revision = 3 }, { $0.revision = .max },
        { ($0.measuredPct, $0.estimatedPct, $0.missingPct) = (nil, nil, nil) }, { $0.isSimulated = true },
        { $0.model = nil }, { $0.company?.domain = nil }, { $0.classifications = [] },
        { $0.vehicle = "\u{202E}\u{0} \"x\"</script>" }, { $0.factorDataAgeYears = 40 }, { $0.measuredPct = 1e300 },
        { $0.factorSets = ["uk-2024", "uk-2025"] }, { $0.upstream = Emissions(micrograms: 1) },
        { $0.direct.location = Emissions(micrograms: .max) }, { $0.assessmentReport = "AR6" },
    ]

    @Test("what is broken does not fit")
    func broken() throws {
        let whole = try Footprint.json(facts())
        func changed(_ path: [String], _ value: JSON?, in json: JSON) -> JSON {
            guard let first = path.first else { return value ?? .null }
            if let items = json.items { return .array(items.map { changed(path, value, in: $0) }) }
            return .object(
                (json.members ?? []).compactMap { member in
                    guard member.key == first else { return member }
                    if path.count == 1, value == nil { return nil }
                    return .init(member.key, changed(Array(path.dropFirst()), value, in: member.value))
                })
        }
        let aspect = ["extensions", "data"]
        let time = aspect + ["pcfAssessmentAndMethodology", "pcfAssessmentInformation", "time", "created"]
        let stage = aspect + ["productLifeCycleStagesAndEmissions", "productionStage", "fossilGhgEmissions"]
        let cases: [([String], JSON?)] = [
            (["id"], .string("x")), (["created"], .string("yesterday")), (["companyIds"], .array([])),
            (["companyIds"], .array([.string("BPNL")])), (["companyName"], .string("")), (["pcf"], nil),
            (["pcf", "pcfExcludingBiogenicUptake"], .number(174)), (["pcf", "fossilGhgEmissions"], .string("-1")),
            (["pcf", "fossilGhgEmissions"], .string("1e3")), (["pcf", "declaredUnitOfMeasurement"], .string("car")),
            (["pcf", "geographyCountry"], .string("gb")), (["pcf", "ipccCharacterizationFactors"], .array([])),
            (["pcf", "crossSectoralStandards"], .array([.string("ISO 14067")])), (["status"], .string("active")),
            (["pcf", "dqi", "temporalDQR"], nil), (aspect + ["general"], nil), (time, .string("2025-06-31")),
            (stage, .number(-1)), (aspect + ["scopeOfPcfForm", "partialFullPcf"], .string("Gate-to-gate")),
        ]
        for (path, value) in cases {
            #expect(!(try problems(changed(path, value, in: whole)).isEmpty), "\(path) \(value?.line ?? "removed")")
        }
        // A second geography, and a member that the schema does not name.
        let members = whole["pcf"]?.members ?? []
        for more in [JSON.Member("geographyCountrySubdivision", .string("GB-SND")), .init("pCf", .string("1"))] {
            #expect(!(try problems(changed(["pcf"], .object(members + [more]), in: whole)).isEmpty))
        }
    }

    @Test("the figures by hand")
    func byHand() throws {
        let json = try Footprint.json(facts())
        let pcf = try #require(json["pcf"])
        // Location-based 120.25 + 54 = 174.25 kg; without 0.25 kg of biogenic CH4 and N2O 174 kg are fossil.
        #expect(
            pcf["pcfExcludingBiogenicUptake"]?.text == "174.25" && pcf["pcfIncludingBiogenicUptake"]?.text == "174.25")
        #expect(pcf["fossilGhgEmissions"]?.text == "174" && pcf["biogenicNonCO2Emissions"]?.text == "0.25")
        #expect(pcf["productMassPerDeclaredUnit"]?.text == "1545.5" && pcf["declaredUnitAmount"]?.text == "1")
        // (90 x 1 + 8 x 3 + 2 x 5) / 100 = 1.24; factors that are two years old are rated 1.
        #expect(pcf["dqi"]?["technologicalDQR"]?.text == "1.24" && pcf["dqi"]?["temporalDQR"]?.text == "1")
        #expect(pcf["primaryDataShare"]?.text == "90")
        #expect(json["validityPeriodEnd"]?.text == "2028-06-18T13:40:00.000Z")
        #expect(json["productIds"]?.items?.first?.text == "urn:pact:example.com:product-id:leaf%2F000%20417")
        let comment = try #require(json["comment"]?.text)
        for words in [
            "gate-to-gate", "year's factor 174.25 kg", "half hour 160.5 kg", "market-based 271 kg",
            "direct 120.25 kg CO2e, overhead 54 kg", "in no total: 8 kg", "CH4 28, N2O 265", "No offsets",
        ] { #expect(comment.contains(words), "\(words)") }
        let data = try #require(json["extensions"]?.items?.first?["data"])
        let stage = data["productLifeCycleStagesAndEmissions"]?.items?.first?["productionStage"]?.items?.first
        #expect(stage?["pcfExcludingBiogenicUptake"]?.double == 174.25 && stage?["fossilGhgEmissions"]?.double == 174)

        var market = try facts()
        market.isMarketBased = true
        #expect(try Footprint.json(market)["pcf"]?["pcfExcludingBiogenicUptake"]?.text == "271")
        // What is simulated is no primary data, and says so.
        market.isSimulated = true
        let simulated = try Footprint.json(market)
        #expect(simulated["pcf"]?["primaryDataShare"]?.text == "0")
        #expect(simulated["pcf"]?["dqi"]?["technologicalDQR"]?.text == "5")
        #expect(simulated["comment"]?.text?.contains("SIMULATED") == true)
    }

    @Test("ids are made of site, vehicle and revision: the same each time, others for others")
    func ids() throws {
        let first = try facts()
        let id = try #require(try Footprint.json(first)["id"]?.text)
        #expect(try Footprint.json(first).line == Footprint.json(first).line)
        // Version 8 of RFC 9562 with its variant.
        let digits = Array(id)
        #expect(digits[14] == "8" && "89ab".contains(digits[19]))
        var third = first
        third.revision = 3
        let json = try Footprint.json(third)
        let preceding = (json["precedingPfIds"]?.items ?? []).compactMap(\.text)
        #expect(preceding.count == 2 && preceding.last == id)
        #expect(json["productIds"] == (try Footprint.json(first)["productIds"]))
        var ids = Set(preceding + [try #require(json["id"]?.text)])
        for (site, vehicle) in [
            ("sunderland", "leaf/000 418"), ("other", "leaf/000 417"), ("sunderlandleaf", "/000 417"),
        ] {
            var other = first
            (other.site, other.vehicle) = (site, vehicle)
            ids.insert(try #require(try Footprint.json(other)["id"]?.text))
        }
        #expect(ids.count == 6)
    }

    @Test("a passport fills the facts: its views, its true-up with the overhead, and the sets of its years")
    func passport() async throws {
        let method = try await BundledDay.open().result.summary.method
        // Whole kilograms in every part: scope 1 1, certified 2, location 4, market 8, half-hourly 16, biogenic 32, upstream 64.
        func carbon(_ times: Double) -> Carbon {
            Carbon { part in
                let kg: [Carbon.Part: Double] = [
                    .scope1: 1, .scope1Certified: 2, .location: 4, .market: 8, .locationHalfHourly: 16, .biogenic: 32,
                    .upstream: 64,
                ]
                return self.kg(times * (kg[part] ?? 0))
            }
        }
        var passport = Passport(
            vehicle: "v-1", model: "juke", line: "line-1",
            entered: try #require(PlantTime(rfc3339: "2024-12-31T08:00:00Z")), isEntrySeen: true,
            finished: try #require(PlantTime(rfc3339: "2025-01-02T08:00:00Z")), isModelled: false, status: .restated,
            revision: 2, direct: [.init(shop: "body", carbon: carbon(1)), .init(shop: "paint", carbon: carbon(2))],
            overhead: carbon(10), trueUp: carbon(-1), standardHours: 20)
        var facts = try #require(
            FootprintFacts(passport, method, siteName: "Plant", issued: passport.finished + Span(ms: 1)))
        // Direct 3 times and overhead 9 times: location 1 + 4 = 5, by half hour 1 + 16 = 17, market 2 + 8 = 10.
        #expect(facts.direct == views(15, 51, 30) && facts.overhead == views(45, 153, 90))
        #expect(facts.biogenicCO2 == kg(12 * 32) && facts.upstream == kg(12 * 64))
        #expect(facts.factorSets == ["uk-2024", "uk-2025"] && facts.revision == 2 && facts.status == .final)
        facts.massKg = 1300
        facts.company = .init(name: "Example Cars Ltd", ids: ["urn:bpn:BPNL000000000DWF"])
        let json = try Footprint.json(facts)
        #expect(try problems(json) == [] && json["pcf"]?["pcfExcludingBiogenicUptake"]?.text == "60")
        passport.status = .scrapped
        #expect(FootprintFacts(passport, method, siteName: "Plant", issued: passport.finished) == nil)
    }

    @Test("what cannot be stated is refused by name")
    func refused() throws {
        let cases: [(@Sendable (inout FootprintFacts) -> Void, String)] = [
            ({ $0.company = nil }, "company"), ({ $0.company?.ids = [] }, "URNs"),
            ({ $0.company?.ids = ["BPNL"] }, "URNs"),
            ({ $0.massKg = nil }, "leaf"), ({ $0.massKg = -1 }, "weighs"), ({ $0.massKg = .nan }, "weighs"),
            ({ $0.factorSets = [] }, "factors"), ({ $0.finished = $0.entered }, "leaf/000 417"),
            ({ $0.direct.location = Emissions(micrograms: -1_000_000_000_000) }, "below zero"),
        ]
        for (change, word) in cases {
            var facts = try facts()
            change(&facts)
            let problem = #expect(throws: FootprintProblem.self) { try Footprint.json(facts) }
            #expect(problem?.sentences.contains { $0.contains(word) } == true, "\(word): \(problem?.sentences ?? [])")
        }
    }
}
