import Testing
import TwinCore
import TwinPlant

@Suite("The plant that obeys")
struct ResponsivePlantTests {
    private let start = Bench.start

    /// A store of exactly 500 kW and 1000 kWh without losses of its own, and nothing else; no losses, no noise.
    static func truth(
        lossFraction: Double = 0, unmeteredKW: Double = 0, noise: Double = 0
    ) -> PlantTruth {
        var truth = PlantTruth()
        truth[PlantTruth.Weather.self].monthlyTemperatureC = [Double](repeating: 10, count: 12)
        truth[PlantTruth.Weather.self].monthlyWindMPerS = [Double](repeating: 5, count: 12)
        truth[PlantTruth.Weather.self].monthlyClearness = [Double](repeating: 0.6, count: 12)
        truth[PlantTruth.Weather.self].dailySwingK = 3
        truth[PlantTruth.Weather.self].turbulenceIntensity = 0.1
        truth[WindTurbine.Truth.self].shearFactor = 1.3
        truth[WindTurbine.Truth.self].wakeFraction = 0.05
        truth[WindTurbine.Truth.self].availability = 0.95
        truth[WindTurbine.Truth.self].spread = 0.05
        truth[PVPark.Truth.self].scale = 0.98
        truth[PVPark.Truth.self].spread = 0.02
        truth[Shop.Truth.self].electricityScale = [AssetPath(.shop, "paint"): 1.02]
        truth[Shop.Truth.self].breakDipFraction = 0.1
        truth[Shop.Truth.self].noiseFraction = 0.01
        truth[Shop.Truth.self].gasLagMinutes = 10
        truth[PlantTruth.Intensity.self].summerShare = [Double](repeating: 0.6, count: 12)
        truth[PlantTruth.Intensity.self].deviation = 30
        truth[PlantTruth.Intensity.self].forecastError = 10
        truth[BatteryUnit.Truth.self].healthMean = 0.65
        truth[BatteryUnit.Truth.self].packsPerString = 4
        truth[BatteryUnit.Truth.self].initialSOC = 0.5
        truth[BatteryUnit.Truth.self].converterEfficiency = 0.97
        truth[BatteryUnit.Truth.self].packLossAtThirdC = 0.02
        truth[BatteryUnit.Truth.self].standbyWPerPack = 20
        truth[HeatTruth.self].initialStoreFraction = 0.5
        truth[ChargingTruth.self].staffCars = 20
        truth[ChargingTruth.self].yardNeedKWh = 20
        truth[ChargingTruth.self].agvsPerGroup = 10
        truth[SolidOxideFuelCell.Truth.self].tankInitialLitres = 5000
        truth[SolidOxideFuelCell.Truth.self].deliveryLitres = 4000
        truth[SolidOxideFuelCell.Truth.self].reorderLitres = 1000
        truth[PlantTruth.Distribution.self].lossFraction = lossFraction
        truth[PlantTruth.Distribution.self].unmeteredLoadKW = unmeteredKW
        truth[PlantTruth.Distribution.self].meterNoiseFraction = noise
        return truth
    }

    private static let storage = Bench.asset(.storage, "ess-1", Bench.battery())

    private func plant(
        _ truth: PlantTruth = truth(), _ others: [PlantAsset] = [], seed: UInt64 = 1
    ) -> ResponsivePlant {
        ResponsivePlant(
            site: "s", location: Bench.location, meter: "meter", assets: others + [Self.storage], network: nil,
            calendar: Bench.calendar,
            truth: truth, seed: seed)
    }

    private func send(
        _ plant: inout ResponsivePlant, id: String, asset: String = "ess-1", action: String = "set_power",
        value: String = "100", unit: String = "kW", lease: Int = 180, expires: String = "2025-06-18T06:02:00Z",
        after: Span = Span(ms: 0), retained: Bool = false
    ) {
        let payload =
            "{\"id\":\"\(id)\",\"action\":\"\(action)\",\"value\":\(value),\"unit\":\"\(unit)\","
            + "\"expires\":\"\(expires)\",\"lease_s\":\(lease)}"
        plant.receive(
            topic: "v1/s/storage/\(asset)/cmd", payload: Array(payload.utf8), correlation: "c-\(id)",
            now: start + after, retained: retained)
    }

    /// A step and what the plant said in it.
    private struct Said {
        var step: ResponsivePlant.Step
        var readings: [Reading]
        var messages: [PlantMessage]
        var acknowledgements: [PlantMessage] { messages.filter { $0.topic.hasSuffix("/ack") } }
        var telemetry: [PlantMessage] { messages.filter { $0.topic.hasSuffix("/tele") } }
        var servedLoadKW: Double { step.servedLoadKW }
    }

    private func step(
        _ plant: inout ResponsivePlant, _ minute: Int64 = 0, windKW: Double = 0, loadKW: Double = 1000
    ) -> Said {
        let from = start + minute * .minutes(1)
        let step = plant.step(
            from: from, to: from + .minutes(1),
            .init(freeKW: windKW, offeredKW: [], loadKW: loadKW, temperatureC: 10, electricVehicles: 0))
        let messages = plant.messages(from: from, to: from + .minutes(1), number: Int(minute) + 1)
        return Said(step: step, readings: plant.readings, messages: messages)
    }

    private func value(_ said: Said, _ asset: String, _ key: String) throws -> Double {
        let found = said.readings.first { $0.path.asset == asset && $0.key == key }
        return try #require(found).value
    }

    private func answers(_ said: Said) throws -> [String] {
        try said.acknowledgements.map { message in
            let json = try JSONReader.read(message.payload)
            return try #require(json["code"]?.text ?? json["state"]?.text)
        }
    }

    @Test("balances the bus on the grid meter, with losses and what no meter sees")
    func balance() throws {
        var plant = plant(Self.truth(lossFraction: 0.02, unmeteredKW: 50))
        // 1000 x 1.02 + 50 - 300 = 770; the string's management draws 4 packs x 20 W.
        let now = step(&plant, windKW: 300)
        #expect(abs(try value(now, "meter", "import_kw") - 770.1) < 0.051)
        #expect(try value(now, "meter", "export_kw") == 0)
        // Charging 200 kW is delivered too: 1000 + 200 + 24 + 50 - 1500 = -226.
        send(&plant, id: "1", value: "-200", expires: "2025-06-18T06:09:00Z", after: .minutes(1))
        let next = step(&plant, 1, windKW: 1500)
        #expect(abs(try value(next, "meter", "export_kw") - 225.9) < 0.11)
    }

    @Test("closes its balance for any commands", arguments: 0..<8 as Range<UInt64>)
    func anyCommands(seed: UInt64) throws {
        var chance = SeedStream(seed: seed, name: "responsive")
        var plant = plant(Self.truth(lossFraction: 0.03, unmeteredKW: 20), seed: seed)
        for minute in Int64(0)..<120 {
            let wish = ((chance.unit() - 0.5) * 1000).rounded()
            send(
                &plant, id: "\(minute)", value: "\(wish)", expires: "2025-06-18T09:00:00Z", after: minute * .minutes(1))
            let wind = chance.unit() * 3000
            let load = chance.unit() * 5000
            let now = step(&plant, minute, windKW: wind, loadKW: load)
            let net = try value(now, "meter", "import_kw") - value(now, "meter", "export_kw")
            let storage = try value(now, "ess-1", "power_kw")
            let expected = load + (load + max(0, -storage)) * 0.03 + 20 - wind - storage
            // Both meters print one decimal.
            #expect(abs(net - expected) < 0.16, "seed \(seed), minute \(minute)")
            #expect((0...1).contains(try value(now, "ess-1", "soc_fraction")))
        }
    }

    @Test("answers a repeated command as before, and forgets the oldest half of a thousand")
    func repeats() throws {
        var plant = plant()
        send(&plant, id: "first", unit: "MW")
        for number in 0..<999 { send(&plant, id: "\(number)") }
        // 1000 answers are held. The repeat would be right now, but it is answered as it was: wrong_type.
        _ = step(&plant)
        send(&plant, id: "first")
        #expect(try answers(step(&plant)) == ["wrong_type"])
        // One more and the oldest 500 are gone, "first" among them; the 500th after it is still known.
        send(&plant, id: "last")
        _ = step(&plant)
        send(&plant, id: "first")
        send(&plant, id: "499", unit: "MW")
        #expect(try answers(step(&plant)) == ["accepted", "accepted"])
    }

    @Test("moves its state of charge by the energy it gives and what the string loses")
    func stateOfCharge() throws {
        var plant = plant()
        send(&plant, id: "1", value: "300")
        // 300 kW / 0.97 = 309.3 at the packs, 0.309 C: 2 % x 3 x 0.309 = 1.86 % more, 315.0 kW; a minute of it is 5.25 kWh
        // of 1000.
        let soc = try value(step(&plant), "ess-1", "soc_fraction")
        #expect(abs(soc - 0.49475) < 0.0001)
    }

    @Test("the yard gets the electric vehicles, and parts of one until they make a whole")
    func yard() {
        var yard = VehicleYard()
        yard.points = 1000
        yard.pointMaxKW = 7
        var plant = plant(Self.truth(), [Bench.asset(.yard, "cars", yard)])
        // Nothing is charged: with 7,000 kW and a day at the least, no departure demands any.
        plant.order(AssetPath(.yard, "cars"), 0, until: start + .hours(1))
        var need: [Double] = []
        for (minute, electric) in [(0, 2.0), (1, 0), (2, 0.3), (3, 0.3), (4, 0.5), (5, 3)] as [(Int64, Double)] {
            let from = start + minute * .minutes(1)
            _ = plant.step(
                from: from, to: from + .minutes(1),
                .init(freeKW: 0, offeredKW: [], loadKW: 0, temperatureC: 10, electricVehicles: electric))
            need += plant.readings.filter { $0.key == "need_kwh" }.map(\.value)
        }
        // 20 kWh a car: 2, then 0.3 + 0.3 + 0.5 = 1.1 make one more and leave 0.1, then 3.
        #expect(need == [40, 40, 40, 40, 60, 120])
    }

    @Test("a park gives what its limit lets through, and its reading too")
    func curtailment() {
        var plant = plant(Self.truth(), [Bench.asset(.solar, "pv", Bench.park)])
        plant.order(AssetPath(.solar, "pv"), 250, until: start + .minutes(2))
        func output(_ minute: Int64) -> [Double] {
            let from = start + minute * .minutes(1)
            return plant.step(
                from: from, to: from + .minutes(1),
                .init(freeKW: 0, offeredKW: [800], loadKW: 1000, temperatureC: 10, electricVehicles: 0)
            ).limitedKW
        }
        #expect([output(0), output(1), output(2)] == [[250], [250], [800]])
    }

    @Test("a tripped asset gives nothing, says so and comes back")
    func trip() throws {
        var plant = plant()
        plant.tripped = [AssetPath(.storage, "ess-1")]
        send(&plant, id: "1")
        let out = step(&plant)
        #expect(try value(out, "ess-1", "power_kw") == 0)
        let message = try #require(out.telemetry.first { $0.topic.contains("ess-1") })
        #expect(try JSONReader.read(message.payload)["connected"] == .bool(false))
        plant.tripped = []
        #expect(try value(step(&plant, 1), "ess-1", "power_kw") > 99)
    }

    @Test("falls back to 0 when the lease ends")
    func lease() throws {
        var plant = plant()
        send(&plant, id: "1", value: "-200", lease: 120)
        #expect(
            try (0..<4).map { try value(step(&plant, $0), "ess-1", "power_kw") }.map { $0.rounded() } == [
                -200, -200, 0, 0,
            ])
    }

    @Test("renews its lease with each command")
    func renewal() throws {
        var plant = plant()
        send(&plant, id: "1", value: "100", lease: 120)
        _ = step(&plant)
        send(&plant, id: "2", value: "100", lease: 120, expires: "2025-06-18T06:09:00Z", after: .minutes(1))
        #expect(
            try (1..<4).map { try value(step(&plant, $0), "ess-1", "power_kw") }.map { $0.rounded() } == [100, 100, 0])
    }

    @Test("answers with the next step, on the ack topic, with the correlation of the request")
    func acknowledgement() throws {
        var plant = plant()
        send(&plant, id: "7f3a-17-1")
        let message = try #require(step(&plant).acknowledgements.first)
        #expect(message.topic == "v1/s/storage/ess-1/ack")
        #expect(message.correlation == "c-7f3a-17-1")
        #expect(String(decoding: message.payload, as: UTF8.self) == #"{"id":"7f3a-17-1","state":"accepted"}"#)
        #expect(step(&plant, 1).acknowledgements.isEmpty)
    }

    @Test("refuses commands with the right code and does not act")
    func refusals() throws {
        var plant = plant()
        send(&plant, id: "retained", retained: true)
        send(&plant, id: "expired", expires: "2025-06-18T06:00:00Z")
        send(&plant, id: "no time", expires: "soon")
        send(&plant, id: "limit", value: "501")
        send(&plant, id: "limit below", value: "-501")
        send(&plant, id: "unknown", asset: "ess-9")
        send(&plant, id: "unit", unit: "MW")
        send(&plant, id: "action", action: "explode")
        send(&plant, id: "value", value: "\"100\"")
        let now = step(&plant)
        #expect(
            try answers(now) == [
                "retained_command", "command.expired", "command.expired", "command.limit", "command.limit",
                "command.unknown_asset", "wrong_type", "wrong_type", "wrong_type",
            ])
        #expect(try value(now, "ess-1", "power_kw").rounded() == 0)
    }

    @Test("repeats its answer to a known id without acting twice")
    func repeated() throws {
        var plant = plant()
        send(&plant, id: "1", value: "100", lease: 120)
        #expect(try answers(step(&plant)) == ["accepted"])
        // The same id with another value and a later lease: answered, not obeyed.
        send(&plant, id: "1", value: "400", lease: 600, expires: "2025-06-18T06:09:00Z", after: .minutes(1))
        let second = step(&plant, 1)
        #expect(try answers(second) == ["accepted"])
        #expect(try value(second, "ess-1", "power_kw").rounded() == 100)
        #expect(try value(step(&plant, 2), "ess-1", "power_kw").rounded() == 0)
        // A refusal is repeated too.
        send(&plant, id: "2", value: "9999", expires: "2025-06-18T06:09:00Z", after: .minutes(3))
        send(&plant, id: "2", value: "10", expires: "2025-06-18T06:09:00Z", after: .minutes(3))
        #expect(try answers(step(&plant, 3)) == ["command.limit", "command.limit"])
    }

    @Test("says nothing to what it cannot read", arguments: ["{", "{}", "{\"id\":7}", "[]", ""])
    func unreadable(payload: String) {
        var plant = plant()
        plant.receive(
            topic: "v1/s/storage/ess-1/cmd", payload: Array(payload.utf8), correlation: nil, now: start, retained: false
        )
        #expect(step(&plant).acknowledgements.isEmpty)
    }

    @Test(
        "listens to command topics of its site only",
        arguments: ["v1/s/storage/ess-1/tele", "v1/x/storage/ess-1/cmd", "v1/s/clock"])
    func otherTopics(topic: String) {
        var plant = plant()
        plant.receive(topic: topic, payload: Array(#"{"id":"1"}"#.utf8), correlation: nil, now: start, retained: false)
        #expect(step(&plant).acknowledgements.isEmpty)
    }

    @Test("neither answers nor acts while it ignores")
    func ignoring() throws {
        var plant = plant()
        plant.ignoring = [AssetPath(.storage, "ess-1")]
        send(&plant, id: "1")
        let deaf = step(&plant)
        #expect(deaf.acknowledgements.isEmpty)
        #expect(try value(deaf, "ess-1", "power_kw").rounded() == 0)
        plant.ignoring = []
        send(&plant, id: "2", expires: "2025-06-18T06:09:00Z", after: .minutes(1))
        #expect(try value(step(&plant, 1), "ess-1", "power_kw").rounded() == 100)
    }

    @Test("opens the breaker in an outage: no wind, no import, and the store carries what it can")
    func outage() throws {
        var plant = plant()
        plant.isOutage = true
        let island = step(&plant, windKW: 800, loadKW: 1000)
        // The rating is 500 kW of the 1000 kW that are wanted; 80 W are the string's own.
        #expect(abs(island.servedLoadKW - 499.92) < 1e-6)
        #expect(try value(island, "meter", "import_kw") == 0 && value(island, "meter", "export_kw") == 0)
        let meter = try #require(island.telemetry.last)
        #expect(try JSONReader.read(meter.payload)["connected"] == .bool(false))
        plant.isOutage = false
        let back = step(&plant, 1, windKW: 800, loadKW: 1000)
        #expect(abs(try value(back, "meter", "import_kw") - 200.1) < 0.051)
        #expect(try JSONReader.read(try #require(back.telemetry.last).payload)["connected"] == .bool(true))
    }

    @Test("empties its store in a long outage and then serves nothing")
    func longOutage() throws {
        var plant = plant()
        plant.isOutage = true
        var served = 0.0
        for minute in Int64(0)..<120 { served += step(&plant, minute, loadKW: 1000).servedLoadKW / 60 }
        // From 0.5 to the window's end at 0.1 of 1000 kWh, less 3 % in the converter and 3 % in the packs.
        #expect((370...385).contains(served))
        #expect(step(&plant, 120, loadKW: 1000).servedLoadKW < 1e-6)
    }

    @Test("says the same for the same seed, and other things for another")
    func seeds() {
        let truth = Self.truth(noise: 0.01)
        func run(_ seed: UInt64) -> [PlantMessage] {
            var plant = plant(truth, seed: seed)
            return (Int64(0)..<20).flatMap { step(&plant, $0).telemetry }
        }
        #expect(run(1) == run(1))
        #expect(run(1) != run(2))
    }
}
