import TwinBooks
import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinReports
import TwinRuntime

/// What is going on, in one look: now where something runs, else the newest day of the store.
struct OverviewPage: Page {
    let name = "overview"
    let title = "Overview"

    func json(_ ask: PageAsk) throws -> JSON {
        let books = try ask.books()
        let moment = ask.source.feed?.moment
        let config = ask.source.present
        guard let end = try moment?.outcome.end ?? books.runs().compactMap(\.end).max() else {
            throw WebError.unavailable("the first half hour is not over yet", againIn: 60)
        }
        let date = config.zone.local(end - Span(ms: 1)).date
        var curve = DayCurve(try OverviewPage.rows(books, config, on: date), on: date, config.zone)
        try curve.readCharge(books, config)
        return page(
            now: moment.map { PlantSnapshot($0).json } ?? .null,
            try moment?.sums ?? OverviewPage.sums(books, config, on: date), curve, config,
            changes: ask.source.feed?.commands.decisions(6).map { OverviewPage.change($0, config.zone) } ?? [])
    }

    private static func change(_ decision: [CommandHistory.Entry], _ zone: LocalZone) -> JSON {
        .fields([
            "ts": decision.first.map { .string(zone.text($0.command.ts)) } ?? .null,
            "reason": .string(decision.first?.command.point.reason ?? ""),
            "set_points": .array(
                decision.map { entry in
                    let point = entry.command.point
                    return .fields([
                        "asset": .string(point.path.text), "text": .string(point.action.text(point.value)),
                        "fate": entry.fate.map { .string($0.rawValue) } ?? .null,
                    ])
                }),
        ])
    }

    private func page(
        now: JSON, _ sums: CO2ToDate.Sums, _ curve: DayCurve, _ config: SiteConfig, changes: [JSON]
    ) -> JSON {
        let day = sums.day
        let saved = day?.savedByDispatch
        return .fields([
            "schema": .string("overview/1"), "now": now,
            "co2": .fields([
                "day": PlantSnapshot.toDate(sums.day), "month": PlantSnapshot.toDate(sums.month),
                "year": PlantSnapshot.toDate(sums.year),
            ]),
            "baseline_year_kg_per_vehicle": .optional(config.method.baseline?.kgPerVehicle),
            "targets": .array(
                config.method.targets.filter { $0.basis == .perVehicle }.map { target in
                    .fields([
                        "name": .string(target.name), "year": .integer(target.year),
                        "kg_per_vehicle": .optional(
                            config.method.baseline.map { $0.kgPerVehicle * target.remainingFraction }),
                    ])
                }),
            "boundary": .string(config.method.boundary), "scope2": .string(config.method.scope2.rawValue),
            "autarchy_pct": .optional(day?.autarchyPct),
            "self_consumption_pct": .optional(day?.selfConsumptionPct),
            "quality": .fields([
                "measured_pct": .optional(day?.dataQuality?.measured),
                "estimated_pct": .optional(day?.dataQuality?.estimated),
                "missing_pct": .optional(day?.dataQuality?.missing),
            ]),
            "vehicles": day.map { .integer($0.vehicles) } ?? .null,
            "cost": .optional(day?.cost.total), "currency": .string(config.method.tariffs.last?.value.currency ?? ""),
            "day": curve.json,
            "dispatch": .fields([
                "purpose": config.method.dispatch.map { .string($0) } ?? .null,
                "saved": saved.map { .string(SavedWords.sentence($0)) } ?? .null,
                "saved_basis": saved == nil ? .null : .string(SavedByDispatch.basis),
                "changes": .array(changes),
            ]),
            "import_limit_kw": .optional(config.gate.importMaxKW),
        ])
    }

    /// The half hours of a local day.
    static func rows(_ store: any StoreReading, _ config: SiteConfig, on date: CivilDate) throws -> [PeriodRow] {
        let window = StoreWindow(
            from: config.zone.instant(date),
            to: config.zone.instant(CivilDate(daysSinceEpoch: date.daysSinceEpoch + 1)))
        var rows: [PeriodRow] = []
        try store.forEachRow(window, on: store.chart(window)) { rows.append($0) }
        return rows
    }

    /// The figures of a report of that day, and of its month and year up to it.
    static func sums(_ store: any StoreReading, _ config: SiteConfig, on date: CivilDate) throws -> CO2ToDate.Sums {
        let end = config.zone.instant(CivilDate(daysSinceEpoch: date.daysSinceEpoch + 1))
        func summary(from: CivilDate) throws -> Summary? {
            let window = StoreWindow(from: config.zone.instant(from), to: end)
            return try store.summary(config.method.covering(store.chart(window)), window)
        }
        var sums = CO2ToDate.Sums()
        sums.day = try summary(from: date)
        sums.month = try summary(from: CivilDate(year: date.year, month: date.month, day: 1))
        sums.year = try summary(from: CivilDate(year: date.year, month: 1, day: 1))
        return sums
    }
}
