/// kg CO2e by what a kilowatt-hour from the grid is taken to emit.
public struct BySignal: Sendable, Hashable {
    public enum Signal: String, Sendable, Hashable, CaseIterable {
        /// The year's factor, which the headline is made of.
        case annual
        /// The grid's mean intensity of the half hour.
        case halfHourly
        /// What a power station emits that runs more because of it.
        case marginal
    }

    public var annual: Double
    /// Nil where a half hour has no intensity: a part of a window is no figure for it.
    public var halfHourly: Double?
    public var marginal: Double

    public static let zero = BySignal(annual: 0, halfHourly: 0, marginal: 0)

    public init(annual: Double, halfHourly: Double?, marginal: Double) {
        (self.annual, self.halfHourly, self.marginal) = (annual, halfHourly, marginal)
    }

    public subscript(signal: Signal) -> Double? {
        switch signal {
        case .annual: annual
        case .halfHourly: halfHourly
        case .marginal: marginal
        }
    }

    static func + (a: BySignal, b: BySignal) -> BySignal {
        BySignal(
            annual: a.annual + b.annual, halfHourly: a.halfHourly.flatMap { first in b.halfHourly.map { first + $0 } },
            marginal: a.marginal + b.marginal)
    }

    static func * (factor: Double, a: BySignal) -> BySignal {
        BySignal(annual: factor * a.annual, halfHourly: a.halfHourly.map { factor * $0 }, marginal: factor * a.marginal)
    }
}
