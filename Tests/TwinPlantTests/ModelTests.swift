import Testing
import TwinCore
import TwinPlant

@Suite("Fuel cell and tank")
struct FuelCellTests {
    private let model = FuelCell.Parameters(
        ratedKW: 1000, minimumFraction: 0.4, ratedEfficiency: 0.55, rampFractionPerMinute: 0.02, coldStartHours: 20,
        warmStartHours: 2, standbyFuelFraction: 0.08, heatFraction: 0.28)

    @Test("just switched off it starts warm, later the colder the longer it stood")
    func warmStart() {
        // 20 h from cold, 2 h from warm: after 5 h it has cooled by a quarter, 2 + 18 / 4 = 6.5 h.
        for (stood, needed) in [(5.0, 6.5), (20, 20), (200, 20)] {
            var cell = FuelCell(model, mode: .running, powerKW: 1000)
            for _ in 0..<Int(stood) { _ = cell.step(setPointKW: nil, hours: 1) }
            _ = cell.step(setPointKW: 1000, hours: needed - 0.25)
            #expect(cell.mode == .starting)
            _ = cell.step(setPointKW: 1000, hours: 0.5)
            #expect(cell.mode == .running)
        }
    }

    @Test("takes 0.308 litres per kWh at 0.55, within 1 %")
    func fuel() {
        #expect(abs(model.fuelLitresPerHour(powerKW: 1000) / 1000 / 0.308 - 1) < 0.01)
        // 1000 / 0.55 x 0.28
        #expect(abs(model.heatKW(powerKW: 1000) - 509.09) < 0.01)
        #expect(model.heatKW(powerKW: 0) == 0)
    }

    @Test("ramps by 2 % a minute, holds its minimum, and stands by at 0")
    func ramp() {
        var cell = FuelCell(model, mode: .running, powerKW: 1000)
        // 1000 to 980 over a minute: 990 in the mean.
        #expect(abs(cell.step(setPointKW: 400, hours: 1.0 / 60).powerKW - 990) < 1e-9)
        for _ in 0..<60 { _ = cell.step(setPointKW: 100, hours: 1.0 / 60) }
        #expect(abs(cell.powerKW - 400) < 1e-9)
        let standby = cell.step(setPointKW: 0, hours: 1)
        #expect(standby.powerKW == 0 && standby.mode == .standby && standby.heatKW == 0)
        // 8 % of 1000 / 0.55.
        #expect(abs(standby.fuelKW - 145.4545) < 0.001)
    }

    @Test("takes 20 hours from cold")
    func coldStart() {
        var cell = FuelCell(model, mode: .off)
        for _ in 0..<19 { #expect(cell.step(setPointKW: 1000, hours: 1).powerKW == 0) }
        _ = cell.step(setPointKW: 1000, hours: 1)
        #expect(cell.step(setPointKW: 1000, hours: 1).powerKW > 400)
        #expect(cell.starts == 1)
    }

    @Test("thirty steps of a minute are one of half an hour, within 1 %")
    func steps() {
        var fine = FuelCell(model, mode: .running, powerKW: 1000)
        var coarse = fine
        let minutes = (0..<30).reduce(0.0) { sum, _ in sum + fine.step(setPointKW: 500, hours: 1.0 / 60).powerKW / 60 }
        let half = coarse.step(setPointKW: 500, hours: 0.5).powerKW / 2
        #expect(abs(minutes / half - 1) < 0.01)
    }

    @Test("stays finite", arguments: [Double.nan, .infinity, -.infinity, 1e308, -5])
    func badInput(value: Double) {
        var cell = FuelCell(model, mode: .running, powerKW: 500)
        let out = cell.step(setPointKW: value, hours: 0.5)
        #expect(out.powerKW.isFinite && out.fuelKW.isFinite && (0...1000).contains(out.powerKW))
        #expect(cell.step(setPointKW: 500, hours: value).powerKW.isFinite)
    }

    @Test("the tank is filled at its reorder point and never below nothing")
    func tank() {
        var tank = EthanolTank(capacityLitres: 1000, levelLitres: 300, reorderLitres: 200, deliveryLitres: 700)
        #expect(tank.draw(litres: 90) == 90 && tank.levelLitres == 210)
        #expect(tank.draw(litres: 20) == 20 && tank.levelLitres == 890 && tank.deliveries == 1)
        #expect(tank.draw(litres: 5000) == 890)
        #expect(tank.draw(litres: .nan) == 0 && tank.draw(litres: -3) == 0 && tank.levelLitres >= 0)
    }
}

@Suite("Battery string")
struct BatteryStringTests {
    private func string(_ packs: [Double], soc: Double = 0.5) -> BatteryString {
        BatteryString(
            .init(
                ratedKW: 250, packKWh: packs, socMin: 0.1, socMax: 0.9, chargeEfficiency: 0.965,
                dischargeEfficiency: 0.965, packLossAtThirdC: 0.025, standbyKW: 0.03 * Double(packs.count)), soc: soc)
    }

    /// What a battery unit does with it in a step: all that is feasible is held, and the own use is drawn besides.
    private func step(_ string: inout BatteryString, _ powerKW: Double, hours: Double) -> Double {
        let power = string.feasibleKW(powerKW, hours: hours)
        string.hold(powerKW: power, hours: hours)
        return power - string.parameters.standbyKW
    }

    @Test("gives back 0.875 at a third of its capacity an hour, own use included; plants report 0.85 to 0.88")
    func roundTrip() {
        var string = string([Double](repeating: 15.6, count: 24))
        let begin = string.meanSOC
        var charged = 0.0
        for _ in 0..<60 { charged -= step(&string, -125, hours: 1.0 / 60) / 60 }
        var given = 0.0
        while string.meanSOC > begin { given += step(&string, 125, hours: 1.0 / 3600) / 3600 }
        // In: 125 x 0.965 = 120.6 kW, less 0.075 x 120.6^2 / 374.4 = 2.9: 117.7 kWh for 125 + 24 x 0.03 = 125.72 kWh.
        // Out: 125 / 0.965 = 129.5 kW and 0.075 x 129.5^2 / 374.4 = 3.4: 132.9 kW, so 0.886 h of 124.28 kW.
        #expect(abs(given / charged - 0.8755) < 0.003, "\(given / charged)")
    }

    @Test("the weakest pack ends the charge of all, inside the window", arguments: 0..<40 as Range<UInt64>)
    func window(seed: UInt64) {
        var chance = SeedStream(seed: seed, name: "packs")
        var string = string((0..<24).map { _ in 12 + 5 * chance.unit() }, soc: 0.2 + 0.6 * chance.unit())
        for _ in 0..<300 {
            let wish = (chance.unit() - 0.5) * 1200
            let power = step(&string, wish, hours: chance.unit() * 0.5 + 0.001)
            #expect(abs(power) <= 250.73 && power.isFinite, "seed \(seed)")
            #expect(string.socs.allSatisfy { $0 >= 0.1 - 1e-9 && $0 <= 0.9 + 1e-9 }, "seed \(seed)")
        }
        #expect(step(&string, .nan, hours: 1).isFinite)
        let socs = string.socs
        #expect(string.feasibleKW(100, hours: 0) == 0)
        for (power, hours) in [(100, 0), (100, -1), (100, .infinity), (.nan, 1)] as [(Double, Double)] {
            string.hold(powerKW: power, hours: hours)
        }
        #expect(string.socs == socs)
    }
}

@Suite("Charging")
struct ChargingTests {
    private static let hour: Int64 = 3_600_000

    private func session(_ need: Double, departs: Int64, v2g: Bool = false) -> ChargingSession {
        ChargingSession(
            arrivesMs: 0, departsMs: departs, leavesMs: departs, energyKWh: 20, targetKWh: 20 + need, maxChargeKW: 7.4,
            maxDischargeKW: v2g ? 6 : 0, floorKWh: 12)
    }

    @Test("gives to the car with the least time to spare, and alike to those with the same")
    func fairness() {
        var group = ChargingGroup()
        group.arrive(session(10, departs: 8 * Self.hour))
        group.arrive(session(10, departs: 3 * Self.hour))
        _ = group.step(setPointKW: -6, fromMs: 0, toMs: Self.hour / 60)
        // 6 kW x 0.9 for a minute is 0.09 kWh, all for the second car.
        #expect(abs(group.sessions[1].energyKWh - 20.09) < 1e-9 && group.sessions[0].energyKWh == 20)
        var same = ChargingGroup()
        for _ in 0..<3 { same.arrive(session(10, departs: 8 * Self.hour)) }
        _ = same.step(setPointKW: -6, fromMs: 0, toMs: Self.hour / 60)
        #expect(same.sessions.allSatisfy { abs($0.energyKWh - 20.03) < 1e-9 })
    }

    @Test("misses no feasible departure, whatever it is told", arguments: 0..<200 as Range<UInt64>)
    func departures(seed: UInt64) {
        var chance = SeedStream(seed: seed, name: "bays")
        let step = [Int64(60_000), 300_000, 1_800_000][Int(seed % 3)]
        var group = ChargingGroup()
        var now: Int64 = 0
        while now < 30 * Self.hour {
            if now < 16 * Self.hour, chance.unit() < 0.2 {
                let stay = Double(Self.hour) * (0.3 + 9 * chance.unit())
                group.arrive(
                    ChargingSession(
                        arrivesMs: now, departsMs: now + Int64(stay), leavesMs: now + Int64(stay),
                        energyKWh: 15 + 10 * chance.unit(), targetKWh: 20 + 30 * chance.unit(), maxChargeKW: 7.4,
                        maxDischargeKW: chance.unit() < 0.5 ? 6 : 0, floorKWh: 12))
            }
            let wish: Double? = [nil, 0, 500, -500, (chance.unit() - 0.5) * 100][Int(chance.next() % 5)]
            let out = group.step(setPointKW: wish, fromMs: now, toMs: now + step)
            #expect(out.powerKW.isFinite && out.mustKW <= out.canChargeKW + 1e-9, "seed \(seed)")
            #expect(group.sessions.allSatisfy { $0.energyKWh >= 12 - 1e-9 }, "seed \(seed)")
            #expect(group.sessions.allSatisfy { $0.givenKWh <= 10 + 1e-9 }, "seed \(seed)")
            now += step
        }
        #expect(group.missed == 0 && group.departed > 0, "seed \(seed)")
    }

    @Test("the yard charges what is due first and misses nothing that it could have charged")
    func yard() {
        var yard = FinishedVehicleYard(ratingKW: 100)
        yard.arrive(count: 10, needKWh: 20, departsMs: 5 * Self.hour)
        var load = 0.0
        for minute in Int64(0)..<300 {
            let out = yard.step(limitKW: 0, fromMs: minute * 60_000, toMs: (minute + 1) * 60_000)
            load += out.loadKW / 60
            #expect(out.loadKW <= 100)
        }
        _ = yard.step(limitKW: 0, fromMs: 5 * Self.hour, toMs: 5 * Self.hour + 60_000)
        // 200 kWh through 0.9 although it was told to wait.
        #expect(abs(load - 222.2) < 0.5 && yard.missedKWh < 0.1)
    }

    @Test("held cars stay plugged in when they are due, and leave when they may")
    func held() {
        var group = ChargingGroup()
        group.arrive(session(10, departs: 2 * Self.hour))
        var yard = FinishedVehicleYard(ratingKW: 100)
        yard.arrive(count: 10, needKWh: 20, departsMs: 2 * Self.hour)
        for minute in Int64(0)..<180 {
            let (from, to) = (minute * 60_000, (minute + 1) * 60_000)
            #expect(group.step(setPointKW: nil, fromMs: from, toMs: to, isHeld: true).powerKW <= 0)
            _ = yard.step(limitKW: nil, fromMs: from, toMs: to, isHeld: true)
        }
        #expect(group.sessions.count == 1 && group.departed == 0)
        #expect(yard.departed == 0)
        _ = group.step(setPointKW: nil, fromMs: 3 * Self.hour, toMs: 3 * Self.hour + 60_000)
        _ = yard.step(limitKW: nil, fromMs: 3 * Self.hour, toMs: 3 * Self.hour + 60_000)
        #expect(group.sessions.isEmpty && group.departed == 1 && yard.departed == 10 && yard.missed == 0)
    }

    @Test("475 vehicles draw 50 to 95 kW at work, and never fall below what the work needs")
    func agvs() {
        var groups = (0..<5).map { _ in
            AGVGroup(vehicles: 95, capacityKWh: 1, ratingKW: 60, workingKW: 0.15, restingKW: 0.045)
        }
        var mean = 0.0
        for _ in 0..<480 {
            for index in groups.indices {
                mean += groups[index].step(limitKW: nil, activity: 1, hours: 1.0 / 60).loadKW / 480
            }
        }
        #expect((50...95).contains(mean), "\(mean)")
        for _ in 0..<2000 { _ = groups[0].step(limitKW: 0, activity: 1, hours: 1.0 / 60) }
        #expect(groups[0].soc > 0.25)
        #expect(groups[0].step(limitKW: .nan, activity: .nan, hours: 1).loadKW.isFinite)
    }
}
