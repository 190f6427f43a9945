public import TwinCore
import TwinUnits

/// The books: rows by settlement period, in integers. Each row is a pure function of the readings that overlap its
/// period, with the model's estimate where there are none; late readings rebuild it until it is final.
public struct Books: Sendable, Codable {
    /// All periods of the run, ascending.
    public private(set) var rows: [PeriodRow] = []
    /// Ticks whose readings may still change, ascending.
    private var ticks = TickShelf()
    public let chart: Chart
    private let losses: LossFractions

    public init(chart: Chart, losses: LossFractions) {
        self.chart = chart
        self.losses = losses
    }

    private enum Key: String, CodingKey { case rows, ticks, chart, losses }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        rows = try container.decode([PeriodRow].self, forKey: .rows)
        ticks = try container.decode(TickShelf.self, forKey: .ticks)
        chart = try container.decode(Chart.self, forKey: .chart)
        losses = try container.decode(LossFractions.self, forKey: .losses)
        let count = chart.meters.count
        guard rows.allSatisfy({ $0.isWhole(meters: count) }), ticks.isWhole(meters: count) else {
            throw DecodingError.dataCorruptedError(
                forKey: .rows, in: container, debugDescription: "not every row and tick has its \(count) meters")
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(rows, forKey: .rows)
        try container.encode(ticks, forKey: .ticks)
        try container.encode(chart, forKey: .chart)
        try container.encode(losses, forKey: .losses)
    }

    /// What a tick did to the books.
    public struct Posting: Sendable {
        /// Indices into `rows` of all rows that changed, ascending.
        public var changed: [Int] = []
        public var restatements: [Restatement] = []
        /// The balance of this tick.
        public var balance = TickBalance()
    }

    /// Puts one tick's cells on the books.
    public mutating func post(
        cells: [Cell], intensities: [PeriodIntensity], lineOffs: [LineOff], context: TickContext
    ) -> Posting {
        var posting = Posting()
        var changed: Set<Int> = [openRow(at: context.from)]
        var before: [Int: PeriodRow] = [:]
        func touch(_ books: inout Books, _ time: PlantTime) -> Int? {
            guard let index = books.index(of: time) else { return nil }
            if before[index] == nil { before[index] = books.rows[index] }
            changed.insert(index)
            return index
        }
        for (start, group) in grouped(cells) {
            let old = ticks[start]
            // A tick that was never stepped, before the run or in a bridged stop, is not on the books.
            guard old != nil || start == context.from, let index = touch(&self, start) else { continue }
            var new = old ?? TickBook(lineCount: chart.meters.count)
            for cell in group {
                if let line = chart.index(of: cell.meter) { new.set(cell, line: line) }
            }
            let accounts = new.accounts(chart, losses)
            rows[index].accounts.replace(old?.accounts(chart, losses), with: accounts)
            rows[index].meters.replace(old?.lines, with: new.lines)
            ticks.set(start, new)
            if start == context.from {
                posting.balance = TickBalance(
                    accounts, estimatedKW: new.estimatedKW(chart), isGridMeasured: new.hasGridMeter(chart),
                    context.step)
            }
        }
        for intensity in intensities {
            if let index = touch(&self, intensity.period) { rows[index].intensity = intensity.factor }
        }
        for lineOff in lineOffs {
            // A vehicle dated before the run, or ahead of it, belongs to the period that counts it.
            if let index = touch(&self, lineOff.ts) ?? touch(&self, context.from) {
                rows[index].vehicles += 1
                if let model = lineOff.model { rows[index].vehiclesByModel[model, default: 0] += 1 }
                if lineOff.isModelled { rows[index].vehiclesModelled += 1 }
            }
        }
        posting.changed = changed.sorted()
        posting.restatements = posting.changed.compactMap { index in
            guard rows[index].end <= context.from, let old = before[index] else { return nil }
            return Restatement(from: old, to: rows[index], context)
        }
        ticks.forget(before: context.from - periodFinalAfter - settlementPeriod)
        return posting
    }

    /// What else a tick leaves on its period's row: conditions for the baseline, counts, alarms.
    public mutating func note(
        _ context: TickContext, heatingK: Double, isProductionDay: Bool, counts: Counts, gaps: [GapCount],
        alarmsRaised: [AlarmKey], chain: DigestChain
    ) {
        let index = openRow(at: context.from)
        rows[index].steppedMs += context.step.ms
        rows[index].steppedFrom = rows[index].steppedFrom ?? context.from
        rows[index].steppedTo = context.to
        let heatingKMs = Int64(saturatingRound: heatingK * Double(context.step.ms))
        rows[index].heatingKMs = rows[index].heatingKMs.addingSaturated(heatingKMs)
        if isProductionDay { rows[index].productionDayMs += context.step.ms }
        rows[index].counts.add(counts)
        for alarm in alarmsRaised { rows[index].alarms[alarm.code.rawValue, default: 0] += 1 }
        rows[index].chain = chain
        for gap in gaps {
            guard let row = self.index(of: gap.period) else { continue }
            rows[row].gaps[gap.source] = gap.count == 0 ? nil : gap.count
        }
    }

    /// A stop that was bridged without steps: one gap, and rows without a figure.
    public mutating func noteBridgedStop(before time: PlantTime) {
        rows[openRow(at: time)].gaps["twin"] = 1
    }

    /// Counts a command's fate on the period in which it was issued.
    public mutating func count(issuedAt time: PlantTime, _ change: (inout CommandCounts) -> Void) {
        if let index = self.index(of: time) { change(&rows[index].commands) }
    }

    /// Index into `rows` of the period that holds `time`; nil outside the run.
    public func index(of time: PlantTime) -> Int? {
        guard let first = rows.first, time >= first.start else { return nil }
        let index = Int((time.ms - first.start.ms) / settlementPeriod.ms)
        return index < rows.count ? index : nil
    }

    /// The row of the period that holds `time`; rows are contiguous from the first one on.
    private mutating func openRow(at time: PlantTime) -> Int {
        let period = time.floored(to: settlementPeriod)
        if rows.isEmpty { rows.append(PeriodRow(start: period, meterCount: chart.meters.count)) }
        while let last = rows.last, last.start < period {
            rows.append(PeriodRow(start: last.end, meterCount: chart.meters.count))
        }
        return rows.count - 1
    }

    private func grouped(_ cells: [Cell]) -> [(PlantTime, [Cell])] {
        Dictionary(grouping: cells, by: \.tick).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}

extension Restatement {
    init?(from old: PeriodRow, to new: PeriodRow, _ context: TickContext) {
        period = new.start
        tick = context.tick
        at = context.to
        deltas = [:]
        for account in Account.allCases where old[account].energy != new[account].energy {
            deltas[account.rawValue] = (new[account].energy - old[account].energy).wattSeconds
        }
        if old.vehicles != new.vehicles { deltas["vehicles"] = Int64(new.vehicles - old.vehicles) }
        if deltas.isEmpty { return nil }
    }
}
