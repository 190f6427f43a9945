import Foundation
import Testing
import TwinCore
import TwinPlant
import TwinUnits

@Suite("Battery storage")
struct StorageTests {
    private let unit = Bench.battery()

    private func string(_ soc: Double) -> BatteryString { Bench.battery(initialSOC: soc).memory() }

    private func soc(after span: Span, from soc: Double, powerKW: Double) -> Double {
        var string = string(soc)
        string.hold(powerKW: powerKW, hours: span.hours)
        return string.meanSOC
    }

    private func feasibleKW(_ powerKW: Double, soc: Double, over span: Span) -> Double {
        string(soc).feasibleKW(powerKW, hours: span.hours)
    }

    private func close(_ a: Double?, _ b: Double) -> Bool { a.map { abs($0 - b) < 1e-9 } ?? false }

    @Test("moves the state of charge by what the cells give and take")
    func stateOfCharge() {
        // 450 kW for an hour leave the cells as 450 / 0.9 = 500 kWh of 1000.
        #expect(close(soc(after: .hours(1), from: 0.8, powerKW: 450), 0.3))
        // 200 kW for an hour reach the cells as 200 x 0.95 = 190 kWh.
        #expect(close(soc(after: .hours(1), from: 0.5, powerKW: -200), 0.69))
        #expect(soc(after: .hours(5), from: 0.5, powerKW: 0) == 0.5)
    }

    @Test("allows what rating and window of charge allow")
    func feasible() {
        let hour = Span.hours(1)
        #expect(feasibleKW(700, soc: 0.9, over: .minutes(1)) == 500)
        #expect(feasibleKW(-700, soc: 0.5, over: .minutes(1)) == -500)
        // 0.5 to 0.1 are 400 kWh in the cells, 360 kWh at the meter.
        #expect(close(feasibleKW(450, soc: 0.5, over: hour), 360))
        // 0.5 to 0.9 are 400 kWh in the cells, 400 / 0.95 at the meter.
        #expect(close(feasibleKW(-450, soc: 0.5, over: hour), -400 / 0.95))
        #expect(feasibleKW(100, soc: 0.1, over: hour) == 0)
        #expect(feasibleKW(-100, soc: 0.9, over: hour) == 0)
        // Beyond the window, in either direction, nothing more goes that way.
        #expect(feasibleKW(100, soc: 0.05, over: hour) == 0)
        #expect(feasibleKW(-100, soc: 0.95, over: hour) == 0)
        #expect(feasibleKW(-100, soc: 0.05, over: hour) == -100)
    }

    @Test("uses measured power and charge, and books discharge and charge apart")
    func measured() throws {
        var storage = Bench.storage()
        let discharge = storage.tick(
            [Bench.minute(.storage, "ess-1", at: 0, #""power_kw":300,"soc_fraction":0.7"#)], Bench.context(1),
            PlantImage())
        #expect(discharge.total("power_kw") == UsedValue(300, .good))
        #expect(discharge.value("soc_fraction") == UsedValue(0.7, .good))
        #expect(discharge.cell(.storageDischarge, at: 0)?.energy.wattSeconds == 18_000_000)
        #expect(discharge.cell(.storageCharge, at: 0)?.energy.wattSeconds == 0)
        let charge = storage.tick(
            [Bench.minute(.storage, "ess-1", at: 60, #""power_kw":-120"#)], Bench.context(2), PlantImage())
        #expect(charge.cell(.storageDischarge, at: 60)?.energy.wattSeconds == 0)
        #expect(charge.cell(.storageCharge, at: 60)?.energy.wattSeconds == 7_200_000)
        #expect(charge.cell(.storageCharge, at: 60)?.measuredMs == 60_000)
        // No new state of charge: 0.7 + 120 kW x 0.95 / 60 h / 1000 kWh.
        #expect(charge.value("soc_fraction")?.quality == .estimated)
        #expect(close(charge.value("soc_fraction")?.value, 0.7 + 120 * 0.95 / 60 / 1000))
    }

    @Test("believes in its set-point while no meter tells")
    func model() {
        var storage = Bench.storage()
        // Starts in the middle of its window, at 0.5.
        let reply = storage.tick([], Bench.context(1, setPoints: [AssetPath(.storage, "ess-1"): 240]), PlantImage())
        #expect(reply.total("power_kw") == UsedValue(240, .estimated))
        #expect(reply.cell(.storageDischarge, at: 0)?.energy.wattSeconds == 14_400_000)
        #expect(reply.cell(.storageDischarge, at: 0)?.estimatedMs == 60_000)
        // 240 / 0.9 / 60 / 1000.
        #expect(close(reply.value("soc_fraction")?.value, 0.5 - 240 / 0.9 / 60 / 1000))
        let idle = storage.tick([], Bench.context(2), PlantImage())
        #expect(idle.total("power_kw") == UsedValue(0, .estimated))
    }

    @Test("reads registers of both directions")
    func registers() {
        var storage = Bench.storage()
        func tick(_ number: Int, _ out: Int, _ into: Int) -> ComponentReply {
            let values = "\"power_kw\":1,\"energy_out_total_kwh\":\(out),\"energy_in_total_kwh\":\(into)"
            return storage.tick(
                [Bench.minute(.storage, "ess-1", at: Int64(number - 1) * 60, values)], Bench.context(number),
                PlantImage())
        }
        _ = tick(1, 100, 200)
        let reply = tick(2, 105, 203)
        // 5 kWh out and 3 kWh in.
        #expect(reply.cell(.storageDischarge, at: 60)?.energy.wattSeconds == 18_000_000)
        #expect(reply.cell(.storageCharge, at: 60)?.energy.wattSeconds == 10_800_000)
    }

    @Test("never leaves 0 to 1, whatever is commanded and measured", arguments: 0..<64 as Range<UInt64>)
    func bounds(seed: UInt64) throws {
        var chance = SeedStream(seed: seed, name: "storage")
        var storage = Bench.storage()
        for tick in 1...200 {
            var slice: [Routed] = []
            let power = ((chance.unit() - 0.5) * 1100).rounded()
            switch chance.next() % 4 {
            case 0: slice = [Bench.minute(.storage, "ess-1", at: Int64(tick - 1) * 60, "\"power_kw\":\(power)")]
            case 1:
                let soc = (chance.unit() * 1.2 * 1000).rounded() / 1000
                slice = [
                    Bench.minute(
                        .storage, "ess-1", at: Int64(tick - 1) * 60, "\"power_kw\":\(power),\"soc_fraction\":\(soc)")
                ]
            default: break
            }
            let wish = (chance.unit() - 0.5) * 4000
            let reply = storage.tick(
                slice, Bench.context(tick, setPoints: [AssetPath(.storage, "ess-1"): wish]), PlantImage())
            let soc = try #require(reply.value("soc_fraction")).value
            if !(0...1).contains(soc) { Issue.record("seed \(seed), tick \(tick): \(soc)") }
            for cell in reply.cells where cell.energy < .zero { Issue.record("seed \(seed), tick \(tick): \(cell)") }
        }
    }

    @Test("does not let the model leave its window of charge", arguments: [-500.0, 500])
    func modelWindow(setPoint: Double) throws {
        var storage = Bench.storage()
        var soc = 0.5
        for tick in 1...600 {
            let reply = storage.tick(
                [], Bench.context(tick, setPoints: [AssetPath(.storage, "ess-1"): setPoint]), PlantImage())
            soc = try #require(reply.value("soc_fraction")).value
            #expect(soc >= unit.socMin - 1e-9 && soc <= unit.socMax + 1e-9, "tick \(tick)")
        }
        // 10 h at full power: it stands at the end of its window.
        #expect(close(soc, setPoint > 0 ? unit.socMin : unit.socMax))
    }

    @Test("goes on from its saved state as if nothing had happened")
    func checkpoint() throws {
        var one = Bench.storage()
        _ = one.tick(
            [Bench.minute(.storage, "ess-1", at: 0, #""power_kw":300,"soc_fraction":0.7"#)], Bench.context(1),
            PlantImage())
        var two = Bench.storage()
        two.state = try JSONDecoder().decode(AreaTwin.State.self, from: JSONEncoder().encode(one.state))
        let message = Bench.minute(.storage, "ess-1", at: 60, #""power_kw":-120"#)
        let first = one.tick([message], Bench.context(2), PlantImage())
        let second = two.tick([message], Bench.context(2), PlantImage())
        #expect(first.image == second.image && first.cells == second.cells && first.values == second.values)
        #expect(first.record.bytes == second.record.bytes)
    }
}

@Suite("Grades of reused packs")
struct PackGradeTests {
    @Test(
        "a grade begins at its state of health, and below all of them a pack is recycled",
        arguments: [(1.0, PackGrade.a), (0.8, .a), (0.799, .b), (0.65, .b), (0.649, .c), (0.5, .c), (0.499, .recycle)])
    func grade(health: Double, grade: PackGrade) {
        let grading = PackGrading(floors: [.a: 0.8, .b: 0.65, .c: 0.5], sheets: [:])
        #expect(grading.grade(ofHealth: health) == grade)
    }

    @Test("packs hold together what each of them holds")
    func sum() {
        let day = CivilDate(year: 2025, month: 3, day: 10)
        let sheet = PackSheet(newKWh: 24, graded: day, health: [0.5, 0.75], source: "")
        #expect(sheet.presentKWh == 30 && sheet.meanHealth == 0.625)
        #expect(PackSheet(newKWh: 24, graded: day, health: [], source: "").meanHealth == nil)
    }
}
