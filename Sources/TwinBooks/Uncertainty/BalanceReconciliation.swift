public import TwinCore
import TwinUnits

/// Sub-meters held against their main meter: those of the electric bus against the grid's, those of gas against the gas main.
/// It is shown, and changes no figure: a good main meter is never adjusted, and the books keep what the meters tell.
public struct BalanceReconciliation: Sendable, Hashable {
    /// What stands in the balance.
    public enum Part: Sendable, Hashable {
        case meter(Meter)
        /// The share that is taken to be lost on the way.
        case losses
        /// What is taken by what has no meter; the model says nothing.
        case unmetered

        public var name: String {
            switch self {
            case .meter(let meter): meter.text
            case .losses: "the assumed losses"
            case .unmetered: "what has no meter"
            }
        }
    }

    public var balance: MeterBalance
    /// Half hours that were held against each other, of all.
    public var examined: Int
    public var halfHours: Int
    /// Sources less uses and losses, kWh, and as a share of what flowed, %.
    public var residualKWh: Double
    public var residualPct: Double
    public var parts: [Part]
    /// Of the window's energies, kWh, in the order of `parts`.
    public var reconciliation: Reconciliation

    /// Index of what the tests doubt most; nil with one balance, which cannot say who.
    ///
    /// What lies alike over the day looks alike: a flat load and what has no meter, or without sun and wind the grid's meter and
    /// the losses. Of those, the one that may be off by more.
    public var mostInDoubt: Int? {
        guard reconciliation.residuals.count > 1 else { return nil }
        let found = reconciliation.measurements
        let most = found.reduce(0) { max($0, $1.score) }
        let alike = found.indices.filter {
            found[$0].score > 0 && found[$0].score >= BalanceReconciliation.alikeMin * most
        }
        return alike.max { found[$0].variance < found[$1].variance }
    }

    /// Scores that are no further apart than this tell nothing apart.
    private static let alikeMin = 0.99

    /// 95 % half-width of what is lost, as a share of it: transformers and cables of a site lose 1 to 3 %, and the
    /// configuration names one number between. Assumed.
    static let lossesHalfWidth = 0.5
    /// Half-widths of 95 % are so many standard deviations.
    static let coverageFactor = 1.96

    /// Nil without a main meter or sub-meters, where no half hour has all of them, and where nothing flowed.
    init?(_ sum: BalanceSum, _ chart: Chart, _ uncertainty: Uncertainty) {
        let slots = sum.slots.filter { $0.hours > 0 }
        let flows = slots.map { slot in
            zip(sum.meters, slot.parts).reduce(0) { $0 + ($1.0.sign > 0 ? abs($1.1.kWh) : 0) }
        }
        let flow = flows.reduce(0, +)
        let hours = slots.reduce(0) { $0 + $1.hours }
        let balance = sum.balance
        guard flow > 0, flow.isFinite else { return nil }
        var parts: [Part] = []
        var values: [Double] = []
        var variances: [Double] = []
        var columns: [[Double]] = []
        func squared(_ halfWidth: Double) -> Double {
            halfWidth * halfWidth / (BalanceReconciliation.coverageFactor * BalanceReconciliation.coverageFactor)
        }
        /// - Parameters:
        ///   - share: how the value lies over the slots.
        ///   - sign: +1 for a source.
        func add(_ part: Part, _ value: Double, halfWidth: Double, share: [Double], sign: Double) {
            parts.append(part)
            values.append(value)
            variances.append(squared(halfWidth))
            columns.append(share.map { sign * $0 })
        }
        for (place, meter) in sum.meters.enumerated() {
            let told = slots.map { $0.parts[place].kWh }
            let total = told.reduce(0, +)
            guard total != 0 else { continue }
            let measured = slots.reduce(0) { $0 + $1.parts[place].kWh - $1.parts[place].estimatedKWh }
            add(
                .meter(chart.meters[meter.line]), total,
                halfWidth: uncertainty.fraction(of: chart.meters[meter.line]) * measured,
                share: told.map { $0 / total }, sign: meter.sign)
        }
        let losses = slots.reduce(0) { $0 + $1.lossesKWh }
        if losses != 0 {
            add(
                .losses, losses, halfWidth: BalanceReconciliation.lossesHalfWidth * losses,
                share: slots.map { $0.lossesKWh / losses }, sign: -1)
        }
        add(
            .unmetered, 0, halfWidth: balance.unmeteredHalfWidth * flow, share: slots.map { $0.hours / hours },
            sign: -1)
        let meanKW = flow / hours
        let noise = zip(slots, flows).map { slot, flow in
            let flowing = max(flow, balance.leastFlow * meanKW * slot.hours)
            return slot.parts.reduce(squared(balance.noiseHalfWidth * flowing)) {
                $0 + squared(uncertainty.estimates * $1.estimatedKWh)
            }
        }
        guard
            let reconciliation = Reconciliation(
                values: values, variances: variances,
                balances: slots.indices.map { slot in columns.map { $0[slot] } }, noise: noise)
        else { return nil }
        self.balance = balance
        (examined, halfHours) = (sum.examined, sum.halfHours)
        residualKWh = reconciliation.residuals.reduce(0, +)
        residualPct = residualKWh / flow * 100
        self.parts = parts
        self.reconciliation = reconciliation
    }
}

extension Summary {
    /// Nil where there is no main meter, or it never spoke together with all others.
    public func reconciliation(of balance: MeterBalance) -> BalanceReconciliation? {
        sum.balance(balance).flatMap { BalanceReconciliation($0, method.chart, method.uncertainty) }
    }
}
