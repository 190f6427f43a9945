import TwinCore

/// Heat and hydrogen that may come from the bus or a cleaner fuel, best first, and gas that need not be burnt at all.
extension DispatchRules {
    /// What could turn electricity into heat at a process, or any energy into another.
    private enum Option {
        case converter(Converter)
        case oven(SourceSwitch)

        var path: AssetPath {
            switch self {
            case .converter(let converter): converter.path
            case .oven(let oven): oven.path
            }
        }

        /// Nil for what takes no electricity.
        var breakEvenGPerKWh: Double? {
            switch self {
            case .converter(let converter):
                if case .electricity(_, let breakEven) = converter.input { breakEven } else { nil }
            case .oven(let oven): oven.breakEvenGPerKWh
            }
        }

        var converter: Converter? { if case .converter(let converter) = self { converter } else { nil } }
    }

    /// Of electricity, what saves most by a kilowatt-hour comes first; a fuel comes before what emits more by the
    /// kilowatt-hour of heat.
    func convert(_ plant: PlantView, _ net: inout Double) -> [SetPoint] {
        let all = plant.converters.map(Option.converter) + plant.sourceSwitches.map(Option.oven)
        var order = all.filter { $0.breakEvenGPerKWh != nil }.sorted {
            ($0.breakEvenGPerKWh ?? 0, $1.path) > ($1.breakEvenGPerKWh ?? 0, $0.path)
        }
        let intensity = plant.site.intensityGPerKWh.value
        let isSurplus = net < 0
        for option in all where option.breakEvenGPerKWh == nil {
            guard let own = option.converter?.gramsPerKWh(intensity, isSurplus: isSurplus) else { continue }
            let place = order.firstIndex {
                $0.converter.map { $0.isOnHotWater && $0.gramsPerKWh(intensity, isSurplus: isSurplus) > own } ?? false
            }
            order.insert(option, at: place ?? order.endIndex)
        }
        var open = plant.openHeatKW + plant.heatHeadroomKW
        return order.map { option in
            switch option {
            case .converter(let converter):
                switch converter.input {
                case .electricity(let perKW, let breakEven):
                    electric(converter, perKW, breakEven, plant.site, &open, &net)
                case .fuel(let own, let replaced): fuelled(converter, own, replaced, &open)
                }
            case .oven(let oven): ovenSource(oven, plant.site, &net)
            }
        }
    }

    private func electric(
        _ converter: Converter, _ perKW: Double, _ breakEven: Double, _ site: SiteView, _ open: inout Double,
        _ net: inout Double
    ) -> SetPoint {
        let most = converter.isOnHotWater ? min(converter.ratedKW, open) : converter.ratedKW
        var setKW = 0.0
        var reason = "rest: the grid's intensity is unknown"
        if isCleaner(breakEven, site) {
            let room = max(0, storage.peakImportKW - net) * perKW
            setKW = min(most, room)
            reason = cleaner(breakEven, site, converter)
        } else if net < 0 {
            setKW = min(most, -net * perKW)
            reason = "surplus: \(whole(-net)) kW would be exported"
        } else if site.isIntensityKnown {
            reason = dirtier(breakEven, site, converter)
        }
        setKW = (max(0, setKW) * 10).rounded(.down) / 10
        if setKW > 0, setKW < converter.minimumKW {
            setKW = 0
            reason = "rest: less than its minimum of \(whole(converter.minimumKW)) kW"
        }
        if converter.isOnHotWater { open -= setKW }
        net += converter.drawnKW(setKW)
        return SetPoint(converter.path, converter.action, setKW, reason: reason)
    }

    /// A fuel gives heat while it emits less than what would fill the rest.
    private func fuelled(_ converter: Converter, _ own: Double, _ replaced: Double, _ open: inout Double) -> SetPoint {
        var setKW = own < replaced ? (max(0, min(converter.ratedKW, open)) * 10).rounded(.down) / 10 : 0
        var reason =
            "\(own < replaced ? "before gas" : "gas first"): \(whole(own)) against \(whole(replaced)) g/kWh of heat"
        if setKW > 0, setKW < converter.minimumKW {
            setKW = 0
            reason = "rest: less than its minimum of \(whole(converter.minimumKW)) kW"
        }
        open -= setKW
        return SetPoint(converter.path, converter.action, setKW, reason: reason)
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

    private func cleaner(_ breakEven: Double, _ site: SiteView, _ converter: Converter? = nil) -> String {
        "cleaner than \(instead(converter)): \(whole(site.intensityGPerKWh.value)) g/kWh is below break-even"
            + " (\(whole(breakEven)))"
    }

    private func dirtier(_ breakEven: Double, _ site: SiteView, _ converter: Converter? = nil) -> String {
        "\(instead(converter)) is cleaner: \(whole(site.intensityGPerKWh.value)) g/kWh is above \(whole(breakEven))"
    }

    private func instead(_ converter: Converter?) -> String {
        converter.map { $0.isOnHotWater ? "gas" : "what it replaces" } ?? "gas"
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
