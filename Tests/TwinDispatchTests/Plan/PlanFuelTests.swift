import Testing
import TwinCore
import TwinProgram

@testable import TwinDispatch

/// Tanks that feed generators, and what they burn while they rest.
@Suite("Fuel of generators in a plan")
struct PlanFuelTests {
    /// 100 kW at half a litre and 0.1 for each kWh.
    private static func cell(standby: Generator.Standby = .init(), minimum: Double = 0, start: Double = 0) -> Offer {
        var generator = Generator(
            path: PlanAssets.cell, ratedKW: 100, minimumKW: minimum, rampKWPerStep: 1000,
            powerKW: UsedValue(100, .good),
            pricePerKWh: 0.1, startCostPerKW: start)
        generator.litresPerKWh = 0.5
        generator.standby = standby
        return Offer(generator)
    }

    private static func plan(_ bench: PlanBench, _ stock: FuelStock?) throws -> DispatchPlan {
        var problem = bench.problem
        problem.now.fuelStock = stock
        return try Planner(try #require(coin), limits: ProgramLimits(nodesMax: 1000, gap: 0)).plan(problem).get()
    }

    /// 100 l are 200 kWh: two hours at its rating, and two of the four are dear.
    @Test("what a tank holds goes where it is worth most", .enabled(if: coin != nil, isAbsent))
    func dearest() throws {
        var bench = PlanBench([500, 500, 500, 500], [Self.cell()])
        bench.buy = [0.2, 0.3, 0.2, 0.3]
        let plan = try Self.plan(bench, FuelStock(litres: 100, capacityLitres: 1000))
        #expect(plan.setPoints[PlanAssets.cell] == [0, 100, 0, 100])
        #expect(plan.breaches == [])
        // Nobody tells the level: it is taken for enough.
        #expect(try Self.plan(bench, nil).setPoints[PlanAssets.cell] == [100, 100, 100, 100])
    }

    /// 50 l/h at most: from 100 l to the 60 l of the order in 0.8 h, an hour later a tanker with 200 l. Then 210 l, 150 above
    /// the order, 3 h, and one more hour: 5.8 h.
    @Test("tankers come when the level has fallen to the order, and some hours after it")
    func deliveries() {
        let stock = FuelStock(
            litres: 100, capacityLitres: 1000, reorderLitres: 60, deliveryLitres: 200, leadHours: 1)
        let found = stock.deliveries(fastest: 50, within: 10)
        #expect(found.count == 3 && abs(found[0] - 1.8) < 1e-9 && abs(found[1] - 5.8) < 1e-9)
        #expect(stock.deliveries(fastest: 0, within: 10) == [] && stock.deliveries(fastest: .nan, within: 10) == [])
        let always = FuelStock(litres: 0, capacityLitres: 10, reorderLitres: 60, deliveryLitres: 1)
        #expect(always.deliveries(fastest: 1, within: 10).count == 1)
    }

    @Test("what a tanker brings is used when it is there", .enabled(if: coin != nil, isAbsent))
    func brought() throws {
        let bench = PlanBench([500, 500, 500, 500], [Self.cell()])
        // Two hours to the empty tank, which is when it is ordered, and one more to the tanker.
        let stock = FuelStock(litres: 100, capacityLitres: 1000, deliveryLitres: 300, leadHours: 1)
        let plan = try Self.plan(bench, stock)
        let points = try #require(plan.setPoints[PlanAssets.cell])
        #expect(points[3] == 100 && abs(points[..<3].reduce(0, +) - 200) < 0.1 && plan.breaches == [])
    }

    /// In the surplus hour a kWh is worth 0.02: to give the least of 40 kW loses 40 x 0.08 = 3.2. To stand by costs 2, and the
    /// way there and back 0.5 or 1.5 for 100 kW: 2.5 are less than 3.2, and 3.5 are more.
    @Test("it stands by where that costs less than its least", .enabled(if: coin != nil, isAbsent))
    func standby() throws {
        for (start, rests) in [(0.005, true), (0.015, false)] {
            var bench = PlanBench([500, -500, 500], [Self.cell(standby: .init(price: 2), minimum: 40, start: start)])
            bench.sell = [0.02]
            let points = try #require(try Self.plan(bench, nil).setPoints[PlanAssets.cell])
            #expect(points == [100, rests ? 0 : 40, 100])
        }
    }

    @Test(
        "an empty tank is no error: it rests, and what standing by lacks is told", .enabled(if: coin != nil, isAbsent))
    func empty() throws {
        let bench = PlanBench([500, 500], [Self.cell(standby: .init(price: 2, litres: 3), minimum: 40)])
        let plan = try Self.plan(bench, FuelStock(litres: 0, capacityLitres: 1000))
        #expect(plan.setPoints[PlanAssets.cell] == [0, 0])
        #expect(plan.breaches.map(\.name) == ["ethanol in the tank", "ethanol in the tank"])
        #expect(plan.breaches.map(\.amount) == [3, 6] && plan.unkept == nil)
        for litres in [Double.nan, -Double.infinity, -5] {
            _ = try Self.plan(bench, FuelStock(litres: litres, capacityLitres: 1000))
        }
    }
}
