import Glibc
import TwinCore
import TwinStore

/// What this program was built from, and what it runs with.
enum BuiltWith {
    /// Packages and their exact versions; a test holds them against `Package.swift` and `Package.resolved`.
    static let packages: [(name: String, version: String)] = [
        ("GRDB.swift", "7.10.0"),
        ("Yams", "6.2.2"),
        ("async-http-client", "1.37.0"),
        ("hummingbird", "2.28.1"),
        ("swift-algorithms", "1.2.1"),
        ("swift-argument-parser", "1.8.2"),
        ("swift-asn1", "1.7.4"),
        ("swift-async-algorithms", "1.1.4"),
        ("swift-atomics", "1.3.0"),
        ("swift-certificates", "1.21.1"),
        ("swift-collections", "1.6.0"),
        ("swift-configuration", "1.4.0"),
        ("swift-crypto", "4.5.2"),
        ("swift-distributed-tracing", "1.7.3"),
        ("swift-http-structured-headers", "1.7.0"),
        ("swift-http-types", "1.8.0"),
        ("swift-log", "1.16.2"),
        ("swift-metrics", "2.13.0"),
        ("swift-nio", "2.101.2"),
        ("swift-nio-extras", "1.35.2"),
        ("swift-nio-http2", "1.46.0"),
        ("swift-nio-ssl", "2.37.6"),
        ("swift-nio-transport-services", "1.28.0"),
        ("swift-numerics", "1.1.1"),
        ("swift-service-context", "1.5.1"),
        ("swift-service-lifecycle", "2.13.0"),
        ("swift-system", "1.8.1"),
    ]

    /// The compiler knows its version only as a condition.
    static var swift: String {
        #if compiler(>=6.5)
            "6.5 or later"
        #elseif compiler(>=6.4)
            "6.4"
        #elseif compiler(>=6.3)
            "6.3"
        #else
            "6.2"
        #endif
    }

    /// Of the library that is loaded, which the system updates; nil without one.
    private static var mosquitto: String? {
        guard let symbol = dlsym(nil, "mosquitto_lib_version") else { return nil }
        typealias Version =
            @convention(c) (
                UnsafeMutablePointer<Int32>?, UnsafeMutablePointer<Int32>?, UnsafeMutablePointer<Int32>?
            ) -> Int32
        var (major, minor, revision): (Int32, Int32, Int32) = (0, 0, 0)
        _ = unsafeBitCast(symbol, to: Version.self)(&major, &minor, &revision)
        return "\(major).\(minor).\(revision)"
    }

    private static var libraries: [(name: String, version: String)] {
        [("libmosquitto", mosquitto ?? "none"), ("SQLite", sqliteVersion)]
    }

    /// `version/1`.
    static var json: JSON {
        func object(_ list: [(name: String, version: String)]) -> JSON {
            .object(list.map { .init($0.name, .string($0.version)) })
        }
        return .fields([
            "schema": .string("version/1"), "version": .string(Twin.version), "build": .string(Build.id),
            "swift": .string(swift), "packages": object(packages), "libraries": object(libraries),
        ])
    }

    static var lines: [String] {
        ["twin \(Twin.version)", "build \(Build.id)", "Swift \(swift)"]
            + packages.map { "package \($0.name) \($0.version)" }
            + libraries.map { "library \($0.name) \($0.version), as it is loaded" }
    }

    /// Whether the command line asks for more than the version's number, which the parser prints.
    static func isAsked(_ arguments: [String]) -> Bool {
        arguments.contains("--version") && arguments.count > 1
            && Set(arguments).isSubset(of: ["--version", "--verbose", "-v", "--json"])
    }
}
