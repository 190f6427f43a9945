public import TwinCore
import TwinUnits

/// The books of the day that is open: rows by settlement period, in integers. Each row is a pure function of the readings
/// that overlap its period, with the model's estimate where there are none; late readings rebuild it until it is final.
///
/// A final row leaves: whoever wants more than a day reads the store.
public struct Books: Sendable, Codable {
    /// Rows stay this long after their end: until they are final, and while they are of the local day, which may have
    /// 25 hours.
    public static let kept = Span.hours(38)

    /// The latest periods, ascending.
    public private(set) var rows: [PeriodRow] = []
    /// The meters of the rows: those in force first, then older ones that rows may still name.
    public private(set) var chart: Chart
    /// Ticks whose readings may still change, ascending.
    private var ticks = TickShelf()
    /// Of the ticks; the last one is in force.
    private var layouts: [BookLayout]
    /// What the electric bus as a whole told of its meters, the oldest first.
    var busFindings: [BusFinding] = []
    /// Where the last tick's cells went, by their place among them: the next one's go there too.
    private var guesses: [Int] = []
    /// Room for the accounts of a tick, and for those that it had before.
    private var accounts = SumList(count: Account.allCases.count)
    private var oldAccounts = SumList(count: Account.allCases.count)

    public init(chart: Chart, losses: LossFractions) {
        self.chart = chart
        layouts = [BookLayout(chart: chart, losses: losses, places: Array(chart.meters.indices))]
    }

    private enum CodingKeys: String, CodingKey { case rows, chart, ticks, layouts, busFindings }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        rows = try container.decode([PeriodRow].self, forKey: .rows)
        for index in rows.indices where rows[index].accounts.count >= Account.firstCount {
            rows[index].accounts.extend(to: Account.allCases.count)
        }
        chart = try container.decode(Chart.self, forKey: .chart)
        ticks = try container.decode(TickShelf.self, forKey: .ticks)
        layouts = try container.decode([BookLayout].self, forKey: .layouts)
        busFindings = try container.decodeIfPresent([BusFinding].self, forKey: .busFindings) ?? []
        let count = chart.meters.count
        let isLaid = layouts.allSatisfy { layout in
            layout.places.count == layout.chart.meters.count && layout.places.allSatisfy { 0..<count ~= $0 }
        }
        guard !layouts.isEmpty, isLaid, rows.allSatisfy({ $0.isWhole(meters: count) }),
            ticks.isWhole(layouts.map(\.chart.meters.count))
        else {
            throw DecodingError.dataCorruptedError(
                forKey: .rows, in: container, debugDescription: "not every row and tick has its meters")
        }
    }

    /// Books from the next tick on by another configuration: ticks and rows before keep their meters.
    public mutating func change(chart newChart: Chart, losses: LossFractions) {
        if let last = layouts.last, last.chart == newChart, last.losses == losses { return }
        layouts.append(BookLayout(chart: newChart, losses: losses, places: []))
        // What no tick is booked by any more is forgotten, so that changes without end cost nothing.
        let used = ticks.layouts.union([layouts.count - 1]).sorted()
        ticks.renumber(Dictionary(uniqueKeysWithValues: used.enumerated().map { ($1, $0) }))
        layouts = used.map { layouts[$0] }
        let joined = newChart.joined(layouts.dropLast().reversed().map(\.chart))
        for index in rows.indices { rows[index].lay(from: chart, over: joined) }
        chart = joined
        for index in layouts.indices { layouts[index].lay(over: joined) }
    }

    /// What a tick did to the books.
    public struct Posting: Sendable {
        /// Indices into `rows` of all rows that changed, ascending.
        public var changed: [Int] = []
        public var restatements: [Restatement] = []
        /// The balance of this tick.
        public var balance = TickBalance()
        /// What is worth a sentence to people, and by what lines may be wrong, kWh.
        public var remarks: [String] = []
        public var doubts: [(meter: Meter, kWh: Double)] = []
    }

    /// Puts one tick's cells on the books.
    public mutating func post(
        cells: [Cell], intensities: [PeriodIntensity], lineOffs: [LineOff], context: TickContext
    ) -> Posting {
        var posting = Posting()
        posting.changed = [openRow(at: context.from)]
        var before: [Int: PeriodRow] = [:]
        func touch(_ books: inout Books, _ time: PlantTime) -> Int? {
            guard let index = books.index(of: time) else { return nil }
            // A period that is still open has nothing to restate.
            if books.rows[index].end <= context.from, before[index] == nil { before[index] = books.rows[index] }
            Books.note(index, in: &posting.changed)
            return index
        }
        for (start, group) in grouped(cells, context.from) {
            let old = ticks[start]
            // A tick that was never stepped, before the run or in a bridged stop, is not on the books.
            guard old != nil || start == context.from, let index = touch(&self, start) else { continue }
            let new = book(group, of: start, in: old, row: index)
            ticks.set(start, new)
            if start == context.from {
                let chart = layouts[new.layout].chart
                posting.balance = TickBalance(
                    accounts, estimatedKW: new.estimatedKW(chart),
                    isGridMeasured: new.hasGridMeter(chart) && correction(at: start) == nil, context.step)
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
        if context.examinesMeters, context.to.floored(to: settlementPeriod) == context.to {
            if let index = index(of: context.from - settlementPeriod), before[index] == nil {
                before[index] = rows[index]
            }
            examineBus(context, &posting)
        }
        if !before.isEmpty {
            posting.restatements = posting.changed.compactMap { index in
                before[index].flatMap { Restatement(from: $0, to: rows[index], context) }
            }
        }
        ticks.forget(before: context.from - periodOpenFor - settlementPeriod)
        if !busFindings.isEmpty {
            busFindings.removeAll { $0.until.map { $0 <= context.from - periodOpenFor - settlementPeriod } ?? false }
        }
        return posting
    }

    /// Books a tick's cells on their row, in the place of what it had; leaves its accounts in `accounts`.
    private mutating func book(_ cells: [Cell], of start: PlantTime, in old: TickBook?, row index: Int) -> TickBook {
        let layout = layouts[old?.layout ?? layouts.count - 1]
        var new = old ?? TickBook(layout: layouts.count - 1, lineCount: layout.chart.meters.count)
        set(cells, in: &new, layout.chart)
        accounts.clear()
        let correction = correction(at: start)
        new.add(to: &accounts, layout.chart, layout.losses, correction)
        if let old {
            oldAccounts.clear()
            old.add(to: &oldAccounts, layout.chart, layout.losses, correction)
            rows[index].accounts.subtract(oldAccounts)
            rows[index].meters.subtract(old.lines, at: layout.places)
        }
        rows[index].accounts.add(accounts)
        rows[index].meters.add(new.lines, at: layout.places)
        return new
    }

    /// Changes how the ticks of a time are booked, and books them anew.
    mutating func change(
        from: PlantTime, to: PlantTime, _ posting: inout Posting, _ change: (inout Books) -> Void
    ) {
        var starts: [PlantTime] = []
        var start = from
        while start < to {
            if ticks[start] != nil { starts.append(start) }
            start = ticks.start(after: start) ?? to
        }
        addAccounts(of: starts, { $0.subtract($1) }, &posting)
        change(&self)
        addAccounts(of: starts, { $0.add($1) }, &posting)
    }

    private mutating func addAccounts(
        of starts: [PlantTime], _ add: (inout SumList, SumList) -> Void, _ posting: inout Posting
    ) {
        for start in starts {
            guard let book = ticks[start], let index = index(of: start) else { continue }
            let layout = layouts[book.layout]
            accounts.clear()
            book.add(to: &accounts, layout.chart, layout.losses, correction(at: start))
            add(&rows[index].accounts, accounts)
            Books.note(index, in: &posting.changed)
        }
    }

    /// Holds a row's meters against each other; nil where the grid's do not cover it.
    func examination(row index: Int, steppedMs: Int64) -> BusExamination? {
        guard let layout = layouts.last else { return nil }
        var lines = SumList(count: layout.chart.meters.count)
        for (line, place) in layout.places.enumerated() { lines[line] = rows[index].meters[place] }
        return BusExamination(lines, steppedMs: steppedMs, chart: layout.chart, losses: layout.losses)
    }

    /// Notes the index of a row among others, ascending; nearly always it is the last one.
    private static func note(_ index: Int, in changed: inout [Int]) {
        if let place = changed.lastIndex(where: { $0 <= index }) {
            if changed[place] != index { changed.insert(index, at: place + 1) }
        } else {
            changed.insert(index, at: 0)
        }
    }

    /// Writes the postings of rows into the digest.
    public func write(_ changed: [Int], into record: inout DigestRecord) {
        for index in changed { rows[index].write(chart, into: &record) }
    }

    /// Sets each cell's line.
    private mutating func set(_ cells: [Cell], in book: inout TickBook, _ chart: Chart) {
        for place in cells.indices {
            if let line = line(of: cells[place].meter, at: place, chart) {
                book.set(cells[place], line: line)
            } else {
                // An asset that is newer than the tick was not there to be booked; any other cell would be lost
                // without a word.
                let meter = cells[place].meter
                precondition(book.layout < layouts.count - 1, "no line \(meter.account.name) of \(meter.path.text)")
            }
        }
    }

    private mutating func line(of meter: Meter, at place: Int, _ chart: Chart) -> Int? {
        if place < guesses.count, chart.holds(meter, at: guesses[place]) { return guesses[place] }
        guard let line = chart.index(of: meter) else { return nil }
        if place < guesses.count { guesses[place] = line } else if place == guesses.count { guesses.append(line) }
        return line
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

    /// Notes what dispatch saved in the period that holds `time`, up to the last tick.
    public mutating func note(_ saving: DispatchSaving?, at time: PlantTime) {
        if let index = index(of: time) { rows[index].saving = saving }
    }

    /// Lets rows go that are final and of no use for the local day; call it when a tick is done with.
    public mutating func forget(before time: PlantTime) {
        let count = rows.prefix { $0.end + Books.kept <= time }.count
        if count > 0 { rows.removeFirst(count) }
    }

    /// A stop was bridged without steps: what lies before it is final, and the next row begins a new stretch.
    /// - Returns: the row that was open, which no tick will end.
    public mutating func bridgeStop() -> PeriodRow? {
        defer {
            rows = []
            ticks = TickShelf()
        }
        return open
    }

    /// The row of the period that the last tick did not end; nil between two periods.
    public var open: PeriodRow? { rows.last.flatMap { ($0.steppedTo ?? $0.start) < $0.end ? $0 : nil } }

    /// The rows that changed and whose period has ended by `end`. The open one changes with every tick, and whoever had
    /// a copy of it would make each change another.
    /// - Parameters:
    ///   - changed: by what was posted.
    ///   - times: of the periods that changed otherwise.
    public func ended(
        _ changed: [Int], _ gaps: [GapCount], _ times: [PlantTime], by end: PlantTime
    ) -> [PeriodRow] {
        var changed = changed
        func note(_ time: PlantTime) {
            if let index = index(of: time), rows[index].end <= end { Books.note(index, in: &changed) }
        }
        for gap in gaps { note(gap.period) }
        for time in times { note(time) }
        return changed.compactMap { rows[$0].end <= end ? rows[$0] : nil }
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

    /// Cells by tick, ascending; nearly always all are of the present one.
    private func grouped(_ cells: [Cell], _ now: PlantTime) -> [(PlantTime, [Cell])] {
        if cells.isEmpty { return [] }
        if cells.allSatisfy({ $0.tick == now }) { return [(now, cells)] }
        return Dictionary(grouping: cells, by: \.tick).sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}

extension Restatement {
    init?(from old: PeriodRow, to new: PeriodRow, _ context: TickContext) {
        period = new.start
        tick = context.tick
        at = context.to
        deltas = [:]
        for account in Account.allCases where old[account].energy != new[account].energy {
            deltas[account.name] = (new[account].energy - old[account].energy).wattSeconds
        }
        if old.vehicles != new.vehicles { deltas[Restatement.vehicles] = Int64(new.vehicles - old.vehicles) }
        if deltas.isEmpty { return nil }
    }
}
