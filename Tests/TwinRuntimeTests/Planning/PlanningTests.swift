import Dispatch
import Foundation
import Synchronization
import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinPlant
import TwinProgram
import TwinSolver
import TwinTesting

@testable import TwinDispatch
@testable import TwinRuntime

/// The solver of this machine; nil where its package is not installed. `make test` installs it.
let coin = try? CoinSolver()  // the tests that need it say why they are skipped

let isAbsent: Comment = "no solver here: install the Debian package coinor-libcbc3"

/// Fails for its first plans, then solves them.
final class FailingSolver: ProgramSolver {
    private let failures: Int
    private let then: CoinSolver?
    private let count = Mutex(0)

    init(failures: Int, then: CoinSolver? = nil) { (self.failures, self.then) = (failures, then) }

    func solve(_ program: LinearProgram, within limits: ProgramLimits, from start: ProgramStart?) -> ProgramOutcome {
        let number = count.withLock { count in
            count += 1
            return count
        }
        guard number > failures, let then else { return .failed("it is out of order") }
        return then.solve(program, within: limits, from: start)
    }
}

/// Plans in a replay, in an engine and in a live run.
@Suite("Plans of a run")
struct PlanningTests {
    /// A closed replay with its journal.
    private struct Planned {
        var result: ReplayResult
        var outcomes: [TickOutcome]
        var lines: [Line]

        var plans: [(at: PlantTime, json: JSON)] {
            lines.compactMap { line in if case .plan(let json) = line.body { (line.t, json) } else { nil } }
        }
        var edges: [String] {
            outcomes.flatMap(\.alarmEdges).filter { $0.key.area == .twin }.map {
                "\($0.key.path) \($0.isRaised) \($0.cause)"
            }
        }
        var commands: [String] {
            outcomes.flatMap(\.commands).map { "\($0.tick) \($0.path.text) \($0.point.value)" }
        }
    }

    private func closed(
        _ lines: [String], _ plans: PlanSource, _ config: SiteConfig? = nil, replays: Bool = false
    ) async throws -> Planned {
        let folder = try TemporaryFolder()
        defer { withExtendedLifetime(folder) {} }
        let journal = JournalFolder(path: folder.path("journal"))
        let seen = Outcomes()
        let result = try await replay(lines: lines, config) { options in
            options.loop = .closed
            options.plans = plans
            options.journal = journal
            options.onTick = { outcome, _ in
                seen.add(outcome)
                return true
            }
        }
        let written = try journal.segments().map { journal.file($0) }
        if replays {
            let again = try await replay(written, config)
            #expect(again.summary.digest == result.summary.digest && again.firstDifferingTick == nil)
        }
        let texts = try written.flatMap { try Repository.lines(of: $0).dropFirst() }
        return Planned(
            result: result, outcomes: seen.all,
            lines: try texts.map { try Line(bytes: Array($0.utf8), start: SmallRecording.start, number: 0) })
    }

    @Test(
        "a closed replay plans at its first mark and each half hour, and its journal replays to its digest",
        .enabled(if: coin != nil, isAbsent))
    func replayed() async throws {
        let planned = try await closed(SmallRecording.lines(), .planner(Planner(#require(coin))), replays: true)
        let start = SmallRecording.start
        #expect(planned.plans.map(\.at) == [start + .minutes(1)] + (1...3).map { start + Int64($0) * .minutes(30) })
        #expect(planned.plans.allSatisfy { DispatchPlan($0.json) != nil } && planned.edges.isEmpty)
        let ruled = try await closed(SmallRecording.lines(), .none)
        #expect(ruled.plans.isEmpty && ruled.commands.count > 100)
        let ruledReasons = ruled.outcomes.flatMap(\.commands).map(\.point.reason)
        #expect(!ruledReasons.contains { $0.hasPrefix("plan: ") })
        // From the second mark on, the first plan's set-points are in force.
        let first = try #require(planned.plans.first.flatMap { DispatchPlan($0.json) })
        let reasons = planned.outcomes.filter { $0.tick == 3 }.flatMap(\.commands).map(\.point.reason)
        #expect(reasons.contains { $0.hasPrefix("plan: ") } && first.setPoints.count > 8)
    }

    @Test("nothing that is heard after a mark is in its plan", .enabled(if: coin != nil, isAbsent))
    func future() async throws {
        let lines = try SmallRecording.lines(steps: 61)
        let other = try SmallRecording.lines(steps: 61, seed: 8)
        // The same until 05:30, then another plant.
        func isEarly(_ line: String) throws -> Bool {
            try Line(bytes: Array(line.utf8), start: SmallRecording.start, number: 0).t <= SmallRecording.start
                + .minutes(30)
        }
        let mixed = try [lines[0]] + lines.dropFirst().filter(isEarly) + other.dropFirst().filter { try !isEarly($0) }
        let solver = try #require(coin)
        let (one, two) = try await (
            closed(lines, .planner(Planner(solver))), closed(mixed, .planner(Planner(solver)))
        )
        #expect(one.plans.count == 3 && two.plans.count == 3)
        #expect(one.plans[0].json == two.plans[0].json && one.plans[1].json == two.plans[1].json)
        #expect(one.plans[2].json != two.plans[2].json)
    }

    @Test("without a solver the rules decide, and an alarm names the package")
    func absent() async throws {
        let why = "no solver: install the Debian package coinor-libcbc3"
        let lines = try SmallRecording.lines(steps: 40)
        let planned = try await closed(lines, .absent(why), replays: true)
        #expect(planned.edges == ["twin/plan/solver true \(why)"])
        let ruled = try await closed(lines, .none)
        #expect(planned.commands == ruled.commands && planned.result.summary.steps == 40)
    }

    @Test(
        "a solver that fails leaves it to the rules; its alarm goes with the next plan",
        .enabled(if: coin != nil, isAbsent))
    func failing() async throws {
        let solver = FailingSolver(failures: 1, then: coin)
        let planned = try await closed(SmallRecording.lines(steps: 61), .planner(Planner(solver)), replays: true)
        #expect(
            planned.edges == [
                "twin/plan/solver true the solver failed: it is out of order", "twin/plan/solver false ",
            ])
        let early = planned.outcomes.filter { $0.tick <= 30 }.flatMap(\.commands).map(\.point.reason)
        #expect(!early.contains { $0.hasPrefix("plan: ") } && planned.plans.count == 2)
    }

    @Test(
        "a plan that cannot keep the connection raises plan_infeasible with the limit",
        .enabled(if: coin != nil, isAbsent))
    func infeasible() async throws {
        var config = try Repository.config()
        config.gate.importMaxKW = 5000
        let planned = try await closed(
            SmallRecording.lines(steps: 31), .planner(Planner(#require(coin))), config)
        let edge = try #require(planned.edges.first)
        #expect(
            edge.hasPrefix("twin/plan/plan_infeasible true ") && edge.contains("beyond the import limit at 2025-06-18"))
    }

    @Test("a plan says what it knows of the month's highest half hour", .enabled(if: coin != nil, isAbsent))
    func demand() async throws {
        var config = try Repository.config()
        config.method.tariffs[0].value.demandPerKWMonth = 8
        let planned = try await closed(SmallRecording.lines(steps: 61), .planner(Planner(#require(coin))), config)
        let words = planned.plans.compactMap { $0.json["purpose"]?.text?.split(separator: "; ").last }
        #expect(words.first == "each kW above 0 kW, the month's highest half hour so far, costs 8 GBP")
        // A plant in the morning imports some megawatts.
        let last = try #require(words.last?.split(separator: " ").dropFirst(3).first.flatMap { Double($0) })
        #expect(words.count == 3 && last > 5000 && last < 40_000)
    }

    // MARK: - Engine

    private static func engine(_ config: SiteConfig) -> TwinEngine {
        TwinEngine(
            config: config,
            plan: RunPlan(run: "one", start: SmallRecording.start, stepS: 60, mode: .control, clock: .event),
            seating: .plain)
    }

    /// Twenty ticks of the same plant, with instructions in the third.
    private func run(
        _ config: SiteConfig, _ instructions: [Instruction] = [], restartsAt: Int? = nil
    ) async throws -> [String] {
        var engine = Self.engine(config)
        var plant = PlantSimulator(config: config, start: SmallRecording.start, seed: 7)
        var commands: [String] = []
        for tick in 1...20 {
            var input = TickInput()
            input.arrivals = plant.advance().map { Arrival(t: plant.now, topic: $0.topic, payload: $0.payload) }
            if tick == 3 { input.instructions = instructions }
            let outcome = await engine.close(input)
            commands += outcome.commands.map { "\($0.tick) \($0.path.text) \($0.point.value) \($0.point.reason)" }
            if tick == restartsAt {
                let bytes = try await engine.checkpoint()
                engine = Self.engine(config)
                try await engine.restore(bytes) { _ in config }
            }
        }
        return commands
    }

    /// All strings charge with 33 kW from the third tick on.
    private static var plan: JSON {
        let made = SmallRecording.start + .minutes(3)
        let strings = (1...4).map { AssetPath(.storage, "string-\($0)") }
        return DispatchPlan(
            made: made, starts: [made], end: made + .hours(1),
            setPoints: Dictionary(uniqueKeysWithValues: strings.map { ($0, [-33]) }), busPrices: [0.25],
            heatPrices: [0.1], gramsPerKWh: [150], netKW: [20_000], objective: 0, gap: 0, breaches: [], reasons: [:]
        ).json(purpose: "a test")
    }

    private static func ruled() throws -> SiteConfig {
        var config = try Repository.config()
        config.strategy = .rules
        return config
    }

    @Test(
        "a plan line is followed from its tick on; where the rules decide, or the line is no plan, it changes nothing")
    func lines() async throws {
        let config = try Repository.config()
        let plain = try await run(config)
        let planned = try await run(config, [.plan(Self.plan)])
        #expect(
            planned.prefix { $0.hasPrefix("1 ") || $0.hasPrefix("2 ") }
                == plain.prefix { $0.hasPrefix("1 ") || $0.hasPrefix("2 ") })
        #expect(planned.contains { $0.contains("storage/string-1") && $0.contains("plan: takes 33 kW") })
        let ruled = try Self.ruled()
        #expect(try await run(ruled, [.plan(Self.plan)]) == plain)
        guard case .object(let members) = Self.plan else { return }
        for place in members.indices where members[place].key != "purpose" && members[place].key != "objective" {
            guard !["gap", "unmet", "why", "saves"].contains(members[place].key) else { continue }
            var broken = members
            broken[place].value = .string("nothing")
            #expect(try await run(config, [.plan(.object(broken))]) == plain, "\(members[place].key)")
        }
        for json in [JSON.null, .array([.number(1)]), .object([])] {
            #expect(try await run(config, [.plan(json)]) == plain)
        }
    }

    @Test("a malformed line leaves the plan in force as it is, and a restart goes on with it", arguments: [3, 4, 11])
    func restart(tick: Int) async throws {
        let config = try Repository.config()
        let planned = try await run(config, [.plan(Self.plan)])
        #expect(try await run(config, [.plan(Self.plan), .plan(.object([]))]) == planned)
        #expect(try await run(config, [.plan(Self.plan)], restartsAt: tick) == planned)
    }

    // MARK: - Live

    @Test("in a live run a plan is a line, and the journal replays to the run's digest")
    func live() async throws {
        let rig = try LiveRig()
        rig.mode = .control
        rig.duration = .minutes(12)
        let made = LiveRig.start + .minutes(3)
        guard case .object(var members) = Self.plan else { return }
        for (key, time) in [("from", made), ("until", made + .hours(1))] {
            members.removeAll { $0.key == key }
            members.append(.init(key, .string(time.rfc3339)))
        }
        let plan = JSON.object(members)
        rig.onTick = { [inbox = rig.inbox] outcome in if outcome.tick == 3 { inbox.put(.plan(plan)) } }
        let link = try PlantLink(rig.simulator())
        let summary = try #require(try await rig.go(link))
        let lines = try rig.journalLines()
        #expect(lines.contains { if case .plan(let json) = $0.body { json == plan } else { false } })
        #expect(link.commands.contains { String(decoding: $0.payload, as: UTF8.self).contains("plan: takes 33 kW") })
        let again = try await replay(try rig.journal.segments().map(rig.journal.file))
        #expect(again.summary.digest == summary.digest && again.firstDifferingTick == nil)
    }

    @Test("a live run without a solver says so once, and goes on by the rules")
    func liveAbsent() async throws {
        let rig = try LiveRig()
        rig.mode = .control
        rig.duration = .minutes(12)
        rig.plans = .absent("install coinor-libcbc3")
        let edges = Mutex<[String]>([])
        let seen = Outcomes()
        rig.onTick = { seen.add($0) }
        let link = try PlantLink(rig.simulator())
        _ = try #require(try await rig.go(link))
        edges.withLock { $0 = seen.all.flatMap(\.alarmEdges).map { "\($0.key.path) \($0.isRaised) \($0.cause)" } }
        #expect(edges.withLock { $0 } == ["twin/plan/solver true install coinor-libcbc3"] && link.commands.count > 50)
    }

    /// Answers when it is let, and counts how often it was asked.
    private final class HeldSolver: ProgramSolver {
        private let gate = DispatchSemaphore(value: 0)
        let asked = Mutex(0)

        func release() { gate.signal() }

        func solve(_: LinearProgram, within: ProgramLimits, from: ProgramStart?) -> ProgramOutcome {
            asked.withLock { $0 += 1 }
            gate.wait()
            return .failed("it was let")
        }
    }

    @Test("a live run's plans are solved beside it, one at a time")
    func beside() async throws {
        let config = try Repository.config()
        let engine = Self.engine(config)
        var plant = PlantSimulator(config: config, start: SmallRecording.start, seed: 7)
        var input = TickInput()
        input.arrivals = plant.advance().map { Arrival(t: plant.now, topic: $0.topic, payload: $0.payload) }
        _ = await engine.close(input)
        let scene = try #require(engine.scene)
        var desk = PlanDesk(config, epoch: 0, step: config.step)
        let mark = SmallRecording.start + .minutes(1)
        let asked = desk.look(scene.plant, scene.image, at: mark)
        let again = desk.look(scene.plant, scene.image, at: mark + .minutes(1))
        let question = try #require(asked)
        #expect(again == nil)
        let solver = HeldSolver()
        let planning = LivePlanning(Planner(solver))
        planning.ask(question)
        planning.ask(question)
        #expect(planning.take().isEmpty)
        solver.release()
        var answers: [PlanAnswer] = []
        while answers.isEmpty {
            answers = planning.take()
            await Task.yield()
        }
        #expect(answers.map(\.failure) == ["the solver failed: it was let"] && answers.first?.plan == nil)
        #expect(planning.take().isEmpty && solver.asked.withLock { $0 } == 1)
        // Free again, it takes the next question.
        solver.release()
        planning.ask(question)
        answers = []
        while answers.isEmpty {
            answers = planning.take()
            await Task.yield()
        }
        #expect(answers.count == 1)
    }

    @Test("a plan is made anew when an outage is over, and none while the grid is not seen")
    func outage() async throws {
        let config = try Repository.config()
        var desk = PlanDesk(config, epoch: 0, step: config.step)
        var view = PlantView(
            site: SiteView(
                importKW: 1000, exportKW: 0, isGridMeasured: true, isGridConnected: true,
                intensityGPerKWh: UsedValue(100, .good), outlook: Outlook()), offers: [])
        let start = SmallRecording.start
        func asks(_ minute: Int64, _ isConnected: Bool, _ isMeasured: Bool = true) -> Bool {
            (view.site.isGridConnected, view.site.isGridMeasured) = (isConnected, isMeasured)
            return desk.look(view, PlantImage(), at: start + .minutes(minute)) != nil
        }
        #expect(asks(1, true) && !asks(2, true) && !asks(3, false) && !asks(4, true, false) && asks(5, true))
        #expect(
            !asks(29, true) && asks(30, true) && !asks(31, true) && asks(75, true) && !asks(80, true) && asks(90, true))
    }
}
