import Testing

@testable import TwinPlant

@Suite("Solar model by hand and at its limits")
struct SolarInvariantTests {
    let site = SolarSite(latitudeDeg: 54.9203, longitudeDeg: -1.469, elevationM: 40)
    let array = PVArray(peakKW: 4_750, acRatedKW: 4_750 / 1.15, tiltDeg: 25)
    /// 2025-06-21T00:00Z.
    let midsummer: Int64 = 1_750_464_000_000

    @Test("night gives 0, output rises with irradiance up to the clip, and never passes the rating")
    func dayLong() {
        for minute in stride(from: Int64(0), to: 1_440, by: 7) {
            let sun = SunPosition(site: site, unixMilliseconds: midsummer + minute * 60_000)
            let clear = ClearSky(site: site, sun: sun).globalHorizontalWPerM2
            var previous = 0.0
            for share in stride(from: 0.0, through: 1.2, by: 0.05) {
                let power = array.acPowerKW(
                    globalHorizontalWPerM2: clear * share, airTemperatureC: 15, windSpeedMPerS: 3, sun: sun)
                if sun.elevationDeg <= 0 { #expect(power == 0) }
                #expect(power <= array.acRatedKW)
                // Erbs turns sky light into beam as it brightens: a plane facing away from the sun may lose by it.
                if array.geometry(sun: sun).cosIncidence >= sun.cosApparentZenith, sun.elevationDeg > 5 {
                    #expect(power >= previous - 1e-9, "minute \(minute) share \(share)")
                }
                previous = power
            }
        }
    }

    @Test("every input gives a finite power")
    func badInput() {
        let values = [Double.nan, .infinity, -.infinity, 1e308, -1e308, 0, -5, 1e-308]
        for time in [Int64.min, Int64.max, 0, midsummer + 43_200_000] {
            let sun = SunPosition(site: site, unixMilliseconds: time)
            for a in values {
                for b in values {
                    for c in values {
                        let power = array.acPowerKW(
                            globalHorizontalWPerM2: a, airTemperatureC: b, windSpeedMPerS: c, sun: sun)
                        #expect(power.isFinite && power >= 0 && power <= array.acRatedKW)
                    }
                }
            }
        }
    }

    @Test("the inverter by hand: half load and the clip")
    func inverter() {
        let unit = PVArray(peakKW: 100, acRatedKW: 96, tiltDeg: 0)
        // Half of 100 kW DC: 0.96 / 0.9637 * (50 * (0.9858 - 0.0081) - 0.59) = 0.9961606 * 48.295 = 48.10958.
        #expect(abs(unit.inverted(dcKW: 50) - 48.10958) < 1e-4)
        #expect(unit.inverted(dcKW: 1_000) == 96)
        // 800 W/m2, 45 C: 0.8 * 100 * (1 - 0.0035 * 20) * 0.859 = 63.9096.
        #expect(abs(unit.dcPowerKW(planeWPerM2: 800, cellC: 45) - 63.9096) < 1e-9)
    }

    @Test("a south array is symmetric about solar noon within 1 %, and leap days count")
    func symmetry() {
        // Longitude 1.469 W is 5.88 min, the equation of time about -1.9 min: noon near 12:07:47 UTC.
        let noon = midsummer + (12 * 3_600 + 7 * 60 + 47) * 1_000
        func power(_ offset: Int64) -> Double {
            let sun = SunPosition(site: site, unixMilliseconds: noon + offset * 60_000)
            return array.acPowerKW(
                globalHorizontalWPerM2: ClearSky(site: site, sun: sun).globalHorizontalWPerM2, airTemperatureC: 15,
                windSpeedMPerS: 3, sun: sun)
        }
        for offset in stride(from: Int64(10), through: 360, by: 10) {
            #expect(abs(power(offset) / power(-offset) - 1) < 0.01)
        }
        #expect(DayOfYear(unixMilliseconds: 1_709_164_800_000).value == 60)
        #expect(DayOfYear(unixMilliseconds: 1_735_603_200_000).value == 366)
        #expect(DayOfYear(unixMilliseconds: -1).value == 365)
    }

    @Test("one power costs well under a microsecond")
    func speed() {
        let sun = SunPosition(site: site, unixMilliseconds: midsummer + 36_000_000)
        var total = 0.0
        let clock = ContinuousClock()
        let power = clock.measure {
            for i in 0..<1_000_000 {
                total += array.acPowerKW(
                    globalHorizontalWPerM2: Double(i % 900), airTemperatureC: 15, windSpeedMPerS: 3, sun: sun)
            }
        }
        let position = clock.measure {
            for i in 0..<Int64(1_000_000) {
                total += SunPosition(site: site, unixMilliseconds: midsummer + i * 1_000).zenithDeg
            }
        }
        print("TIME per million: power", power, "sun", position, total)
    }
}
