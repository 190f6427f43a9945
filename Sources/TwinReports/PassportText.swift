public import TwinBooks
public import TwinCore
import TwinUnits

/// Passports for people, as CSV and as JSON.
public struct PassportText {
    private let passports: [Passport]
    private let closing: PassportBook.Closing
    private let method: ReportMethod
    private let year: Int
    private let asked: String?

    /// - Parameter passports: those that were asked for, of the year's.
    public init(
        _ passports: [Passport], _ closing: PassportBook.Closing, _ method: ReportMethod, year: Int,
        asked: String? = nil
    ) {
        (self.passports, self.closing, self.method) = (passports, closing, method)
        (self.year, self.asked) = (year, asked)
    }

    // MARK: - Text

    public func lines(isSimulated: Bool, isYearOver: Bool) -> [String] {
        let good = passports.filter { $0.status != .scrapped }
        var lines = ["Passports of \(year), kg CO2e of Scope 1 and 2 a vehicle, location-based"]
        if let asked { lines.append("vehicles of \(asked), by the books of \(year)") }
        if !method.factors.knows(year) {
            lines.append("there are no emission factors of \(year): the year before's stand in")
        }
        if isSimulated { lines.append("simulated: every figure comes from models, none is measured") }
        lines.append("")
        let counts = [Passport.Status.issued, .provisional, .restated, .scrapped].compactMap { status in
            let count = passports.count { $0.status == status }
            return count > 0 ? "\(status.rawValue) \(Figures.whole(Double(count)))" : nil
        }
        lines.append(row("vehicles", Figures.whole(Double(good.count)), counts.joined(separator: ", ")))
        if let mean = mean(good) {
            lines.append(
                row(
                    "mean", Figures.fixed(mean.all, 2),
                    "direct \(Figures.fixed(mean.direct, 2)), overhead \(Figures.fixed(mean.overhead, 2)),"
                        + " true-up \(Figures.fixed(mean.trueUp, 2))"))
            lines.append(row("  by half hours", Figures.fixed(mean.halfHourly, 2), "for comparison, not for the total"))
        }
        for (model, own) in byModel(good) {
            guard let mean = mean(own) else { continue }
            lines.append(row("  \(model)", Figures.fixed(mean.all, 2), "\(Figures.whole(Double(own.count))) vehicles"))
        }
        lines += ["", "Where the year's books are, t CO2e", ""]
        let balance = closing.balance
        for (name, carbon) in [
            ("books", balance.ledger), ("kept in stores", balance.stored), ("on passports", balance.passports),
            ("work in progress", balance.workInProgress),
            ("not absorbed", balance.unabsorbed), ("difference", balance.difference),
        ] {
            lines.append(row(name, Figures.fixed((carbon[.scope1] + carbon[.location]).kilograms / 1000, 3), ""))
        }
        lines.append("")
        return lines + SummaryText.wrapped(basis(isYearOver: isYearOver), width: 80)
    }

    private func basis(isYearOver: Bool) -> String {
        let hasRate = method.passports?.rates.contains { $0.year == year } == true
        let rate =
            hasRate
            ? "Overhead by the rate that was published for \(year)"
            : "No rate is published for \(year): the overhead so far is shared by standard hours, and every passport is"
                + " provisional"
        let end =
            !hasRate ? "" : isYearOver ? "; the year is over, and what was left is trued up" : "; the year is open"
        return "\(rate)\(end). --format csv lists every vehicle, twin explain co2 --vehicle ID tells of one."
    }

    private func row(_ name: String, _ value: String, _ note: String) -> String {
        let left = name + String(repeating: " ", count: max(1, 20 - name.count))
        return
            (left + String(repeating: " ", count: max(0, 12 - value.count)) + value + (note.isEmpty ? "" : "  \(note)"))
    }

    private struct Mean {
        var all, direct, overhead, trueUp, halfHourly: Double
    }

    private func mean(_ passports: [Passport]) -> Mean? {
        guard !passports.isEmpty else { return nil }
        func mean(_ view: Carbon.Part, _ carbon: (Passport) -> Carbon) -> Double {
            let all = passports.reduce(Carbon.zero) { $0 + carbon($1) }
            return (all[.scope1] + all[view]).kilograms / Double(passports.count)
        }
        return Mean(
            all: mean(.location, \.total), direct: mean(.location, \.directTotal),
            overhead: mean(.location, \.overhead),
            trueUp: mean(.location, \.trueUp), halfHourly: mean(.locationHalfHourly, \.total))
    }

    private func byModel(_ passports: [Passport]) -> [(model: String, passports: [Passport])] {
        Dictionary(grouping: passports) { $0.model ?? ModelMix.unknown }.sorted { $0.key < $1.key }
            .map { (model: $0.key, passports: $0.value) }
    }

    // MARK: - One vehicle

    /// From its figure down to shop, half hour and share.
    public static func explain(_ passport: Passport, _ trace: [PassportBook.Share], _ method: ReportMethod) -> [String]
    {
        func kg(_ carbon: Carbon) -> String { Figures.fixed((carbon[.scope1] + carbon[.location]).kilograms, 3) }
        func minute(_ time: PlantTime) -> String { String(method.zone.text(time).prefix(16)).replacing("T", with: " ") }
        var lines = ["\(passport.vehicle): \(kg(passport.total)) kg CO2e, Scope 1 and location-based Scope 2"]
        lines.append(
            "  \(passport.model ?? "model not told"), \(passport.status.rawValue), revision \(passport.revision);"
                + " \(passport.status == .scrapped ? "scrapped" : "lined off") \(minute(passport.finished))")
        for (name, part) in [
            ("by half hours", Carbon.Part.locationHalfHourly), ("market-based", .market),
        ] {
            lines.append("  \(name) \(Figures.fixed(passport.kilograms(part), 3)) kg")
        }
        lines.append("  direct \(kg(passport.directTotal)) kg")
        for direct in passport.direct where direct.carbon != .zero {
            let shop = method.passports?.shops.first { $0.name == direct.shop }
            lines.append("    \(direct.shop) \(kg(direct.carbon)) kg")
            lines += (shop?.assets ?? []).map(\.text).joined(separator: ", ").wrappedLines(indent: 6)
            for share in trace where share.shop == direct.shop {
                let part = 100 * Double(share.ms) / Double(max(share.wholeMs, 1))
                lines.append(
                    "      \(minute(share.period)): \(Figures.fixed(part, 3)) % of \(kg(share.whole)) kg ="
                        + " \(kg(share.carbon)) kg (\(share.factorSet))")
            }
        }
        lines.append(
            "  overhead \(kg(passport.overhead)) kg for \(Figures.fixed(passport.standardHours, 2)) standard hours")
        if passport.trueUp != .zero { lines.append("  true-up of the year \(kg(passport.trueUp)) kg") }
        return lines
    }

    // MARK: - JSON

    /// A time that nobody told is its standard hours before its end.
    private static func entrySource(_ passport: Passport) -> String {
        passport.isEntrySeen ? "event" : "standard_hours"
    }

    /// One passport: kg by part of Scope 1 and 2.
    public static func json(_ passport: Passport, _ zone: LocalZone) -> JSON {
        func kg(_ carbon: Carbon) -> JSON {
            .object(Carbon.Part.allCases.map { .init($0.key, .number(carbon[$0].kilograms)) })
        }
        return .fields([
            "vehicle": .string(passport.vehicle), "model": passport.model.map(JSON.string) ?? .null,
            "line": passport.line.map(JSON.string) ?? .null, "modelled": .bool(passport.isModelled),
            "entered": .string(zone.text(passport.entered)), "entered_by": .string(entrySource(passport)),
            "finished": .string(zone.text(passport.finished)),
            "status": .string(passport.status.rawValue), "revision": .integer(passport.revision),
            "standard_hours": .number(passport.standardHours),
            "co2_kg_location": .number(passport.kilograms(.location)),
            "co2_kg_location_half_hourly": .number(passport.kilograms(.locationHalfHourly)),
            "co2_kg_market": .number(passport.kilograms(.market)),
            "direct_kg": .object(passport.direct.map { .init($0.shop, kg($0.carbon)) }),
            "overhead_kg": kg(passport.overhead), "true_up_kg": kg(passport.trueUp), "total_kg": kg(passport.total),
        ])
    }

    /// What was spent on it in a shop and half hour.
    public static func json(_ share: PassportBook.Share, _ zone: LocalZone) -> JSON {
        .fields([
            "shop": .string(share.shop), "period": .string(zone.text(share.period)),
            "factor_set": .string(share.factorSet), "ms": .integer(Int(share.ms)),
            "of_ms": .integer(Int(share.wholeMs)),
            "co2_kg": .object(Carbon.Part.allCases.map { .init($0.key, .number(share.carbon[$0].kilograms)) }),
            "of_co2_kg": .object(Carbon.Part.allCases.map { .init($0.key, .number(share.whole[$0].kilograms)) }),
        ])
    }

    /// The year, its balance and the passports, a line each: as many as a year has are no matter.
    public func jsonLines(isSimulated: Bool, isYearOver: Bool, _ write: (String) throws -> Void) rethrows {
        let balance = closing.balance
        func kg(_ carbon: Carbon) -> JSON {
            .object(Carbon.Part.allCases.map { .init($0.key, .number(carbon[$0].kilograms)) })
        }
        let head: JSON = .fields([
            "schema": .string("passports/1"), "site": .string(method.site), "year": .integer(year),
            "year_is_over": .bool(isYearOver), "source": .string(isSimulated ? "simulated" : "measured"),
            "boundary": .string(method.boundary),
            "balance_kg": .fields([
                "books": kg(balance.ledger), "stored": kg(balance.stored), "passports": kg(balance.passports),
                "work_in_progress": kg(balance.workInProgress), "not_absorbed": kg(balance.unabsorbed),
                "difference": kg(balance.difference),
            ]),
            "standard_hours": .number(closing.standardHours),
            "g_per_standard_hour": .object(
                closing.ratePerHour.sorted { $0.key < $1.key }.map { shop, carbon in
                    .init(
                        shop, .object(Carbon.Part.allCases.map { .init($0.key, .number(carbon[$0].kilograms * 1000)) }))
                }),
        ])
        try write("\(head.printableLine.dropLast()),\"passports\":[")
        for (place, passport) in passports.enumerated() {
            let line = PassportText.json(passport, method.zone).printableLine
            try write(place + 1 < passports.count ? line + "," : line)
        }
        try write("]}")
    }

    // MARK: - CSV

    /// Names of the columns; a shop each for what is direct.
    public var csvHeader: String {
        let shops = (method.passports?.shops ?? []).map { "direct_kg_\($0.name)" }
        return
            ([
                "vehicle", "model", "line", "entered_utc", "entered_by", "finished_utc", "status", "revision",
                "standard_hours",
                "co2_kg_location", "co2_kg_location_half_hourly", "co2_kg_market", "scope1_kg", "overhead_kg",
                "true_up_kg",
            ] + shops + ["source"]).joined(separator: ",")
    }

    /// Location-based, but where its name says otherwise.
    public func csv(_ passport: Passport, isSimulated: Bool) -> String {
        func kg(_ carbon: Carbon) -> CSVCell { .number((carbon[.scope1] + carbon[.location]).kilograms) }
        let cells: [CSVCell] =
            [
                .text(passport.vehicle), passport.model.map(CSVCell.text) ?? .empty,
                passport.line.map(CSVCell.text) ?? .empty, .text(passport.entered.rfc3339),
                .text(PassportText.entrySource(passport)),
                .text(passport.finished.rfc3339), .text(passport.status.rawValue), .integer(Int64(passport.revision)),
                .number(passport.standardHours), .number(passport.kilograms(.location)),
                .number(passport.kilograms(.locationHalfHourly)),
                .number(passport.kilograms(.market)),
                .number(passport.total[.scope1].kilograms), kg(passport.overhead), kg(passport.trueUp),
            ] + passport.direct.map { kg($0.carbon) }
            + [.text(isSimulated || passport.isModelled ? "simulated" : "measured")]
        return cells.map(\.text).joined(separator: ",")
    }
}

extension String {
    /// Broken at blanks to 80 columns.
    fileprivate func wrappedLines(indent: Int) -> [String] {
        SummaryText.wrapped(self, width: 80 - indent).map { String(repeating: " ", count: indent) + $0 }
    }
}
