import Testing
import TwinCore

@testable import TwinRuntime

/// Half hours with 36 planned vehicles.
@Suite("A line against its plan")
struct LineWatchTests {
    private static func watch(_ made: [Int], planned: Double = 36) -> LineWatch {
        var watch = LineWatch()
        watch.hear([LineOff(line: "final", vehicle: "A1", ts: PlantTime(ms: 0), isModelled: false)])
        for count in made { watch.look(planned: planned...planned, made: count) }
        return watch
    }

    @Test("that tells nothing for an hour and a half of a shift is stale; outside of shifts it rests")
    func silent() {
        #expect(Self.watch([30, 0, 0]).alarm == nil)
        #expect(Self.watch([30, 0, 0, 0]).alarm == AlarmKey(.line, "final", .stale))
        #expect(Self.watch([30, 0, 0, 0, 1]).alarm == nil)
        #expect(Self.watch([0, 0, 0, 0], planned: 0).alarm == nil)
    }

    @Test("that tells far more than the plan has is a conflict")
    func busy() {
        #expect(Self.watch([50, 50, 50]).alarm == nil)
        #expect(Self.watch([72, 72, 72]).alarm == AlarmKey(.line, "final", .conflict))
    }

    @Test("that was never heard, or is modelled, is nobody's fault")
    func unheard() {
        var watch = LineWatch()
        watch.hear([LineOff(line: "final", vehicle: "A1", ts: PlantTime(ms: 0), isModelled: true)])
        for _ in 0..<4 { watch.look(planned: 36...36, made: 0) }
        #expect(watch.alarm == nil)
    }
}
