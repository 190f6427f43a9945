import TwinBooks
import TwinCore
import TwinUnits

/// A line of the table of scopes, the same in the report and on a page.
struct ScopeRow {
    var name: String
    var emissions: Emissions
    /// In `co2_kg` of the JSON.
    var key: String

    static func all(_ summary: Summary) -> [ScopeRow] {
        let carbon = summary.carbon
        func row(_ name: String, _ emissions: Emissions, _ key: String) -> ScopeRow {
            ScopeRow(name: name, emissions: emissions, key: key)
        }
        var rows = [
            row("Scope 1, \(summary.fuels.map(\.name).joined(separator: ", "))", carbon.scope1, "scope1"),
            row("Scope 2, location-based", carbon.scope2Location, "scope2_location"),
            row("Scope 2, market-based", carbon.scope2Market, "scope2_market"),
        ]
        if summary.otherScope1 != nil { rows.insert(row("Scope 1, other", carbon.scope1Other, "scope1_other"), at: 1) }
        if carbon.scope1Certified != carbon.scope1 {
            rows.insert(
                row("Scope 1 with certificates of gas (market-based)", carbon.scope1Certified, "scope1_certified"),
                at: 1)
        }
        if !summary.method.ledger.outside.isEmpty {
            let outside = carbon.outside[.scope1] + carbon.outside[.location]
            rows.append(row("On the site, but no production: in no line above", outside, "outside_production"))
        }
        if carbon.halfHourlyPeriods == summary.sum.periods {
            let key = "scope2_location_half_hourly"
            rows.append(row("Scope 2, by half hour (not for the total)", carbon.scope2HalfHourly, key))
        }
        return rows + [
            row("Outside the scopes: biogenic CO2", carbon.biogenic, "biogenic"),
            row("Scope 3, upstream of energy", carbon.scope3Upstream, "scope3_upstream"),
            row("Information: avoided by export", carbon.avoidedExport, "avoided_export"),
        ]
    }
}
