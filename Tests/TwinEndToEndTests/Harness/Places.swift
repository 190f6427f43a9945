import Foundation
import TwinTesting

/// Where the program lies that was built with these tests.
enum Places {
    /// `twin`, beside the running test executable.
    static func twin() throws -> URL {
        let tests = URL(fileURLWithPath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        let program = tests.deletingLastPathComponent().appendingPathComponent("twin")
        guard FileManager.default.isExecutableFile(atPath: program.path) else {
            throw Trouble("\(program.path) is missing: build all products before the tests")
        }
        return program
    }
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
