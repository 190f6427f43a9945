import TwinCore

/// How ticks are booked while one configuration is in force, and where their lines lie in the rows.
struct BookLayout: Sendable, Codable {
    let chart: Chart
    let losses: LossFractions
    /// Place of each of the chart's lines in the rows.
    var places: [Int]

    /// Lays this layout's lines anew over the rows' chart, which has all of them.
    mutating func lay(over rows: Chart) { places = chart.meters.map { rows.index(of: $0) ?? 0 } }
}

extension Chart {
    /// This chart's meters, then those of the others that it lacks.
    public func joined(_ others: [Chart]) -> Chart { Chart(meters + others.flatMap(\.meters)) }
}

extension PeriodRow {
    /// Moves the lines of one chart to their places in another; a meter that the other lacks must have no energy.
    public mutating func lay(from old: Chart, over new: Chart) {
        var laid = SumList(count: new.meters.count)
        for (line, meter) in old.meters.enumerated() where line < meters.count {
            if let place = new.index(of: meter) { laid[place] = meters[line] }
        }
        meters = laid
    }
}
