import RealModule

/// Irradiance under a cloudless sky: Ineichen and Perez (2002) with a fixed Linke turbidity.
public struct ClearSky: Sendable, Hashable {
    /// On the horizontal, W/m2.
    public let globalHorizontalWPerM2: Double
    /// On a plane facing the sun, W/m2.
    public let directNormalWPerM2: Double
    /// From the sky without the sun, on the horizontal, W/m2.
    public let diffuseHorizontalWPerM2: Double

    /// - Parameters:
    ///   - linkeTurbidity: 2.5 (clear, cold) to 4 (hazy); bounded to 1...10, 3 when not a number.
    ///   - pressureHPa: at the site, bounded to 300...1100; without it the standard atmosphere's at the elevation.
    public init(site: SolarSite, sun: SunPosition, linkeTurbidity: Double = 3, pressureHPa: Double? = nil) {
        let cosZenith = sun.cosApparentZenith
        guard cosZenith > 0 else {
            (globalHorizontalWPerM2, directNormalWPerM2, diffuseHorizontalWPerM2) = (0, 0, 0)
            return
        }
        let turbidity = linkeTurbidity.within(1...10, ifNaN: 3)
        let elevation = site.elevationM.within(-500...9_000, ifNaN: 0)
        let standardHPa = Double.pow((44_331.514 - elevation) / 11_880.516, 1 / 0.1902632)
        let pressure = (pressureHPa ?? standardHPa).within(300...1_100, ifNaN: standardHPa)
        let airMass = Self.relativeAirMass(sun: sun) * pressure / 1013.25
        let fh1 = Double.exp(-elevation / 8_000)
        let fh2 = Double.exp(-elevation / 1_250)
        let cg1 = 5.09e-5 * elevation + 0.868
        let cg2 = 3.92e-5 * elevation + 0.0387
        let outside = sun.extraterrestrialWPerM2
        let global = cg1 * outside * cosZenith * Double.exp(-cg2 * airMass * (fh1 + fh2 * (turbidity - 1)))
        let beam = outside * (0.664 + 0.163 / fh1) * Double.exp(-0.09 * airMass * (turbidity - 1))
        // The second form keeps the beam below what the global irradiance allows in very clear air.
        let diffuseLeast = (0.1 - 0.2 * Double.exp(-turbidity)) / (0.1 + 0.882 / fh1)
        let direct = min(beam, global * max(0, (1 - diffuseLeast) / cosZenith))
        globalHorizontalWPerM2 = global
        directNormalWPerM2 = direct
        diffuseHorizontalWPerM2 = max(0, global - direct * cosZenith)
    }

    /// Kasten and Young (1989).
    static func relativeAirMass(sun: SunPosition) -> Double {
        let aboveDeg = max(0, 90 - sun.apparentZenithDeg)
        return 1 / (max(0, sun.cosApparentZenith) + 0.50572 * Double.pow(6.07995 + aboveDeg, -1.6364))
    }
}
