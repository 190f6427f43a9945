import RealModule

/// Temperature of the cells above the air from irradiance and wind.
public enum CellTemperature: Sendable, Hashable {
    /// Sandia (King 2004): module E exp(a + b v) + Ta, cell deltaT (E/1000) above it.
    case sapm(a: Double, b: Double, deltaTK: Double)
    /// Faiman (2008): Ta + E / (u0 + u1 v), W/(m2 K) and W s/(m3 K).
    case faiman(u0: Double, u1: Double)

    /// Open rack, glass on polymer sheet (King 2004).
    public static let openRackGlassPolymer = CellTemperature.sapm(a: -3.56, b: -0.075, deltaTK: 3)
    /// Open rack, glass on glass (King 2004).
    public static let openRackGlassGlass = CellTemperature.sapm(a: -3.47, b: -0.0594, deltaTK: 3)

    /// Degrees Celsius; inputs as `PVArray` bounds them.
    func cellC(planeWPerM2 plane: Double, airC: Double, windMPerS: Double) -> Double {
        let rise =
            switch self {
            case .sapm(let a, let b, let deltaTK):
                plane * Double.exp((a + b * windMPerS).within(-20...0, ifNaN: -3.56)) + plane / 1_000 * deltaTK
            case .faiman(let u0, let u1):
                plane / max(1, u0 + u1 * windMPerS)
            }
        // No module survives more; the bound also catches senseless coefficients.
        return airC + rise.within(0...150, ifNaN: 0)
    }
}

/// Share of the beam that passes the glass at an angle.
public enum IncidenceLoss: Sendable, Hashable {
    case none
    /// ASHRAE 93: 1 - b0 (1 / cos(angle) - 1); b0 0.05 for glass.
    case ashrae(b0: Double)

    func passed(cosIncidence: Double) -> Double {
        switch self {
        case .none: 1
        case .ashrae(let b0):
            cosIncidence > 0 ? (1 - b0 * (1 / cosIncidence - 1)).within(0...1, ifNaN: 1) : 0
        }
    }
}

/// A fixed photovoltaic array and its inverter: Hay-Davies, cell temperature, PVWatts (Dobos 2014).
public struct PVArray: Sendable, Hashable {
    /// DC power at 1000 W/m2 and 25 C cells, kW.
    public let peakKW: Double
    /// Most the inverter delivers, kW AC.
    public let acRatedKW: Double
    /// From the horizontal, degrees, 0...90.
    public let tiltDeg: Double
    /// Clockwise from north, degrees; 180 faces south.
    public let azimuthDeg: Double
    /// Change of DC power per kelvin, 1/K; -0.0047 older, -0.0035 mono PERC.
    public let temperatureCoefficientPerK: Double
    /// Share of light the ground reflects, 0...1.
    public let albedo: Double
    /// DC losses from soiling to availability, 0...1; PVWatts 0.14.
    public let lossFraction: Double
    /// Further share lost with age, 0...1; typically 0.005 per year.
    public let ageLossFraction: Double
    /// Nominal inverter efficiency, 0.5...1.
    public let inverterEfficiency: Double
    public let cellTemperature: CellTemperature
    public let incidenceLoss: IncidenceLoss
    // Unit normal of the plane: east, north, up.
    private let normal: SIMD3<Double>

    /// Values out of range are bounded; NaN becomes the default, or 0 without one.
    public init(
        peakKW: Double, acRatedKW: Double, tiltDeg: Double, azimuthDeg: Double = 180,
        temperatureCoefficientPerK: Double = -0.0035, albedo: Double = 0.2, lossFraction: Double = 0.141,
        ageLossFraction: Double = 0, inverterEfficiency: Double = 0.96,
        cellTemperature: CellTemperature = .openRackGlassPolymer, incidenceLoss: IncidenceLoss = .ashrae(b0: 0.05)
    ) {
        self.peakKW = peakKW.within(0...1e9, ifNaN: 0)
        self.acRatedKW = acRatedKW.within(0...1e9, ifNaN: 0)
        self.tiltDeg = tiltDeg.within(0...90, ifNaN: 0)
        self.azimuthDeg = azimuthDeg.within(-360...360, ifNaN: 180)
        self.temperatureCoefficientPerK = temperatureCoefficientPerK.within(-0.02...0, ifNaN: -0.0035)
        self.albedo = albedo.within(0...1, ifNaN: 0.2)
        self.lossFraction = lossFraction.within(0...1, ifNaN: 0.141)
        self.ageLossFraction = ageLossFraction.within(0...1, ifNaN: 0)
        self.inverterEfficiency = inverterEfficiency.within(0.5...1, ifNaN: 0.96)
        self.cellTemperature = cellTemperature
        self.incidenceLoss = incidenceLoss
        let tilt = self.tiltDeg * radPerDeg
        let azimuth = self.azimuthDeg * radPerDeg
        normal = SIMD3(
            Double.sin(tilt) * Double.sin(azimuth), Double.sin(tilt) * Double.cos(azimuth), Double.cos(tilt))
    }

    static let none = PVArray(peakKW: 0, acRatedKW: 0, tiltDeg: 0)

    /// The plane under this sun; serves every irradiance of the same step.
    public func geometry(sun: SunPosition) -> PlaneGeometry {
        let cosIncidence = max(
            0, normal.x * sun.east + normal.y * sun.north + normal.z * sun.cosApparentZenith)
        return PlaneGeometry(
            cosIncidence: cosIncidence, skyShare: (1 + normal.z) / 2, groundShare: (1 - normal.z) / 2,
            beamRatio: cosIncidence / max(sun.cosApparentZenith, 0.01745),
            extraterrestrialWPerM2: sun.extraterrestrialWPerM2)
    }

    /// AC power, kW, 0...`acRatedKW`, from the global irradiance on the horizontal.
    ///
    /// 0 when the sun is down. Irradiance is bounded to 0...2000 W/m2 (NaN: 0), air to -60...60 C (NaN: 25), wind to
    /// 0...60 m/s (NaN: 0), so that every input gives a finite power.
    public func acPowerKW(
        globalHorizontalWPerM2: Double, airTemperatureC: Double, windSpeedMPerS: Double, sun: SunPosition
    ) -> Double {
        guard sun.cosApparentZenith > 0 else { return 0 }
        return acPowerKW(
            Irradiance(globalHorizontalWPerM2: globalHorizontalWPerM2, sun: sun), geometry: geometry(sun: sun),
            airTemperatureC: airTemperatureC, windSpeedMPerS: windSpeedMPerS)
    }

    /// AC power, kW, from beam and diffuse light on a plane already computed; bounds as above.
    public func acPowerKW(
        _ light: Irradiance, geometry: PlaneGeometry, airTemperatureC: Double, windSpeedMPerS: Double
    ) -> Double {
        let parts = geometry.parts(light, albedo: albedo)
        let passed = incidenceLoss.passed(cosIncidence: geometry.cosIncidence)
        let plane = parts.beam + parts.sky + parts.ground
        let cell = cellTemperature.cellC(
            planeWPerM2: plane, airC: airTemperatureC.within(-60...60, ifNaN: 25),
            windMPerS: windSpeedMPerS.within(0...60, ifNaN: 0))
        return inverted(
            dcKW: dcPowerKW(planeWPerM2: parts.beam * passed + parts.sky + parts.ground, cellC: cell))
    }

    /// DC power after losses, kW.
    func dcPowerKW(planeWPerM2 plane: Double, cellC: Double) -> Double {
        let derating = max(0, 1 + temperatureCoefficientPerK * (cellC - 25))
        return plane / 1_000 * peakKW * derating * (1 - lossFraction) * (1 - ageLossFraction)
    }

    /// PVWatts inverter: part-load efficiency, then the clip at `acRatedKW`.
    func inverted(dcKW: Double) -> Double {
        let dcRatedKW = acRatedKW / inverterEfficiency
        guard dcKW > 0, dcRatedKW > 0 else { return 0 }
        let load = dcKW / dcRatedKW
        let alternating = inverterEfficiency / 0.9637 * (dcKW * (0.9858 - 0.0162 * load) - 0.0059 * dcRatedKW)
        // Far above the rating the quadratic falls again; an inverter holds its limit there.
        return load >= 1 ? acRatedKW : min(max(0, alternating), acRatedKW)
    }
}
