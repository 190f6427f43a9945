/// Functions of Cbc 2.10's C interface (`Cbc_C_Interface.h`), by what they do.
struct CbcFunctions: Sendable {
    typealias Model = OpaquePointer
    typealias Doubles = UnsafePointer<Double>

    let version: @convention(c) @Sendable () -> UnsafePointer<CChar>?
    let newModel: @convention(c) @Sendable () -> Model?
    let deleteModel: @convention(c) @Sendable (Model) -> Void
    /// Columns, rows, starts, row indices, coefficients, column bounds, costs, row bounds.
    let loadProblem:
        @convention(c) @Sendable (
            Model, Int32, Int32, UnsafePointer<Int32>, UnsafePointer<Int32>, Doubles, Doubles, Doubles, Doubles,
            Doubles, Doubles
        ) -> Void
    let setInteger: @convention(c) @Sendable (Model, Int32) -> Void
    let setParameter: @convention(c) @Sendable (Model, UnsafePointer<CChar>, UnsafePointer<CChar>) -> Void
    let setStart: @convention(c) @Sendable (Model, Int32, UnsafePointer<Int32>, Doubles) -> Void
    let solve: @convention(c) @Sendable (Model) -> Int32
    let status: @convention(c) @Sendable (Model) -> Int32
    let secondaryStatus: @convention(c) @Sendable (Model) -> Int32
    let isProvenOptimal: @convention(c) @Sendable (Model) -> Int32
    let isProvenInfeasible: @convention(c) @Sendable (Model) -> Int32
    let isContinuousUnbounded: @convention(c) @Sendable (Model) -> Int32
    let bestSolution: @convention(c) @Sendable (Model) -> Doubles?
    let bestPossible: @convention(c) @Sendable (Model) -> Double
    let nodeCount: @convention(c) @Sendable (Model) -> Int32

    init(_ library: SharedLibrary) throws(SolverAbsent) {
        version = try library.function("Cbc_getVersion")
        newModel = try library.function("Cbc_newModel")
        deleteModel = try library.function("Cbc_deleteModel")
        loadProblem = try library.function("Cbc_loadProblem")
        setInteger = try library.function("Cbc_setInteger")
        setParameter = try library.function("Cbc_setParameter")
        setStart = try library.function("Cbc_setMIPStartI")
        solve = try library.function("Cbc_solve")
        status = try library.function("Cbc_status")
        secondaryStatus = try library.function("Cbc_secondaryStatus")
        isProvenOptimal = try library.function("Cbc_isProvenOptimal")
        isProvenInfeasible = try library.function("Cbc_isProvenInfeasible")
        isContinuousUnbounded = try library.function("Cbc_isContinuousUnbounded")
        bestSolution = try library.function("Cbc_bestSolution")
        bestPossible = try library.function("Cbc_getBestPossibleObjValue")
        nodeCount = try library.function("Cbc_getNodeCount")
    }
}
