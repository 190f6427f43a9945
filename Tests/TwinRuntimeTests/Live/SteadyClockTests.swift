import Testing
import TwinCore

@testable import TwinRuntime

/// Plant time under a wall clock that may be set.
@Suite("Steady clock")
struct SteadyClockTests {
    private static let start = PlantTime(ms: 1_750_000_000_000)

    /// A machine whose wall clock is off by `error`, and a clock that looks at it every second.
    private struct Machine {
        var clock: SteadyClock
        var uptime = Span.seconds(100)
        var error = Span(ms: 0)

        init(notBefore: PlantTime? = nil) {
            clock = SteadyClock(wall: SteadyClockTests.start, notBefore: notBefore, uptime: .seconds(100))
        }

        /// What the world's clock says.
        var world: PlantTime { SteadyClockTests.start + (uptime - .seconds(100)) }
        var ahead: Int64 { (clock.now - world).ms }

        mutating func run(_ seconds: Int, _ each: (inout Machine) -> Void = { _ in }) {
            for _ in 0..<seconds {
                uptime = uptime + .seconds(1)
                let before = clock.now
                clock.look(wall: world + error, uptime: uptime)
                #expect(clock.now >= before)
                each(&self)
            }
        }
    }

    private static let assets = ["a", "b", "c"].map { AssetPath(.wind, $0) }

    @Test("runs with the wall clock, and follows a slewed one without a word")
    func slewed() {
        var machine = Machine()
        machine.run(3600) { $0.error = Span(ms: $0.error.ms + 2) }
        #expect(abs(machine.ahead - machine.error.ms) < 200 && machine.clock.step == nil)
        machine.run(3600) { $0.error = Span(ms: $0.error.ms - 4) }
        #expect(abs(machine.ahead - machine.error.ms) < 200 && machine.clock.step == nil)
    }

    @Test("a step is said and not followed; when it is taken back all is as before", arguments: [-600, 600, 86_400])
    func takenBack(seconds: Int64) {
        var machine = Machine()
        machine.run(10)
        machine.error = .seconds(seconds)
        machine.run(60)
        #expect(machine.ahead == 0 && machine.clock.step != nil)
        #expect(machine.clock.sentence?.contains(seconds < 0 ? "set back" : "set forward") == true)
        machine.error = .seconds(0)
        machine.run(60)
        #expect(machine.ahead == 0 && machine.clock.step == nil && machine.clock.sentence == nil)
    }

    @Test("a step forward is believed on the word of two assets, not of one")
    func confirmed() {
        var machine = Machine()
        machine.error = .minutes(30)
        machine.run(60) { $0.clock.hear($0.world + .minutes(30), of: Self.assets[0]) }
        #expect(machine.ahead == 0)
        machine.clock.hear(machine.world + .minutes(30), of: Self.assets[1])
        machine.run(1)
        #expect(machine.ahead == Span.minutes(30).ms && machine.clock.step == nil)
    }

    @Test("a step forward that the plant's stamps deny is never believed; without a word it is, after ten minutes")
    func denied() {
        var machine = Machine()
        machine.error = .hours(2)
        machine.run(1800) { machine in
            for asset in Self.assets { machine.clock.hear(machine.world - .minutes(1), of: asset) }
        }
        #expect(machine.ahead == 0)
        var alone = Machine()
        alone.error = .hours(2)
        alone.run(599)
        #expect(alone.ahead == 0)
        alone.run(3)
        #expect(alone.ahead == Span.hours(2).ms)
    }

    @Test("a step back that nobody denies is made up for at half speed; one that stamps deny is not")
    func back() {
        var machine = Machine()
        machine.error = .minutes(-10)
        machine.run(600)
        #expect(machine.ahead == 0)
        // Ten minutes behind at half speed: twenty minutes.
        machine.run(1300)
        #expect(abs(machine.ahead - machine.error.ms) <= 10_000 && machine.clock.step == nil)
        var denied = Machine()
        denied.error = .minutes(-10)
        denied.run(3600) { machine in
            for asset in Self.assets { machine.clock.hear(machine.world, of: asset) }
        }
        #expect(denied.ahead == 0)
    }

    @Test("a journal that ends ahead of the clock is gone on with; more than a day ahead is never made up for")
    func journalAhead() {
        var machine = Machine(notBefore: Self.start + .minutes(5))
        machine.run(60)
        #expect(machine.ahead == Span.minutes(5).ms && machine.clock.step != nil)
        machine.run(600 + 600)
        #expect(machine.ahead < 11_000 && machine.ahead >= 0)
        var far = Machine(notBefore: Self.start + .days(2000))
        far.run(3600)
        #expect(far.ahead == Span.days(2000).ms)
        #expect(far.clock.sentence?.contains("begin anew") == true)
    }

    @Test("a process that was stopped goes on at the present")
    func stopped() {
        var machine = Machine()
        machine.uptime = machine.uptime + .hours(3)
        machine.run(1)
        #expect(machine.ahead == 0 && machine.clock.step == nil)
    }
}
