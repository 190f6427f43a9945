import Foundation
import ProcessorTime
import Testing
import TwinCore
@testable import TwinPlant
import TwinUnits

@Suite("What happens to messages")
struct FeedTests {
    private func wind(_ slice: [Routed]) -> ComponentReply {
        var wind = Bench.wind()
        return wind.tick(slice, Bench.context(1), .windy(6.8))
    }

    @Test("takes each key of messages that share seq and ts, and calls another value of one key a conflict")
    func sameSequence() {
        let power = Bench.minute(.storage, "ess-1", at: 0, seq: 7, #""power_kw":70"#)
        let charge = Bench.minute(.storage, "ess-1", at: 0, seq: 7, #""soc_fraction":0.5"#)
        let other = Bench.minute(.storage, "ess-1", at: 0, seq: 7, #""power_kw":71"#)
        var storage = Bench.storage()
        let reply = storage.tick([power, charge, power, charge], Bench.context(1), PlantImage())
        #expect(reply.counts.accepted == 2 && reply.counts.duplicates == 2 && reply.counts.readings == 2)
        #expect(reply.used(.storage, "ess-1", "power_kw") == UsedValue(70, .good) && reply.alarms.isEmpty)
        let told = storage.tick([other], Bench.context(2), PlantImage())
        #expect(told.counts.duplicates == 1 && told.alarmPaths == ["storage/ess-1/conflict"])
        // The same in other words, with a key more: what is new of it is taken.
        let more = Bench.minute(.storage, "ess-1", at: 60, seq: 8, #""power_kw":70"#)
        let both = Bench.minute(.storage, "ess-1", at: 60, seq: 8, #""power_kw":70.0,"soc_fraction":0.4"#)
        let third = storage.tick([more, both], Bench.context(2), PlantImage())
        #expect(third.counts.accepted == 2 && third.counts.duplicates == 0 && third.counts.readings == 2)
    }

    @Test("counts the same ts and bytes as a duplicate where there is no seq")
    func duplicateBytes() {
        let message = Bench.minute(.wind, "farm", at: 0, #""power_kw":700"#)
        let reply = wind([message, message])
        #expect(reply.counts.duplicates == 1 && reply.counts.readings == 1)
        #expect(reply.cell(.wind, at: 0)?.energy.wattSeconds == 42_000_000)
    }

    @Test("knows a duplicate in a later tick, and beyond the messages that it remembers")
    func lateDuplicate() {
        var wind = Bench.wind()
        let first = Bench.minute(.wind, "farm", at: 0, seq: 1, arrives: 60, #""power_kw":700"#)
        _ = wind.tick([first], Bench.context(1), .windy(6.8))
        var again = first
        again.arrival.t = Bench.start + .seconds(90)
        #expect(wind.tick([again], Bench.context(2), .windy(6.8)).counts.duplicates == 1)
        for tick in 3...402 {
            let message = Bench.minute(.wind, "farm", at: Int64(tick - 1) * 60, seq: tick, #""power_kw":500"#)
            _ = wind.tick([message], Bench.context(tick), .windy(6.8))
        }
        again.arrival.t = Bench.context(403).to
        let reply = wind.tick([again], Bench.context(403), .windy(6.8))
        #expect(reply.counts.duplicates == 1 && reply.counts.readings == 0)
    }

    @Test("knows a duplicate after its state was saved, by seq and by bytes")
    func duplicateAfterCheckpoint() throws {
        let messages = [
            Bench.minute(.wind, "farm", at: 0, seq: -7, #""power_kw":500"#),
            Bench.minute(.wind, "farm", at: 0, #""power_kw":500"#),
        ]
        for message in messages {
            var wind = Bench.wind()
            _ = wind.tick([message], Bench.context(1), .windy(6.8))
            var again = Bench.wind()
            let saved = try JSONEncoder().encode(wind.state)
            again.state = try JSONDecoder().decode(AreaTwin.State.self, from: saved)
            #expect(again.tick([message], Bench.context(2), .windy(6.8)).counts.duplicates == 1)
            // Of the same stamp, but neither the number nor the bytes.
            let other = Bench.minute(.wind, "farm", at: 0, seq: 8, #""power_kw":500"#)
            _ = again.tick([other], Bench.context(3), .windy(6.8))
            #expect(again.tick([other], Bench.context(4), .windy(6.8)).counts.duplicates == 1)
        }
    }

    @Test("a signal that speaks twenty times a second is kept by the step, and its energy stays")
    func manyReadings() {
        var wind = Bench.wind()
        var pieces = 0
        for tick in 1...60 {
            let slice = (0..<1200).map { place in
                Bench.message(
                    .wind, "farm", arrives: Double(tick) * 60 - 60 + Double(place) / 20 + 0.05, number: place,
                    "{\"ts\":\"\((Bench.start + Span(ms: Int64(60_000 * (tick - 1) + 50 * place))).rfc3339)\","
                        + "\"power_kw\":\(600 + 200 * (place % 2))}")
            }
            let reply = wind.tick(slice, Bench.context(tick), .windy(6.8))
            #expect(reply.counts.readings == 1200)
            // 700 kW on average for a minute.
            #expect(reply.cell(.wind, at: Int64(60 * tick - 60))?.energy.wattSeconds == 42_000_000)
            pieces = max(pieces, wind.state.fleet.feeds[0].timelines[0].count)
        }
        #expect(pieces > Fleet.readingsMax && pieces <= Fleet.readingsMax + 1200)
        // One that is late in a minute that was thinned: a second of nothing in the midst of it.
        let late = Bench.message(
            .wind, "farm", arrives: 3600,
            "{\"ts\":\"\((Bench.start + .seconds(90)).rfc3339)\",\"period_s\":1,\"power_kw\":0}")
        let reply = wind.tick([late], Bench.context(61), .windy(6.8))
        #expect(reply.counts.late == 1 && reply.cell(.wind, at: 60) != nil)
    }

    @Test("keeps the first of two values for one instant and raises conflict")
    func conflict() {
        let reply = wind([
            Bench.minute(.wind, "farm", at: 0, seq: 1, #""power_kw":700"#),
            Bench.minute(.wind, "farm", at: 0, seq: 2, #""power_kw":800"#),
        ])
        #expect(reply.total("power_kw") == UsedValue(700, .good))
        #expect(reply.alarmPaths == ["wind/farm/conflict"])
        #expect(reply.counts.readings == 1 && reply.counts.duplicates == 1)
    }

    @Test("counts a message as late when it comes after its end and the lateness")
    func late() {
        // The minute from 0 ends at 60 s; with 30 s of lateness 90 s is in time and later is late.
        let inTime = wind([Bench.minute(.wind, "farm", at: 0, arrives: 90, #""power_kw":700"#)])
        #expect(inTime.counts.late == 0 && inTime.counts.readings == 1)
        let late = wind([Bench.minute(.wind, "farm", at: 0, arrives: 90.001, #""power_kw":700"#)])
        #expect(late.counts.late == 1 && late.counts.readings == 1)
        let sample = wind([Bench.message(.wind, "farm", arrives: 31, #"{"ts":"2025-06-18T06:00:00Z","power_kw":1}"#)])
        #expect(sample.counts.late == 1)
    }

    @Test("refuses a stamp that leads plant time by more than allowed")
    func future() {
        // Arrival at 30 s, lead 5 s: 35 s is allowed, 35.001 s is not.
        let allowed = wind([Bench.message(.wind, "farm", arrives: 30, #"{"ts":"2025-06-18T06:00:35Z","power_kw":1}"#)])
        #expect(allowed.counts.rejectedTotal == 0 && allowed.counts.readings == 1)
        let refused = wind([
            Bench.message(.wind, "farm", arrives: 30, number: 9, #"{"ts":"2025-06-18T06:00:35.001Z","power_kw":1}"#)
        ])
        #expect(refused.counts.rejected == [.clockFuture: 1])
        #expect(refused.alarmPaths == ["wind/farm/clock"])
        #expect(refused.refusals.map(\.line) == [9])
        #expect(refused.refusals.map(\.topic) == ["v1/s/wind/farm/tele"])
        #expect(refused.total("power_kw").quality == .estimated)
    }

    @Test("refuses a stamp in a period that is final")
    func past() {
        let allowed = wind([Bench.message(.wind, "farm", arrives: 30, #"{"ts":"2025-06-17T06:00:00Z","power_kw":1}"#)])
        #expect(allowed.counts.rejectedTotal == 0)
        let refused = wind([
            Bench.message(.wind, "farm", arrives: 30, #"{"ts":"2025-06-17T05:59:59.999Z","power_kw":1}"#)
        ])
        #expect(refused.counts.rejected == [.clockPast: 1])
        #expect(refused.cells.count == 1)
    }

    @Test("refuses a value out of range and raises the alarm")
    func outOfRange() {
        // Two turbines of 1000 kW: -40 to 2100 kW.
        for good in ["-40", "2100"] {
            #expect(wind([Bench.minute(.wind, "farm", at: 0, "\"power_kw\":\(good)")]).counts.readings == 1, "\(good)")
        }
        for bad in ["-40.1", "2100.1", "1e9"] {
            let reply = wind([Bench.minute(.wind, "farm", at: 0, "\"power_kw\":\(bad)")])
            #expect(reply.counts.rejected == [.outOfRange: 1], "\(bad)")
            #expect(reply.alarmPaths.contains("wind/farm/out_of_range"), "\(bad)")
            #expect(reply.cell(.wind, at: 0)?.measuredMs == 0, "\(bad)")
        }
    }

    @Test(
        "names why a message is of no use",
        arguments: [
            (#"{"power_kw":"700"}"#, .wrongType), (#"{"power_kw":null}"#, .wrongType),
            (#"{"power_kw":true}"#, .wrongType),
            (#"{"power_kw":[700]}"#, .wrongType), (#"{"powr_kw":700}"#, .unknownKey), (#"{}"#, .unknownKey),
            (#"{"ts":"2025-06-18T06:00:00Z"}"#, .unknownKey), (#"{"power_kw":1e999}"#, .notFinite), ("{", .parse),
            (#"{"power_kw":1,"power_kw":2}"#, .duplicateKey), ("7", .wrongType),
        ] as [(String, RejectReason)])
    func useless(payload: String, reason: RejectReason) {
        let reply = wind([Bench.message(.wind, "farm", arrives: 30, payload)])
        #expect(reply.counts.rejected == [reason: 1])
        #expect(reply.counts.readings == 0 && reply.refusals.count == 1)
    }

    @Test("uses the good values beside a bad one")
    func oneBadValue() {
        var shops = Bench.shops()
        let reply = shops.tick(
            [Bench.minute(.shop, "paint", at: 0, #""load_kw":9000,"gas_kw":"much","colour":"red""#)], Bench.context(1),
            PlantImage())
        #expect(reply.counts.rejectedTotal == 0 && reply.counts.readings == 1)
        #expect(reply.total("load_kw") == UsedValue(9000, .good))
        #expect(reply.total("gas_kw").quality == .estimated)
    }

    @Test("refuses assets and kinds that are not configured")
    func unknownTopics() {
        let reply = wind([
            Bench.minute(.wind, "other", at: 0, #""power_kw":700"#),
            Bench.message(.wind, "farm", .count, arrives: 30, "{}"),
        ])
        #expect(reply.counts.rejected == [.unknownTopic: 2])
    }

    @Test("tells assets of one name in two areas apart, also after its state was saved")
    func oneNameInTwoAreas() throws {
        var twins = [Bench.shops(), Bench.building("paint", loadMaxKW: 50_000)]
        func tick(_ number: Int) -> [ComponentReply] {
            let at = Int64(number - 1) * 60
            let slice = [
                Bench.minute(.building, "paint", at: at, #""load_kw":300"#),
                Bench.minute(.shop, "paint", at: at, #""load_kw":9000"#),
                Bench.minute(.shop, "body", at: at, #""load_kw":1"#),
            ]
            return twins.indices.map { twins[$0].tick(slice, Bench.context(number), PlantImage()) }
        }
        func expect(_ replies: [ComponentReply]) {
            let loads = replies.flatMap(\.values).filter { $0.key == "load_kw" }
            #expect(loads.map(\.area) == [.shop, .building] && loads.map(\.used.value) == [9000, 300])
            // Each hears its own asset; the other's and the body shop are nobody's.
            #expect(replies.map(\.counts.rejected) == [[.unknownTopic: 2], [.unknownTopic: 2]])
        }
        expect(tick(1))
        for index in twins.indices {
            let saved = try JSONEncoder().encode(twins[index].state)
            let json = try JSONReader.read(Array(saved))
            #expect(Set(json["fleet"]?.members?.map(\.key) ?? []) == ["feeds", "estimates"])
            twins[index].state = try JSONDecoder().decode(AreaTwin.State.self, from: saved)
        }
        expect(tick(2))
    }

    @Test("a message of the last asset costs what one of the first does")
    func costOfAssets() {
        let names = (0..<3000).map { "a-turbine-with-a-long-name-\($0)" }
        let wind = Bench.wind(assets: names)
        func cost(_ asset: String) -> Duration {
            let slice = (0..<3000).map { number in
                Bench.message(.wind, asset, arrives: 30, number: number, "{\"power_kw\":1,\"seq\":\(number)}")
            }
            return processorTime(tries: 1) {
                var wind = wind
                #expect(wind.tick(slice, Bench.context(1), .windy(6.8)).counts.accepted == 1)
            }
        }
        // In turns: a neighbour on the same core makes either dearer. Who looks through all names needs far longer.
        var (first, last) = (Duration.seconds(3600), Duration.seconds(3600))
        for _ in 0..<10 { (first, last) = (min(first, cost(names[0])), min(last, cost(names[2999]))) }
        #expect(last < first * 3, "\(last) against \(first)")
    }

    @Test("knows a repeat among stamps that fall back")
    func repeatAmongOlder() {
        var wind = Bench.wind()
        func tick(_ number: Int, _ at: Int64) -> Int {
            let message = Bench.minute(.wind, "farm", at: at, arrives: 240, #""power_kw":700"#)
            return wind.tick([message], Bench.context(number), .windy(6.8)).counts.duplicates
        }
        #expect(tick(1, 0) == 0 && tick(2, 120) == 0 && tick(3, 60) == 0)
        #expect(tick(4, 60) == 1 && tick(5, 120) == 1 && tick(6, 0) == 1 && tick(7, 180) == 0)
    }

    @Test("never integrates a retained value, and takes the real copy that follows")
    func retained() {
        let retained = Bench.message(
            .wind, "farm", arrives: 1, retain: true,
            #"{"ts":"2025-06-18T06:00:00Z","seq":1,"period_s":60,"power_kw":700}"#)
        let reply = wind([retained])
        #expect(reply.counts.readings == 0 && reply.counts.rejectedTotal == 0)
        #expect(reply.total("power_kw").quality == .estimated)
        #expect(reply.cell(.wind, at: 0)?.measuredMs == 0)
        var real = retained
        real.arrival.retain = false
        let both = wind([retained, real])
        #expect(both.counts.readings == 1 && both.counts.duplicates == 0)
        #expect(both.total("power_kw") == UsedValue(700, .good))
    }

    @Test("lets a counter beat power, and power the model")
    func counterBeatsPower() throws {
        var wind = Bench.wind()
        // The register says 1000.0 kWh at 60 s and 1010.0 kWh at 120 s: 10 kWh = 36,000,000 Ws, 600 kW.
        // Power says 700 kW throughout; in the first minute there is no pair of register readings yet.
        let first = wind.tick(
            [Bench.minute(.wind, "farm", at: 0, #""power_kw":700,"energy_total_kwh":1000"#)], Bench.context(1),
            .windy(6.8))
        #expect(first.cell(.wind, at: 0)?.energy.wattSeconds == 42_000_000)
        #expect(first.counts.readings == 2)
        let second = wind.tick(
            [Bench.minute(.wind, "farm", at: 60, #""power_kw":700,"energy_total_kwh":1010"#)], Bench.context(2),
            .windy(6.8))
        let cell = try #require(second.cell(.wind, at: 60))
        #expect(cell.energy.wattSeconds == 36_000_000)
        #expect(cell.measuredMs == 60_000 && cell.estimatedMs == 0)
        // The instant's value stays the measured power.
        #expect(second.total("power_kw") == UsedValue(700, .good))
    }

    @Test("spreads a register's energy over all ticks between two readings")
    func counterOverSilence() throws {
        var wind = Bench.wind()
        _ = wind.tick([Bench.minute(.wind, "farm", at: 0, #""energy_total_kwh":1000"#)], Bench.context(1), .windy(6.8))
        _ = wind.tick([], Bench.context(2), .windy(6.8))
        // 30 kWh over the two minutes from 60 s to 180 s: 900 kW, 54,000,000 Ws a tick.
        let reply = wind.tick(
            [Bench.minute(.wind, "farm", at: 120, #""energy_total_kwh":1030"#)], Bench.context(3), .windy(6.8))
        #expect(reply.cell(.wind, at: 60)?.energy.wattSeconds == 54_000_000)
        #expect(reply.cell(.wind, at: 60)?.measuredMs == 60_000)
        #expect(reply.cell(.wind, at: 120)?.energy.wattSeconds == 54_000_000)
    }

    @Test("raises counter when a register falls, and goes on from its new value")
    func counterReset() throws {
        var wind = Bench.wind()
        func tick(_ number: Int, _ kWh: Int) -> ComponentReply {
            let message = Bench.minute(
                .wind, "farm", at: Int64(number - 1) * 60, "\"power_kw\":700,\"energy_total_kwh\":\(kWh)")
            return wind.tick([message], Bench.context(number), .windy(6.8))
        }
        _ = tick(1, 1000)
        let reset = tick(2, 3)
        #expect(reset.alarmPaths == ["wind/farm/counter"])
        // Power stands in: 700 kW x 60 s.
        #expect(reset.cell(.wind, at: 60)?.energy.wattSeconds == 42_000_000)
        let next = tick(3, 13)
        #expect(next.alarms.isEmpty)
        #expect(next.cell(.wind, at: 120)?.energy.wattSeconds == 36_000_000)
    }

    @Test("does not believe a register that jumps beyond what the asset can do")
    func counterJump() {
        var wind = Bench.wind()
        _ = wind.tick(
            [Bench.minute(.wind, "farm", at: 0, #""power_kw":700,"energy_total_kwh":0"#)], Bench.context(1), .windy(6.8)
        )
        let jump = wind.tick(
            [Bench.minute(.wind, "farm", at: 60, #""power_kw":700,"energy_total_kwh":1e12"#)], Bench.context(2),
            .windy(6.8))
        #expect(jump.alarmPaths == ["wind/farm/counter"])
        #expect(jump.cell(.wind, at: 60)?.energy.wattSeconds == 42_000_000)
    }

    @Test("ignores an older register reading that comes late")
    func lateCounter() {
        var wind = Bench.wind()
        _ = wind.tick(
            [Bench.minute(.wind, "farm", at: 0, seq: 1, #""energy_total_kwh":1000"#)], Bench.context(1), .windy(6.8))
        let third = Bench.minute(.wind, "farm", at: 120, seq: 3, #""energy_total_kwh":1020"#)
        _ = wind.tick([], Bench.context(2), .windy(6.8))
        _ = wind.tick([third], Bench.context(3), .windy(6.8))
        let second = Bench.minute(.wind, "farm", at: 60, seq: 2, arrives: 230, #""energy_total_kwh":1010"#)
        let reply = wind.tick([second], Bench.context(4), .windy(6.8))
        #expect(reply.alarms.isEmpty)
        #expect(reply.counts.late == 1)
    }
}
