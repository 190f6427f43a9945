/// A turbine's output over wind speed at hub height, linear between its points, 0 outside them.
public struct PowerCurve: Sendable, Hashable {
    /// Ascending in speed, m/s; output of one turbine, kW.
    public let points: [Point]

    public struct Point: Sendable, Hashable {
        public var speedMPerS: Double
        public var powerKW: Double

        public init(speedMPerS: Double, powerKW: Double) {
            self.speedMPerS = speedMPerS
            self.powerKW = powerKW
        }
    }

    /// - Precondition: at least two points, speeds ascend.
    public init(_ points: [Point]) {
        precondition(points.count >= 2, "a power curve needs two points")
        precondition(zip(points, points.dropFirst()).allSatisfy { $0.speedMPerS < $1.speedMPerS }, "speeds ascend")
        self.points = points
    }

    /// Of a turbine that gives nothing.
    static let none = PowerCurve([Point(speedMPerS: 0, powerKW: 0), Point(speedMPerS: 1, powerKW: 0)])

    /// kW of one turbine; 0 below the first and above the last point.
    public func powerKW(speedMPerS speed: Double) -> Double {
        guard let first = points.first, let last = points.last, speed >= first.speedMPerS, speed <= last.speedMPerS
        else { return 0 }
        let upper = points.firstIndex { $0.speedMPerS >= speed } ?? points.count - 1
        let b = points[upper]
        guard upper > 0, b.speedMPerS > speed else { return b.powerKW }
        let a = points[upper - 1]
        let share = (speed - a.speedMPerS) / (b.speedMPerS - a.speedMPerS)
        return a.powerKW + share * (b.powerKW - a.powerKW)
    }
}
