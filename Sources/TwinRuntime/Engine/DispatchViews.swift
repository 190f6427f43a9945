import TwinBooks
import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinPlant
import TwinUnits

/// What dispatch, gate and desk see of the plant at a mark, from the values that the components used.
struct DispatchViews {
    let plant: PlantView
    /// By path, for the gate and the watch.
    let controllables: [Controllable]
    /// Assets with a reason of their own to do less than they are told.
    let mayStopShort: Set<AssetPath>

    /// - Parameters:
    ///   - changedAt: when the set-point in force was first commanded.
    ///   - value: what was used for an asset's key; `stale` where there is nothing.
    init(
        _ config: SiteConfig, site: SiteView, outdoorC: UsedValue, at time: PlantTime, step: Span,
        changedAt: (AssetPath) -> PlantTime?, value: (AssetPath, String) -> UsedValue
    ) {
        let storage = config.storage.map { unit in
            let path = AssetPath(.storage, unit.asset)
            return StorageView(
                path: path, powerMaxKW: unit.powerMaxKW, capacityKWh: unit.capacityKWh, socMin: unit.socMin,
                socMax: unit.socMax, socReserve: unit.socReserve, chargeEfficiency: unit.chargeEfficiency,
                dischargeEfficiency: unit.dischargeEfficiency, soc: value(path, "soc_fraction"),
                powerKW: value(path, "power_kw"), step: step)
        }
        let fuelCells = config.fuelCells.map { cell in
            FuelCellView(
                path: AssetPath(.fuelcell, cell.asset), ratedKW: cell.model.ratedKW,
                minimumKW: cell.model.ratedKW * cell.model.minimumFraction,
                rampKWPerStep: cell.model.ratedKW * cell.model.rampFractionPerMinute * step.seconds / 60,
                powerKW: value(AssetPath(.fuelcell, cell.asset), "power_kw"))
        }
        let flexible = (config.bays + config.yard + config.agvs).map { group in
            let delivers = group.path.area == .bay
            let used = value(group.path, delivers ? "power_kw" : "load_kw")
            return FlexibleView(
                path: group.path, action: delivers ? .setPower : .setLimit, ratingKW: group.ratingKW,
                powerKW: delivers ? used : UsedValue(-used.value, used.quality), mustKW: value(group.path, "must_kw"),
                canChargeKW: value(group.path, "can_charge_kw"),
                canDischargeKW: group.isBidirectional ? value(group.path, "can_discharge_kw") : UsedValue(0, .good),
                isWorking: group.path.area == .agv)
        }
        let solar = config.solar.map { park in
            let path = AssetPath(.solar, park.asset)
            let power = value(path, "power_kw")
            return SolarView(
                path: path, ratedKW: park.array.acRatedKW, powerKW: power,
                availableKW: max(power.value, value(path, "available_kw").value))
        }
        let heat = DispatchViews.heat(config, time, value)
        let burners = BurnerViews(config, outdoorC, time, changedAt, value)
        plant = PlantView(
            site: site, storage: storage, fuelCells: fuelCells, flexible: flexible, heat: heat, ovens: burners.ovens,
            supplyAir: burners.supplyAir, oxidisers: burners.oxidisers, solar: solar)
        let ramp = config.rampFractionPerStep
        controllables =
            flexible.map { Controllable($0, ramp: ramp) }
            + storage.map { Controllable($0, ramp: ramp, deadbandKW: config.rules.storage.deadbandKW) }
            + (heat?.sources ?? []).map { Controllable($0, ramp: ramp) } + burners.controllables
            + fuelCells.map { Controllable($0) } + solar.map { Controllable($0) }
        var short: Set<AssetPath> = []
        for unit in storage where unit.soc.value >= unit.socMax - 0.005 || unit.soc.value <= unit.socMin + 0.005 {
            short.insert(unit.path)
        }
        // A full store turns electric heat down; a cell takes hours to come up.
        if let heat, heat.storeHeadroomKW <= 1 { short.formUnion(heat.sources.map(\.path)) }
        short.formUnion(fuelCells.map(\.path))
        mayStopShort = short
    }

    /// The network as the twin sees it: what boilers and electric sources give now is open to be shared anew.
    private static func heat(
        _ config: SiteConfig, _ time: PlantTime, _ value: (AssetPath, String) -> UsedValue
    ) -> HeatView? {
        guard let network = config.heat else { return nil }
        var open = 0.0
        var headroom = 0.0
        let gas = config.method.factors.set(at: time)[.gas].direct.gramsPerKWh
        let boiler = network.sources.first { $0.kind == .boiler }?.performance ?? 0.85
        var sources: [HeatSourceView] = []
        for source in network.sources {
            let heatKW = value(source.path, "heat_kw")
            switch source.kind {
            case .boiler: open += heatKW.value
            case .heatPump, .electricBoiler:
                open += heatKW.value
                sources.append(
                    HeatSourceView(
                        path: source.path, ratedKW: source.ratedKW, performance: source.performance, heatKW: heatKW,
                        breakEvenGPerKWh: gas / boiler * source.performance))
            case .store:
                open += heatKW.value
                let room = max(0, 0.98 - value(source.path, "soc_fraction").value) * source.capacityKWh
                headroom += min(source.ratedKW, room / settlementPeriod.hours)
            case .recovery: break
            }
        }
        return HeatView(
            openDemandKW: max(0, open), storeHeadroomKW: headroom,
            sources: sources.sorted { ($0.performance, $1.path) > ($1.performance, $0.path) })
    }
}

/// Used values by asset and key.
struct ValueTable {
    private struct Key: Hashable {
        var path: AssetPath
        var key: String
    }

    private var table: [Key: UsedValue] = [:]

    init(_ values: [NamedValue]) {
        table.reserveCapacity(values.count)
        for value in values { table[Key(path: AssetPath(value.area, value.asset), key: value.key)] = value.used }
    }

    subscript(path: AssetPath, key: String) -> UsedValue { table[Key(path: path, key: key)] ?? UsedValue(0, .stale) }
}
