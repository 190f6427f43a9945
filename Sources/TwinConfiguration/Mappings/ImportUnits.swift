/// What a measured column counts, and how to bring it to the unit that a payload key has in its name.
public struct ImportUnit: Sendable, Hashable {
    public enum Quantity: String, Sendable {
        case power, energy, speed, temperature, intensity, share, irradiance, volume
    }

    /// As written in mappings: `kW`, `m/s`, `percent`.
    public let name: String
    public let quantity: Quantity
    /// base = (value x times / over) + plus; a product and a quotient keep decimal figures exact where they can be.
    private let times: Double
    private let over: Double
    private let plus: Double

    private init(_ name: String, _ quantity: Quantity, times: Double = 1, over: Double = 1, plus: Double = 0) {
        self.name = name
        self.quantity = quantity
        self.times = times
        self.over = over
        self.plus = plus
    }

    /// Whether zero of this unit is another place than zero of the base unit; such values have no meaningful multiple.
    var hasOwnZero: Bool { quantity == .temperature }

    /// The value in the base unit of the quantity.
    func base(_ value: Double) -> Double { value * times / over + plus }

    /// Base units first: kW, kWh, m/s, degC, g/kWh, fraction, W/m2, m3.
    static let all: [ImportUnit] = [
        ImportUnit("kW", .power),
        ImportUnit("W", .power, over: 1000),
        ImportUnit("MW", .power, times: 1000),
        ImportUnit("kWh", .energy),
        ImportUnit("Wh", .energy, over: 1000),
        ImportUnit("MWh", .energy, times: 1000),
        ImportUnit("GWh", .energy, times: 1_000_000),
        ImportUnit("MJ", .energy, over: 3.6),
        ImportUnit("GJ", .energy, times: 1000, over: 3.6),
        ImportUnit("m/s", .speed),
        ImportUnit("km/h", .speed, over: 3.6),
        ImportUnit("kn", .speed, times: 1852, over: 3600),
        ImportUnit("degC", .temperature),
        ImportUnit("K", .temperature, plus: -273.15),
        ImportUnit("g/kWh", .intensity),
        ImportUnit("kg/kWh", .intensity, times: 1000),
        ImportUnit("kg/MWh", .intensity),
        ImportUnit("t/MWh", .intensity, times: 1000),
        ImportUnit("fraction", .share),
        ImportUnit("percent", .share, over: 100),
        ImportUnit("W/m2", .irradiance),
        ImportUnit("kW/m2", .irradiance, times: 1000),
        ImportUnit("m3", .volume),
        ImportUnit("l", .volume, over: 1000),
        ImportUnit("ft3", .volume, times: 0.028316846592),
    ]

    static func named(_ name: String) -> ImportUnit? { all.first { $0.name == name } }

    /// Endings of payload keys with the unit they stand for; each before the shorter ones that end it.
    private static let endings: [(ending: String, unit: String)] = [
        ("g_per_kwh", "g/kWh"), ("_w_per_m2", "W/m2"), ("_m_per_s", "m/s"), ("_fraction", "fraction"), ("_kwh", "kWh"),
        ("_kw", "kW"), ("_m3", "m3"), ("_c", "degC"),
    ]

    static var endingNames: String { endings.map(\.ending).joined(separator: ", ") }

    /// The unit in a key's name; nil where the name says none that we know.
    public static func ofKey(_ key: String) -> ImportUnit? {
        endings.first { key.hasSuffix($0.ending) }.flatMap { named($0.unit) }
    }
}
