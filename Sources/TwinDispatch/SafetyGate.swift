public import TwinCore

/// What every set-point passes before it may leave: finite, device limits, site limits, reserve, ramp.
///
/// The gate holds a wish back to what is safe and says what held it; it never widens one. It is no protection
/// device: those stay in the plant.
public struct SafetyGate: Sendable, Hashable {
    /// Grid connection, kW.
    public var importMaxKW: Double
    public var exportMaxKW: Double
    /// Largest change of a storage set-point from one step to the next, kW.
    public var rampMaxKWPerStep: Double

    public init(importMaxKW: Double, exportMaxKW: Double, rampMaxKWPerStep: Double) {
        self.importMaxKW = importMaxKW
        self.exportMaxKW = exportMaxKW
        self.rampMaxKWPerStep = rampMaxKWPerStep
    }

    /// - Parameters:
    ///   - last: the set-point in force, kW; 0 at the start.
    ///   - step: how long the set-point will act at least.
    /// - Returns: the set-point that may leave, with what limited it added to its reason.
    public func pass(_ wish: SetPoint, unit: StorageView, site: SiteView, last: Double, step: Span) -> SetPoint {
        guard wish.powerKW.isFinite else {
            return SetPoint(asset: wish.asset, powerKW: 0, reason: "gate: set-point was not a number; \(wish.reason)")
        }
        var value = wish.powerKW
        var held: [String] = []
        func hold(_ limited: Double, _ by: String) {
            if limited != value { held.append(by) }
            value = limited
        }
        // Ramp first: whatever comes after may cut a set-point at once, but never raise it. Rest is always in reach:
        // a failsafe must not wait for a ramp.
        hold(min(max(value, min(last - rampMaxKWPerStep, 0)), max(last + rampMaxKWPerStep, 0)), "ramp")
        hold(min(max(value, -unit.powerMaxKW), unit.powerMaxKW), "rating")
        let hours = step.hours
        let dischargeMax =
            max(0, unit.soc.value - unit.socReserve) * unit.capacityKWh * unit.dischargeEfficiency / hours
        let chargeMax = max(0, unit.socMax - unit.soc.value) * unit.capacityKWh / unit.chargeEfficiency / hours
        hold(min(value, dischargeMax), "reserve")
        hold(max(value, -chargeMax), "full")
        let net = site.importKW - site.exportKW + unit.powerKW.value
        hold(max(value, min(0, net - importMaxKW)), "import limit")
        hold(min(value, max(0, net + exportMaxKW)), "export limit")
        value = (value * 10).rounded(.towardZero) / 10
        let reason = held.isEmpty ? wish.reason : "\(wish.reason); held by \(held.joined(separator: ", "))"
        return SetPoint(asset: wish.asset, powerKW: value == 0 ? 0 : value, reason: reason)
    }
}
