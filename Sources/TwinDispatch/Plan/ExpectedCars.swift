public import TwinCore

/// Cars at a group of bays: by when those must be full that stand there now, and what is expected of those that are still to
/// come. What the group's controller tells of the present is in its offer and comes first; energy is that at the bays.
public struct ExpectedCars: Sendable, Hashable {
    /// Cars that came for one shift and stand there now.
    public struct Stay: Sendable, Hashable {
        /// By then they must have what they need.
        public var due: PlantTime
        /// What they are expected to have come with, kWh: whose the open need is, where two shifts meet.
        public var cameKWh: Double

        public init(due: PlantTime, cameKWh: Double) { (self.due, self.cameKWh) = (due, cameKWh) }
    }

    /// What cars of one shift give in all while they stay, kWh.
    public struct Lending: Sendable, Hashable {
        public var places: Range<Int>
        public var mostKWh: Double

        public init(places: Range<Int>, mostKWh: Double) { (self.places, self.mostKWh) = (places, mostKWh) }
    }

    /// By `due`, ascending; empty where no shift is on.
    public var stays: [Stay]
    /// What those that stand there now may still give before the first is due, kWh.
    public var nowLendKWh: Double
    /// Of those still to come, cumulated to the end of each period, kWh: the most that can be charged by then, and the least
    /// that must be, so that each has its need when it leaves.
    public var soonestKWh: [Double]
    public var latestKWh: [Double]
    /// What those still to come can give in each period, kW, and have lent at its end and still get back in time, kWh.
    public var giveMaxKW: [Double]
    public var lentMaxKWh: [Double]
    public var lendings: [Lending]

    /// Periods that charging waits where nobody tells how long a car stays: six hours (ASM).
    public static let waitPeriods = 12
    static let waitHours = 6.0
    /// Lent and had back: 0.9 in each direction (Nissan VGI study).
    public static let roundTrip = 0.81

    /// Nobody, in so many periods.
    public init(periods count: Int) {
        let zero = [Double](repeating: 0, count: max(0, count))
        (stays, nowLendKWh, lendings) = ([], 0, [])
        (soonestKWh, latestKWh, giveMaxKW, lentMaxKWh) = (zero, zero, zero, zero)
    }

    /// Whether it tells of so many periods, in numbers.
    func isWhole(_ count: Int) -> Bool {
        [soonestKWh, latestKWh, giveMaxKW, lentMaxKWh].allSatisfy { $0.count == count && $0.allSatisfy(\.isFinite) }
            && nowLendKWh.isFinite && stays.allSatisfy { $0.cameKWh.isFinite }
            && lendings.allSatisfy { $0.mostKWh.isFinite && $0.places.clamped(to: 0..<count) == $0.places }
    }
}
