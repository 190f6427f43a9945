public import TwinCore

/// The significant energy uses of a plant (ISO 50001, 6.3): the meters that come to four fifths of the energy or of the carbon,
/// each with its indicator, what that was in the reference, and what it is now.
public struct EnergyRegister: Sendable {
    public enum Indicator: String, Sendable, Hashable {
        case perVehicle = "kWh/vehicle"
        case perKelvinHour = "kWh/K h"
        /// Of what follows neither volume nor weather.
        case meanPower = "kW"
    }

    public struct Use: Sendable, Hashable {
        public var meter: Meter
        public var kWh: Double
        /// By location: a load at the grid's factor, a fuel at its own in Scope 1.
        public var kg: Double
        public var energyShare: Double
        public var carbonShare: Double
        /// From 1.
        public var energyRank: Int
        public var carbonRank: Int
        public var indicator: Indicator
        /// Nil without vehicles, or without a degree to heat.
        public var reference: Double?
        public var present: Double?
        /// Above what the reference lets expect at the volume, weather and day types of now, as a share of it.
        public var overExpected: Double?
    }

    /// By carbon, the most first.
    public let uses: [Use]
    /// Of all meters of loads and fuels.
    public let kWh: Double
    public let kg: Double
    /// Meters that counted anything.
    public let meters: Int

    /// Both shares are covered to this.
    public static let covered = 0.8
    /// An indicator of volume or weather tells at least half of what varies.
    private static let indicatorR2Min = 0.5

    public init(_ review: EnergyReview) {
        let days = review.reference + review.watched
        let comparable = review.watched.filter(review.isComparable)
        let all = review.lines.map { line, meter in
            (
                line: line, meter: meter, kWh: days.reduce(0) { $0 + EnergyRegister.kWh($1, line) },
                kg: days.reduce(0) { $0 + review.kg(meter, EnergyRegister.kWh($1, line), on: $1.date) }
            )
        }.filter { $0.kWh > 0 }
        let (allKWh, allKg) = (all.reduce(0) { $0 + $1.kWh }, all.reduce(0) { $0 + $1.kg })
        (kWh, kg, meters) = (allKWh, allKg, all.count)
        func share(_ part: Double, _ whole: Double) -> Double { whole > 0 ? part / whole : 0 }
        /// Names of those that cover four fifths, with their ranks.
        func ranks(_ value: (Int) -> Double, _ whole: Double) -> (rank: [Int: Int], covering: Set<Int>) {
            let order = all.indices.sorted {
                (value($0), all[$1].meter.text) > (value($1), all[$0].meter.text)
            }
            var (rank, covering, sum) = ([Int: Int](), Set<Int>(), 0.0)
            for (place, index) in order.enumerated() {
                rank[index] = place + 1
                if share(sum, whole) < EnergyRegister.covered { covering.insert(index) }
                sum += value(index)
            }
            return (rank, covering)
        }
        let energy = ranks({ all[$0].kWh }, allKWh)
        let carbon = ranks({ all[$0].kg }, allKg)
        let significant = energy.covering.union(carbon.covering)
            .sorted { (carbon.rank[$0] ?? 0) < (carbon.rank[$1] ?? 0) }
        uses = significant.map { index in
            let one = all[index]
            let indicator = EnergyRegister.indicator(review.reference, one.line)
            return Use(
                meter: one.meter, kWh: one.kWh, kg: one.kg, energyShare: share(one.kWh, allKWh),
                carbonShare: share(one.kg, allKg), energyRank: energy.rank[index] ?? 0,
                carbonRank: carbon.rank[index] ?? 0, indicator: indicator,
                reference: EnergyRegister.value(indicator, review.reference, one.line),
                present: EnergyRegister.value(indicator, review.watched, one.line),
                overExpected: Cusum(review, comparable, line: one.line, meter: one.meter)?.overExpected)
        }
    }

    private static func kWh(_ day: EnergyDay, _ line: Int) -> Double {
        line < day.metersKWh.count ? day.metersKWh[line] : 0
    }

    /// What a use follows best, if anything.
    private static func indicator(_ days: [EnergyDay], _ line: Int) -> Indicator {
        func r2(_ variable: RelevantVariable) -> Double {
            EnergyRegression(days.map { $0.values([variable]) }, days.map { kWh($0, line) / $0.hours })?.r2 ?? 0
        }
        let (volume, weather) = (r2(.vehicles), max(r2(.heating), r2(.productionHeating)))
        guard max(volume, weather) >= indicatorR2Min else { return .meanPower }
        return volume >= weather ? .perVehicle : .perKelvinHour
    }

    private static func value(_ indicator: Indicator, _ days: [EnergyDay], _ line: Int) -> Double? {
        let energy = days.reduce(0) { $0 + kWh($1, line) }
        let per: Double =
            switch indicator {
            case .perVehicle: days.reduce(0) { $0 + Double($1.conditions.vehicles) }
            case .perKelvinHour: days.reduce(0) { $0 + $1.conditions.heatingKHours }
            case .meanPower: days.reduce(0) { $0 + $1.hours }
            }
        return per > 0 ? energy / per : nil
    }
}
