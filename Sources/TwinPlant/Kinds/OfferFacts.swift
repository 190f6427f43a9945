public import TwinCore

/// What belongs to an offer and does not stand in it: what its meters say beside, and its models as it is set and as it is left
/// to itself. Who steps the plant that nobody commands is told of it.
public struct OfferFacts: Sendable {
    /// What vehicles will still draw, kWh; nil where nobody tells.
    public var openKWh: Double?
    /// Measured draw of a converter, fuel of a generator or burner, and heat of a generator, kW.
    public var drawnKW: UsedValue?
    public var fuelKW: UsedValue?
    public var heatKW: UsedValue?
    /// What the sun offers, kW.
    public var availableKW: Double?
    public var generator: GeneratorModel?
    /// Gas of a burner by its model, kW: set as it is, and left to itself.
    public var burnerKW: (now: Double, alone: Double)?
    /// Of what fills the hot-water network: heat, and heat by what it burns and its performance, kW.
    public var filled: (heatKW: UsedValue, byFuelKW: Double?)?

    public init() {}
}

/// Fuel and heat of a generator by its power, kW.
public struct GeneratorModel: Sendable {
    public var fuel: Fuel
    public var fuelKW: @Sendable (Double) -> Double
    public var heatKW: @Sendable (Double) -> Double

    public init(
        _ fuel: Fuel, fuelKW: @escaping @Sendable (Double) -> Double, heatKW: @escaping @Sendable (Double) -> Double
    ) {
        (self.fuel, self.fuelKW, self.heatKW) = (fuel, fuelKW, heatKW)
    }

    /// Of efficiencies that are the same at every power.
    public init(_ fuel: Fuel, electric: Double, heat: Double) {
        self.init(fuel, fuelKW: { max(0, $0) / electric }, heatKW: { max(0, $0) / electric * heat })
    }
}

/// What an asset sees when it tells its facts of a step.
public struct FactScene: Sendable {
    public var outdoorC: Double
    public var isProductionDay: Bool
    public var vehiclesPerHour: Double
    /// What was read last of the kind's `rememberedKey`; nil where nothing was.
    public var remembered: Double?
    /// What was used, and where the asset's signals stand in it; nil for one that stands nowhere.
    private var values: [NamedValue]
    private var places: [Int?]

    public init(
        values: [NamedValue], places: [Int?], outdoorC: Double, isProductionDay: Bool, vehiclesPerHour: Double,
        remembered: Double? = nil
    ) {
        (self.values, self.places) = (values, places)
        (self.outdoorC, self.isProductionDay) = (outdoorC, isProductionDay)
        (self.vehiclesPerHour, self.remembered) = (vehiclesPerHour, remembered)
    }

    /// What was used of a signal by its place in the sheet; nil where there is nothing.
    public func value(_ signal: Int) -> UsedValue? {
        guard places.indices.contains(signal), let place = places[signal], values.indices.contains(place) else {
            return nil
        }
        return values[place].used
    }
}
