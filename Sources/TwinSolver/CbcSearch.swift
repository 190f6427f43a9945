import CSignalGuard
import TwinProgram

/// One search of Cbc for the best integers.
struct CbcSearch {
    enum End {
        case optimal, nodeLimit, timeLimit, infeasible, unbounded
        case failed(String)
    }

    let end: End
    /// Of all columns, as Cbc has them: integers nearly whole. Nil where no solution was found.
    let values: [Double]?
    let bound: Double
    let nodes: Int

    /// Searches. Nothing of it is left afterwards.
    init(
        _ cbc: CbcFunctions, _ problem: CoinProblem, _ limits: ProgramLimits, startValues: [Double]?
    ) {
        guard let model = cbc.newModel() else {
            self.init(end: .failed("there is no memory for Cbc"), values: nil, bound: -.infinity, nodes: 0)
            return
        }
        defer { cbc.deleteModel(model) }
        cbc.loadProblem(
            model, problem.columns, problem.rows, problem.matrix.starts, problem.matrix.rows,
            problem.matrix.coefficients, problem.columnLower, problem.columnUpper, problem.costs, problem.rowLower,
            problem.rowUpper)
        for index in problem.integers { cbc.setInteger(model, index) }
        for (name, value) in Self.parameters(limits) { cbc.setParameter(model, name, value) }
        if let startValues {
            cbc.setStart(
                model, Int32(problem.integers.count), problem.integers,
                problem.integers.map { startValues[Int($0)].rounded() })
        }
        signal_guard_hold(true)
        _ = cbc.solve(model)
        signal_guard_hold(false)
        self.init(
            end: Self.end(cbc, model),
            values: cbc.bestSolution(model).map {
                Array(UnsafeBufferPointer(start: $0, count: Int(problem.columns)))
            },
            bound: cbc.bestPossible(model), nodes: Int(cbc.nodeCount(model)))
    }

    private init(end: End, values: [Double]?, bound: Double, nodes: Int) {
        self.end = end
        self.values = values
        self.bound = bound
        self.nodes = nodes
    }

    /// Names are those of Cbc's command line.
    private static func parameters(_ limits: ProgramLimits) -> [(String, String)] {
        let gap = limits.gap.isFinite ? min(max(0, limits.gap), 1) : 0
        let fixed = [
            ("log", "0"), ("threads", "0"), ("randomSeed", "1"), ("randomCbcSeed", "1"),
            // Else Cbc looks through small subtrees whole, beyond the limit of nodes: 138,478 nodes where 1,000 were
            // allowed.
            ("depthMiniBab", "0"),
            ("maxNodes", "\(max(0, Int32(clamping: limits.nodesMax)))"), ("ratioGap", "\(gap)"),
        ]
        guard let seconds = limits.emergencyStopS, seconds.isFinite else { return fixed }
        return fixed + [("seconds", "\(max(0, seconds))")]
    }

    private static func end(_ cbc: CbcFunctions, _ model: OpaquePointer) -> End {
        let (status, reason) = (cbc.status(model), cbc.secondaryStatus(model))
        switch (status, reason) {
        case (0, _) where cbc.isProvenOptimal(model) != 0: return .optimal
        case (0, _) where cbc.isContinuousUnbounded(model) != 0: return .unbounded
        case (0, _) where cbc.isProvenInfeasible(model) != 0: return .infeasible
        case (1, 3): return .nodeLimit
        case (1, 4): return .timeLimit
        default: return .failed("Cbc gave up on the search (status \(status), \(reason))")
        }
    }
}
