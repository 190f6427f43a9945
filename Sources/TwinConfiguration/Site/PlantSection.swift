import TwinCore
import TwinPlant

extension SiteFiles {
    /// `plant.yaml`: the simulated plant as it "really" is.
    func readPlantTruth(_ root: YAMLNode) -> PlantTruth? {
        root.fields { fields in
            let weather = fields.required("weather").flatMap(PlantTruth.Weather.read)
            let wind = fields.required("wind").flatMap(PlantTruth.Wind.read)
            let solar = fields.required("solar").flatMap(PlantTruth.Solar.read)
            let shops = fields.required("shop").flatMap(PlantTruth.Shops.read)
            let intensity = fields.required("intensity").flatMap(PlantTruth.Intensity.read)
            let storage = fields.required("storage").flatMap(PlantTruth.Storage.read)
            let fuelCell = fields.required("fuelcell").flatMap(PlantTruth.FuelCellState.read)
            let heat = fields.required("heat").flatMap(PlantTruth.Heat.read)
            let charging = fields.required("charging").flatMap(PlantTruth.Charging.read)
            let distribution = fields.required("distribution").flatMap(PlantTruth.Distribution.read)
            guard let weather, let wind, let solar, let shops, let intensity, let storage, let fuelCell, let heat,
                let charging, let distribution
            else { return nil }
            return PlantTruth(
                weather: weather, wind: wind, solar: solar, shops: shops, intensity: intensity, storage: storage,
                heat: heat, charging: charging, fuelCell: fuelCell, distribution: distribution)
        }
    }
}

extension PlantTruth.Weather {
    fileprivate static func read(_ node: YAMLNode) -> Self? {
        node.fields { fields in
            let temperature = fields.quantities("monthly_temperature_c", count: 12, in: -40...45, "degC")
            let wind = fields.quantities("monthly_wind_m_per_s", count: 12, in: 0...25, "m/s")
            let clearness = fields.quantities("monthly_clearness", count: 12, in: 0...1, "fraction of a clear sky")
            let swing = fields.quantity("daily_swing_k", in: 0...20, "K")
            let turbulence = fields.quantity("turbulence_intensity", in: 0...0.5, "fraction of the mean wind")
            guard let temperature, let wind, let clearness, let swing, let turbulence else { return nil }
            return Self(
                monthlyTemperatureC: temperature, monthlyWindMPerS: wind, monthlyClearness: clearness,
                dailySwingK: swing, turbulenceIntensity: turbulence)
        }
    }
}

extension PlantTruth.Wind {
    fileprivate static func read(_ node: YAMLNode) -> Self? {
        node.fields { fields in
            let shear = fields.quantity("shear_factor", in: 1...3, "hub over mast speed")
            let wake = fields.quantity("wake_fraction", in: 0...0.5, "fraction of the output")
            let availability = fields.quantity("availability", in: 0...1, "fraction of the time")
            let spread = fields.quantity("spread", in: 0...0.5, "fraction of the wind speed")
            guard let shear, let wake, let availability, let spread else { return nil }
            return Self(shearFactor: shear, wakeFraction: wake, availability: availability, spread: spread)
        }
    }
}

extension PlantTruth.Solar {
    fileprivate static func read(_ node: YAMLNode) -> Self? {
        node.fields { fields in
            let scale = fields.quantity("scale", in: 0...2, "true over assumed output")
            let spread = fields.quantity("spread", in: 0...0.5, "fraction of the irradiance")
            guard let scale, let spread else { return nil }
            return Self(scale: scale, spread: spread)
        }
    }
}

extension PlantTruth.Shops {
    fileprivate static func read(_ node: YAMLNode) -> Self? {
        node.fields { fields in
            let electricity = fields.required("electricity").flatMap(scales)
            let gas = fields.required("gas").flatMap(scales)
            let dip = fields.quantity("break_dip_fraction", in: 0...0.9, "fraction of the load")
            let noise = fields.quantity("noise_fraction", in: 0...0.5, "fraction of the mean")
            let lag = fields.quantity("gas_lag_minutes", in: 0...240, "min")
            guard let electricity, let gas, let dip, let noise, let lag else { return nil }
            return Self(
                electricityScale: electricity, gasScale: gas, breakDipFraction: dip, noiseFraction: noise,
                gasLagMinutes: lag)
        }
    }

    /// True over assumed by asset, `shop/press: {value: 1.03, source: ...}`.
    private static func scales(_ node: YAMLNode) -> [AssetPath: Double]? {
        guard let entries = node.named() else { return nil }
        var scales: [AssetPath: Double] = [:]
        for (key, value) in entries {
            guard let text = key.text(), let path = AssetPath(text: text) else {
                key.problem("is no asset; write area and id like shop/press")
                continue
            }
            scales[path] = value.sourced { $0.number(in: 0...3, "true over assumed") }
        }
        return scales
    }
}

extension PlantTruth.Intensity {
    fileprivate static func read(_ node: YAMLNode) -> Self? {
        node.fields { fields in
            let unit = "g/kWh"
            let winter = fields.quantities("winter_by_utc_hour_g_per_kwh", count: 24, in: 0...2000, unit)
            let summer = fields.quantities("summer_by_utc_hour_g_per_kwh", count: 24, in: 0...2000, unit)
            let share = fields.quantities("summer_share", count: 12, in: 0...1, "fraction")
            let deviation = fields.quantity("deviation_g_per_kwh", in: 0...500, unit)
            let error = fields.quantity("forecast_error_g_per_kwh", in: 0...500, unit)
            guard let winter, let summer, let share, let deviation, let error else { return nil }
            return Self(
                winterByHour: winter, summerByHour: summer, summerShare: share, deviation: deviation,
                forecastError: error)
        }
    }
}

extension PlantTruth.Storage {
    fileprivate static func read(_ node: YAMLNode) -> Self? {
        node.fields { fields in
            let scale = fields.quantity("capacity_scale", in: 0.1...2, "true over assumed capacity")
            let packs = fields.count("packs_per_string", in: 1...1000, "packs")
            let mean = fields.quantity("health_mean", in: 0.3...1, "fraction of new")
            let deviation = fields.quantity("health_deviation", in: 0...0.2, "fraction of new")
            let soc = fields.quantity("initial_soc", in: 0...1, "fraction of capacity")
            let converter = fields.quantity("converter_efficiency", in: 0.5...1, "fraction, one way")
            let loss = fields.quantity("pack_loss_at_third_c", in: 0...0.3, "fraction, one way")
            let standby = fields.quantity("standby_w_per_pack", in: 0...1000, "W")
            guard let scale, let packs, let mean, let deviation, let soc, let converter, let loss, let standby
            else { return nil }
            return Self(
                capacityScale: scale, healthMean: mean, healthDeviation: deviation, packsPerString: packs,
                initialSOC: soc, converterEfficiency: converter, packLossAtThirdC: loss, standbyWPerPack: standby)
        }
    }
}

extension PlantTruth.FuelCellState {
    fileprivate static func read(_ node: YAMLNode) -> Self? {
        node.fields { fields in
            let scale = fields.quantity("efficiency_scale", in: 0.3...1.5, "true over assumed efficiency")
            let initial = fields.quantity("tank_initial_l", in: 0...10_000_000, "l")
            let delivery = fields.quantity("delivery_l", in: 0...10_000_000, "l")
            let reorder = fields.quantity("reorder_l", in: 0...10_000_000, "l")
            guard let scale, let initial, let delivery, let reorder else { return nil }
            return Self(
                efficiencyScale: scale, tankInitialLitres: initial, deliveryLitres: delivery, reorderLitres: reorder)
        }
    }
}

extension PlantTruth.Heat {
    fileprivate static func read(_ node: YAMLNode) -> Self? {
        node.fields { fields in
            let demand = fields.quantity("demand_scale", in: 0...3, "true over assumed demand")
            let performance = fields.quantity("performance_scale", in: 0.3...1.5, "true over assumed performance")
            let store = fields.quantity("initial_store_fraction", in: 0...1, "fraction of capacity")
            let recovered = fields.quantity("recovered_kw", in: 0...100_000, "kW")
            guard let demand, let performance, let store, let recovered else { return nil }
            return Self(
                demandScale: demand, performanceScale: performance, initialStoreFraction: store,
                recoveredKW: recovered)
        }
    }
}

extension PlantTruth.Charging {
    fileprivate static func read(_ node: YAMLNode) -> Self? {
        node.fields { fields in
            let cars = fields.count("staff_cars", in: 0...100_000, "cars on a shift")
            let need = fields.quantity("yard_need_kwh", in: 0...200, "kWh/vehicle")
            let agvs = fields.count("agvs_per_group", in: 0...100_000, "vehicles")
            let scale = fields.quantity("agv_scale", in: 0...3, "true over assumed draw")
            guard let cars, let need, let agvs, let scale else { return nil }
            return Self(
                staffCars: cars, yardNeedKWh: need, agvsPerGroup: agvs, agvScale: scale)
        }
    }
}

extension PlantTruth.Distribution {
    fileprivate static func read(_ node: YAMLNode) -> Self? {
        node.fields { fields in
            let loss = fields.quantity("loss_fraction", in: 0...0.2, "fraction of the delivered power")
            let unmetered = fields.quantity("unmetered_load_kw", in: 0...100_000, "kW")
            let fraction = fields.quantity("unmetered_load_fraction", in: 0...0.5, "fraction of the metered load")
            let noise = fields.quantity("meter_noise_fraction", in: 0...0.1, "fraction of the value")
            guard let loss, let unmetered, let fraction, let noise else { return nil }
            return Self(
                lossFraction: loss, unmeteredLoadKW: unmetered, unmeteredLoadFraction: fraction,
                meterNoiseFraction: noise)
        }
    }
}
