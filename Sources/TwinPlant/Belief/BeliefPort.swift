import TwinCore

/// The port of the twin's belief: the measured value where readings cover the step, the last known one while it is young
/// enough, else the model's.
struct BeliefPort: StepPort {
    /// What is the same in every step of an area.
    struct Area: Sendable {
        var location: SolarSite
        var calendar: ProductionCalendar
    }

    var fleet: Fleet
    let assets: [PlantAsset]
    let sheets: [SignalSheet]
    private let area: Area
    private(set) var around: Around
    private(set) var context: TickContext
    var heat = HeatBalance(openKW: .infinity, roomKW: .infinity)
    var reply: ComponentReply
    private(set) var order: Double?
    private var index = 0
    private var plan: Production?
    private var position: SunPosition?

    init(_ assets: [PlantAsset], _ area: Area) {
        self.assets = assets
        self.area = area
        let sheets = assets.map { SignalSheet($0.kind.signals, maxAge: $0.maxAge) }
        self.sheets = sheets
        fleet = Fleet(
            zip(assets, sheets).map { ($0.path.area, $0.path.asset, $1.specs.count) },
            estimates: sheets.map(\.estimateCount))
        let never = PlantTime(ms: 0)
        around = Around(from: never, to: never, airC: 0, windMPerS: 0, irradianceWPerM2: 0)
        context = TickContext(tick: 0, from: never, to: never, lateness: Span(ms: 0), lead: Span(ms: 0))
        reply = ComponentReply(image: PlantImage())
    }

    /// Takes the messages of a tick.
    mutating func begin(_ slice: [Routed], _ context: TickContext, _ image: PlantImage) -> FeedReport {
        self.context = context
        around = Around(
            from: context.from, to: context.to, airC: image.airTemperatureC.value,
            windMPerS: image.windSpeedMPerS.value, irradianceWPerM2: image.irradianceWPerM2.value)
        plan = nil
        position = nil
        reply = ComponentReply(image: image)
        let sheets = sheets
        let report = fleet.take(slice, specs: { sheets[$0].specs }, context: context)
        reply.take(report)
        return report
    }

    mutating func turn(to index: Int) {
        self.index = index
        order = assets[index].kind.control == nil ? nil : context.setPoints[assets[index].path]
    }

    /// The cells of all assets, with their gaps and open breakers.
    mutating func finish(_ report: FeedReport) -> ComponentReply {
        reply.cells = fleet.cells(sheets.map(\.posts), report, context)
        // What has no power of its own has no breaker: a tank.
        let powered = Set(zip(assets, sheets).filter { $1.signals.first?.form == .mean }.map(\.0.path))
        reply.alarms += fleet.tripAlarms.filter { powered.contains(AssetPath($0.area, $0.asset)) }
        reply.gaps = fleet.gaps(report, context)
        return reply
    }

    // MARK: - Step

    mutating func production() -> Production {
        let now = plan ?? Production(area.calendar, at: context.from)
        plan = now
        return now
    }

    mutating func sun() -> SunPosition {
        let middle = context.from + Span(ms: context.step.ms / 2)
        let now = position ?? SunPosition(site: area.location, unixMilliseconds: middle.ms)
        position = now
        return now
    }

    mutating func use(_ place: Int, _ model: Double?) -> UsedValue {
        let asset = assets[index]
        let sheet = sheets[index]
        let signal = sheet.signals[place]
        let guess = model ?? 0
        if let estimate = sheet.estimatePlaces[place] {
            fleet.estimate(index, signal: estimate, guess, context)
        }
        if place == 0 { watch(asset, model: guess) }
        let used = used(signal.form, sheet.specPlaces[place], model, asset)
        if signal.isShown {
            reply.values.append(NamedValue(asset.path.area, asset.path.asset, signal.key, used))
        }
        return used
    }

    private func used(_ form: Signal.Form, _ spec: Int?, _ model: Double?, _ asset: PlantAsset) -> UsedValue {
        let guess = model.map { UsedValue($0, .estimated) } ?? UsedValue(0, .stale)
        guard let spec else { return guess }
        return form == .mean
            ? fleet.used(index, signal: spec, model: guess.value, maxAge: asset.maxAge, context)
            : fleet.latest(index, signal: spec, context) ?? guess
    }

    /// The first signal tells whether its source is alive and moves.
    private mutating func watch(_ asset: PlantAsset, model: Double) {
        if let band = asset.kind.watchedBand {
            let last = fleet.feeds[index].timelines[0].latestPiece(before: context.to)
            let isWatched = band == -Double.infinity...Double.infinity || last.map { band.contains($0.value) } ?? false
            let rule = isWatched ? asset.stuck : nil
            if let alarm = fleet.watch(index, model: model, rule: rule, context) { reply.alarms.append(alarm) }
        }
        if let alarm = fleet.staleAlarm(index, maxAge: asset.maxAge, context) { reply.alarms.append(alarm) }
    }

    mutating func prove(_ value: Double) { reply.record.add(value) }

    // MARK: - What the twin does not know

    var isTripped: Bool { false }
    var isFuelled: Bool { true }
    var islandNeedKW: Double? { nil }
    mutating func noise(_ stream: Int, timeConstantMinutes: Double) -> Double { 0 }
    mutating func burn(litres: Double) {}
    func level(ofCapacity litres: Double) -> Double? { nil }
    mutating func arrivals() -> [ChargingSession]? { nil }
    mutating func plugged(_ group: ChargingGroup) {}
    mutating func finishedCars() -> (count: Int, needKWh: Double, departsMs: Int64)? { nil }
}
