import Foundation
import Testing

/// What the program is built from stands in the repository: `twin-config/deploy/packages.lock`.
struct PackagesTests {
    /// Relative to the folder of `Package.swift`.
    private static func text(_ path: String) throws -> String {
        let root = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// Identity, address without `.git`, version.
    private static func locked() throws -> [String] {
        try text("twin-config/deploy/packages.lock").split(separator: "\n").map(String.init)
            .filter { !$0.hasPrefix("#") }.sorted()
    }

    /// What Swift wrote when it resolved.
    private struct Resolved: Decodable {
        struct Pin: Decodable {
            struct State: Decodable { var version: String? }
            var identity: String
            var location: String
            var state: State

            var line: String {
                let url = location.hasSuffix(".git") ? String(location.dropLast(4)) : location
                return "\(identity) \(url) \(state.version ?? "without a version")"
            }
        }
        var pins: [Pin]
    }

    @Test func `Every package that was resolved has its version in packages.lock, and no other stands there`() throws {
        let resolved = try JSONDecoder().decode(Resolved.self, from: Data(Self.text("Package.resolved").utf8))
        // The documentation's plugin is resolved by `make docs` alone and is part of no program.
        let lines = resolved.pins.filter { !$0.identity.hasPrefix("swift-docc") }.map(\.line).sorted()
        #expect(try lines == Self.locked())
    }

    @Test func `Every version that the manifest names is the locked one`() throws {
        let locked = try Self.locked()
        let named = try Self.text("Package.swift").matches(of: #/url: "([^"]+)", exact: "([^"]+)"/#)
            .map { "\($0.1) \($0.2)" }.filter { !$0.contains("swift-docc") }
        #expect(named.count >= 5)
        for version in named { #expect(locked.contains { $0.hasSuffix(" " + version) }, "\(version) is not locked") }
    }
}
