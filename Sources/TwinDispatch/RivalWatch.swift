public import TwinCore

/// Watches who else commands this plant: two that decide do not decide better.
public struct RivalWatch: Sendable, Codable {
    private struct Rival: Sendable, Codable {
        var issuer: String
        var seen: PlantTime
    }

    private var rivals: [AssetPath: Rival] = [:]

    public init() {}

    /// How long the last command of another keeps its alarm: longer than leases are renewed.
    static let memory = Span.minutes(10)

    /// Who gave a command, by its payload; nil for what is no command.
    public static func issuer(_ payload: [UInt8]) -> String? {
        guard let json = try? JSONReader.read(payload), json.members != nil else { return nil }  // no JSON: no command
        return String((json["issuer"]?.text ?? "somebody without a name").prefix(80))
    }

    /// - Returns: a sentence about an issuer that was not heard of before.
    public mutating func see(_ issuer: String, _ path: AssetPath, at time: PlantTime) -> String? {
        let isNew = rivals[path]?.issuer != issuer
        rivals[path] = Rival(issuer: issuer, seen: time)
        guard isNew else { return nil }
        return "\(path.text): is commanded by \(JSON.string(issuer).line) too; let one of the two go to shadow"
    }

    /// The assets that others command now.
    public mutating func standing(at time: PlantTime) -> [AssetPath] {
        if !rivals.isEmpty { rivals = rivals.filter { time - $0.value.seen < RivalWatch.memory } }
        return rivals.keys.sorted()
    }
}
