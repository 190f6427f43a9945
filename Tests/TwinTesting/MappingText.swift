package import TwinConfiguration

/// A mapping of one source for tests. `signals` and `source` are YAML lines of their own, `\n` between them.
package func mappingText(
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

package func mapping(_ text: String) throws -> ImportMapping {
    try ImportMapping.read(file: "m.yaml", bytes: Array(text.utf8))
}

/// All problems of a mapping, one a line; empty when there are none.
package func problems(_ text: String) -> String {
    do {
        _ = try mapping(text)
        return ""
    } catch {
        return "\(error)"
    }
}
