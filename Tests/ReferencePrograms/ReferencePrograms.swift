package import TwinProgram

/// Programs of the size of a plan, from smooth made-up days.
package enum ReferencePrograms {
    /// A day of 96 quarters of an hour: battery, sun, wind, grid and peak, 577 columns. kWh, kg CO2e.
    package static func dayAhead() throws(LinearProgram.Problem) -> LinearProgram {
        try dayAheadSite().program().program
    }

    package static func dayAheadSite() -> BatterySite {
        let quarters = 0..<96
        // Sun by a parabola from 6 to 18 h, wind and load by waves that do not repeat within the day.
        let sun = quarters.map { max(0, 1 - square((Double($0) - 48) / 24)) }
        return BatterySite(
            load: quarters.map { 4500 + 75 * Double($0 * 7 % 13) + 1200 * sun[$0] },
            own: quarters.map { 2250 * sun[$0] + 375 + 100 * Double($0 * 5 % 7) },
            importCost: quarters.map { 0.15 + 0.01 * Double($0 * 11 % 9) - 0.06 * sun[$0] },
            exportIncome: quarters.map { 0.06 + 0.004 * Double($0 * 11 % 9) - 0.024 * sun[$0] },
            importMax: 10_000, exportMax: 5000, peakCost: 3,
            battery: BatterySite.Battery(
                storedMin: 200, storedMax: 1800, storedAtStart: 1000, storedAtEndMin: 1000, chargeMax: 250,
                dischargeMax: 250, chargeEfficiency: 0.95, dischargeEfficiency: 0.95, wear: 0.001))
    }

    /// Two loads of a car park in a day of 48 half hours beside a battery: each wants its energy between two periods, and
    /// what cannot be had is paid for. 340 columns.
    package static func deferrableDay() throws(LinearProgram.Problem) -> LinearProgram {
        let halves = 0..<48
        let sun = halves.map { max(0, 1 - square((Double($0) - 24) / 12)) }
        let site = BatterySite(
            load: halves.map { 900 + 15 * Double($0 * 7 % 13) }, own: halves.map { 1400 * sun[$0] },
            importCost: halves.map { 0.15 + 0.01 * Double($0 * 11 % 9) - 0.06 * sun[$0] },
            exportIncome: halves.map { 0.05 + 0.003 * Double($0 * 11 % 9) }, importMax: 2000, exportMax: 1000,
            peakCost: nil,
            battery: BatterySite.Battery(
                storedMin: 100, storedMax: 900, storedAtStart: 500, storedAtEndMin: 500, chargeMax: 250,
                dischargeMax: 250, chargeEfficiency: 0.95, dischargeEfficiency: 0.95, wear: 0.001))
        var (program, periods) = try site.program()
        for (load, window) in [12..<34, 16..<44].enumerated() {
            let energy = try program.addRow(LinearProgram.Name("car park wants", load), .atLeast(1800))
            for period in window {
                let power = try program.addColumn(
                    LinearProgram.Name("car park \(load)", period), .between(0, 150))
                try program.add(1, power, to: energy)
                // It is one more load of its period: on the other side than import.
                try program.add(-1, power, to: periods[period].balance)
            }
            try program.soften(energy, priceBelow: 5)
        }
        return program
    }

    /// A fuel cell beside a load over `periods` half hours: on or off with a least load, a cost of running and one of each
    /// start. What no linear program can say.
    package static func fuelCellDay(periods: Int) throws(LinearProgram.Problem) -> LinearProgram {
        var program = LinearProgram()
        var before: LinearProgram.Column?
        for period in 0..<periods {
            func name(_ word: String) -> LinearProgram.Name { LinearProgram.Name(word, period) }
            let grid = try program.addColumn(
                name("import"), .between(0, 2000), cost: 0.12 + 0.01 * Double(period * 11 % 9))
            let power = try program.addColumn(name("power"), .between(0, 500), cost: 0.13)
            let isOn = try program.addBinary(name("on"), cost: 4)
            let start = try program.addBinary(name("start"), cost: 15)
            try program.addRow(
                name("balance"), .exactly(150 + 40 * Double(period * 7 % 13)), [(grid, 1), (power, 1)])
            try program.addRow(name("most"), .atMost(0), [(power, 1), (isOn, -500)])
            try program.addRow(name("least"), .atLeast(0), [(power, 1), (isOn, -200)])
            if let before {
                try program.addRow(name("starts"), .atMost(0), [(isOn, 1), (before, -1), (start, -1)])
            } else {
                try program.addRow(name("starts"), .atMost(0), [(isOn, 1), (start, -1)])
            }
            before = isOn
        }
        return program
    }

    private static func square(_ value: Double) -> Double { value * value }
}
