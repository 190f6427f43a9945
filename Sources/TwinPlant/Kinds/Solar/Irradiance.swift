/// Beam and diffuse parts of the irradiance on the horizontal.
public struct Irradiance: Sendable, Hashable {
    /// W/m2 on the horizontal.
    public let globalHorizontalWPerM2: Double
    /// W/m2 on a plane facing the sun.
    public let directNormalWPerM2: Double
    /// W/m2 on the horizontal, without the sun.
    public let diffuseHorizontalWPerM2: Double

    /// Measured parts, each bounded to 0...2000 W/m2 (NaN becomes 0).
    public init(directNormalWPerM2: Double, diffuseHorizontalWPerM2: Double, sun: SunPosition) {
        let direct = directNormalWPerM2.within(0...2_000, ifNaN: 0)
        let diffuse = diffuseHorizontalWPerM2.within(0...2_000, ifNaN: 0)
        self.directNormalWPerM2 = direct
        self.diffuseHorizontalWPerM2 = diffuse
        globalHorizontalWPerM2 = diffuse + direct * max(0, sun.cosApparentZenith)
    }

    /// Splits the global irradiance as Erbs, Klein and Duffie (1982); below 3 degrees of sun all of it is diffuse.
    ///
    /// - Parameter globalHorizontalWPerM2: bounded to 0...2000 W/m2; NaN becomes 0.
    public init(globalHorizontalWPerM2: Double, sun: SunPosition) {
        let global = globalHorizontalWPerM2.within(0...2_000, ifNaN: 0)
        let outside = sun.extraterrestrialWPerM2 * max(sun.cosZenith, 0.065)
        let kt = min(1, global / outside)
        let share =
            switch kt {
            case ...0.22: 1 - 0.09 * kt
            case ...0.8: 0.9511 + kt * (-0.1604 + kt * (4.388 + kt * (-16.638 + kt * 12.336)))
            default: 0.165
            }
        let low = sun.zenithDeg > 87
        self.globalHorizontalWPerM2 = global
        diffuseHorizontalWPerM2 = low ? global : share * global
        directNormalWPerM2 = low ? 0 : (1 - share) * global / sun.cosZenith
    }
}

/// How a tilted plane sees sky, sun and ground at one instant; computed once per array and step.
public struct PlaneGeometry: Sendable, Hashable {
    /// Cosine of the angle between the sun and the plane's normal; 0 when the sun is behind the plane.
    public let cosIncidence: Double
    /// Share of the sky dome the plane sees, 0...1.
    public let skyShare: Double
    /// Share of the ground the plane sees, 0...1.
    public let groundShare: Double
    let beamRatio: Double
    let extraterrestrialWPerM2: Double

    /// W/m2 on the plane after Hay and Davies (1980): beam with circumsolar light, rest of the sky, ground.
    public func parts(_ light: Irradiance, albedo: Double) -> (beam: Double, sky: Double, ground: Double) {
        let anisotropy = light.directNormalWPerM2 / extraterrestrialWPerM2
        return (
            light.directNormalWPerM2 * cosIncidence,
            max(0, light.diffuseHorizontalWPerM2 * (anisotropy * beamRatio + (1 - anisotropy) * skyShare)),
            light.globalHorizontalWPerM2 * albedo * groundShare
        )
    }
}
