import TwinCore
import TwinUnits

/// By how much late data moved a figure after its half hours were closed.
public struct RestatementEffect: Sendable, Hashable {
    /// Half hours that changed, each once.
    public var halfHours: Int
    /// Of Scope 1 and 2 by the headline, kg CO2e, and vehicles, later less earlier.
    public var kg: Double
    public var vehicles: Int
    /// Of the figure per vehicle, kg, and as a share of what it was before, %; nil where there was none before or is none now.
    public var kgPerVehicle: Double?
    public var pct: Double?
}

extension Summary {
    /// What the window's figure would be without what late data changed, against what it is.
    /// - Parameter restatements: of half hours of the window.
    public func effect(of restatements: [Restatement]) -> RestatementEffect {
        var kg = 0.0
        var made = 0
        for one in restatements {
            let set = method.factors.set(at: one.period)
            let grid = method.scope2 == .location ? set.gridGeneration : set.gridResidualMix
            for (name, delta) in one.deltas.sorted(by: { $0.key < $1.key }) {
                if name == Restatement.vehicles {
                    made = made.addingReportingOverflow(Int(clamping: delta)).partialValue
                }
                guard let account = Account(name: name) else { continue }
                let factor = account == .gridImport ? grid : account.row.fuel.map { set[$0].direct }
                if let factor { kg += (Energy(wattSeconds: delta) * factor).kilograms }
            }
        }
        var effect = RestatementEffect(
            halfHours: Set(restatements.map(\.period)).count, kg: kg, vehicles: made)
        let earlier = vehicles.subtractingReportingOverflow(made).partialValue
        if let now = kgPerVehicle, earlier > 0 {
            let before = (now * Double(vehicles) - kg) / Double(earlier)
            effect.kgPerVehicle = now - before
            effect.pct = before > 0 ? (now - before) / before * 100 : nil
        }
        return effect
    }
}
