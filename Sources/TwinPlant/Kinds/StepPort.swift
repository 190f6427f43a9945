public import TwinCore

/// What a step sees of its surroundings and speaks to. Behind it stands the twin's belief, where a meter's word beats
/// the model's, or the simulated plant, where the model's word is what is.
public protocol StepPort {
    var around: Around { get }
    /// The set-point in force, in the unit of its action; nil where there is none.
    var order: Double? { get }
    /// Out of service.
    var isTripped: Bool { get }
    /// Whether its vehicles stay when their time to leave has come.
    var isHeld: Bool { get }
    /// The hot-water network in this step.
    var heat: HeatBalance { get set }

    /// What the production plan says of this step.
    mutating func production() -> Production
    mutating func sun() -> SunPosition
    /// Tells a signal by its place in the sheet; nil where no model can say it.
    /// - Returns: what is to be used of it from here on.
    mutating func use(_ signal: Int, _ model: Double?) -> UsedValue
    /// Puts a value of the model into the record that the digest proves.
    mutating func prove(_ value: Double)
    /// Slow noise with deviation 1; the twin knows of none.
    mutating func noise(_ stream: Int, timeConstantMinutes: Double) -> Double

    /// Whether there is fuel in the tank.
    var isFuelled: Bool { get }
    mutating func burn(litres: Double)
    /// Gas that all of the site burnt in this step so far, kW gross; nil where nobody knows.
    var burntGasKW: Double? { get }
    /// Share of the tanks' level, litres.
    func level(ofCapacity litres: Double) -> Double?
    /// Cars that plug in at this asset; nil where nobody knows of single cars.
    mutating func arrivals() -> [ChargingSession]?
    /// Tells which cars left a yard.
    mutating func shipped(_ yard: FinishedVehicleYard)
    /// Tells which cars are plugged in.
    mutating func plugged(_ group: ChargingGroup)
    /// Finished electric cars that come in, and the hour of their ship.
    mutating func finishedCars() -> (count: Int, needKWh: Double, departsMs: Int64)?
    /// The part of what an island without a grid needs for one that can take and give so much, kW; below 0 it has too much.
    /// Nil while the grid is there.
    mutating func islandShareKW(_ range: @autoclosure () -> ClosedRange<Double>?) -> Double?
}

/// Weather and time of a step.
public struct Around: Sendable {
    public var from: PlantTime
    public var to: PlantTime
    public var airC: Double
    /// At the mast, m/s.
    public var windMPerS: Double
    /// Speeds that are as likely as one another, where the wind is expected and not known; empty where it is.
    public var windPointsMPerS: [Double] = []
    /// Global on the horizontal, W/m2.
    public var irradianceWPerM2: Double

    public init(from: PlantTime, to: PlantTime, airC: Double, windMPerS: Double, irradianceWPerM2: Double) {
        self.from = from
        self.to = to
        self.airC = airC
        self.windMPerS = windMPerS
        self.irradianceWPerM2 = irradianceWPerM2
    }

    public var hours: Double { (to - from).hours }
    public var minutes: Double { (to - from).seconds / 60 }

    /// Mean of what each wind that may blow makes: a curve that bends makes something else of the mean wind.
    func meanOverWind(_ made: (_ mastMPerS: Double) -> Double) -> Double {
        guard !windPointsMPerS.isEmpty else { return made(windMPerS) }
        return windPointsMPerS.reduce(0) { $0 + made($1) } / Double(windPointsMPerS.count)
    }
}

/// The production plan at a time.
public struct Production: Sendable, Hashable {
    /// Local day, and hours since its midnight.
    public var date: CivilDate
    public var hourOfDay: Double
    public var isProductionDay: Bool
    public var isShift: Bool
    public var isBreak: Bool
    public var vehiclesPerHour: Double

    public init(_ calendar: ProductionCalendar, at time: PlantTime) {
        let (date, ms) = calendar.zone.local(time)
        self.date = date
        hourOfDay = Double(ms) / 3_600_000
        let shift = calendar.shifts.first { $0.start <= ms && ms < $0.end }
        isProductionDay = calendar.isProductionDay(date)
        isShift = isProductionDay && shift != nil
        isBreak = isShift && shift.map { SimulatedLine.isBreak(minute: (ms - $0.start) / 60_000) } ?? false
        let shiftMs = calendar.shifts.reduce(0) { $0 + $1.end - $1.start }
        vehiclesPerHour = isShift ? calendar.vehiclesPerDay / (Double(shiftMs) / 3_600_000) : 0
    }
}

/// The hot-water network while a step goes through its assets, kW of heat.
public struct HeatBalance: Sendable, Hashable {
    /// What uses and losses take beside what was given so far; below 0 is more than they take.
    public var openKW: Double
    /// What stores can take beside.
    public var roomKW: Double

    public init(openKW: Double, roomKW: Double) {
        self.openKW = openKW
        self.roomKW = roomKW
    }

    /// What may still be given, kW >= 0.
    public var mostKW: Double { max(0, openKW + roomKW) }
}
