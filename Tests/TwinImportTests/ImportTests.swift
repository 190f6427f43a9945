import Testing
import TwinCore
import TwinImport
import TwinTesting

@Suite("Importing rows")
struct ImportTests {
    private let power = "{column: p, asset: wind/farm, key: power_kw, unit: kW, kind: mean}"

    @Test func `a mean becomes a payload with its period that arrives at the interval's end`() throws {
        let result = try imported(mapping(mappingText(signals: [power])), "time,p\n2025-06-18T06:00:00Z,412.3\n")
        #expect(
            result.texts == [
                "2025-06-18T06:10:00.000Z wind/farm/tele "
                    + "{\"ts\":\"2025-06-18T06:00:00.000Z\",\"seq\":1,\"period_s\":600,\"power_kw\":412.3}"
            ])
        #expect(result.header.run == "import")
        #expect(result.header.start.rfc3339 == "2025-06-17T23:00:00.000Z")
        #expect(result.header.config == "sha256:0")
        #expect(!result.header.marks)
        #expect(try Header(bytes: result.header.bytes) == result.header)
    }

    @Test func `a stamp at the interval's end is set back by the period`() throws {
        let text = mappingText(time: "{column: time, format: rfc3339, stamp: end}", signals: [power])
        let result = try imported(mapping(text), "time,p\n2025-06-18T06:10:00Z,1\n")
        #expect(result.texts.first?.hasPrefix("2025-06-18T06:10:00.000Z") == true)
        #expect(result.texts.first?.contains("\"ts\":\"2025-06-18T06:00:00.000Z\"") == true)
    }

    @Test func `intervals that reach over the ends of the window are left out, instants on its ends are taken`() throws
    {
        let text = mappingText(
            signals: [power, "{column: e, asset: wind/farm, key: energy_total_kwh, unit: kWh, kind: counter}"])
        let csv = """
            time,p,e
            2025-06-17T22:55:00Z,1,100
            2025-06-17T23:00:00Z,2,101
            2025-06-18T22:50:00Z,3,200
            2025-06-18T22:55:00Z,4,201
            2025-06-18T23:00:00Z,5,202
            """
        let result = try imported(mapping(text), csv)
        #expect(try result.values("power_kw").map(\.value) == [2, 3])
        #expect(try result.values("energy_total_kwh").map(\.value) == [101, 200, 201, 202])
        #expect(result.report.signals.last?.energyKWh == 101)
    }

    @Test func `values of one row and asset share a payload, kinds of another form get their own`() throws {
        let text = mappingText(signals: [
            "{column: w, asset: weather/mast, key: wind_speed_m_per_s, unit: m/s, kind: mean}",
            "{column: p, asset: wind/farm, key: power_kw, unit: kW, kind: mean}",
            "{column: t, asset: weather/mast, key: temperature_c, unit: degC, kind: mean}",
            "{column: s, asset: weather/mast, key: gust_m_per_s, unit: m/s, kind: sample}",
        ])
        let result = try imported(
            mapping(text), "time,w,p,t,s\n2025-06-18T06:00Z,7,100,12.5,9\n2025-06-18T06:10Z,,,13,\n")
        #expect(
            result.texts == [
                "2025-06-18T06:10:00.000Z weather/mast/tele "
                    + "{\"ts\":\"2025-06-18T06:00:00.000Z\",\"seq\":1,\"period_s\":600,\"wind_speed_m_per_s\":7,\"temperature_c\":12.5}",
                "2025-06-18T06:10:00.000Z wind/farm/tele "
                    + "{\"ts\":\"2025-06-18T06:00:00.000Z\",\"seq\":1,\"period_s\":600,\"power_kw\":100}",
                "2025-06-18T06:10:00.000Z weather/mast/tele "
                    + "{\"ts\":\"2025-06-18T06:00:00.000Z\",\"seq\":2,\"period_s\":600,\"gust_m_per_s\":9}",
                "2025-06-18T06:20:00.000Z weather/mast/tele "
                    + "{\"ts\":\"2025-06-18T06:10:00.000Z\",\"seq\":3,\"period_s\":600,\"temperature_c\":13}",
            ])
    }

    @Test(
        arguments: [
            ("load_kw", "W", "mean", 23_650, 23.65), ("load_kw", "MW", "mean", 0.5, 500),
            ("load_kw", "kWh", "energy", 50, 300),
            ("load_kw", "MWh", "energy", 0.05, 300), ("load_kw", "Wh", "energy", 5, 0.03),
            ("energy_total_kwh", "MWh", "counter", 1.25, 1250), ("energy_total_kwh", "GJ", "counter", 3.6, 1000),
            ("soc_fraction", "percent", "sample", 55, 0.55), ("soc_fraction", "fraction", "sample", 0.55, 0.55),
            ("wind_speed_m_per_s", "km/h", "mean", 36, 10), ("wind_speed_m_per_s", "kn", "mean", 36, 18.52),
            ("temperature_c", "K", "mean", 273.15, 0), ("g_per_kwh", "kg/MWh", "mean", 152, 152),
            ("g_per_kwh", "t/MWh", "mean", 0.152, 152), ("irradiance_w_per_m2", "kW/m2", "mean", 0.8, 800),
            ("volume_m3", "l", "counter", 1500, 1.5),
        ] as [(String, String, String, Double, Double)])
    func `a value comes out in the unit of its key`(
        key: String, unit: String, kind: String, value: Double, expected: Double
    ) throws {
        let text = mappingText(signals: ["{column: x, asset: shop/works, key: \(key), unit: \(unit), kind: \(kind)}"])
        let result = try imported(mapping(text), "time,x\n2025-06-18T06:00Z,\(value)\n")
        let written = try #require(try result.values(key).first?.value)
        #expect(abs(written - expected) <= 1e-12 * max(1, abs(expected)))
    }

    @Test func `scale multiplies and says why`() throws {
        let text = mappingText(signals: [
            "{column: p, asset: wind/farm, key: power_kw, unit: kW, kind: mean, scale: {value: 6600, over: 2050, source: farm}}"
        ])
        let result = try imported(mapping(text), "time,p\n2025-06-18T06:00Z,2050\n")
        #expect(try result.values("power_kw").map(\.value) == [6600])
        #expect(result.report.text.contains("wind/farm power_kw: measured values x 3.2195: farm"))
    }

    @Test func `lines are sorted by arrival, and the clock is the last line of its step`() throws {
        let text = mappingText(length: "3m", period: "1m", signals: [power])
        let result = try imported(mapping(text), "time,p\n2025-06-17T23:01:00Z,2\n2025-06-17T23:00:00Z,1\n")
        let added = try #require(PlantTime(rfc3339: "2025-06-17T23:02:00Z"))
        let model = Line.message(Arrival(t: added, topic: "v1/sunderland/line/l1/count", payload: Array("{}".utf8)))
        let topics = result.lines(adding: [model]).map { line -> String in
            guard case .message(let arrival) = line.body else { return "" }
            return "\(arrival.t.rfc3339.dropFirst(14).prefix(5)) \(arrival.topic.dropFirst(14))"
        }
        #expect(
            topics == [
                "01:00 wind/farm/tele", "01:00 clock", "02:00 wind/farm/tele", "02:00 line/l1/count", "02:00 clock",
                "03:00 clock",
            ])
        let silent = try imported(
            mapping(mappingText(length: "3m", top: ["clock: false"], signals: [power])), "time,p\n")
        #expect(silent.lines().isEmpty)
    }

    @Test func `every line of the file reads back`() throws {
        let result = try imported(mapping(mappingText(signals: [power])), "time,p\n2025-06-18T06:00:00Z,1.5\n")
        let lines = result.lines()
        #expect(lines.count == 1441)
        var last = result.header.start
        for line in lines {
            let read = try Line(bytes: line.bytes, start: result.header.start, number: 0)
            #expect(read == line)
            #expect(read.t >= last)
            last = read.t
        }
    }
}
