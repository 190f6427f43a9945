/// What tanks hold that feed generators, and when more comes.
public struct FuelStock: Sendable, Hashable {
    public var litres: Double
    public var capacityLitres: Double
    /// At this level a tanker is ordered, which brings so much after so many hours; 0 litres where none is known of.
    public var reorderLitres: Double
    public var deliveryLitres: Double
    public var leadHours: Double

    public init(
        litres: Double, capacityLitres: Double, reorderLitres: Double = 0, deliveryLitres: Double = 0,
        leadHours: Double = 0
    ) {
        (self.litres, self.capacityLitres, self.reorderLitres) = (litres, capacityLitres, reorderLitres)
        (self.deliveryLitres, self.leadHours) = (deliveryLitres, leadHours)
    }

    /// Hours from now at which tankers come within a time, if it is used up as fast as it can be: used slower they come
    /// later, when they are missed less.
    func deliveries(fastest litresPerHour: Double, within hours: Double) -> [Double] {
        guard deliveryLitres > 0, litresPerHour > 0, litresPerHour.isFinite else { return [] }
        var (level, time) = (litres, 0.0)
        var all: [Double] = []
        while all.count < 100 {
            time += max(0, level - reorderLitres) / litresPerHour + leadHours
            guard time < hours else { break }
            all.append(time)
            level = min(capacityLitres, max(0, min(level, reorderLitres) - leadHours * litresPerHour) + deliveryLitres)
            if level <= reorderLitres, leadHours <= 0 { break }
        }
        return all
    }
}
