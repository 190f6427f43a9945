import Foundation
import Glibc
import TwinTesting

/// A program that was started by a test, with what it prints in files.
final class Run {
    /// How long anything is waited for. It measures nothing: a machine may be several times slower than another.
    static let patience = Duration.seconds(240)

    /// How a program ended.
    struct Ending {
        /// The exit code; minus the signal's number when a signal ended it.
        var code: Int32
        var out: String
        var err: String
        var seconds: Double
    }

    private let process = Process()
    private let label: String
    private let out: URL
    private let err: URL
    private let begun = ContinuousClock.now

    init(
        _ program: URL, _ arguments: [String], environment: [String: String], output stem: URL,
        in folder: URL = Repository.root
    ) throws {
        label = ([program.lastPathComponent] + arguments).joined(separator: " ")
        out = stem.appendingPathExtension("out")
        err = stem.appendingPathExtension("err")
        process.executableURL = program
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try Run.file(out)
        process.standardError = try Run.file(err)
        try process.runUnblocked()
    }

    private static func file(_ url: URL) throws -> FileHandle {
        try Data().write(to: url)
        return try FileHandle(forWritingTo: url)
    }

    var isRunning: Bool { process.isRunning }
    var errors: String { Run.text(err) }

    func signal(_ number: Int32) {
        if process.isRunning { kill(process.processIdentifier, number) }
    }

    /// Ends it at once, whatever it does, and waits for that.
    func destroy() {
        signal(SIGCONT)
        signal(SIGKILL)
        process.waitUntilExit()
    }

    /// Ends it as a power cut would.
    func crash() async throws {
        guard process.isRunning else { throw Trouble("\(label) had ended before it could be killed\n\(dump)") }
        signal(SIGKILL)
        _ = try await ending(within: .seconds(10))
    }

    /// Waits for the end; throws with all that was printed when it takes longer than `limit`.
    func ending(within limit: Duration = Run.patience) async throws -> Ending {
        try await poll("end of \(label)\n\(dump)", within: limit) { !process.isRunning }
        let code = process.terminationStatus
        return Ending(
            code: process.terminationReason == .uncaughtSignal ? -code : code, out: Run.text(out), err: Run.text(err),
            seconds: (ContinuousClock.now - begun) / .seconds(1))
    }

    /// Waits for an end with exit code 0 and returns what was printed on standard output.
    func success(within limit: Duration = Run.patience) async throws -> String {
        let ending = try await ending(within: limit)
        guard ending.code == 0 else { throw Trouble("exit code \(ending.code)\n\(dump)") }
        return ending.out
    }

    /// Waits until `condition` holds while the program runs, or its end if that is what is waited for.
    func wait(
        _ what: String, within limit: Duration = Run.patience, isEnd: Bool = false, until condition: () throws -> Bool
    ) async throws {
        try await poll("\(what)\n\(dump)", within: limit) {
            if try condition() { return true }
            if isEnd || process.isRunning { return false }
            throw Trouble("ended before: \(what)\n\(dump)")
        }
    }

    private var dump: String { "$ \(label)\n\(Run.text(out))\n\(Run.text(err))" }

    private static func text(_ url: URL) -> String {
        // A file that is not there yet holds nothing.
        String(decoding: (try? Data(contentsOf: url)) ?? Data(), as: UTF8.self)
    }
}
