import TwinCore
import TwinPlant

extension SiteFiles {
    /// `plant.yaml`: the simulated plant as it "really" is.
    func readPlantTruth(_ root: YAMLNode) -> PlantTruth? {
        root.fields { fields in
            let weather = fields.required("weather").flatMap(TrueWeather.read)
            let wind = fields.required("wind").flatMap(TrueWind.read)
            let shop = fields.required("shop").flatMap(TrueShop.read)
            let intensity = fields.required("intensity").flatMap(TrueIntensity.read)
            let storage = fields.required("storage").flatMap(TrueStorage.read)
            let site = fields.required("distribution").flatMap(TrueDistribution.read)
            guard let weather, let wind, let shop, let intensity, let storage, let site else { return nil }
            return PlantTruth(
                monthlyTemperatureC: weather.temperatureC, monthlyWindMPerS: weather.windMPerS,
                dailySwingK: weather.swingK, turbulenceIntensity: weather.turbulence, windShearFactor: wind.shear,
                wakeFraction: wind.wake, windAvailability: wind.availability, shopModel: shop.model,
                breakDipFraction: shop.breakDip, shopNoiseFraction: shop.noise, gasLagMinutes: shop.gasLagMinutes,
                intensityByHour: intensity.byHour, intensityDeviation: intensity.deviation,
                intensityForecastError: intensity.forecastError, storageCapacityKWh: storage.capacityKWh,
                storageChargeEfficiency: storage.charge, storageDischargeEfficiency: storage.discharge,
                storageAuxiliaryKW: storage.auxiliaryKW, storageLagS: storage.lagS,
                storageInitialSOC: storage.initialSOC, lossFraction: site.loss, unmeteredLoadKW: site.unmeteredKW,
                unmeteredLoadFraction: site.unmeteredFraction, meterNoiseFraction: site.meterNoise)
        }
    }
}

private struct TrueWeather {
    var temperatureC: [Double]
    var windMPerS: [Double]
    var swingK: Double
    var turbulence: Double

    static func read(_ node: YAMLNode) -> TrueWeather? {
        node.fields { fields in
            let temperature = fields.quantities("monthly_temperature_c", count: 12, in: -40...45, "degC")
            let wind = fields.quantities("monthly_wind_m_per_s", count: 12, in: 0...25, "m/s")
            let swing = fields.quantity("daily_swing_k", in: 0...20, "K")
            let turbulence = fields.quantity("turbulence_intensity", in: 0...0.5, "fraction of the mean wind")
            guard let temperature, let wind, let swing, let turbulence else { return nil }
            return TrueWeather(temperatureC: temperature, windMPerS: wind, swingK: swing, turbulence: turbulence)
        }
    }
}

private struct TrueWind {
    var shear: Double
    var wake: Double
    var availability: Double

    static func read(_ node: YAMLNode) -> TrueWind? {
        node.fields { fields in
            let shear = fields.quantity("shear_factor", in: 1...3, "hub over mast speed")
            let wake = fields.quantity("wake_fraction", in: 0...0.5, "fraction of the output")
            let availability = fields.quantity("availability", in: 0...1, "fraction of the time")
            guard let shear, let wake, let availability else { return nil }
            return TrueWind(shear: shear, wake: wake, availability: availability)
        }
    }
}

private struct TrueShop {
    var model: EnergyModel
    var breakDip: Double
    var noise: Double
    var gasLagMinutes: Double

    static func read(_ node: YAMLNode) -> TrueShop? {
        node.fields { fields in
            let model = fields.required("model").flatMap(energyModel)
            let dip = fields.quantity("break_dip_fraction", in: 0...0.9, "fraction of the load")
            let noise = fields.quantity("noise_fraction", in: 0...0.5, "fraction of the mean")
            let lag = fields.quantity("gas_lag_minutes", in: 0...240, "min")
            guard let model, let dip, let noise, let lag else { return nil }
            return TrueShop(model: model, breakDip: dip, noise: noise, gasLagMinutes: lag)
        }
    }
}

private struct TrueIntensity {
    var byHour: [Double]
    var deviation: Double
    var forecastError: Double

    static func read(_ node: YAMLNode) -> TrueIntensity? {
        node.fields { fields in
            let byHour = fields.quantities("by_utc_hour_g_per_kwh", count: 24, in: 0...2000, "g/kWh")
            let deviation = fields.quantity("deviation_g_per_kwh", in: 0...500, "g/kWh")
            let error = fields.quantity("forecast_error_g_per_kwh", in: 0...500, "g/kWh")
            guard let byHour, let deviation, let error else { return nil }
            return TrueIntensity(byHour: byHour, deviation: deviation, forecastError: error)
        }
    }
}

private struct TrueStorage {
    var capacityKWh: Double
    var charge: Double
    var discharge: Double
    var auxiliaryKW: Double
    var lagS: Double
    var initialSOC: Double

    static func read(_ node: YAMLNode) -> TrueStorage? {
        node.fields { fields in
            let capacity = fields.quantity("capacity_kwh", in: 1...10_000_000, "kWh")
            let charge = fields.quantity("charge_efficiency", in: 0.3...1, "fraction of the energy")
            let discharge = fields.quantity("discharge_efficiency", in: 0.3...1, "fraction of the energy")
            let auxiliary = fields.quantity("auxiliary_kw", in: 0...10_000, "kW")
            let lag = fields.quantity("lag_s", in: 0...600, "s")
            let soc = fields.quantity("initial_soc", in: 0...1, "fraction of capacity")
            guard let capacity, let charge, let discharge, let auxiliary, let lag, let soc else { return nil }
            return TrueStorage(
                capacityKWh: capacity, charge: charge, discharge: discharge, auxiliaryKW: auxiliary, lagS: lag,
                initialSOC: soc)
        }
    }
}

private struct TrueDistribution {
    var loss: Double
    var unmeteredKW: Double
    var unmeteredFraction: Double
    var meterNoise: Double

    static func read(_ node: YAMLNode) -> TrueDistribution? {
        node.fields { fields in
            let loss = fields.quantity("loss_fraction", in: 0...0.2, "fraction of the delivered power")
            let unmetered = fields.quantity("unmetered_load_kw", in: 0...100_000, "kW")
            let fraction = fields.quantity("unmetered_load_fraction", in: 0...0.5, "fraction of the metered load")
            let noise = fields.quantity("meter_noise_fraction", in: 0...0.1, "fraction of the value")
            guard let loss, let unmetered, let fraction, let noise else { return nil }
            return TrueDistribution(
                loss: loss, unmeteredKW: unmetered, unmeteredFraction: fraction, meterNoise: noise)
        }
    }
}
