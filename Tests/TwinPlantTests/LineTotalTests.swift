import Testing
import TwinCore
import TwinPlant

/// A running total is judged: what falls or leaps costs no vehicle, and is named.
@Suite("Line totals")
struct LineTotalTests {
    /// 5 vehicles at most from one minute to the next.
    private static let rule = AssemblyLine.Parameters(models: ["leaf", "juke"], vehiclesPerHourMax: 265)

    /// A line that tells its total, and maybe its vehicles, minute by minute.
    private struct Feed {
        var line = AssemblyLine(site: "s", LineTotalTests.rule)
        var minute = 0
        var vehicles: [LineOff] = []
        var alarms: Set<String> = []
        var refusals: [String] = []
        var counts = Counts()
        var standing: [String] = []

        /// One minute: vehicles by the minute in which they were made and their number in it, then the total.
        mutating func tick(_ total: Int?, made: [(minute: Int, number: Int)] = []) {
            minute += 1
            let arrives = Double(minute * 60)
            var messages = made.map { vehicle in
                let ts = (Bench.start + .minutes(Int64(vehicle.minute - 1)) + .seconds(Int64(vehicle.number + 1)))
                    .rfc3339
                return Bench.message(
                    .line, "final", .vehicle, arrives: arrives,
                    "{\"ts\":\"\(ts)\",\"vehicle\":\"V\(vehicle.minute)-\(vehicle.number)\",\"event\":\"line_off\"}")
            }
            if let total {
                let ts = (Bench.start + .minutes(Int64(minute))).rfc3339
                messages.append(
                    Bench.message(
                        .line, "final", .count, arrives: arrives, "{\"ts\":\"\(ts)\",\"vehicles_total\":\(total)}"))
            }
            let reply = line.tick(messages, Bench.context(minute), PlantImage())
            vehicles += reply.lineOffs
            standing = reply.alarms.map(\.path)
            alarms.formUnion(standing)
            refusals += reply.refusals.map(\.failure.text)
            counts.add(reply.counts)
        }
    }

    private func hour(_ totals: [Int]) -> Feed {
        var feed = Feed()
        for total in totals { feed.tick(total) }
        return feed
    }

    @Test(
        "one wrong total in an hour costs no vehicle and adds none, and is named",
        arguments: [0, 1, 3999, 4028, 4095, 5030, 1_000_000, 9_007_199_254_740_992])
    func oneWrong(wrong: Int) {
        var totals = Array(4000...4060)
        totals[30] = wrong
        let feed = hour(totals)
        #expect(feed.vehicles.count == 60)
        #expect(Set(feed.vehicles.map(\.vehicle)).count == 60)
        #expect(feed.alarms == ["line/final/counter"])
    }

    @Test("the message says what fell, what leapt and what a line can make")
    func sentences() {
        #expect(
            hour([4029, 0, 4031]).refusals == [
                "vehicles_total 0 after 4029: a total does not fall; it counts when the next ones go on from it"
            ])
        #expect(
            hour([4029, 5030, 4031]).refusals == [
                "vehicles_total 5030 is 1001 more than 1m before, a line makes at most 5 in it (265 an hour)"
            ])
        #expect(hour([4029, 5030, 4031]).counts.rejected == [.outOfRange: 1])
    }

    @Test("any one wrong total leaves the count right", arguments: 0..<300 as Range<UInt64>)
    func anyOneWrong(seed: UInt64) {
        var chance = SeedStream(seed: seed, name: "total")
        var totals = [4000]
        for _ in 1...60 { totals.append(totals[totals.count - 1] + 1 + Int(chance.next() % 2)) }
        let place = 1 + Int(chance.next() % 50)
        let step = Int(chance.next() % 12)
        totals[place] =
            switch chance.next() % 4 {
            case 0: Int(chance.next() % 10_000)
            case 1: max(0, totals[place] - step)
            case 2: totals[place] + step
            default: Int(chance.next() >> 1)
            }
        #expect(hour(totals).vehicles.count == totals[60] - 4000, "seed \(seed): \(totals[place]) at \(place)")
    }

    @Test("a counter set back at any time loses at most what was built meanwhile", arguments: 0..<300 as Range<UInt64>)
    func anyReset(seed: UInt64) {
        var chance = SeedStream(seed: seed, name: "reset")
        let made = (0...60).map { $0 == 0 ? 0 : Int(chance.next() % 4) }
        let place = 1 + Int(chance.next() % 40)
        var total = 4000
        var totals: [Int] = []
        for minute in 0...60 {
            total = minute == place ? Int(chance.next() % 3) : total + made[minute]
            totals.append(total)
        }
        let built = made.reduce(0, +)
        let counted = hour(totals).vehicles.count
        #expect(counted <= built && counted >= built - made[place], "seed \(seed): \(counted) of \(built)")
    }

    @Test("a lot that is handed over at once counts when the next totals confirm it; more than a line can make never")
    func lots() {
        #expect(hour([100, 160, 161, 162]).vehicles.count == 62)
        #expect(hour([100, 400, 401, 402]).vehicles.count == 2)
        // After silence a line may have made more.
        var silent = Feed()
        silent.tick(100)
        for _ in 0..<60 { silent.tick(nil) }
        silent.tick(300)
        #expect(silent.vehicles.count == 200 && silent.alarms.isEmpty)
    }

    @Test("a total that stands still on another scale confirms nothing and is refused once")
    func standstill() {
        let feed = hour([4000, 4001] + Array(repeating: 0, count: 30) + [4020, 4021])
        #expect(feed.vehicles.count == 21)
        #expect(feed.counts.rejectedTotal == 1)
    }

    // MARK: - Events and totals

    @Test("events count and the total agrees: no alarm, and each vehicle once")
    func agree() {
        var feed = Feed()
        for minute in 1...180 { feed.tick(500 + minute, made: [(minute, 0)]) }
        #expect(feed.vehicles.count == 180 && feed.alarms.isEmpty)
        #expect(feed.vehicles.allSatisfy { !$0.vehicle.contains("#") })
    }

    @Test("one event of ten is lost: the total tells, and what stayed missing counts")
    func lost() {
        var feed = Feed()
        for minute in 1...480 {
            feed.tick(500 + minute, made: minute % 10 == 0 ? [] : [(minute, 0)])
        }
        #expect(feed.alarms == ["line/final/conflict"])
        #expect((474...480).contains(feed.vehicles.count))
        #expect(feed.vehicles.count { $0.vehicle.contains("#") } >= 42)
    }

    @Test("events that come hours later fill in for what the total told")
    func late() {
        var feed = Feed()
        var held: [(minute: Int, number: Int)] = []
        for minute in 1...300 {
            let vehicle = (minute: minute, number: 0)
            if (60..<180).contains(minute) {
                held.append(vehicle)
                feed.tick(500 + minute)
            } else {
                feed.tick(500 + minute, made: minute == 180 ? held + [vehicle] : [vehicle])
            }
        }
        // The total of the first minute is where it begins to count; the event of that minute counts by itself.
        #expect(feed.vehicles.count == 300)
        #expect(feed.standing.isEmpty)
    }

    @Test("more events than the total are believed, and told")
    func frozenTotal() {
        var feed = Feed()
        for minute in 1...120 { feed.tick(501, made: [(minute, 0)]) }
        #expect(feed.vehicles.count == 120 && feed.alarms == ["line/final/conflict"])
    }

    @Test("losses and delays by chance never count more than were built", arguments: 0..<60 as Range<UInt64>)
    func byChance(seed: UInt64) {
        var chance = SeedStream(seed: seed, name: "events")
        var feed = Feed()
        var arriving: [Int: [(minute: Int, number: Int)]] = [:]
        var built = 0
        for minute in 1...300 {
            for number in 0..<Int(chance.next() % 3) {
                built += 1
                if chance.next() % 8 == 0 { continue }
                let delay = chance.next() % 6 == 0 ? Int(chance.next() % 120) : 0
                arriving[minute + delay, default: []].append((minute, number))
            }
            feed.tick(1000 + built, made: arriving[minute] ?? [])
        }
        #expect(feed.vehicles.count <= built && feed.vehicles.count >= built - 60, "seed \(seed)")
        #expect(Set(feed.vehicles.map(\.vehicle)).count == feed.vehicles.count, "seed \(seed)")
    }

    // MARK: - Ids, models, takt

    private func events(_ payloads: [String]) -> ComponentReply {
        var line = AssemblyLine(site: "s", Self.rule)
        let messages = payloads.map { Bench.message(.line, "final", .vehicle, arrives: 30, $0) }
        return line.tick(messages, Bench.context(1), PlantImage())
    }

    @Test("padding and large letters make no new vehicle", arguments: ["v1", " V1", "V1\\t", "V1\\u0000", "  v1  "])
    func ids(id: String) {
        let reply = events([#"{"vehicle":"V1","event":"line_off"}"#, "{\"vehicle\":\"\(id)\",\"event\":\"line_off\"}"])
        #expect(reply.lineOffs.map(\.vehicle) == ["V1"] && reply.counts.duplicates == 1)
    }

    @Test("an id of padding alone is none")
    func emptyID() {
        #expect(events([#"{"vehicle":"  ","event":"line_off"}"#]).counts.rejected == [.wrongType: 1])
    }

    @Test("a model is the plan's whatever the size of its letters", arguments: ["leaf", "LEAF", "Leaf", " Leaf "])
    func models(model: String) {
        let reply = events(["{\"vehicle\":\"V1\",\"model\":\"\(model)\",\"event\":\"line_off\"}"])
        #expect(reply.lineOffs.map(\.model) == ["leaf"] && reply.remarks.isEmpty)
    }

    @Test("a model that the plan does not have counts all the same, and is said once")
    func strangers() {
        let reply = events(
            ["ARIYA", "ariya", "Qash qai", "leaf"].enumerated().map { number, model in
                "{\"vehicle\":\"V\(number)\",\"model\":\"\(model)\",\"event\":\"line_off\"}"
            })
        #expect(reply.lineOffs.map(\.model) == ["ariya", "ariya", nil, "leaf"])
        #expect(
            reply.remarks == [
                "line/final: model \"ARIYA\" is none of the plan's leaf, juke; its vehicles count as ariya (models: of"
                    + " shifts.yaml)",
                "line/final: model \"Qash qai\" is none of the plan's leaf, juke; its vehicles count as unknown"
                    + " (models: of shifts.yaml)",
            ])
    }

    @Test("more vehicles than a line can make are refused, with an alarm")
    func takt() {
        let reply = events((0..<1000).map { "{\"vehicle\":\"V\($0)\",\"event\":\"line_off\"}" })
        #expect(reply.lineOffs.count == 66)
        #expect(reply.counts.rejected == [.outOfRange: 934])
        #expect(reply.alarms.map(\.path) == ["line/final/out_of_range"])
    }

    @Test("vehicles that numbers prove lost are doubted where no total counts them, until they come")
    func lostNumbers() {
        var line = AssemblyLine(site: "s", Self.rule)
        var counts = Counts()
        func say(_ seq: Int, minute: Int) {
            let ts = (Bench.start + .minutes(Int64(minute))).rfc3339
            let message = Bench.message(
                .line, "final", .vehicle, arrives: Double(minute * 60),
                #"{"ts":"\#(ts)","seq":\#(seq),"vehicle":"V\#(seq)","event":"line_off"}"#)
            counts.add(line.tick([message], Bench.context(minute), PlantImage()).counts)
        }
        for (minute, seq) in [1, 2, 3, 7, 8].enumerated() { say(seq, minute: minute + 1) }
        #expect(counts.doubtedVehicles == 3)
        say(5, minute: 7)
        #expect(counts.doubtedVehicles == 2)
        // 265 an hour are 66 in a quarter of an hour: no line lost more since it was heard.
        say(900, minute: 8)
        #expect(counts.doubtedVehicles == 2 + 66)
        // More than were doubted cannot come.
        for late in 0..<100 { say(20 + late, minute: 9) }
        #expect(counts.doubtedVehicles == 0)
    }
}
