import Foundation
import Testing
import TwinCore
import TwinTesting

/// What the program says of a run: while it runs, and afterwards.
@Suite(.serialized)
struct VoiceTests {
    /// Two hours in which the meter of a turbine is silent for 40 minutes, as a recording.
    private func silent(_ scene: Scene) async throws -> String {
        let path = scene.path("hours.jsonl")
        _ = try await scene.twin("simulate", "--out", path, "--from", "2025-06-18T06:00", "--for", "2h").success()
        var lines = try Repository.lines(of: path)
        let fault =
            #"{"t":"2025-06-18T05:00:00.000Z","fault":{"do":"drop","on":"v1/sunderland/wind/t01/tele","for":"40m"}}"#
        let place = try #require(lines.firstIndex { $0.contains("2025-06-18T05:20") })
        lines.insert(fault.replacing("05:00:00", with: "05:20:00"), at: place)
        return try scene.write(lines.joined(separator: "\n") + "\n", to: "silent.jsonl")
    }

    @Test func `Alarms are said with their cause, and store and journal tell the same of them`() async throws {
        try await Scene.play { scene in
            let (store, journal) = (scene.path("day.sqlite"), scene.path("day.journal"))
            let replay = try await scene.twin(
                "replay", try await silent(scene), "--store", store, "--journal", journal
            ).ending()
            #expect(replay.code == 0, "\(replay.err)")
            let raised = try #require(
                replay.err.split(separator: "\n").first { $0.contains("alarm.raised wind/t01/stale") })
            #expect(raised.contains(" warn ") && raised.hasSuffix("no new reading came; the model stands in"))
            // Five lines, and what does not fit into one of them goes on below.
            #expect((5...7).contains(replay.out.split(separator: "\n").count), "\(replay.out)")
            #expect(replay.out.contains("look at          alarms: ") && replay.out.contains("stale 1"))

            func alarms(_ arguments: String...) async throws -> [JSON] {
                let text = try await scene.twin(["alarms", "--json"] + arguments).success()
                return try JSONReader.read(Array(text.dropLast().utf8))["alarms"]?.items ?? []
            }
            let stored = try await alarms("--store", store)
            let written = try await alarms(journal)
            #expect(stored == written)
            let stale = try #require(stored.first { $0["alarm"]?.text == "wind/t01/stale" })
            #expect(stale["cause"]?.text == "no new reading came; the model stands in")
            let from = try #require(stale["from"]?.text.flatMap { PlantTime(rfc3339: $0) })
            let until = try #require(stale["until"]?.text.flatMap { PlantTime(rfc3339: $0) })
            #expect(raised.hasPrefix(from.rfc3339) && from < until)
            // The line is that of the mark.
            let place = try #require(stale["line"]?.text).split(separator: ":")
            let line = try Repository.lines(of: String(place[0]))[try #require(Int(place[1])) - 1]
            #expect(line.contains(#""raised":"wind/t01/stale""#) && line.contains(#""tick":"#))
            #expect(try await alarms("--store", store, "--period", "2025-06-19") == [])

            let text = try await scene.twin("alarms", "--store", store).success()
            #expect(text.contains("2025-06-18 06:") && text.contains("  no new reading came; the model stands in\n"))
            let recording = try await scene.twin("alarms", scene.path("hours.jsonl")).ending()
            #expect(recording.code == 65 && recording.err.contains("without marks"), "\(recording.err)")
        }
    }

    @Test func `Commands are told with their reason, their fate and the journal's line`() async throws {
        try await Scene.play { scene in
            let hours = scene.path("hours.jsonl")
            let store = scene.path("hours.sqlite")
            _ = try await scene.twin("simulate", "--out", hours, "--from", "2025-06-18T06:00", "--for", "1h").success()
            _ = try await scene.twin(
                "replay", hours, "--loop", "closed", "--store", store, "--journal", scene.path("hours.journal")
            ).success()
            let json = try await scene.twin("commands", "--store", store, "--json").success()
            let commands = try JSONReader.read(Array(json.dropLast().utf8))["commands"]?.items ?? []
            #expect(commands.count > 10)
            #expect(commands.allSatisfy { $0["became"]?.text == "accepted" || $0["became"]?.text == "pending" })
            #expect(commands.allSatisfy { $0["reason"]?.text?.isEmpty == false && $0["not_followed_since"] == .null })
            let first = try #require(commands.first)
            let place = try #require(first["line"]?.text).split(separator: ":")
            let line = try Repository.lines(of: String(place[0]))[try #require(Int(place[1])) - 1]
            let tick = try #require(first["id"]?.text?.split(separator: "-").dropLast().last)
            #expect(line.contains("\"tick\":\(tick),"))
            let asset = try #require(first["asset"]?.text)
            let own = try await scene.twin("commands", "--store", store, "--asset", asset).success()
            #expect(own.contains(" \(asset) ") && own.contains("  because: ") && own.contains("  became: accepted"))
            #expect(own.split(separator: "\n").allSatisfy { $0.count <= 80 || $0.contains(".jsonl:") })
            let longest = try #require(
                commands.max { ($0["reason"]?.text?.count ?? 0) < ($1["reason"]?.text?.count ?? 0) })
            let id = try #require(longest["id"]?.text)
            let story = try await scene.twin("explain", id, "--store", store).success()
            #expect(story.hasPrefix("\(id): ") && story.contains("\n  because: "))
            #expect(story.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(story)")
            let wrong = try await scene.twin("commands", "--store", store, "--asset", "storage").ending()
            #expect(wrong.code == 2 && wrong.err.contains("--asset \"storage\" is no asset"))
        }
    }

    @Test func `A live run says what is refused as JSON, one object a line`() async throws {
        try await Scene.play { scene in
            let broker = try scene.broker()
            let twin = try scene.twin(
                "run", "--broker", broker.url, "--clock", "event", "--for", "2m", "--log", "json", "--json", "--store",
                scene.path("live.sqlite"))
            try await twin.wait("a connection") { twin.errors.contains("link.up") }
            let client = try Client(broker, "feed")
            var feed = PlantFeed(client)
            try feed.clock()
            try client.publish("v1/sunderland/wind/t01/tele", "{")
            for _ in 0..<2 { try feed.step() }
            try await client.settle()
            let ending = try await twin.ending()
            #expect(ending.code == 0, "\(ending.err)")
            let entries = try ending.err.split(separator: "\n").map { try JSONReader.read(Array($0.utf8)) }
            let events = entries.compactMap { $0["event"]?.text }
            #expect(events.count == entries.count)
            #expect(events.first == "run.begun" && events.last == "run.ended" && events.contains("link.up"))
            let refused = try #require(entries.first { $0["event"]?.text == "message.refused" })
            #expect(refused["topic"]?.text == "v1/sunderland/wind/t01/tele" && refused["reason"]?.text == "parse")
            #expect(refused["level"]?.text == "warn" && refused["ts"]?.text?.hasSuffix("Z") == true)
        }
    }

    @Test(arguments: ["2>&-", "2>/dev/full"])
    func `Standard error that takes nothing holds nothing up`(redirection: String) async throws {
        try await Scene.play { scene in
            let run = try scene.twin(
                under: ["bash", "-c", "\"$0\" \"$@\" \(redirection)"], "replay", try await silent(scene), "-v", "--json"
            )
            let ending = try await run.ending()
            #expect(ending.code == 0, "\(ending.err)")
            #expect(try Summary.one(in: ending.out).count("steps") == 120)
        }
    }

    @Test func `A new site gives its first figure, and its folder is never written over`() async throws {
        try await Scene.play { scene in
            let site = scene.path("mysite")
            let said = try await scene.twin("init", site).success()
            #expect(said.contains("mosquitto_pub -t mysite/line -m"))
            let valid = try await scene.twin("validate", site).ending()
            #expect(valid.code == 0 && valid.err == "ok  \(site)\n" && valid.out.isEmpty)
            let example = "\(site)/example.jsonl"
            let replay = try await scene.twin("replay", example, "--config", site).ending()
            #expect(replay.code == 0 && replay.err.isEmpty, "\(replay.err)")
            #expect(replay.out.hasPrefix("CO2 per vehicle  44.5 kg ± "), "\(replay.out)")
            let again = try await scene.twin("init", site).ending()
            #expect(again.code == 73 && again.err.contains("is not an empty folder; nothing was written"))
            for (arguments, named) in [
                (["init", scene.path("My Site")], "is no site id"),
                (["init", site + "2", "--time-zone", "Europe/Londn"], "Europe/London"),
                (["replai", "x"], "did you mean \"twin replay\"?"),
                (["journal", "lst"], "did you mean \"twin journal list\"?"),
            ] {
                let wrong = try await scene.twin(arguments).ending()
                #expect(wrong.code == 2 && wrong.err.contains(named), "\(wrong.err)")
            }
        }
    }
}
