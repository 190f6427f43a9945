import Testing
import TwinCore

/// Instants as people read them.
@Suite("Times for people")
struct LocalClockTests {
    private static let zone = LocalZone(
        name: "test", changes: [.init(from: PlantTime(ms: 0), offset: .hours(1))])

    @Test("a time is that of the place, with seconds where there are some")
    func clock() throws {
        for (text, told) in [
            ("2025-06-18T06:00:00Z", "2025-06-18 07:00"), ("2025-06-18T23:30:05Z", "2025-06-19 00:30:05"),
            ("2025-06-18T06:00:00.900Z", "2025-06-18 07:00"),
        ] {
            #expect(Self.zone.clock(try #require(PlantTime(rfc3339: text))) == told)
        }
    }

    @Test(
        "a sentence's instants are told so, and nothing else of it changes",
        arguments: [
            ("", ""), ("Z", "Z"), ("ZZ top until Zürich", "ZZ top until Zürich"),
            (
                "manual until 2025-06-18T06:00:00.000Z; from 2025-06-18T23:30:05.000Z, Z",
                "manual until 2025-06-18 07:00; from 2025-06-19 00:30:05, Z"
            ),
            ("at 2025-13-18T06:00:00.000Z", "at 2025-13-18T06:00:00.000Z"),
            ("2025-06-18T06:00:00.000Z2025-06-18T06:00:00.000Z", "2025-06-18 07:002025-06-18 07:00"),
        ])
    func localised(text: String, told: String) { #expect(Self.zone.localised(text) == told) }
}
