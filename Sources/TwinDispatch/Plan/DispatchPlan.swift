public import TwinCore
public import TwinProgram
import TwinUnits

/// What shall be done over the hours ahead, and what it is worth: set-points by period, prices of both networks, and what
/// could not be kept.
public struct DispatchPlan: Sendable, Hashable {
    /// A limit or wish that cannot be kept, in the words of the plant.
    public struct Breach: Sendable, Hashable, Codable {
        /// `departures at bay/staff`
        public var name: String
        /// Start of the period.
        public var at: PlantTime
        /// Beyond the limit, in `unit`.
        public var amount: Double
        /// What it adds to the objective.
        public var cost: Double

        /// Of a limit of the connection or a departure; the others are wishes.
        public var isHard: Bool { Breach.hard.contains { name.hasPrefix($0) } }
        private static let hard = ["import limit", "export limit", "departures at ", "request "]

        /// Of the distance that is kept from a limit because forecasts err: no wish of anybody.
        public var isMargin: Bool { name.hasPrefix("margin under ") }

        /// Of the amount.
        public var unit: String {
            if name.hasPrefix("ethanol ") { return "l" }
            return name.hasPrefix("band of ") || name.hasPrefix("charging that waits at ") ? "kWh" : "kW"
        }

        /// Of less than is wanted; else it is more.
        public var isShort: Bool {
            ["departures at ", "charging that waits at ", "ethanol "].contains { name.hasPrefix($0) }
        }
    }

    /// When it was made; it begins then.
    public var made: PlantTime
    /// Starts of its periods, ascending, and its end.
    public var starts: [PlantTime]
    public var end: PlantTime
    /// In the unit of each asset's action, by period.
    public var setPoints: [AssetPath: [Double]]
    /// Of one kWh more on the plant's bus and on the hot-water network, money with carbon, by period.
    public var busPrices: [Double]
    public var heatPrices: [Double]
    /// What a kWh from the grid is taken to emit, by period.
    public var gramsPerKWh: [Double]
    /// What is expected at the grid's meter, kW, by period; below 0 is export.
    public var netKW: [Double]
    /// Money and carbon's price, beside what no plan changes.
    public var objective: Double
    /// The month's highest half hour as it will be by the plan: import above it costs more. Nil where none is charged.
    public var demandKW: Double?
    /// When that month ends.
    public var demandUntil: PlantTime?
    /// How far that may be from the best, as a share of it.
    public var gap: Double
    public var breaches: [Breach]
    /// Of the set-points of its first period.
    public var reasons: [AssetPath: PlanReason]
    /// What it saves; nil where a line of an older program does not say.
    public var effect: PlanEffect?

    /// So long a plan is followed while no new one comes: its tail is better than nothing for hours, and not for a day.
    public static let tail = Span.hours(4)

    /// The period that holds at a time; nil before the plan, after it, and when it is too old.
    public func period(at time: PlantTime) -> Int? {
        guard let first = starts.first, first <= time, time < min(end, made + DispatchPlan.tail) else { return nil }
        return starts.lastIndex { $0 <= time }
    }

    /// What of limits and departures cannot be kept, in a sentence; nil where all can.
    public var unkept: String? {
        let hard = breaches.filter(\.isHard)
        guard let first = hard.first else { return nil }
        let unit = first.name.hasPrefix("departures") ? "kW too little for" : "kW beyond the"
        let rest = hard.count > 1 ? "; \(hard.count - 1) more" : ""
        return "\(whole(first.amount.rounded(.up))) \(unit) \(first.name) at \(first.at.rfc3339)\(rest)"
    }

    public func setPoint(_ path: AssetPath, _ period: Int) -> Double? {
        setPoints[path].flatMap { $0.indices.contains(period) ? $0[period] : nil }
    }
}

extension DispatchPlan {
    /// What a solution of the problem's program says.
    public init(_ program: PlanProgram, _ solution: ProgramSolution) {
        let problem = program.problem
        starts = problem.periods.map(\.start)
        made = starts.first ?? PlantTime(ms: 0)
        end = problem.periods.last.map { $0.start + Span(ms: Int64(saturatingRound: $0.hours * 3_600_000)) } ?? made
        setPoints = [:]
        for part in program.parts {
            let totals = part.terms.map { terms in terms.reduce(0) { $0 + solution[$1.column] * $1.factor } }
            let shares = program.shares(part.paths)
            for (path, share) in zip(part.paths, shares) {
                setPoints[path] = totals.map { DispatchPlan.rounded($0 * share, 10) }
            }
        }
        let hours = problem.periods.map(\.hours)
        // A row of the bus is in kW; one kW more of what is taken costs a period's worth.
        busPrices = zip(program.bus, hours).map { DispatchPlan.rounded(solution.price(of: $0) / $1, 1e5) }
        heatPrices = zip(program.heat, hours).map { DispatchPlan.rounded(solution.price(of: $0) / $1, 1e5) }
        netKW = zip(program.imports, program.exports).map { DispatchPlan.rounded(solution[$0] - solution[$1], 10) }
        gramsPerKWh = problem.periods.map { DispatchPlan.rounded($0.gramsPerKWh, 10) }
        objective = DispatchPlan.rounded(solution.objective, 100)
        demandKW = program.demands.first.map { DispatchPlan.rounded($0.fromKW + solution[$0.above], 10) }
        demandUntil = demandKW == nil ? nil : problem.demand?.until
        gap = DispatchPlan.rounded(solution.gap, 1e6)
        reasons = program.reasons(solution).mapValues { reason in
            PlanReason(
                more: reason.more.map { DispatchPlan.rounded($0, 1e6) },
                less: reason.less.map { DispatchPlan.rounded($0, 1e6) })
        }
        effect = PlanEffect(program, solution, setPoints).rounded
        let begins = starts
        breaches = solution.breaches.map { breach in
            let place = breach.name.index ?? 0
            return Breach(
                name: breach.name.word, at: begins.indices.contains(place) ? begins[place] : PlantTime(ms: 0),
                amount: DispatchPlan.rounded(breach.amount, 1000), cost: DispatchPlan.rounded(breach.cost, 100))
        }
    }

    /// As it is told, so that a plan is its line: set-points to 0.1.
    private static func rounded(_ value: Double, _ digits: Double) -> Double { (value * digits).rounded() / digits + 0 }
}

extension PlanProgram {
    /// How a group's power is shared out, by rating.
    func shares(_ paths: [AssetPath]) -> [Double] {
        guard paths.count > 1 else { return paths.map { _ in 1 } }
        let ratings = paths.map { path in problem.now.offers.first { $0.path == path }?.ratingKW ?? 0 }
        let sum = ratings.reduce(0, +)
        return ratings.map { sum > 0 ? $0 / sum : 0 }
    }
}

/// Makes plans with a solver.
public struct Planner: Sendable {
    private let solver: any ProgramSolver
    public var limits: ProgramLimits
    /// Sees each problem before it is solved: for benchmarks.
    package var onProblem: (@Sendable (PlanProblem) -> Void)?

    public init(_ solver: any ProgramSolver, limits: ProgramLimits = ProgramLimits(nodesMax: 200, gap: 1e-4)) {
        self.solver = solver
        self.limits = limits
    }

    /// What became of a plan: the plan, or why there is none.
    public func plan(_ problem: PlanProblem) -> Result<DispatchPlan, PlanFailure> {
        onProblem?(problem)
        guard !problem.periods.isEmpty else { return .failure(PlanFailure("there is nothing ahead to plan for")) }
        if let odd = problem.periods.first(where: { !(0.001...48).contains($0.hours) }) {
            return .failure(PlanFailure("the period at \(odd.start.rfc3339) is \(odd.hours) h long"))
        }
        do {
            let program = try PlanProgram(problem)
            let outcome = solver.solve(program.program, within: limits, from: nil)
            guard let solution = outcome.solution else { return .failure(PlanFailure(outcome)) }
            return .success(DispatchPlan(program, solution))
        } catch {
            return .failure(PlanFailure("what the plant tells cannot be planned with: \(error)"))
        }
    }
}

/// Why there is no plan.
public struct PlanFailure: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }

    init(_ outcome: ProgramOutcome) {
        switch outcome {
        case .infeasible: self.init("no set-points keep what cannot be breached")
        case .unbounded: self.init("the prices let money be made without end")
        case .failed(let sentence): self.init("the solver failed: \(sentence)")
        case .optimal, .nodeLimit, .timeLimit: self.init("the solver gave no values")
        }
    }
}
