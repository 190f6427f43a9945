import TwinCore

/// What the simulated plant has otherwise than the twin believes: a section of `plant.yaml`.
public protocol PlantTruthPart: Parametrised {
    static var section: String { get }
}

/// Of kinds whose simulated assets are as the twin believes them to be.
public struct NoTruth: PlantTruthPart {
    public static let section = ""
    public static let parameters: [Parameter<NoTruth>] = []

    public init() {}
}

/// Streams of seeded chance by name, each begun once.
public struct SeededChance: Sendable {
    public let seed: UInt64
    private var streams: [String: SeedStream] = [:]

    public init(seed: UInt64) { self.seed = seed }

    public mutating func normal(_ name: String) -> Double {
        streams[name, default: SeedStream(seed: seed, name: name)].normal()
    }
}
