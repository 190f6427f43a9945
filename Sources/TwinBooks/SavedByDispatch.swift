public import TwinCore
import TwinUnits

/// A saving in the three ways to count it: by the year's factor, which the headline is made of, by that of each half hour,
/// and in money.
public struct DispatchFigures: Sendable, Hashable, Codable {
    public var kgAnnual: Double
    public var kgHalfHourly: Double
    /// In the currency of the tariffs.
    public var money: Double

    public init(kgAnnual: Double = 0, kgHalfHourly: Double = 0, money: Double = 0) {
        (self.kgAnnual, self.kgHalfHourly, self.money) = (kgAnnual, kgHalfHourly, money)
    }

    /// Each of the three by itself.
    public func map(_ change: (Double) -> Double) -> DispatchFigures {
        DispatchFigures(kgAnnual: change(kgAnnual), kgHalfHourly: change(kgHalfHourly), money: change(money))
    }

    public static func + (one: DispatchFigures, other: DispatchFigures) -> DispatchFigures {
        DispatchFigures(
            kgAnnual: one.kgAnnual + other.kgAnnual, kgHalfHourly: one.kgHalfHourly + other.kgHalfHourly,
            money: one.money + other.money)
    }

    public static func * (one: DispatchFigures, factor: Double) -> DispatchFigures { one.map { $0 * factor } }

    public var isFinite: Bool { kgAnnual.isFinite && kgHalfHourly.isFinite && money.isFinite }
}

/// What the plant saved against leaving everything that obeys to itself, with the interval in which it lies by 95 %.
public struct SavedByDispatch: Sendable, Hashable, Codable {
    public var value: DispatchFigures
    public var halfWidth: DispatchFigures
    /// Of the value: what stores hold and vehicles still draw, at the day's mean price and factor.
    public var levelled: DispatchFigures
    public var countedMs: Int64
    /// Steps in which something that was commanded was not measured.
    public var leftOutMs: Int64
    public var currency: String

    public init(
        value: DispatchFigures, halfWidth: DispatchFigures, levelled: DispatchFigures, countedMs: Int64,
        leftOutMs: Int64, currency: String
    ) {
        self.value = value
        self.halfWidth = halfWidth
        self.levelled = levelled
        self.countedMs = countedMs
        self.leftOutMs = leftOutMs
        self.currency = currency
    }

    /// Of two windows. What is wrong with a model is wrong in both, so half-widths add up.
    public static func + (one: SavedByDispatch, other: SavedByDispatch) -> SavedByDispatch {
        SavedByDispatch(
            value: one.value + other.value, halfWidth: one.halfWidth + other.halfWidth,
            levelled: one.levelled + other.levelled, countedMs: one.countedMs.addingSaturated(other.countedMs),
            leftOutMs: one.leftOutMs.addingSaturated(other.leftOutMs), currency: other.currency)
    }

    /// What it is made of, for who reads the figure.
    public static let basis =
        "models of the commanded assets, left to themselves, less their meters; stores and charging to come at the day's"
        + " mean; AGVs and made hydrogen are not counted; money is of energy alone, without a price of carbon and without a"
        + " demand charge"

    /// Members of `saved_by_dispatch`.
    public var json: JSON {
        func figure(_ of: (DispatchFigures) -> Double, digits: Double) -> JSON {
            func round(_ value: Double) -> Double { (value * digits).rounded() / digits + 0 }
            let (value, half) = (of(value), of(halfWidth))
            return .fields([
                "value": .number(round(value)), "low": .number(round(value - half)),
                "high": .number(round(value + half)), "levelled": .number(round(of(levelled))),
                "proven": .bool(abs(value) > half),
            ])
        }
        return .fields([
            "kg_annual_factor": figure(\.kgAnnual, digits: 10), "kg_half_hourly": figure(\.kgHalfHourly, digits: 10),
            "money": figure(\.money, digits: 100), "currency": .string(currency),
            "counted_hours": .number(Double(countedMs) / 3_600_000),
            "left_out_hours": .number(Double(leftOutMs) / 3_600_000), "basis": .string(SavedByDispatch.basis),
        ])
    }
}
