import Foundation
import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinRuntime
import TwinTesting

/// Mistakes that many meters share, which no meter alone shows: three hours of the summer day's morning shift, as they were
/// and with the mistake.
@Suite("Mistakes that meters share")
struct CommonMistakeTests {
    private struct Hours {
        var kg: Double
        var width: Double
        var alarms: [String: Double]
        var warnings: [String]

        /// - Parameters:
        ///   - delay: how much later than it was sent a changed message arrives.
        ///   - change: what a topic's payload becomes; nil where it stays.
        init(
            lateBy delay: Span = Span(ms: 0), _ change: (_ topic: String, _ payload: [String: Any]) -> [String: Any]?
        ) async throws {
            let from = try #require(PlantTime(rfc3339: "2025-06-18T07:00:00.000Z"))
            var lines = try BundledDay.hours(from: from, to: from + .hours(3))
            for index in lines.indices.dropFirst() {
                let object = try JSONSerialization.jsonObject(with: Data(lines[index].utf8))
                guard var line = object as? [String: Any], let topic = line["topic"] as? String,
                    let payload = line["payload"] as? [String: Any], let changed = change(topic, payload)
                else { continue }
                line["payload"] = changed
                if delay.ms > 0, let t = (line["t"] as? String).flatMap({ PlantTime(rfc3339: $0) }) {
                    line["t"] = (t + delay).rfc3339
                }
                lines[index] = String(
                    decoding: try JSONSerialization.data(withJSONObject: line, options: .sortedKeys), as: UTF8.self)
            }
            let result = try await replay(lines: lines)
            let json = result.summary.json
            kg = try #require(json["co2_kg_per_vehicle"]?.double)
            width = try #require(json["uncertainty_kg_per_vehicle"]?.double)
            alarms = [:]
            for alarm in json["alarms"]?.members ?? [] { alarms[alarm.key] = alarm.value.double }
            warnings = result.notes.warnings
        }

        func holds(_ truth: Hours) -> Bool { abs(kg - truth.kg) <= width }
    }

    private static func times(_ factor: Double, _ keys: Set<String>, _ payload: [String: Any]) -> [String: Any]? {
        guard payload.keys.contains(where: keys.contains) else { return nil }
        return payload.reduce(into: payload) { changed, member in
            if keys.contains(member.key), let value = member.value as? Double { changed[member.key] = value * factor }
        }
    }

    @Test("the energy of half an hour sent as power by all meters of electricity fits the bus and not the plant")
    func halfElectric() async throws {
        let truth = try await Hours { _, _ in nil }
        #expect(truth.alarms.isEmpty)
        let half = try await Hours { topic, payload in
            topic.contains("/weather/")
                ? nil : Self.times(0.5, ["load_kw", "power_kw", "import_kw", "export_kw"], payload)
        }
        #expect(half.alarms.keys.contains("unit") && !half.alarms.keys.contains("balance"))
        #expect(half.warnings.contains { $0.contains("as of the energy of half an hour sent as power") })
        #expect(half.kg < truth.kg - truth.width && half.holds(truth), "\(half.kg) +/- \(half.width)")
    }

    @Test("... as by all meters of gas")
    func halfGas() async throws {
        let truth = try await Hours { _, _ in nil }
        let half = try await Hours { _, payload in Self.times(0.5, ["gas_kw"], payload) }
        #expect(half.alarms.keys.contains("unit"))
        #expect(half.kg < truth.kg - truth.width && half.holds(truth), "\(half.kg) +/- \(half.width)")
    }

    @Test("boilers whose heat and gas are both lost leave the plant cold by its model")
    func coldBoilers() async throws {
        let truth = try await Hours { _, _ in nil }
        let cold = try await Hours { topic, payload in
            topic.contains("/heat/") ? Self.times(0, ["gas_kw", "heat_kw"], payload) : nil
        }
        #expect(cold.alarms == ["conflict": 1])
        #expect(cold.warnings.contains { $0.contains("all sources of hot water tell") })
        #expect(cold.kg < truth.kg - truth.width && cold.holds(truth), "\(cold.kg) +/- \(cold.width)")
    }

    @Test("one meter that is half of its model is no common mistake, and ends none")
    func single() async throws {
        let one = try await Hours { topic, payload in
            topic.contains("/shop/press/") ? Self.times(0.5, ["load_kw"], payload) : nil
        }
        #expect(one.alarms.isEmpty, "\(one.alarms)")
    }

    @Test("an exchanged grid meter is found also where its readings come two seconds late")
    func lateGrid() async throws {
        let truth = try await Hours { _, _ in nil }
        let wrong = try await Hours(lateBy: .seconds(2)) { topic, payload in
            guard topic.hasSuffix("/grid/main/tele"), let bought = payload["import_kw"], let sold = payload["export_kw"]
            else { return nil }
            return payload.merging(["import_kw": sold, "export_kw": bought]) { $1 }
        }
        #expect(wrong.alarms.keys.contains("sign"))
        #expect(abs(wrong.kg - truth.kg) < 1.5, "\(wrong.kg) for \(truth.kg)")
    }
}
