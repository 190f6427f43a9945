import Testing
import TwinBooks
import TwinCore
import TwinUnits

/// Passports against figures on paper, and against the books: nothing is lost, and nothing is spent twice.
@Suite("Passports")
struct PassportTests {
    private static let body = AssetPath(.shop, "body")
    private static let paint = AssetPath(.shop, "paint")
    private static let halls = AssetPath(.building, "halls")
    private static let pack = AssetPath(.storage, "pack")
    private static let main = AssetPath(.grid, "main")

    private static let chart = Chart([
        Meter(.load, body), Meter(.load, paint), Meter(.load, halls), Meter(.storageCharge, pack),
        Meter(.storageDischarge, pack), Meter(.gridImport, main),
    ])

    /// Grid 200 g/kWh.
    private static let factors: Factors = {
        let none = EmissionFactor(microgramsPerKWh: 0)
        let set = FactorSet(
            id: "2025", gridGeneration: EmissionFactor(gramsPerKWh: 200), gridLosses: none, gridUpstream: none,
            gridResidualMix: EmissionFactor(gramsPerKWh: 400), fuels: [])
        return Factors(convention: .setYear, byYear: [(2025, set)])
    }()

    private static let start = BooksBench.start

    private static func terms(
        _ passage: PassportTerms.Shop.Passage, normal: Double = 0, rate: Double? = nil
    ) -> PassportTerms {
        let shops = [
            PassportTerms.Shop(name: "body", assets: [body], passage: passage, standardHours: 4),
            PassportTerms.Shop(name: "paint", assets: [paint], passage: passage, standardHours: 8),
        ]
        let rates = rate.map { kg in
            let perHour = Carbon { $0 == .location ? Emissions(micrograms: Int64(kg * 1e9)) : .zero }
            return [PassportTerms.Rate(year: 2025, perHour: ["body": perHour, "paint": perHour])]
        }
        return PassportTerms(shops: shops, rates: rates ?? [], normalVehiclesPerHour: normal)
    }

    /// Half hours one after another, with what was told in them.
    private struct Pass {
        var ledger = Ledger(PassportTests.chart, PassportTests.factors, LedgerTerms())
        var book: PassportBook
        var index: Int64 = 0
        var books = Carbon.zero

        init(_ terms: PassportTerms) { book = PassportBook(terms, ledger) }

        var now: PlantTime { PassportTests.start + index * settlementPeriod }

        /// kWh by meter; `events` in minutes of the half hour.
        mutating func add(
            _ kWh: [(Meter, Int64)], off: [String] = [], _ events: [(Int64, VehicleEvent.Kind, String, String)] = []
        ) {
            var meters = SumList(count: PassportTests.chart.meters.count)
            for (meter, energy) in kWh {
                guard let line = PassportTests.chart.index(of: meter) else { continue }
                meters[line] = AccountSum(
                    Energy(wattSeconds: energy * 3_600_000), measuredMs: 1_800_000, estimatedMs: 0)
            }
            let row = PeriodRow(
                start: now, meters: meters, chart: PassportTests.chart, losses: LossFractions(electricity: 0, heat: 0))
            let before = ledger.stored
            ledger.add(row)
            books += ledger.entered - (ledger.stored - before)
            let now = self.now
            book.add(
                row, ledger, lineOffs: off.map { LineOff(line: "final", vehicle: $0, ts: now, isModelled: false) },
                events: events.map { minute, kind, line, id in
                    VehicleEvent(kind: kind, line: line, vehicle: id, ts: now + .minutes(minute), isModelled: false)
                })
            index += 1
        }

        func closing(isYearOver: Bool = false) -> PassportBook.Closing {
            book.closing(year: 2025, final: .latest, isYearOver: isYearOver)
        }
    }

    /// 100 kWh each for body, paint and halls, all of the grid: 20 kg each.
    private static let busy: [(Meter, Int64)] = [
        (Meter(.load, body), 100), (Meter(.load, paint), 100), (Meter(.load, halls), 100),
        (Meter(.gridImport, main), 300),
    ]

    private func kg(_ carbon: Carbon) -> Double { carbon[.location].kilograms }

    @Test("two vehicles of a plant at its normal rate: half of each shop, and half of the halls by standard hours")
    func normal() throws {
        var pass = Pass(Self.terms(.lineOff, normal: 4))
        pass.add(Self.busy, off: ["a", "b"])
        let closing = pass.closing()
        // 4 an hour are 2 a half hour. Each: 20 / 2 of body, 20 / 2 of paint, 20 / 2 of the halls.
        #expect(closing.passports.map(\.vehicle) == ["a", "b"])
        for passport in closing.passports {
            #expect(passport.direct.map { kg($0.carbon) } == [10, 10])
            #expect(kg(passport.overhead) == 10)
            // No rate was published.
            #expect(passport.status == .provisional)
            #expect(passport.standardHours == 12)
        }
        #expect(closing.balance.difference == .zero)
        #expect(kg(closing.balance.unabsorbed) == 0)
        // Next year's rate: the halls' 20 kg over 24 standard hours.
        #expect(closing.ratePerHour["body"].map { kg($0) } == 0.833_333_333)
    }

    @Test("one car on a slow day does not carry the plant: what is missing to the normal rate is overhead")
    func slowDay() throws {
        var pass = Pass(Self.terms(.lineOff, normal: 4, rate: 1))
        pass.add(Self.busy, off: ["a"])
        let closing = pass.closing()
        let passport = try #require(closing.passports.first)
        // It is one of two: 10 kg of each shop. 1 kg for each of its 4 + 8 standard hours.
        #expect(kg(passport.directTotal) == 20)
        #expect(kg(passport.overhead) == 12)
        #expect(passport.status == .issued)
        #expect(passport.revision == 1)
        // Left over: 10 + 10 of the shops and 20 of the halls, less 12.
        #expect(kg(closing.balance.unabsorbed) == 28)
        #expect(closing.balance.difference == .zero)
    }

    @Test("an idle week is nobody's until the year's end, and then all the year's vehicles'")
    func idleWeek() throws {
        var pass = Pass(Self.terms(.lineOff, normal: 4, rate: 1))
        pass.add(Self.busy, off: ["a", "b"])
        for _ in 0..<(7 * 48) { pass.add([(Meter(.load, Self.halls), 10), (Meter(.gridImport, Self.main), 10)]) }
        // 336 half hours x 2 kg.
        let open = pass.closing()
        #expect(open.passports.map { kg($0.total) } == [32, 32])
        #expect(kg(open.balance.unabsorbed) == 672 + 20 - 24)
        let closed = pass.closing(isYearOver: true)
        #expect(closed.passports.map { kg($0.trueUp) } == [334, 334])
        #expect(closed.passports.map(\.status) == [.restated, .restated])
        #expect(closed.passports.map(\.revision) == [2, 2])
        #expect(kg(closed.balance.unabsorbed) == 0)
        #expect(closed.balance.difference == .zero)
        #expect(kg(closed.balance.passports) == kg(pass.books))
    }

    @Test("events of shops: by the time in the shop, and what is on its way is work in progress")
    func events() throws {
        var pass = Pass(Self.terms(.events, rate: 0))
        pass.add(Self.busy, [(0, .enter, "body", "a"), (0, .enter, "body", "b"), (10, .leave, "body", "a")])
        // a is there for 10 minutes, b for 30: 5 and 15 of 20 kg.
        var closing = pass.closing()
        #expect(closing.passports.isEmpty)
        #expect(kg(closing.balance.workInProgress) == 20)
        pass.add(
            Self.busy, off: [], [(0, .enter, "paint", "a"), (15, .leave, "body", "b"), (15, .enter, "paint", "b")])
        // body: b alone 20. paint: a 30 minutes, b 15: two thirds and one.
        pass.add(Self.busy, off: ["a"])
        closing = pass.closing()
        let a = try #require(closing.passports.first)
        #expect(a.vehicle == "a")
        #expect(kg(a.direct[0].carbon) == 5)
        // Of the third half hour it has nothing: it left with its first moment.
        #expect(kg(a.direct[1].carbon) == 13.333_333_333)
        #expect(kg(closing.balance.workInProgress) == 15 + 20 + 6.666_666_667 + 20)
        #expect(closing.balance.difference == .zero)
    }

    @Test("a scrapped vehicle's part goes to the good ones, and its own passport says 0")
    func scrap() throws {
        var pass = Pass(Self.terms(.events))
        pass.add(Self.busy, [(0, .enter, "body", "a"), (0, .enter, "body", "b")])
        pass.add(Self.busy, [(0, .scrap, "body", "a"), (0, .leave, "body", "b"), (0, .enter, "paint", "b")])
        pass.add(Self.busy, off: ["b"])
        let closing = pass.closing()
        let a = try #require(closing.passports.first { $0.vehicle == "a" })
        let b = try #require(closing.passports.first { $0.vehicle == "b" })
        #expect(a.status == .scrapped)
        #expect(a.total == .zero)
        // Direct: half of the first half hour's body and all of the second's paint. The only good one bears all 180 kg.
        #expect(kg(b.directTotal) == 30)
        #expect(kg(b.total) == 180)
        #expect(closing.balance.difference == .zero)
    }

    @Test("rework is spent on the vehicle that comes back, and changes its passport by a new revision")
    func rework() throws {
        var pass = Pass(Self.terms(.events, rate: 1))
        pass.add(Self.busy, [(0, .enter, "body", "a")])
        pass.add(Self.busy, off: ["a"])
        #expect(pass.closing().passports.map { kg($0.total) } == [20 + 12])
        pass.add(Self.busy, [(0, .rework, "paint", "a")])
        pass.add(Self.busy, [(0, .leave, "paint", "a"), (0, .lineOff, "final", "a")])
        let closing = pass.closing()
        let a = try #require(closing.passports.first)
        #expect(closing.passports.count == 1)
        #expect(kg(a.total) == 20 + 12 + 20)
        #expect(a.status == .restated)
        #expect(a.revision == 2)
        #expect(closing.balance.difference == .zero)
    }

    @Test("by line-offs alone, rework takes the vehicle's place in the shop once more")
    func reworkByLineOff() throws {
        var pass = Pass(Self.terms(.lineOff, rate: 0))
        pass.add(Self.busy, off: ["a"])
        pass.add(Self.busy, off: ["b"], [(5, .rework, "paint", "a")])
        let closing = pass.closing()
        // a: 40, and half of the second half hour's paint; b: body, and the other half.
        #expect(closing.passports.map { kg($0.directTotal) } == [50, 30])
        #expect(closing.balance.difference == .zero)
    }

    @Test("who came before the year's first row is on its way, and who was finished then is none of this year's")
    func newYear() throws {
        var pass = Pass(Self.terms(.events, rate: 0))
        let before = Self.start - Span.minutes(60)
        let row = PeriodRow(start: Self.start, meterCount: Self.chart.meters.count)
        pass.book.open(
            lineOffs: [LineOff(line: "final", vehicle: "old", ts: before, isModelled: false)],
            events: [
                VehicleEvent(kind: .enter, line: "body", vehicle: "a", ts: before, isModelled: false),
                VehicleEvent(kind: .enter, line: "body", vehicle: "old", ts: before - .minutes(60), isModelled: false),
            ], before: row)
        pass.add(Self.busy, [(0, .rework, "paint", "old")])
        pass.add(Self.busy, off: ["a"])
        let closing = pass.closing()
        #expect(closing.passports.map(\.vehicle) == ["a"])
        // All of the first half hour's body.
        #expect(closing.passports.map { kg($0.directTotal) } == [20])
        #expect(closing.balance.difference == .zero)
    }

    @Test("a message that comes twice changes nothing")
    func twice() throws {
        var once = Pass(Self.terms(.events, rate: 1))
        var twice = Pass(Self.terms(.events, rate: 1))
        once.add(Self.busy, [(0, .enter, "body", "a")])
        twice.add(Self.busy, [(0, .enter, "body", "a"), (0, .enter, "body", "a")])
        once.add(Self.busy, off: ["a"])
        twice.add(Self.busy, off: ["a"], [(0, .lineOff, "final", "a")])
        #expect(once.closing().passports == twice.closing().passports)
    }

    @Test("passports, work in progress and what is not absorbed are the books, to the microgram, over 60 seeded months")
    func conservation() {
        for seed in 0..<60 as Range<UInt64> {
            var chance = Chance(stream: SeedStream(seed: seed, name: "passports"))
            func unit() -> Double { Double.random(in: 0..<1, using: &chance) }
            let passage: PassportTerms.Shop.Passage = seed % 2 == 0 ? .events : .lineOff
            var pass = Pass(
                Self.terms(passage, normal: Double(seed % 5), rate: seed % 3 == 0 ? nil : Double(seed % 7) / 3))
            var next = 0
            for half in 0..<(30 * 48) {
                func kWh(_ meter: Meter, _ most: Int64) -> (Meter, Int64) { (meter, Int64(unit() * Double(most))) }
                let isShift = half % 48 > 12 && half % 48 < 44
                var events: [(Int64, VehicleEvent.Kind, String, String)] = []
                var off: [String] = []
                if isShift {
                    for _ in 0..<Int(unit() * 4) {
                        events.append((Int64(unit() * 30), .enter, unit() < 0.5 ? "body" : "paint", "v\(next)"))
                        next += 1
                    }
                    let old = max(0, next - 1 - Int(unit() * 12))
                    let minute = Int64(unit() * 30)
                    switch unit() {
                    case ..<0.5: off.append("v\(old)")
                    case ..<0.7: events.append((minute, .leave, "body", "v\(old)"))
                    case ..<0.8: events.append((minute, .rework, "paint", "v\(old)"))
                    case ..<0.85: events.append((minute, .scrap, "body", "v\(old)"))
                    default: break
                    }
                }
                pass.add(
                    [
                        kWh(Meter(.load, Self.body), 900), kWh(Meter(.load, Self.paint), 700),
                        kWh(Meter(.load, Self.halls), 300), kWh(Meter(.storageCharge, Self.pack), 40),
                        kWh(Meter(.storageDischarge, Self.pack), 40), kWh(Meter(.gridImport, Self.main), 2000),
                    ], off: off, events)
            }
            for isYearOver in [false, true] {
                let closing = pass.closing(isYearOver: isYearOver)
                #expect(closing.balance.difference == .zero, "seed \(seed)")
                let all = closing.passports.reduce(Carbon.zero) { $0 + $1.total }
                #expect(
                    all + closing.balance.workInProgress + closing.balance.unabsorbed == pass.books, "seed \(seed)")
                #expect(closing.passports.contains { $0.status != .scrapped }, "seed \(seed)")
            }
        }
    }
}
