public import TwinCore
import TwinUnits

/// A saving in whole millionths: mg of CO2e, twice, and millionths of the currency. Sums of them are exact in any order.
public struct SavedMillionths: Sendable, Hashable, Codable {
    public var annual: Int64
    public var halfHourly: Int64
    public var money: Int64

    public init(annual: Int64 = 0, halfHourly: Int64 = 0, money: Int64 = 0) {
        (self.annual, self.halfHourly, self.money) = (annual, halfHourly, money)
    }

    /// Rounded to the nearest; ends at the bounds of Int64.
    public init(_ figures: DispatchFigures) {
        annual = Int64(saturatingRound: figures.kgAnnual * 1e6)
        halfHourly = Int64(saturatingRound: figures.kgHalfHourly * 1e6)
        money = Int64(saturatingRound: figures.money * 1e6)
    }

    public var figures: DispatchFigures {
        DispatchFigures(
            kgAnnual: Double(annual) / 1e6, kgHalfHourly: Double(halfHourly) / 1e6, money: Double(money) / 1e6)
    }

    public static func + (one: SavedMillionths, other: SavedMillionths) -> SavedMillionths {
        SavedMillionths(
            annual: one.annual.addingSaturated(other.annual),
            halfHourly: one.halfHourly.addingSaturated(other.halfHourly),
            money: one.money.addingSaturated(other.money))
    }

    public static func - (one: SavedMillionths, other: SavedMillionths) -> SavedMillionths {
        SavedMillionths(
            annual: one.annual.subtractingSaturated(other.annual),
            halfHourly: one.halfHourly.subtractingSaturated(other.halfHourly),
            money: one.money.subtractingSaturated(other.money))
    }
}

/// What dispatch saved in a half hour: a line of its row. It is no posting, and no digest knows of it.
public struct DispatchSaving: Sendable, Hashable, Codable {
    /// Against the plant that nobody commands, without what is kept for later.
    public var saved: SavedMillionths
    /// By how much what stores hold and vehicles still draw is worth more at its end than at its beginning, since local
    /// midnight: a day's half hours add up to its level.
    public var levelled: SavedMillionths
    /// What the models of the present miss of the meters: the interval is made of it.
    public var missed: SavedMillionths
    /// Of what was saved: the share that no meter can tell of.
    public var doubted: SavedMillionths
    public var countedMs: Int64
    /// Steps in which something that was commanded was not measured.
    public var leftOutMs: Int64

    public init(
        saved: SavedMillionths, levelled: SavedMillionths, missed: SavedMillionths, doubted: SavedMillionths,
        countedMs: Int64, leftOutMs: Int64
    ) {
        (self.saved, self.levelled, self.missed, self.doubted) = (saved, levelled, missed, doubted)
        (self.countedMs, self.leftOutMs) = (countedMs, leftOutMs)
    }
}

/// What dispatch saved in a window, half hour by half hour: for a row, a day, a year the same sum.
public struct SavedSum: Sendable, Codable {
    /// The half hours of a local day.
    private struct Day: Sendable, Codable {
        var date: CivilDate
        var saved = SavedMillionths()
        var levelled = SavedMillionths()
        var missed = SavedMillionths()
        var doubted = SavedMillionths()
        var missedSquares = DispatchFigures()
        var countedMs: Int64 = 0
        var leftOutMs: Int64 = 0

        mutating func add(_ saving: DispatchSaving) {
            saved = saved + saving.saved
            levelled = levelled + saving.levelled
            missed = missed + saving.missed
            doubted = doubted + saving.doubted
            let now = saving.missed.figures
            missedSquares =
                missedSquares
                + DispatchFigures(
                    kgAnnual: now.kgAnnual * now.kgAnnual, kgHalfHourly: now.kgHalfHourly * now.kgHalfHourly,
                    money: now.money * now.money)
            countedMs = countedMs.addingSaturated(saving.countedMs)
            leftOutMs = leftOutMs.addingSaturated(saving.leftOutMs)
        }

        /// What half hours miss alike adds up; what they miss each for itself adds up in squares; what no meter tells of is
        /// wrong in the same way all day.
        func total(_ currency: String) -> SavedByDispatch {
            let (missed, doubted) = (missed.figures, doubted.figures)
            func half(_ of: (DispatchFigures) -> Double) -> Double {
                abs(of(missed)) + SavedSum.coverage * of(missedSquares).squareRoot() + abs(of(doubted))
            }
            return SavedByDispatch(
                value: (saved + levelled).figures,
                halfWidth: DispatchFigures(
                    kgAnnual: half(\.kgAnnual), kgHalfHourly: half(\.kgHalfHourly), money: half(\.money)),
                levelled: levelled.figures, countedMs: countedMs, leftOutMs: leftOutMs, currency: currency)
        }
    }

    /// 1.96 standard deviations are 95 %.
    private static let coverage = 1.96

    /// Of the days before `day`; their currency is not said.
    private var past: SavedByDispatch?
    private var day: Day?

    public init() {}

    /// Adds the next half hour.
    /// - Parameter date: its local day; days ascend.
    public mutating func add(_ saving: DispatchSaving, of date: CivilDate) {
        if let day, day.date != date {
            let total = day.total("")
            past = past.map { $0 + total } ?? total
            self.day = nil
        }
        var open = day ?? Day(date: date)
        open.add(saving)
        day = open
    }

    /// Nil where no half hour was added.
    /// - Parameter currency: of the tariffs.
    public func total(_ currency: String) -> SavedByDispatch? {
        day.map { day in
            let total = day.total(currency)
            return past.map { $0 + total } ?? total
        }
    }
}
