import TwinConfiguration
public import TwinCore

/// What the site's mapping made of a foreign message of a step.
public struct MappedArrival: Sendable, Hashable {
    /// Its place among the step's messages, from 0.
    public var place: Int
    /// Assets that it told of.
    public var told: Set<AssetPath> = []
    /// Assets that it should tell of and does not, and why.
    public var unused: [AssetPath: LineFailure] = [:]
    /// Assets that it is a part of a sum or a mean for, until more has come.
    public var waiting: Set<AssetPath> = []

    init(_ place: Int, _ message: MappedMessage, _ sources: [Int], _ mapping: SignalMapping?) {
        self.place = place
        told = Set(message.readings.map { AssetPath($0.area, $0.asset) })
        unused = message.unused
        guard message.readings.isEmpty, message.failure == nil, let mapping else { return }
        let assets = sources.filter(mapping.sources.indices.contains).flatMap { mapping.sources[$0].signals }
        waiting = Set(assets.flatMap(\.assets)).subtracting(unused.keys)
    }
}
