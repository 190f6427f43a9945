import TwinCore
import TwinUnits

/// What a footprint says in words: what it is a part of, how it was shared out, and what stands beside it.
enum FootprintWords {
    static let factorSource = "UK Government GHG Conversion Factors for Company Reporting"

    static let exempted =
        "No activity inside the boundary was left out. What is outside the boundary is named there; its share is not known."

    static let allocation =
        "What each shop takes is shared among the vehicles that are in it, by standard hours; what no shop takes, and what was"
        + " spent on vehicles that were scrapped, is overhead at the published rate of the year, set right at its end. Emissions"
        + " of electricity and hot water are the mix of what was given, half hour by half hour; stores give what they took."

    static func name(_ facts: FootprintFacts) -> String {
        let model = facts.model?.printable ?? ""
        return model.isEmpty ? "vehicle" : model
    }

    static func product(_ facts: FootprintFacts) -> String {
        "One vehicle, \(name(facts)), id \(facts.vehicle.printable), assembled at \(facts.siteName.printable)"
    }

    static func boundary(_ facts: FootprintFacts) -> String {
        "PARTIAL FOOTPRINT, GATE-TO-GATE: the production of one vehicle in this plant, from its first shop to the end of the line."
            + " No material, part, supply of energy (Scope 3), logistics, use or end of life. \(facts.boundary.printable)"
    }

    static func comment(_ facts: FootprintFacts) -> String {
        func kg(_ emissions: Emissions) -> String { "\(Footprint.decimal(emissions)) kg CO2e" }
        let total = facts.total
        var words = [
            "This is the gate-to-gate part (a partial CFP in the words of ISO 14067) and no footprint of the whole vehicle:"
                + " add it to what the materials and parts bring."
        ]
        if facts.isSimulated {
            words.append("SIMULATED: every figure comes from models of the plant, none is measured.")
        }
        if facts.status == .provisional { words.append("PROVISIONAL: late data may still change it.") }
        if facts.revision > 1 {
            words.append("Revision \(facts.revision): rework, late data or the year's end changed the one before.")
        }
        words += [
            "Scope 1 and 2, \(facts.isMarketBased ? "market" : "location")-based. Location-based with the year's factor"
                + " \(kg(total.location)), with the grid's intensity of each half hour \(kg(total.locationHalfHourly)),"
                + " market-based \(kg(total.market)).",
            "Of it direct \(kg(facts.isMarketBased ? facts.direct.market : facts.direct.location)), overhead"
                + " \(kg(facts.isMarketBased ? facts.overhead.market : facts.overhead.location)).",
            "Biogenic CO2 of fuels, outside the scopes and in no total: \(Footprint.decimal(facts.biogenicCO2)) kg.",
        ]
        if let upstream = facts.upstream {
            words.append("Supply of the energy (Scope 3), not included: \(kg(upstream)).")
        }
        words += [
            "Factors: \(facts.factorSets.joined(separator: ", ").printable), convention \(facts.convention.printable); warming"
                + " potentials over 100 years of \(facts.assessmentReport)"
                + (facts.assessmentReport == "AR5" ? " (CH4 28, N2O 265)." : "."),
            quality(facts),
            "No offsets and no credits are included. Carbon content of the materials was not determined.",
        ]
        return words.joined(separator: " ")
    }

    private static func quality(_ facts: FootprintFacts) -> String {
        guard let measured = facts.measuredPct, let estimated = facts.estimatedPct, let missing = facts.missingPct
        else {
            return "Nothing is known of the quality of the data."
        }
        let kind = facts.isSimulated ? "simulated" : "measured"
        return "Of the energy \(Figures.fixed(measured, 1)) % was \(kind), \(Figures.fixed(estimated, 1)) % estimated,"
            + " \(Figures.fixed(missing, 1)) % is missing; ratings from 1 (best) to 5 follow from that, from the age of the"
            + " factors and from where they hold."
    }
}
