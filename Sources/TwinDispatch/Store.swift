public import TwinCore

/// One storage unit.
public struct Store: Sendable, Hashable {
    public var path: AssetPath
    public var powerMaxKW: Double
    public var capacityKWh: Double
    public var socMin: Double
    public var socMax: Double
    public var socReserve: Double
    public var chargeEfficiency: Double
    public var dischargeEfficiency: Double
    public var soc: UsedValue
    /// Positive discharges.
    public var powerKW: UsedValue
    /// How long a set-point holds: the step that follows the mark.
    public var step: Span

    public init(
        path: AssetPath, powerMaxKW: Double, capacityKWh: Double, socMin: Double, socMax: Double, socReserve: Double,
        chargeEfficiency: Double, dischargeEfficiency: Double, soc: UsedValue, powerKW: UsedValue,
        step: Span
    ) {
        self.path = path
        self.powerMaxKW = powerMaxKW
        self.capacityKWh = capacityKWh
        self.socMin = socMin
        self.socMax = socMax
        self.socReserve = socReserve
        self.chargeEfficiency = chargeEfficiency
        self.dischargeEfficiency = dischargeEfficiency
        self.soc = soc
        self.powerKW = powerKW
        self.step = step
    }

    /// AC to AC.
    public var roundTripEfficiency: Double { chargeEfficiency * dischargeEfficiency }

    /// Most power that may be held over the step without passing the window of charge or the reserve, kW.
    public var chargeMaxKW: Double { max(0, socMax - soc.value) * capacityKWh / chargeEfficiency / step.hours }

    public var dischargeMaxKW: Double {
        max(0, soc.value - socReserve) * capacityKWh * dischargeEfficiency / step.hours
    }
}
