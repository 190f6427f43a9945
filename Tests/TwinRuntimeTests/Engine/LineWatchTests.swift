import Testing
import TwinCore

@testable import TwinRuntime

/// Half hours with 36 planned vehicles.
@Suite("A line against its plan")
struct LineWatchTests {
    private static func watch(_ made: [Int], planned: Double = 36) -> (watch: LineWatch, doubted: Int) {
        var watch = LineWatch()
        var doubted = 0
        watch.hear([LineOff(line: "final", vehicle: "A1", ts: PlantTime(ms: 0), isModelled: false)])
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
        watch.hear([LineOff(line: "final", vehicle: "A1", ts: PlantTime(ms: 0), isModelled: true)])
        for _ in 0..<4 { #expect(watch.look(planned: 36...36, made: 0) == 0) }
        #expect(watch.alarm == nil)
    }
}
