public import TwinCore

/// A tank of bioethanol that feeds the fuel cells.
public struct EthanolStore: AssetKind {
    public static let areas = [Area.ethanol]
    public static let sentence = "tank of bioethanol for the fuel cells"
    public static let section = AssetSection.named(1...16)
    public static let maxAgeRange = 1...604_800

    public var capacityLitres = 0.0
    /// Whether anything is known of the tankers.
    public var hasDeliveries = false
    /// At this level a tanker is ordered, which brings so much after so many hours.
    public var reorderLitres = 0.0
    public var deliveryLitres = 0.0
    public var leadHours = 0.0

    public init() {}

    public static let parameters: [Parameter<EthanolStore>] = [
        .init("capacity_l", "l", .quantity(1...100_000_000, \.capacityLitres), "what it holds"),
        .init(
            "reorder_l", "l", .quantity(0...100_000_000, \.reorderLitres), "level at which a tanker is ordered",
            part: "deliveries"),
        .init("delivery_l", "l", .quantity(1...1_000_000, \.deliveryLitres), "what it brings", part: "deliveries"),
        .init("lead_h", "h", .quantity(0...1000, \.leadHours), "from the order to the tank", part: "deliveries"),
    ]
    public static let parts = [ParameterPart<EthanolStore>("deliveries", \.hasDeliveries)]

    public var problems: [ParameterProblem] {
        guard hasDeliveries, reorderLitres + deliveryLitres > capacityLitres else { return [] }
        return [
            ParameterProblem(
                "reorder_l",
                "with \(JSON.numberText(deliveryLitres)) l on top more than the \(JSON.numberText(capacityLitres)) l that"
                    + " it holds; order later, or less")
        ]
    }

    public var sizeKW: Double { 0 }
    public var signals: [Signal] { [.instant("volume_l", 0...1.05 * capacityLitres, decimals: 0)] }

    public func step<Port: StepPort>(_ memory: inout Nothing, _ port: inout Port) {
        // Nobody but its meter knows a level: without one it is stale, not estimated.
        _ = port.use(0, port.level(ofCapacity: capacityLitres))
    }
}
