import Testing
import TwinProgram

@Suite("What a solver says is judged")
struct ProgramAnswerTests {
    /// 0 <= a <= 4, b whole, a + b >= 3, cost 2 a + 5 b; a + b <= 6 softened at 10.
    private func program() throws -> LinearProgram {
        var program = LinearProgram()
        let a = try program.addColumn("a", .between(0, 4), cost: 2)
        let b = try program.addColumn("b", .between(0, 9), cost: 5, isInteger: true)
        try program.addRow("least", .atLeast(3), [(a, 1), (b, 1)])
        let most = try program.addRow("most", .atMost(6), [(a, 1), (b, 1)])
        try program.soften(most, priceAbove: 10)
        return program
    }

    private func judged(
        _ values: [Double], prices: [Double] = [0, 0], costs: [Double] = [0, 0, 0], bound: Double? = nil
    ) throws -> Result<ProgramSolution, ProgramAnswer.Doubt> {
        try ProgramAnswer(values: values, rowPrices: prices, reducedCosts: costs)
            .judged(for: program(), bound: bound, nodes: 3)
    }

    @Test(
        "garbage is no solution, and the sentence names the place",
        arguments: [
            ([.nan, 1, 0], "column a is nan at a reduced cost of 0.0"),
            ([1, .infinity, 0], "column b is inf at a reduced cost of 0.0"),
            ([4.1, 1, 0], "column a is 4.1, its bounds are 0.0 to 4.0"),
            ([3, 0.5, 0], "column b is 0.5 and no whole number"),
            ([1, 1, 0], "row least is 2.0, its bounds are 3.0 to inf"),
            ([3, 4, 0], "row most is 7.0, its bounds are -inf to 6.0"),
            ([3, 4], "it has another number of columns or rows than the program"),
        ] as [([Double], String)])
    func garbage(values: [Double], sentence: String) throws {
        #expect(try judged(values) == .failure(ProgramAnswer.Doubt(sentence)))
    }

    @Test("prices that are no numbers are garbage too")
    func prices() throws {
        #expect(
            try judged([3, 0, 0], prices: [0, .nan])
                == .failure(ProgramAnswer.Doubt("row most is 3.0 at a price of nan")))
        #expect(
            try judged([3, 0, 0], costs: [0, -.infinity, 0])
                == .failure(ProgramAnswer.Doubt("column b is 0.0 at a reduced cost of -inf")))
        #expect(
            try judged([3, 0, 0], bound: .nan)
                == .failure(ProgramAnswer.Doubt("its objective is 6.0 and its bound nan")))
    }

    /// a = 4, b = 3: 8 + 15, and 1 above `most` at 10: 33. With a bound of 30 the gap is 3 of 33.
    @Test("a good answer has its objective, gap and breaches by name")
    func good() throws {
        let program = try program()
        let solution = try judged([4, 3, 1], prices: [0, -10], bound: 30).get()
        #expect(solution.objective == 33)
        #expect(solution.gap == 3.0 / 33)
        #expect(solution.nodes == 3)
        let breach = try #require(solution.breaches.first)
        #expect(solution.breaches.count == 1)
        #expect((breach.name.description, breach.side, breach.amount, breach.cost) == ("most", .above, 1, 10))
        #expect(solution.price(of: breach.row) == -10)
        // A solver's bound may lie above its own solution by rounding.
        #expect(try judged([4, 3, 1], bound: 33.0001).get().gap == 0)
        // And a value beside its own.
        #expect(try judged([4.000001, 3, 1]).get().values == [4, 3, 1])
        #expect(program.relaxations.map(\.row) == [breach.row])
    }

    @Test("a handle of a larger program gives no value instead of a wrong one")
    func foreign() throws {
        var larger = try program()
        let column = try larger.addColumn("one more")
        let row = try larger.addRow("one more", .free)
        let solution = try judged([3, 0, 0]).get()
        #expect(solution[column].isNaN && solution.price(of: row).isNaN && solution.reducedCost(of: column).isNaN)
    }

    @Test("a start of another shape does not fit, and the sentence says why")
    func misfit() throws {
        let program = try program()
        #expect(ProgramStart(values: [1, 2, 3]).misfit(program) == nil)
        #expect(ProgramStart(values: [1]).misfit(program) == "the start has 1 values, the program 3 columns")
        #expect(ProgramStart(values: [1, .nan, 3]).misfit(program) == "the start has nan for column b")
        #expect(
            ProgramStart(basis: ProgramBasis(columns: [.basic], rows: [])).misfit(program)
                == "the start's basis has 1 columns and 0 rows, the program 3 and 2")
    }
}
