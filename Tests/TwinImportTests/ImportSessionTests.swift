import Testing
import TwinCore
import TwinImport
import TwinTesting

@Suite("Importing charging sessions")
struct ImportSessionTests {
    private let bays = "{column: kwh, asset: bay/staff, key: power_kw, unit: kWh, kind: energy, range: [0, 150]}"

    private func text(
        spread: String = "plug_in", times: String = "start: a, end: b", period: String = "30m", length: String = "1d",
        signal: String? = nil, source: [String] = []
    ) -> String {
        mappingText(
            length: length, source: ["layout: sessions", "spread: \(spread)"] + source,
            time: "{\(times), format: local}", period: period, signals: [signal ?? bays])
    }

    private func connected(_ result: ImportResult) throws -> [Double] {
        try result.values("connected_vehicles").map(\.value)
    }

    @Test func `a session's energy is spread evenly over its time at the plug`() throws {
        // 09:10 to 10:10 local, 6 kWh: 20 min, 30 min and 10 min of the half hours hold 2, 3 and 1 kWh.
        let result = try imported(mapping(text()), "a,b,kwh\n2025-06-18T09:10,2025-06-18T10:10,6\n")
        #expect(
            result.texts == [
                "2025-06-18T08:30:00.000Z bay/staff/tele "
                    + "{\"ts\":\"2025-06-18T08:00:00.000Z\",\"seq\":1,\"period_s\":1800,\"power_kw\":-4,"
                    + "\"connected_vehicles\":1}",
                "2025-06-18T09:00:00.000Z bay/staff/tele "
                    + "{\"ts\":\"2025-06-18T08:30:00.000Z\",\"seq\":2,\"period_s\":1800,\"power_kw\":-6,"
                    + "\"connected_vehicles\":1}",
                "2025-06-18T09:30:00.000Z bay/staff/tele "
                    + "{\"ts\":\"2025-06-18T09:00:00.000Z\",\"seq\":3,\"period_s\":1800,\"power_kw\":-2,"
                    + "\"connected_vehicles\":1}",
            ])
        #expect(abs((result.report.signals.first?.energyKWh ?? 0) + 6) < 1e-12)
    }

    @Test func `connected is the most at one time, and who leaves makes room`() throws {
        let csv = """
            a,b,kwh
            2025-06-18T09:00,2025-06-18T11:00,8
            2025-06-18T09:10,2025-06-18T09:20,1
            2025-06-18T09:20,2025-06-18T09:25,1
            2025-06-18T10:00,2025-06-18T10:30,3
            """
        let result = try imported(mapping(text()), csv)
        #expect(try connected(result) == [2, 1, 2, 1])
        // 2 + 1 + 1 = 4 kWh; 2; 2 + 3 = 5; 2.
        let power = try result.values("power_kw").map(\.value)
        #expect(zip(power, [-8, -4, -10, -4]).allSatisfy { abs($0 - $1) < 1e-9 })
    }

    @Test func `charging spreads over the time of the current, and the vehicle stays connected`() throws {
        let csv = "a,b,c,kwh\n2025-06-18T09:00,2025-06-18T10:00,2025-06-18T09:30,5\n"
        let result = try imported(mapping(text(spread: "charging", times: "start: a, end: b, done: c")), csv)
        #expect(try result.values("power_kw").map(\.value) == [-10, 0])
        #expect(try connected(result) == [1, 1])
        // Without the current's end, or with one outside the session: over the time at the plug.
        for done in ["", "2025-06-18T11:00", "2025-06-18T08:00"] {
            let open = "a,b,c,kwh\n2025-06-18T09:00,2025-06-18T10:00,\(done),5\n"
            let spread = try imported(mapping(text(spread: "charging", times: "start: a, end: b, done: c")), open)
            #expect(try spread.values("power_kw").map(\.value) == [-5, -5])
        }
    }

    @Test func `sessions over the ends of the window give what falls inside, and one without length all of it`() throws
    {
        let csv = """
            a,b,kwh
            2025-06-17T23:00,2025-06-18T01:00,4
            2025-06-18T12:00,2025-06-18T12:00,0.5
            2025-06-18T23:00,2025-06-19T03:00,8
            """
        let result = try imported(mapping(text()), csv)
        let energy = try #require(result.report.signals.first?.energyKWh)
        // 2 of the first, 0.5, 2 of the last.
        #expect(abs(energy + 4.5) < 1e-9)
        #expect(result.report.signals.first?.gaps == 0)
        #expect(result.report.sources.first?.sessionsKWh == 12.5)
    }

    @Test func `before the first and after the last session nothing is known`() throws {
        let result = try imported(mapping(text()), "a,b,kwh\n2025-06-18T09:00,2025-06-18T17:00,8\n")
        let signal = try #require(result.report.signals.first)
        #expect(signal.written == 16)
        #expect(signal.gaps == 2)
        #expect(signal.gapTotal == Span.hours(16))
    }

    @Test func `sessions without an end, that end first, or of an impossible energy are left out and counted`() throws {
        let csv = """
            a,b,kwh
            2025-06-18T09:00,,3
            2025-06-18T09:00,2025-06-18T08:00,4
            2025-06-18T09:00,2025-06-18T10:00,-1
            2025-06-18T09:00,2025-06-18T10:00,
            2025-06-18T09:00,2025-06-18T10:00,x
            soon,2025-06-18T10:00,1
            2025-06-18T09:00,2025-06-18T10:00,2
            """
        let result = try imported(mapping(text()), csv)
        let source = try #require(result.report.sources.first)
        let signal = try #require(result.report.signals.first)
        #expect(source.withoutEnd.firstLines == [2, 3])
        #expect(source.withoutEndKWh == 7)
        #expect(signal.outOfRange.firstLines == [4])
        #expect(signal.empty == 1)
        #expect(signal.unreadable.firstLines == [6])
        #expect(source.badRows.firstLines == [7])
        #expect(abs((signal.energyKWh ?? 0) + 2) < 1e-12)
        #expect(result.report.text.contains("2 sessions of 7.0 kWh without an end after their start are left out"))
    }

    @Test func `a shift moves a session as a whole`() throws {
        let made = try mapping(text(source: ["shift: {from: 2017-06-14, to: 2025-06-18}"]))
        let result = try imported(made, "a,b,kwh\n2017-06-14T09:00,2017-06-14T10:00,2\n")
        #expect(
            try result.values("power_kw").map(\.ts.rfc3339) == ["2025-06-18T08:00:00.000Z", "2025-06-18T08:30:00.000Z"])
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `no energy is lost, whatever the sessions`(seed: UInt64) throws {
        var state = seed
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        func time(_ minute: Int) -> String {
            "2025-06-18T\(minute < 600 ? "0" : "")\(minute / 60):\(minute % 60 < 10 ? "0" : "")\(minute % 60)"
        }
        var csv = "a,b,kwh\n"
        var total = 0.0
        for _ in 0..<50 {
            let start = random(1300)
            let kWh = Double(random(5000)) / 100
            total += kWh
            csv += "\(time(start)),\(time(start + random(139))),\(kWh)\n"
        }
        for period in ["1m", "7m", "30m"] {
            let made = try mapping(text(period: period))
            let result = try imported(made, csv)
            #expect(abs((result.report.signals.first?.energyKWh ?? 0) + total) < 1e-9 * total)
            #expect(try result.values("power_kw").allSatisfy { $0.value <= 0 })
            let vehicles = try connected(result)
            #expect(vehicles.count == result.measured.count)
            #expect(zip(try result.values("power_kw"), vehicles).allSatisfy { $0.value == 0 || $1 >= 1 })
        }
    }

    @Test func `what sessions need is checked`() {
        #expect(problems(text(spread: "even")).contains("\"even\" is none of plug_in, charging"))
        #expect(problems(text(spread: "charging")).contains("\"done\" is missing"))
        #expect(problems(text(times: "start: a")).contains("\"end\" is missing"))
        #expect(
            problems(text(signal: "{column: kwh, asset: bay/staff, key: power_kw, unit: kW, kind: mean}"))
                .contains("sessions have one signal: the energy's column with kind energy and key power_kw"))
        #expect(problems(text(period: "1s", length: "30d")).contains("makes more than 1000000 periods"))
    }
}
