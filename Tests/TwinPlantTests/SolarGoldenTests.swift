import Foundation
import Testing

@testable import TwinPlant

@Suite("Solar model against reference values", .enabled(if: referenceFolder != nil, "no data sets in ../shared/data"))
struct SolarGoldenTests {
    static let site = SolarSite(latitudeDeg: 54.92, longitudeDeg: -1.47, elevationM: 40)
    static let array = PVArray(
        peakKW: 4_750, acRatedKW: 4_750 / 1.2, tiltDeg: 25, temperatureCoefficientPerK: -0.0037, lossFraction: 0.14,
        cellTemperature: .faiman(u0: 25, u1: 6.84), incidenceLoss: .none)

    @Test("four days of sun, clear sky, decomposition, plane and power agree with pvlib")
    func visibleDays() throws {
        let rows = try #require(referenceRows("pv-wind-golden/sunderland_visible.csv.gz"))
        var found: [String: Deviation] = [:]
        for row in rows {
            let sun = SunPosition(site: Self.site, unixMilliseconds: milliseconds(row["time_utc"] ?? ""))
            let light = Irradiance(globalHorizontalWPerM2: row.number("in_ghi_wm2"), sun: sun)
            let sky = ClearSky(site: Self.site, sun: sun, pressureHPa: 1013.25)
            let geometry = Self.array.geometry(sun: sun)
            let parts = geometry.parts(light, albedo: 0.2)
            let power = Self.array.acPowerKW(
                globalHorizontalWPerM2: row.number("in_ghi_wm2"), airTemperatureC: row.number("in_temp_c"),
                windSpeedMPerS: row.number("in_wind_ms"), sun: sun)
            func add(_ key: String, _ value: Double) { found[key, default: .init()].add(value, row.number(key)) }
            add("zenith_deg", sun.zenithDeg)
            add("apparent_zenith_deg", sun.apparentZenithDeg)
            add("azimuth_deg", sun.azimuthDeg)
            add("dni_extra_wm2", sun.extraterrestrialWPerM2)
            add("cs_ineichen_ghi", sky.globalHorizontalWPerM2)
            add("cs_ineichen_dni", sky.directNormalWPerM2)
            add("cs_ineichen_dhi", sky.diffuseHorizontalWPerM2)
            add("erbs_dni", light.directNormalWPerM2)
            add("erbs_dhi", light.diffuseHorizontalWPerM2)
            add("poa_beam", parts.beam)
            add("poa_sky_haydavies", parts.sky)
            add("poa_ground", parts.ground)
            add("poa_global_haydavies", parts.beam + parts.sky + parts.ground)
            add("pac_w", power * 1_000)
        }
        for (key, value) in found.sorted(by: { $0.key < $1.key }) { print("DEV", key, value) }
        for key in ["zenith_deg", "azimuth_deg"] { #expect(try #require(found[key]).most < 0.02) }
        #expect(try #require(found["apparent_zenith_deg"]).most < 0.05)
        for key in ["poa_global_haydavies", "erbs_dhi", "cs_ineichen_ghi"] {
            #expect(try #require(found[key]).most < 0.2)
        }
        #expect(try #require(found["pac_w"]).most < 500)
    }

    @Test("a weather year gives the reference energy within 0.2 %, and the two arrays a plausible yield")
    func weatherYear() throws {
        let rows = try #require(referenceRows("weather-north-sea-coast/bremerhaven_try2015_average.csv.gz"))
        let pv1 = PVArray(peakKW: 4_750, acRatedKW: 4_750 / 1.15, tiltDeg: 25)
        let pv2 = PVArray(peakKW: 20_000, acRatedKW: 16_000, tiltDeg: 20)
        var (reference, first, second, ghi) = (0.0, 0.0, 0.0, 0.0)
        let bremerhaven = SolarSite(latitudeDeg: 53.5591, longitudeDeg: 8.5872, elevationM: 3)
        let start = milliseconds("2015-01-01T00:00:00+01:00")
        for (index, row) in rows.enumerated() {
            // The reference ran at the weather file's own place.
            let sun = SunPosition(site: bremerhaven, unixMilliseconds: start + Int64(index) * 900_000)
            let direct = row.number("direct_horizontal_wm2")
            let diffuse = row.number("diffuse_horizontal_wm2")
            let normal = sun.apparentZenithDeg < 87 ? direct / sun.cosApparentZenith : 0
            let light = Irradiance(directNormalWPerM2: normal, diffuseHorizontalWPerM2: diffuse, sun: sun)
            let (air, wind) = (row.number("temp_c"), row.number("wind_speed_ms"))
            ghi += (direct + diffuse) / 4_000
            reference +=
                Self.array.acPowerKW(
                    light, geometry: Self.array.geometry(sun: sun), airTemperatureC: air, windSpeedMPerS: wind) / 4
            first +=
                pv1.acPowerKW(
                    globalHorizontalWPerM2: direct + diffuse, airTemperatureC: air, windSpeedMPerS: wind, sun: sun) / 4
            second +=
                pv2.acPowerKW(
                    globalHorizontalWPerM2: direct + diffuse, airTemperatureC: air, windSpeedMPerS: wind, sun: sun) / 4
        }
        print("YEAR ref kWh", reference, "ratio", reference / 4_475_136.8757)
        print("YEAR pv1", first / 4_750, "pv2", second / 20_000, "GHI kWh/m2", ghi, "mean W/m2", ghi / 8.76)
        #expect(abs(reference / 4_475_136.8757 - 1) < 0.002)
        #expect((800...1_000).contains(first / 4_750))
        #expect((800...1_000).contains(second / 20_000))
    }

    @Test("the PVWatts inverter gives NREL's AC from its DC")
    func nrelInverter() throws {
        let rows = try #require(referenceRows("pv-nrel/pvwatts_denver_4kw_jan_apr_jul_oct.csv.gz"))
        let array = PVArray(peakKW: 4, acRatedKW: 4 / 1.2, tiltDeg: 20)
        var deviation = Deviation()
        for row in rows { deviation.add(array.inverted(dcKW: row.number("dc_w") / 1_000) * 1_000, row.number("ac_w")) }
        print("DEV nrel ac_w", deviation)
        #expect(deviation.most < 0.01)
    }

    @Test("hub wind, density and the corrected curve agree with windpowerlib")
    func wind() throws {
        let rows = try #require(referenceRows("pv-wind-golden/wind_v47_visible.csv.gz"))
        let data = try #require(referenceFolder)
        let table = try String(
            contentsOf: data.appending(path: "wind-power-curves/vestas_v47_660_nrel.csv"), encoding: .utf8)
        let measured = table.split(whereSeparator: \.isNewline).dropFirst().map { line in
            let cells = line.split(separator: ",").compactMap { Double($0) }
            return (cells[0], cells[1])
        }
        let curve = [(0, 0), (4, 0)] + measured + [(25, 660), (25.01, 0), (40, 0)]
        var (hub, density, power, plain) = (Deviation(), Deviation(), Deviation(), Deviation())
        for row in rows {
            let kelvin = row.number("in_temp_2m_k") - 0.0065 * 48
            let pascal = row.number("in_pressure_pa")
            hub.add(row.number("in_wind_speed_10m_ms") * pow(5, 1.0 / 7), row.number("hub_wind_hellman_1_7_ms"))
            density.add(
                (pascal / 100 - 50.0 / 8) * 1.225 * 288.15 / (1013.3 * kelvin), row.number("hub_density_barometric"))
            let rho = row.number("hub_density_barometric")
            let site = PowerCurve(
                curve.map { speed, kW in
                    let exponent = min(2.0 / 3, max(1.0 / 3, speed / 15 - 1.0 / 6))
                    return .init(speedMPerS: speed * pow(1.225 / rho, exponent), powerKW: kW)
                })
            let wind = row.number("hub_wind_hellman_1_7_ms")
            power.add(site.powerKW(speedMPerS: wind) * 1_000, row.number("power_w_density_corr"))
            let standard = PowerCurve(curve.map { .init(speedMPerS: $0.0, powerKW: $0.1) })
            plain.add(standard.powerKW(speedMPerS: wind) * 1_000, row.number("power_w_no_density"))
        }
        print("DEV wind W corrected", power, "plain", plain)
        #expect(power.most < 10 && plain.most < 10)
        print("DEV hub wind", hub)
        print("DEV density", density)
        #expect(hub.most < 0.001)
    }
}
