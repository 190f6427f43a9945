import Testing
import TwinCore
@testable import TwinPlant

@Suite("Assembly line")
struct AssemblyLineTests {
    private static let rule = AssemblyLine.Parameters(lines: ["trim-1", "trim-2"])

    private func event(
        _ vehicle: String, _ event: String = "line_off", at ts: String = "06:00:30", arrives: Double = 30
    ) -> Routed {
        Bench.message(
            .line, "trim-1", .vehicle, arrives: arrives,
            "{\"ts\":\"2025-06-18T\(ts)Z\",\"vehicle\":\"\(vehicle)\",\"model\":\"leaf\",\"event\":\"\(event)\"}")
    }

    private func count(_ total: Int, at ts: String = "06:00:30", arrives: Double = 30) -> Routed {
        Bench.message(
            .line, "trim-2", .count, arrives: arrives, "{\"ts\":\"2025-06-18T\(ts)Z\",\"vehicles_total\":\(total)}")
    }

    @Test("counts each vehicle once, by its id, also in later ticks")
    func once() {
        var line = AssemblyLine(site: "s", Self.rule)
        let first = line.tick([event("A"), event("B"), event("A")], Bench.context(1), PlantImage())
        #expect(first.lineOffs.map(\.vehicle) == ["A", "B"])
        #expect(first.lineOffs.map(\.model) == ["leaf", "leaf"])
        #expect(first.counts.readings == 2 && first.counts.duplicates == 1)
        let second = line.tick(
            [event("B", at: "06:01:10", arrives: 70), event("C", at: "06:01:20", arrives: 80)], Bench.context(2),
            PlantImage())
        #expect(second.lineOffs.map(\.vehicle) == ["C"])
        #expect(second.counts.duplicates == 1)
    }

    @Test("counts only vehicles that are lined off")
    func otherEvents() {
        var line = AssemblyLine(site: "s", Self.rule)
        let reply = line.tick(
            [event("A", "enter"), event("A", "leave"), event("A", "scrap"), event("A", "rework"), event("A")],
            Bench.context(1), PlantImage())
        #expect(reply.lineOffs.map(\.vehicle) == ["A"])
        #expect(reply.counts.readings == 5)
    }

    @Test("takes events in the order of their time")
    func order() throws {
        var line = AssemblyLine(site: "s", Self.rule)
        let reply = line.tick(
            [event("B", at: "06:00:20", arrives: 25), event("A", at: "06:00:10", arrives: 26)], Bench.context(1),
            PlantImage())
        #expect(reply.lineOffs.map(\.vehicle) == ["A", "B"])
        #expect(reply.lineOffs[0].ts == Bench.start + .seconds(10))
    }

    @Test("counts by the running total of a line that sends no events")
    func totals() {
        var line = AssemblyLine(site: "s", Self.rule)
        // The first total is where counting starts.
        #expect(line.tick([count(100)], Bench.context(1), PlantImage()).lineOffs.isEmpty)
        let second = line.tick([count(103, at: "06:01:30", arrives: 90)], Bench.context(2), PlantImage())
        #expect(second.lineOffs.map(\.vehicle) == ["trim-2#101", "trim-2#102", "trim-2#103"])
        #expect(line.tick([count(103, at: "06:02:30", arrives: 150)], Bench.context(3), PlantImage()).lineOffs.isEmpty)
        // A total that falls was set back, when the next ones go on from it.
        #expect(line.tick([count(1, at: "06:03:30", arrives: 210)], Bench.context(4), PlantImage()).lineOffs.isEmpty)
        #expect(line.tick([count(3, at: "06:04:30", arrives: 270)], Bench.context(5), PlantImage()).lineOffs.isEmpty)
        #expect(line.tick([count(4, at: "06:05:30", arrives: 330)], Bench.context(6), PlantImage()).lineOffs.count == 3)
    }

    @Test("does not count again when an older total comes late")
    func lateTotal() {
        var line = AssemblyLine(site: "s", Self.rule)
        _ = line.tick([count(100)], Bench.context(1), PlantImage())
        _ = line.tick([count(105, at: "06:01:30", arrives: 90)], Bench.context(2), PlantImage())
        let late = line.tick([count(102, at: "06:01:00", arrives: 150)], Bench.context(3), PlantImage())
        #expect(late.lineOffs.isEmpty && late.counts.late == 1)
        let next = line.tick([count(106, at: "06:03:30", arrives: 210)], Bench.context(4), PlantImage())
        #expect(next.lineOffs.map(\.vehicle) == ["trim-2#106"])
    }

    @Test("ignores the total of a line that sends events")
    func eventsBeatTotals() {
        var line = AssemblyLine(site: "s", Self.rule)
        let total = { (vehicles: Int, arrives: Double) in
            Bench.message(.line, "trim-1", .count, arrives: arrives, "{\"vehicles_total\":\(vehicles)}")
        }
        _ = line.tick([event("A"), total(100, 31)], Bench.context(1), PlantImage())
        let reply = line.tick([total(200, 90)], Bench.context(2), PlantImage())
        #expect(reply.lineOffs.isEmpty)
    }

    @Test("carries whether a vehicle is modelled")
    func modelled() {
        var line = AssemblyLine(site: "s", Self.rule)
        let payload = #"{"vehicle":"A","event":"line_off","modelled":true}"#
        let reply = line.tick(
            [Bench.message(.line, "trim-1", .vehicle, arrives: 30, payload)], Bench.context(1), PlantImage())
        #expect(
            reply.lineOffs == [LineOff(line: "trim-1", vehicle: "A", ts: Bench.start + .seconds(30), isModelled: true)])
    }

    @Test(
        "counts a vehicle without a usable model, and names none for it",
        arguments: [
            #""model":7,"#, #""model":null,"#, #""model":"","#, #""model":"Qash qai","#, #""model":"unknown","#, "",
            "\"model\":\"\(String(repeating: "a", count: 65))\",",
        ])
    func noModel(member: String) {
        var line = AssemblyLine(site: "s", Self.rule)
        let payload = "{\(member)\"vehicle\":\"A\",\"event\":\"line_off\"}"
        let reply = line.tick(
            [Bench.message(.line, "trim-1", .vehicle, arrives: 30, payload)], Bench.context(1), PlantImage())
        #expect(
            reply.lineOffs == [LineOff(line: "trim-1", vehicle: "A", ts: Bench.start + .seconds(30), isModelled: false)]
        )
        #expect(reply.counts.readings == 1 && reply.counts.rejectedTotal == 0)
    }

    @Test("tells so many models apart; a feed cannot invent names without end")
    func modelsMax() {
        var line = AssemblyLine(site: "s", Self.rule)
        let messages = (0..<100).map { number in
            Bench.message(
                .line, "trim-1", .vehicle, arrives: 30,
                "{\"vehicle\":\"V\(number)\",\"model\":\"m\(number)\",\"event\":\"line_off\"}")
        }
        let reply = line.tick(messages + [event("W")], Bench.context(1), PlantImage())
        #expect(reply.lineOffs.compactMap(\.model) == (0..<64).map { "m\($0)" })
        #expect(reply.lineOffs.count == 101)
    }

    @Test(
        "names why an event is refused",
        arguments: [
            ("{", .parse), (#"{"event":"line_off"}"#, .wrongType), (#"{"vehicle":"","event":"line_off"}"#, .wrongType),
            (#"{"vehicle":7,"event":"line_off"}"#, .wrongType), (#"{"vehicle":"A"}"#, .wrongType),
            (#"{"vehicle":"A","event":"sold"}"#, .wrongType),
            (#"{"vehicle":"A","event":"line_off","ts":1}"#, .wrongType),
            (#"{"vehicle":"A","event":"line_off","ts":"2025-06-18T06:00:36Z"}"#, .clockFuture),
            (#"{"vehicle":"A","event":"line_off","ts":"2025-06-17T05:59:59Z"}"#, .clockPast),
            (#"{"vehicle":"A","vehicle":"B","event":"line_off"}"#, .duplicateKey),
        ] as [(String, RejectReason)])
    func refuses(payload: String, reason: RejectReason) {
        var line = AssemblyLine(site: "s", Self.rule)
        let reply = line.tick(
            [Bench.message(.line, "trim-1", .vehicle, arrives: 30, payload)], Bench.context(1), PlantImage())
        #expect(reply.counts.rejected == [reason: 1])
        #expect(reply.lineOffs.isEmpty && reply.refusals.count == 1)
    }

    @Test(
        "what no line of the configuration tells counts nothing, and leaves nothing", arguments: ["vehicle", "count"])
    func strangers(kind: String) {
        var line = AssemblyLine(site: "s", Self.rule)
        let slice = (0..<200).map { number in
            Bench.message(
                .line, "nowhere-\(number)", kind == "count" ? .count : .vehicle, arrives: 30,
                kind == "count"
                    ? "{\"vehicles_total\":\(number)}" : "{\"vehicle\":\"V\(number)\",\"event\":\"line_off\"}")
        }
        let reply = line.tick(slice, Bench.context(1), PlantImage())
        #expect(reply.counts.rejected == [.unknownTopic: 200] && reply.lineOffs.isEmpty && reply.alarms.isEmpty)
        #expect(
            reply.refusals.first?.failure.text
                == "no line \"nowhere-0\" in the configuration; lines of shifts.yaml names them")
        #expect(line.state.lines.isEmpty)
    }

    @Test("refuses a total that is none", arguments: ["-1", "1.5", "\"7\"", "null"])
    func badTotals(total: String) {
        var line = AssemblyLine(site: "s", Self.rule)
        let reply = line.tick(
            [Bench.message(.line, "trim-2", .count, arrives: 30, "{\"vehicles_total\":\(total)}")], Bench.context(1),
            PlantImage())
        #expect(reply.counts.rejected == [.wrongType: 1])
    }

    @Test("counts the same vehicles whatever the order of delivery", arguments: 0..<64 as Range<UInt64>)
    func anyOrder(seed: UInt64) {
        var chance = SeedStream(seed: seed, name: "line")
        var slices = [[Routed]](repeating: [], count: 11)
        for number in 0..<40 {
            let seconds = Int(chance.next() % 60)
            let ts = "06:00:\(seconds < 10 ? "0" : "")\(seconds)"
            for _ in 0...(chance.next() % 2) {
                slices[Int(chance.next() % 10) + 1].append(event("V\(number)", at: ts, arrives: 600))
            }
        }
        var line = AssemblyLine(site: "s", Self.rule)
        var vehicles: [String] = []
        var duplicates = 0
        for tick in 1...10 {
            let reply = line.tick(slices[tick], Bench.context(tick), PlantImage())
            vehicles += reply.lineOffs.map(\.vehicle)
            duplicates += reply.counts.duplicates
        }
        #expect(vehicles.sorted() == (0..<40).map { "V\($0)" }.sorted(), "seed \(seed)")
        #expect(vehicles.count + duplicates == slices.joined().count, "seed \(seed)")
    }
}
