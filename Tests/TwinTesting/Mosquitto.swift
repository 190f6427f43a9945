import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// A real mosquitto of the test's own, on a free port of 127.0.0.1; killed when the test lets go of it.
package final class Mosquitto {
    package private(set) var port = 0
    private let folder: TemporaryFolder
    private var process = Process()

    package var url: String { "mqtt://127.0.0.1:\(port)" }

    /// - Parameter lines: of its configuration, after the listener's.
    package init(_ lines: [String]) throws {
        folder = try TemporaryFolder()
        // Somebody else may take the free port before the broker does: then another one is tried.
        var attempts = 5
        while true {
            port = try Loopback.freePort()
            let first = ["listener \(port) 127.0.0.1", "user \(NSUserName())", "persistence_location \(folder.path)/"]
            try folder.write("mosquitto.conf", lines: first + lines)
            do {
                try start()
                return
            } catch {
                attempts -= 1
                guard attempts > 0 else { throw error }
            }
        }
    }

    deinit { kill() }

    /// Starts it, or starts it again where it was, and waits until it takes connections.
    package func start() throws {
        process = Process()
        process.executableURL = try Tool.find("mosquitto")
        process.arguments = ["-c", folder.path("mosquitto.conf")]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.runUnblocked()
        let deadline = ContinuousClock.now + .seconds(10)
        while !Loopback.answers(port) {
            guard process.isRunning else { throw Trouble("mosquitto ended at once") }
            guard ContinuousClock.now < deadline else {
                kill()
                throw Trouble("mosquitto did not answer on port \(port) within 10 s")
            }
            usleep(5_000)
        }
    }

    /// Ends it at once, frozen or not: a frozen one does nothing more before.
    package func kill() {
        guard process.isRunning else { return }
        signal(SIGKILL)
        process.waitUntilExit()
    }

    /// SIGSTOP freezes the broker, SIGCONT lets it go on, SIGTERM stops it politely.
    package func signal(_ number: Int32) {
        if process.isRunning { _ = Glibc.kill(process.processIdentifier, number) }
    }
}
