import Foundation
import Testing
import TwinCore
import TwinDispatch

@Suite("Command desk")
struct CommandDeskTests {
    private let rules = CommandDesk.Rules(step: .minutes(1), followToleranceFraction: 0.1)

    private func point(_ kw: Double, asset: String = "ess-1") -> SetPoint {
        SetPoint(AssetPath(.storage, asset), .setPower, kw, reason: "because", fallback: "hold_0")
    }

    private func ack(_ id: String, _ state: Acknowledgement.State = .accepted) -> Acknowledgement {
        Acknowledgement(id: id, state: state)
    }

    private func issue(_ desk: inout CommandDesk, _ tick: Int, _ kw: Double) -> Command? {
        desk.issue(point(kw), context: DispatchBench.context(tick), n: 1, rules: rules)
    }

    @Test("gives patience of two steps, at least 10 s, and a lease of three")
    func rulesOfTime() {
        #expect(rules.patience == .minutes(2))
        #expect(rules.leaseS == 180)
        let quick = CommandDesk.Rules(step: .seconds(2), followToleranceFraction: 0.1)
        #expect(quick.patience == .seconds(10))
        #expect(quick.leaseS == 6)
    }

    @Test("writes the contract's command")
    func command() throws {
        var desk = CommandDesk()
        let command = try #require(issue(&desk, 17, -500))
        // Tick 17 ends 17 minutes after the start.
        #expect(
            command.json(run: "7f3a").line
                == #"{"id":"7f3a-17-1","ts":"2025-06-18T00:17:00.000Z","expires":"2025-06-18T00:19:00.000Z","#
                + #""action":"set_power","value":-500,"unit":"kW","lease_s":180,"fallback":"hold_0","reason":"because","#
                + #""issuer":"twin-7f3a","seq":1}"#)
        #expect(command.topic(site: "s") == "v1/s/storage/ess-1/cmd")
        #expect(command.ackTopic(site: "s") == "v1/s/storage/ess-1/ack")
        #expect(desk.pending == [command])
        #expect(desk.setPoints == [DispatchBench.ess1: -500])
        #expect(desk.setPoint(AssetPath(.storage, "ess-2")) == nil)
    }

    @Test("numbers its commands over the run")
    func sequence() {
        var desk = CommandDesk()
        let context = DispatchBench.context(1)
        let first = desk.issue(point(1), context: context, n: 1, rules: rules)
        let second = desk.issue(point(2, asset: "ess-2"), context: context, n: 2, rules: rules)
        let third = desk.issue(point(3), context: DispatchBench.context(2), n: 1, rules: rules)
        let issued = [first, second, third].compactMap { $0 }
        #expect(issued.map(\.seq) == [1, 2, 3])
        #expect(issued.map { $0.id(run: "r") } == ["r-1-1", "r-1-2", "r-2-1"])
    }

    @Test("commands at each change and renews the lease every second step, 0 included")
    func renewal() {
        var desk = CommandDesk()
        let wishes: [Double] = [0, 0, 0, 0, 100, 100, 100, 0, 0]
        let issued = wishes.enumerated().map { issue(&desk, $0 + 1, $1) != nil }
        #expect(issued == [true, false, true, false, true, false, true, true, false])
    }

    @Test("settles acknowledgements by their id", arguments: Acknowledgement.State.allCases)
    func settles(state: Acknowledgement.State) throws {
        var desk = CommandDesk()
        let command = try #require(issue(&desk, 1, 100))
        #expect(desk.settle([ack("r-9-9")], run: "r", context: DispatchBench.context(2)).isEmpty)
        #expect(desk.settle([ack("other-1-1")], run: "r", context: DispatchBench.context(2)).isEmpty)
        let outcomes = desk.settle([ack("r-1-1", state)], run: "r", context: DispatchBench.context(2))
        let isRefused = [.rejected, .failed, .expired].contains(state)
        #expect(outcomes.map(\.fate) == [isRefused ? .rejected : .accepted])
        #expect(outcomes.map(\.command) == [command])
        #expect(desk.pending.isEmpty)
        // A second answer to the same id is nobody's.
        #expect(desk.settle([ack("r-1-1")], run: "r", context: DispatchBench.context(3)).isEmpty)
    }

    @Test("expires a command at the first mark at or after its time, and raises not_acked until an answer comes")
    func expiry() throws {
        var desk = CommandDesk()
        _ = try #require(issue(&desk, 1, 100))  // decided at 1 min, expires at 3 min
        #expect(desk.settle([], run: "r", context: DispatchBench.context(2)).isEmpty)
        #expect(!desk.isNotAcked(DispatchBench.ess1))
        #expect(desk.settle([], run: "r", context: DispatchBench.context(3)).map(\.fate) == [.expired])
        #expect(desk.isNotAcked(DispatchBench.ess1))
        #expect(!desk.isNotAcked(AssetPath(.storage, "ess-2")))
        _ = try #require(issue(&desk, 3, 100))
        #expect(desk.isNotAcked(DispatchBench.ess1))
        #expect(desk.settle([ack("r-3-1")], run: "r", context: DispatchBench.context(4)).map(\.fate) == [.accepted])
        #expect(!desk.isNotAcked(DispatchBench.ess1))
    }

    @Test("counts an answer that arrives in the tick in which the command would expire")
    func lastMoment() throws {
        var desk = CommandDesk()
        _ = try #require(issue(&desk, 1, 100))
        #expect(desk.settle([ack("r-1-1")], run: "r", context: DispatchBench.context(3)).map(\.fate) == [.accepted])
        #expect(!desk.isNotAcked(DispatchBench.ess1))
    }

    @Test(
        "accounts for every command: issued is accepted, rejected, expired and pending",
        arguments: 0..<64 as Range<UInt64>)
    func everyCommand(seed: UInt64) {
        var chance = SeedStream(seed: seed, name: "desk")
        var desk = CommandDesk()
        var issued: [String] = []
        var settled: [CommandDesk.Fate: Int] = [:]
        for tick in 1...100 {
            let context = DispatchBench.context(tick)
            var acks: [Acknowledgement] = []
            for id in issued.suffix(3) + ["r-0-0"] where chance.next() % 3 == 0 {
                acks.append(ack(id, Acknowledgement.State.allCases[Int(chance.next() % 6)]))
            }
            for outcome in desk.settle(acks, run: "r", context: context) { settled[outcome.fate, default: 0] += 1 }
            for n in 1...2 {
                let wish = point(Double(chance.next() % 3) * 100, asset: "ess-\(n)")
                if let command = desk.issue(wish, context: context, n: n, rules: rules) {
                    issued.append(command.id(run: "r"))
                }
            }
            let total = settled.values.reduce(0, +) + desk.pending.count
            #expect(issued.count == total, "seed \(seed), tick \(tick)")
            #expect(desk.pending.count <= 6, "seed \(seed), tick \(tick)")
        }
        #expect(Set(issued).count == issued.count, "seed \(seed)")
        #expect(settled.count == 3, "seed \(seed)")
    }

    /// What `watch` says tick by tick after a command of `kw` at the end of tick 1.
    private func followed(_ measured: [Double], kw: Double = 400, soc: Double = 0.5, quality: Quality = .good) -> [Bool]
    {
        var desk = CommandDesk()
        _ = issue(&desk, 1, kw)
        return measured.enumerated().map { index, power in
            let tick = index + 2
            let unit = DispatchBench.unit(soc: soc, powerKW: power, powerQuality: quality)
            let answer = desk.watch(Offer(unit, ramp: 1), context: DispatchBench.context(tick), rules: rules)
            _ = issue(&desk, tick, kw)
            return answer
        }
    }

    @Test("raises not_followed when the measurement stays off for longer than the patience")
    func notFollowed() {
        // Tolerance 50 kW. In tick 2 anything between the old 0 and the new 400 is on its way; from tick 3 on 349 is
        // off, so by the end of tick 4 it has been off for two minutes.
        #expect(followed([349, 349, 349, 349, 360]) == [false, false, true, true, false])
        #expect(followed([350, 350, 450, 350]) == [false, false, false, false])
        // Off the way from the beginning.
        #expect(followed([-60, -60, -60]) == [false, true, true])
        #expect(followed([451, 451]) == [false, true])
    }

    @Test("starts again when the measurement followed in between")
    func followsInBetween() {
        #expect(followed([0, 0, 400, 0, 0]) == [false, false, false, false, true])
    }

    @Test("lets a full or empty store stop short")
    func stopsShort() {
        #expect(followed([0, 0, 0, 0], soc: 0.1) == [false, false, false, false])
        #expect(followed([0, 0, 0, 0], kw: -400, soc: 0.9) == [false, false, false, false])
        #expect(followed([0, 0, 0, 0], kw: -400, soc: 0.5) == [false, false, true, true])
        // Full, but running the wrong way.
        #expect(followed([200, 200, 200], kw: -400, soc: 0.9) == [false, true, true])
    }

    @Test("a full store that will not give does not follow, and none may stand still for hours")
    func standsStill() {
        #expect(followed([0, 0, 0], soc: 0.9) == [false, false, true])
        #expect(followed([0, 0, 0], kw: -400, soc: 0.1) == [false, false, true])
        let still = followed([Double](repeating: 0, count: 245), kw: -400, soc: 0.898)
        #expect(still.firstIndex(of: true) == 240)
    }

    @Test("a ceiling is followed from below, not from above")
    func ceiling() throws {
        let yard = AssetPath(.yard, "cars")
        func isOff(_ measured: Double) throws -> Bool {
            var desk = CommandDesk()
            let point = SetPoint(yard, .setLimit, 400, reason: "")
            let first = desk.issue(point, context: DispatchBench.context(1), n: 1, rules: rules)
            _ = try #require(first)
            let group = Offer(
                DeferrableLoad(
                    path: yard, action: .setLimit, ratingKW: 500, powerKW: UsedValue(-measured, .good),
                    mustKW: UsedValue(0, .good), canChargeKW: UsedValue(500, .good),
                    canDischargeKW: UsedValue(0, .good), isWorking: false), ramp: 1)
            var answers: [Bool] = []
            for tick in 2...5 {
                answers.append(desk.watch(group, context: DispatchBench.context(tick), rules: rules))
                _ = desk.issue(point, context: DispatchBench.context(tick), n: 1, rules: rules)
            }
            return answers.contains(true)
        }
        #expect(try !isOff(0) && !isOff(399) && !isOff(449))
        #expect(try isOff(451))
    }

    /// What `watch` says of a fuel cell of 400 kW that ramps by 8 kW a step, measured tick by tick from tick 2 on.
    private func followedCell(from begin: Double, to kw: Double, _ measured: [Double]) -> [Bool] {
        let path = AssetPath(.fuelcell, "sofc")
        var desk = CommandDesk()
        func watch(_ tick: Int, _ power: Double, _ setPoint: Double) -> Bool {
            let cell = Generator(
                path: path, ratedKW: 400, minimumKW: 160, rampKWPerStep: 8, powerKW: UsedValue(power, .good))
            let context = DispatchBench.context(tick)
            let answer = desk.watch(Offer(cell), context: context, rules: rules)
            _ = desk.issue(SetPoint(path, .setPower, setPoint, reason: ""), context: context, n: 1, rules: rules)
            return answer
        }
        _ = watch(1, begin, kw)
        return measured.enumerated().map { watch($0 + 2, $1, kw) }
    }

    @Test("a fuel cell on its ramp follows, one that stays behind its ramp does not")
    func ramps() {
        // From 400 to 160 kW at 8 kW a step: half the ramp in the first step, 30 steps in all.
        let ramp = (0..<40).map { max(160, 396 - 8 * Double($0)) }
        #expect(followedCell(from: 400, to: 160, ramp) == Array(repeating: false, count: 40))
        // The first command finds it at work; a tolerance of 40 kW is five steps.
        let stays = followedCell(from: 400, to: 160, Array(repeating: 400, count: 12))
        // In tick k it may be at 400 - 8 (k - 2) + 40 kW: 400 is off from tick 8 on, which is two minutes by tick 9.
        #expect(stays == Array(repeating: false, count: 7) + Array(repeating: true, count: 5))
        // To rest it steps at once.
        #expect(followedCell(from: 400, to: 0, [0, 0, 0]) == [false, false, false])
    }

    @Test("judges nothing without a good measurement or before the first command")
    func nothingToJudge() {
        #expect(followed([0, 0, 0, 0], quality: .lastKnown) == [false, false, false, false])
        var desk = CommandDesk()
        for tick in 1...5 {
            let isOff = desk.watch(
                Offer(DispatchBench.unit(powerKW: 400), ramp: 1), context: DispatchBench.context(tick), rules: rules)
            #expect(!isOff)
        }
    }

    @Test("reads acknowledgements and names what is wrong with them")
    func acknowledgements() throws {
        func read(_ text: String) throws(LineFailure) -> Acknowledgement {
            try Acknowledgement(
                Arrival(t: DispatchBench.start, topic: "v1/s/storage/ess-1/ack", payload: Array(text.utf8)))
        }
        #expect(
            try read(#"{"id":"r-1-1","state":"rejected","code":"command.limit"}"#)
                == Acknowledgement(id: "r-1-1", state: .rejected, code: "command.limit"))
        let bad: [(String, RejectReason)] = [
            ("{", .parse), ("{}", .wrongType), (#"{"id":"","state":"accepted"}"#, .wrongType),
            (#"{"id":"r-1-1"}"#, .wrongType), (#"{"id":"r-1-1","state":"fine"}"#, .wrongType),
            (#"{"id":7,"state":"accepted"}"#, .wrongType),
            ("{\"id\":\"\(String(repeating: "x", count: 129))\",\"state\":\"accepted\"}", .wrongType),
        ]
        for (text, reason) in bad {
            let failure = #expect(throws: LineFailure.self) { try read(text) }
            #expect(failure?.reason == reason, "\(text)")
        }
    }

    @Test("goes on from its saved state as if nothing had happened")
    func checkpoint() throws {
        var one = CommandDesk()
        _ = try #require(issue(&one, 1, 100))
        var two = try JSONDecoder().decode(CommandDesk.self, from: JSONEncoder().encode(one))
        #expect(two.pending == one.pending && two.setPoints == one.setPoints)
        #expect(issue(&one, 2, 100) == nil)
        #expect(issue(&two, 2, 100) == nil)
        #expect(issue(&one, 3, 100) == issue(&two, 3, 100))
    }
}
