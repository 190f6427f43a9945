import TwinCore

/// The hot-water network of the simulated plant. Boilers follow by themselves; electric heat obeys.
struct SimulatedHeat: Sendable {
    private let sources: [HeatPlant.Parameters]
    private let demand: HeatDemand
    private let calendar: ProductionCalendar
    private let truth: PlantTruth.Heat
    private var network: HeatNetwork
    /// Electricity for heat in the last step, kW.
    private(set) var drawnKW = 0.0

    init(
        _ sources: [HeatPlant.Parameters], demand: HeatDemand, lossFraction: Double, _ calendar: ProductionCalendar,
        _ truth: PlantTruth.Heat
    ) {
        self.sources = sources
        self.demand = demand
        self.calendar = calendar
        self.truth = truth
        func rated(_ kind: HeatPlant.Kind) -> Double {
            sources.filter { $0.kind == kind }.reduce(0) { $0 + $1.ratedKW }
        }
        network = HeatNetwork(
            HeatNetwork.Parameters(
                boilerRatedKW: rated(.boiler), heatPumpRatedKW: rated(.heatPump),
                electricRatedKW: rated(.electricBoiler),
                storeCapacityKWh: sources.filter { $0.kind == .store }.reduce(0) { $0 + $1.capacityKWh },
                storeRatedKW: rated(.store), lossFraction: lossFraction), storeFraction: truth.initialStoreFraction)
    }

    /// - Returns: electricity drawn and gas burnt, kW.
    mutating func step(
        _ context: DeviceContext, fuelCellHeatKW: Double, _ readings: inout [Reading]
    ) -> (drawnKW: Double, gasKW: Double) {
        let isProductionDay = calendar.isProductionDay(at: context.from)
        let wanted =
            truth.demandScale
            * demand.totalKW(
                isProductionDay: isProductionDay, outdoorC: context.temperatureC,
                vehiclesPerHour: calendar.vehiclesPerHour(at: context.from))
        let out = network.step(
            demandKW: wanted, heatPumpSetKW: ordered(.heatPump, context),
            electricSetKW: ordered(.electricBoiler, context), fuelCellKW: fuelCellHeatKW,
            recoveredKW: isProductionDay ? truth.recoveredKW : 0, hours: context.hours)
        drawnKW = 0
        var gasKW = 0.0
        for source in sources {
            let performance = source.performance * truth.performanceScale
            switch source.kind {
            case .boiler:
                gasKW += tell(source, share(out.boilerKW, source), "gas_kw", performance, &readings)
            case .heatPump:
                drawnKW += tell(source, share(out.heatPumpKW, source), "load_kw", performance, &readings)
            case .electricBoiler:
                drawnKW += tell(source, share(out.electricKW, source), "load_kw", performance, &readings)
            case .recovery:
                readings.append(Reading(source.path, "heat_kw", share(out.recoveredKW, source)))
            case .store:
                let heat = share(out.storeDischargeKW - out.storeChargeKW, source)
                readings.append(Reading(source.path, "heat_kw", heat))
                readings.append(Reading(source.path, "soc_fraction", network.storeFraction, decimals: 4))
            }
        }
        return (drawnKW, gasKW)
    }

    private func ordered(_ kind: HeatPlant.Kind, _ context: DeviceContext) -> Double {
        sources.filter { $0.kind == kind && !context.isTripped($0.path) }.reduce(0) {
            $0 + (context.order($1.path) ?? 0)
        }
    }

    /// What one of several sources of a kind gives: by its size.
    private func share(_ kw: Double, _ source: HeatPlant.Parameters) -> Double {
        let all = sources.reduce(0) { $0 + ($1.kind == source.kind ? $1.ratedKW : 0) }
        return all > 0 ? kw * source.ratedKW / all : 0
    }

    private func tell(
        _ source: HeatPlant.Parameters, _ heatKW: Double, _ key: String, _ performance: Double,
        _ readings: inout [Reading]
    ) -> Double {
        readings.append(Reading(source.path, "heat_kw", heatKW))
        readings.append(Reading(source.path, key, heatKW / performance))
        return heatKW / performance
    }
}
