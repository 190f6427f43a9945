import TwinConfiguration
import TwinDispatch
import TwinRuntime
import TwinSolver

extension Planner {
    /// With the solver that is installed.
    static func installed() throws -> Planner {
        do { return Planner(try CoinSolver()) } catch {
            throw Failure("\(error)", exitCode: 69)
        }
    }
}

extension PlanSource {
    /// What a site's configuration asks for, as far as it is installed.
    static func installed(for config: SiteConfig) -> PlanSource {
        guard config.strategy == .optimiser else { return .none }
        do { return .planner(Planner(try CoinSolver())) } catch { return .absent("\(error)") }
    }
}
