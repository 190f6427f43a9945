import TwinCore
import TwinScenario

/// A mapping of one source for tests. `signals` and `source` are YAML lines of their own, `\n` between them.
func mappingText(
    zone: String = "Europe/London", from: String = "2025-06-18", length: String = "1d", top: [String] = [],
    source: [String] = [], time: String = "{column: time, format: rfc3339, stamp: start}", period: String = "10m",
    signals: [String]
) -> String {
    var lines = [
        "twin: mapping/1", "site: sunderland", "time_zone: \(zone)", "step_s: 60", "from: \(from)", "for: \(length)",
    ]
    lines += top
    lines += ["sources:", "  - name: only", "    file: \"*.csv\"", "    time: \(time)", "    period: \(period)"]
    lines += source.map { "    " + $0 }
    lines += ["    signals:"] + signals.map { "      - " + $0 }
    return lines.joined(separator: "\n") + "\n"
}

func mapping(_ text: String) throws -> ImportMapping {
    try ImportMapping.read(file: "m.yaml", bytes: Array(text.utf8))
}

/// All problems of a mapping, one a line; empty when there are none.
func problems(_ text: String) -> String {
    do {
        _ = try mapping(text)
        return ""
    } catch {
        return "\(error)"
    }
}

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
