/// What the 95 % interval of a figure is made of, contribution by contribution, and how they combine.
///
/// Every contribution is a 95 % half-width in kg CO2e of the window. Errors that do not know of each other combine in
/// quadrature (JCGM 100:2008, 5.1: half-widths of one level of confidence add like standard deviations). What is in doubt as
/// a whole is added to them.
public struct UncertaintyBudget: Sendable, Hashable {
    public enum Source: String, Sendable, Hashable, CaseIterable {
        case electricityMeter = "electricity_meter"
        /// Of gas and of every other fuel.
        case fuelMeter = "fuel_meter"
        case factor
        /// What models filled in where a meter was silent.
        case estimated
        /// What no meter and no model told of: the figure counts none of it.
        case missing
        /// Meters that exclude each other.
        case contradicted
        /// Vehicles that may be missing, or counted twice.
        case doubtedVehicles = "doubted_vehicles"

        public var kind: Kind {
            switch self {
            case .electricityMeter, .fuelMeter, .factor: .systematic
            case .estimated: .random
            case .missing, .contradicted, .doubtedVehicles: .alternative
            }
        }
    }

    /// How an error behaves as the window grows.
    public enum Kind: String, Sendable, Hashable {
        /// One error over the whole window: more data do not make it smaller.
        case systematic
        /// Each meter errs for itself, so that errors of several partly cancel.
        case random
        /// One of two is right, and the interval holds both.
        case alternative
    }

    public struct Contribution: Sendable, Hashable {
        public var source: Source
        /// Which meter or factor; empty where it is not one of several.
        public var subject: String
        /// 95 % half-width, kg CO2e of the window, 0 or more.
        public var kg: Double

        public init(_ source: Source, _ subject: String = "", kg: Double) {
            (self.source, self.subject, self.kg) = (source, subject, kg)
        }
    }

    public var contributions: [Contribution]

    public init(_ contributions: [Contribution]) { self.contributions = contributions }

    /// 95 % half-width of the figure, kg CO2e of the window: meters, gaps and factors, and on top of them what is in doubt.
    public var kg: Double { UncertaintyBudget.combined(contributions) }

    /// The same of what was measured alone, as if the factors were exact: what better meters could gain.
    public var withoutFactorsKg: Double { UncertaintyBudget.combined(contributions.filter { $0.source != .factor }) }

    /// An alternative is no error around 0. Where it is true, its own value has meters, gaps and factors around it: the interval
    /// that holds both with theirs reaches so much further (JCGM 100:2008, F.2.4.5: what is known and not corrected is added).
    private static func combined(_ contributions: [Contribution]) -> Double {
        let errors = contributions.filter { $0.source.kind != .alternative }
        let alternatives = contributions.filter { $0.source.kind == .alternative }
        return errors.reduce(0) { $0 + $1.kg * $1.kg }.squareRoot() + alternatives.reduce(0) { $0 + $1.kg }
    }
}

extension UncertaintyBudget.Contribution {
    /// For people: `factor gas`.
    public var label: String {
        let name =
            switch source {
            case .electricityMeter: subject.isEmpty ? "electricity meters" : "meter"
            case .fuelMeter: subject.isEmpty ? "gas and fuel meters" : "meter"
            case .factor: "factor of"
            case .estimated: "estimated energy"
            case .missing: "missing energy"
            case .contradicted: "contradicted meters"
            case .doubtedVehicles: "doubted vehicles"
            }
        return subject.isEmpty ? name : "\(name) \(subject)"
    }
}
