import TwinCore

/// The port of the twin's belief: the measured value where readings cover the step, the last known one while it is young
/// enough, else the model's.
struct BeliefPort: StepPort {
    /// What is asked of an asset in every step, worked out once.
    private struct Seat: Sendable {
        let path: AssetPath
        let maxAge: Span
        let stuck: StuckRule?
        let band: ClosedRange<Double>?
        let obeys: Bool
        /// A load that a command switches off.
        let isCircuit: Bool
        /// What has no power of its own has none: a tank.
        let hasBreaker: Bool
        /// Place of its first signal among all.
        let first: Int

        init(_ asset: PlantAsset, first: Int) {
            path = asset.path
            maxAge = asset.maxAge
            stuck = asset.stuck
            band = asset.kind.watchedBand
            obeys = asset.kind.control != nil
            isCircuit = asset.kind.isCircuit
            hasBreaker = asset.kind.signals.first?.form == .mean
            self.first = first
        }

        var isAlwaysWatched: Bool { band == -Double.infinity...Double.infinity }
    }

    /// What is asked of a signal in every step; places are below 0 where there is none.
    private struct Slot: Sendable {
        let spec: Int
        let estimate: Int
        let isMean: Bool
        let isShown: Bool
        /// Told to offers alone.
        let isOffered: Bool
    }

    var fleet: Fleet
    let assets: [PlantAsset]
    /// Of the signals that telemetry may bring, by asset.
    let specs: [[SignalSpec]]
    private let seats: [Seat]
    private let slots: [Slot]
    /// The used values under their names, before they have one.
    private let names: [NamedValue]
    private let posts: [[BookedPost]]
    private let examination: CrossExamination
    private var moment: StepMoment
    var around: Around { moment.around }
    private(set) var context: TickContext
    var heat = HeatBalance(openKW: .infinity, roomKW: .infinity)
    var reply: ComponentReply
    private(set) var order: Double?
    private var index = 0

    init(_ assets: [PlantAsset], calendar: ProductionCalendar, location: SolarSite) {
        self.assets = assets
        moment = StepMoment(calendar: calendar, location: location)
        let sheets = assets.map { asset in
            SignalSheet(
                asset.kind.signals, maxAge: asset.maxAge, hasModel: !type(of: asset.kind).isMainMeter,
                preference: asset.preference)
        }
        specs = sheets.map(\.specs)
        posts = sheets.map(\.posts)
        examination = CrossExamination(assets, sheets)
        var seats: [Seat] = []
        var slots: [Slot] = []
        var names: [NamedValue] = []
        for (asset, sheet) in zip(assets, sheets) {
            seats.append(Seat(asset, first: slots.count))
            for (place, signal) in sheet.signals.enumerated() {
                slots.append(
                    Slot(
                        spec: sheet.specPlaces[place] ?? -1, estimate: sheet.estimatePlaces[place] ?? -1,
                        isMean: signal.form == .mean, isShown: signal.isShown,
                        isOffered: signal.form == .instant && !signal.isShown))
                names.append(NamedValue(asset.path.area, asset.path.asset, signal.key, UsedValue(0, .stale)))
            }
        }
        (self.seats, self.slots, self.names) = (seats, slots, names)
        fleet = Fleet(
            zip(assets, sheets).map { ($0.path.area, $0.path.asset, $1.specs.count) },
            estimates: sheets.map(\.estimateCount))
        let never = PlantTime(ms: 0)
        context = TickContext(tick: 0, from: never, to: never, lateness: Span(ms: 0), lead: Span(ms: 0))
        reply = ComponentReply(image: PlantImage())
    }

    /// Takes the messages of a tick; the reply is the one to write into.
    mutating func begin(_ slice: Slice, _ context: TickContext) -> FeedReport {
        self.context = context
        moment.begin(
            Around(
                from: context.from, to: context.to, airC: reply.image.airTemperatureC.value,
                windMPerS: reply.image.windSpeedMPerS.value, irradianceWPerM2: reply.image.irradianceWPerM2.value))
        return fleet.take(slice, specs: specs, context: context, &reply)
    }

    mutating func turn(to index: Int) {
        self.index = index
        order = seats[index].obeys ? context.setPoints[seats[index].path] : nil
    }

    /// The cells of all assets, with their gaps and open breakers.
    mutating func finish(_ told: FeedReport) {
        var report = told
        if context.examinesMeters, context.to.floored(to: settlementPeriod) == context.to {
            let air = reply.image.airTemperatureC.quality
            examination.examine(
                &fleet, isWeatherTold: air.isGood || air == .lastKnown, context, &report, &reply)
            report.close(context)
        }
        fleet.addCells(posts, report, context, to: &reply)
        for index in seats.indices where seats[index].hasBreaker && !fleet.feeds[index].isConnected {
            reply.alarms.append(AlarmKey(seats[index].path.area, seats[index].path.asset, .trip))
        }
        reply.gaps.append(contentsOf: fleet.gaps(report, context))
    }

    // MARK: - Step

    mutating func production() -> Production { moment.production() }
    mutating func sun() -> SunPosition { moment.sun() }

    mutating func use(_ place: Int, _ model: Double?) -> UsedValue {
        let named = seats[index].first + place
        let slot = slots[named]
        let guess = model ?? 0
        if slot.estimate >= 0 { fleet.estimate(index, signal: slot.estimate, guess, context) }
        if place == 0 { watch(model: guess) }
        let used = used(slot, model)
        if slot.isShown {
            reply.values.append(names[named])
            reply.values[reply.values.count - 1].used = used
        } else if slot.isOffered {
            reply.unshown.append(names[named])
            reply.unshown[reply.unshown.count - 1].used = used
        }
        return used
    }

    private func used(_ slot: Slot, _ model: Double?) -> UsedValue {
        let guess = model.map { UsedValue($0, .estimated) } ?? UsedValue(0, .stale)
        guard slot.spec >= 0 else { return guess }
        return slot.isMean
            ? fleet.used(
                index, signal: slot.spec, model: slot.estimate >= 0 ? guess.value : nil, maxAge: seats[index].maxAge,
                context)
            : fleet.latest(index, signal: slot.spec, context) ?? guess
    }

    /// The first signal tells whether its source is alive and moves.
    private mutating func watch(model: Double) {
        let seat = seats[index]
        if let band = seat.band {
            let last = fleet.feeds[index].timelines[0].latestPiece(before: context.to)
            // What is switched off says the same for as long as it is off, and rightly.
            let isOff = seat.isCircuit && order.map { $0 < 0.5 } ?? false
            let isWatched = !isOff && (seat.isAlwaysWatched || last.map { band.contains($0.value) } ?? false)
            if let alarm = fleet.watch(index, model: model, rule: isWatched ? seat.stuck : nil, context) {
                reply.alarms.append(alarm)
                if let value = fleet.feeds[index].stuck.value, let spec = specs[index].first {
                    reply.stuck.append(NamedValue(alarm.area, alarm.asset, spec.key, UsedValue(value, .stuck)))
                }
            }
        }
        fleet.watchSilence(index, maxAge: seat.maxAge, context, &reply)
    }

    mutating func prove(_ value: Double) { reply.record.add(value) }

    // MARK: - What the twin does not know

    var isTripped: Bool { false }
    var isHeld: Bool { false }
    var isFuelled: Bool { true }
    var burntGasKW: Double? { nil }
    mutating func islandShareKW(_ range: @autoclosure () -> ClosedRange<Double>?) -> Double? { nil }
    mutating func noise(_ stream: Int, timeConstantMinutes: Double) -> Double { 0 }
    mutating func burn(litres: Double) {}
    func level(ofCapacity litres: Double) -> Double? { nil }
    mutating func arrivals() -> [ChargingSession]? { nil }
    mutating func plugged(_ group: ChargingGroup) {}
    mutating func shipped(_ yard: FinishedVehicleYard) {}
    mutating func finishedCars() -> (count: Int, needKWh: Double, departsMs: Int64)? { nil }
}
