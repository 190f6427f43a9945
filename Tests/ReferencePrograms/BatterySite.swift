package import TwinProgram

/// A battery beside a load, own sources and a grid with limits; perfect foresight. What is measured and compared with
/// other people's results is of this shape. Energies are kWh a period.
package struct BatterySite: Sendable {
    package struct Battery: Sendable {
        package var storedMin: Double
        package var storedMax: Double
        package var storedAtStart: Double
        package var storedAtEndMin: Double
        /// Inside the battery, a period.
        package var chargeMax: Double
        package var dischargeMax: Double
        package var chargeEfficiency: Double
        package var dischargeEfficiency: Double
        /// Of a kWh that is moved inside, either way.
        package var wear: Double

        package init(
            storedMin: Double, storedMax: Double, storedAtStart: Double, storedAtEndMin: Double, chargeMax: Double,
            dischargeMax: Double, chargeEfficiency: Double, dischargeEfficiency: Double, wear: Double
        ) {
            self.storedMin = storedMin
            self.storedMax = storedMax
            self.storedAtStart = storedAtStart
            self.storedAtEndMin = storedAtEndMin
            self.chargeMax = chargeMax
            self.dischargeMax = dischargeMax
            self.chargeEfficiency = chargeEfficiency
            self.dischargeEfficiency = dischargeEfficiency
            self.wear = wear
        }
    }

    package struct Columns: Sendable {
        package var charge, discharge, stored, imported, exported, curtailed: LinearProgram.Column
        package var balance: LinearProgram.Row
    }

    package var load: [Double]
    package var own: [Double]
    package var importCost: [Double]
    package var exportIncome: [Double]
    package var importMax: Double
    package var exportMax: Double
    /// Of a kWh in the period with the greatest import; nil: none is priced.
    package var peakCost: Double?
    package var battery: Battery

    package init(
        load: [Double], own: [Double], importCost: [Double], exportIncome: [Double], importMax: Double,
        exportMax: Double, peakCost: Double?, battery: Battery
    ) {
        self.load = load
        self.own = own
        self.importCost = importCost
        self.exportIncome = exportIncome
        self.importMax = importMax
        self.exportMax = exportMax
        self.peakCost = peakCost
        self.battery = battery
    }

    /// Six columns a period, and one for the peak.
    package func program() throws(LinearProgram.Problem) -> (program: LinearProgram, periods: [Columns]) {
        var program = LinearProgram()
        let count = load.count
        program.reserve(columns: 6 * count + 1, rows: 3 * count, terms: 11 * count)
        var peak: LinearProgram.Column?
        if let peakCost { peak = try program.addColumn("peak", cost: peakCost) }
        var periods: [Columns] = []
        for period in 0..<count {
            func name(_ word: String) -> LinearProgram.Name { LinearProgram.Name(word, period) }
            let storedMin = period == count - 1 ? max(battery.storedMin, battery.storedAtEndMin) : battery.storedMin
            let charge = try program.addColumn(name("charge"), .between(0, battery.chargeMax), cost: battery.wear)
            let discharge = try program.addColumn(
                name("discharge"), .between(0, battery.dischargeMax), cost: battery.wear)
            let stored = try program.addColumn(name("stored"), .between(storedMin, battery.storedMax))
            let imported = try program.addColumn(name("import"), .between(0, importMax), cost: importCost[period])
            let exported = try program.addColumn(name("export"), .between(0, exportMax), cost: -exportIncome[period])
            let curtailed = try program.addColumn(name("curtail"), .between(0, max(0, own[period])))
            let balance = try program.addRow(
                name("balance"), .exactly(load[period] - own[period]),
                [
                    (imported, 1), (exported, -1), (curtailed, -1), (charge, -1 / battery.chargeEfficiency),
                    (discharge, battery.dischargeEfficiency),
                ])
            let content = try program.addRow(
                name("stored"), .exactly(period == 0 ? battery.storedAtStart : 0),
                [(stored, 1), (charge, -1), (discharge, 1)])
            if let before = periods.last { try program.add(-1, before.stored, to: content) }
            if let peak { try program.addRow(name("peak"), .atMost(0), [(imported, 1), (peak, -1)]) }
            periods.append(
                Columns(
                    charge: charge, discharge: discharge, stored: stored, imported: imported, exported: exported,
                    curtailed: curtailed, balance: balance))
        }
        return (program, periods)
    }
}
