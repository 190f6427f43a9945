import TwinCore

/// Cars of staff that come for a shift and plug in, by seeded chance.
struct StaffArrivals: Sendable {
    private let calendar: ProductionCalendar
    private let cars: Int
    private var stream: SeedStream
    private var plannedDay: CivilDate?
    /// Cars of the day that have not come yet, by arrival.
    private var coming: [(arrivesMs: Int64, session: ChargingSession)] = []

    /// Packs on the road, kWh.
    private static let packs = [24.0, 40, 62]

    init(_ calendar: ProductionCalendar, cars: Int, seed: UInt64) {
        self.calendar = calendar
        self.cars = cars
        stream = SeedStream(seed: seed, name: "bay.arrivals")
    }

    /// Cars that plug in during `from..<to`.
    mutating func step(from: PlantTime, to: PlantTime) -> [ChargingSession] {
        // A car comes up to an hour before its shift, so the day is that of an hour later.
        let date = calendar.zone.local(from + .hours(1)).date
        if plannedDay != date {
            plannedDay = date
            plan(date, from)
        }
        let come = coming.filter { $0.arrivesMs < to.ms }
        coming.removeAll { $0.arrivesMs < to.ms }
        return come.map(\.session)
    }

    private mutating func plan(_ date: CivilDate, _ now: PlantTime) {
        guard calendar.isProductionDay(date) else { return }
        let (today, msOfDay) = calendar.zone.local(now)
        let midnight = now.ms - msOfDay + Int64(today == date ? 0 : 86_400_000)
        for shift in calendar.shifts {
            for _ in 0..<cars {
                guard let session = session(midnight + shift.start, midnight + shift.end) else { continue }
                coming.append(session)
            }
        }
        coming.sort { $0.arrivesMs < $1.arrivesMs }
    }

    /// One car's day; nil when its driver does not plug in.
    private mutating func session(_ startMs: Int64, _ endMs: Int64) -> (Int64, ChargingSession)? {
        func minutes(_ value: Double) -> Int64 { Int64(saturatingMinutes: value) }
        let arrives = startMs + minutes(-20 + 12 * stream.normal())
        let declared = endMs + minutes(12)
        let leaves = endMs + minutes(12 + 10 * stream.normal())
        let pack = StaffArrivals.packs[Int(stream.next() % 3)]
        let soc = min(max(0.62 + 0.18 * stream.normal(), 0.1), 0.98)
        // 32 km a day at 7 km/kWh, spread.
        let need = min(max(4.6 * (1 + 0.5 * stream.normal()), 0.5), pack * (1 - soc))
        guard stream.unit() < plugInChance(soc: soc), declared > arrives else { return nil }
        let session = ChargingSession(
            arrivesMs: arrives, departsMs: declared, leavesMs: max(leaves, arrives + 60_000),
            energyKWh: soc * pack, targetKWh: soc * pack + need, maxChargeKW: 0, maxDischargeKW: 0,
            floorKWh: 0.3 * pack)
        return (arrives, session)
    }

    /// Falls with the charge on arrival: p_max 0.90, steepness 8, half at 0.75, as a rational approximation of the
    /// logistic curve, so that it needs no library function.
    private func plugInChance(soc: Double) -> Double {
        let x = 8 * (soc - 0.75)
        return 0.90 * 0.5 * (1 - x / (1 + abs(x)))
    }
}

extension Int64 {
    /// Whole milliseconds of some minutes.
    fileprivate init(saturatingMinutes minutes: Double) { self = Int64(exactly: (minutes * 60_000).rounded()) ?? 0 }
}
