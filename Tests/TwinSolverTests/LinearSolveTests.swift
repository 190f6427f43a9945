import ReferencePrograms
import Testing
import TwinProgram
import TwinSolver

@Suite("Linear programs", .enabled(if: coin != nil, isAbsent))
struct LinearSolveTests {
    /// Least of 2a + 3b + 5c, a + b + c >= 10, a <= 6 as a row, b <= 8. All of a, since it is cheapest: a = 6, then
    /// b = 4, c = 0, objective 12 + 12 = 24. One more unit of demand comes from b: price 3. One more unit of a replaces
    /// one of b: 2 - 3 = -1. One unit of c replaces one of b: 5 - 3 = 2.
    @Test("values, prices and reduced costs are those found by hand")
    func hand() throws {
        var program = LinearProgram()
        let a = try program.addColumn("a", cost: 2)
        let b = try program.addColumn("b", .between(0, 8), cost: 3)
        let c = try program.addColumn("c", cost: 5)
        let demand = try program.addRow("demand", .atLeast(10), [(a, 1), (b, 1), (c, 1)])
        let most = try program.addRow("most of a", .atMost(6), [(a, 1)])
        let solution = try optimum(program)
        #expect((solution[a], solution[b], solution[c]) == (6, 4, 0))
        #expect(solution.objective == 24)
        #expect((solution.price(of: demand), solution.price(of: most)) == (3, -1))
        #expect(
            (solution.reducedCost(of: a), solution.reducedCost(of: b), solution.reducedCost(of: c)) == (0, 0, 2))
        #expect((solution.bound, solution.gap, solution.nodes) == (24, 0, 0))
        // The price is what another unit costs.
        try program.setBounds(.atLeast(11), of: demand)
        #expect(try optimum(program).objective == 24 + 3)
        try program.setBounds(.atMost(7), of: most)
        #expect(try optimum(program).objective == 24 + 3 - 1)
    }

    /// The least objective is a convex function of a row's bound, and a price is a slope of it: it never lies above.
    @Test("a shadow price tells how the objective moves when its row's bound does")
    func prices() throws {
        let (program, periods) = try ReferencePrograms.dayAheadSite().program()
        let solution = try optimum(program)
        var exact = 0
        for period in stride(from: 0, to: 96, by: 12) {
            let row = periods[period].balance
            let price = solution.price(of: row)
            for change in [-1.0, 1] {
                var moved = program
                let load = try program.bounds(of: row).lower
                try moved.setBounds(.exactly(load + change), of: row)
                let difference = try optimum(moved).objective - solution.objective
                #expect(difference >= price * change - 1e-6, "period \(period)")
                if abs(difference - price * change) < 1e-6 { exact += 1 }
            }
        }
        // Where no other column takes over within a kWh the slope is the whole truth.
        #expect(exact >= 12)
    }

    @Test("what cannot be, and what has no end, is said")
    func noSolution() throws {
        let solver = try #require(coin)
        var program = LinearProgram()
        let a = try program.addColumn("a", .between(0, 2), cost: 1)
        let row = try program.addRow("too much", .atLeast(3), [(a, 1)])
        #expect(solver.solve(program) == .infeasible)
        #expect(solver.solve(program).solution == nil)
        try program.setBounds(.atLeast(1), of: row)
        _ = try program.addColumn("gift", cost: -1)
        #expect(solver.solve(program) == .unbounded)
    }

    @Test("programs without rows, without columns and without both have an outcome too")
    func empty() throws {
        let solver = try #require(coin)
        #expect(try optimum(LinearProgram()).objective == 0)
        var rows = LinearProgram()
        let row = try rows.addRow("nothing", .between(-1, 1))
        #expect(try optimum(rows).objective == 0)
        try rows.setBounds(.atLeast(1), of: row)
        #expect(solver.solve(rows) == .infeasible)
        var columns = LinearProgram()
        let low = try columns.addColumn("low", .between(-2, 3), cost: 1)
        let high = try columns.addColumn("high", .between(-2, 3), cost: -1)
        let solution = try optimum(columns)
        #expect((solution[low], solution[high], solution.objective) == (-2, 3, -5))
    }

    /// A store must give 8 and can give 5: 3 are missing at 100 each, 305 in all with 1 a unit. A line carries 4 and must
    /// carry those 5: 1 above at 20. The row that can be kept is not among the breaches.
    @Test("a softened row that cannot be kept is named, with how much and at which price")
    func relaxations() throws {
        var program = LinearProgram()
        let power = try program.addColumn("power", .between(0, 5), cost: 1)
        let reserve = try program.addRow(LinearProgram.Name("reserve", 3), .atLeast(8), [(power, 1)])
        let line = try program.addRow(LinearProgram.Name("line", 3), .atMost(4), [(power, 1)])
        let kept = try program.addRow("kept", .between(0, 6), [(power, 1)])
        #expect(try #require(coin).solve(program) == .infeasible)
        try program.soften(reserve, priceBelow: 100)
        try program.soften(line, priceAbove: 20)
        try program.soften(kept, priceAbove: 1000, priceBelow: 1000)
        let solution = try optimum(program)
        #expect(isNear(solution.objective, 325))
        #expect(
            solution.breaches.map { "\($0.name) \($0.side) \($0.amount) \($0.price)" }
                == ["reserve[3] below 3.0 100.0", "line[3] above 1.0 20.0"])
        #expect(solution.breaches.map(\.cost) == [300, 20])
        // What one more unit on its bound costs is what is paid for the breach.
        #expect((solution.price(of: reserve), solution.price(of: line), solution.price(of: kept)) == (100, -20, 0))
    }

    @Test("a start from the last basis ends at the same objective, for a program that changed too")
    func warmStart() throws {
        var (program, periods) = try ReferencePrograms.dayAheadSite().program()
        let first = try optimum(program)
        #expect(try optimum(program, from: ProgramStart(first)).objective == first.objective)
        for period in 0..<20 { try program.setBounds(.exactly(4000), of: periods[period].balance) }
        #expect(isNear(try optimum(program, from: ProgramStart(first)).objective, try optimum(program).objective))
        let misfit = ProgramStart(values: [1])
        #expect(
            try #require(coin).solve(program, within: ProgramLimits(), from: misfit)
                == .failed("the start has 1 values, the program 577 columns"))
    }

    @Test("without the library the error names the package; with another library, the function that it lacks")
    func absent() throws {
        let none = #expect(throws: SolverAbsent.self) { try CoinSolver(cbcLibrary: "libNoSuchCbc.so.3") }
        let text = try #require(none).description
        #expect(text.hasPrefix("no solver: the library libNoSuchCbc.so.3 cannot be opened ("))
        #expect(text.hasSuffix("install the Debian package: apt-get install coinor-libcbc3"))
        let other = #expect(throws: SolverAbsent.self) { try CoinSolver(cbcLibrary: "libc.so.6") }
        #expect(try #require(other).symbol == "Cbc_getVersion")
        #expect(try #require(other).description.hasPrefix("no solver: the library libc.so.6 has no Cbc_getVersion ("))
        #expect(try #require(coin).version.hasPrefix("Cbc 2."))
    }
}
