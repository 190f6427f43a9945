import TwinCore
public import TwinUnits

extension Carbon {
    /// Scope 1 and 2 of electricity together, by one way of counting Scope 2.
    public enum View: String, Sendable, CaseIterable {
        case location, market
        case locationHalfHourly = "location_half_hourly"
        case marketHalfHourly = "market_half_hourly"
    }

    /// What burning fuels for it emitted, and what was bought; with certificates where the view knows them.
    public func scopes(by view: View) -> Emissions {
        switch view {
        case .location: self[Part.scope1] + self[Part.location]
        case .market: self[Part.scope1Certified] + self[Part.market]
        case .locationHalfHourly: self[Part.scope1] + self[Part.locationHalfHourly]
        case .marketHalfHourly: self[Part.scope1Certified] + self[Part.marketHalfHourly]
        }
    }
}

/// `sharing` of `summary/1`.
extension Summary {
    /// What a partner pays for his wind and sun; nil where no price is agreed.
    public func sharedCost(_ line: SharingLine) -> Double? {
        method.ledger.sharing?.pricePerKWh.map { $0 * line.renewable.kilowattHours }
    }

    /// Production with what the rule moves into it, kg CO2e.
    public func productionKgByRule(_ sharing: SharingLedger, _ scope2: ReportMethod.Scope2) -> Double {
        scope2 == .location
            ? productionKgLocation + sharing.movedIntoProduction.scopes(by: .location).kilograms
            : productionKgMarket + sharing.movedIntoProduction.scopes(by: .market).kilograms
    }

    var sharingJSON: JSON {
        guard let sharing = sum.sharing else { return .null }
        let partners = zip(sharing.terms.partners, sharing.partners).map { partner, line in
            JSON.object(
                [
                    .init("name", .string(partner.name)),
                    .init("assets", .array(partner.assets.map { .string($0.text) })),
                    .init(
                        "share", sharing.terms.rule == .shares ? .number(Double(partner.sharePPM) / 1e6) : .null),
                ] + members(line) + [
                    .init("shared_cost", .optional(sharedCost(line))),
                    .init("shared_at_import_price", .number(line.renewableAtImportPrice)),
                ])
        }
        return .fields([
            "rule": .string(sharing.terms.rule.rawValue), "price_per_kwh": .optional(sharing.terms.pricePerKWh),
            "half_hours": .integer(sharing.halfHours), "generation_kwh": .number(sharing.generation.kilowattHours),
            "partners": .array(partners), "others": sharing.hasOthers ? .object(members(sharing.others)) : .null,
            "plant": .object(members(sharing.plant)), "export": .object(members(sharing.export)),
            "site": .object(members(sharing.site)),
            "production": .fields([
                "kg_location_by_mix": .number(productionKgLocation),
                "kg_location_by_rule": .number(productionKgByRule(sharing, .location)),
                "kg_market_by_mix": .number(productionKgMarket),
                "kg_market_by_rule": .number(productionKgByRule(sharing, .market)),
                "co2_kg_per_vehicle_location_by_mix": .optional(kgPerVehicleLocation),
                "co2_kg_per_vehicle_location_by_rule": .optional(
                    perVehicle(productionKgByRule(sharing, .location))),
            ]),
            "balance_error_kwh": .number((sharing.site.renewable - sharing.generation).kilowattHours),
            "carbon_error_kg": .number(
                (sharing.site.carbon - sharing.site.carbonByMix).scopes(by: .location).kilograms),
        ])
    }

    private func members(_ line: SharingLine) -> [JSON.Member] {
        let share = line.taken > .zero ? Double(line.renewable.wattSeconds) / Double(line.taken.wattSeconds) : nil
        func kg(_ carbon: Carbon) -> JSON {
            .object(
                Carbon.View.allCases.map { view in
                    // Without an intensity nobody knows what a half hour was.
                    let isKnown = view != .locationHalfHourly || self.carbon.halfHourlyPeriods > 0
                    return .init(view.rawValue, isKnown ? .number(carbon.scopes(by: view).kilograms) : .null)
                })
        }
        return [
            .init("taken_kwh", .number(line.taken.kilowattHours)),
            .init("renewable_kwh", .number(line.renewable.kilowattHours)),
            .init("renewable_kwh_by_mix", .number(line.renewableByMix.kilowattHours)),
            .init("grid_kwh", .number(line.grid.kilowattHours)),
            .init("other_kwh", .number(line.other.kilowattHours)),
            .init("renewable_share", .optional(share)), .init("co2_kg", kg(line.carbon)),
            .init("co2_kg_by_mix", kg(line.carbonByMix)), .init("co2_kg_moved", kg(line.carbon - line.carbonByMix)),
        ]
    }
}
