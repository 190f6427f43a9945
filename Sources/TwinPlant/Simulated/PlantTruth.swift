public import TwinCore

/// The simulated plant as it "really" is: the models' parameters with other values, and effects that the twin does
/// not know. A clean simulated day therefore leaves residuals.
public struct PlantTruth: Sendable, Hashable {
    /// By month, index 0 = January, where not said otherwise.
    public struct Weather: Sendable, Hashable {
        /// Mean outdoor temperature, degC.
        public var monthlyTemperatureC: [Double]
        /// Mean wind at the mast, m/s.
        public var monthlyWindMPerS: [Double]
        /// Mean of the irradiance over that of a clear sky, 0...1.
        public var monthlyClearness: [Double]
        /// Half of the daily swing of temperature, K.
        public var dailySwingK: Double
        /// Deviation of a minute's wind over its mean.
        public var turbulenceIntensity: Double

        public init(
            monthlyTemperatureC: [Double], monthlyWindMPerS: [Double], monthlyClearness: [Double],
            dailySwingK: Double, turbulenceIntensity: Double
        ) {
            self.monthlyTemperatureC = monthlyTemperatureC
            self.monthlyWindMPerS = monthlyWindMPerS
            self.monthlyClearness = monthlyClearness
            self.dailySwingK = dailySwingK
            self.turbulenceIntensity = turbulenceIntensity
        }
    }

    /// Wind turbines.
    public struct Wind: Sendable, Hashable {
        /// Hub over mast speed, true value.
        public var shearFactor: Double
        /// Share lost in wakes at full array loading; grows as wind falls.
        public var wakeFraction: Double
        /// Share of the time that turbines are available.
        public var availability: Double
        /// Deviation between turbines, as a share of the output.
        public var spread: Double

        public init(shearFactor: Double, wakeFraction: Double, availability: Double, spread: Double) {
            self.shearFactor = shearFactor
            self.wakeFraction = wakeFraction
            self.availability = availability
            self.spread = spread
        }
    }

    /// Photovoltaic parks.
    public struct Solar: Sendable, Hashable {
        /// True over assumed output.
        public var scale: Double
        /// Deviation between parks from passing clouds, as a share of the irradiance.
        public var spread: Double

        public init(scale: Double, spread: Double) {
            self.scale = scale
            self.spread = spread
        }
    }

    /// Process shops and buildings.
    public struct Shops: Sendable, Hashable {
        /// True over assumed load; 1 where an asset is not named.
        public var electricityScale: [AssetPath: Double]
        /// True over assumed gas of its burners.
        public var gasScale: [AssetPath: Double]
        /// Share of the load that drops in breaks.
        public var breakDipFraction: Double
        /// Deviation of load and gas over their mean.
        public var noiseFraction: Double
        /// Time constant of burners, minutes.
        public var gasLagMinutes: Double

        public init(
            electricityScale: [AssetPath: Double], gasScale: [AssetPath: Double], breakDipFraction: Double,
            noiseFraction: Double, gasLagMinutes: Double
        ) {
            self.electricityScale = electricityScale
            self.gasScale = gasScale
            self.breakDipFraction = breakDipFraction
            self.noiseFraction = noiseFraction
            self.gasLagMinutes = gasLagMinutes
        }
    }

    /// Grid carbon intensity, g/kWh.
    public struct Intensity: Sendable, Hashable {
        /// Mean by UTC hour of a winter and a summer day, 24 values each.
        public var winterByHour: [Double]
        public var summerByHour: [Double]
        /// How much of a month is like summer, 12 values, 0...1.
        public var summerShare: [Double]
        /// Between days.
        public var deviation: Double
        public var forecastError: Double

        public init(
            winterByHour: [Double], summerByHour: [Double], summerShare: [Double], deviation: Double,
            forecastError: Double
        ) {
            self.winterByHour = winterByHour
            self.summerByHour = summerByHour
            self.summerShare = summerShare
            self.deviation = deviation
            self.forecastError = forecastError
        }
    }

    /// Battery strings.
    public struct Storage: Sendable, Hashable {
        /// True over assumed capacity.
        public var capacityScale: Double
        /// State of health of a pack against new, mean and deviation between packs.
        public var healthMean: Double
        public var healthDeviation: Double
        public var packsPerString: Int
        /// State of charge at the start, 0...1.
        public var initialSOC: Double
        /// Converter, one way, 0...1.
        public var converterEfficiency: Double
        /// Loss of a pack at a current that empties it in three hours, one way, 0...1.
        public var packLossAtThirdC: Double
        /// Management and ventilation of one pack, W.
        public var standbyWPerPack: Double

        public init(
            capacityScale: Double, healthMean: Double, healthDeviation: Double, packsPerString: Int,
            initialSOC: Double, converterEfficiency: Double, packLossAtThirdC: Double, standbyWPerPack: Double
        ) {
            self.capacityScale = capacityScale
            self.healthMean = healthMean
            self.healthDeviation = healthDeviation
            self.packsPerString = packsPerString
            self.initialSOC = initialSOC
            self.converterEfficiency = converterEfficiency
            self.packLossAtThirdC = packLossAtThirdC
            self.standbyWPerPack = standbyWPerPack
        }
    }

    /// Hot-water network.
    public struct Heat: Sendable, Hashable {
        /// True over assumed demand.
        public var demandScale: Double
        /// True over assumed efficiency and COP.
        public var performanceScale: Double
        public var initialStoreFraction: Double
        /// Heat that the oxidiser gives back on production days, kW.
        public var recoveredKW: Double

        public init(demandScale: Double, performanceScale: Double, initialStoreFraction: Double, recoveredKW: Double) {
            self.demandScale = demandScale
            self.performanceScale = performanceScale
            self.initialStoreFraction = initialStoreFraction
            self.recoveredKW = recoveredKW
        }
    }

    /// Staff cars, finished cars and AGVs.
    public struct Charging: Sendable, Hashable {
        /// Cars of staff that may plug in, on each shift.
        public var staffCars: Int
        /// What a finished car is charged before it leaves.
        public var yardNeedKWh: Double
        public var agvsPerGroup: Int
        /// True over assumed draw of AGVs.
        public var agvScale: Double

        public init(staffCars: Int, yardNeedKWh: Double, agvsPerGroup: Int, agvScale: Double) {
            self.staffCars = staffCars
            self.yardNeedKWh = yardNeedKWh
            self.agvsPerGroup = agvsPerGroup
            self.agvScale = agvScale
        }
    }

    /// Fuel cells and tank.
    public struct FuelCellState: Sendable, Hashable {
        /// True over assumed efficiency.
        public var efficiencyScale: Double
        public var tankInitialLitres: Double
        /// A tanker brings this when the level falls below the reorder point.
        public var deliveryLitres: Double
        public var reorderLitres: Double

        public init(efficiencyScale: Double, tankInitialLitres: Double, deliveryLitres: Double, reorderLitres: Double) {
            self.efficiencyScale = efficiencyScale
            self.tankInitialLitres = tankInitialLitres
            self.deliveryLitres = deliveryLitres
            self.reorderLitres = reorderLitres
        }
    }

    /// Cables and meters.
    public struct Distribution: Sendable, Hashable {
        /// Losses between bus and loads, true share.
        public var lossFraction: Double
        /// Load that no meter sees, kW, and as a share of the metered load.
        public var unmeteredLoadKW: Double
        public var unmeteredLoadFraction: Double
        /// Deviation of a meter reading over its value.
        public var meterNoiseFraction: Double

        public init(
            lossFraction: Double, unmeteredLoadKW: Double, unmeteredLoadFraction: Double, meterNoiseFraction: Double
        ) {
            self.lossFraction = lossFraction
            self.unmeteredLoadKW = unmeteredLoadKW
            self.unmeteredLoadFraction = unmeteredLoadFraction
            self.meterNoiseFraction = meterNoiseFraction
        }
    }
    public var weather: Weather
    public var wind: Wind
    public var solar: Solar
    public var shops: Shops
    public var intensity: Intensity
    public var storage: Storage
    public var heat: Heat
    public var charging: Charging
    public var fuelCell: FuelCellState
    public var distribution: Distribution

    /// - Precondition: twelve values a year, 24 a day.
    public init(
        weather: Weather, wind: Wind, solar: Solar, shops: Shops, intensity: Intensity,
        storage: Storage, heat: Heat, charging: Charging, fuelCell: FuelCellState, distribution: Distribution
    ) {
        let years = [
            weather.monthlyTemperatureC, weather.monthlyWindMPerS, weather.monthlyClearness, intensity.summerShare,
        ]
        precondition(years.allSatisfy { $0.count == 12 }, "twelve months")
        precondition([intensity.winterByHour, intensity.summerByHour].allSatisfy { $0.count == 24 }, "24 hours")
        self.weather = weather
        self.wind = wind
        self.solar = solar
        self.shops = shops
        self.intensity = intensity
        self.storage = storage
        self.heat = heat
        self.charging = charging
        self.fuelCell = fuelCell
        self.distribution = distribution
    }
}
