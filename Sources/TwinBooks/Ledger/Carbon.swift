public import TwinUnits

/// CO2e that energy carries, in whole micrograms: Scope 1 and Scope 2, each by every way in which they are counted, and what
/// stands beside them.
///
/// The parts stand side by side and are never added over views: a total is one part of Scope 1 with one of Scope 2. Sums
/// wrap around at the bounds of Int64, which no plant reaches, so that what comes in is what goes out whatever meters tell.
public struct Carbon: Sendable, Hashable, AdditiveArithmetic {
    public enum Part: Int, Sendable, Hashable, CaseIterable {
        /// What fuels emit on the site.
        case scope1
        /// The same, with certificates of gas that was fed in elsewhere.
        case scope1Certified
        /// Of electricity from others, by the year's average of the grid.
        case location
        /// By contracts: certificates, and the residual mix for the rest.
        case market
        /// By the grid's intensity of each half hour.
        case locationHalfHourly
        /// By contracts, each half hour for itself.
        case marketHalfHourly
        /// CO2 of biogenic origin, outside the scopes.
        case biogenic
        /// Scope 3: from the well or the field to the site, and what the grid loses on its way.
        case upstream

        /// In JSON and CSV.
        public var key: String {
            switch self {
            case .scope1: "scope1"
            case .scope1Certified: "scope1_certified"
            case .location: "scope2_location"
            case .market: "scope2_market"
            case .locationHalfHourly: "scope2_location_half_hourly"
            case .marketHalfHourly: "scope2_market_half_hourly"
            case .biogenic: "biogenic"
            case .upstream: "scope3_upstream"
            }
        }
    }

    /// By `Part.rawValue`.
    private var words: SIMD8<Int64>

    public static let zero = Carbon(words: .zero)

    private init(words: SIMD8<Int64>) { self.words = words }

    /// - Parameter part: gives each part.
    public init(_ part: (Part) -> Emissions) {
        words = .zero
        for each in Part.allCases { words[each.rawValue] = part(each).micrograms }
    }

    public subscript(part: Part) -> Emissions { Emissions(micrograms: words[part.rawValue]) }

    public static func + (a: Carbon, b: Carbon) -> Carbon { Carbon(words: a.words &+ b.words) }
    public static func - (a: Carbon, b: Carbon) -> Carbon { Carbon(words: a.words &- b.words) }

    /// `part / whole` of it, each word rounded half to even.
    /// - Precondition: `whole` is not 0.
    func portion(_ part: Int128, of whole: Int128) -> Carbon {
        if part == whole { return self }
        var result = SIMD8<Int64>.zero
        for place in 0..<Part.allCases.count where words[place] != 0 {
            result[place] = Int64(truncatingIfNeeded: Int128(words[place]).portion(part, of: whole))
        }
        return Carbon(words: result)
    }
}

extension Int128 {
    /// `self * part / whole`, rounded half to even; exact but beyond what any plant has, where it is near.
    /// - Precondition: `whole` is not 0.
    func portion(_ part: Int128, of whole: Int128) -> Int128 {
        if part == whole { return self }
        let (product, isOver) = multipliedReportingOverflow(by: part)
        if !isOver { return product.dividedHalfEven(by: whole) }
        let near = (Double(self) * (Double(part) / Double(whole))).rounded(.toNearestOrEven)
        return Int128(exactly: near) ?? (near > 0 ? Int128(Int64.max) : Int128(Int64.min))
    }

    private func dividedHalfEven(by divisor: Int128) -> Int128 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        let twice = remainder.magnitude * 2
        guard twice > divisor.magnitude || twice == divisor.magnitude && quotient % 2 != 0 else { return quotient }
        return quotient + ((self < 0) == (divisor < 0) ? 1 : -1)
    }
}

/// Hands out what came together to those who take the energy, so that the shares come to the whole exactly.
struct CarbonShare {
    private let carbon: Carbon
    private let energy: Int128
    private var taken: Int128 = 0
    private var given = Carbon.zero

    init(_ carbon: Carbon, over energy: Int128) { (self.carbon, self.energy) = (carbon, energy) }

    /// What belongs to the next taker. Rounding carries on from one to the next.
    mutating func next(_ energy: Energy) -> Carbon {
        guard self.energy != 0, carbon != .zero, energy != .zero else { return .zero }
        taken += Int128(energy.wattSeconds)
        let due = carbon.portion(taken, of: self.energy)
        defer { given = due }
        return due - given
    }

    /// What nobody has taken: zero when the takers' energy came to the whole.
    var rest: Carbon { carbon - given }
}
