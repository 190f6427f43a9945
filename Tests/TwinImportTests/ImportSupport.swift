import TwinConfiguration
import TwinCore
import TwinFiles
import TwinImport

/// Imports text as the one file of the mapping's first source.
func imported(_ mapping: ImportMapping, _ csv: String) throws -> ImportResult {
    var importer = Importer(mapping)
    let log = ProblemLog()
    var lines = csv.split(separator: "\n", omittingEmptySubsequences: false).map { LineRead.line(Array($0.utf8)) }[...]
    if csv.hasSuffix("\n") { lines = lines.dropLast() }
    importer.take(source: 0, file: "a.csv", log: log) { lines.popFirst() }
    try log.check()
    return importer.result(config: "sha256:0", build: "test")
}

extension ImportResult {
    /// `<t> <topic without site> <payload>` of the measured lines.
    var texts: [String] {
        measured.compactMap { line in
            guard case .message(let arrival) = line.body else { return nil }
            let topic = arrival.topic.split(separator: "/").dropFirst(2).joined(separator: "/")
            return "\(arrival.t.rfc3339) \(topic) \(String(decoding: arrival.payload, as: UTF8.self))"
        }
    }

    /// Values written under a key, in order.
    func values(_ key: String) throws -> [(ts: PlantTime, value: Double)] {
        try measured.compactMap { line in
            guard case .message(let arrival) = line.body else { return nil }
            let telemetry = try Telemetry(arrival)
            for entry in telemetry.values where entry.key == key {
                if case .number(let value) = entry.value { return (telemetry.ts, value) }
            }
            return nil
        }
    }
}

extension ImportResult {
    /// What the payloads of a power key add up to over the time that each says it holds, kWh: what the books hear.
    func heldKWh(_ key: String) throws -> Double {
        try measured.reduce(0) { sum, line in
            guard case .message(let arrival) = line.body else { return sum }
            let telemetry = try Telemetry(arrival)
            return telemetry.values.reduce(sum) { sum, entry in
                guard entry.key == key, case .number(let value) = entry.value else { return sum }
                return sum + value * (telemetry.period ?? Span(ms: 0)).hours
            }
        }
    }
}
