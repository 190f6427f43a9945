package import Foundation

/// Programs of the system.
package enum Tool {
    /// Brokers live where a user's PATH does not look.
    package static func find(_ name: String) throws -> URL {
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let folders = path.split(separator: ":").map(String.init) + ["/usr/sbin", "/usr/local/sbin", "/usr/bin"]
        for folder in folders where FileManager.default.isExecutableFile(atPath: "\(folder)/\(name)") {
            return URL(fileURLWithPath: "\(folder)/\(name)")
        }
        throw Trouble("\(name) is not installed")
    }
}

extension Process {
    /// Starts it with no signal blocked: a test's thread may block some, and a child inherits that.
    package func runUnblocked() throws {
        var none = sigset_t()
        var before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try run()
    }
}

/// Why a test could not go on.
package struct Trouble: Error, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }
}
