import Testing
import TwinProgram

@Suite("Linear program")
struct LinearProgramTests {
    typealias Name = LinearProgram.Name

    /// The sentence of what is refused.
    private func refusal(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "nothing was refused"
        } catch { return "\(error)" }
    }

    @Test("refuses figures that no solver can read, and names the column")
    func columns() {
        var program = LinearProgram()
        #expect(
            refusal { _ = try program.addColumn(Name("import", 3), .between(0, .nan)) }
                == "column import[3]: has bounds 0.0 to nan; expected are numbers, infinite where there is none")
        #expect(
            refusal { _ = try program.addColumn(Name("import", 3), .between(2, 1)) }
                == "column import[3]: has bounds 2.0 to 1.0, which cross; expected is the lower one first")
        #expect(
            refusal { _ = try program.addColumn("peak", .between(.infinity, .infinity)) }
                == "column peak: has bounds inf to inf, which leave it no value")
        for cost in [Double.nan, .infinity, -.infinity, 1e16] {
            #expect(
                refusal { _ = try program.addColumn("peak", cost: cost) }
                    == "column peak: has \(cost) as cost; expected is a finite number of at most 1e15 either way")
        }
        #expect(
            refusal { _ = try program.addColumn("peak", .atMost(-1e18)) }
                == "column peak: has -1e+18 as upper bound; expected is a finite number of at most 1e15 either way")
        #expect(program == LinearProgram())
    }

    @Test("refuses rows with bad terms, names the row, and keeps nothing of them")
    func rows() throws {
        var other = LinearProgram()
        _ = try other.addColumn("a")
        let foreign = try other.addColumn("b")
        let foreignRow = try other.addRow("sum", .exactly(1))
        var program = LinearProgram()
        let only = try program.addColumn("only")
        let before = program
        #expect(
            refusal { try program.addRow(Name("balance", 7), .exactly(1), [(only, 1), (foreign, 1)]) }
                == "row balance[7]: has a term of column 1, and the program has 1 columns: it is of another program")
        #expect(
            refusal { try program.addRow(Name("balance", 7), .exactly(1), [(only, .nan)]) }
                == "row balance[7]: has nan as coefficient of only; expected is a finite number of at most 1e15 either way"
        )
        #expect(refusal { try program.addRow("balance", .exactly(.nan)) }.hasPrefix("row balance: has bounds nan"))
        #expect(
            refusal { try program.add(1, only, to: foreignRow) }
                == "the program: has 0 rows, and row 0 is of another program")
        #expect(
            refusal { try program.setBounds(.free, of: foreign) }
                == "the program: has 1 columns, and column 1 is of another program")
        #expect(program == before)
    }

    @Test("a row is softened once, where it has a bound, for a price of 0 or more")
    func soften() throws {
        var program = LinearProgram()
        let power = try program.addColumn("power")
        let row = try program.addRow(Name("reserve", 2), .atLeast(5), [(power, 1)])
        let before = program
        #expect(
            refusal { try program.soften(row) }
                == "row reserve[2]: is to be softened without a price; expected is one above, below, or both")
        #expect(
            refusal { try program.soften(row, priceBelow: -1) }
                == "row reserve[2]: has -1.0 as price of a breach; expected is 0 or more")
        #expect(
            refusal { try program.soften(row, priceBelow: .infinity) }.hasPrefix("row reserve[2]: has inf as price"))
        #expect(
            refusal { try program.soften(row, priceAbove: 1) }
                == "row reserve[2]: has a price above its upper bound and no upper bound")
        #expect(program == before)
        let relaxation = try program.soften(row, priceBelow: 9)
        let below = try #require(relaxation.below)
        #expect(relaxation.above == nil)
        #expect(program.relaxations == [relaxation])
        #expect(try program.name(of: below).description == "reserve below[2]")
        #expect(refusal { try program.soften(row, priceBelow: 9) } == "row reserve[2]: is softened already")
        #expect(
            refusal { try program.setBounds(.atMost(7), of: row) }
                == "row reserve[2]: has a price below its lower bound and no lower bound")
        try program.setBounds(.atLeast(6), of: row)
        #expect(try program.bounds(of: row) == .atLeast(6))
    }

    /// Columns a, b, c; rows r: 2a + b + 3a, s: c - b. By columns: a is in r with 5, b in r with 1 and in s with -1, c in s.
    @Test("terms are handed to the solver by columns, two of one place as one, zeros not at all")
    func matrix() throws {
        var program = LinearProgram()
        let (a, b, c) = (try program.addColumn("a"), try program.addColumn("b"), try program.addColumn("c"))
        let r = try program.addRow("r", .exactly(1), [(a, 2), (b, 1)])
        try program.addRow("s", .exactly(1), [(c, 1), (b, -1), (a, 0)])
        try program.add(3, a, to: r)
        let matrix = ColumnMatrix(program)
        #expect(matrix.starts == [0, 1, 3, 4])
        #expect(matrix.rows == [0, 0, 1, 1])
        #expect(matrix.coefficients == [5, 1, -1, 1])
        #expect(ColumnMatrix(LinearProgram()).starts == [0])
    }
}
