import TwinCore

/// Heat and hydrogen that may come from the bus or a cleaner fuel, best first, and gas that need not be burnt at all.
extension DispatchRules {
    /// What could turn electricity into heat at a process, or any energy into another.
    private struct Option {
        let place: Int
        /// Nil for what takes no electricity.
        let breakEvenGPerKWh: Double?
        /// Of each kWh on the hot-water network; nil for what gives no heat there.
        var hotWaterGramsPerKWh: Double?
        var gramsPerKWh = 0.0

        /// - Parameter intensity: of the grid, g/kWh; nothing on a surplus.
        init(_ place: Int, _ converter: Converter, _ intensity: Double, isSurplus: Bool) {
            self.place = place
            breakEvenGPerKWh =
                if case .electricity(_, let breakEven, _) = converter.input { breakEven } else { nil }
            gramsPerKWh = converter.gramsPerKWh(intensity, isSurplus: isSurplus)
            if converter.isOnHotWater { hotWaterGramsPerKWh = gramsPerKWh }
        }

        init(_ place: Int, _ oven: SourceSwitch) {
            self.place = place
            breakEvenGPerKWh = oven.breakEvenGPerKWh
        }
    }

    func convert(_ plant: PlantView, _ ceiling: CostCeiling?, _ net: inout Double, _ wishes: inout [Wish]) {
        var open = plant.openHeatKW + plant.heatHeadroomKW
        for option in order(plant, isSurplus: net < 0) {
            net -= plant.plannedDrawKW(option.place)
            switch plant.offers[option.place].shape {
            case .converter(let converter):
                let wish = converted(converter, option.place, plant, ceiling, net, open).settled(calm, plant)
                if converter.isOnHotWater { open -= wish.value }
                net += converter.drawnKW(wish.value)
                wishes.append(wish)
            case .source(let oven):
                let part =
                    plant.planned(option.place).map { follow(oven, at: option.place, $0, plant, net: net) }
                    ?? ovenSource(
                        oven, Bid(oven.breakEvenGPerKWh, oven.replacedPricePerKWh, plant.site, ceiling, net, true))
                let wish = Wish(option.place, part).settled(calm, plant)
                net += wish.value * oven.electricKW
                wishes.append(wish)
            default: break
            }
        }
    }

    private func converted(
        _ converter: Converter, _ place: Int, _ plant: PlantView, _ ceiling: CostCeiling?, _ net: Double, _ open: Double
    ) -> Wish {
        if let planned = plant.planned(place) {
            return Wish(place, follow(converter, at: place, planned, open: open, plant, net: net))
        }
        let (kw, reason, haste) =
            switch converter.input {
            case .electricity(let perKW, let breakEven, let price):
                electric(
                    converter, perKW, Bid(breakEven, price, plant.site, ceiling, net, converter.isOnHotWater), open)
            case .fuel(let own, let replaced, let more):
                fuelled(converter, own, replaced, ceiling?.price(cost: more, grams: replaced - own), open)
            }
        return Wish(place, kw, reason, haste)
    }

    /// Of electricity, what saves most by a kilowatt-hour comes first; a fuel comes before what emits more by the
    /// kilowatt-hour of heat.
    private func order(_ plant: PlantView, isSurplus: Bool) -> [Option] {
        let intensity = plant.site.intensityGPerKWh.value
        var order: [Option] = []
        var fuels: [Option] = []
        order.reserveCapacity(plant.converters.count + plant.sourceSwitches.count)
        for place in plant.converters {
            guard case .converter(let converter) = plant.offers[place].shape else { continue }
            let option = Option(place, converter, intensity, isSurplus: isSurplus)
            if option.breakEvenGPerKWh == nil { fuels.append(option) } else { order.append(option) }
        }
        for place in plant.sourceSwitches {
            if case .source(let oven) = plant.offers[place].shape { order.append(Option(place, oven)) }
        }
        order.sort {
            let (a, b) = ($0.breakEvenGPerKWh ?? 0, $1.breakEvenGPerKWh ?? 0)
            return a == b ? plant.offers[$0.place].path < plant.offers[$1.place].path : a > b
        }
        for fuel in fuels {
            let dirtier = order.firstIndex { $0.hotWaterGramsPerKWh.map { $0 > fuel.gramsPerKWh } ?? false }
            order.insert(fuel, at: dirtier ?? order.endIndex)
        }
        return order
    }

    /// Electricity in the place of gas, or of what else makes the same: whether it is cleaner, and worth its price.
    private struct Bid {
        let site: SiteView
        /// With the asset at rest, kW.
        let net: Double
        let breakEvenGPerKWh: Double
        let isGas: Bool
        /// On import and on a surplus; nil where it is not judged.
        let importCost: CostPerTonne?
        let surplusCost: CostPerTonne?

        init(
            _ breakEven: Double, _ replacedPrice: Double?, _ site: SiteView, _ ceiling: CostCeiling?, _ net: Double,
            _ isGas: Bool
        ) {
            func cost(isSurplus: Bool) -> CostPerTonne? {
                ceiling?.electric(
                    replacing: replacedPrice, breakEven, at: site.intensityGPerKWh.value, isSurplus: isSurplus)
            }
            (self.site, self.net, self.isGas, breakEvenGPerKWh) = (site, net, isGas, breakEven)
            importCost = cost(isSurplus: false)
            surplusCost = cost(isSurplus: true)
        }

        var isCleaner: Bool { site.isIntensityKnown && site.intensityGPerKWh.value <= breakEvenGPerKWh }
        var takesImport: Bool { isCleaner && importCost?.isPaid ?? true }
        var takesSurplus: Bool { net < 0 && surplusCost?.isPaid ?? true }

        var cleaner: Reason {
            said(
                isGas
                    ? "cleaner than gas: % g/kWh is below break-even (%)"
                    : "cleaner than what it replaces: % g/kWh is below break-even (%)", importCost)
        }

        var surplus: Reason { Reason("surplus: % kW would be exported", -net).at(surplusCost) }

        /// Why nothing is taken.
        var left: Reason {
            if isCleaner { return said("left for its price: % g/kWh is below break-even (%)", importCost) }
            if net < 0 { return Reason("left for its price: a surplus of % kW", -net).at(surplusCost) }
            return said(
                isGas ? "gas is cleaner: % g/kWh is above %" : "what it replaces is cleaner: % g/kWh is above %", nil)
        }

        private func said(_ sentence: StaticString, _ cost: CostPerTonne?) -> Reason {
            Reason(sentence, site.intensityGPerKWh.value, breakEvenGPerKWh).at(cost)
        }
    }

    private func electric(
        _ converter: Converter, _ perKW: Double, _ bid: Bid, _ open: Double
    ) -> (kw: Double, reason: Reason, haste: Haste) {
        let most = converter.isOnHotWater ? min(converter.ratedKW, open) : converter.ratedKW
        var setKW = 0.0
        // What no longer pays at all ends at once: held, it would turn import into what is cleaner to come by.
        var haste = Haste.down
        var reason = Reason("rest: the grid's intensity is unknown")
        if bid.takesImport {
            let room = max(0, storage.peakImportKW - bid.net) * perKW
            setKW = min(most, room)
            if room >= most { haste = .none }
            reason = bid.cleaner
        } else if bid.takesSurplus {
            setKW = min(most, -bid.net * perKW)
            haste = .none
            reason = bid.surplus
        } else if bid.site.isIntensityKnown {
            reason = bid.left
        }
        setKW = (max(0, setKW) * 10).rounded(.down) / 10
        if setKW > 0, setKW < converter.minimumKW {
            setKW = 0
            reason = Reason("rest: less than its minimum of % kW", converter.minimumKW)
        }
        return (setKW, reason, haste)
    }

    /// A fuel gives heat while it emits less than what would fill the rest.
    private func fuelled(
        _ converter: Converter, _ own: Double, _ replaced: Double, _ cost: CostPerTonne?, _ open: Double
    ) -> (kw: Double, reason: Reason, haste: Haste) {
        let isTaken = own < replaced && cost?.isPaid ?? true
        var setKW = isTaken ? (max(0, min(converter.ratedKW, open)) * 10).rounded(.down) / 10 : 0
        var reason =
            isTaken
            ? Reason("before gas: % against % g/kWh of heat", own, replaced).at(cost)
            : own < replaced
                ? Reason("left for its price: % against % g/kWh of heat", own, replaced).at(cost)
                : Reason("gas first: % against % g/kWh of heat", own, replaced)
        if setKW > 0, setKW < converter.minimumKW {
            setKW = 0
            reason = Reason("rest: less than its minimum of % kW", converter.minimumKW)
        }
        return (setKW, reason, .none)
    }

    /// Elements are on or off. On a surplus they start when it feeds them whole, and stay until it feeds but half of them.
    private func ovenSource(_ oven: SourceSwitch, _ bid: Bid) -> Wish.Part {
        let drawn = oven.electricKW
        let isOn = oven.isElectric
        var isElectric = false
        var haste = Haste.down
        var reason = Reason("gas: the grid's intensity is unknown")
        if bid.takesImport {
            isElectric = bid.net + drawn <= storage.peakImportKW
            // They are all or nothing, and would go off and on about the peak; what follows by the kilowatt gives way.
            haste = .none
            reason =
                isElectric
                ? bid.cleaner : Reason("gas: % kW more would pass the peak of % kW", drawn, storage.peakImportKW)
        } else if bid.takesSurplus, -bid.net >= (isOn ? 0.5 : 1) * drawn {
            isElectric = true
            reason = bid.surplus
        } else if bid.site.isIntensityKnown {
            reason = bid.left
        }
        if isElectric, oven.mustRest {
            isElectric = false
            reason = Reason("gas: the elements rest after they were switched off")
        }
        return (isElectric ? 1 : 0, reason, haste)
    }

    // MARK: - Gas that need not be burnt

    /// The booth's air follows the outdoor air as far as the paint allows.
    func supplyAir(_ air: SetPointWindow, _ place: Int) -> Wish {
        guard air.outdoorC.quality.isGood || air.outdoorC.quality == .lastKnown else {
            return Wish(place, air.design, Reason("design: the outdoor air is not measured"))
        }
        // Half degrees: a booth is not moved for less.
        let wanted = (min(max(air.outdoorC.value, air.low), air.high) * 2).rounded() / 2
        let value = min(max(wanted, air.low), air.high)
        return Wish(
            place, value,
            value < air.design
                ? Reason("less heat: the paint takes % degC as well as %", air.low, air.design)
                : Reason("no heat: outdoor air of % degC passes as it is", air.outdoorC.value))
    }

    func oxidiser(_ duty: Duty, _ place: Int) -> Wish {
        duty.mustRun
            ? Wish(place, Duty.run, Reason("run: bodies are in the ovens or soon will be"))
            : Wish(place, Duty.idle, Reason("idle: no exhaust to burn before the next shift"))
    }
}

extension SiteView {
    var isIntensityKnown: Bool { intensityGPerKWh.quality.isGood || intensityGPerKWh.quality == .lastKnown }
}
