/// Functions of Clp 1.17's C interface (`Clp_C_Interface.h`), by what they do.
struct ClpFunctions: Sendable {
    typealias Model = OpaquePointer
    typealias Doubles = UnsafePointer<Double>

    let version: @convention(c) @Sendable () -> UnsafePointer<CChar>?
    let newModel: @convention(c) @Sendable () -> Model?
    let deleteModel: @convention(c) @Sendable (Model) -> Void
    let setLogLevel: @convention(c) @Sendable (Model, Int32) -> Void
    let setMaximumIterations: @convention(c) @Sendable (Model, Int32) -> Void
    /// Columns, rows, starts, row indices, coefficients, column bounds, costs, row bounds.
    let loadProblem:
        @convention(c) @Sendable (
            Model, Int32, Int32, UnsafePointer<Int32>, UnsafePointer<Int32>, Doubles, Doubles, Doubles, Doubles,
            Doubles, Doubles
        ) -> Void
    let copyInStatus: @convention(c) @Sendable (Model, UnsafePointer<UInt8>) -> Void
    let changeColumnLower: @convention(c) @Sendable (Model, Doubles) -> Void
    let changeColumnUpper: @convention(c) @Sendable (Model, Doubles) -> Void
    let dual: @convention(c) @Sendable (Model, Int32) -> Int32
    let primal: @convention(c) @Sendable (Model, Int32) -> Int32
    let status: @convention(c) @Sendable (Model) -> Int32
    let secondaryStatus: @convention(c) @Sendable (Model) -> Int32
    let columnSolution: @convention(c) @Sendable (Model) -> Doubles?
    let rowPrice: @convention(c) @Sendable (Model) -> Doubles?
    let reducedCost: @convention(c) @Sendable (Model) -> Doubles?
    let statusArray: @convention(c) @Sendable (Model) -> UnsafePointer<UInt8>?

    init(_ library: SharedLibrary) throws(SolverAbsent) {
        version = try library.function("Clp_Version")
        newModel = try library.function("Clp_newModel")
        deleteModel = try library.function("Clp_deleteModel")
        setLogLevel = try library.function("Clp_setLogLevel")
        setMaximumIterations = try library.function("Clp_setMaximumIterations")
        loadProblem = try library.function("Clp_loadProblem")
        copyInStatus = try library.function("Clp_copyinStatus")
        changeColumnLower = try library.function("Clp_chgColumnLower")
        changeColumnUpper = try library.function("Clp_chgColumnUpper")
        dual = try library.function("Clp_dual")
        primal = try library.function("Clp_primal")
        status = try library.function("Clp_status")
        secondaryStatus = try library.function("Clp_secondaryStatus")
        columnSolution = try library.function("Clp_getColSolution")
        rowPrice = try library.function("Clp_getRowPrice")
        reducedCost = try library.function("Clp_getReducedCost")
        statusArray = try library.function("Clp_statusArray")
    }
}
