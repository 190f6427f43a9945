import Testing
@testable import TwinCore

@Suite("Alarm board")
struct AlarmBoardTests {
    private let stuck = AlarmKey(.solar, "pv1", .stuck)
    private let stale = AlarmKey(.grid, "meter", .stale)
    private let trip = AlarmKey(.grid, "meter", .trip)

    @Test("raises once, holds, clears once")
    func edges() {
        var board = AlarmBoard()
        let first = board.update([stuck], at: PlantTime(ms: 1))
        #expect(first == [AlarmBoard.Edge(key: stuck, isRaised: true, at: PlantTime(ms: 1))])
        #expect(board.update([stuck], at: PlantTime(ms: 2)).isEmpty)
        #expect(board.standing == ["solar/pv1/stuck": PlantTime(ms: 1)])
        let last = board.update([], at: PlantTime(ms: 3))
        #expect(last == [AlarmBoard.Edge(key: stuck, isRaised: false, at: PlantTime(ms: 3))])
        #expect(board.standing.isEmpty)
        #expect(board.update([], at: PlantTime(ms: 4)).isEmpty)
        #expect(board.update([stuck], at: PlantTime(ms: 5)).map(\.isRaised) == [true])
    }

    @Test("tells of clears first, then of raises, each sorted by path")
    func order() {
        var board = AlarmBoard()
        #expect(board.update([stuck, trip, stale, stuck], at: PlantTime(ms: 1)).map(\.key) == [stale, trip, stuck])
        let farm = AlarmKey(.wind, "farm", .clock)
        let clock = AlarmKey(.agv, "a1", .clock)
        let edges = board.update([trip, farm, clock], at: PlantTime(ms: 2))
        #expect(edges.map(\.key) == [stale, stuck, clock, farm])
        #expect(edges.map(\.isRaised) == [false, false, true, true])
    }

    @Test("an alarm that comes and goes stands from the third time on until it was away for a quarter of an hour")
    func flutter() {
        var board = AlarmBoard()
        var edges: [AlarmBoard.Edge] = []
        // Every second minute for 20 minutes, then never again.
        for minute in 0..<60 {
            let holds = minute < 20 && minute % 2 == 0
            edges += board.update(holds ? [stuck] : [], at: PlantTime(ms: Int64(minute) * 60_000))
        }
        #expect(edges.map(\.isRaised) == [true, false, true, false, true, false])
        #expect(edges.map { $0.at.ms / 60_000 } == [0, 1, 2, 3, 4, 34])
        // Long after that it is an alarm like any other.
        #expect(board.update([stuck], at: PlantTime(ms: 120 * 60_000)).map(\.isRaised) == [true])
        #expect(board.update([], at: PlantTime(ms: 121 * 60_000)).map(\.isRaised) == [false])
    }

    @Test("knows why an alarm stands, and asks once")
    func causes() {
        var board = AlarmBoard()
        var asked = 0
        for minute in 0..<3 {
            let edges = board.update([stuck], at: PlantTime(ms: Int64(minute))) { key, isRaised in
                asked += isRaised ? 1 : 100
                return "\(key.code.rawValue) because"
            }
            if minute == 0 { #expect(edges.map(\.cause) == ["stuck because"]) }
        }
        #expect(asked == 1 && board.cause("solar/pv1/stuck") == "stuck because")
        _ = board.update([], at: PlantTime(ms: 4))
        #expect(board.cause("solar/pv1/stuck") == "")
    }

    @Test("names alarms by area, asset and code")
    func paths() {
        #expect(stuck.path == "solar/pv1/stuck")
        #expect(AlarmKey(.storage, "ess-1", .notFollowed).path == "storage/ess-1/not_followed")
        #expect(stale < trip)
        #expect(trip < stuck)
    }
}

@Suite("Balance watch")
struct BalanceWatchTests {
    private let rule = BalanceWatch.Rule(fraction: 0.05, lasting: .minutes(3))

    private func context(_ minute: Int64) -> TickContext {
        TickContext(
            tick: Int(minute) + 1, from: PlantTime(ms: minute * 60_000), to: PlantTime(ms: minute * 60_000 + 60_000),
            lateness: .seconds(30), lead: .seconds(5))
    }

    /// What the watch says for each minute's remainder, with a supply of 1000 kW.
    private func answers(_ remainders: [Double], supply: Double = 1000) -> [Bool] {
        var watch = BalanceWatch()
        return remainders.enumerated().map { minute, kw in
            watch.look(unmeteredKW: kw, suppliedKW: supply, context: context(Int64(minute)), rule: rule)
        }
    }

    @Test("raises when the remainder stays above 5 % for the whole time")
    func raises() {
        // From the start of minute 0 to the end of minute 2 are 3 minutes.
        #expect(answers([51, 51, 51, 51]) == [false, false, true, true])
        #expect(answers([-51, 60, -70]) == [false, false, true])
    }

    @Test("starts again after a tick that balances")
    func restarts() {
        #expect(answers([51, 51, 50, 51, 51, 51, 0]) == [false, false, false, false, false, true, false])
    }

    @Test("what models filled in may be wrong by all of itself and raises nothing")
    func estimated() {
        func answers(estimatedKW: Double) -> [Bool] {
            var watch = BalanceWatch()
            return (0..<3).map { minute in
                watch.look(
                    unmeteredKW: -150, estimatedKW: estimatedKW, suppliedKW: 1000, context: context(minute), rule: rule)
            }
        }
        // 150 kW less 100 kW are the 50 kW of the limit; less 99 kW they are beyond it.
        #expect(answers(estimatedKW: 100) == [false, false, false])
        #expect(answers(estimatedKW: 99) == [false, false, true])
    }

    @Test("is silent at the limit and without supply")
    func silent() {
        #expect(answers([50, 50, 50, 50]) == [false, false, false, false])
        #expect(answers([51, 51, 51, 51], supply: 0) == [false, false, false, false])
    }
}
