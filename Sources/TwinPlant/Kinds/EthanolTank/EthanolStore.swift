public import TwinCore

/// A tank of bioethanol that feeds the fuel cells.
public struct EthanolStore: AssetKind {
    public static let areas = [Area.ethanol]
    public static let sentence = "tank of bioethanol for the fuel cells"
    public static let section = AssetSection.named(1...16)
    public static let maxAgeRange = 1...604_800

    public var capacityLitres = 0.0

    public init() {}

    public static let parameters: [Parameter<EthanolStore>] = [
        .init("capacity_l", "l", .quantity(1...100_000_000, \.capacityLitres), "what it holds")
    ]

    public var sizeKW: Double { 0 }
    public var signals: [Signal] { [.instant("volume_l", 0...1.05 * capacityLitres, decimals: 0)] }

    public func step<Port: StepPort>(_ memory: inout Nothing, _ port: inout Port) {
        // Nobody but its meter knows a level: without one it is stale, not estimated.
        _ = port.use(0, port.level(ofCapacity: capacityLitres))
    }
}
