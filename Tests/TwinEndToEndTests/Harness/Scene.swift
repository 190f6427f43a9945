import Foundation
import TwinCore
import TwinTesting

/// One test's folder, brokers and programs. All of it is gone when the test ends, however it ends.
final class Scene {
    private let temporary: TemporaryFolder
    private var runs: [Run] = []
    private var brokers: [Mosquitto] = []

    private init() throws { temporary = try TemporaryFolder() }

    /// Plays a test in a scene of its own.
    static func play(_ body: (Scene) async throws -> Void) async throws {
        let scene = try Scene()
        defer { scene.clear() }
        try await body(scene)
    }

    private func clear() {
        for run in runs { run.destroy() }
        for broker in brokers { broker.kill() }
    }

    /// A path in the scene's folder.
    func path(_ name: String) -> String { temporary.path(name) }

    func broker() throws -> Mosquitto {
        let broker = try Mosquitto([
            "allow_anonymous true", "max_queued_messages 100000", "max_inflight_messages 1000", "persistence true",
        ])
        brokers.append(broker)
        return broker
    }

    /// Starts `twin`.
    func twin(_ arguments: String..., environment: [String: String] = [:]) throws -> Run {
        try start(try Places.twin(), arguments, environment)
    }

    func twin(_ arguments: [String], environment: [String: String] = [:]) throws -> Run {
        try start(try Places.twin(), arguments, environment)
    }

    /// Starts a program that starts `twin`, such as `taskset`.
    func twin(under tool: [String], _ arguments: String...) throws -> Run {
        try start(try Tool.find(tool[0]), Array(tool.dropFirst()) + [try Places.twin().path] + arguments, [:])
    }

    private func start(_ program: URL, _ arguments: [String], _ environment: [String: String]) throws -> Run {
        let run = try Run(
            program, arguments, environment: environment,
            output: temporary.url.appendingPathComponent("run-\(runs.count)"))
        runs.append(run)
        return run
    }

    /// Replays a journal folder or file and returns its summary.
    func replay(_ input: String, _ more: [String] = []) async throws -> JSON {
        try Summary.one(in: try await twin(["replay", input, "--json"] + more).success())
    }

    func write(_ text: String, to name: String) throws -> String {
        try text.write(toFile: path(name), atomically: true, encoding: .utf8)
        return path(name)
    }
}
