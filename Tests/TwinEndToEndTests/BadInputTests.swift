import Foundation
import Testing
import TwinCore

/// Whatever comes in over MQTT, the twin goes on, counts it by reason, and keeps the time.
@Suite(.serialized)
struct BadInputTests {
    private static let tele = PlantFeed.shopTopic

    /// What is wrong, and how often it is sent.
    private static func send(_ client: Client, _ chance: inout SeedStream, now: PlantTime) throws {
        for size in [1, 30, 500] {
            try client.publish(tele, [0xFF] + (0..<size).map { _ in UInt8(truncatingIfNeeded: chance.next()) })
        }
        // 0xFF is in no UTF-8 text.
        try client.publish(tele, Array(#"{"load_kw":1,"x":""#.utf8) + [0xFF] + Array(#""}"#.utf8))
        try client.publish(tele, "")
        try client.publish(tele, "{")
        try client.publish(tele, "unavailable")
        try client.publish(tele, String(repeating: "[", count: 1000) + String(repeating: "]", count: 1000))
        try client.publish(tele, #"{"ts":"\#(now.rfc3339)","seq":900001,"load_kw":NaN}"#)
        try client.publish(tele, #"{"ts":"\#(now.rfc3339)","seq":900002,"load_kw":1e999}"#)
        try client.publish(tele, #"{"ts":"9999-12-31T23:59:59.999Z","seq":900003,"load_kw":1}"#)
        try client.publish(tele, #"{"ts":"\#(now.rfc3339)","seq":900004,"load_kw":"a lot"}"#)
        // The broker keeps the first from the twin, which asked for no larger packets.
        try client.publish(tele, [UInt8](repeating: 0x20, count: 70 << 10))
        try client.publish(tele, [UInt8](repeating: 0xFE, count: 65_536 + 100))
        try client.publish("v1/sunderland/shop/paint/gossip", "{}")
        try client.publish("v1/sunderland/shop/NOT AN ID/tele", "{}")
        try client.publish("v1/sunderland/nowhere/x/tele", "{}")
        try client.publish("v1/elsewhere/shop/paint/tele", "{}")
        let cmd = #"{"id":"x-1-1","ts":"\#(now.rfc3339)","action":"set_power","value":99999,"unit":"kW"}"#
        try client.publish("v1/sunderland/storage/string-1/cmd", cmd, retain: true)
        try client.publish("v1/sunderland/storage/string-1/ack", #"{"id":"x-1-1","state":"accepted"}"#)
        try client.publish("v1/sunderland/storage/string-1/ack", "no")
        try client.publish(PlantFeed.clockTopic, #"{"ts":"\#((now + .days(365)).rfc3339)"}"#)
        try client.publish(PlantFeed.clockTopic, #"{"ts":"9999-12-31T23:59:59.999Z"}"#)
        try client.publish(PlantFeed.clockTopic, #"{"ts":"yesterday"}"#)
        try client.publish(PlantFeed.clockTopic, [0xFF])
    }

    @Test func `Bad input is counted by reason, moves no time and harms no figure, also over a crash`() async throws {
        try await Scene.play { scene in
            let live = try await Live(scene, minutes: 20)
            var twin = try live.twin(mode: "shadow")
            try await live.wait(for: twin)
            let client = try Client(live.broker, "attacker")
            var feed = PlantFeed(client)
            var chance = SeedStream(seed: 8, name: "garbage")
            try feed.clock()
            for minute in 1...20 {
                if minute.isMultiple(of: 4) { try Self.send(client, &chance, now: feed.now) }
                try feed.step()
                guard minute == 10 else { continue }
                try await client.settle()
                try await twin.wait("ten ticks") { try Journal.ticks(live.journal) == 10 }
                try await twin.crash()
                twin = try live.twin(mode: "shadow")
            }
            try await client.settle()
            let (summary, journal) = try await live.compare(try await twin.success(), strict: false)

            #expect(summary.count("steps") == 20)
            #expect(summary["to"]?.text == "2025-06-18T06:20:00.000+01:00")
            // 10 MW of the paint shop for 20 minutes, and 6.7 MW that the models put in for all that is silent: before the
            // shift 6,315 kW of the other shops and buildings, 20 kW of AGVs and 365 kW of the yard.
            #expect(abs((summary["energy_kwh"]?["load"]?.double ?? 0) - 16_700.0 / 3) < 1e-6)
            let reasons = [
                "not_utf8", "parse", "too_deep", "not_finite", "wrong_type", "clock.future", "unknown_topic",
                "too_large",
            ]
            for reason in reasons { #expect(summary.count("rejected_by_reason", reason) >= 5, "\(reason)") }
            let all = (summary["rejected_by_reason"]?.members ?? []).compactMap(\.value.integer).reduce(0, +)
            #expect(Int(all) == summary.count("rejected"))
            #expect(summary.count("messages") == journal.stepped.count)
            #expect(journal.arrivals.allSatisfy { $0.payload.count <= 66_560 })
            // Nobody may command the twin: one that does not command itself does not even ask for commands.
            #expect(!journal.arrivals.contains { $0.topic.hasSuffix("/cmd") })
            #expect(summary.count("commands", "accepted") == 0)
        }
    }

    @Test func `One asset with a wrong clock cannot move time alone`() async throws {
        try await Scene.play { scene in
            let live = try await Live(scene, minutes: 5)
            let twin = try live.twin(mode: "shadow")
            try await live.wait(for: twin)
            let client = try Client(live.broker, "liar")
            let feed = PlantFeed(client)
            for minute in 0..<8 {
                let now = feed.now + .minutes(Int64(minute))
                let ahead = (now + .days(3)).rfc3339
                try client.publish(
                    "v1/sunderland/wind/t01/tele", #"{"ts":"\#(ahead)","seq":\#(minute),"power_kw":1}"#)
                try client.publish(
                    PlantFeed.shopTopic, #"{"ts":"\#(now.rfc3339)","seq":\#(minute),"load_kw":10000}"#)
                try client.publish(
                    "v1/sunderland/weather/mast/tele", #"{"ts":"\#(now.rfc3339)","seq":\#(minute),"temperature_c":9}"#)
            }
            try await client.settle()
            let (summary, _) = try await live.compare(try await twin.success(), strict: false)
            #expect(summary["from"]?.text == "2025-06-18T06:00:00.000+01:00")
            #expect(summary.count("steps") == 5)
            #expect(summary.count("rejected_by_reason", "clock.future") > 0)
        }
    }
}
