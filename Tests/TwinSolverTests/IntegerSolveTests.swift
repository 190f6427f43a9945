import CSignalGuard
import ReferencePrograms
import Testing
import TwinCore
import TwinProgram
import TwinSolver

@Suite("Mixed-integer programs", .enabled(if: coin != nil, isAbsent))
struct IntegerSolveTests {
    /// Weights 10, 20, 30 into 50, worth 60, 100, 120. By worth a weight the first two come first: 160, and 20 are left
    /// over. The last two fill it: 220. As parts the first two and two thirds of the last: 240, the linear bound.
    @Test("a knapsack is filled as by hand")
    func knapsack() throws {
        var program = LinearProgram()
        let items = try [60.0, 100, 120].enumerated().map { index, worth in
            try program.addBinary(LinearProgram.Name("item", index), cost: -worth)
        }
        try program.addRow("weight", .atMost(50), zip(items, [10, 20, 30]).map { ($0, $1) })
        let solution = try optimum(program)
        #expect(items.map { solution[$0] } == [0, 1, 1])
        #expect((solution.objective, solution.gap) == (-220, 0))
    }

    /// A cell gives 2...5 when it runs, at 1 a unit and 3 for the hour; the grid gives the rest at 2. Demand 4: by the cell
    /// 4 + 3 = 7, by the grid 8. While it runs one more unit costs 1.
    @Test("prices are those with the integers as they are")
    func prices() throws {
        var program = LinearProgram()
        let grid = try program.addColumn("grid", cost: 2)
        let cell = try program.addColumn("cell", cost: 1)
        let isOn = try program.addBinary("on", cost: 3)
        let demand = try program.addRow("demand", .exactly(4), [(grid, 1), (cell, 1)])
        try program.addRow("most", .atMost(0), [(cell, 1), (isOn, -5)])
        try program.addRow("least", .atLeast(0), [(cell, 1), (isOn, -2)])
        let solution = try optimum(program)
        #expect(isNear(solution[grid], 0) && isNear(solution[cell], 4) && solution[isOn] == 1)
        #expect(isNear(solution.objective, 7) && isNear(solution.price(of: demand), 1))
        try program.setBounds(.exactly(4.5), of: demand)
        #expect(isNear(try optimum(program).objective, 7.5))
    }

    /// 2a + 4b = 7 has no whole numbers, as a sum of parts it has.
    @Test("what only parts could keep is infeasible")
    func infeasible() throws {
        var program = LinearProgram()
        let a = try program.addColumn("a", .between(0, 10), cost: 1, isInteger: true)
        let b = try program.addColumn("b", .between(0, 10), cost: 1, isInteger: true)
        try program.addRow("odd", .exactly(7), [(a, 2), (b, 4)])
        #expect(try #require(coin).solve(program) == .infeasible)
    }

    /// A small program and its least objective by trying all choices; nil where none keeps the rows.
    private static func random(_ seed: UInt64) throws -> (program: LinearProgram, least: Double?) {
        var chance = SeedStream(seed: seed)
        func whole(_ range: ClosedRange<Int>) -> Double {
            Double(range.lowerBound + Int(chance.unit() * Double(range.count)))
        }
        let binaries = Int(whole(3...9))
        let costs = (0..<binaries).map { _ in whole(-20...20) }
        let restCost = whole(-3...3)
        var program = LinearProgram()
        let columns = try costs.enumerated().map { try program.addBinary(LinearProgram.Name("b", $0), cost: $1) }
        // The rest is a continuous column of 0...10 in every row.
        let rest = try program.addColumn("rest", .between(0, 10), cost: restCost)
        var rows: [(coefficients: [Double], rest: Double, upper: Double)] = []
        for row in 0..<Int(whole(1...4)) {
            let coefficients = (0..<binaries).map { _ in whole(-9...20) }
            let part = whole(-4...4)
            let upper = whole(-10...30)
            rows.append((coefficients, part, upper))
            try program.addRow(
                LinearProgram.Name("row", row), .atMost(upper),
                zip(columns, coefficients).map { ($0, $1) } + [(rest, part)])
        }
        var least: Double?
        for choice in 0..<(1 << binaries) {
            let values = (0..<binaries).map { Double(choice >> $0 & 1) }
            var (low, high) = (0.0, 10.0)
            for row in rows {
                let left = row.upper - zip(row.coefficients, values).reduce(0) { $0 + $1.0 * $1.1 }
                if row.rest > 0 { high = min(high, left / row.rest) }
                if row.rest < 0 { low = max(low, left / row.rest) }
                if row.rest == 0, left < 0 { high = -1 }
            }
            guard low <= high else { continue }
            let cost = zip(costs, values).reduce(0) { $0 + $1.0 * $1.1 } + restCost * (restCost > 0 ? low : high)
            least = min(least ?? cost, cost)
        }
        return (program, least)
    }

    @Test("200 random programs have the least objective of all choices, or none where no choice keeps the rows")
    func exhaustive() throws {
        let solver = try #require(coin)
        var infeasible = 0
        for seed in 1...200 as ClosedRange<UInt64> {
            let (program, least) = try Self.random(seed)
            let outcome = solver.solve(program, within: ProgramLimits(gap: 0), from: nil)
            guard let least else {
                infeasible += 1
                #expect(outcome == .infeasible, "seed \(seed)")
                continue
            }
            let solution = try #require(outcome.solution, "seed \(seed): \(outcome)")
            #expect(abs(solution.objective - least) < 1e-6, "seed \(seed): \(solution.objective), by hand \(least)")
            #expect(solution.bound <= least + 1e-6 && solution.gap < 1e-6, "seed \(seed)")
        }
        // Both kinds are among them.
        #expect((5...150).contains(infeasible))
    }

    /// 30 things of worth 5...40 in 15 knapsacks at once, each holding a third of what would weigh on it.
    private static func knapsacks(_ seed: UInt64) throws -> LinearProgram {
        var chance = SeedStream(seed: seed)
        var program = LinearProgram()
        let items = try (0..<30).map {
            try program.addBinary(LinearProgram.Name("item", $0), cost: -(5 + (chance.unit() * 36).rounded(.down)))
        }
        for sack in 0..<15 {
            let weights = items.filter { _ in chance.unit() < 0.4 }.map {
                ($0, 1 + (chance.unit() * 30).rounded(.down))
            }
            let all = weights.reduce(0) { $0 + $1.1 }
            try program.addRow(LinearProgram.Name("sack", sack), .atMost((all / 3).rounded(.down)), weights)
        }
        return program
    }

    @Test("at the limit of nodes there is a solution that says how far it may be off")
    func nodeLimit() throws {
        let program = try Self.knapsacks(1)
        let best = try optimum(program)
        #expect(best.nodes > 10)
        let outcome = try #require(coin).solve(program, within: ProgramLimits(nodesMax: 2, gap: 0), from: nil)
        guard case .nodeLimit(let solution) = outcome else { throw Unexpected(outcome: outcome) }
        #expect(solution.nodes <= 2)
        #expect(solution.gap > 0.001)
        #expect(solution.objective >= best.objective && solution.bound <= best.objective)
        #expect(isNear(solution.gap, (solution.objective - solution.bound) / abs(solution.bound)))
    }

    /// Exactly half of what everything weighs on each of four scales: nobody finds that within a few nodes.
    @Test("where the limit comes before any solution the outcome says so")
    func nothingFound() throws {
        var chance = SeedStream(seed: 3)
        var program = LinearProgram()
        let items = try (0..<30).map { try program.addBinary(LinearProgram.Name("item", $0), cost: 1) }
        for scale in 0..<4 {
            let weights = items.map { ($0, (chance.unit() * 100).rounded(.down)) }
            let all = weights.reduce(0) { $0 + $1.1 }
            try program.addRow(LinearProgram.Name("scale", scale), .exactly((all / 2).rounded(.down)), weights)
        }
        let outcome = try #require(coin).solve(program, within: ProgramLimits(nodesMax: 20), from: nil)
        #expect(outcome == .failed("no solution was found within the limit, after 20 nodes"))
    }

    @Test("the emergency stop ends a search, and the outcome says that it did")
    func emergencyStop() throws {
        let program = try Self.knapsacks(1)
        let best = try optimum(program)
        let limits = ProgramLimits(gap: 0, emergencyStopS: 0)
        #expect(
            try #require(coin).solve(program, within: limits, from: nil)
                == .failed("no solution was found within the limit, after 0 nodes"))
        let outcome = try #require(coin).solve(program, within: limits, from: ProgramStart(best))
        guard case .timeLimit(let solution) = outcome else { throw Unexpected(outcome: outcome) }
        #expect(solution.gap > 0)
    }

    @Test("a start from the last solution ends at the same objective")
    func warmStart() throws {
        for program in [try Self.knapsacks(2), try ReferencePrograms.fuelCellDay(periods: 24)] {
            let first = try optimum(program)
            #expect(isNear(try optimum(program, from: ProgramStart(first)).objective, first.objective))
            // One that keeps no row is passed over.
            let wrong = ProgramStart(values: [Double](repeating: 1, count: program.columnCount))
            #expect(isNear(try optimum(program, from: wrong).objective, first.objective))
        }
    }

    @Test("the same program has the same solution to the last bit, also after others")
    func deterministic() throws {
        func bits(_ solution: ProgramSolution) -> [UInt64] {
            (solution.values + solution.rowPrices + solution.reducedCosts + [solution.objective, solution.bound])
                .map(\.bitPattern) + [UInt64(solution.nodes)]
        }
        let programs = [
            try ReferencePrograms.dayAhead(), try ReferencePrograms.deferrableDay(),
            try ReferencePrograms.fuelCellDay(periods: 48), try Self.knapsacks(4),
        ]
        let first = try programs.map { bits(try optimum($0, gap: 0.001)) }
        let again = try programs.reversed().map { bits(try optimum($0, gap: 0.001)) }
        #expect(first == again.reversed())
    }

    @Test("a search leaves the program's handlers of signals alone")
    func signals() throws {
        let before = signal_guard_refused()
        _ = try optimum(Self.knapsacks(1), gap: 0.5)
        // It tried to.
        #expect(signal_guard_refused() > before)
    }
}
