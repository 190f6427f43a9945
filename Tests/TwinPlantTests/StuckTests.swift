import Testing
import TwinCore
import TwinPlant
import TwinUnits

@Suite("Stuck signals and gaps")
struct StuckTests {
    private let rule = StuckRule(after: .minutes(5), moved: 200)

    /// Runs ticks with one reading each; the model follows the wind.
    private func run(
        _ wind: inout AreaTwin, ticks: ClosedRange<Int>, powerKW: (Int) -> Double?, speed: (Int) -> Double
    ) -> [ComponentReply] {
        ticks.map { tick in
            let message = powerKW(tick).map {
                Bench.minute(.wind, "farm", at: Int64(tick - 1) * 60, seq: tick, "\"power_kw\":\($0)")
            }
            return wind.tick([message].compactMap { $0 }, Bench.context(tick), .windy(speed(tick)))
        }
    }

    private func isStuck(_ reply: ComponentReply) -> Bool { reply.alarmPaths.contains("wind/farm/stuck") }

    /// Mast speeds 4.8 and 6.8 m/s are 6 and 8.5 m/s at the hub: 228.6 and 550 kW a turbine, so the model moves from
    /// 411 to 990 kW.
    private func moving(_ tick: Int) -> Double { tick % 2 == 0 ? 4.8 : 6.8 }

    @Test("raises when a value repeats while the model moves, and uses the model from then on")
    func raises() throws {
        var wind = Bench.wind(stuck: rule)
        let replies = run(&wind, ticks: 1...8, powerKW: { _ in 700 }, speed: moving)
        // First seen at the end of tick 1; five minutes later is the end of tick 6.
        #expect(replies.map(isStuck) == [false, false, false, false, false, true, true, true])
        #expect(replies[4].total("power_kw") == UsedValue(700, .good))
        #expect(replies[5].total("power_kw").quality == .stuck)
        #expect(abs(replies[6].total("power_kw").value - 990) < 1e-9)
        // What is said of it is the reading, and not what is used in its place.
        #expect(replies[4].stuck.isEmpty)
        #expect(replies[6].stuck == [NamedValue(.wind, "farm", "power_kw", UsedValue(700, .stuck))])
        // A frozen reading is no measurement any more: the books take the model's 990 kW.
        #expect(replies[6].cell(.wind, at: 360)?.measuredMs == 0)
        #expect(replies[6].cell(.wind, at: 360)?.energy.wattSeconds == 59_400_000)
    }

    @Test("is silent while the model stands still too")
    func stillAir() {
        var wind = Bench.wind(stuck: rule)
        let replies = run(&wind, ticks: 1...20, powerKW: { _ in 700 }, speed: { _ in 6.8 })
        #expect(!replies.contains(where: isStuck))
        #expect(replies[19].total("power_kw") == UsedValue(700, .good))
    }

    @Test("is silent at standstill and at the rating", arguments: [0.0, 15, 1990, 2000])
    func standstill(power: Double) {
        var wind = Bench.wind(stuck: rule)
        let replies = run(&wind, ticks: 1...20, powerKW: { _ in power }, speed: moving)
        #expect(!replies.contains(where: isStuck))
        #expect(replies[19].total("power_kw") == UsedValue(power, .good))
    }

    @Test("is silent while the value changes")
    func changing() {
        var wind = Bench.wind(stuck: rule)
        let replies = run(&wind, ticks: 1...20, powerKW: { 700 + Double($0 % 2) }, speed: moving)
        #expect(!replies.contains(where: isStuck))
    }

    @Test("clears when the value changes", arguments: [701.0, 0, 1995])
    func clears(power: Double) {
        var wind = Bench.wind(stuck: rule)
        let frozen = run(&wind, ticks: 1...8, powerKW: { _ in 700 }, speed: moving)
        #expect(isStuck(frozen[7]))
        let after = run(&wind, ticks: 9...10, powerKW: { _ in power }, speed: moving)
        #expect(!after.contains(where: isStuck))
        #expect(after[0].total("power_kw") == UsedValue(power, .good))
        #expect(after[1].cell(.wind, at: 540)?.measuredMs == 60_000)
    }

    @Test("does not call one slow reading a repeat")
    func slowSource() {
        // Of what is to come a reading tells no more than `max_age_s`.
        var wind = Bench.wind(maxAge: .hours(1), stuck: rule)
        let hour = Bench.message(
            .wind, "farm", arrives: 1, #"{"ts":"2025-06-18T06:00:00Z","period_s":3600,"power_kw":700}"#)
        _ = wind.tick([hour], Bench.context(1), .windy(6.8))
        let replies = run(&wind, ticks: 2...20, powerKW: { _ in nil }, speed: moving)
        #expect(!replies.contains(where: isStuck))
        #expect(replies[18].total("power_kw") == UsedValue(700, .good))
    }

    @Test("watches nothing without a rule")
    func off() {
        var wind = Bench.wind(stuck: nil)
        #expect(!run(&wind, ticks: 1...20, powerKW: { _ in 700 }, speed: moving).contains(where: isStuck))
    }

    @Test("counts a hole on the period in which it begins, once the period is over")
    func gaps() {
        var wind = Bench.wind()
        // Silent in ticks 11 to 13 and in 29 to 31; the period ends with tick 30.
        let silent = Set(11...13).union(29...31)
        let replies = run(
            &wind, ticks: 1...60, powerKW: { silent.contains($0) ? nil : 700 + Double($0) }, speed: moving)
        #expect(replies[28].gaps.isEmpty)
        let first = GapCount(period: Bench.start, source: "wind/farm", count: 2)
        #expect(replies[29].gaps == [first])
        #expect(replies[59].gaps == [GapCount(period: Bench.start + .minutes(30), source: "wind/farm", count: 0)])
    }

    @Test("takes a hole back when its readings come late")
    func lateFill() {
        var wind = Bench.wind()
        let replies = run(&wind, ticks: 1...31, powerKW: { $0 == 11 ? nil : 700 + Double($0) }, speed: moving)
        #expect(replies[29].gaps.map(\.count) == [1])
        let late = Bench.minute(.wind, "farm", at: 600, seq: 11, arrives: 1900, #""power_kw":650"#)
        let reply = wind.tick([late], Bench.context(32), .windy(6.8))
        #expect(reply.gaps == [GapCount(period: Bench.start, source: "wind/farm", count: 0)])
        #expect(reply.counts.late == 1)
        // 650 kW x 60 s.
        #expect(reply.cell(.wind, at: 600)?.energy.wattSeconds == 39_000_000)
    }
}
