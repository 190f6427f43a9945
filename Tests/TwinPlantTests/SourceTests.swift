import Testing
import TwinCore
import TwinPlant

@Suite("Clocks, holes and ranges of a source")
struct SourceTests {
    /// Feeds minute readings of 700 kW; `readings(tick)` gives the minute whose reading arrives in that tick, 0 the
    /// first. Returns which ticks end with the alarm standing.
    private func standing(
        _ code: String, ticks: Int, powerKW: (Int) -> Double = { _ in 700 }, _ readings: (Int) -> [Int]
    ) -> [Int] {
        var wind = Bench.wind()
        return (1...ticks).filter { tick in
            let messages = readings(tick).map { minute in
                Bench.minute(
                    .wind, "farm", at: Int64(minute) * 60, seq: minute + 10_000, arrives: Double(tick) * 60,
                    "\"power_kw\":\(powerKW(minute) + Double(minute % 7))")
            }
            return wind.tick(messages, Bench.context(tick), .windy(6)).alarmPaths.contains("wind/farm/\(code)")
        }
    }

    @Test("a clean source raises nothing", arguments: ["clock", "gap", "out_of_range"])
    func clean(code: String) {
        #expect(standing(code, ticks: 40) { [$0 - 1] } == [])
    }

    @Test("a clock ahead is told at once and until a stamp is right")
    func ahead() {
        // Ticks 5 to 9 carry stamps of an hour ahead; tick 10 carries none at all.
        let found = standing("clock", ticks: 14) { (5...9).contains($0) ? [$0 + 59] : $0 == 10 ? [] : [$0 - 1] }
        #expect(found == [5, 6, 7, 8, 9, 10])
    }

    @Test("a clock behind is told from the third stamp that lags alike")
    func behind() {
        #expect(standing("clock", ticks: 14) { (5...9).contains($0) ? [$0 - 61] : [$0 - 1] } == [7, 8, 9])
        // Two days behind is refused as final, and told all the same.
        #expect(standing("clock", ticks: 14) { (5...9).contains($0) ? [$0 - 2881] : [$0 - 1] } == [7, 8, 9])
    }

    @Test("late readings are no clock: between right ones, or a heap of them at once")
    func late() {
        #expect(standing("clock", ticks: 14) { (5...9).contains($0) ? [$0 - 61, $0 - 1] : [$0 - 1] } == [])
        #expect(standing("clock", ticks: 30) { $0 < 25 ? [] : $0 == 25 ? Array(0...24) : [$0 - 1] } == [])
    }

    @Test("a hole is told when a reading ends it, for half an hour")
    func hole() {
        // Minutes 4 to 9 are lost: the reading of minute 10, in tick 11, ends the hole at the end of tick 10.
        let found = standing("gap", ticks: 60) { (5...10).contains($0) ? [] : [$0 - 1] }
        #expect(found == Array(11...40))
    }

    @Test("readings that come later take the alarm back")
    func filled() {
        let found = standing("gap", ticks: 60) {
            (5...10).contains($0) ? [] : $0 == 15 ? [14, 4, 5, 6, 7, 8, 9] : [$0 - 1]
        }
        #expect(found == Array(11...14))
        let partly = standing("gap", ticks: 60) {
            (5...10).contains($0) ? [] : $0 == 15 ? [14, 4, 5, 6, 8, 9] : [$0 - 1]
        }
        // Minute 7 stays missing: its hole ends at the end of tick 8.
        #expect(partly == Array(11...38))
    }

    @Test("a value out of range stands until one in range comes")
    func range() {
        let found = standing("out_of_range", ticks: 12, powerKW: { $0 == 4 ? 9000 : 700 }) {
            (6...8).contains($0) ? [] : [$0 - 1]
        }
        #expect(found == [5, 6, 7, 8])
    }

    private func lineGaps(_ numbers: [[Int]]) -> [Int] {
        var line = AssemblyLine(site: "s")
        return numbers.indices.filter { index in
            let messages = numbers[index].map {
                Bench.message(
                    .line, "final", .vehicle, arrives: Double(index) * 60 + 30,
                    #"{"seq":\#($0),"vehicle":"v\#($0)","event":"line_off"}"#)
            }
            return line.tick(messages, Bench.context(index + 1), PlantImage()).alarmPaths == ["line/final/gap"]
        }
    }

    @Test("numbers of a line that are passed over are a gap until they come, or for half an hour")
    func sequence() {
        #expect(lineGaps([[1, 2], [3], [], [4, 5]]) == [])
        #expect(lineGaps([[1], [3], [4], [2], [5]]) == [1, 2])
        // Noticed at the end of tick 2; half an hour later is the end of tick 32.
        #expect(lineGaps([[7], [9]] + [[Int]](repeating: [], count: 38)) == Array(1...30))
        // A line that counts from the start again lost nothing; a repeated number is none either.
        #expect(lineGaps([[400], [1], [2], [2], [3]]) == [])
        // A jump beyond what can be told apart, and numbers at the edge.
        #expect(lineGaps([[1], [5_000_000], [5_000_001], [-5], [9_007_199_254_740_992]]) == [])
    }
}
