import Testing
import TwinConfiguration
import TwinCore
import TwinTesting

/// What no line exceeds: three times the plan, or what `shifts.yaml` says.
@Suite("Greatest rate of a line")
struct LineRateTests {
    private static func config(_ rate: String) throws -> SiteConfig {
        try Repository.config("shifts.yaml", "workdays: [mon", "\(rate)\nworkdays: [mon")
    }

    @Test("without a word it is three times the planned rate, and 60 for a small plant")
    func planned() throws {
        // 1,412 vehicles in two shifts of 8 h.
        #expect(try Repository.config().calendar.vehiclesPerHourMax == 3 * 1412 / 16)
        let small = try Repository.config(
            "shifts.yaml", "vehicles_per_day: {value: 1412,", "vehicles_per_day: {value: 80,")
        #expect(small.calendar.vehiclesPerHourMax == 60)
    }

    @Test("it is what the file says, with its source")
    func told() throws {
        #expect(
            try Self.config("vehicles_per_hour_max: {value: 120, source: \"takt\"}").calendar.vehiclesPerHourMax == 120)
    }

    @Test(
        "a rate below the plan, or without a source, is a problem",
        arguments: [
            ("{value: 80, source: \"takt\"}", "80 is less than the planned 88.3 vehicles/h"), ("120", "has no source"),
        ])
    func problems(rate: String, word: String) throws {
        let problems = try #require(throws: ConfigProblems.self) {
            try Self.config("vehicles_per_hour_max: \(rate)")
        }
        #expect(problems.list.count == 1 && problems.list.first?.text.contains(word) == true, "\(problems)")
    }

    @Test("the lines are what the file names, and one called final without a word")
    func lines() throws {
        #expect(try Repository.config().calendar.lines == ["final"])
        #expect(try Self.config("lines: [trim-1, trim-2]").calendar.lines == ["trim-1", "trim-2"])
    }

    @Test(
        "a line that is named twice or is no id is a problem",
        arguments: [("[trim-1, trim-1]", "\"trim-1\" is listed twice"), ("[\"a/b\"]", "a/b"), ("[]", "1")])
    func badLines(list: String, word: String) throws {
        let problems = try #require(throws: ConfigProblems.self) { try Self.config("lines: \(list)") }
        #expect(problems.list.count == 1 && problems.list.first?.text.contains(word) == true, "\(problems)")
    }
}
