import Testing
import TwinCore

@Suite("Dates, spans and the calendar")
struct CalendarTests {
    /// Day numbers from published tables (Julian day 2440588 is 1970-01-01), weekdays by ISO 8601.
    @Test(
        "knows dates by their day number and weekday",
        arguments: [
            (1970, 1, 1, 0, 4), (1969, 12, 31, -1, 3), (2000, 1, 1, 10_957, 6), (2000, 2, 29, 11_016, 2),
            (2000, 3, 1, 11_017, 3), (2025, 6, 18, 20_257, 3), (1900, 3, 1, -25_508, 4), (1858, 11, 17, -40_587, 3),
            (1, 1, 1, -719_162, 1), (9999, 12, 31, 2_932_896, 5),
        ] as [(Int, Int, Int, Int64, Int)])
    func knownDates(year: Int, month: Int, day: Int, number: Int64, weekday: Int) {
        let date = CivilDate(year: year, month: month, day: day)
        #expect(date.daysSinceEpoch == number)
        #expect(CivilDate(daysSinceEpoch: number) == date)
        #expect(date.isoWeekday == weekday)
        #expect(date.exists)
    }

    @Test("counts days without a hole over 800 years")
    func consecutiveDays() {
        var previous = CivilDate(daysSinceEpoch: -146_098)
        for number in Int64(-146_097)...146_097 {
            let date = CivilDate(daysSinceEpoch: number)
            let isNext =
                date.day == previous.day + 1 && date.month == previous.month && date.year == previous.year
                || date.day == 1 && (date.month - previous.month + 12) % 12 == 1
            if !isNext || date.daysSinceEpoch != number || date.isoWeekday != previous.isoWeekday % 7 + 1 {
                Issue.record("\(date.text) does not follow \(previous.text)")
                return
            }
            previous = date
        }
        #expect(previous.text == "2370-01-01")
    }

    @Test("refuses days that do not exist")
    func missingDays() {
        #expect(!CivilDate(year: 2025, month: 2, day: 29).exists)
        #expect(!CivilDate(year: 2025, month: 6, day: 31).exists)
        #expect(!CivilDate(year: 2025, month: 13, day: 1).exists)
        #expect(!CivilDate(year: 2025, month: 1, day: 0).exists)
        #expect(!CivilDate(year: 0, month: 1, day: 1).exists)
        #expect(!CivilDate(year: 10_000, month: 1, day: 1).exists)
    }

    @Test(
        "reads and writes spans",
        arguments: [
            ("90s", 90_000), ("30m", 1_800_000), ("1h", 3_600_000), ("2d", 172_800_000), ("500ms", 500), ("0s", 0),
            ("36500d", 3_153_600_000_000),
        ] as [(String, Int64)])
    func spans(text: String, milliseconds: Int64) {
        #expect(Span(text: text)?.ms == milliseconds)
        #expect(Span(ms: milliseconds).text == text)
    }

    @Test("writes the largest unit that is exact")
    func shortestSpan() {
        #expect(Span(ms: 3_600_000).text == "1h")
        #expect(Span(ms: 5_400_000).text == "90m")
        #expect(Span(ms: 86_400_000).text == "1d")
        #expect(Span(ms: 61_000).text == "61s")
        #expect(Span(ms: 1001).text == "1001ms")
    }

    @Test(
        "refuses text that is no span",
        arguments: [
            "", "s", "90", "90 s", "1.5h", "-1h", "+1h", "1w", "1H", "h1", "١s", "36501d", "9223372036854775807d",
            "99999999999999999999s", "1hh", "1h30m",
        ])
    func badSpans(text: String) {
        #expect(Span(text: text) == nil)
    }

    @Test("floors instants to a step, before 1970 too")
    func floors() {
        let step = Span.minutes(30)
        #expect(PlantTime(ms: 1_799_999).floored(to: step).ms == 0)
        #expect(PlantTime(ms: 1_800_000).floored(to: step).ms == 1_800_000)
        #expect(PlantTime(ms: -1).floored(to: step).ms == -1_800_000)
        #expect(PlantTime(ms: -1_800_000).floored(to: step).ms == -1_800_000)
    }
}

@Suite("Local time over the clock changes")
struct LocalZoneTests {
    /// London 2025 by hand: +1 h from 30 March 01:00Z to 26 October 01:00Z.
    private func london() throws -> LocalZone {
        let spring = try #require(PlantTime(rfc3339: "2025-03-30T01:00:00Z"))
        let autumn = try #require(PlantTime(rfc3339: "2025-10-26T01:00:00Z"))
        return LocalZone(
            name: "Europe/London",
            changes: [
                .init(from: PlantTime(ms: 0), offset: Span(ms: 0)), .init(from: spring, offset: .hours(1)),
                .init(from: autumn, offset: Span(ms: 0)),
            ])
    }

    @Test("changes its offset at the instant of the change")
    func offsets() throws {
        let zone = try london()
        let spring = try #require(PlantTime(rfc3339: "2025-03-30T01:00:00Z"))
        #expect(zone.text(spring - Span(ms: 1)) == "2025-03-30T00:59:59.999Z")
        #expect(zone.text(spring) == "2025-03-30T02:00:00.000+01:00")
        let autumn = try #require(PlantTime(rfc3339: "2025-10-26T01:00:00Z"))
        #expect(zone.text(autumn - Span(ms: 1)) == "2025-10-26T01:59:59.999+01:00")
        #expect(zone.text(autumn) == "2025-10-26T01:00:00.000Z")
        #expect(zone.offset(at: PlantTime(ms: -1)).ms == 0)
    }

    /// London: March lacks an hour and October has one more.
    @Test(
        "a month reaches from its first midnight to the next one's",
        arguments: [
            ("2025-03-15T12:00Z", "2025-03-01T00:00Z", 743.0), ("2025-10-31T23:59Z", "2025-09-30T23:00Z", 745),
            ("2025-12-31T12:00Z", "2025-12-01T00:00Z", 744), ("2025-06-30T23:00Z", "2025-06-30T23:00Z", 744),
            ("2025-06-30T22:59Z", "2025-05-31T23:00Z", 720),
        ])
    func months(time: String, first: String, hours: Double) throws {
        let month = try london().month(of: #require(PlantTime(rfc3339: time)))
        #expect(month.lowerBound == PlantTime(rfc3339: first))
        #expect((month.upperBound - month.lowerBound).hours == hours)
    }

    @Test("takes the last change that has come, whatever their number", arguments: [1, 2, 3, 4, 7, 8, 40])
    func manyChanges(count: Int) {
        // Change k comes at 10 k s and brings an offset of k minutes.
        let zone = LocalZone(
            name: "made",
            changes: (0..<Int64(count)).map { .init(from: PlantTime(ms: $0 * 10_000), offset: .minutes($0)) })
        for seconds in Int64(-15)...Int64(count * 10 + 15) {
            let expected = min(max(seconds < 0 ? 0 : seconds / 10, 0), Int64(count) - 1)
            #expect(zone.offset(at: PlantTime(ms: seconds * 1000)) == .minutes(expected), "at \(seconds) s")
        }
    }

    @Test(
        "finds the instant of a wall clock on both change days",
        arguments: [
            // Day, month, wall clock in minutes, UTC. 01:30 of 30 March does not exist, 01:30 of 26 October is twice.
            (30, 3, 0, "2025-03-30T00:00Z"), (30, 3, 59, "2025-03-30T00:59Z"), (30, 3, 60, "2025-03-30T01:00Z"),
            (30, 3, 90, "2025-03-30T01:30Z"), (30, 3, 120, "2025-03-30T01:00Z"), (30, 3, 720, "2025-03-30T11:00Z"),
            (31, 3, 0, "2025-03-30T23:00Z"), (26, 10, 0, "2025-10-25T23:00Z"), (26, 10, 60, "2025-10-26T00:00Z"),
            (26, 10, 90, "2025-10-26T00:30Z"), (26, 10, 119, "2025-10-26T00:59Z"), (26, 10, 120, "2025-10-26T02:00Z"),
            (26, 10, 720, "2025-10-26T12:00Z"), (27, 10, 0, "2025-10-27T00:00Z"), (18, 6, 360, "2025-06-18T05:00Z"),
        ] as [(Int, Int, Int64, String)])
    func instants(day: Int, month: Int, minutes: Int64, utc: String) throws {
        let date = CivilDate(year: 2025, month: month, day: day)
        let instant = try london().instant(date, msOfDay: minutes * 60_000)
        #expect(instant == PlantTime(rfc3339: utc), "\(instant.rfc3339)")
    }

    @Test("gives local days of 23, 24 and 25 hours")
    func dayLengths() throws {
        let zone = try london()
        func hours(_ month: Int, _ day: Int) -> Double {
            let date = CivilDate(year: 2025, month: month, day: day)
            let next = CivilDate(daysSinceEpoch: date.daysSinceEpoch + 1)
            return (zone.instant(next) - zone.instant(date)).hours
        }
        #expect(hours(3, 30) == 23)
        #expect(hours(6, 18) == 24)
        #expect(hours(10, 26) == 25)
    }

    @Test("returns to the same instant from its own local time, but for the repeated hour's second passing")
    func localRoundTrip() throws {
        let zone = try london()
        let start = try #require(PlantTime(rfc3339: "2025-01-01T00:00Z"))
        for quarter in Int64(0)..<(365 * 96) {
            let time = start + quarter * .minutes(15)
            let local = zone.local(time)
            let back = zone.instant(local.date, msOfDay: local.msOfDay)
            let isSecondPassing = back != time
            if isSecondPassing {
                #expect(local.date.text == "2025-10-26" && local.msOfDay / 3_600_000 == 1, "\(time.rfc3339)")
                #expect(time - back == .hours(1))
            }
        }
    }
}

@Suite("Production calendar")
struct ProductionCalendarTests {
    private func calendar() -> ProductionCalendar {
        let hour: Int64 = 3_600_000
        return ProductionCalendar(
            zone: LocalZone(name: "+1", changes: [.init(from: PlantTime(ms: 0), offset: .hours(1))]),
            shifts: [
                .init(name: "early", start: 7 * hour, end: 15 * hour),
                .init(name: "late", start: 15 * hour, end: 23 * hour),
            ], workdays: [1, 2, 3, 4, 5],
            closed: [CivilDate(year: 2025, month: 8, day: 4)...CivilDate(year: 2025, month: 8, day: 15)],
            vehiclesPerDay: 1200, models: ModelMix([.init("leaf", share: 1, isElectric: true)]))
    }

    @Test("works on workdays that are not closed")
    func productionDays() {
        let calendar = calendar()
        #expect(calendar.isProductionDay(CivilDate(year: 2025, month: 6, day: 18)))  // Wednesday
        #expect(!calendar.isProductionDay(CivilDate(year: 2025, month: 6, day: 21)))  // Saturday
        #expect(calendar.isProductionDay(CivilDate(year: 2025, month: 8, day: 1)))  // Friday before
        #expect(!calendar.isProductionDay(CivilDate(year: 2025, month: 8, day: 4)))
        #expect(!calendar.isProductionDay(CivilDate(year: 2025, month: 8, day: 15)))
        #expect(calendar.isProductionDay(CivilDate(year: 2025, month: 8, day: 18)))
    }

    @Test("spreads the day's plan over its shifts, by local time")
    func rate() throws {
        let calendar = calendar()
        // 1200 vehicles over 16 h of shifts are 75 an hour. 07:00 local is 06:00Z; 23:00 local is 22:00Z.
        func rate(_ text: String) throws -> Double {
            calendar.vehiclesPerHour(at: try #require(PlantTime(rfc3339: text)))
        }
        #expect(try rate("2025-06-18T05:59:59.999Z") == 0)
        #expect(try rate("2025-06-18T06:00Z") == 75)
        #expect(try rate("2025-06-18T21:59:59.999Z") == 75)
        #expect(try rate("2025-06-18T22:00Z") == 0)
        #expect(try rate("2025-06-21T10:00Z") == 0)
        // 23:30Z on Friday is already Saturday here.
        #expect(!calendar.isProductionDay(at: try #require(PlantTime(rfc3339: "2025-06-20T23:30Z"))))
        #expect(calendar.isProductionDay(at: try #require(PlantTime(rfc3339: "2025-06-20T22:30Z"))))
    }

    @Test("has no rate without shifts")
    func noShifts() throws {
        var calendar = calendar()
        calendar.shifts = []
        #expect(calendar.vehiclesPerHour(at: try #require(PlantTime(rfc3339: "2025-06-18T10:00Z"))) == 0)
    }
}

@Suite("Energy model")
struct EnergyModelTests {
    private let model = EnergyModel(
        electricityFixedKW: 4000, electricityPerVehicleKWh: 200, gasProductionDayKW: 3000, gasIdleDayKW: 800,
        gasHallKWPerK: 100, gasPaintKWPerK: 50, gasPerVehicleKWh: 30, heatingBaseC: 15)

    @Test("adds the fixed part and the part per vehicle")
    func electricity() {
        // 4000 + 200 x 75 = 19000
        #expect(model.electricityKW(vehiclesPerHour: 75) == 19_000)
        #expect(model.electricityKW(vehiclesPerHour: 0) == 4000)
    }

    @Test("adds gas by day type, degrees below the base and vehicles")
    func gas() {
        // Production day at 5 degC: 3000 + (100 + 50) x 10 + 30 x 75 = 6750
        #expect(model.gasKW(isProductionDay: true, outdoorC: 5, vehiclesPerHour: 75) == 6750)
        // Idle day at 5 degC: 800 + 100 x 10 = 1800
        #expect(model.gasKW(isProductionDay: false, outdoorC: 5, vehiclesPerHour: 0) == 1800)
        // No heating above the base: 3000 + 2250 = 5250
        #expect(model.gasKW(isProductionDay: true, outdoorC: 25, vehiclesPerHour: 75) == 5250)
    }
}
