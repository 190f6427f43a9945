/// What a source says of periods ahead, one after the other.
public struct ForecastSeries: Sendable, Hashable, Codable {
    /// Start of the first period.
    public var from: PlantTime
    public var period: Span
    /// Nil for a period that is not told.
    public var values: [Double?]

    public init(from: PlantTime, period: Span, values: [Double?]) {
        (self.from, self.period, self.values) = (from, period, values)
    }

    /// The value of the period that a time is in; nil outside, and where it is not told.
    public func value(at time: PlantTime) -> Double? {
        guard time >= from, period.ms > 0 else { return nil }
        let place = (time.ms - from.ms) / period.ms
        guard place < Int64(values.count) else { return nil }
        return values[Int(place)].flatMap { $0.isFinite ? $0 : nil }
    }

    /// Where it ends.
    public var end: PlantTime { from + Int64(values.count) * period }
}

/// A weather forecast that was told to the site.
public struct WeatherForecast: Sendable, Hashable, Codable {
    /// When it was made.
    public var issued: PlantTime
    public var temperatureC: ForecastSeries
    /// At the height of the mast.
    public var windMPerS: ForecastSeries
    /// Global on the horizontal.
    public var ghiWPerM2: ForecastSeries

    public init(
        issued: PlantTime, temperatureC: ForecastSeries, windMPerS: ForecastSeries, ghiWPerM2: ForecastSeries
    ) {
        (self.issued, self.temperatureC) = (issued, temperatureC)
        (self.windMPerS, self.ghiWPerM2) = (windMPerS, ghiWPerM2)
    }
}

/// Prices of electricity that were told to the site, money by the MWh.
public struct PriceForecast: Sendable, Hashable, Codable {
    /// When they were told.
    public var issued: PlantTime
    /// The period of `issued` first.
    public var importPerMWh: ForecastSeries
    /// Nil where nobody tells what export brings.
    public var exportPerMWh: Double?

    public init(issued: PlantTime, importPerMWh: ForecastSeries, exportPerMWh: Double?) {
        (self.issued, self.importPerMWh, self.exportPerMWh) = (issued, importPerMWh, exportPerMWh)
    }
}
