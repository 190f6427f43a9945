import Foundation
import Testing
import TwinCore
import TwinTesting

@testable import TwinWeb

@Suite("Priority of alarms")
struct AlarmPriorityTests {
    /// The rows of the table: `| code | priority | why |`.
    private func rows() throws -> [(code: String, priority: String, why: String)] {
        let path = Repository.path("Sources/TwinWeb/Documentation.docc/TwinWeb.md")
        return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 3, cells[0].hasPrefix("`") else { return nil }
            return (cells[0].filter { $0 != "`" }, cells[1], cells[2])
        }
    }

    @Test("the page of words has each code once, with its priority and why")
    func documented() throws {
        let rows = try rows()
        #expect(rows.map(\.code).sorted() == AlarmCode.allCases.map(\.rawValue).sorted())
        for row in rows {
            #expect(AlarmPriority(code: row.code).rawValue == row.priority, "\(row.code)")
            #expect(row.why.hasSuffix("."), "\(row.code)")
        }
    }

    @Test("few are high, and a code that is unknown is low")
    func shares() {
        let high = AlarmCode.allCases.count { AlarmPriority.of($0) == .high }
        #expect(high >= 1 && high * 4 <= AlarmCode.allCases.count)
        #expect(AlarmPriority(code: "x") == .low)
        #expect(AlarmPriority(path: "site/twin/link") == .high)
    }

    /// Ten at once are none. Two a minute are 20 in ten minutes.
    @Test("more than 10 in 10 minutes are a flood, until there are fewer than 5")
    func flood() {
        func minute(_ count: Int64) -> PlantTime { PlantTime(ms: count * 60_000) }
        var flood = AlarmFlood()
        for _ in 0..<10 { flood.hear(raised: [minute(1)], by: minute(1)) }
        #expect(flood.count == 10 && !flood.isOn)
        flood.hear(raised: [], by: minute(11))
        #expect(flood.count == 0)
        for place in 12...22 {
            let now = minute(Int64(place))
            flood.hear(raised: [now, now], by: now)
        }
        #expect(flood.count == 20 && flood.isOn)
        // Left are those after the minute ten before: 2 of each of minutes 20, 21, 22, then of 21 and 22.
        flood.hear(raised: [], by: minute(29))
        #expect(flood.count == 6 && flood.isOn)
        flood.hear(raised: [], by: minute(30))
        #expect(flood.count == 4 && !flood.isOn)
    }
}
