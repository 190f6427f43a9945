public import TwinCore

/// The grid's intensities in the half hours ahead, in their order of size: one forecast is looked at by many marks.
public struct Outlook: Sendable, Hashable {
    /// g/kWh.
    private(set) var sorted: [Double]
    private var forecast: [Double?]
    /// How many half hours of the forecast have passed.
    private var gone = 0

    /// - Parameter forecast: intensities of half hours that are all ahead, g/kWh.
    public init(_ forecast: [Double] = []) {
        self.forecast = forecast
        sorted = forecast.sorted()
    }

    /// Looks at a forecast by half hours.
    /// - Parameters:
    ///   - forecast: a half hour that it does not tell holds its place and has no part in the order.
    ///   - first: start of its first half hour; nil where all of it is ahead.
    ///   - time: half hours that have passed by then are no forecast any more.
    public mutating func look(at forecast: [Double?], from first: PlantTime?, at time: PlantTime) {
        let halfHours = first.map { max(0, (time - $0).ms / settlementPeriod.ms) } ?? 0
        let gone = Int(min(halfHours, Int64(forecast.count)))
        guard gone != self.gone || forecast != self.forecast else { return }
        self.forecast = forecast
        self.gone = gone
        sorted = forecast.dropFirst(gone).compactMap(\.self).sorted()
    }
}
