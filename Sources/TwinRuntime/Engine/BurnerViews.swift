import TwinBooks
import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinPlant
import TwinUnits

/// What dispatch sees of the process burners at a mark.
struct BurnerViews {
    private(set) var ovens: [OvenView] = []
    private(set) var supplyAir: [SupplyAirView] = []
    private(set) var oxidisers: [OxidiserView] = []

    /// An oxidiser is hot again within the hour; bodies stay in the ovens for up to half an hour after a shift.
    private static let lead = Span.minutes(60)
    private static let lag = Span.minutes(30)

    init(
        _ config: SiteConfig, _ outdoorC: UsedValue, _ time: PlantTime, _ changedAt: (AssetPath) -> PlantTime?,
        _ value: (AssetPath, String) -> UsedValue
    ) {
        let gas = config.method.factors.set(at: time)[.gas].direct.gramsPerKWh
        for unit in config.burners {
            let burner = unit.burner
            switch burner.kind {
            case .supplyAir:
                guard let air = burner.air else { continue }
                supplyAir.append(
                    SupplyAirView(
                        path: unit.path, low: air.low, design: air.design, high: air.high,
                        temperatureC: value(unit.path, "temperature_c"), outdoorC: outdoorC))
            case .oven:
                guard let elements = burner.elements else { continue }
                ovens.append(
                    OvenView(
                        path: unit.path, ratedKW: elements.ratedKW, loadKW: value(unit.path, "load_kw"),
                        canLoadKW: value(unit.path, "can_load_kw"),
                        breakEvenGPerKWh: gas / burner.efficiency * elements.efficiency,
                        // Only elements that are off can owe a rest; the set-point changed when they were switched.
                        mustRest: value(unit.path, "load_kw").value <= 0.05 * elements.ratedKW
                            && changedAt(unit.path).map { time < $0 + elements.rest } ?? false))
            case .oxidiser:
                oxidisers.append(
                    OxidiserView(
                        path: unit.path, mustRun: BurnerViews.isNeeded(config.calendar, time),
                        mode: BurnerViews.mode(burner, value(unit.path, "gas_kw"))))
            }
        }
    }

    var controllables: [Controllable] {
        ovens.map { Controllable($0) } + supplyAir.map { Controllable($0) } + oxidisers.map { Controllable($0) }
    }

    private static func isNeeded(_ calendar: ProductionCalendar, _ time: PlantTime) -> Bool {
        [time, time + lead, time - lag].contains { calendar.isShift(at: $0) }
    }

    /// Nobody meters a mode: it shows in the gas.
    private static func mode(_ burner: ProcessBurner, _ gasKW: UsedValue) -> UsedValue {
        // Half way between the two: hot metal and noise move either by less.
        let betweenKW = (1 + burner.idleFraction) / 2 * burner.demand.gasProductionDayKW
        let mode: ProcessBurner.Mode =
            gasKW.value <= 0.001 * burner.gasMaxKW ? .off : gasKW.value <= betweenKW ? .idle : .run
        return UsedValue(Double(mode.rawValue), gasKW.quality)
    }
}
