import Testing
import TwinCore
import TwinPlant
import TwinUnits

/// Nothing vanishes: what cannot be used is counted by signal and reason, and an alarm says whose model stands in.
@Suite("Values that are none, and sources that say nothing")
struct SilenceTests {
    /// Shop messages by the quarter of an hour, minute by minute.
    /// - Parameter values: members of the payload; nil for a quarter without a message.
    /// - Returns: minutes after the start in which `stale` stood, and what was counted.
    private func shop(minutes: Int, retain: Bool = false, _ values: (_ quarter: Int) -> String?) -> (
        stale: [Int], counts: Counts, why: String?
    ) {
        var shops = Bench.shops()
        var stale: [Int] = []
        var counts = Counts()
        var why: String?
        for minute in 1...minutes {
            let quarter = minute / 15
            var messages: [Routed] = []
            if minute % 15 == 0, let values = values(quarter) {
                let ts = (Bench.start + Int64(quarter - 1) * .minutes(15)).rfc3339
                messages.append(
                    Bench.message(
                        .shop, "paint", arrives: Double(minute) * 60, retain: retain,
                        "{\"ts\":\"\(ts)\",\"period_s\":900,\(values)}"))
            }
            let reply = shops.tick(messages, Bench.context(minute), PlantImage())
            if (reply.alarmPaths + reply.unheard.map(\.path)).contains("shop/paint/stale") { stale.append(minute) }
            counts.add(reply.counts)
            why = reply.unusable[AssetPath(.shop, "paint")] ?? why
        }
        return (stale, counts, why)
    }

    @Test(
        "a key that is no number in message after message is counted, and raises stale",
        arguments: ["null", #""unavailable""#, #""12,5""#, "true", "[1]"])
    func lostKey(value: String) {
        let found = shop(minutes: 60) { _ in "\"load_kw\":9000,\"gas_kw\":\(value)" }
        #expect(found.counts.lost == [.wrongType: ["shop/paint/gas_kw": 4]])
        #expect(found.why == "\"gas_kw\" is not a number")
        #expect(found.counts.accepted == 4 && found.counts.rejectedTotal == 0)
        // From the first message on its source has a period and 5 minutes.
        #expect(found.stale == Array(36...60))
    }

    @Test("one null among good values is counted and raises nothing; the alarm goes when numbers come again")
    func oneNull() {
        let one = shop(minutes: 90) { "\"load_kw\":9000,\"gas_kw\":\($0 == 3 ? "null" : "4000")" }
        #expect(one.counts.lost == [.wrongType: ["shop/paint/gas_kw": 1]] && one.stale.isEmpty)
        let again = shop(minutes: 90) { "\"load_kw\":9000,\"gas_kw\":\($0 < 4 ? "null" : "4000")" }
        #expect(again.stale == Array(36..<60))
    }

    @Test("a register that is null is counted, and its power goes on alone without an alarm")
    func lostRegister() {
        let found = shop(minutes: 60) { _ in #""load_kw":9000,"gas_kw":4000,"gas_total_kwh":null"# }
        #expect(found.counts.lost == [.wrongType: ["shop/paint/gas_total_kwh": 4]] && found.stale.isEmpty)
    }

    @Test("a value out of range beside a good one is counted by its signal")
    func lostToRange() {
        let found = shop(minutes: 15) { _ in #""load_kw":9000,"gas_kw":50001"# }
        #expect(found.counts.lost == [.outOfRange: ["shop/paint/gas_kw": 1]] && found.counts.accepted == 1)
    }

    @Test("a source that is never heard is stale after an hour and its patience, one that speaks in vain sooner")
    func neverHeard() {
        #expect(shop(minutes: 90) { _ in nil }.stale == Array(66...90))
        let hourly = shop(minutes: 90) { $0 == 4 ? #""load_kw":9000"# : nil }
        #expect(hourly.stale.allSatisfy { $0 > 79 })
        // What is said of it is the last message's reason, in ticks without one too.
        #expect(hourly.why == nil)
        let refused = shop(minutes: 60) { _ in #""load_kw":oops"# }
        #expect(refused.why?.hasPrefix("payload: parse at byte ") == true, "\(refused.why ?? "nothing")")
        #expect(refused.counts.rejected == [.parse: 4] && refused.stale == Array(51...60))
    }

    @Test("retained copies are counted by their source; a source of nothing else is stale")
    func retained() {
        let found = shop(minutes: 60, retain: true) { _ in #""load_kw":9000,"gas_kw":4000"# }
        #expect(found.counts.retained == ["shop/paint": 4] && found.counts.accepted == 4)
        #expect(found.counts.readings == 0 && found.stale == Array(36...60))
    }

    @Test("telemetry that is younger than an offline status overrules it, and older telemetry does not")
    func staleOffline() {
        var wind = Bench.wind()
        let off = Bench.message(.wind, "farm", .status, arrives: 60, retain: true, "offline")
        func minute(_ at: Int64) -> Routed { Bench.minute(.wind, "farm", at: at, #""power_kw":700"#) }
        let first = wind.tick([off, minute(0)], Bench.context(1), .windy(6.8))
        #expect(first.total("power_kw").quality == .notConnected)
        let second = wind.tick([minute(60)], Bench.context(2), .windy(6.8))
        #expect(second.total("power_kw") == UsedValue(700, .good))
        // It goes for good: what comes later was measured before.
        let gone = Bench.message(.wind, "farm", .status, arrives: 200, "offline")
        let late = Bench.minute(.wind, "farm", at: 120, arrives: 230, #""power_kw":700"#)
        #expect(wind.tick([gone, late], Bench.context(4), .windy(6.8)).total("power_kw").quality == .notConnected)
        #expect(wind.tick([], Bench.context(5), .windy(6.8)).total("power_kw").quality == .notConnected)
    }

    @Test("noise below 0 is 0 where 0 is the least, and no more than noise")
    func zeroNoise() {
        func meter(_ values: String) -> ComponentReply {
            var grid = Bench.grid()
            return grid.tick([Bench.minute(.grid, "meter", at: 0, values)], Bench.context(1), PlantImage())
        }
        // A hundredth of 40,000 kW.
        for noise in ["-0.3", "-0.2", "-400"] {
            let reply = meter("\"import_kw\":\(noise),\"export_kw\":4000")
            #expect(reply.used(.grid, "meter", "import_kw") == UsedValue(0, .good) && reply.alarms.isEmpty)
            #expect(reply.cell(.gridImport, at: 0)?.measuredMs == 60_000)
        }
        let reply = meter(#""import_kw":-401,"export_kw":4000"#)
        #expect(reply.alarmPaths == ["grid/meter/out_of_range"])
        #expect(reply.counts.lost == [.outOfRange: ["grid/meter/import_kw": 1]])
        #expect(meter(#""energy_in_total_kwh":-1"#).counts.rejected == [.outOfRange: 1])
        // A farm may take a little; what it means below 0 it says.
        var wind = Bench.wind()
        let farm = wind.tick([Bench.minute(.wind, "farm", at: 0, #""power_kw":-10"#)], Bench.context(1), .windy(2))
        #expect(farm.total("power_kw") == UsedValue(-10, .good))
    }

    @Test("a value of a whole day is as old as its end: some minutes or hours late it is booked from end to end")
    func wholeDay() {
        for late in [10, 11 * 60] as [Int64] {
            var shops = Bench.shops()
            let tick = Int(1440 + late)
            for number in 1..<tick where number == 1 || number > tick - 2 {
                _ = shops.tick([], Bench.context(number), PlantImage())
            }
            let day = Bench.message(
                .shop, "paint", arrives: Double(tick) * 60,
                #"{"ts":"2025-06-18T06:00:00Z","period_s":86400,"load_kw":9000}"#)
            let reply = shops.tick([day], Bench.context(tick), PlantImage())
            #expect(reply.counts.rejectedTotal == 0 && reply.counts.late == 1)
            let cells = reply.cells.filter { $0.meter.account == .load && $0.measuredMs == 60_000 }
            #expect(cells.count == 1440 && cells.allSatisfy { $0.energy.wattSeconds == 540_000_000 })
        }
        var shops = Bench.shops()
        let old = Bench.message(
            .shop, "paint", arrives: 60, #"{"ts":"2025-06-16T05:59:59Z","period_s":86400,"load_kw":9000}"#)
        #expect(shops.tick([old], Bench.context(1), PlantImage()).counts.rejected == [.clockPast: 1])
    }

    @Test("holes of a forecast keep their places and are counted")
    func forecastHoles() {
        var grid = Bench.grid()
        let reply = grid.tick(
            [
                Bench.message(
                    .grid, "intensity", arrives: 1,
                    #"{"ts":"2025-06-18T06:00:00Z","period_s":1800,"g_per_kwh":100,"forecast":[null,60,"x",150]}"#)
            ], Bench.context(1), PlantImage())
        #expect(reply.image.intensityForecast == [nil, 60, nil, 150])
        #expect(reply.counts.lost == [.wrongType: ["grid/intensity/forecast": 2]])
        #expect(reply.alarms.isEmpty)
    }

    @Test(
        "a meter that only has a register is stale when it falls silent, and its hours between two readings are no hole"
    )
    func registerAlone() {
        var shops = Bench.shops()
        var stale: [Int] = []
        for minute in 1...300 {
            var messages: [Routed] = []
            if minute % 30 == 0, minute <= 120 {
                let ts = (Bench.start + .minutes(Int64(minute))).rfc3339
                messages.append(
                    Bench.message(
                        .shop, "paint", arrives: Double(minute) * 60,
                        "{\"ts\":\"\(ts)\",\"energy_total_kwh\":\(1000 + 100 * minute)}"))
            }
            let alarms = shops.tick(messages, Bench.context(minute), PlantImage()).alarmPaths
            #expect(!alarms.contains("shop/paint/gap"))
            if alarms.contains("shop/paint/stale") { stale.append(minute) }
        }
        // The last reading is of minute 120: an hour, and twice what a value may be old.
        #expect(stale.first.map { (181...195).contains($0) } == true && stale.last == 300, "\(stale.first ?? 0)")
    }
}

@Suite("Periods that reach ahead")
struct AheadTests {
    @Test(
        "a wrong period does not hide a meter that died: beyond its arrival a reading holds for max_age_s",
        arguments: [600, 3600, 86_400])
    func deadMeter(periodS: Int) {
        var wind = Bench.wind()
        let last = Bench.message(
            .wind, "farm", arrives: 60, #"{"ts":"2025-06-18T06:00:00Z","period_s":\#(periodS),"power_kw":700}"#)
        let first = wind.tick([last], Bench.context(1), .windy(6.8))
        #expect(first.total("power_kw") == UsedValue(700, .good))
        let replies = (2...12).map { wind.tick([], Bench.context($0), .windy(6.8)) }
        // It came at 06:01, so it holds until 06:06.
        #expect(replies.prefix(5).allSatisfy { $0.total("power_kw") == UsedValue(700, .good) })
        #expect(replies.dropFirst(5).allSatisfy { $0.total("power_kw").quality != .good })
    }

    @Test("a value of a time that is over holds for all of it")
    func past() {
        var wind = Bench.wind()
        let hour = Bench.message(
            .wind, "farm", arrives: 3600, #"{"ts":"2025-06-18T06:00:00Z","period_s":3600,"power_kw":700}"#)
        let reply = wind.tick([hour], Bench.context(61), .windy(6.8))
        #expect(reply.counts.accepted == 1 && reply.counts.late == 0)
    }
}
