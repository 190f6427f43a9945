import TwinCore
import TwinDispatch

/// One storage unit and one site, as a test wants them.
enum DispatchBench {
    static let ess1 = AssetPath(.storage, "ess-1")
    static let start = PlantTime(ms: 1_750_204_800_000)

    static func context(_ tick: Int) -> TickContext {
        let from = start + Int64(tick - 1) * .minutes(1)
        return TickContext(tick: tick, from: from, to: from + .minutes(1), lateness: .seconds(30), lead: .seconds(5))
    }

    /// 500 kW, 1000 kWh, 0.1 to 0.9 with a reserve at 0.2, 0.9 out and 0.95 in: 0.855 round trip.
    static func unit(
        soc: Double = 0.5, powerKW: Double = 0, socQuality: Quality = .good, powerQuality: Quality = .good,
        step: Span = .minutes(1)
    ) -> StorageView {
        StorageView(
            path: ess1, powerMaxKW: 500, capacityKWh: 1000, socMin: 0.1, socMax: 0.9, socReserve: 0.2,
            chargeEfficiency: 0.95, dischargeEfficiency: 0.9, soc: UsedValue(soc, socQuality),
            powerKW: UsedValue(powerKW, powerQuality), step: step)
    }

    static func site(
        importKW: Double = 3000, exportKW: Double = 0, isMeasured: Bool = true, isConnected: Bool = true,
        intensity: UsedValue = UsedValue(150, .good), forecast: [Double] = []
    ) -> SiteView {
        SiteView(
            importKW: importKW, exportKW: exportKW, isGridMeasured: isMeasured, isGridConnected: isConnected,
            intensityGPerKWh: intensity, forecast: forecast)
    }

    /// Peak at 5000 kW; the cleanest and the dirtiest quarter of the forecast.
    static let rule = StorageRule(peakImportKW: 5000, cleanFraction: 0.25, dirtyFraction: 0.25, deadbandKW: 5)
}

extension SafetyGate {
    /// One asset on its own: what else the site does is in `netKW`, which takes the change.
    func pass(_ wish: SetPoint, asset: Controllable, last: Double, netKW: inout Double) -> SetPoint {
        let point = pass([Request(wish, asset, last: last)], netKW: netKW)[0]
        var net = ExpectedNet(netKW: netKW)
        net.plan(asset, point.value)
        netKW = net.mostKW
        return point
    }

    /// All wishes in their order, as the twin passes them.
    func pass(_ wishes: [SetPoint], _ assets: [Controllable], netKW: Double, last: [AssetPath: Double] = [:])
        -> [SetPoint]
    {
        let requests = wishes.compactMap { wish in
            assets.first { $0.path == wish.path }.map { Request(wish, $0, last: last[wish.path] ?? $0.resting) }
        }
        return pass(requests, netKW: netKW)
    }
}
