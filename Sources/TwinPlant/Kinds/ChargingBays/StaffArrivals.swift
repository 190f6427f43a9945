import TwinCore

/// Cars of staff that come for a shift and plug in, by seeded chance.
struct StaffArrivals: Sendable {
    private let calendar: ProductionCalendar
    private let cars: Int
    private let habits = StaffHabits()
    private var stream: SeedStream
    private var plannedDay: CivilDate?
    /// Cars of the day that have not come yet, by arrival.
    private var coming: [ChargingSession] = []

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
        return come
    }

    private mutating func plan(_ date: CivilDate, _ now: PlantTime) {
        guard calendar.isProductionDay(date) else { return }
        let (today, msOfDay) = calendar.zone.local(now)
        let midnight = now.ms - msOfDay + Int64(today == date ? 0 : 86_400_000)
        for shift in calendar.shifts {
            for _ in 0..<cars {
                let (start, end) = (midnight + shift.start, midnight + shift.end)
                guard let session = habits.session(startMs: start, endMs: end, &stream) else { continue }
                coming.append(session)
            }
        }
        coming.sort { $0.arrivesMs < $1.arrivesMs }
    }
}
