import Testing
import TwinConfiguration
import TwinCore
import TwinImport
import TwinTesting

@Suite("Times of an import")
struct ImportTimeTests {
    private let load = "{column: p, asset: shop/works, key: load_kw, unit: kW, kind: mean}"

    @Test func `local times follow the zone, and a fixed offset does not`() throws {
        let local = mappingText(time: "{column: time, format: local, stamp: start}", signals: [load])
        let first = try imported(mapping(local), "time,p\n2025-06-18 00:00,1\n").values("load_kw").first
        #expect(first?.ts.rfc3339 == "2025-06-17T23:00:00.000Z")
        let fixed = mappingText(
            time: "{column: time, format: offset, offset: \"+02:00\", stamp: start}", signals: [load])
        let second = try imported(mapping(fixed), "time,p\n2025-06-18T02:00,1\n").values("load_kw").first
        #expect(second?.ts.rfc3339 == "2025-06-18T00:00:00.000Z")
    }

    @Test func `on the day of the spring change 23 hours are imported and a time of the skipped hour gives way`() throws
    {
        let text = mappingText(
            from: "2025-03-30", time: "{column: time, format: local, stamp: start}", period: "30m", signals: [load])
        let made = try mapping(text)
        #expect((made.to - made.from) == Span.hours(23))
        let csv = "time,p\n2025-03-30 00:30,1\n2025-03-30 01:30,2\n2025-03-30 02:00,3\n2025-03-30 02:30,4\n"
        let result = try imported(made, csv)
        #expect(
            try result.values("load_kw").map(\.ts.rfc3339) == [
                "2025-03-30T00:30:00.000Z", "2025-03-30T01:00:00.000Z", "2025-03-30T01:30:00.000Z",
            ])
        // 01:30 does not exist and means 02:30, which is there itself.
        #expect(try result.values("load_kw").map(\.value) == [1, 3, 4])
        #expect(result.report.signals.first?.superseded == 1)
    }

    @Test func `on the day of the autumn change local times pass the repeated hour twice`() throws {
        let text = mappingText(
            from: "2025-10-26", time: "{column: time, format: local, stamp: start}", period: "30m", signals: [load])
        let made = try mapping(text)
        #expect((made.to - made.from) == Span.hours(25))
        let csv =
            "time,p\n2025-10-26 01:00,1\n2025-10-26 01:30,2\n2025-10-26 01:00,3\n2025-10-26 01:30,4\n2025-10-26 02:00,5\n"
        let result = try imported(made, csv)
        #expect(try result.values("load_kw").map(\.value) == [1, 2, 3, 4, 5])
        #expect(
            try result.values("load_kw").map(\.ts.rfc3339) == [
                "2025-10-26T00:00:00.000Z", "2025-10-26T00:30:00.000Z", "2025-10-26T01:00:00.000Z",
                "2025-10-26T01:30:00.000Z", "2025-10-26T02:00:00.000Z",
            ])
        #expect(result.report.signals.first?.duplicates.count == 0)
    }

    @Test func `times with offset lose nothing on the day of the autumn change`() throws {
        let text = mappingText(from: "2025-10-26", period: "30m", signals: [load])
        let stamps = ["01:00:00+01:00", "01:30:00+01:00", "01:00:00+00:00", "01:30:00+00:00"]
        let csv = "time,p\n" + stamps.map { "2025-10-26 \($0),1\n" }.joined()
        let result = try imported(mapping(text), csv)
        #expect(result.report.signals.first?.written == 4)
        #expect(result.report.signals.first?.duplicates.count == 0)
    }

    @Test func `a shift keeps the local hour of the source's own zone`() throws {
        let text = mappingText(
            source: ["shift: {from: 2014-03-05, to: 2025-06-18}"],
            time: "{column: time, format: rfc3339, zone: Europe/Paris, stamp: start}", signals: [load])
        // 07:00 in Paris in winter becomes 07:00 in London in summer.
        let csv = "time,p\n2014-03-05T06:00Z,1\n2014-03-04T23:00Z,2\n2014-03-04T22:50Z,9\n2014-03-05T23:00Z,9\n"
        let result = try imported(mapping(text), csv)
        #expect(
            try result.values("load_kw").map { "\($0.ts.rfc3339) \($0.value)" } == [
                "2025-06-17T23:00:00.000Z 2.0", "2025-06-18T06:00:00.000Z 1.0",
            ])
    }

    @Test func `a shift to another weekday is refused unless it has a reason`() throws {
        let wrong = mappingText(source: ["shift: {from: 2014-03-06, to: 2025-06-18}"], signals: [load])
        #expect(
            problems(wrong)
                == "m.yaml:12:35: error: sources[0].shift.to: 2014-03-06 is a Thursday and 2025-06-18 a Wednesday; "
                + "choose a Wednesday, or write any_weekday: true and reason: why")
        let bare = mappingText(
            source: ["shift: {from: 2014-03-06, to: 2025-06-18, any_weekday: true}"], signals: [load])
        #expect(problems(bare).contains("any_weekday needs a reason"))
        let good = mappingText(
            source: ["shift: {from: 2014-03-06, to: 2025-06-18, any_weekday: true, reason: weather has no weekday}"],
            signals: [load])
        #expect(try mapping(good).sources.first?.shiftDays == 4122)
        let outside = mappingText(source: ["shift: {from: 2014-03-05, to: 2025-06-25}"], signals: [load])
        #expect(problems(outside).contains("2025-06-25 is outside the days that are imported"))
    }
}
