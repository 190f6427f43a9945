public import TwinCore

/// Charging that can wait: a group of bays, the yard of finished cars, a group of AGVs. The group's own controller
/// shares the power among its vehicles and tells what it may be.
public struct DeferrableLoad: Sendable, Hashable {
    public var path: AssetPath
    public var action: Action
    /// Largest power of all its points, kW.
    public var ratingKW: Double
    /// Positive delivers: charging is negative.
    public var powerKW: UsedValue
    /// Least mean charging power that still keeps every departure, kW >= 0.
    public var mustKW: UsedValue
    /// Most charging and discharging power now, kW >= 0.
    public var canChargeKW: UsedValue
    public var canDischargeKW: UsedValue
    /// What its vehicles will still draw, kWh; nil where its controller does not tell.
    public var openKWh: Double?
    /// How long what comes may wait, hours; nil where nobody tells.
    public var waitHours: Double?
    /// In how many hours what is open now must be done; nil where nobody tells.
    public var dueHours: Double?
    /// Works while it charges: it waits only for peaks.
    public var isWorking: Bool

    public init(
        path: AssetPath, action: Action, ratingKW: Double, powerKW: UsedValue, mustKW: UsedValue,
        canChargeKW: UsedValue, canDischargeKW: UsedValue, openKWh: Double? = nil, isWorking: Bool
    ) {
        self.path = path
        self.action = action
        self.ratingKW = ratingKW
        self.powerKW = powerKW
        self.mustKW = mustKW
        self.canChargeKW = canChargeKW
        self.canDischargeKW = canDischargeKW
        self.openKWh = openKWh
        self.isWorking = isWorking
    }

    /// Whether its controller tells what it can do.
    public var isMeasured: Bool { powerKW.quality.isGood && mustKW.quality.isGood && canChargeKW.quality.isGood }

    /// Whether its charging can be moved; any other group goes on as its own controller wants.
    public var isFree: Bool { isMeasured && !isWorking }

    /// What it must charge, kW; nil where that is not known, which is never the same as no need.
    public var needKW: Double? {
        guard mustKW.quality.isGood || mustKW.quality == .lastKnown else { return nil }
        return min(max(mustKW.value, 0), ratingKW)
    }

    /// Most that it may draw, kW: its rating where nothing better is known.
    public var drawMaxKW: Double {
        canChargeKW.quality.isGood ? min(max(canChargeKW.value, needKW ?? 0), ratingKW) : ratingKW
    }

    /// Most that it may give back, kW. While one of its vehicles must charge the group gives nothing: its departures
    /// are a hard limit on the power of the whole group.
    public var giveMaxKW: Double {
        needKW == 0 && canDischargeKW.quality.isGood ? min(max(canDischargeKW.value, 0), ratingKW) : 0
    }

    /// What it will charge under a set-point, kW; negative gives back.
    func comingKW(setPoint: Double) -> Double {
        let (charging, need) = (action == .setPower ? -setPoint : setPoint, needKW ?? 0)
        return min(max(charging, need > 0 ? need : -giveMaxKW), drawMaxKW)
    }

    /// The set-point for a charging power: signed for `set_power`, a ceiling for `set_limit`.
    func setPoint(chargingKW: Double) -> Double { action == .setPower ? -chargingKW : chargingKW }
}
