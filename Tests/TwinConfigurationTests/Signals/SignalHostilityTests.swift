import Testing
import TwinConfiguration
import TwinCore
import TwinTesting

/// Payloads that nobody means well.
@Suite("Hostile payloads at the door")
struct SignalHostilityTests {
    private static let sources = """
          - topic: s/0
            add: [s/1]
            period: 5s
            time: {at: /t, format: epoch_ms}
            signals: [{value: /v, asset: shop/paint, key: load_kw, unit: W, kind: sample, every: 10s}]
          - topic: l
            time: {at: {at: /t, split: " ", part: 2}, format: local, date: dmy}
            decimal_comma: true
            signals:
              - value: {list: /v, where: {n: x}, at: /v}
                asset: [wind/t01, wind/t02]
                key: power_kw
                unit: {at: /u}
                kind: sample
                quality: {at: /q, good: [good]}
              - {value: {at: /v, field: x}, asset: storage/string-1, key: power_kw, unit: written, kind: sample}
          - topic: c
            period: 30m
            time: {at: /t, format: epoch_s, stamp: end}
            signals:
              - {value: /v, asset: shop/body, key: energy_total_kwh, unit: GJ, kind: counter, digits: 3}
              - value: /v
                asset: grid/intensity
                key: g_per_kwh
                unit: g/kWh
                kind: mean
                forecast: {list: /v, at: /v}
          - topic: e
            time: {at: /t, format: rfc3339}
            vehicle: {line: final, id: /v, event: /n, words: {x: line_off}, model: /v}
        """

    private static func draw(_ seeds: inout SeedStream, _ range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(seeds.next() % UInt64(range.count))
    }

    /// A value made of what is special to one of the readers.
    private static func text(_ seeds: inout SeedStream, depth: Int = 0) -> String {
        let words = [
            "null", "true", "0", "-0", "1e308", "-1e308", "1e999", "9223372036854775807", "-62135596800001",
            "253402300800000",
            "1750237200000", "1750237200", "\"x\"", "\"good\"", "\"\"", "\"NaN\"", "\"1e\"", "\"--1\"", "\"1,5e+ kW\"",
            "\"x=\"",
            "\"x=-5 kW\"", "\"31.02.2025 25:61:61\"", "\"a 18.06.2025\"", "\"2025-06-18T09:00:00Z\"",
            "\"9999-12-31T23:59:59Z\"",
            "\"\\u0000\"", "\"é\"", "[]", "{}", "\"%\"", "\"kW\"",
        ]
        guard depth < 3, Self.draw(&seeds, 0...3) == 0 else { return words[Self.draw(&seeds, 0...(words.count - 1))] }
        let keys = ["t", "v", "n", "q", "u"].filter { _ in Self.draw(&seeds, 0...2) > 0 }
        let members = keys.map { "\"\($0)\":\(text(&seeds, depth: depth + 1))" }.joined(separator: ",")
        return Self.draw(&seeds, 0...1) == 0 ? "{\(members)}" : "[{\(members)},\(text(&seeds, depth: depth + 1))]"
    }

    @Test("never trap, and what they become is what our own dialect reads", arguments: [UInt64](0..<16))
    func hostile(seed: UInt64) throws {
        var door = try TestDoor(Self.sources)
        var seeds = SeedStream(seed: seed, name: "door")
        for index in 0..<2000 {
            let topic = ["s/0", "s/1", "l", "c", "e"][Self.draw(&seeds, 0...4)]
            let members = ["t", "v", "n", "q", "u"].map { "\"\($0)\":\(Self.text(&seeds))" }.joined(separator: ",")
            var payload = Array((Self.draw(&seeds, 0...4) == 0 ? Self.text(&seeds) : "{\(members)}").utf8)
            if Self.draw(&seeds, 0...9) == 0, !payload.isEmpty {
                payload[Self.draw(&seeds, 0...(payload.count - 1))] = UInt8(
                    truncatingIfNeeded: Self.draw(&seeds, 0...255))
            }
            let message = door.say(topic, payload, at: Double(index), retain: Self.draw(&seeds, 0...9) == 0)
            #expect(message.failure == nil || message.readings.isEmpty)
            for reading in message.readings where reading.kind == .tele {
                let telemetry = try Telemetry(reading.arrival)
                #expect(
                    telemetry.values.allSatisfy {
                        if case .number(let value) = $0.value { value.isFinite } else { false }
                    })
            }
        }
    }
}
