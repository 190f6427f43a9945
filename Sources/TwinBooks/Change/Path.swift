import TwinCore

/// Where a window stands on the straight way from the baseline to a target.
public struct PathPosition: Sendable, Hashable {
    public enum Verdict: String, Sendable, Hashable {
        case onTheWay = "on_the_way"
        case behind
        /// The interval of the reduction holds what the way asks for.
        case notProven = "not_proven"
    }

    public var target: Target
    /// Calendar year of the window's end.
    public var year: Int
    /// What the way asks for in that year, and what was reached, %.
    public var askedPct: Double
    public var reachedPct: Double
    /// What the window emitted more than the way allows, kg CO2e; negative when it is ahead.
    public var gapKg: Double
    public var verdict: Verdict

    /// Whether the target's year has come: then the target itself is asked for, and no way to it is left.
    public var isDue: Bool { year >= target.year }
}

extension Summary {
    /// Of the targets per vehicle; empty where the window cannot be compared. An absolute target knows years alone.
    public var paths: [PathPosition] {
        guard let reduction = reductionPct, let baseline = method.baseline, let then = baselineKgPerVehicle else {
            return []
        }
        let year = method.zone.local(to - Span(ms: 1)).date.year
        return method.targets.filter { $0.basis == .perVehicle }.map { target in
            let asked = 100 * (1 - target.remainingFraction(in: year, from: baseline.year))
            let verdict: PathPosition.Verdict =
                reduction.low >= asked ? .onTheWay : reduction.high < asked ? .behind : .notProven
            return PathPosition(
                target: target, year: year, askedPct: asked, reachedPct: reduction.value,
                gapKg: (asked - reduction.value) / 100 * then * Double(vehicles), verdict: verdict)
        }
    }
}
