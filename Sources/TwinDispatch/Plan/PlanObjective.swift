/// Who decides what is commanded.
public enum DispatchStrategy: String, Sendable, Hashable, CaseIterable {
    /// A plan over the hours ahead, and the rules where there is none.
    case optimiser
    case rules
}

/// What a plan is for: the least of money, and carbon at a price.
public struct PlanObjective: Sendable, Hashable {
    /// What a kilowatt-hour from the grid is taken to emit.
    public enum Signal: String, Sendable, Hashable, CaseIterable {
        /// The year's factor, which the headline is made of: no hour is cleaner than another.
        case annual
        /// The grid's mean intensity of the half hour.
        case average
        /// What a power station emits that runs more because of it.
        case marginal

        var words: String {
            switch self {
            case .annual: "the year's factor"
            case .average: "the half hour's mean"
            case .marginal: "the marginal plant"
            }
        }
    }

    public enum Boundary: String, Sendable, Hashable, CaseIterable {
        /// What is burnt here and where the electricity is made.
        case operational
        /// With what comes before it: fuels on their way, losses of the grid.
        case upstream
    }

    public var signal: Signal
    public var boundary: Boundary
    /// In the currency of the tariffs: nothing is done that costs more for a tonne.
    public var carbonPerTonne: Double
    /// Of the marginal signal, g/kWh.
    public var marginalGPerKWh: Double
    /// Of what a store gives back, for each kWh: its wear.
    public var wearPerKWh: Double
    /// Of import above the peak, for each kWh.
    public var peakPerKWh: Double
    /// Of a change of a set-point from one period to the next, for each kW.
    public var changePerKW: Double

    /// A gas turbine at the margin, 394 g/kWh: Carbon Intensity API, factor of CCGT. Wear: ASM, reused packs of 60 a kWh
    /// that give back 2,000 times their capacity. Peak: ASM, ten times the price of energy. Change: ASM, less than any
    /// saving that is worth a change.
    public init(
        signal: Signal = .average, boundary: Boundary = .operational, carbonPerTonne: Double,
        marginalGPerKWh: Double = 394, wearPerKWh: Double = 0.03, peakPerKWh: Double = 2, changePerKW: Double = 0.002
    ) {
        (self.signal, self.boundary, self.carbonPerTonne) = (signal, boundary, carbonPerTonne)
        (self.marginalGPerKWh, self.wearPerKWh) = (marginalGPerKWh, wearPerKWh)
        (self.peakPerKWh, self.changePerKW) = (peakPerKWh, changePerKW)
    }

    /// `least cost with carbon at 250 GBP/t (operational, the half hour's mean)`
    public func sentence(_ currency: String) -> String {
        "least cost with carbon at \(whole(carbonPerTonne)) \(currency)/t (\(boundary.rawValue), \(signal.words))"
    }

    /// What a plan counts for a kWh above the peak: the weight is meant beside carbon at 250 a tonne, and where carbon is dearer
    /// so is a peak. The fast rule keeps it whatever carbon costs, so a plan that bought across it would not come true.
    var peakPrice: Double { peakPerKWh * max(1, carbonPerTonne / 250) }

    /// Money for so many grams.
    func money(_ grams: Double) -> Double { grams * carbonPerTonne / 1e6 }
}
