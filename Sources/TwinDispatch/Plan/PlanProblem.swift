public import TwinCore
import TwinUnits

/// What a plan is made of: the plant as it is at a mark, and as it is expected to be while all that obeys is left to itself.
public struct PlanProblem: Sendable, Hashable {
    public struct Period: Sendable, Hashable {
        public var start: PlantTime
        public var hours: Double
        /// As it is expected, with the offers that are expected then. Prices and the filling of the heat are those of then.
        public var view: PlantView
        /// Of a kWh from the grid by the objective's signal and boundary.
        public var gramsPerKWh: Double
        /// The same by the year's factor and by the half hour's mean, in the objective's boundary: every plan is told by both.
        public var annualGPerKWh: Double
        public var halfHourlyGPerKWh: Double
        /// What others want of the exchange with the grid then.
        public var requests: [GridRequest] = []
        /// What the net load may come above what is expected of it, in nine cases of ten, kW; 0 where nobody knows.
        public var marginKW = 0.0

        public init(start: PlantTime, hours: Double, view: PlantView, gramsPerKWh: Double) {
            (self.start, self.hours, self.view, self.gramsPerKWh) = (start, hours, view, gramsPerKWh)
            (annualGPerKWh, halfHourlyGPerKWh) = (gramsPerKWh, gramsPerKWh)
        }

        public var end: PlantTime { start + Span(ms: Int64(saturatingRound: hours * 3_600_000)) }
    }

    /// Limits of the connection, kW.
    public struct Connection: Sendable, Hashable {
        public var importMaxKW: Double
        public var exportMaxKW: Double
        /// Above it import is a peak.
        public var peakKW: Double

        public init(importMaxKW: Double, exportMaxKW: Double, peakKW: Double) {
            (self.importMaxKW, self.exportMaxKW, self.peakKW) = (importMaxKW, exportMaxKW, peakKW)
        }
    }

    /// The charge for the highest half hour of import of the calendar month.
    public struct Demand: Sendable, Hashable {
        /// Money for each kW of it, and for each kW of it above the agreed capacity.
        public var perKW: Double
        public var excessPerKW = 0.0
        /// The highest one that is known, its mean, kW.
        public var highestKW: Double
        public var agreedKW = 0.0
        /// Imported before the plan begins in the half hour that it begins in, kWh.
        public var importedKWh: Double
        /// The end of the month: half hours after it count for another.
        public var until: PlantTime

        public init(perKW: Double, highestKW: Double, importedKWh: Double, until: PlantTime) {
            (self.perKW, self.highestKW) = (perKW, highestKW)
            (self.importedKWh, self.until) = (importedKWh, until)
        }

        /// `each kW above 26100 kW, the month's highest half hour so far, costs 8 GBP`
        public func sentence(_ currency: String) -> String {
            charges.map { charge in
                "each kW above \(whole(charge.fromKW.rounded())) kW, \(charge.from.rawValue), costs"
                    + " \(JSON.numberText(charge.perKW)) \(currency)"
            }.joined(separator: "; ")
        }

        /// From where on a half hour that is higher costs something more.
        struct Charge: Sendable, Hashable {
            enum From: String, Sendable {
                case highest = "the month's highest half hour so far"
                case agreed = "the agreed capacity"
                case beyondAgreed = "the month's highest half hour so far and beyond the agreed capacity"
            }

            var from: From
            var fromKW: Double
            var perKW: Double
        }

        var charges: [Charge] {
            let excess = Charge(
                from: agreedKW < highestKW ? .beyondAgreed : .agreed, fromKW: max(agreedKW, highestKW),
                perKW: excessPerKW)
            return [Charge(from: .highest, fromKW: highestKW, perKW: perKW), excess].filter { $0.perKW > 0 }
        }
    }

    /// Where the plan begins.
    public var now: PlantView
    /// One after the other, not empty.
    public var periods: [Period]
    public var connection: Connection
    /// Nil where nothing is charged for it.
    public var demand: Demand?
    /// By the path of the bays. What is not in it is expected at the power of the periods' offers, and nobody tells how long it
    /// stays.
    public var cars: [AssetPath: ExpectedCars] = [:]
    /// How long a set-point is held; ramps are told by it.
    public var step: Span
    public var objective: PlanObjective

    public init(
        now: PlantView, periods: [Period], connection: Connection, step: Span, objective: PlanObjective
    ) {
        (self.now, self.periods, self.connection) = (now, periods, connection)
        (self.step, self.objective) = (step, objective)
    }
}

/// What stores on the hot-water network hold together.
public struct HeatStore: Sendable, Hashable {
    public var storedKWh: Double
    public var capacityKWh: Double
    /// Most that it takes and gives, kW.
    public var powerMaxKW: Double

    public init(storedKWh: Double, capacityKWh: Double, powerMaxKW: Double) {
        (self.storedKWh, self.capacityKWh, self.powerMaxKW) = (storedKWh, capacityKWh, powerMaxKW)
    }
}

/// Of the heat that fills what all others leave open.
public struct HeatFilling: Sendable, Hashable {
    /// Direct, g/kWh of heat.
    public var gramsPerKWh: Double
    /// Nil where its fuel has no price.
    public var pricePerKWh: Double?

    public init(gramsPerKWh: Double = 0, pricePerKWh: Double? = nil) {
        (self.gramsPerKWh, self.pricePerKWh) = (gramsPerKWh, pricePerKWh)
    }
}
