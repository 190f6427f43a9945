import Testing
import TwinCore

@testable import TwinDispatch

/// Charging of cars whose shifts the calendar tells. Half hours; a kWh costs 0.1 but where a test says otherwise.
@Suite("A plan of cars that are expected", .enabled(if: coin != nil, isAbsent))
struct PlanCarsTests {
    private static let count = 20

    private static func bench(_ bays: Offer, dear: [Int: Double] = [:]) -> PlanBench {
        var bench = PlanBench(Array(repeating: 1000, count: count), [bays])
        bench.hours = 0.5
        bench.buy = (0..<count).map { dear[$0] ?? 0.1 }
        return bench
    }

    private static func start(_ place: Int) -> PlantTime { PlanBench.start + Int64(place) * .minutes(30) }

    /// Charging by period, kW; below 0 it gives.
    private static func powers(_ bench: PlanBench, _ cars: ExpectedCars?) throws -> [Double] {
        var problem = bench.problem
        problem.cars[PlanAssets.bay] = cars
        let planner = Planner(try #require(coin))
        return try #require(try planner.plan(problem).get().setPoints[PlanAssets.bay]).map { -$0 }
    }

    private static func cars(_ change: (inout ExpectedCars) -> Void) -> ExpectedCars {
        var cars = ExpectedCars(periods: count)
        change(&cars)
        return cars
    }

    /// Dear from 3 to 4 h ahead; the shift ends after 8 h, and then it is cheapest. 30 kW for an hour are 30 kWh of the 40 that
    /// they may give, and 30 / 0.81 = 37.0 kWh are charged again by then.
    @Test("two-way cars lend across a peak three hours ahead and are full again when their shift ends")
    func lends() throws {
        let dear = [6: 1.0, 7: 1.0].merging((16..<20).map { ($0, 0.05) }) { $1 }
        let bench = Self.bench(PlanAssets.bays(give: 30), dear: dear)
        let cars = Self.cars {
            $0.stays = [.init(due: Self.start(16), cameKWh: 0)]
            $0.nowLendKWh = 40
        }
        let powers = try Self.powers(bench, cars)
        #expect(powers[6...7] == [-30, -30] && powers[..<6].allSatisfy { $0 == 0 })
        #expect(isNear(powers[8..<16].reduce(0, +), 2 * 30 / 0.81, within: 0.5))
        #expect(powers[16...].allSatisfy { $0 == 0 })
        // Of less there is less, and with an hour to go all is back by then.
        let few = try Self.powers(
            bench,
            Self.cars {
                $0.stays = cars.stays; $0.nowLendKWh = 12
            })
        #expect(isNear(few[6] + few[7], -24, within: 0.2))
        // Where nobody tells how long they stay they lend in the first hour only.
        #expect(try Self.powers(bench, nil).allSatisfy { $0 == 0 })
    }

    /// 20 kWh are due after 2 h and 10 after 5; it is cheap after that only.
    @Test(
        "each need is charged by the end of its shift, and the first shift to end has what the others did not come with"
    )
    func due() throws {
        let bench = Self.bench(
            PlanAssets.bays(openKWh: 30), dear: Dictionary(uniqueKeysWithValues: (10..<20).map { ($0, 0.01) }))
        let cars = Self.cars {
            $0.stays = [.init(due: Self.start(4), cameKWh: 25), .init(due: Self.start(10), cameKWh: 10)]
        }
        let powers = try Self.powers(bench, cars)
        #expect(powers[..<4].reduce(0, +) / 2 >= 19.9)
        #expect(isNear(powers[..<10].reduce(0, +) / 2, 30) && isNear(powers.reduce(0, +) / 2, 30))
    }

    /// 40 kWh come in the fifth half hour, and half of them must be charged by the end of the ninth, all by the tenth; the view
    /// has a flat 40 kW of the bays all the time.
    @Test("a car's energy is charged once, when it is there: the flat power of the bays is not charged beside it")
    func once() throws {
        var bays = PlanAssets.bays(openKWh: 10)
        guard case .deferrable(var load) = bays.shape else { return }
        load.powerKW.value = -40
        bays = Offer(load, ramp: 1)
        let bench = Self.bench(bays, dear: Dictionary(uniqueKeysWithValues: (4..<10).map { ($0, 0.3) }))
        let cars = Self.cars {
            $0.stays = [.init(due: Self.start(3), cameKWh: 10)]
            for place in 4..<Self.count {
                $0.soonestKWh[place] = place == 4 ? 25 : 40
                $0.latestKWh[place] = place < 8 ? 0 : place == 8 ? 20 : 40
            }
        }
        let powers = try Self.powers(bench, cars)
        #expect(isNear(powers.reduce(0, +) / 2, 50))
        #expect(
            isNear(powers[..<3].reduce(0, +) / 2, 10) && powers[3] == 0 && isNear(powers[4..<10].reduce(0, +) / 2, 40))
        #expect(powers[4...8].reduce(0, +) / 2 >= 19.9)
        // With nobody to tell, the flat 40 kW are what comes: 25 kWh in each of the 14 cheap half hours, less what does not wait.
        let flat = try Self.powers(bench, nil)
        #expect(flat.reduce(0, +) / 2 > 300)
    }

    @Test("cars that are still to come lend while they stay, within what all of them may")
    func later() throws {
        let bench = Self.bench(PlanAssets.bays(), dear: [8: 1, 9: 1])
        let cars = Self.cars {
            for place in 6..<14 {
                $0.giveMaxKW[place] = 20
                $0.lentMaxKWh[place] = place < 13 ? 15 : 0
            }
            $0.lendings = [.init(places: 6..<14, mostKWh: 15)]
        }
        let powers = try Self.powers(bench, cars)
        #expect(isNear(powers[8] + powers[9], -30) && isNear(powers.reduce(0, +), 2 * 15 / 0.81 - 30, within: 0.4))
        #expect(powers[14...].allSatisfy { $0 == 0 })
    }

    @Test("what is no expectation for these periods is none: it is planned as where nobody tells")
    func broken() throws {
        let bench = Self.bench(PlanAssets.bays(openKWh: 20), dear: [0: 0.3])
        let none = try Self.powers(bench, nil)
        #expect(try Self.powers(bench, ExpectedCars(periods: 3)) == none)
        #expect(try Self.powers(bench, Self.cars { $0.soonestKWh[2] = .nan }) == none)
        #expect(try Self.powers(bench, Self.cars { $0.lendings = [.init(places: 0..<99, mostKWh: 1)] }) == none)
    }
}
