import Foundation
import Testing
import TwinCore
import TwinTesting

/// An operator's hand on a running twin, as the broker and the log see it.
@Suite(.serialized)
struct HandTests {
    /// What was commanded of a string so far.
    private func commands(_ live: Live, _ string: String) throws -> [JSON] {
        try live.observer.listen()
        return try live.observer.messages.filter { $0.topic.hasSuffix("/\(string)/cmd") }.map {
            try JSONReader.read($0.payload)
        }
    }

    private func isByHand(_ command: JSON) -> Bool { command["reason"]?.text?.hasPrefix("manual: ") == true }

    @Test func `A set-point by hand is commanded while it holds, a pause is silence, and then the rules decide again`()
        async throws
    {
        try await Scene.play { scene in
            let live = try await Live(scene, minutes: 240)
            let (twin, store) = (try live.twin(), scene.path("live.sqlite"))
            try await live.wait(for: twin)
            _ = try live.plant(speed: 120)
            func order(_ words: String...) async throws {
                let ending = try await scene.twin(words + ["--store", store]).ending()
                #expect(ending.code == 0, "\(ending.err)")
            }
            try await twin.wait("a command of the rules") { try !commands(live, "string-1").isEmpty }

            try await order("manual", "storage/string-1", "-100kW", "--for", "8m")
            try await twin.wait("the log's word") { twin.errors.contains("hand.set storage/string-1: set_power -100") }
            let until = try #require(twin.errors.firstMatch(of: /hand\.set .* by hand until ([0-9TZ:.-]+)/)).1
            // The gate brings it there as fast as the string may move.
            try await twin.wait("the set-point") {
                try commands(live, "string-1").contains { isByHand($0) && $0["value"]?.double == -100 }
            }
            let set = try #require(
                try commands(live, "string-1").first { isByHand($0) && $0["value"]?.double == -100 })
            #expect(set["reason"]?.text?.contains("until \(until)") == true, "\(set.line)")
            #expect(try commands(live, "string-2").allSatisfy { !isByHand($0) })

            try await twin.wait("its end") {
                twin.errors.contains("hand.ended storage/string-1: set_power -100.0 kW by hand is over")
            }
            try await twin.wait("the rules") { try commands(live, "string-1").last.map(isByHand) == false }
            let end = try #require(PlantTime(rfc3339: String(until)))
            let byHand = try commands(live, "string-1").filter(isByHand).compactMap { $0["ts"]?.text }
            #expect(byHand.allSatisfy { PlantTime(rfc3339: $0).map { $0 <= end } == true }, "\(byHand)")

            try await order("pause", "storage/string-1", "--for", "2h")
            try await twin.wait("the pause") { twin.errors.contains("hand.paused storage/string-1: left alone until ") }
            // The tick that takes the order up still commands.
            let paused = try Journal.ticks(live.journal) + 1
            try await twin.wait("the next tick") { try Journal.ticks(live.journal) > paused }
            let before = try commands(live, "string-1").count
            try await twin.wait("eight ticks") { try Journal.ticks(live.journal) > paused + 8 }
            #expect(try commands(live, "string-1").count == before)

            try await order("release", "storage/string-1")
            try await twin.wait("the rules again") { try commands(live, "string-1").count > before }
            #expect(twin.errors.contains("hand.released storage/string-1: decided by the rules again"))
            for (words, why) in [
                (["release", "storage/string-1"], "storage/string-1 is neither set nor paused by hand"),
                (["withdraw", "evening"], "no request is called evening"),
            ] {
                let ending = try await scene.twin(words + ["--store", store]).ending()
                #expect(ending.code == 65, "\(ending.err)")
                #expect(ending.err.contains("refused, nothing was changed: \(why)"), "\(ending.err)")
            }

            twin.signal(SIGTERM)
            let printed = try await twin.success()
            try await live.compare(printed, strict: false)
            let replay = try await scene.twin("replay", live.journal, "--json").ending()
            #expect(replay.code == 0 && replay.err.contains("hand.set storage/string-1: set_power -100"))
        }
    }
}
