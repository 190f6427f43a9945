import Foundation

/// Where things lie: the repository, and the program that was built with these tests.
enum Places {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The day that comes with the program.
    static let day = root.appendingPathComponent("replay/sunderland-day.jsonl.gz").path

    /// `twin`, beside the running test executable.
    static func twin() throws -> URL {
        let tests = URL(fileURLWithPath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        let program = tests.deletingLastPathComponent().appendingPathComponent("twin")
        guard FileManager.default.isExecutableFile(atPath: program.path) else {
            throw Trouble("\(program.path) is missing: build all products before the tests")
        }
        return program
    }

    /// A program of the system; brokers live where a user's PATH does not look.
    static func tool(_ name: String) throws -> URL {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let folders = path.split(separator: ":").map(String.init) + ["/usr/sbin", "/usr/local/sbin", "/usr/bin"]
        for folder in folders where FileManager.default.isExecutableFile(atPath: "\(folder)/\(name)") {
            return URL(fileURLWithPath: "\(folder)/\(name)")
        }
        throw Trouble("\(name) is not installed")
    }
}

/// Why a test could not go on.
struct Trouble: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}

/// Asks every 10 ms until `condition` holds; throws what `describe` says when the time is over.
func poll(
    _ what: @autoclosure () -> String, within limit: Duration, until condition: () throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try !condition() {
        guard ContinuousClock.now < deadline else { throw Trouble("not within \(limit): \(what())") }
        try await Task.sleep(for: .milliseconds(10))
    }
}
