public import TwinCore
public import TwinUnits

/// What a site emits that no meter of energy tells: refrigerant that was refilled, solvent that was burnt, diesel of the yard.
///
/// Told for a time as a whole, it is spread evenly over it.
public struct OtherEmission: Sendable, Hashable {
    /// `refrigerant`.
    public var line: String
    public var from: PlantTime
    public var to: PlantTime
    public var amount: Emissions

    public init(line: String, from: PlantTime, to: PlantTime, amount: Emissions) {
        (self.line, self.from, self.to, self.amount) = (line, from, to, amount)
    }

    /// What of it belongs to a half hour, to the microgram.
    func part(of row: PeriodRow) -> Emissions {
        guard row.end > from, row.start < to, to > from else { return .zero }
        func due(_ time: PlantTime) -> Int128 {
            let elapsed = (min(max(time, from), to) - from).ms
            return Int128(amount.micrograms).portion(Int128(elapsed), of: Int128((to - from).ms))
        }
        return Emissions(micrograms: Int64(clamping: due(row.end) - due(row.start)))
    }
}
