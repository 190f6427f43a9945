import Foundation
import Testing
import TwinCore
import TwinTesting

/// A live pair in a scene: the twin in control, and the modelled plant that obeys it.
struct Live {
    let scene: Scene
    let broker: Mosquitto
    let minutes: Int
    /// Sees every command.
    let observer: Client
    var journal: String { scene.path("live.journal") }

    init(_ scene: Scene, minutes: Int) async throws {
        self.scene = scene
        self.minutes = minutes
        broker = try scene.broker()
        observer = try Client(broker, "observer", subscribe: ["v1/sunderland/storage/+/cmd"])
    }

    /// Starts the twin, or starts it again with the same command.
    func twin(mode: String = "control", config: String = Repository.configuration) throws -> Run {
        try scene.twin(
            "run", "--broker", broker.url, "--clock", "event", "--mode", mode, "--for", "\(minutes)m", "--json",
            "--store", scene.path("live.sqlite"), "--config", config)
    }

    /// The bundled site, left to its rules: plans are lines of the twin's own journal, which nobody beside it hears.
    func siteWithRules() throws -> String {
        let site = scene.path("rules")
        try FileManager.default.copyItem(atPath: Repository.configuration, toPath: site)
        let file = "\(site)/dispatch.yaml"
        let text = try String(contentsOfFile: file, encoding: .utf8)
        try text.replacing("strategy: optimiser", with: "strategy: rules")
            .write(toFile: file, atomically: true, encoding: .utf8)
        return site
    }

    /// Waits until the twin listens: the plant must not begin before its first session exists.
    func wait(for twin: Run) async throws {
        try await twin.wait("a connection") { twin.errors.contains("broker: ") }
    }

    /// Starts the plant for one minute more than the twin's run.
    func plant(speed: Int) throws -> Run {
        try scene.twin(
            "simulate", "--broker", broker.url, "--from", "2025-06-18T06:00", "--for", "\(minutes + 1)m", "--speed",
            "\(speed)")
    }

    /// Waits for the twin's end and returns what it printed.
    func end(of twin: Run, within limit: Duration = Run.patience) async throws -> String {
        try await twin.wait("its end", within: limit, isEnd: true) {
            try observer.listen()
            return !twin.isRunning
        }
        try observer.listen()
        return try await twin.success()
    }

    /// The summary that was printed and the replay of the journal agree, and the journal is whole.
    @discardableResult
    func compare(_ printed: String, strict: Bool = true) async throws -> (live: JSON, journal: Journal) {
        let live = try Summary.one(in: printed)
        let replayed = try await scene.replay(journal, strict ? ["--strict"] : [])
        #expect(replayed.digest == live.digest)
        #expect(Summary.timeless(replayed) == Summary.timeless(live))
        let found = try #require(try Journal(journal))
        #expect(found.marks.map(\.tick) == Array(1...live.count("steps")))
        #expect(found.marks.last?.chain == live.digest)
        let commands = ["accepted", "rejected", "expired", "pending"].map { live.count("commands", $0) }
        #expect(live.count("commands", "issued") == commands.reduce(0, +))
        return (live, found)
    }
}

/// Follows the storage through a journal: each command acts once, when its first acknowledgement was sent.
struct StorageWatch {
    /// Telemetry that was looked at while the store had to move.
    private(set) var moving = 0
    private(set) var acknowledged: [String: JSON] = [:]

    /// - Parameter commands: what an observer saw on the command topics.
    init(_ journal: Journal, commands payloads: [[UInt8]]) throws {
        var commands: [String: JSON] = [:]
        for payload in payloads {
            let json = try JSONReader.read(payload)
            let id = try #require(json["id"]?.text)
            #expect(commands[id] == nil || commands[id] == json, "\(id) was sent again with other content")
            commands[id] = json
        }
        var wantedKW = 0.0
        var lastKW = 0.0
        var leaseEnds: PlantTime?
        var fresh: JSON?
        var seen: Set<PlantTime> = []
        for arrival in journal.arrivals where arrival.topic.hasPrefix("v1/sunderland/storage/") {
            let json = try JSONReader.read(arrival.payload)
            switch arrival.topic.split(separator: "/").last {
            case "ack":
                let id = try #require(json["id"]?.text)
                #expect(acknowledged[id] == nil || acknowledged[id] == json, "\(id) was answered in two ways")
                if acknowledged[id] == nil, json["state"]?.text == "accepted" {
                    fresh = commands[id]
                    #expect(fresh != nil, "\(id) was answered and never seen")
                }
                acknowledged[id] = json
            default:
                // After a crash the broker sends again what was not acknowledged.
                guard let ts = json["ts"]?.text.flatMap({ PlantTime(rfc3339: $0) }), seen.insert(ts).inserted,
                    let powerKW = json["power_kw"]?.double, let soc = json["soc_fraction"]?.double
                else { continue }
                if let command = fresh, let value = command["value"]?.double, let lease = command["lease_s"]?.integer {
                    wantedKW = value
                    leaseEnds = ts + .seconds(lease)
                }
                fresh = nil
                let expectedKW = leaseEnds.map { ts < $0 } == true ? wantedKW : 0
                // A short lag, the store's own use, and a full or empty store that stops short of its set-point.
                let tolerance = 20 + 0.1 * abs(lastKW - expectedKW)
                let mayStopShort = !(0.15...0.85).contains(soc)
                let follows = abs(powerKW - expectedKW) <= tolerance
                #expect(
                    follows || (mayStopShort && abs(powerKW) <= abs(expectedKW) + tolerance),
                    "at \(ts.rfc3339) \(powerKW) kW where \(expectedKW) kW was commanded")
                if abs(expectedKW) > 100 { moving += 1 }
                lastKW = powerKW
            }
        }
    }
}
