public import TwinBooks
import TwinCore
import TwinUnits

/// What plans are made for, as a study judges it.
public struct ObjectiveTerms: Sendable, Hashable {
    /// In one line.
    public var sentence: String
    public var signal: BySignal.Signal
    /// Whether what comes before fuels and the grid counts.
    public var isWithUpstream: Bool
    /// In the currency of the tariffs.
    public var carbonPerTonne: Double
    public var marginalGPerKWh: Double
    public var wearPerKWh: Double
    public var peakPerKWh: Double

    public init(
        sentence: String, signal: BySignal.Signal, isWithUpstream: Bool = false, carbonPerTonne: Double,
        marginalGPerKWh: Double, wearPerKWh: Double, peakPerKWh: Double
    ) {
        (self.sentence, self.signal, self.isWithUpstream) = (sentence, signal, isWithUpstream)
        (self.carbonPerTonne, self.marginalGPerKWh) = (carbonPerTonne, marginalGPerKWh)
        (self.wearPerKWh, self.peakPerKWh) = (wearPerKWh, peakPerKWh)
    }
}

/// What a dispatch does beside its energy.
public struct DispatchEvents: Sendable, Hashable {
    /// Highest mean import of a half hour, kW.
    public var peakKW = 0.0
    /// Energy out of batteries over their capacity.
    public var cycles = 0.0
    /// Commands that told an asset another set-point than the one before.
    public var setPointChanges = 0
    public var departures = 0
    public var missedDepartures = 0
    /// Steps whose import or export passed the connection.
    public var limitBreaches = 0
    public var plans = 0
    public var failedPlans = 0

    public init() {}

    static func + (a: DispatchEvents, b: DispatchEvents) -> DispatchEvents {
        var sum = a
        sum.peakKW = max(a.peakKW, b.peakKW)
        sum.cycles += b.cycles
        sum.setPointChanges += b.setPointChanges
        sum.departures += b.departures
        sum.missedDepartures += b.missedDepartures
        sum.limitBreaches += b.limitBreaches
        sum.plans += b.plans
        sum.failedPlans += b.failedPlans
        return sum
    }
}

/// What a window came to under one control, with its stores brought level. Outcomes of several windows add up.
public struct DispatchOutcome: Sendable, Hashable {
    /// Of plant time.
    public var days: Double
    public var vehicles: Int
    /// Production CO2e, level.
    public var kg: BySignal
    /// Energy without any price on carbon, level, in the currency of the tariffs.
    public var cost: Double
    /// What the objective counts as emitted, level, kg: by its signal and boundary, export credited by the marginal plant.
    public var objectiveKg: Double
    /// That at its price, and what the objective counts beside it.
    public var carbonCost: Double
    public var wearCost: Double
    public var peakCost: Double
    public var curtailedKWh: Double
    /// What of it all is the correction.
    public var level: LevelCorrection
    public var events: DispatchEvents

    public init(
        days: Double, vehicles: Int, kg: BySignal, cost: Double, objectiveKg: Double, carbonCost: Double,
        wearCost: Double = 0, peakCost: Double = 0, curtailedKWh: Double = 0, level: LevelCorrection = .none,
        events: DispatchEvents = DispatchEvents()
    ) {
        (self.days, self.vehicles, self.kg, self.cost) = (days, vehicles, kg, cost)
        (self.objectiveKg, self.carbonCost) = (objectiveKg, carbonCost)
        (self.wearCost, self.peakCost, self.curtailedKWh) = (wearCost, peakCost, curtailedKWh)
        (self.level, self.events) = (level, events)
    }

    /// - Parameters:
    ///   - summary: of the window's books.
    ///   - peakKWh: that were imported above the peak.
    public init(
        _ summary: Summary, _ terms: ObjectiveTerms, peakKWh: Double, level: LevelCorrection, events: DispatchEvents
    ) {
        let carbon = summary.carbon
        let own = (carbon.scope1 + carbon.scope1Other).kilograms
        let perKWh = terms.marginalGPerKWh / 1000
        let isWhole = carbon.halfHourlyPeriods > 0 && carbon.halfHourlyPeriods == summary.sum.periods
        let kg =
            BySignal(
                annual: summary.productionKgLocation,
                halfHourly: isWhole ? own + carbon.scope2HalfHourly.kilograms : nil,
                marginal: own + summary.energy(.gridImport).kilowattHours * perKWh) + level.kg
        // Half hours without an intensity are planned with the year's factor.
        var objectiveKg = kg[terms.signal] ?? kg.annual
        if terms.isWithUpstream { objectiveKg += carbon.scope3Upstream.kilograms + level.upstreamKg }
        if terms.signal == .marginal { objectiveKg -= summary.energy(.gridExport).kilowattHours * perKWh }
        let spent = summary.cost
        self.init(
            days: (summary.to - summary.from).hours / 24, vehicles: summary.vehicles, kg: kg,
            cost: spent.total - spent.carbon + level.cost, objectiveKg: objectiveKg,
            carbonCost: objectiveKg / 1000 * terms.carbonPerTonne,
            wearCost: summary.energy(.storageDischarge).kilowattHours * terms.wearPerKWh,
            peakCost: peakKWh * terms.peakPerKWh, curtailedKWh: summary.energy(.curtailed).kilowattHours,
            level: level, events: events)
    }

    /// Money with carbon at its price, wear and peaks: what is to be least.
    public var objective: Double { cost + carbonCost + wearCost + peakCost }
    /// Energy and carbon at the objective's price.
    public var costWithCarbon: Double { cost + carbonCost }

    /// No vehicle, no figure.
    public func perVehicle(_ value: Double?) -> Double? { vehicles > 0 ? value.map { $0 / Double(vehicles) } : nil }
    public func kgPerVehicle(_ signal: BySignal.Signal) -> Double? { perVehicle(kg[signal]) }
    public func aDay(_ value: Double?) -> Double? { days > 0 ? value.map { $0 / days } : nil }

    public static func + (a: DispatchOutcome, b: DispatchOutcome) -> DispatchOutcome {
        DispatchOutcome(
            days: a.days + b.days, vehicles: a.vehicles + b.vehicles, kg: a.kg + b.kg, cost: a.cost + b.cost,
            objectiveKg: a.objectiveKg + b.objectiveKg, carbonCost: a.carbonCost + b.carbonCost,
            wearCost: a.wearCost + b.wearCost, peakCost: a.peakCost + b.peakCost,
            curtailedKWh: a.curtailedKWh + b.curtailedKWh, level: a.level + b.level, events: a.events + b.events)
    }
}
