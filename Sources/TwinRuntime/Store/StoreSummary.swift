public import TwinBooks
public import TwinCore

extension StoreReading {
    /// Facts of the runs that reach into the window: of the last one, with the expectations and wall time of all, and the
    /// requests that reach into it.
    /// - Throws: nothing of its own; nil where no run has got to its first mark.
    public func facts(_ window: StoreWindow = .all) throws -> RunFacts? {
        let facts = try runs().filter { run in
            guard let end = run.end else { return false }
            return run.start < window.to && end > window.from
        }.compactMap(\.facts)
        guard var last = facts.last else { return nil }
        last.wallS = facts.reduce(0) { $0 + $1.wallS }
        last.expectationsPassed = facts.reduce(0) { $0 + $1.expectationsPassed }
        last.expectationsFailed = facts.reduce(0) { $0 + $1.expectationsFailed }
        let requests = try requests(window)
        last.requests = requests.isEmpty ? nil : requests
        return last
    }

    /// The figures of a window; nil when the store holds nothing of it. One row is in memory at a time.
    public func summary(_ method: ReportMethod, _ window: StoreWindow = .all) throws -> Summary? {
        guard let facts = try facts(window) else { return nil }
        let method = try matched(method, window)
        var sum = WindowSum(method, carry: try carry(into: window, method))
        try forEachRow(window, on: method.chart) { sum.add($0) }
        return try connected(Summary(sum, facts: facts), window)
    }

    /// The summary with what rows do not have: how long cars were plugged in.
    private func connected(_ summary: Summary?, _ window: StoreWindow) throws -> Summary? {
        guard var summary else { return nil }
        var times = ConnectedTimes(summary.method)
        try times.add(self, window)
        summary.connected = times.times
        return summary
    }

    /// The method with certificates that know what was used in their time, as far as the books have it.
    public func matched(_ method: ReportMethod, _ window: StoreWindow) throws -> ReportMethod {
        let own = method.ledger.certificates.filter { $0.from < window.to && $0.to > window.from }
        guard let from = own.map(\.from).min(), let to = own.map(\.to).max() else { return method }
        var demand = CertificateDemand(method.ledger.certificates)
        try forEachRow(StoreWindow(from: from, to: to), on: Chart([])) { demand.add($0) }
        var method = method
        method.ledger.certificates = demand.matched
        return method
    }

    /// The window as a whole, and each of its local months: whether all of it was stepped, and its summary, which one without
    /// rows has not.
    public func summaryByMonth(
        _ method: ReportMethod, _ window: StoreWindow
    ) throws -> (whole: Summary, months: [(first: CivilDate, isWhole: Bool, summary: Summary?)])? {
        guard let facts = try facts(window) else { return nil }
        let method = try matched(method, window)
        var whole = WindowSum(method, carry: try carry(into: window, method))
        var sums: [(first: CivilDate, sum: WindowSum)] = []
        try forEachRow(window, on: method.chart) { row in
            let date = method.zone.local(row.start).date
            let first = CivilDate(year: date.year, month: date.month, day: 1)
            if sums.last?.first != first { sums.append((first, WindowSum(method, carry: whole.ledger.carry))) }
            whole.add(row)
            sums[sums.count - 1].sum.add(row)
        }
        guard let summary = try connected(Summary(whole, facts: facts), window), let from = sums.first?.first,
            let to = sums.last?.first
        else {
            return nil
        }
        var months: [(first: CivilDate, isWhole: Bool, summary: Summary?)] = []
        var first = from
        while first <= to {
            let next =
                first.month == 12
                ? CivilDate(year: first.year + 1, month: 1, day: 1)
                : CivilDate(year: first.year, month: first.month + 1, day: 1)
            let length = method.zone.instant(next) - method.zone.instant(first)
            let sum = sums.first { $0.first == first }?.sum
            months.append((first, sum?.steppedMs == length.ms, sum.flatMap { Summary($0, facts: facts) }))
            first = next
        }
        return (summary, months)
    }

    /// Each local calendar year of which the store holds something, ascending: whether all of it was stepped, and its figures.
    /// What they say of energy is right for the accounts, and for the meters of bays alone.
    /// - Parameter known: a summary that need not be made again where it is that of a year.
    public func summaryByYear(
        _ method: ReportMethod, known: Summary? = nil
    ) throws -> [(year: Int, isWhole: Bool, summary: Summary)] {
        guard let facts = try facts() else { return [] }
        var method = method
        // Postings are the most of a row. Only what cars bring along cannot be told from the accounts.
        method.chart = Chart(method.chart.meters.filter { [.bayCharge, .bayDischarge].contains($0.account) })
        var sums: [(year: Int, sum: WindowSum)] = []
        func add(_ window: StoreWindow) throws {
            try forEachRow(window, on: method.chart) { row in
                let year = method.zone.local(row.start).date.year
                if sums.last?.year != year { sums.append((year, WindowSum(method))) }
                sums[sums.count - 1].sum.add(row)
            }
        }
        let year = known?.basis == .annual ? known : nil
        try add(StoreWindow(to: year?.from ?? .latest))
        if let year { sums.append((method.zone.local(year.from).date.year, year.sum)) }
        if let year { try add(StoreWindow(from: year.to)) }
        return sums.compactMap { year, sum in
            let length =
                method.zone.instant(CivilDate(year: year + 1, month: 1, day: 1))
                - method.zone.instant(CivilDate(year: year, month: 1, day: 1))
            return Summary(sum, facts: facts).map { (year, sum.steppedMs == length.ms, $0) }
        }
    }
}
