import RealModule
import Testing
import TwinCore
import TwinPlant

@Suite("What is expected of the weather")
struct WeatherOutlookTests {
    /// - Parameter change: when the clock goes an hour forward.
    private static func outlook(change: String? = nil) throws -> WeatherOutlook {
        let changes =
            [LocalZone.Change(from: time("1970-01-01T00:00"), offset: .hours(0))]
            + (change.map { [LocalZone.Change(from: time($0), offset: .hours(1))] } ?? [])
        return WeatherOutlook(
            location: Bench.location, zone: LocalZone(name: "z", changes: changes), meanWindMPerS: 6, dailySwingK: 3)
    }

    private static func time(_ text: String) -> PlantTime { PlantTime(rfc3339: "\(text):00.000Z") ?? PlantTime(ms: 0) }
    private static let never = UsedValue(99, .stale)

    /// As it is expected in the minute about a time.
    private func around(_ outlook: WeatherOutlook, _ text: String) -> Around {
        let middle = Self.time(text)
        return outlook.around(from: middle - .seconds(30), to: middle + .seconds(30), meanAirC: 9)
    }

    @Test("before anything was heard it is as it is in the mean, with half of a clear sky")
    func nothing() throws {
        let outlook = try Self.outlook()
        let noon = around(outlook, "2025-06-18T12:00")
        #expect(noon.airC == 9 && noon.windMPerS == 6 && noon.irradianceWPerM2 > 300)
        #expect(around(outlook, "2025-06-18T00:00").irradianceWPerM2 == 0)
    }

    /// 3 K about the mean, warmest at 15:00 and coldest at 03:00: from 09:00, in the middle of both, 3 up to 15:00, 6 down
    /// from there to 03:00. The wave is told to 0.002.
    @Test("the air keeps its daily course from what was heard last")
    func air() throws {
        var outlook = try Self.outlook()
        outlook.hear(
            airC: UsedValue(12, .good), windMPerS: Self.never, irradianceWPerM2: Self.never,
            at: Self.time("2025-06-18T09:00"))
        for (text, expected) in [
            ("2025-06-18T09:00", 12.0), ("2025-06-18T15:00", 15), ("2025-06-18T21:00", 12), ("2025-06-19T03:00", 9),
            ("2025-06-20T15:00", 15),
        ] { #expect(abs(around(outlook, text).airC - expected) < 0.02, "\(text)") }
        // Silent until 15:00, it is no warmer for that.
        outlook.hear(
            airC: Self.never, windMPerS: Self.never, irradianceWPerM2: Self.never, at: Self.time("2025-06-18T15:00"))
        #expect(abs(around(outlook, "2025-06-18T15:00").airC - 15) < 0.02)
        // A value that is none says nothing.
        outlook.hear(
            airC: UsedValue(.nan, .good), windMPerS: UsedValue(.infinity, .good),
            irradianceWPerM2: UsedValue(.nan, .good),
            at: Self.time("2025-06-18T16:00"))
        #expect(around(outlook, "2025-06-18T16:00").airC.isFinite && around(outlook, "2025-06-18T16:00").windMPerS == 6)
    }

    @Test("the course is that of local time, on both sides of a change of the clock")
    func clockChange() throws {
        var outlook = try Self.outlook(change: "2025-03-30T01:00")
        // 15:00 of the next day comes an hour early.
        outlook.hear(
            airC: UsedValue(12, .good), windMPerS: Self.never, irradianceWPerM2: Self.never,
            at: Self.time("2025-03-29T15:00"))
        #expect(abs(around(outlook, "2025-03-30T14:00").airC - 12) < 0.02)
    }

    /// 14 m/s, 8 above the mean; after 8 hours 8 / e = 2.943 of it are left.
    @Test("the wind dies down to its mean")
    func wind() throws {
        var outlook = try Self.outlook()
        let start = Self.time("2025-06-18T00:00")
        outlook.hear(airC: Self.never, windMPerS: UsedValue(14, .good), irradianceWPerM2: Self.never, at: start)
        #expect(abs(around(outlook, "2025-06-18T00:00").windMPerS - 14) < 1e-9)
        #expect(abs(around(outlook, "2025-06-18T08:00").windMPerS - (6 + 8 / Double.exp(1))) < 1e-9)
        #expect(abs(around(outlook, "2025-06-20T08:00").windMPerS - 6) < 0.01)
        // Half an hour later 8 m/s are heard: gusts within minutes count for little, 14 + (8 - 14)(1 - 1/e) = 10.207.
        outlook.hear(
            airC: Self.never, windMPerS: UsedValue(8, .good), irradianceWPerM2: Self.never, at: start + .minutes(30))
        #expect(abs(around(outlook, "2025-06-18T00:30").windMPerS - (8 + 6 / Double.exp(1))) < 1e-9)
    }

    @Test("of a clear sky as much comes through as lately did; at night nothing is learnt")
    func sun() throws {
        var outlook = try Self.outlook()
        // Half of a clear sky is what is expected unheard.
        let half = around(outlook, "2025-06-18T12:00").irradianceWPerM2
        outlook.hear(
            airC: Self.never, windMPerS: Self.never, irradianceWPerM2: UsedValue(1.6 * half, .good),
            at: Self.time("2025-06-18T12:00"))
        #expect(abs(around(outlook, "2025-06-18T12:00").irradianceWPerM2 - 1.6 * half) < 0.01 * half)
        // 0.3 above the mean; 24 hours are 2.4 times 10.
        let next = around(outlook, "2025-06-19T12:00").irradianceWPerM2 / (2 * half)
        #expect(abs(next - (0.5 + 0.3 * Double.exp(-2.4))) < 0.01)
        // A dark night changes nothing, and makes what was heard no younger.
        var dark = outlook
        for hour in 22..<28 {
            dark.hear(
                airC: Self.never, windMPerS: Self.never, irradianceWPerM2: UsedValue(0, .good),
                at: Self.time("2025-06-18T00:00") + .hours(Int64(hour)))
        }
        #expect(
            around(dark, "2025-06-19T12:00").irradianceWPerM2 == around(outlook, "2025-06-19T12:00").irradianceWPerM2)
        // A mirror of a cloud is no sky of its own.
        outlook.hear(
            airC: Self.never, windMPerS: Self.never, irradianceWPerM2: UsedValue(1e6, .good),
            at: Self.time("2025-06-19T12:00"))
        #expect(around(outlook, "2025-06-19T12:00").irradianceWPerM2 <= 1.1 * 2 * half * 1.01)
    }
}
