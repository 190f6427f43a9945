public import TwinCore

/// A configuration that was in force in a window, and what was new in it.
public struct ConfigurationInWindow: Sendable {
    public var hash: String
    public var from: PlantTime
    /// Files that differ from the one before; nil for the first of the store.
    public var filesChanged: [String]?

    /// Those in force at some time of the window, by time.
    public static func all(in window: StoreWindow, of store: any StoreReading) throws -> [ConfigurationInWindow] {
        var all: [ConfigurationInWindow] = []
        for next in try store.configurations() where next.hash != all.last?.hash {
            var changed: [String]?
            if let before = all.last {
                let old = try store.files(ofConfiguration: before.hash)
                let new = try store.files(ofConfiguration: next.hash)
                let names = Set(old.map(\.name)).union(new.map(\.name)).sorted()
                changed = names.filter { name in
                    old.first { $0.name == name }?.bytes != new.first { $0.name == name }?.bytes
                }
            }
            all.append(ConfigurationInWindow(hash: next.hash, from: next.from, filesChanged: changed))
        }
        // The last one from before the window is in force in it.
        let first = all.lastIndex { $0.from <= window.from } ?? 0
        return all.dropFirst(first).filter { $0.from < window.to }
    }

    public func json(_ zone: LocalZone) -> JSON {
        .fields([
            "hash": .string(hash), "from": .string(zone.text(from)),
            "files_changed": filesChanged.map { .array($0.map(JSON.string)) } ?? .null,
        ])
    }

    public func sentence(_ zone: LocalZone) -> String {
        let since = zone.text(from).prefix(16).replacing("T", with: " ")
        let files = filesChanged.map { ": \($0.joined(separator: ", "))" } ?? ""
        return "configuration \(hash.replacing("sha256:", with: "").prefix(8)) from \(since)\(files)"
    }
}
