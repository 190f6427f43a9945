import TwinBooks
import TwinCore
import TwinRuntime

struct StoreIsEmpty: Error {}

extension StoreReading {
    /// All rows of a window at once, on the chart of that window.
    func rows(_ window: StoreWindow = .all) throws -> [PeriodRow] {
        var rows: [PeriodRow] = []
        try forEachRow(window, on: chart(window)) { rows.append($0) }
        return rows
    }

    func points(
        _ signal: SignalPath, _ kind: SeriesPoint.Kind, _ window: StoreWindow = .all
    ) throws -> [SeriesPoint] {
        var points: [SeriesPoint] = []
        try forEachPoint(signal, kind, window) { points.append($0) }
        return points
    }
}
