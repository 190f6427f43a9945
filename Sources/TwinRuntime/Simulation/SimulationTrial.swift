package import TwinCore
package import TwinDispatch
package import TwinPlant

/// What a test does to a simulated run, and what it looks at: faults of the plant, and plans that no solver made.
package protocol SimulationTrial: AnyObject {
    /// Before a step of the plant.
    func begin(_ plant: inout ResponsivePlant, at time: PlantTime)
    /// Whether the twin hears the grid's meter.
    func isGridMeasured(at time: PlantTime) -> Bool
    /// In the place of one that is solved; nil leaves it to that.
    func plan(at time: PlantTime) -> DispatchPlan?
    /// After the commands of a mark.
    /// - Parameters:
    ///   - seen: what dispatch saw of the step that ends there.
    ///   - step: how that step really was.
    func end(_ seen: PlantView, _ step: ResponsivePlant.Step, _ commands: [Command], at time: PlantTime)
}
