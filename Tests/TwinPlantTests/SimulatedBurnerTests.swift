import Testing
import TwinCore
import TwinPlant

@Suite("Process burners of the simulated plant")
struct SimulatedBurnerTests {
    /// At 06:00 UTC on a Wednesday, on shift, or 22:00, after it.
    private func run(_ orders: [String: String], hour: Int64 = 6, minutes: Int = 1) -> [Reading] {
        var truth = ResponsivePlantTests.truth()
        truth[Shop.Truth.self].noiseFraction = 0
        var plant = ResponsivePlant(
            site: "s", location: Bench.location, meter: "meter", assets: Burners.kinds, network: nil,
            calendar: Bench.calendar, truth: truth,
            seed: 1)
        let start = Bench.start + .hours(hour - 6)
        for (asset, command) in orders.sorted(by: { $0.key < $1.key }) {
            let payload =
                "{\"id\":\"\(asset)\",\(command),\"expires\":\"2025-06-19T06:00:00Z\",\"lease_s\":86400}"
            plant.receive(
                topic: "v1/s/gas/\(asset)/cmd", payload: Array(payload.utf8), correlation: nil, now: start,
                retained: false)
        }
        for minute in 0..<minutes {
            let from = start + Int64(minute) * .minutes(1)
            _ = plant.step(
                from: from, to: from + .minutes(1),
                .init(freeKW: 0, offeredKW: [], loadKW: 0, temperatureC: 5.5, electricVehicles: 0))
        }
        return plant.readings
    }

    private func value(_ readings: [Reading], _ asset: String, _ key: String) -> Double? {
        readings.first { $0.path.asset == asset && $0.key == key }?.value
    }

    @Test("an oven obeys a source by its word and tells what its elements could draw")
    func oven() {
        #expect(value(run([:]), "oven", "load_kw") == 0 && value(run([:]), "oven", "can_load_kw") == 600)
        let electric = run(["oven": #""action":"set_source","value":"electric","unit":null"#])
        #expect(value(electric, "oven", "load_kw") == 600 && value(electric, "oven", "gas_kw") == 1685.7)
        // A number is no source, and coal is none.
        for wrong in ["1", "\"coal\"", "null"] {
            let readings = run(["oven": "\"action\":\"set_source\",\"value\":\(wrong),\"unit\":null"])
            #expect(value(readings, "oven", "load_kw") == 0)
        }
    }

    @Test("supply air holds the told temperature and burns less, with the lag of the booth")
    func air() {
        let order = ["air": #""action":"set_setpoint","value":21,"unit":"Cel""#]
        #expect(value(run(order), "air", "temperature_c") == 21)
        // From the first minute on: the lag of 10 min has nothing to move from.
        #expect(value(run(order), "air", "gas_kw") == 400)
        let outside = run(["air": #""action":"set_setpoint","value":15,"unit":"Cel""#])
        #expect(value(outside, "air", "temperature_c") == 23)
    }

    @Test("an oxidiser is turned down after the shift and not during it, whatever it is told")
    func oxidiser() {
        let order = ["oxidiser": #""action":"set_mode","value":"idle","unit":null"#]
        #expect(value(run(order, hour: 22), "oxidiser", "gas_kw") == 120)
        #expect(value(run(order, hour: 6), "oxidiser", "gas_kw") == 700)
    }
}
