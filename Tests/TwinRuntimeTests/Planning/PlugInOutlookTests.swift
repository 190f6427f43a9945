import Testing
import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinPlant
import TwinStudies
import TwinTesting

@testable import TwinRuntime

@Suite("Cars that are expected at bays")
struct PlugInOutlookTests {
    private static let path = AssetPath(.bay, "staff")
    private static let early = ProductionCalendar.Shift(name: "early", start: ms("07:00"), end: ms("15:00"))
    private static let late = ProductionCalendar.Shift(name: "late", start: ms("15:00"), end: ms("23:00"))

    private static func ms(_ text: String) -> Int64 {
        let parts = text.split(separator: ":").compactMap { Int64($0) }
        return (parts[0] * 60 + parts[1]) * 60_000
    }

    private static func calendar(_ shifts: [ProductionCalendar.Shift]) -> ProductionCalendar {
        ProductionCalendar(
            zone: .utc, shifts: shifts, workdays: [1, 2, 3, 4, 5], closed: [], vehiclesPerDay: 100,
            models: ModelMix([ModelMix.Model("leaf", share: 1, isElectric: true)]))
    }

    private static func bays(_ points: Int, expectedKW: Double, kW: Double = 7.4, twoWay: Bool = false) -> ChargingBays
    {
        var bays = ChargingBays()
        (bays.points, bays.pointMaxKW, bays.workingKW, bays.isBidirectional) = (points, kW, expectedKW, twoWay)
        return bays
    }

    /// One car whose chance is fixed: 4.6 kWh in the battery are 5.111 at the bay, over 8 h 0.639 kW.
    private static func one(kW: Double = 7.4, twoWay: Bool = false) -> ChargingBays {
        var bays = bays(1, expectedKW: 4.6 / 0.9 / 8, kW: kW, twoWay: twoWay)
        (bays.habits.comesSpreadMin, bays.habits.leavesSpreadMin) = (0, 0)
        (bays.habits.needSpread, bays.habits.socSpread) = (0, 0)
        return bays
    }

    private static func shift(_ bays: ChargingBays, _ shift: ProductionCalendar.Shift = early) throws -> PlugInShift {
        var stream = SeedStream(seed: 0, name: "test")
        return try #require(PlugInShift(bays, shift, &stream))
    }

    /// It comes at 06:40 and is due at 15:12 less a quarter of an hour: 20 min of 7.4 kW are 2.467 kWh by 07:00. At 14:30 there
    /// are 27 min left, 3.33 kWh, so 1.781 must be in it.
    @Test("one car with a fixed chance: what comes, when it can be charged, and by when it must be")
    func one() throws {
        let shift = try Self.shift(Self.one())
        let need = 4.6 / 0.9
        #expect(
            isClose(shift.needKWh.p10, need) && isClose(shift.needKWh.p50, need) && isClose(shift.needKWh.p90, need))
        #expect(shift.dueMs == Self.ms("14:57") && shift.firstMs == Self.ms("06:30"))
        func at(_ text: String, _ curve: KeyPath<PlugInShift, [Double]>) -> Double { shift.at(Self.ms(text), curve) }
        #expect(at("06:30", \.comesKWh) == 0 && isClose(at("07:00", \.comesKWh), need))
        #expect(isClose(at("07:00", \.soonestKWh), 7.4 / 3) && isClose(at("07:30", \.soonestKWh), need))
        #expect(at("14:00", \.latestKWh) == 0 && isClose(at("14:30", \.latestKWh), need - 7.4 * 27 / 60))
        #expect(isClose(at("15:00", \.latestKWh), need) && isClose(at("20:00", \.latestKWh), need))
        #expect(isClose(shift.carsMost.p50, 1) && shift.lendKWh.allSatisfy { $0 == 0 })
    }

    /// 62 % less 30 % of 24 kWh, the least pack, at 0.9. At 13:30 there are 87 min left, 8.7 kWh; less its need, times 0.81.
    @Test("what a car can lend is above its floor, and there is time to have it back")
    func lends() throws {
        let shift = try Self.shift(Self.one(kW: 6, twoWay: true))
        #expect(isClose(shift.at(Self.ms("10:00"), \.lendKWh), 0.32 * 24 * 0.9))
        #expect(isClose(shift.at(Self.ms("13:30"), \.lendKWh), (8.7 - 4.6 / 0.9) * 0.81))
        #expect(shift.at(Self.ms("14:30"), \.lendKWh) == 0 && shift.at(Self.ms("15:00"), \.giveKW) == 0)
        #expect(isClose(shift.at(Self.ms("10:00"), \.giveKW), 6))
    }

    @Test(
        "quantiles are in order, nothing is charged before it comes or later than it must be, and the mean is what bays draw",
        arguments: [(1, 0.6, false), (20, 10, true), (60, 30, false), (600, 300, true), (5000, 3000, true)])
    func ordered(points: Int, kW: Double, twoWay: Bool) throws {
        let shift = try Self.shift(Self.bays(points, expectedKW: kW, twoWay: twoWay))
        #expect(shift.needKWh.p10 <= shift.needKWh.p50 && shift.needKWh.p50 <= shift.needKWh.p90)
        #expect(shift.connected.allSatisfy { $0.p10 <= $0.p50 && $0.p50 <= $0.p90 && $0.p90 <= Double(points) + 1e-9 })
        for place in shift.comesKWh.indices {
            #expect(shift.latestKWh[place] <= shift.soonestKWh[place] + 1e-9)
            #expect(shift.soonestKWh[place] <= shift.comesKWh[place] + 1e-9)
        }
        #expect(zip(shift.comesKWh, shift.comesKWh.dropFirst()).allSatisfy { $0 <= $1 + 1e-9 })
        #expect(isClose(shift.comesKWh.last ?? 0, shift.needKWh.p50))
        // Few cars are skewed; of many the median is the mean.
        if points > 50 { #expect(abs(shift.needKWh.p50 / (kW * 8) - 1) < 0.05) }
    }

    @Test("the same configuration has the same outlook, and no shifts or no cars have none")
    func determined() throws {
        let (bays, calendar) = (Self.bays(20, expectedKW: 10), Self.calendar([Self.early, Self.late]))
        let outlook = try #require(PlugInOutlook(bays, Self.path, calendar))
        #expect(outlook == PlugInOutlook(bays, Self.path, calendar))
        #expect(PlugInOutlook(bays, Self.path, Self.calendar([])) == nil)
        #expect(PlugInOutlook(Self.bays(20, expectedKW: 0), Self.path, calendar) == nil)
    }

    private static func load(openKWh: Double, give: Double = 0) -> DeferrableLoad {
        DeferrableLoad(
            path: path, action: .setPower, ratingKW: 120, powerKW: UsedValue(0, .good), mustKW: UsedValue(0, .good),
            canChargeKW: UsedValue(60, .good), canDischargeKW: UsedValue(give, .good), openKWh: openKWh,
            isWorking: false)
    }

    private static func time(_ text: String) throws -> PlantTime {
        try #require(PlantTime(rfc3339: "2025-06-\(text):00.000Z"))
    }

    /// Wednesday noon until Friday noon, with two shifts a day: late, early, late and early begin in it, and of Wednesday's late
    /// shift nobody has come yet.
    @Test("each shift's cars come once in 48 h, whenever the plan is made, and what stands there is not among them")
    func once() throws {
        let outlook = try #require(
            PlugInOutlook(Self.bays(60, expectedKW: 30), Self.path, Self.calendar([Self.early, Self.late])))
        func come(_ text: String) throws -> (cars: ExpectedCars, kWh: Double) {
            let mark = try Self.time(text)
            let cars = outlook.cars(Forecaster.starts(from: mark), Self.load(openKWh: 50), givenKWh: 0, at: mark)
            return (cars, cars.soonestKWh.last ?? 0)
        }
        let noon = try come("18T12:00")
        let shifts = outlook.visits(from: try Self.time("18T12:00"), to: try Self.time("20T12:00"))
        let due = try Self.time("18T14:57")
        #expect(shifts.count == 5 && noon.cars.stays.map(\.due) == [due])
        let all = shifts.dropFirst().reduce(0) { $0 + ($1.shift.soonestKWh.last ?? 0) }
        #expect(
            isClose(noon.kWh, all) && isClose(noon.cars.latestKWh.last ?? 0, all - (shifts.last.map(Self.open) ?? 0)))
        // Of the half hour in which they come, as much as is still to come.
        let mark = try Self.time("18T06:45")
        let came = try #require(outlook.visits(from: mark, to: mark).first).cameKWh(by: mark)
        func byNoon(_ text: String) throws -> Double {
            let noon = try Self.time("18T12:00")
            let place = try #require(Forecaster.starts(from: try Self.time(text)).firstIndex { $0.to == noon })
            return try come(text).cars.soonestKWh[place]
        }
        let (all48, during) = (try byNoon("18T04:00"), try byNoon("18T06:45"))
        #expect(came > 10 && isClose(during, all48 - came))
        let (some, none) = (try come("18T06:45").cars.stays, try come("18T04:00").cars.stays)
        #expect(some.first?.cameKWh == came && none.isEmpty)
        // A weekend brings nobody.
        let weekend = try come("21T00:00")
        #expect(weekend.kWh < 1e-9)
    }

    /// What need not be charged by the end of a plan that ends at noon.
    private static func open(_ visit: PlugInOutlook.Visit) -> Double {
        let shift = visit.shift
        return (shift.soonestKWh.last ?? 0) - shift.at(ms("12:00"), \.latestKWh)
    }

    @Test("where shifts meet, both stand there; the first to leave is due first, and gives for its own time")
    func meets() throws {
        let outlook = try #require(
            PlugInOutlook(
                Self.bays(20, expectedKW: 10, kW: 6, twoWay: true), Self.path, Self.calendar([Self.early, Self.late])))
        let mark = try Self.time("18T14:45")
        let cars = outlook.cars(
            Forecaster.starts(from: mark), Self.load(openKWh: 50, give: 60), givenKWh: 0, at: mark)
        let dues = [try Self.time("18T14:57"), try Self.time("18T22:57")]
        #expect(cars.stays.map(\.due) == dues)
        // Ten cars could give as much as a car may, and no more of it than is left for all.
        #expect(cars.nowLendKWh > 60 && cars.nowLendKWh <= 100)
        let given = outlook.cars(
            Forecaster.starts(from: mark), Self.load(openKWh: 50, give: 60), givenKWh: 1e6, at: mark)
        #expect(given.nowLendKWh == 30)
    }

    /// 2 kWh more in half an hour in which 6 kW are charged: 10 kW came. 4.05 kW given for half an hour are 2.5 kWh of need.
    @Test("what came is the change of the need and what was charged, and lending is no need that came")
    func came() throws {
        var watch = PlugInWatch()
        func load(_ kW: Double, _ open: Double) -> DeferrableLoad {
            var load = Self.load(openKWh: open)
            load.powerKW = UsedValue(kW, .good)
            return load
        }
        let due = try Self.time("18T14:57")
        let first = watch.hear(load(0, 10), .minutes(30), due: due)
        let charged = watch.hear(load(-6, 12), .minutes(30), due: due)
        let lent = watch.hear(load(4.05, 14.5), .minutes(30), due: due)
        #expect(first == nil && isClose(charged ?? 0, 10) && isClose(lent ?? 1, 0))
        #expect(isClose(watch.givenKWh(due: due), 4.05 / 2) && watch.givenKWh(due: due + .hours(8)) == 0)
        let silent = watch.hear(nil, .minutes(30), due: due + .hours(8))
        #expect(silent == nil && watch.givenKWh(due: due) == 0)
    }

    /// A forecaster that is not told of the bays now has their flat power in its periods.
    @Test(
        "what a plan finds beside charging is the same with cars of the calendar as with their flat power: neither is in it"
    )
    func net() throws {
        let config = try Repository.config()
        func periods(_ offers: [Offer]) -> [PlanProblem.Period] {
            let site = SiteView(
                importKW: 0, exportKW: 0, isGridMeasured: false, isGridConnected: true,
                intensityGPerKWh: UsedValue(0, .stale), outlook: Outlook())
            var forecaster = Forecaster(config, step: config.step)
            return forecaster.periods(PlantView(site: site, offers: offers), PlantImage(), at: SmallRecording.start)
        }
        func bayKWh(_ periods: [PlanProblem.Period]) -> Double {
            periods.reduce(0) { sum, period in
                sum + period.view.offers.reduce(0) { $1.path.area == .bay ? $0 - $1.measured.value * period.hours : $0 }
            }
        }
        let offers = config.assets.of(ChargingBays.self).map { asset -> Offer in
            var load = Self.load(openKWh: 50)
            (load.path, load.ratingKW) = (asset.path, Double(asset.kind.points) * asset.kind.pointMaxKW)
            return Offer(load, ramp: 1)
        }
        let (flat, cars) = (periods([]), periods(offers))
        // 40 kW over four shifts of 8 h; the same at once when it comes, with what is open now at two groups.
        #expect(isClose(bayKWh(flat), 4 * 320))
        #expect(abs(bayKWh(cars) - 4 * 320 - 100) < 130 && cars.map { $0.view } != flat.map { $0.view })
        for (one, other) in zip(flat, cars) {
            #expect(isClose(one.view.netBesideGeneratorsKW, other.view.netBesideGeneratorsKW))
        }
    }
}

private func isClose(_ one: Double, _ other: Double, within slack: Double = 1e-6) -> Bool { abs(one - other) <= slack }
