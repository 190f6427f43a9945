import Foundation
import Testing
import TwinCore
import TwinTesting

/// What the program says where it has no figures: why, and what to do.
@Suite(.serialized)
struct AnswersTests {
    @Test func `A name that a run does not know is named, with the near one`() async throws {
        try await Scene.play { scene in
            let (hour, store, journal) = (scene.path("h.jsonl"), scene.path("h.sqlite"), scene.path("h.journal"))
            _ = try await scene.twin("simulate", "--out", hour, "--from", "2025-06-18T06:00", "--for", "1h").success()
            _ = try await scene.twin("replay", hour, "--store", store, "--journal", journal).success()
            for command in [["commands", "--store", store], ["alarms", "--store", store], ["alarms", journal]] {
                for (asset, code, named) in [
                    ("storage/strng-1", 66, "knows no asset \"storage/strng-1\"; did you mean storage/string-1?"),
                    ("storage/zzzzzzz", 66, "there are storage/string-1, storage/string-2"),
                    ("batt/string-1", 66, "there is storage/string-1"), ("storage", 2, "write area and id"),
                ] {
                    let wrong = try await scene.twin(command + ["--asset", asset]).ending()
                    #expect(wrong.code == Int32(code) && wrong.err.contains(named), "\(wrong.code) \(wrong.err)")
                    #expect(wrong.out.isEmpty)
                }
                // One that is known and has nothing to tell is no mistake.
                let known = try await scene.twin(command + ["--asset", "weather/mast"]).ending()
                #expect(known.code == 0 && known.out.hasSuffix(" of weather/mast\n"), "\(known.err)")
            }
            let other = try await scene.twin("report", "--store", store, "--period", "2025-07").ending()
            #expect(other.code == 65)
            #expect(other.err.contains("holds nothing of 2025-07; it reaches from 2025-06-18 06:00 to "))
        }
    }

    @Test func `A run younger than half an hour says from when on it has figures`() async throws {
        try await Scene.play { scene in
            let broker = try scene.broker()
            let (store, journal) = (scene.path("young.sqlite"), scene.path("young.journal"))
            let twin = try scene.twin("run", "--broker", broker.url, "--clock", "event", "--store", store)
            try await twin.wait("a connection") { twin.errors.contains("link.up") }
            var feed = PlantFeed(try Client(broker, "feed"))
            try feed.clock()
            for _ in 0..<3 { try feed.step() }
            try await feed.client.settle()
            try await twin.wait("three ticks") { try Journal.ticks(journal) == 3 }
            for command in [["report"], ["report", "--format", "csv"], ["explain", "co2"]] {
                let young = try await scene.twin(command + ["--store", store]).ending()
                #expect(young.code == 65 && young.out.isEmpty)
                #expect(young.err.contains("began at 2025-06-18 06:00, and there are figures from 2025-06-18 06:30 on"))
                #expect(young.err.hasSuffix("the figures so far: twin replay \(journal)\n"), "\(young.err)")
            }
            #expect(try await scene.replay(journal).count("steps") == 3)
        }
    }

    @Test func `A recording of another site says so, and how much is refused for what`() async throws {
        try await Scene.play { scene in
            func line(_ topic: String, _ second: Int, _ payload: String) -> String {
                #"{"tst":"2025-06-18T05:0\#(second / 60):\#(10 + second % 50).000000Z+0000","topic":"\#(topic)","qos":0,"#
                    + #""retain":0,"payloadlen":1,"payload":"\#(payload)"}"#
            }
            let other = (0..<120).map { line("v1/elsewhere/shop/paint/tele", $0, "{}") }
            let path = try scene.write(other.joined(separator: "\n") + "\n", to: "other.jsonl")
            let replay = try await scene.twin("replay", path).ending()
            #expect(replay.code == 0)
            #expect(replay.err.contains("… and 115 more rejected: unknown_topic 115; with -v each is named"))
            #expect(
                replay.err.hasSuffix(
                    "name site elsewhere, the configuration is of site sunderland: name the other one with --config\n"),
                "\(replay.err)")
            let all = try await scene.twin("replay", path, "-v").ending()
            #expect(all.err.contains("\(path):120: rejected (unknown_topic): v1/elsewhere/shop/paint/tele "))

            // Where a part is ours the recording is no other site's.
            let mixed = (0..<120).map {
                $0 % 3 == 0
                    ? line("v1/elsewhere/shop/paint/tele", $0, "{}") : line("v1/sunderland/shop/paint/tele", $0, "{}")
            }
            let ours = try await scene.twin(
                "replay", try scene.write(mixed.joined(separator: "\n") + "\n", to: "mixed.jsonl")
            ).ending()
            #expect(!ours.err.contains("hint:") && ours.err.contains(", unknown_topic 35; with -v"), "\(ours.err)")

            let foreign = try await scene.twin(
                "replay",
                try scene.write(
                    (0..<120).map { line("meters/1", $0, "7") }.joined(separator: "\n") + "\n", to: "foreign.jsonl")
            ).ending()
            #expect(foreign.err.contains("hint: no topic of ") && foreign.err.contains("twin topics "))
        }
    }
}
