extension LinearProgram {
    /// What a column or row is called: a word and, where there are many of it, which one. Written out only when somebody
    /// reads it, so that a plan of thousands of columns makes no texts.
    public struct Name: Sendable, Hashable, CustomStringConvertible, ExpressibleByStringLiteral {
        public var word: String
        /// A period, most often.
        public var index: Int?

        public init(_ word: String, _ index: Int? = nil) {
            self.word = word
            self.index = index
        }

        public init(stringLiteral word: String) { self.init(word) }

        /// `discharge[12]`
        public var description: String { index.map { "\(word)[\($0)]" } ?? word }
    }

    /// From where to where a column's value or a row's sum may go; infinite where there is no bound.
    public struct Bounds: Sendable, Hashable {
        public var lower: Double
        public var upper: Double

        public static let free = between(-.infinity, .infinity)
        public static func atLeast(_ lower: Double) -> Bounds { between(lower, .infinity) }
        public static func atMost(_ upper: Double) -> Bounds { between(-.infinity, upper) }
        public static func exactly(_ value: Double) -> Bounds { between(value, value) }
        public static func between(_ lower: Double, _ upper: Double) -> Bounds { Bounds(lower: lower, upper: upper) }

        func check(_ place: () -> Place) throws(Problem) {
            guard !lower.isNaN, !upper.isNaN else {
                throw Problem(
                    place(), "has bounds \(lower) to \(upper); expected are numbers, infinite where there is none")
            }
            guard lower <= upper else {
                throw Problem(place(), "has bounds \(lower) to \(upper), which cross; expected is the lower one first")
            }
            guard lower < .infinity, upper > -.infinity else {
                throw Problem(place(), "has bounds \(lower) to \(upper), which leave it no value")
            }
            if lower.isFinite { try LinearProgram.check(lower, "lower bound", place) }
            if upper.isFinite { try LinearProgram.check(upper, "upper bound", place) }
        }
    }

    /// One number of the matrix.
    package struct Term: Sendable, Hashable {
        package var column: Int32
        package var row: Int32
        package var coefficient: Double

        init(column: Int32, row: Int32, _ coefficient: Double) {
            self.column = column
            self.row = row
            self.coefficient = coefficient
        }
    }

    /// Where in a program something is wrong.
    public enum Place: Sendable, Hashable, CustomStringConvertible {
        case column(Name)
        case row(Name)
        case program

        public var description: String {
            switch self {
            case .column(let name): "column \(name)"
            case .row(let name): "row \(name)"
            case .program: "the program"
            }
        }
    }

    /// Why something cannot be part of a program: `row balance[3]: has nan as coefficient of import[3]; ...`.
    public struct Problem: Error, Sendable, Hashable, CustomStringConvertible {
        public let place: Place
        /// What was found and what was expected.
        public let sentence: String

        init(_ place: Place, _ sentence: String) {
            self.place = place
            self.sentence = sentence
        }

        public var description: String { "\(place): \(sentence)" }
    }
}
