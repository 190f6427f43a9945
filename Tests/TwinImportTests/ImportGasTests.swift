import Testing
import TwinCore
import TwinImport
import TwinTesting

@Suite("Importing gas and registers")
struct ImportGasTests {
    private let billed = "gas: {calorific_value: {value: 39.6, source: \"the bill\"}}"

    private func gas(_ rest: String) -> String {
        mappingText(period: "30m", signals: ["{column: v, asset: shop/paint, \(rest)}"])
    }

    @Test func `cubic metres become kWh by the conversion and the calorific value`() throws {
        let text = gas("key: gas_kw, unit: m3, kind: energy, \(billed)")
        let result = try imported(mapping(text), "time,v\n2025-06-18T06:00Z,100\n")
        // 100 m3 x 1.02264 x 39.6 MJ/m3 / 3.6 MJ/kWh = 1 124.904 kWh in half an hour = 2 249.808 kW.
        let power = try #require(try result.values("gas_kw").first?.value)
        #expect(abs(power - 2249.808) < 1e-9)
        #expect(abs((result.report.signals.first?.energyKWh ?? 0) - 1124.904) < 1e-9)
    }

    @Test func `a meter that corrects by itself and cubic feet are read too`() throws {
        let corrected =
            "gas: {calorific_value: {value: 39.6, source: bill}, volume_conversion: {value: 1, source: corrected}}"
        let feet = gas("key: gas_kw, unit: ft3, kind: energy, \(corrected)")
        // 1 000 ft3 = 28.316846592 m3; x 11 kWh/m3 = 311.485312512 kWh; x 2 = 622.970625024 kW.
        let power = try #require(
            try imported(mapping(feet), "time,v\n2025-06-18T06:00Z,1000\n").values("gas_kw").first?.value)
        #expect(abs(power - 622.970625024) < 1e-9)
    }

    @Test func `a gas register in cubic metres becomes one in kWh`() throws {
        let text = gas("key: gas_total_kwh, unit: m3, kind: counter, \(billed)")
        let csv = "time,v\n2025-06-18T06:00Z,1000\n2025-06-18T06:30Z,1010\n2025-06-18T07:00Z,1030\n"
        let result = try imported(mapping(text), csv)
        // 30 m3 x 11.24904 kWh/m3.
        #expect(abs((result.report.signals.first?.energyKWh ?? 0) - 337.4712) < 1e-9)
    }

    @Test func `a volume without a calorific value and a gas that is none are refused`() {
        #expect(
            problems(gas("key: gas_kw, unit: m3, kind: energy"))
                .contains("m3 become gas_kw only with the gas's energy; add gas: {calorific_value:"))
        #expect(
            problems(gas("key: gas_kw, unit: kWh, kind: energy, \(billed)")).contains("gas turns a volume into kWh"))
        #expect(
            problems(gas("key: gas_kw, unit: m3, kind: energy, gas: {calorific_value: 39.6}")).contains("has no source")
        )
        #expect(
            problems(
                gas("key: gas_kw, unit: m3, kind: energy, gas: {calorific_value: {value: 11, source: x}, typo: 1}")
            )
            .contains("unknown key"))
        #expect(problems(gas("key: gas_kw, unit: M3, kind: energy, \(billed)")).contains("did you mean \"m3\"?"))
    }

    private func register(_ rest: String = "") -> String {
        mappingText(
            period: "30m",
            signals: ["{column: v, asset: shop/works, key: energy_total_kwh, unit: kWh, kind: counter\(rest)}"])
    }

    private func csv(_ readings: [Double]) -> String {
        "time,v\n"
            + readings.enumerated().map { index, value in
                "2025-06-18T\(6 + index / 2 < 10 ? "0" : "")\(6 + index / 2):\(index % 2 == 0 ? "00" : "30")Z,\(value)\n"
            }.joined()
    }

    @Test func `a replaced meter counts on, and the time around its replacement counts nothing`() throws {
        let result = try imported(mapping(register()), csv([99_000, 99_010, 3, 8]))
        #expect(try result.values("energy_total_kwh").map(\.value) == [99_000, 99_010, 99_010, 99_015])
        let signal = try #require(result.report.signals.first)
        #expect(signal.energyKWh == 15)
        #expect(signal.replaced.firstLines == [4])
        #expect(result.report.text.contains("1 below the one before, as of a new meter: only, line 4"))
    }

    @Test func `a register of known digits runs over and loses nothing`() throws {
        let result = try imported(mapping(register(", digits: 5")), csv([99_990, 99_998, 4, 14]))
        // 8 kWh, then 100 000 - 99 998 + 4 = 6 kWh, then 10 kWh.
        #expect(try result.values("energy_total_kwh").map(\.value) == [99_990, 99_998, 100_004, 100_014])
        #expect(result.report.signals.first?.energyKWh == 24)
        #expect(result.report.signals.first?.ranOver.count == 1)
        #expect(result.report.signals.first?.replaced.count == 0)
    }

    @Test func `a small fall is no overrun, and rows out of order are no fall`() throws {
        let small = try imported(mapping(register(", digits: 5")), csv([50_000, 20_000, 20_010]))
        #expect(small.report.signals.first?.energyKWh == 10)
        #expect(small.report.signals.first?.replaced.count == 1)
        let swapped = "time,v\n2025-06-18T06:30Z,20\n2025-06-18T06:00Z,10\n"
        #expect(try imported(mapping(register()), swapped).report.signals.first?.replaced.count == 0)
    }

    @Test func `digits are for counters`() {
        let text = mappingText(signals: [
            "{column: v, asset: shop/works, key: load_kw, unit: kW, kind: mean, digits: 5}"
        ])
        #expect(problems(text).contains("digits are those of a counter's register"))
    }

    @Test func `columns that are added make one value or none`() throws {
        let text = mappingText(signals: [
            "{column: direct, add: [diffuse], asset: weather/mast, key: ghi_w_per_m2, unit: W/m2, kind: mean}"
        ])
        let result = try imported(
            mapping(text), "time,direct,diffuse\n2025-06-18T06:00Z,100,50\n2025-06-18T06:10Z,100,\n")
        #expect(try result.values("ghi_w_per_m2").map(\.value) == [150])
        #expect(result.report.signals.first?.empty == 1)
    }

    @Test func `hours of the year count from 1`() throws {
        let text = mappingText(
            time: "{column: time, format: hour_of_year, year: 2025, offset: \"+01:00\", stamp: start}", period: "1h",
            signals: ["{column: v, asset: solar/pv1, key: power_kw, unit: kW, kind: mean}"])
        // 18 June is day 169: hour 168 x 24 + 1 = 4033 begins at midnight, 23:00 UTC the day before at +01:00.
        let result = try imported(mapping(text), "time,v\n4033,7\n8761,1\n0,1\n4034.5,1\n")
        #expect(try result.values("power_kw").map(\.ts.rfc3339) == ["2025-06-17T23:00:00.000Z"])
        #expect(result.report.sources.first?.badRows.firstLines == [3, 4, 5])
    }
}
