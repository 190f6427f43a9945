import TwinConfiguration
import TwinCore
import TwinPlant
import TwinRuntime

/// A signal over time, in no more points than a chart can show: `/series.json?signal=wind/t01/power_kw&from=…&to=…`.
enum SeriesData {
    static let pointsMax = 5_000
    private static let pointsUsual = 800

    static func json(_ ask: PageAsk) throws -> JSON {
        guard let text = ask.query["signal"], let signal = SignalPath(text: text) else {
            throw WebError.bad("signal: write area, asset and key like wind/t01/power_kw")
        }
        let kind = try kind(ask)
        let points = try points(ask)
        let books = try ask.books()
        let config = ask.source.present
        let window = try AskedWindow(config).window(ask.query, of: books)
        var series = GappedSeries(points: points)
        if let extent = try books.extent(of: signal)?.clamped(to: window) {
            series = GappedSeries(extent, points: points)
            try books.forEachPoint(signal, kind, extent) { series.add($0) }
        } else if !(try isKnown(signal, config, books)) {
            throw WebError.notFound("no signal \(signal.text) is known; /data lists what comes in")
        }
        let zone = config.zone
        return .fields([
            "schema": .string("series/1"), "signal": .string(signal.text), "kind": .string(kind.rawValue),
            "unit": ShownUnit.json(signal.key),
            "from": .string(zone.text(window.from)), "to": .string(zone.text(window.to)),
            "thinned": .bool(series.isThinned),
            "points": .array(
                series.rows.map { row in
                    switch row {
                    case .point(let point):
                        .array([
                            .string(zone.text(point.from)), .number(point.value), .string(point.quality.rawValue),
                        ])
                    case .gap(let time): .array([.string(zone.text(time)), .null, .null])
                    }
                }),
        ])
    }

    private static func kind(_ ask: PageAsk) throws -> SeriesPoint.Kind {
        guard let text = ask.query["kind"], !text.isEmpty else { return .used }
        guard let kind = SeriesPoint.Kind(rawValue: text) else {
            throw WebError.bad("kind: \(quoted(text)) is neither used nor reading")
        }
        return kind
    }

    private static func points(_ ask: PageAsk) throws -> Int {
        guard let text = ask.query["points"], !text.isEmpty else { return pointsUsual }
        guard let points = Int(text), (2...pointsMax).contains(points) else {
            throw WebError.bad("points: \(quoted(text)) is not in 2 to \(pointsMax)")
        }
        return points
    }

    private static func isKnown(_ signal: SignalPath, _ config: SiteConfig, _ books: any StoreReading) throws -> Bool {
        let own = config.assets.first { $0.path == signal.path }?.kind.signals.contains { $0.key == signal.key }
        return try own == true || books.signals().contains(signal)
    }
}

/// A series in fewer points, with the lowest and highest of each stretch, that still knows where nothing was told.
struct GappedSeries {
    enum Row: Hashable {
        case point(SeriesPoint)
        /// From there on nothing is known.
        case gap(PlantTime)
    }

    private var thinned: ThinnedSeries?
    private var gaps: [(from: PlantTime, to: PlantTime)] = []
    private let gapsMax: Int
    private var end: PlantTime?
    private var count = 0

    /// Of a signal without values.
    init(points: Int) { gapsMax = points }

    init(_ window: StoreWindow, points: Int) {
        thinned = ThinnedSeries(window, points: points)
        gapsMax = points
    }

    /// Points ascend.
    mutating func add(_ point: SeriesPoint) {
        count += 1
        if let end, point.from > end { note((end, point.from)) }
        end = max(end ?? point.to, point.to)
        thinned?.add(point)
    }

    /// The longest ones, where there are more than can be shown.
    private mutating func note(_ gap: (from: PlantTime, to: PlantTime)) {
        gaps.append(gap)
        guard gaps.count > 2 * gapsMax else { return }
        shorten()
    }

    private mutating func shorten() {
        guard gaps.count > gapsMax else { return }
        gaps = gaps.sorted { $0.to - $0.from > $1.to - $1.from }.prefix(gapsMax).sorted { $0.from < $1.from }
    }

    var isThinned: Bool { (thinned?.points.count ?? 0) < count }

    /// By time; a gap stands where it begins.
    var rows: [Row] {
        var series = self
        series.shorten()
        var rows: [Row] = []
        var open = series.gaps[...]
        for point in thinned?.points ?? [] {
            while let gap = open.first, gap.from <= point.from {
                // Nothing between two gaps that thinning left without a point: one is enough.
                if case .point = rows.last { rows.append(.gap(gap.from)) }
                open = open.dropFirst()
            }
            rows.append(.point(point))
        }
        return rows
    }
}
