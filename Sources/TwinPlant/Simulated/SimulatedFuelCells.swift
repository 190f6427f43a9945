import TwinCore

/// The fuel cells of the simulated plant and their tank: they run steadily at their rating until told otherwise.
struct SimulatedFuelCells: Sendable {
    private let parameters: [FuelCells.Parameters]
    private let tanks: [FuelCells.Tank]
    private var cells: [FuelCell]
    private var tank: EthanolTank
    /// Offered to the hot-water network in the last step, kW.
    private(set) var heatKW = 0.0

    init(_ parameters: [FuelCells.Parameters], _ tanks: [FuelCells.Tank], _ truth: PlantTruth.FuelCellState) {
        self.parameters = parameters
        self.tanks = tanks
        cells = parameters.map { cell in
            var real = cell.model
            real.ratedEfficiency *= truth.efficiencyScale
            return FuelCell(real, mode: .running, powerKW: real.ratedKW)
        }
        tank = EthanolTank(
            capacityLitres: tanks.reduce(0) { $0 + $1.capacityLitres }, levelLitres: truth.tankInitialLitres,
            reorderLitres: truth.reorderLitres, deliveryLitres: truth.deliveryLitres)
    }

    /// - Returns: power onto the bus, kW.
    mutating func step(_ context: DeviceContext, _ readings: inout [Reading]) -> Double {
        var busKW = 0.0
        heatKW = 0
        for (index, cell) in parameters.enumerated() {
            let path = AssetPath(.fuelcell, cell.asset)
            let order = context.order(path) ?? cell.model.ratedKW
            // An empty tank is a trip: nothing keeps the cell hot.
            let isFed = tank.levelLitres > 0 && !context.isTripped(path)
            let out = cells[index].step(setPointKW: isFed ? order : nil, hours: context.hours)
            _ = tank.draw(litres: out.fuelKW * context.hours / FuelCell.ethanolKWhPerLitre)
            busKW += out.powerKW
            heatKW += out.heatKW
            readings.append(Reading(path, "power_kw", out.powerKW))
            readings.append(Reading(path, "heat_kw", out.heatKW))
            readings.append(Reading(path, "ethanol_kw", out.fuelKW))
        }
        let whole = tanks.reduce(0) { $0 + $1.capacityLitres }
        for tank in tanks where whole > 0 {
            let level = self.tank.levelLitres * tank.capacityLitres / whole
            readings.append(Reading(AssetPath(.ethanol, tank.asset), "volume_l", level, decimals: 0))
        }
        return busKW
    }
}
