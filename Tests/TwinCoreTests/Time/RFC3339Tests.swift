import Testing
import TwinCore

@Suite("RFC 3339 text")
struct RFC3339Tests {
    /// 2025-06-18T06:00:00Z: 20,257 days after 1970-01-01, so 20257 x 86400000 + 6 x 3600000 ms.
    static let sixOClock: Int64 = 20_257 * 86_400_000 + 6 * 3_600_000

    @Test(
        "reads every accepted form to the millisecond",
        arguments: [
            ("2025-06-18T06:00:00Z", 0),
            ("2025-06-18T06:00:00.1Z", 100),
            ("2025-06-18T06:00:00.12Z", 120),
            ("2025-06-18T06:00:00.123Z", 123),
            ("2025-06-18T06:00:00.1234Z", 123),
            ("2025-06-18T06:00:00.12399Z", 123),
            ("2025-06-18T06:00:00.000999Z", 0),
            ("2025-06-18T06:00:00.1239999Z", 123),
            ("2025-06-18T06:00:00.12399999Z", 123),
            ("2025-06-18T06:00:00.123999999Z", 123),
            ("2025-06-18T07:00:00+01:00", 0),
            ("2025-06-18T07:00:00+0100", 0),
            ("2025-06-18T00:30:00-05:30", 0),
            ("2025-06-18T06:00:00+0000", 0),
            ("2025-06-18T06:00:00-00:00", 0),
            ("2025-06-18T06:00:00.5Z+0000", 500),
            ("2025-06-18t06:00:00z", 0),
            ("2025-06-18 06:00:00Z", 0),
            ("2025-06-18T06:00Z", 0),
            ("2025-06-19T05:59+23:59", 0),
        ])
    func reads(text: String, milliseconds: Int64) throws {
        let time = try #require(PlantTime(rfc3339: text), "\(text)")
        #expect(time.ms == Self.sixOClock + milliseconds, "\(text)")
    }

    @Test("counts a leap second as the second before it")
    func leapSecond() throws {
        // 2016-12-31 is day 17166; its last second starts at 86399 s.
        let time = try #require(PlantTime(rfc3339: "2016-12-31T23:59:60.250Z"))
        #expect(time.ms == 17_166 * 86_400_000 + 86_399_250)
    }

    @Test("holds the years 0001 to 9999 and nothing beyond")
    func yearLimits() {
        #expect(PlantTime(rfc3339: "0001-01-01T00:00:00Z") == .earliest)
        #expect(PlantTime(rfc3339: "9999-12-31T23:59:59.999Z") == .latest)
        #expect(PlantTime(rfc3339: "0000-12-31T23:59:59Z") == nil)
        #expect(PlantTime(rfc3339: "10000-01-01T00:00:00Z") == nil)
        // In range as written, out of range in UTC.
        #expect(PlantTime(rfc3339: "0001-01-01T00:00:00+00:01") == nil)
        #expect(PlantTime(rfc3339: "9999-12-31T23:59:59-00:01") == nil)
    }

    @Test("knows leap years")
    func leapDays() {
        #expect(PlantTime(rfc3339: "2024-02-29T00:00:00Z") == PlantTime(ms: 19_782 * 86_400_000))
        #expect(PlantTime(rfc3339: "2000-02-29T00:00:00Z") == PlantTime(ms: 11_016 * 86_400_000))
        #expect(PlantTime(rfc3339: "2025-02-29T00:00:00Z") == nil)
        #expect(PlantTime(rfc3339: "1900-02-29T00:00:00Z") == nil)
        #expect(PlantTime(rfc3339: "2025-04-31T00:00:00Z") == nil)
    }

    @Test(
        "refuses what is no time",
        arguments: [
            "", "Z", "2025", "2025-06-18", "2025-06-18T", "2025-06-18T06", "2025-06-18T06:00", "2025-06-18T06:00:00",
            "2025-06-18T06:00:00.Z", "2025-06-18T06:00:00.1234567890Z", "2025-06-18T06:00:61Z", "2025-06-18T24:00:00Z",
            "2025-06-18T06:60:00Z", "2025-13-18T06:00:00Z", "2025-00-18T06:00:00Z", "2025-06-00T06:00:00Z",
            "2025-06-18T06:00:00+24:00", "2025-06-18T06:00:00+01:60", "2025-06-18T06:00:00+1", "2025-06-18T06:00:00+01",
            "2025-06-18T06:00:00ZZ", "2025-06-18T06:00:00Z ", " 2025-06-18T06:00:00Z", "2025-06-18X06:00:00Z",
            "-025-06-18T06:00:00Z", "+2025-06-18T06:00:00Z", "２０２５-06-18T06:00:00Z", "2025-06-18T06:00:00,5Z",
            "2025-06-18T06:00.5Z", "now", "1750226400",
        ])
    func refuses(text: String) {
        #expect(PlantTime(rfc3339: text) == nil)
    }

    @Test("tells text with an offset from text without one")
    func zoneless() {
        #expect(PlantTime(zoneless: "2025-06-18T06:00:00")?.ms == Self.sixOClock)
        #expect(PlantTime(zoneless: "2025-06-18 06:00")?.ms == Self.sixOClock)
        #expect(PlantTime(zoneless: "2025-06-18T06:00:00Z") == nil)
        #expect(PlantTime(zoneless: "2025-06-18T06:00:00+01:00") == nil)
    }

    @Test("writes UTC with Z and other zones with their offset")
    func writes() {
        let time = PlantTime(ms: Self.sixOClock + 7)
        #expect(time.rfc3339 == "2025-06-18T06:00:00.007Z")
        #expect(time.text(offset: .hours(1)) == "2025-06-18T07:00:00.007+01:00")
        #expect(time.text(offset: .minutes(-570)) == "2025-06-17T20:30:00.007-09:30")
        #expect(PlantTime(ms: -1).rfc3339 == "1969-12-31T23:59:59.999Z")
        #expect(PlantTime.earliest.rfc3339 == "0001-01-01T00:00:00.000Z")
    }

    @Test("reads back what it wrote, 2,000 instants at any offset")
    func roundTrips() {
        var chance = SeedStream(seed: 1, name: "rfc3339")
        let width = UInt64(PlantTime.latest.ms - PlantTime.earliest.ms - 2 * 86_400_000)
        for _ in 0..<2000 {
            let time = PlantTime(ms: PlantTime.earliest.ms + 86_400_000 + Int64(chance.next() % width))
            let offset = Span.minutes(Int64(chance.next() % 2879) - 1439)
            #expect(PlantTime(rfc3339: time.rfc3339) == time)
            let text = time.text(offset: offset)
            #expect(PlantTime(rfc3339: text) == time, "\(text)")
        }
    }

    @Test("never traps on broken text, and what it still reads it writes the same", arguments: 0..<4 as Range<UInt64>)
    func brokenText(seed: UInt64) {
        var chance = SeedStream(seed: seed, name: "broken times")
        let letters = Array("0123456789-:TZ.+ z\u{0}é9".unicodeScalars)
        var readable = 0
        for _ in 0..<500 {
            var text = Array("2025-06-18T06:00:00.250+01:00".unicodeScalars)
            for _ in 0..<(1 + chance.next() % 3) {
                text[Int(chance.next() % UInt64(text.count))] = letters[Int(chance.next() % UInt64(letters.count))]
            }
            var broken = String.UnicodeScalarView()
            broken.append(contentsOf: text)
            if let time = PlantTime(rfc3339: String(broken)) {
                readable += 1
                #expect(PlantTime(rfc3339: time.rfc3339) == time)
            }
        }
        #expect((1..<500).contains(readable), "the mutations should leave some times readable and spoil others")
    }
}
