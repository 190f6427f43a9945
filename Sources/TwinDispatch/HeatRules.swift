import TwinCore

/// Heat that may come from the bus instead of gas, best first, and gas that need not be burnt at all.
extension DispatchRules {
    /// What could turn electricity into heat: a source on the hot-water network, or an oven's elements.
    private enum ElectricHeat {
        case network(HeatConverter)
        case oven(SourceSwitch)

        var path: AssetPath {
            switch self {
            case .network(let source): source.path
            case .oven(let oven): oven.path
            }
        }

        var breakEvenGPerKWh: Double {
            switch self {
            case .network(let source): source.breakEvenGPerKWh
            case .oven(let oven): oven.breakEvenGPerKWh
            }
        }
    }

    /// The one that saves most by a kilowatt-hour comes first.
    func electricHeat(_ plant: PlantView, _ net: inout Double) -> [SetPoint] {
        let options = plant.heatConverters.map(ElectricHeat.network) + plant.sourceSwitches.map(ElectricHeat.oven)
        var open = plant.openHeatKW + plant.heatHeadroomKW
        return options.sorted { ($0.breakEvenGPerKWh, $1.path) > ($1.breakEvenGPerKWh, $0.path) }.map { option in
            switch option {
            case .network(let source): networkHeat(source, plant.site, &open, &net)
            case .oven(let oven): ovenSource(oven, plant.site, &net)
            }
        }
    }

    private func networkHeat(
        _ source: HeatConverter, _ site: SiteView, _ open: inout Double, _ net: inout Double
    ) -> SetPoint {
        var heatKW = 0.0
        var reason = "rest: the grid's intensity is unknown"
        if isCleaner(source.breakEvenGPerKWh, site) {
            let room = max(0, storage.peakImportKW - net) * source.performance
            heatKW = min(source.ratedKW, open, room)
            reason = cleaner(source.breakEvenGPerKWh, site)
        } else if net < 0 {
            heatKW = min(source.ratedKW, open, -net * source.performance)
            reason = "surplus: \(whole(-net)) kW would be exported"
        } else if site.isIntensityKnown {
            reason = dirtier(source.breakEvenGPerKWh, site)
        }
        heatKW = (max(0, heatKW) * 10).rounded(.down) / 10
        open -= heatKW
        net += heatKW / source.performance
        return SetPoint(source.path, .setHeat, heatKW, reason: reason)
    }

    /// Elements are on or off. On a surplus they start when it feeds them whole, and stay until it feeds but half of them.
    private func ovenSource(_ oven: SourceSwitch, _ site: SiteView, _ net: inout Double) -> SetPoint {
        let drawn = oven.electricKW
        let isOn = oven.isElectric
        var isElectric = false
        var reason = "gas: the grid's intensity is unknown"
        if isCleaner(oven.breakEvenGPerKWh, site) {
            isElectric = net + drawn <= storage.peakImportKW
            reason =
                isElectric
                ? cleaner(oven.breakEvenGPerKWh, site)
                : "gas: \(whole(drawn)) kW more would pass the peak of \(whole(storage.peakImportKW)) kW"
        } else if net < 0, -net >= (isOn ? 0.5 : 1) * drawn {
            isElectric = true
            reason = "surplus: \(whole(-net)) kW would be exported"
        } else if site.isIntensityKnown {
            reason = dirtier(oven.breakEvenGPerKWh, site)
        }
        if isElectric, oven.mustRest {
            isElectric = false
            reason = "gas: the elements rest after they were switched off"
        }
        if isElectric { net += drawn }
        return SetPoint(oven.path, .setSource, isElectric ? 1 : 0, reason: reason)
    }

    private func isCleaner(_ breakEven: Double, _ site: SiteView) -> Bool {
        site.isIntensityKnown && site.intensityGPerKWh.value <= breakEven
    }

    private func cleaner(_ breakEven: Double, _ site: SiteView) -> String {
        "cleaner than gas: \(whole(site.intensityGPerKWh.value)) g/kWh is below break-even (\(whole(breakEven)))"
    }

    private func dirtier(_ breakEven: Double, _ site: SiteView) -> String {
        "gas is cleaner: \(whole(site.intensityGPerKWh.value)) g/kWh is above \(whole(breakEven))"
    }

    // MARK: - Gas that need not be burnt

    /// The booth's air follows the outdoor air as far as the paint allows.
    func supplyAir(_ air: SetPointWindow) -> SetPoint {
        guard air.outdoorC.quality.isGood || air.outdoorC.quality == .lastKnown else {
            return SetPoint(air.path, .setSetpoint, air.design, reason: "design: the outdoor air is not measured")
        }
        // Half degrees: a booth is not moved for less.
        let wanted = (min(max(air.outdoorC.value, air.low), air.high) * 2).rounded() / 2
        let value = min(max(wanted, air.low), air.high)
        return SetPoint(
            air.path, .setSetpoint, value,
            reason: value < air.design
                ? "less heat: the paint takes \(whole(air.low)) degC as well as \(whole(air.design))"
                : "no heat: outdoor air of \(whole(air.outdoorC.value)) degC passes as it is")
    }

    func oxidiser(_ view: Duty) -> SetPoint {
        view.mustRun
            ? SetPoint(view.path, .setMode, Duty.run, reason: "run: bodies are in the ovens or soon will be")
            : SetPoint(view.path, .setMode, Duty.idle, reason: "idle: no exhaust to burn before the next shift")
    }
}

extension SiteView {
    var isIntensityKnown: Bool { intensityGPerKWh.quality.isGood || intensityGPerKWh.quality == .lastKnown }
}
