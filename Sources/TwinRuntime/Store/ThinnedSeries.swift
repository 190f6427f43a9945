public import TwinCore

/// A series in fewer points for a chart or a table: of each stretch of equal length the lowest and the highest value.
public struct ThinnedSeries {
    private let from: PlantTime
    private let stretchMs: Int64
    private var low: SeriesPoint?
    private var high: SeriesPoint?
    private var stretch: Int64 = -1
    private var done: [SeriesPoint] = []

    /// - Parameter points: the most that are kept; at least two.
    public init(_ window: StoreWindow, points: Int) {
        from = window.from
        let stretches = Int64(Swift.max(points / 2, 1))
        let length = Swift.max((window.to - window.from).ms, 1)
        stretchMs = (length + stretches - 1) / stretches
    }

    /// Points ascend. What is not a number is left out.
    public mutating func add(_ point: SeriesPoint) {
        guard point.value.isFinite else { return }
        let place = (point.from - from).ms / stretchMs
        if place != stretch {
            done = points
            (low, high, stretch) = (nil, nil, place)
        }
        if low.map({ point.value < $0.value }) ?? true { low = point }
        if high.map({ point.value > $0.value }) ?? true { high = point }
    }

    /// By time.
    public var points: [SeriesPoint] {
        guard let low, let high else { return done }
        if low == high { return done + [low] }
        return done + (low.from < high.from ? [low, high] : [high, low])
    }
}
