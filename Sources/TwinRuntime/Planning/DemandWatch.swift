import TwinBooks
import TwinCore
import TwinDispatch

/// The highest half hour of import of the calendar month so far, as the connection is charged for it, from what is heard.
/// What was before it began to hear is taken for nothing.
struct DemandWatch: Sendable {
    private let zone: LocalZone
    private let tariffs: [Dated<Tariffs>]
    /// Of the half hour that was heard last.
    private var month: Range<PlantTime>?
    private var highestKW = 0.0
    /// The half hour that is not over.
    private var open: (start: PlantTime, kWh: Double)?

    init(_ method: ReportMethod) { (zone, tariffs) = (method.zone, method.tariffs) }

    /// Takes what was imported in a step that ends at `mark`; nil where the grid is not measured.
    mutating func hear(importKW: Double?, _ step: Span, at mark: PlantTime) {
        let start = (mark - Span(ms: 1)).floored(to: settlementPeriod)
        if open?.start != start {
            finish()
            open = (start, 0)
        }
        if let importKW, importKW.isFinite { open?.kWh += max(0, importKW) * step.hours }
        if mark >= start + settlementPeriod { finish() }
    }

    private mutating func finish() {
        guard let half = open else { return }
        open = nil
        let month = zone.month(of: half.start)
        if month != self.month { (self.month, highestKW) = (month, 0) }
        highestKW = max(highestKW, half.kWh / settlementPeriod.hours)
    }

    /// What a plan at a mark must know; nil where the tariff charges nothing for it.
    func demand(at mark: PlantTime) -> PlanProblem.Demand? {
        guard !tariffs.isEmpty else { return nil }
        let tariff = tariffs[tariffs.index(at: mark)].value
        let excessPerKW = tariff.agreedCapacity?.excessPerKWMonth ?? 0
        guard tariff.demandPerKWMonth > 0 || excessPerKW > 0 else { return nil }
        let month = zone.month(of: mark)
        let isOpen = open.map { $0.start <= mark && mark < $0.start + settlementPeriod } ?? false
        var demand = PlanProblem.Demand(
            perKW: tariff.demandPerKWMonth, highestKW: month == self.month ? highestKW : 0,
            importedKWh: isOpen ? open?.kWh ?? 0 : 0, until: month.upperBound)
        demand.excessPerKW = excessPerKW
        demand.agreedKW = tariff.agreedCapacity?.kW ?? 0
        return demand
    }
}
