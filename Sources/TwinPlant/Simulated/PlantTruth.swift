import TwinCore

/// The simulated plant as it "really" is: the models' parameters with other values, and effects that the twin does
/// not know. A clean simulated day therefore leaves residuals.
public struct PlantTruth: Sendable {
    private var parts: [String: any PlantTruthPart] = [:]

    public init() {}

    /// Every section of `plant.yaml`, each once: the kinds' own and what no kind owns.
    public static let sections: [any PlantTruthPart.Type] = {
        var sections: [any PlantTruthPart.Type] = [Weather.self]
        for part in Kinds.all.map({ truth(of: $0) }) where !part.section.isEmpty {
            if !sections.contains(where: { $0.section == part.section }) { sections.append(part) }
        }
        return sections + [Intensity.self, Distribution.self]
    }()

    private static func truth<K: AssetKind>(of kind: K.Type) -> any PlantTruthPart.Type { K.Truth.self }

    /// A section; as the twin believes it to be where nothing is said.
    public subscript<Part: PlantTruthPart>(_ type: Part.Type) -> Part {
        get { parts[Part.section] as? Part ?? Part() }
        set { parts[Part.section] = newValue }
    }

    public var weather: Weather { self[Weather.self] }
    public var intensity: Intensity { self[Intensity.self] }
    public var distribution: Distribution { self[Distribution.self] }

    /// By month, index 0 = January, where not said otherwise.
    public struct Weather: PlantTruthPart {
        public static let section = "weather"
        /// Mean outdoor temperature, degC.
        public var monthlyTemperatureC = [Double](repeating: 9, count: 12)
        /// Mean wind at the mast, m/s.
        public var monthlyWindMPerS = [Double](repeating: 4, count: 12)
        /// Mean of the irradiance over that of a clear sky, 0...1.
        public var monthlyClearness = [Double](repeating: 0.6, count: 12)
        /// Half of the daily swing of temperature, K.
        public var dailySwingK = 0.0
        /// Deviation of a minute's wind over its mean.
        public var turbulenceIntensity = 0.0

        public init() {}

        public static let parameters: [Parameter<Weather>] = [
            .init(
                "monthly_temperature_c", "degC", .quantities(count: 12, -40...45, \.monthlyTemperatureC),
                "mean outdoor temperature by month"),
            .init(
                "monthly_wind_m_per_s", "m/s", .quantities(count: 12, 0...25, \.monthlyWindMPerS),
                "mean wind at the mast by month"),
            .init(
                "monthly_clearness", "fraction of a clear sky", .quantities(count: 12, 0...1, \.monthlyClearness),
                "irradiance over that of a clear sky by month"),
            .init("daily_swing_k", "K", .quantity(0...20, \.dailySwingK), "half of the daily swing"),
            .init(
                "turbulence_intensity", "fraction of the mean wind", .quantity(0...0.5, \.turbulenceIntensity),
                "deviation of a minute's wind"),
        ]
    }

    /// Grid carbon intensity, g/kWh.
    public struct Intensity: PlantTruthPart {
        public static let section = "intensity"
        /// Mean by UTC hour of a winter and a summer day, 24 values each.
        public var winterByHour = [Double](repeating: 150, count: 24)
        public var summerByHour = [Double](repeating: 150, count: 24)
        /// How much of a month is like summer, 12 values, 0...1.
        public var summerShare = [Double](repeating: 0.5, count: 12)
        /// Between days.
        public var deviation = 0.0
        public var forecastError = 0.0

        public init() {}

        public static let parameters: [Parameter<Intensity>] = [
            .init(
                "winter_by_utc_hour_g_per_kwh", "g/kWh", .quantities(count: 24, 0...2000, \.winterByHour),
                "mean of a winter day by UTC hour"),
            .init(
                "summer_by_utc_hour_g_per_kwh", "g/kWh", .quantities(count: 24, 0...2000, \.summerByHour),
                "mean of a summer day by UTC hour"),
            .init(
                "summer_share", "fraction", .quantities(count: 12, 0...1, \.summerShare),
                "how much of a month is like summer"),
            .init("deviation_g_per_kwh", "g/kWh", .quantity(0...500, \.deviation), "between days"),
            .init("forecast_error_g_per_kwh", "g/kWh", .quantity(0...500, \.forecastError), "of the forecast"),
        ]
    }

    /// Cables and meters.
    public struct Distribution: PlantTruthPart {
        public static let section = "distribution"
        /// Losses between bus and loads, true share.
        public var lossFraction = 0.0
        /// Load that no meter sees, kW, and as a share of the metered load.
        public var unmeteredLoadKW = 0.0
        public var unmeteredLoadFraction = 0.0
        /// Deviation of a meter reading over its value.
        public var meterNoiseFraction = 0.0

        public init() {}

        public static let parameters: [Parameter<Distribution>] = [
            .init(
                "loss_fraction", "fraction of the delivered power", .quantity(0...0.2, \.lossFraction),
                "losses between bus and loads"),
            .init("unmetered_load_kw", "kW", .quantity(0...100_000, \.unmeteredLoadKW), "load that no meter sees"),
            .init(
                "unmetered_load_fraction", "fraction of the metered load",
                .quantity(0...0.5, \.unmeteredLoadFraction), "the same as a share"),
            .init(
                "meter_noise_fraction", "fraction of the value", .quantity(0...0.1, \.meterNoiseFraction),
                "deviation of a reading"),
        ]
    }
}
