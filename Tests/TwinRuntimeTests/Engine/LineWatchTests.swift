import Testing
import TwinCore

@testable import TwinRuntime

/// Half hours with 36 planned vehicles.
@Suite("A line against its plan")
struct LineWatchTests {
    private static func context(minute: Int64 = 0) -> TickContext {
        let from = PlantTime(ms: minute * 60_000)
        return TickContext(tick: 1, from: from, to: from + .minutes(1), lateness: .seconds(30), lead: .seconds(5))
    }

    private static func watch(_ made: [Int], planned: Double = 36) -> (watch: LineWatch, doubted: Int) {
        var watch = LineWatch()
        var doubted = 0
        watch.hear(
            [LineOff(line: "final", vehicle: "A1", ts: PlantTime(ms: 0), isModelled: false)], isQuiet: false,
            isDeaf: false, Self.context())
        for count in made { doubted += watch.look(planned: planned...planned, made: count) }
        return (watch, doubted)
    }

    @Test("that tells nothing for an hour and a half of a shift is stale; outside of shifts it rests")
    func silent() {
        #expect(Self.watch([30, 0, 0]).watch.alarm == nil)
        #expect(Self.watch([30, 0, 0, 0]).watch.alarm == AlarmKey(.line, "final", .stale))
        // 3 x 36, then 36 more.
        #expect(Self.watch([30, 0, 0, 0]).doubted == 108 && Self.watch([30, 0, 0, 0, 0]).doubted == 144)
        #expect(Self.watch([30, 0, 0, 0, 1]).watch.alarm == nil)
        #expect(Self.watch([0, 0, 0, 0], planned: 0).watch.alarm == nil)
    }

    @Test("that tells far more than the plan has is a conflict")
    func busy() {
        #expect(Self.watch([50, 50, 50]).watch.alarm == nil)
        #expect(Self.watch([72, 72, 72]).doubted == -108)
        #expect(Self.watch([72, 72, 72]).watch.alarm == AlarmKey(.line, "final", .conflict))
    }

    @Test("that was never heard, or is modelled, is nobody's fault")
    func unheard() {
        var watch = LineWatch()
        watch.hear(
            [LineOff(line: "final", vehicle: "A1", ts: PlantTime(ms: 0), isModelled: true)], isQuiet: false,
            isDeaf: false, Self.context())
        for _ in 0..<4 { #expect(watch.look(planned: 36...36, made: 0) == 0) }
        #expect(watch.alarm == nil)
    }

    /// - Parameters:
    ///   - made: vehicles, evenly over half an hour of one-minute steps.
    ///   - apart: between the two ids under which each is told, ms; nil for one id.
    ///   - deafMinutes: minutes at the end in which nothing spoke.
    private static func halfHour(
        made: Int, apart: Int64? = nil, deafMinutes: Int = 0, offset: Int64 = 300
    ) -> (LineWatch, doubted: Int) {
        var watch = LineWatch()
        var count = 0
        for minute in 0..<30 {
            var lineOffs: [LineOff] = []
            let isDeaf = minute >= 30 - deafMinutes
            for vehicle in 0..<(isDeaf ? 0 : made / 30) {
                let ts = PlantTime(ms: Int64(minute) * 60_000 + Int64(vehicle) * 20_000 + offset)
                lineOffs.append(LineOff(line: "final", vehicle: "A", ts: ts, isModelled: false))
                if let apart {
                    lineOffs.append(LineOff(line: "final", vehicle: "B", ts: ts + Span(ms: apart), isModelled: false))
                }
            }
            count += lineOffs.count
            // Sources are stale five minutes after their last word.
            watch.hear(
                lineOffs, isQuiet: isDeaf, isDeaf: minute >= 35 - deafMinutes, Self.context(minute: Int64(minute)))
        }
        let doubted = watch.look(planned: 36...36, made: count)
        return (watch, doubted)
    }

    @Test("each vehicle told under two ids is seen in the first half hour: the half of them is doubted")
    func paired() {
        let (watch, doubted) = Self.halfHour(made: 30, apart: 1000)
        #expect(watch.alarm == AlarmKey(.line, "final", .conflict) && doubted == -30)
        // Stamps that are cut to the minute tell of no twos.
        #expect(Self.halfHour(made: 30, apart: 0, offset: 0).doubted == 0)
        // Vehicles that follow each other by 20 s are no pairs, and a line may be ahead of its plan.
        #expect(Self.halfHour(made: 60).doubted == 0 && Self.halfHour(made: 60).0.alarm == nil)
    }

    @Test("vehicles of a time in which nothing spoke are doubted at once, those of a shift's standstill are not")
    func deaf() {
        // 30 of 36 planned, less a third of them.
        #expect(Self.halfHour(made: 30, deafMinutes: 10).doubted == 12)
        #expect(Self.halfHour(made: 30, deafMinutes: 30).doubted == 36)
        #expect(Self.halfHour(made: 30, deafMinutes: 3).doubted == 0)
    }

    @Test("vehicles of a deaf time that come later are doubted no more")
    func backfilled() {
        var (watch, doubted) = Self.halfHour(made: 30, deafMinutes: 10)
        let late = (0..<10).map {
            LineOff(line: "final", vehicle: "L\($0)", ts: PlantTime(ms: 1_500_000), isModelled: false)
        }
        watch.hear(late, isQuiet: false, isDeaf: false, Self.context(minute: 30))
        doubted += watch.look(planned: 36...36, made: 36)
        #expect(doubted == 2)
    }
}
