import TwinCore
import TwinPlant
import TwinStudies
import TwinUnits

/// The cars that come to a group of bays for a shift, drawn many times by seeded chance: when they come, what they need, by when
/// they must have it, and what they could lend meanwhile.
///
/// As many come as the draw that the bays are expected to have over the shift is worth. Curves are by half hours of the local
/// day and stand at their bounds, from `firstMs` on; between two bounds they are straight.
struct PlugInShift: Sendable, Hashable {
    /// Milliseconds of the local day of the shift: when it begins, and the first bound, below 0 on the day before.
    let startMs: Int64
    let firstMs: Int64
    /// By then all that came for it must have what they need.
    let dueMs: Int64
    /// What all of them draw, kWh at the bays.
    let needKWh: ForecastQuantiles
    /// Cars that stand there.
    let connected: [ForecastQuantiles]
    /// Of the need that half of the draws stay below, kWh at the bays: what has come; what is charged if all charge at once; and
    /// what must be charged, so that each car has its need when it is due.
    let comesKWh: [Double]
    let soonestKWh: [Double]
    let latestKWh: [Double]
    /// What cars could have lent by then and still have back when they are due, kWh given at the bays, and the power that they
    /// could give, kW: nine of ten draws have as much.
    let lendKWh: [Double]
    let giveKW: [Double]
    /// What a car may lend, kWh given at the bay, in the mean.
    let lendKWhPerCar: Double

    static let draws = 100
    /// So many cars are drawn one by one; of more, each stands for several.
    private static let carsMost = 500
    /// To know the mean need of those that plug in.
    private static let pilotCars = 256
    private static let halfMs = settlementPeriod.ms

    /// - Returns: nil where no car is expected.
    init?(_ bays: ChargingBays, _ shift: ProductionCalendar.Shift, _ stream: inout SeedStream) {
        let energyKWh = bays.workingKW * Span(ms: shift.end - shift.start).hours
        let pilot = (0..<PlugInShift.pilotCars).compactMap { _ in PlugInCar(bays, shift, &stream) }
        let meanKWh = pilot.reduce(0) { $0 + $1.needKWh } / Double(max(pilot.count, 1))
        let wanted = energyKWh / meanKWh
        guard wanted.isFinite, wanted > 0 else { return nil }
        let cars = Int(min(wanted.rounded(.up), Double(min(bays.points, PlugInShift.carsMost))))
        // Of fewer cars than the draw is worth, each counts for more.
        let weight = wanted / Double(max(cars, 1))

        // The tails of the normal chance end at six deviations.
        let before = bays.habits.comesBeforeMin + 6 * bays.habits.comesSpreadMin
        let earliest = shift.start - Int64(saturatingRound: before * 60_000)
        startMs = shift.start
        firstMs = PlantTime(ms: earliest).floored(to: settlementPeriod).ms
        dueMs = pilot.first?.dueMs ?? shift.end
        let last = max(dueMs, shift.end)
        let halfHours = (last - firstMs + PlugInShift.halfMs - 1) / PlugInShift.halfMs
        let begin = firstMs
        let bounds = (0...max(0, halfHours)).map { begin + $0 * PlugInShift.halfMs }
        var drawn = PlugInDraws(bounds)
        for _ in 0..<PlugInShift.draws {
            drawn.begin()
            for _ in 0..<cars {
                guard let car = PlugInCar(bays, shift, &stream) else { continue }
                drawn.add(car, weight)
            }
            drawn.end()
        }
        // So that the mean is what the bays are expected to draw, and the curves end at half of the draws.
        let sum = drawn.needKWh.reduce(0, +)
        guard sum > 0 else { return nil }
        let need = ForecastQuantiles(of: drawn.needKWh.map { $0 * energyKWh * Double(PlugInShift.draws) / sum })
        needKWh = need
        let toMedian = need.p50 / sum
        comesKWh = drawn.comesKWh.map { $0 * toMedian }
        soonestKWh = drawn.soonestKWh.map { $0 * toMedian }
        latestKWh = drawn.latestKWh.map { $0 * toMedian }
        connected = drawn.connected.map { ForecastQuantiles(of: $0) }
        lendKWh = drawn.lendKWh.map { ForecastQuantiles(of: $0).p10 }
        giveKW = drawn.giveKW.map { ForecastQuantiles(of: $0).p10 }
        lendKWhPerCar = pilot.reduce(0) { $0 + $1.roomKWh } / Double(max(pilot.count, 1))
    }

    /// A curve at a time of the shift's local day.
    func at(_ ms: Int64, _ curve: KeyPath<PlugInShift, [Double]>) -> Double {
        let list = self[keyPath: curve]
        guard ms > firstMs, let end = list.last else { return list.first ?? 0 }
        let place = Int((ms - firstMs) / PlugInShift.halfMs)
        guard place + 1 < list.count else { return end }
        let share = Double((ms - firstMs) % PlugInShift.halfMs) / Double(PlugInShift.halfMs)
        return list[place] + share * (list[place + 1] - list[place])
    }

    /// Cars that stand there in the middle of the shift, when all have come.
    var carsMost: ForecastQuantiles {
        connected.max { $0.p50 < $1.p50 } ?? ForecastQuantiles(p10: 0, p50: 0, p90: 0)
    }
}

/// One car that was drawn, at a bay.
private struct PlugInCar {
    let comesMs: Int64
    let leavesMs: Int64
    let dueMs: Int64
    /// At the bay.
    let needKWh: Double
    let chargeKW: Double
    let giveKW: Double
    /// Given at the bay, above its floor and within its cap.
    let roomKWh: Double

    /// Nil where nobody plugs in, however often it is tried.
    init?(_ bays: ChargingBays, _ shift: ProductionCalendar.Shift, _ stream: inout SeedStream) {
        var plugged: ChargingSession?
        for _ in 0..<PlugInCar.tries where plugged == nil {
            plugged = bays.habits.session(startMs: shift.start, endMs: shift.end, &stream)
        }
        guard let session = plugged.map(bays.plugged) else { return nil }
        (comesMs, leavesMs) = (session.arrivesMs, session.leavesMs)
        dueMs = session.departsMs - ChargingGroup.reserveMs
        needKWh = session.needKWh / ChargingGroup.efficiency
        (chargeKW, giveKW) = (session.maxChargeKW, session.maxDischargeKW)
        roomKWh = max(
            0,
            min(
                ChargingGroup.givenMaxKWh, (session.energyKWh - session.floorKWh) * ChargingGroup.efficiency))
    }

    private static let tries = 100

    private func kWh(_ kW: Double, _ fromMs: Int64, _ toMs: Int64) -> Double {
        kW * Span(ms: max(0, toMs - fromMs)).hours
    }

    /// Charged by a time if it charges at once.
    func soonestKWh(_ ms: Int64) -> Double { min(needKWh, kWh(chargeKW, comesMs, ms)) }

    /// Charged by a time if it waits for as long as it can; one that comes too late charges at once.
    func latestKWh(_ ms: Int64) -> Double {
        comesMs > ms ? 0 : min(soonestKWh(ms), max(0, needKWh - kWh(chargeKW, ms, dueMs)))
    }

    /// Lent by a time, of what is there to be charged before it is due, with its losses.
    func lendKWh(_ ms: Int64) -> Double {
        guard giveKW > 0, comesMs <= ms, ms < dueMs else { return 0 }
        let spare = max(0, kWh(chargeKW, ms, dueMs) - needKWh)
        return min(roomKWh, spare * ChargingGroup.efficiency * ChargingGroup.efficiency)
    }

    func isThere(_ ms: Int64) -> Bool { comesMs <= ms && ms < leavesMs }
}

/// What draws come to, by bounds of half hours: sums over all of them, and by draw where quantiles are made of it.
private struct PlugInDraws {
    let bounds: [Int64]
    var comesKWh: [Double]
    var soonestKWh: [Double]
    var latestKWh: [Double]
    /// By draw.
    var needKWh: [Double] = []
    /// By bound and draw.
    var connected: [[Double]]
    var lendKWh: [[Double]]
    var giveKW: [[Double]]
    private var needNowKWh = 0.0
    private var now: (connected: [Double], lendKWh: [Double], giveKW: [Double]) = ([], [], [])

    init(_ bounds: [Int64]) {
        self.bounds = bounds
        let zero = bounds.map { _ in 0.0 }
        (comesKWh, soonestKWh, latestKWh) = (zero, zero, zero)
        let none = bounds.map { _ in [Double]() }
        (connected, lendKWh, giveKW) = (none, none, none)
    }

    mutating func begin() {
        let zero = bounds.map { _ in 0.0 }
        needNowKWh = 0
        now = (zero, zero, zero)
    }

    mutating func add(_ car: PlugInCar, _ weight: Double) {
        needNowKWh += weight * car.needKWh
        for (place, ms) in bounds.enumerated() {
            if car.comesMs <= ms { comesKWh[place] += weight * car.needKWh }
            soonestKWh[place] += weight * car.soonestKWh(ms)
            latestKWh[place] += weight * car.latestKWh(ms)
            if car.isThere(ms) { now.connected[place] += weight }
            let lendKWh = car.lendKWh(ms)
            now.lendKWh[place] += weight * lendKWh
            if lendKWh > 0 { now.giveKW[place] += weight * car.giveKW }
        }
    }

    mutating func end() {
        needKWh.append(needNowKWh)
        for place in bounds.indices {
            connected[place].append(now.connected[place])
            lendKWh[place].append(now.lendKWh[place])
            giveKW[place].append(now.giveKW[place])
        }
    }
}
