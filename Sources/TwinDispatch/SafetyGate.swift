import TwinCore

/// What every set-point passes before it may leave: finite, ramp, device limits and reserve, site limits, departures.
///
/// The gate holds a wish back to what is safe and says what held it; it never widens one. It is no protection
/// device: those stay in the plant.
public struct SafetyGate: Sendable, Hashable {
    /// Grid connection, kW.
    public var importMaxKW: Double
    public var exportMaxKW: Double

    public init(importMaxKW: Double, exportMaxKW: Double) {
        self.importMaxKW = importMaxKW
        self.exportMaxKW = exportMaxKW
    }

    /// - Parameters:
    ///   - last: the set-point in force, kW; 0 at the start.
    ///   - netKW: what the site will import with all set-points that passed before this one, kW; negative exports.
    ///     Takes this one's change.
    /// - Returns: the set-point that may leave, with what limited it added to its reason.
    public func pass(_ wish: SetPoint, asset: Controllable, last: Double, netKW: inout Double) -> SetPoint {
        guard wish.value.isFinite else {
            return SetPoint(
                wish.path, wish.action, 0, reason: "gate: set-point was not a number; \(wish.reason)")
        }
        var value = wish.value
        var held: [String] = []
        func hold(_ limited: Double, _ by: String) {
            if limited != value { held.append(by) }
            value = limited
        }
        // Ramp first: whatever comes after may cut a set-point at once, but never raise it. Rest is always in reach:
        // a failsafe must not wait for a ramp.
        let ramp = asset.rampKWPerStep
        hold(min(max(value, min(last - ramp, 0)), max(last + ramp, 0)), "ramp")
        for limit in asset.limits {
            hold(min(max(value, limit.range.lowerBound), limit.range.upperBound), limit.name)
        }
        // What the site would import with this asset at rest.
        let now = asset.measured.value * asset.busKWPerKW
        let rest = netKW + now
        if value * asset.busKWPerKW < 0, asset.action != .setLimit {
            hold(max(value * asset.busKWPerKW, min(0, rest - importMaxKW)) / asset.busKWPerKW, "import limit")
        } else if asset.action == .setPower {
            hold(min(value * asset.busKWPerKW, max(0, rest + exportMaxKW)) / asset.busKWPerKW, "export limit")
        }
        // A word has no tenths: what is not wholly allowed is not done.
        value = asset.action.words.isEmpty ? (value * 10).rounded(.towardZero) / 10 : value.rounded(.towardZero)
        if let hard = asset.hardLimit {
            hold(min(max(value, hard.range.lowerBound), hard.range.upperBound), hard.name)
        }
        // A ceiling promises nothing; what it allows is not counted as drawn.
        if asset.action != .setLimit { netKW = rest - value * asset.busKWPerKW }
        let reason = held.isEmpty ? wish.reason : "\(wish.reason); held by \(held.joined(separator: ", "))"
        return SetPoint(wish.path, wish.action, value == 0 ? 0 : value, reason: reason)
    }
}
