public import TwinCore
public import TwinDispatch

/// A process that needs so much electricity on each production day and may take it at any time between two hours of it:
/// an ice store for booth cooling, baths that are heated, tool batteries.
public struct DailyProcess: AssetKind {
    public static let areas = [Area.process]
    public static let sentence =
        "process that may take its electricity of a production day at any time between two hours"
    public static let section = AssetSection.named(1...64)

    /// Electric, kW.
    public var ratedKW = 0.0
    /// Of a production day, kWh.
    public var dailyKWh = 0.0
    /// Hours after local midnight: from when on it may run, and by when it must be done.
    public var beginsH = 0.0
    public var readyH = 24.0

    public init() {}

    public static let parameters: [Parameter<DailyProcess>] = [
        .init("rated_kw", "kW", .quantity(1...1_000_000, \.ratedKW), "electric power while it runs"),
        .init("daily_kwh", "kWh", .quantity(0...10_000_000, \.dailyKWh), "electricity of a production day"),
        .init("begins_h", "h after local midnight", .quantity(0...23.5, \.beginsH), "from when on it may run"),
        .init("ready_h", "h after local midnight", .quantity(0.5...24, \.readyH), "by when it must be done"),
    ]

    public var problems: [ParameterProblem] {
        let hours = readyH - beginsH
        func text(_ value: Double) -> String { JSON.numberText(value) }
        guard hours > 0 else {
            return [
                ParameterProblem(
                    "ready_h", "\(text(readyH)) h is not after begins_h, \(text(beginsH)) h of the same day")
            ]
        }
        guard dailyKWh > ratedKW * hours else { return [] }
        return [
            ParameterProblem(
                "ready_h",
                "\(text(dailyKWh)) kWh at \(text(ratedKW)) kW take \(text((dailyKWh / ratedKW * 10).rounded() / 10)) h,"
                    + " and from \(text(beginsH)) to \(text(readyH)) h are \(text(hours)); check all four")
        ]
    }

    public var sizeKW: Double { ratedKW }
    public var control: Control? { Control(.setLimit, 0...ratedKW, fallback: "local") }

    private enum Place { static let load = 0, must = 1, canCharge = 2, need = 3 }

    public var signals: [Signal] {
        [
            .mean("load_kw", 0...1.1 * ratedKW, posts: [Post(.load)]), .instant("must_kw", 0...1.1 * ratedKW),
            .instant("can_charge_kw", 0...1.1 * ratedKW), .instant("need_kwh", 0...2 * max(dailyKWh, 1)),
            .register("energy_total_kwh", of: Place.load, ratedKW: ratedKW),
        ]
    }

    public func memory() -> DailyJob { DailyJob() }

    /// Left to itself it runs as soon as it may.
    public func step<Port: StepPort>(_ job: inout DailyJob, _ port: inout Port) {
        let (production, hours) = (port.production(), port.around.hours)
        job.begin(production, dailyKWh: dailyKWh, beginsH: beginsH)
        guard hours > 0 else { return }
        let now = least(job, fromH: production.hourOfDay, hours)
        let wanted = min(max(port.order ?? ratedKW, now), ratedKW)
        let load = port.isTripped ? 0 : min(wanted, job.openKWh / hours)
        let used = port.use(Place.load, load)
        job.take(used.value * hours)
        _ = port.use(Place.must, least(job, fromH: production.hourOfDay + hours, hours))
        _ = port.use(Place.canCharge, port.isTripped ? 0 : min(ratedKW, job.openKWh / hours))
        let told = port.use(Place.need, job.openKWh)
        if told.quality.isGood { job.hear(told.value) }
        port.prove(load)
    }

    public func facts(_ scene: FactScene) -> OfferFacts {
        var facts = OfferFacts()
        facts.openKWh = scene.value(Place.need).flatMap { $0.quality.isGood ? $0.value : nil }
        return facts
    }

    /// Least mean power of a step that begins at an hour of the day, so that the rest can still be done in time, kW.
    private func least(_ job: DailyJob, fromH: Double, _ hours: Double) -> Double {
        let laterKWh = ratedKW * max(0, readyH - fromH - hours)
        return min(max(0, (job.openKWh - laterKWh) / hours), ratedKW)
    }

    public func offer(_ scene: OfferScene) -> Offer? {
        let (load, need) = (scene.value(Place.load), scene.value(Place.need))
        var offered = DeferrableLoad(
            path: scene.path, action: .setLimit, ratingKW: ratedKW, powerKW: UsedValue(-load.value, load.quality),
            mustKW: scene.value(Place.must), canChargeKW: scene.value(Place.canCharge),
            canDischargeKW: UsedValue(0, .good), openKWh: need.quality.isGood ? need.value : nil, isWorking: false)
        // Plans are made of half hours: what may wait for a part of one may not.
        offered.waitHours = (2 * max(0, readyH - beginsH - dailyKWh / ratedKW)).rounded(.down) / 2
        // From the mark on, with which the next step begins.
        let (_, ms) = scene.calendar.zone.local(scene.time + scene.step)
        let leftH = readyH - Double(ms) / 3_600_000
        offered.dueHours = leftH > 0 ? leftH : nil
        return Offer(offered, ramp: scene.rampFraction)
    }
}

/// What is left of a day's work.
public struct DailyJob: Remembered, Hashable {
    /// Still to be taken, kWh.
    public private(set) var openKWh = 0.0
    /// Day of the last one that began, since 1970; nil before the first step.
    private var day: Int64?

    public var numbers: [Double] { [openKWh, day.map(Double.init) ?? -1] }

    public mutating func take(_ numbers: [Double]) {
        guard numbers.count == 2 else { return }
        (openKWh, day) = (numbers[0], numbers[1] < 0 ? nil : Int64(exactly: numbers[1]))
    }

    /// The work of a production day is there from its hour on, beside what is left of the day before. What had begun
    /// before the first step is taken for done: of what is open then a plant tells, and no model knows.
    mutating func begin(_ production: Production, dailyKWh: Double, beginsH: Double) {
        let today = production.date.daysSinceEpoch
        let last = day ?? (production.hourOfDay > beginsH ? today : today - 1)
        day = last
        guard production.isProductionDay, production.hourOfDay >= beginsH, last < today else { return }
        openKWh += dailyKWh
        day = today
    }

    mutating func take(_ kWh: Double) { if kWh.isFinite { openKWh = max(0, openKWh - max(0, kWh)) } }

    mutating func hear(_ kWh: Double) { if kWh.isFinite { openKWh = max(0, kWh) } }
}
