import Foundation
import TwinConfiguration
import TwinCore
import TwinFiles
import TwinTesting

/// What is mutated: the inputs of `Tests/hostile`, the shipped configuration and lines of a simulated plant.
struct Corpus {
    /// Payloads with their topics.
    var messages: [(topic: String, payload: [UInt8])]
    var lines: [[UInt8]]
    var headers: [[UInt8]]
    /// Lines of other programs' recordings.
    var recorded: [[UInt8]]
    var tables: [[UInt8]]
    var mappings: [[UInt8]]
    var scenarios: [[UInt8]]
    var segments: [[UInt8]]
    var files: [ConfigText]
    var config: SiteConfig

    init() throws {
        let folder = "\(Repository.root.path)/Tests/hostile"
        func bytes(_ name: String) throws -> [UInt8] { try WholeFile.read("\(folder)/\(name)", bytesMax: 1 << 20) }
        func lines(_ name: String) throws -> [[UInt8]] { try bytes(name).split(separator: 0x0A).map(Array.init) }
        func files(_ ending: String) throws -> [[UInt8]] {
            try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
                .filter { $0.hasSuffix(ending) }.map(bytes)
        }
        let simulated = try SmallRecording.lines(steps: 3, seed: 7).map { Array($0.utf8) }
        self.lines = try lines("lines.jsonl") + simulated.dropFirst()
        headers = try lines("headers.jsonl") + simulated.prefix(1)
        recorded = try lines("recorded.txt")
        tables = try files(".csv")
        mappings = try files(".mapping.yaml")
        scenarios = try files(".scenario.yaml")
        segments = try files(".segment.jsonl")
        config = try Repository.config()
        self.files = try Repository.configFiles() + Repository.historyFiles()
        var messages: [(topic: String, payload: [UInt8])] = []
        for line in try lines("payloads.txt") {
            // A topic, a space, a payload.
            let parts = line.split(separator: 0x20, maxSplits: 1)
            guard parts.count == 2 else { throw Missing(text: "payloads.txt: a line has no topic and payload") }
            messages.append((String(decoding: parts[0], as: UTF8.self), Array(parts[1])))
        }
        for line in simulated.dropFirst() {
            if case .message(let arrival) = try Line(bytes: line, start: SmallRecording.start, number: 0).body {
                messages.append((arrival.topic, arrival.payload))
            }
        }
        self.messages = messages
    }
}
