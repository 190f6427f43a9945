import Foundation
import Testing
import TwinCore
import TwinTesting

/// The bundled day comes out the same wherever and however it is replayed.
@Suite(.serialized)
struct DigestTests {
    @Test func `The day has one result in every time zone, on one core, paced and without actors`() async throws {
        try await Scene.play { scene in
            let plain = try scene.twin("replay", Repository.day, "--json")
            let others = [
                try scene.twin(
                    "replay", Repository.day, "--json",
                    environment: ["TZ": "Asia/Tokyo", "LANG": "tr_TR.UTF-8", "LC_ALL": "tr_TR.UTF-8"]),
                try scene.twin(under: ["taskset", "-c", "0"], "replay", Repository.day, "--json"),
                try scene.twin("replay", Repository.day, "--json", "--speed", "20000"),
                try scene.twin("replay", Repository.day, "--json", "--plain"),
            ]
            let expected = Summary.timeless(try Summary.one(in: try await plain.success()))
            #expect(expected.digest.count == 64)
            #expect(expected.count("steps") == 1440)
            for other in others {
                #expect(Summary.timeless(try Summary.one(in: try await other.success())) == expected)
            }
        }
    }

    @Test func `A run without a store has the result of one with a store`() async throws {
        try await Scene.play { scene in
            let lines = try Repository.lines(of: Repository.day).prefix(10_000)
            let hours = try scene.write(lines.map { $0 + "\n" }.joined(), to: "hours.jsonl")
            let store = scene.path("kept.sqlite")
            let kept = try Summary.one(in: try await scene.twin("replay", hours, "--json", "--store", store).success())
            let bare = try Summary.one(in: try await scene.twin("replay", hours, "--json", "--no-store").success())
            #expect(bare.count("steps") > 200)
            #expect(Summary.timeless(bare) == Summary.timeless(kept))
            let both = try await scene.twin("replay", hours, "--no-store", "--store", store).ending()
            #expect(both.code == 2)
        }
    }

    @Test func `Standard output is one JSON object even when much is said`() async throws {
        try await Scene.play { scene in
            let ending = try await scene.twin("replay", Repository.day, "--json", "-v").ending()
            #expect(ending.code == 0)
            _ = try Summary.one(in: ending.out)
            #expect(ending.err.contains("hops: "))
        }
    }

    @Test func `The text form fits 80 columns`() async throws {
        try await Scene.play { scene in
            let text = try await scene.twin("replay", Repository.day).success()
            #expect(text.contains("CO2 per vehicle"))
            for line in text.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
        }
    }

    @Test
    func
        `A closed loop gives one result, twice and without actors, and its journal gives the same digest in an open one`()
        async throws
    {
        try await Scene.play { scene in
            let first = try scene.twin(
                "replay", Repository.day, "--loop", "closed", "--json", "--journal", scene.path("a.journal"))
            let others = [
                try scene.twin("replay", Repository.day, "--loop", "closed", "--json"),
                try scene.twin("replay", Repository.day, "--loop", "closed", "--json", "--plain"),
            ]
            let closed = try Summary.one(in: try await first.success())
            for other in others {
                #expect(Summary.timeless(try Summary.one(in: try await other.success())) == Summary.timeless(closed))
            }
            #expect(closed.count("commands", "accepted") > 0)
            #expect(closed.count("commands", "expired") == 0)
            let open = try await scene.replay(scene.path("a.journal"))
            #expect(open.digest == closed.digest)
            #expect(open["energy_kwh"] == closed["energy_kwh"])
        }
    }
}
