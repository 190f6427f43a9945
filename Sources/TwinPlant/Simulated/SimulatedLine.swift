public import TwinCore

/// The line-off events of the simulated plant.
public struct SimulatedLine: Sendable {
    /// Breaks: minutes after the start of a shift, and their length.
    static let breaks: [(after: Int64, length: Int64)] = [(120, 15), (240, 30), (390, 10)]

    private let site: String
    private let asset: String
    private let calendar: ProductionCalendar
    private let isModelled: Bool
    private var stream: SeedStream
    /// Draws models; a stream of its own, so that their number does not shift the line's pace.
    private var modelStream: SeedStream
    /// Vehicles that are due, with the fraction of the next one.
    private var due = 0.0
    /// Number of the last event.
    private var sequence = 0

    /// - Parameter isModelled: marks each event as modelled, for days whose other signals were measured.
    public init(site: String, asset: String, calendar: ProductionCalendar, seed: UInt64, isModelled: Bool = false) {
        self.site = site
        self.asset = asset
        self.calendar = calendar
        self.isModelled = isModelled
        stream = SeedStream(seed: seed, name: "line")
        modelStream = SeedStream(seed: seed, name: "line.model")
        due = stream.unit()
    }

    static func isBreak(at time: PlantTime, _ calendar: ProductionCalendar) -> Bool {
        guard calendar.isShift(at: time) else { return false }
        let ms = calendar.zone.local(time).msOfDay
        guard let shift = calendar.shifts.first(where: { $0.start <= ms && ms < $0.end }) else { return false }
        return isBreak(minute: (ms - shift.start) / 60_000)
    }

    /// - Parameter minute: since the start of the shift.
    static func isBreak(minute: Int64) -> Bool {
        breaks.contains { $0.after <= minute && minute < $0.after + $0.length }
    }

    /// The plan runs faster outside breaks, so that the day's plan is met in the mean.
    private var breakShare: Double {
        let shiftMinutes = calendar.shifts.reduce(0) { $0 + ($1.end - $1.start) / 60_000 }
        // A short shift is over before some of them.
        let breakMinutes = calendar.shifts.reduce(Int64(0)) { sum, shift in
            let minutes = (shift.end - shift.start) / 60_000
            return SimulatedLine.breaks.reduce(sum) { $0 + max(0, min($1.after + $1.length, minutes) - $1.after) }
        }
        return shiftMinutes > 0 ? Double(breakMinutes) / Double(shiftMinutes) : 0
    }

    /// The models of the vehicles that are lined off in `from..<to`, in order.
    public mutating func lineOffs(from: PlantTime, to: PlantTime) -> [ModelMix.Model] {
        (0..<count(from: from, to: to)).map { _ in calendar.models.model(at: modelStream.unit()) }
    }

    private mutating func count(from: PlantTime, to: PlantTime) -> Int {
        // Half hours are too coarse for breaks: the plan's mean runs through them.
        let isFine = to - from < .minutes(30)
        guard !isFine || !SimulatedLine.isBreak(at: from, calendar) else { return 0 }
        let rate = calendar.vehiclesPerHour(at: from) / (1 - (isFine ? breakShare : 0))
        due += rate * (to - from).hours * (0.9 + 0.2 * stream.unit())
        let count = min(max(0, Int(exactly: due.rounded(.down)) ?? 0), 100_000)
        due -= Double(count)
        return count
    }

    /// Events of `from..<to`, in order of time.
    public mutating func step(from: PlantTime, to: PlantTime) -> [PlantMessage] {
        events(lineOffs(from: from, to: to), from: from, to: to)
    }

    /// The messages of vehicles of these models, spread over `from..<to`.
    public mutating func events(_ models: [ModelMix.Model], from: PlantTime, to: PlantTime) -> [PlantMessage] {
        models.enumerated().map { index, model in
            // Spread over the step; the id is the instant, so a day can be told from another.
            let ts = from + Span(ms: (to - from).ms * Int64(index) / Int64(models.count))
            let day = calendar.zone.local(ts).date.text
            sequence += 1
            var members: [JSON.Member] = [
                .init("ts", .string(ts.rfc3339)), .init("seq", .integer(sequence)),
                .init("vehicle", .string("\(day)-\(ts.ms % 86_400_000)")),
                .init("model", .string(model.id)), .init("event", .string("line_off")),
            ]
            if isModelled { members.append(.init("modelled", .bool(true))) }
            return PlantMessage(
                topic: Topic.text(site: site, .line, asset, .vehicle), payload: JSON.object(members).bytes,
                sent: ts)
        }
    }
}
