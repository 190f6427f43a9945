import Testing
import TwinCore
import TwinPlant
import TwinUnits

extension PlantTruth {
    /// No noise, no hidden load, no lag: what the sums should be is plain. The store holds 1000 kWh without losses.
    static func plain() -> PlantTruth {
        PlantTruth(
            monthlyTemperatureC: Array(repeating: 10, count: 12), monthlyWindMPerS: Array(repeating: 7, count: 12),
            dailySwingK: 3, turbulenceIntensity: 0.1, windShearFactor: 1.25, wakeFraction: 0.1, windAvailability: 0.97,
            shopModel: Bench.model, breakDipFraction: 0.3, shopNoiseFraction: 0.02, gasLagMinutes: 5,
            intensityByHour: Array(repeating: 150, count: 24), intensityDeviation: 20, intensityForecastError: 5,
            storageCapacityKWh: 1000, storageChargeEfficiency: 1, storageDischargeEfficiency: 1, storageAuxiliaryKW: 0,
            storageLagS: 0, storageInitialSOC: 0.5, lossFraction: 0, unmeteredLoadKW: 0, unmeteredLoadFraction: 0,
            meterNoiseFraction: 0)
    }
}

@Suite("Simulated plant that obeys commands")
struct ResponsivePlantTests {
    private let start = Bench.start

    private func plant(_ truth: PlantTruth = .plain(), seed: UInt64 = 1) -> ResponsivePlant {
        ResponsivePlant(site: "s", meterAsset: "meter", storage: [Bench.storageParameters], truth: truth, seed: seed)
    }

    private func send(
        _ plant: inout ResponsivePlant, id: String, value: String = "100", lease: Int = 180, asset: String = "ess-1",
        expires: String = "2025-06-18T06:02:00Z", action: String = "set_power", unit: String = "kW",
        after: Span = Span(ms: 0), retained: Bool = false
    ) {
        let payload =
            "{\"id\":\"\(id)\",\"expires\":\"\(expires)\",\"action\":\"\(action)\",\"value\":\(value),\"unit\":\"\(unit)\","
            + "\"lease_s\":\(lease)}"
        plant.receive(
            topic: Topic.text(site: "s", .storage, asset, .cmd), payload: Array(payload.utf8), correlation: "c-\(id)",
            now: start + after, retained: retained)
    }

    private func step(
        _ plant: inout ResponsivePlant, _ minute: Int64 = 0, windKW: Double = 0, loadKW: Double = 1000
    ) -> ResponsivePlant.Step {
        let from = start + minute * .minutes(1)
        return plant.step(from: from, to: from + .minutes(1), number: Int(minute) + 1, windKW: windKW, loadKW: loadKW)
    }

    /// A value of the asset's telemetry in a step.
    private func value(_ step: ResponsivePlant.Step, _ asset: String, _ key: String) throws -> Double {
        let message = try #require(step.telemetry.first { $0.topic.contains("/\(asset)/") })
        return try #require(JSONReader.read(message.payload)[key]?.double, "\(key)")
    }

    /// `accepted`, or the code of a refusal, of each acknowledgement.
    private func answers(_ step: ResponsivePlant.Step) throws -> [String] {
        try step.acknowledgements.map { message in
            let json = try JSONReader.read(message.payload)
            return json["code"]?.text ?? json["state"]?.text ?? "?"
        }
    }

    @Test("balances: import less export is load and losses and hidden load less wind and storage")
    func balance() throws {
        var truth = PlantTruth.plain()
        truth.lossFraction = 0.02
        truth.unmeteredLoadKW = 50
        truth.unmeteredLoadFraction = 0.01
        var plant = plant(truth)
        send(&plant, id: "1", value: "200")
        // 1000 x 1.02 + 50 + 10 - 300 - 200 = 580 kW of import.
        let first = step(&plant, windKW: 300)
        #expect(try value(first, "meter", "import_kw") == 580)
        #expect(try value(first, "meter", "export_kw") == 0)
        #expect(try value(first, "ess-1", "power_kw") == 200)
        // 1020 + 60 - 1500 - 200 = -620 kW: export.
        let second = step(&plant, 1, windKW: 1500)
        #expect(try value(second, "meter", "import_kw") == 0)
        #expect(try value(second, "meter", "export_kw") == 620)
        #expect(second.windKW == 1500 && second.servedLoadKW == 1000)
    }

    @Test("balances with every effect switched on, to a meter's last digit", arguments: 0..<16 as Range<UInt64>)
    func balanceOverSeeds(seed: UInt64) throws {
        var chance = SeedStream(seed: seed, name: "balance")
        var truth = PlantTruth.plain()
        truth.lossFraction = 0.03 * chance.unit()
        truth.unmeteredLoadKW = 100 * chance.unit()
        truth.storageLagS = 20
        truth.storageAuxiliaryKW = 3
        truth.storageDischargeEfficiency = 0.93
        truth.storageChargeEfficiency = 0.94
        var plant = plant(truth, seed: seed)
        for minute in Int64(0)..<60 {
            let wish = ((chance.unit() - 0.5) * 1000).rounded()
            send(
                &plant, id: "\(minute)", value: "\(wish)", expires: "2025-06-18T08:00:00Z", after: minute * .minutes(1))
            let wind = chance.unit() * 3000
            let load = chance.unit() * 5000
            let now = step(&plant, minute, windKW: wind, loadKW: load)
            let net = try value(now, "meter", "import_kw") - value(now, "meter", "export_kw")
            let storage = try value(now, "ess-1", "power_kw")
            let expected = load * (1 + truth.lossFraction) + truth.unmeteredLoadKW - wind - storage
            // Both meters print one decimal.
            #expect(abs(net - expected) < 0.11, "seed \(seed), minute \(minute)")
            let soc = try value(now, "ess-1", "soc_fraction")
            #expect((0...1).contains(soc))
        }
    }

    @Test("moves its state of charge by the energy it gives")
    func stateOfCharge() throws {
        var plant = plant()
        send(&plant, id: "1", value: "300")
        // 300 kW for a minute are 5 kWh of 1000: 0.5 - 0.005.
        #expect(try value(step(&plant), "ess-1", "soc_fraction") == 0.495)
        #expect(try value(step(&plant, 1), "ess-1", "soc_fraction") == 0.49)
    }

    @Test("falls back to 0 when the lease ends")
    func lease() throws {
        var plant = plant()
        send(&plant, id: "1", value: "-200", lease: 120)
        #expect(try (0..<4).map { try value(step(&plant, $0), "ess-1", "power_kw") } == [-200, -200, 0, 0])
    }

    @Test("renews its lease with each command")
    func renewal() throws {
        var plant = plant()
        send(&plant, id: "1", value: "100", lease: 120)
        _ = step(&plant)
        send(&plant, id: "2", value: "100", lease: 120, expires: "2025-06-18T06:09:00Z", after: .minutes(1))
        #expect(try (1..<4).map { try value(step(&plant, $0), "ess-1", "power_kw") } == [100, 100, 0])
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
        #expect(try value(now, "ess-1", "power_kw") == 0)
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
        #expect(try value(second, "ess-1", "power_kw") == 100)
        #expect(try value(step(&plant, 2), "ess-1", "power_kw") == 0)
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
        "listens to command topics of storage only",
        arguments: ["v1/s/storage/ess-1/tele", "v1/x/storage/ess-1/cmd", "v1/s/wind/farm/cmd"])
    func otherTopics(topic: String) {
        var plant = plant()
        plant.receive(topic: topic, payload: Array(#"{"id":"1"}"#.utf8), correlation: nil, now: start, retained: false)
        #expect(step(&plant).acknowledgements.isEmpty)
    }

    @Test("neither answers nor acts while it ignores")
    func ignoring() throws {
        var plant = plant()
        plant.ignoring = ["ess-1"]
        send(&plant, id: "1")
        let deaf = step(&plant)
        #expect(deaf.acknowledgements.isEmpty)
        #expect(try value(deaf, "ess-1", "power_kw") == 0)
        plant.ignoring = []
        send(&plant, id: "2", expires: "2025-06-18T06:09:00Z", after: .minutes(1))
        #expect(try value(step(&plant, 1), "ess-1", "power_kw") == 100)
    }

    @Test("opens the breaker in an outage: no wind, no import, and the store carries what it can")
    func outage() throws {
        var plant = plant()
        plant.isOutage = true
        let island = step(&plant, windKW: 800, loadKW: 1000)
        #expect(island.windKW == 0)
        // The rating is 500 kW of the 1000 kW that are wanted.
        #expect(island.servedLoadKW == 500)
        #expect(try value(island, "ess-1", "power_kw") == 500)
        #expect(try value(island, "meter", "import_kw") == 0 && value(island, "meter", "export_kw") == 0)
        let meter = try #require(island.telemetry.last)
        #expect(try JSONReader.read(meter.payload)["connected"] == .bool(false))
        plant.isOutage = false
        let back = step(&plant, 1, windKW: 800, loadKW: 1000)
        #expect(try value(back, "meter", "import_kw") == 200)
        #expect(try JSONReader.read(try #require(back.telemetry.last).payload)["connected"] == .bool(true))
    }

    @Test("empties its store in a long outage and then serves nothing")
    func longOutage() throws {
        var plant = plant()
        plant.isOutage = true
        var served = 0.0
        for minute in Int64(0)..<120 { served += step(&plant, minute, loadKW: 1000).servedLoadKW / 60 }
        // From 0.5 to the window's end at 0.1 of 1000 kWh.
        #expect(abs(served - 400) < 1e-6)
        #expect(step(&plant, 120, loadKW: 1000).servedLoadKW < 1e-6)
    }

    @Test("says the same for the same seed, and other things for another")
    func seeds() {
        var truth = PlantTruth.plain()
        truth.meterNoiseFraction = 0.01
        func run(_ seed: UInt64) -> [PlantMessage] {
            var plant = plant(truth, seed: seed)
            return (Int64(0)..<20).flatMap { step(&plant, $0).telemetry }
        }
        #expect(run(1) == run(1))
        #expect(run(1) != run(2))
    }
}
