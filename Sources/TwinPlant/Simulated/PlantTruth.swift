public import TwinCore

/// The simulated plant as it "really" is: the models' parameters with other values, and effects that the twin does
/// not know. A clean simulated day therefore leaves residuals.
public struct PlantTruth: Sendable, Hashable {
    /// Weather by month, index 0 = January: mean outdoor temperature degC and mean mast wind m/s.
    public var monthlyTemperatureC: [Double]
    public var monthlyWindMPerS: [Double]
    /// Half of the daily swing of temperature, K.
    public var dailySwingK: Double
    /// Deviation of a minute's wind over its mean.
    public var turbulenceIntensity: Double

    /// Hub over mast speed, true value.
    public var windShearFactor: Double
    /// Share lost in wakes at full array loading; grows as wind falls.
    public var wakeFraction: Double
    /// Share of the time that turbines are available.
    public var windAvailability: Double

    /// Shops: true parameters, dips in breaks and noise.
    public var shopModel: EnergyModel
    /// Share of the load that drops in breaks.
    public var breakDipFraction: Double
    /// Deviation of shop load and gas over their mean.
    public var shopNoiseFraction: Double
    /// Time constant of gas burners, minutes.
    public var gasLagMinutes: Double

    /// Mean intensity by UTC hour of the season's day, 24 values, g/kWh, and deviation between days.
    public var intensityByHour: [Double]
    public var intensityDeviation: Double
    public var intensityForecastError: Double

    /// Storage: true capacity and efficiencies, own use, and how fast it moves.
    public var storageCapacityKWh: Double
    public var storageChargeEfficiency: Double
    public var storageDischargeEfficiency: Double
    public var storageAuxiliaryKW: Double
    public var storageLagS: Double
    /// State of charge at the start, 0...1.
    public var storageInitialSOC: Double

    /// Losses between bus and shops, true share.
    public var lossFraction: Double
    /// Load that no meter sees, kW, and as a share of the metered load.
    public var unmeteredLoadKW: Double
    public var unmeteredLoadFraction: Double
    /// Deviation of a meter reading over its value.
    public var meterNoiseFraction: Double

    public init(
        monthlyTemperatureC: [Double], monthlyWindMPerS: [Double], dailySwingK: Double, turbulenceIntensity: Double,
        windShearFactor: Double, wakeFraction: Double, windAvailability: Double, shopModel: EnergyModel,
        breakDipFraction: Double, shopNoiseFraction: Double, gasLagMinutes: Double, intensityByHour: [Double],
        intensityDeviation: Double, intensityForecastError: Double, storageCapacityKWh: Double,
        storageChargeEfficiency: Double, storageDischargeEfficiency: Double, storageAuxiliaryKW: Double,
        storageLagS: Double, storageInitialSOC: Double, lossFraction: Double, unmeteredLoadKW: Double,
        unmeteredLoadFraction: Double, meterNoiseFraction: Double
    ) {
        precondition(monthlyTemperatureC.count == 12 && monthlyWindMPerS.count == 12, "twelve months")
        precondition(intensityByHour.count == 24, "twenty-four hours")
        self.monthlyTemperatureC = monthlyTemperatureC
        self.monthlyWindMPerS = monthlyWindMPerS
        self.dailySwingK = dailySwingK
        self.turbulenceIntensity = turbulenceIntensity
        self.windShearFactor = windShearFactor
        self.wakeFraction = wakeFraction
        self.windAvailability = windAvailability
        self.shopModel = shopModel
        self.breakDipFraction = breakDipFraction
        self.shopNoiseFraction = shopNoiseFraction
        self.gasLagMinutes = gasLagMinutes
        self.intensityByHour = intensityByHour
        self.intensityDeviation = intensityDeviation
        self.intensityForecastError = intensityForecastError
        self.storageCapacityKWh = storageCapacityKWh
        self.storageChargeEfficiency = storageChargeEfficiency
        self.storageDischargeEfficiency = storageDischargeEfficiency
        self.storageAuxiliaryKW = storageAuxiliaryKW
        self.storageLagS = storageLagS
        self.storageInitialSOC = storageInitialSOC
        self.lossFraction = lossFraction
        self.unmeteredLoadKW = unmeteredLoadKW
        self.unmeteredLoadFraction = unmeteredLoadFraction
        self.meterNoiseFraction = meterNoiseFraction
    }
}
