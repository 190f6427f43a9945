import TwinCore

/// Holds what all sources give to the hot-water network against what its uses need by the model, by settlement periods: a
/// boiler whose heat and gas are both lost looks like one that rests.
struct HeatWatch: Sendable, Hashable, Codable {
    /// Heat that was looked for and not told, kWh, and what the uses need of the period, kWh.
    struct Shortage: Sendable, Hashable {
        var missingKWh: Double
        var neededKWh: Double
        var givenKWh: Double
        /// Since the look before.
        var isNew: Bool
    }

    /// Sources that give less than this share of the model's need do not warm the plant.
    static let givenMin = 0.4
    /// ... and by more than this share of what the boilers can give.
    private static let shareMin = 0.05
    /// ... for so many periods in a row.
    static let periodsMin = 3

    private var neededKWh = 0.0
    private var openKWh = 0.0
    private var periods = 0
    private var missingKWh = 0.0

    init() {}

    var isShort: Bool { periods >= HeatWatch.periodsMin }

    /// Adds a step.
    /// - Parameter openKW: what no source gives of the need.
    mutating func add(neededKW: Double, openKW: Double, hours: Double) {
        neededKWh += max(0, neededKW) * hours
        openKWh += max(0, openKW) * hours
    }

    /// Looks at the period that ends now.
    /// - Parameters:
    ///   - isJudged: whether the model knows the day: production by plan, air temperature measured.
    ///   - ratedKW: of the boilers, so that a summer's little need is not judged.
    mutating func look(isJudged: Bool, ratedKW: Double) -> Shortage? {
        let (needed, open) = (neededKWh, openKWh)
        (neededKWh, openKWh) = (0, 0)
        guard needed - open < HeatWatch.givenMin * needed, open > HeatWatch.shareMin * ratedKW * settlementPeriod.hours
        else {
            (periods, missingKWh) = (0, 0)
            return nil
        }
        // What began while the model knew the day does not end where it does not.
        guard isJudged else { return nil }
        periods = min(periods + 1, HeatWatch.periodsMin + 1)
        missingKWh += open
        guard isShort else { return nil }
        defer { missingKWh = 0 }
        return Shortage(
            missingKWh: missingKWh, neededKWh: needed, givenKWh: needed - open,
            isNew: periods == HeatWatch.periodsMin)
    }
}
