import RealModule

/// Where a solar array stands.
public struct SolarSite: Sendable, Hashable {
    /// Degrees, north positive, -90...90.
    public var latitudeDeg: Double
    /// Degrees, east positive, -180...180.
    public var longitudeDeg: Double
    /// Metres above sea level.
    public var elevationM: Double

    public init(latitudeDeg: Double, longitudeDeg: Double, elevationM: Double) {
        self.latitudeDeg = latitudeDeg.within(-90...90, ifNaN: 0)
        self.longitudeDeg = longitudeDeg.within(-180...180, ifNaN: 0)
        self.elevationM = elevationM.within(-500...9_000, ifNaN: 0)
    }
}

/// The sun seen from a site at an instant; one value serves every array of the site in a step.
///
/// Low-precision solar coordinates of Meeus, Astronomical Algorithms (2nd ed., chapter 25), which the NOAA solar
/// calculator uses too: within 0.01 degrees between 1950 and 2050.
public struct SunPosition: Sendable, Hashable {
    /// True (geometric) angle from the vertical, degrees, 0...180.
    public let zenithDeg: Double
    /// Angle from the vertical with refraction at 1013.25 hPa and 12 C, degrees.
    public let apparentZenithDeg: Double
    /// Clockwise from north, degrees, 0..<360.
    public let azimuthDeg: Double
    /// Irradiance on a plane facing the sun outside the atmosphere, W/m2 (Spencer 1971, solar constant 1366.1).
    public let extraterrestrialWPerM2: Double

    let cosZenith: Double
    let cosApparentZenith: Double
    /// Unit vector towards the apparent sun: east, north, up.
    let east: Double
    let north: Double

    /// Degrees above the horizon with refraction; negative at night.
    public var elevationDeg: Double { 90 - apparentZenithDeg }

    /// - Parameter unixMilliseconds: milliseconds since 1970-01-01T00:00Z; every value is accepted, but outside
    ///   1950...2050 the angles lose their accuracy.
    public init(site: SolarSite, unixMilliseconds: Int64) {
        let daysUTC = Double(unixMilliseconds) / 86_400_000 - 10_957.5
        let (ascensionRad, declinationRad) = Self.equatorial(daysUTC: daysUTC)
        let siderealDeg = (280.46061837 + 360.98564736629 * daysUTC).truncatingRemainder(dividingBy: 360)
        let hourAngle = siderealDeg * radPerDeg + site.longitudeDeg * radPerDeg - ascensionRad
        let sinLatitude = Double.sin(site.latitudeDeg * radPerDeg)
        let cosLatitude = Double.cos(site.latitudeDeg * radPerDeg)
        let sinDeclination = Double.sin(declinationRad)
        let cosDeclination = Double.cos(declinationRad)
        let cosHour = Double.cos(hourAngle)
        let up = sinLatitude * sinDeclination + cosLatitude * cosDeclination * cosHour
        let trueEast = -cosDeclination * Double.sin(hourAngle)
        let trueNorth = sinDeclination * cosLatitude - cosDeclination * sinLatitude * cosHour
        let elevationDeg = Double.asin(up.within(-1...1, ifNaN: -1)) / radPerDeg
        let apparentRad = (elevationDeg + Self.refractionDeg(elevationDeg: elevationDeg)) * radPerDeg
        let azimuth = Double.atan2(y: trueEast, x: trueNorth) / radPerDeg
        let horizontal = Double.cos(apparentRad)
        let trueHorizontal = Double.sqrt(max(0, trueEast * trueEast + trueNorth * trueNorth))
        let stretch = trueHorizontal > 1e-12 ? horizontal / trueHorizontal : 0
        zenithDeg = 90 - elevationDeg
        apparentZenithDeg = 90 - apparentRad / radPerDeg
        azimuthDeg = azimuth < 0 ? azimuth + 360 : azimuth
        cosZenith = up
        cosApparentZenith = Double.sin(apparentRad)
        east = trueEast * stretch
        north = trueNorth * stretch
        extraterrestrialWPerM2 = Self.extraterrestrial(unixMilliseconds: unixMilliseconds)
    }

    /// Apparent right ascension and declination, rad; `daysUTC` counts from 2000-01-01T12:00Z.
    private static func equatorial(daysUTC: Double) -> (ascensionRad: Double, declinationRad: Double) {
        // Terrestrial time runs 69 s ahead of UTC. Millennia away the polynomials mean nothing; the bound keeps
        // them finite and small.
        let t = ((daysUTC + 69.0 / 86_400) / 36_525).within(-100...100, ifNaN: 0)
        let meanLongitude = (280.46646 + t * (36_000.76983 + 0.0003032 * t)).truncatingRemainder(dividingBy: 360)
        let anomalyDeg = (357.52911 + t * (35_999.05029 - 0.0001537 * t)).truncatingRemainder(dividingBy: 360)
        let anomaly = anomalyDeg * radPerDeg
        let centre =
            Double.sin(anomaly) * (1.914602 - t * (0.004817 + 0.000014 * t))
            + Double.sin(2 * anomaly) * (0.019993 - 0.000101 * t) + Double.sin(3 * anomaly) * 0.000289
        let node = (125.04 - 1_934.136 * t) * radPerDeg
        let longitude = (meanLongitude + centre - 0.00569 - 0.00478 * Double.sin(node)) * radPerDeg
        let obliquityDeg = 23.4392911 - t * (0.0130042 + t * (0.00000016 - 0.000000504 * t))
        let obliquity = (obliquityDeg + 0.00256 * Double.cos(node)) * radPerDeg
        let sinLongitude = Double.sin(longitude)
        let sinDeclination = (Double.sin(obliquity) * sinLongitude).within(-1...1, ifNaN: 0)
        return (
            Double.atan2(y: Double.cos(obliquity) * sinLongitude, x: Double.cos(longitude)), Double.asin(sinDeclination)
        )
    }

    /// Lift of the sun by the air, degrees, as in NREL's solar position algorithm; 0 once the disc is below the horizon.
    private static func refractionDeg(elevationDeg: Double) -> Double {
        guard elevationDeg >= -0.83337 else { return 0 }
        let airRatio = 1013.25 / 1010 * 283 / (273 + 12)
        let argumentDeg = elevationDeg + 10.3 / (elevationDeg + 5.11)
        return max(0, airRatio * 1.02 / (60 * Double.tan(argumentDeg * radPerDeg)))
    }

    private static func extraterrestrial(unixMilliseconds: Int64) -> Double {
        let dayOfYear = DayOfYear(unixMilliseconds: unixMilliseconds).value
        let angle = 2 * Double.pi / 365 * Double(dayOfYear - 1)
        let cosine = Double.cos(angle)
        let sine = Double.sin(angle)
        let doubleCosine = 2 * cosine * cosine - 1
        let doubleSine = 2 * sine * cosine
        return 1366.1
            * (1.00011 + 0.034221 * cosine + 0.00128 * sine + 0.000719 * doubleCosine + 0.000077 * doubleSine)
    }
}

/// 1...366 in UTC, proleptic Gregorian.
struct DayOfYear {
    let value: Int64

    init(unixMilliseconds: Int64) {
        // Days from 0000-03-01, so that the leap day ends a year.
        let (quotient, remainder) = unixMilliseconds.quotientAndRemainder(dividingBy: 86_400_000)
        let day = quotient - (remainder < 0 ? 1 : 0) + 719_468
        let dayOfEra = ((day % 146_097) + 146_097) % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let fromMarch = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let leap = yearOfEra % 4 == 0 && (yearOfEra % 100 != 0 || yearOfEra % 400 == 0)
        value = fromMarch >= 306 ? fromMarch - 305 : fromMarch + 60 + (leap ? 1 : 0)
    }
}

let radPerDeg = Double.pi / 180

extension Double {
    /// Bounded to `range`; NaN becomes `fallback`, infinities the nearer end.
    func within(_ range: ClosedRange<Double>, ifNaN fallback: Double) -> Double {
        isNaN ? fallback : Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
