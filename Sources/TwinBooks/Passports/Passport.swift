public import TwinCore
import TwinUnits

/// The production CO2e of one vehicle: what was spent on it where it was, and its part of what was spent on all.
///
/// Every figure is a ``Carbon``: Scope 1 and Scope 2 by each way of counting, in whole micrograms. A vehicle's total is
/// `direct + overhead + trueUp`, and all vehicles together with the work in progress and what no vehicle has absorbed are
/// what the ledger let in, to the microgram (``PassportBalance``).
public struct Passport: Sendable, Hashable {
    public enum Status: String, Sendable, Hashable {
        /// Rows of its time may still change, or no rate was published for its year.
        case provisional
        case issued
        /// Rework or the year's end changed it after it was issued.
        case restated
        /// It was not finished: what was spent on it is borne by the good ones.
        case scrapped
    }

    /// What was spent on it in one shop.
    public struct Direct: Sendable, Hashable {
        /// As passports.yaml names it.
        public var shop: String
        public var carbon: Carbon

        public init(shop: String, carbon: Carbon) { (self.shop, self.carbon) = (shop, carbon) }
    }

    public var vehicle: String
    /// As the line names it; nil where it does not.
    public var model: String?
    /// The line that it left; nil for one that was scrapped on its way.
    public var line: String?
    /// When it was first told of, and when it was lined off or scrapped. One that nobody saw enter entered its standard hours
    /// before.
    public var entered: PlantTime
    /// Whether somebody saw it enter.
    public var isEntrySeen: Bool
    public var finished: PlantTime
    /// Whether a model said that it was built, and nobody saw it.
    public var isModelled: Bool
    public var status: Status
    /// 1 when it is issued; one more with each change after that.
    public var revision: Int
    /// In the order of the process.
    public var direct: [Direct]
    /// At the rate of its year.
    public var overhead: Carbon
    /// What the year's end added: its part of what the rate had absorbed too little of, or too much.
    public var trueUp: Carbon
    /// Standard hours over all shops.
    public var standardHours: Double

    public var directTotal: Carbon { direct.reduce(.zero) { $0 + $1.carbon } }
    public var total: Carbon { directTotal + overhead + trueUp }

    /// kg CO2e of Scope 1 and 2 by a view of Scope 2.
    ///
    /// The market-based views take certificates of gas too.
    public func kilograms(_ view: Carbon.Part) -> Double {
        let isMarket = view == .market || view == .marketHalfHourly
        return (total[isMarket ? .scope1Certified : .scope1] + total[view]).kilograms
    }
}

/// Where all that the ledger let in is, at the end of a pass.
public struct PassportBalance: Sendable, Hashable {
    /// What came in.
    public var ledger = Carbon.zero
    /// What stores hold more at the end than at the beginning.
    public var stored = Carbon.zero
    /// Of finished vehicles.
    public var passports = Carbon.zero
    /// Of vehicles on their way.
    public var workInProgress = Carbon.zero
    /// Overhead that no rate has brought to a vehicle; below zero where the rate was too high.
    public var unabsorbed = Carbon.zero

    public init() {}

    /// Zero in every part.
    public var difference: Carbon { ledger - stored - passports - workInProgress - unabsorbed }
}
