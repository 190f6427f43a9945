import TwinBooks
import TwinCore
import TwinUnits

/// What contracts share out and pay for; nothing for a site without one.
extension SummaryText {
    mutating func sharing() {
        guard let sharing = summary.sum.sharing else { return }
        title("Sharing of own wind and sun: \(SharingWords.rule(sharing.terms.rule))")
        lines.append(SummaryText.sharingRow("", ["MWh", "own", "of it", "by mix", "t CO2e", "by mix", "moved"]))
        for (name, line) in SharingWords.rows(sharing) {
            func t(_ carbon: Carbon) -> Double { carbon.scopes(by: .location).kilograms / 1000 }
            let moved = t(line.carbon) - t(line.carbonByMix)
            let share = line.taken > .zero ? 100 * line.renewable.kilowattHours / line.taken.kilowattHours : nil
            lines.append(
                SummaryText.sharingRow(
                    name,
                    [
                        Figures.fixed(line.taken.kilowattHours / 1000, 2),
                        Figures.fixed(line.renewable.kilowattHours / 1000, 2),
                        share.map { "\(Figures.fixed($0, 1)) %" } ?? "—",
                        Figures.fixed(line.renewableByMix.kilowattHours / 1000, 2), Figures.fixed(t(line.carbon), 2),
                        Figures.fixed(t(line.carbonByMix), 2), (moved > 0 ? "+" : "") + Figures.fixed(moved, 2),
                    ]))
        }
        for sentence in SharingWords.sentences(summary, sharing) {
            lines += SummaryText.wrapped(sentence, width: 76).map { "  \($0)" }
        }
    }

    private static func sharingRow(_ name: String, _ cells: [String]) -> String {
        let widths = [9, 9, 9, 9, 8, 8, 8]
        let first = name.count > 18 ? String(name.prefix(17)) + "…" : name
        let line = "  " + first + String(repeating: " ", count: 18 - first.count)
        return zip(cells, widths).reduce(line) { $0 + String(repeating: " ", count: max(1, $1.1 - $1.0.count)) + $1.0 }
    }

    mutating func vehicleGrid() {
        guard let groups = summary.vehicleGrid, let total = summary.vehicleGridTotal else { return }
        title("Cars that give back, \(summary.cost.currency)")
        for group in groups { result(group.path.text, group.result) }
        if groups.count > 1 { result("all groups", total) }
        lines += SummaryText.wrapped(
            "saved: what spared import would have emitted less what charging for it caused, losses included; pay alone is"
                + " the cost",
            width: 76
        ).map { "  \($0)" }
    }

    mutating func savedByDispatch() {
        guard let saved = summary.savedByDispatch else { return }
        title("Saved by dispatch, against leaving all to itself")
        for line in SavedWords.lines(saved) {
            row(
                line.name, "\(line.figure) \(line.unit)",
                "\(line.range) (95 %)\(line.isProven ? "" : ", not proven")")
        }
        if let leftOut = SavedWords.leftOut(saved) { row("left out", leftOut, "not all of it was measured") }
        lines += SummaryText.wrapped(SavedByDispatch.basis, width: 76).map { "  \($0)" }
    }

    private mutating func result(_ name: String, _ result: VehicleGridResult) {
        func kg(_ value: Double?) -> String { value.map { ($0 > 0 ? "+" : "") + Figures.fixed($0, 1) } ?? "—" }
        let hours = result.connectedHours.map { "\(Figures.fixed($0, 1)) vehicle h" } ?? "nobody told how long"
        row(
            name, "\(Figures.fixed(result.givenKWh, 1)) kWh",
            "given; taken \(Figures.fixed(result.takenKWh, 1)); plugged in \(hours)")
        row(
            "  pay", result.pay.map { Figures.fixed($0, 2) } ?? "—",
            "energy \(Figures.fixed(result.energyPay, 2)), plugged in"
                + " \(result.connectedPay.map { Figures.fixed($0, 2) } ?? "—"), wear \(Figures.fixed(result.wearPay, 2))"
        )
        row(
            "  saved by half hour", "\(kg(result.savedHalfHourlyKg)) kg",
            "by the year's factor \(kg(result.savedKg)), marginal \(kg(result.savedMarginalKg))")
        if let cost = result.costPerTonne(result.savedHalfHourlyKg) {
            row("  a tonne costs", Figures.whole(cost), "of what is saved by the half hour")
        } else {
            row("  a tonne costs", "—", "nothing is saved by the half hour, or nobody knows it")
        }
    }
}

/// The sharing in words, for text and page.
enum SharingWords {
    static func rule(_ rule: SharingTerms.Rule) -> String {
        switch rule {
        case .proRata: "by consumption"
        case .shares: "fixed shares"
        case .plantFirst: "the plant first"
        case .partnersFirst: "partners first"
        }
    }

    /// Who has a part in it, and all of them together.
    static func rows(_ sharing: SharingLedger) -> [(name: String, line: SharingLine)] {
        let partners = zip(sharing.terms.partners, sharing.partners).map { (name: $0.name, line: $1) }
        let others = !sharing.hasOthers ? [] : [(name: "others", line: sharing.others)]
        return partners + others + [
            (name: "plant", line: sharing.plant), (name: "export", line: sharing.export),
            (name: "site", line: sharing.site),
        ]
    }

    static func sentences(_ summary: Summary, _ sharing: SharingLedger) -> [String] {
        let location = summary.productionKgByRule(sharing, .location)
        let market = summary.productionKgByRule(sharing, .market)
        var sentences: [String] = []
        if let now = summary.kgPerVehicleLocation, let then = summary.perVehicle(location),
            let nowMarket = summary.kgPerVehicleMarket, let thenMarket = summary.perVehicle(market)
        {
            sentences.append(
                "Production by the rule: \(Figures.fixed(then, 1)) kg per vehicle, by the mix \(Figures.fixed(now, 1)),"
                    + " which is the figure; market-based \(Figures.fixed(thenMarket, 1)) and"
                    + " \(Figures.fixed(nowMarket, 1)).")
        } else {
            sentences.append(
                "Production by the rule: \(Figures.fixed(location / 1000, 2)) t, by the mix"
                    + " \(Figures.fixed(summary.productionKgLocation / 1000, 2)) t, which is the figure.")
        }
        for (partner, line) in zip(sharing.terms.partners, sharing.partners) {
            guard let cost = summary.sharedCost(line) else { continue }
            sentences.append(
                "\(partner.name) pays \(Figures.fixed(cost, 2)) \(summary.cost.currency) for the site's wind and sun;"
                    + " as import it would be \(Figures.fixed(line.renewableAtImportPrice, 2)).")
        }
        return sentences + [
            "Own: the site's wind and sun, half hour by half hour. Export's carbon is production's. What a store gives counts as"
                + " another source, with what it was charged with."
        ]
    }
}
