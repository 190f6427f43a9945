import Synchronization
public import TwinProgram

/// Clp for linear programs and Cbc for those with integers, of the COIN-OR project, as Debian 12 has them.
///
/// The libraries are opened when the first solver is made; the program neither links nor needs them before. One solve
/// runs at a time in a process: Cbc keeps the model that it works on in a global variable. Others wait.
public struct CoinSolver: ProgramSolver {
    private let clp: ClpFunctions
    private let cbc: CbcFunctions
    private static let turn = Mutex(())

    /// - Parameters:
    ///   - cbcLibrary: file of Cbc, with or without a folder.
    ///   - clpLibrary: file of Clp.
    public init(
        cbcLibrary: String = "libCbcSolver.so.3", clpLibrary: String = "libClp.so.1"
    ) throws(SolverAbsent) {
        clp = try ClpFunctions(SharedLibrary(clpLibrary))
        cbc = try CbcFunctions(SharedLibrary(cbcLibrary))
    }

    /// `Cbc 2.10.8, Clp 1.17.6`
    public var version: String {
        func text(_ version: UnsafePointer<CChar>?) -> String { version.map { String(cString: $0) } ?? "?" }
        return "Cbc \(text(cbc.version())), Clp \(text(clp.version()))"
    }

    public func solve(
        _ program: LinearProgram, within limits: ProgramLimits, from start: ProgramStart?
    ) -> ProgramOutcome {
        if let misfit = start?.misfit(program) { return .failed(misfit) }
        let problem = CoinProblem(program)
        return Self.turn.withLock { _ in
            guard let model = ClpModel(clp, problem) else { return .failed("there is no memory for Clp") }
            return solve(program, problem, model, limits, start)
        }
    }

    private func solve(
        _ program: LinearProgram, _ problem: CoinProblem, _ model: ClpModel, _ limits: ProgramLimits,
        _ start: ProgramStart?
    ) -> ProgramOutcome {
        let relaxed: ProgramAnswer
        switch model.solve(from: start?.basis) {
        case .optimal(let answer): relaxed = answer
        case .infeasible: return .infeasible
        case .unbounded: return .unbounded
        case .failed(let sentence): return .failed(sentence)
        }
        if program.integerCount == 0 { return outcome(ProgramOutcome.optimal, relaxed.judged(for: program)) }
        // Without integers no solution is better, so one whose integers are whole needs no search.
        let isWhole = program.isInteger.indices.allSatisfy { index in
            !program.isInteger[index] || abs(relaxed.values[index] - relaxed.values[index].rounded()) < 1e-9
        }
        if isWhole, case .optimal(let answer) = fixed(relaxed.values, program, model),
            case .success(let solution) = answer.judged(for: program)
        {
            return .optimal(solution)
        }
        let search = CbcSearch(cbc, problem, limits, startValues: start?.values)
        switch search.end {
        case .infeasible: return .infeasible
        case .unbounded: return .unbounded
        case .failed(let sentence): return .failed(sentence)
        case .nodeLimit where search.values == nil, .timeLimit where search.values == nil:
            return .failed("no solution was found within the limit, after \(search.nodes) nodes")
        case .optimal: return outcome(ProgramOutcome.optimal, priced(search, relaxed, program, model))
        case .nodeLimit: return outcome(ProgramOutcome.nodeLimit, priced(search, relaxed, program, model))
        case .timeLimit: return outcome(ProgramOutcome.timeLimit, priced(search, relaxed, program, model))
        }
    }

    /// What Cbc found, with its integers made whole and the rest solved again, which gives the prices.
    private func priced(
        _ search: CbcSearch, _ relaxed: ProgramAnswer, _ program: LinearProgram, _ model: ClpModel
    ) -> Result<ProgramSolution, ProgramAnswer.Doubt> {
        guard let values = search.values, values.allSatisfy(\.isFinite) else {
            return .failure(ProgramAnswer.Doubt("it has values that are no numbers"))
        }
        guard case .optimal(let answer) = fixed(values, program, model) else {
            return .failure(ProgramAnswer.Doubt("with its integers made whole there is none"))
        }
        // Both are bounds, and Cbc's is not always the better one.
        let bound = max(search.bound, relaxed.objective(of: program))
        return answer.judged(for: program, bound: bound, nodes: search.nodes)
    }

    private func fixed(_ values: [Double], _ program: LinearProgram, _ model: ClpModel) -> ClpModel.Outcome {
        var whole = values
        for index in whole.indices where program.isInteger[index] { whole[index] = whole[index].rounded() }
        model.fix(whole)
        switch model.solve() {
        case .optimal(var answer):
            // Clp may leave a fixed column a bit beside its bounds.
            for index in whole.indices where program.isInteger[index] { answer.values[index] = whole[index] }
            return .optimal(answer)
        case let other: return other
        }
    }

    private func outcome(
        _ kind: (ProgramSolution) -> ProgramOutcome, _ judged: Result<ProgramSolution, ProgramAnswer.Doubt>
    ) -> ProgramOutcome {
        switch judged {
        case .success(let solution): kind(solution)
        case .failure(let doubt): .failed("the solver's answer is no solution: \(doubt.sentence)")
        }
    }
}
