import Foundation
import Testing
import TwinCore

/// `twin journal`: what is there, whether it is whole, and moving its past away.
@Suite(.serialized)
struct JournalCommandTests {
    @Test func `A journal is listed, checked and archived, and the rest replays to the same digest`() async throws {
        try await Scene.play { scene in
            let day = scene.path("day.jsonl")
            let journal = scene.path("run.journal")
            let old = scene.path("old")
            // Two hours before local midnight, one after it.
            _ = try await scene.twin("simulate", "--out", day, "--from", "2025-06-18T22:00", "--for", "3h").success()
            let store = scene.path("run.sqlite")
            let replayed = try await scene.replay(day, ["--journal", journal, "--store", store])

            let list = try await scene.twin("journal", "list", journal).success()
            #expect(list.contains("000001   2025-06-18 22:00  2025-06-19 00:00     120"))
            #expect(list.contains("000002*  2025-06-19 00:00  2025-06-19 01:00      60"))
            for line in list.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
            let json = try await scene.twin("journal", "list", journal, "--json").success()
            let object = try JSONReader.read(Array(json.trimmingCharacters(in: .newlines).utf8))
            #expect(object["schema"]?.text == "journal/1")
            #expect(object["segments"]?.items?.compactMap { $0["ticks"]?.integer } == [120, 60])

            let verified = try await scene.twin("journal", "verify", journal).success()
            #expect(verified.contains("2 segments, 180 ticks, stepped again"))
            #expect(verified.contains("digest \(replayed.digest)"))

            let archive = ["journal", "archive", journal, "--before", "2025-06-19", "--to", old]
            #expect(try await scene.twin(archive).success().contains("1 segment, 120 ticks"))
            #expect(try await scene.twin(archive).success() == "nothing to move\n")
            let rest = try await scene.twin("replay", journal, "--json").ending()
            #expect(rest.code == 0)
            #expect(rest.err.contains("the replay begins at 2025-06-19T00:00:00.000+01:00 (tick 121)"))
            #expect(try Summary.one(in: rest.out).digest == replayed.digest)
            let both = try Summary.one(in: try await scene.twin("replay", old, journal, "--json").success())
            #expect(Summary.timeless(both) == Summary.timeless(replayed))
        }
    }

    @Test func `What is wrong with a journal is named, with the contract's exit codes`() async throws {
        try await Scene.play { scene in
            let day = scene.path("hour.jsonl")
            let journal = scene.path("run.journal")
            _ = try await scene.twin("simulate", "--out", day, "--from", "2025-06-18T06:00", "--for", "10m").success()
            _ = try await scene.replay(day, ["--journal", journal])
            let file = journal + "/simulated-000001.jsonl"
            let text = try String(contentsOfFile: file, encoding: .utf8)
            let changed = text.replacing("\"load_kw\":", with: "\"load_kw\":1", maxReplacements: 1)
            try changed.write(toFile: file, atomically: true, encoding: .utf8)
            let wrong = try await scene.twin("journal", "verify", journal).ending()
            #expect(wrong.code == 65)
            #expect(wrong.err.contains("simulated-000001.jsonl:"))
            #expect(wrong.err.contains("tick 1 has another checksum than its mark says"))
            #expect(try await scene.twin("journal", "verify", journal, "--quick").ending().code == 65)
            // Without its sums, as 0.1.0 wrote it, it must be stepped.
            try changed.replacing(/,"sum":"[0-9a-f]*"/, with: "").write(
                toFile: file, atomically: true, encoding: .utf8)
            let stepped = try await scene.twin("journal", "verify", journal).ending()
            #expect(stepped.code == 65 && stepped.err.contains("tick 1 does not step to the chain of its mark"))
            #expect(try await scene.twin("journal", "verify", journal, "--quick").ending().code == 0)
            #expect(try await scene.twin("journal", "list", scene.path("none")).ending().code == 66)
            #expect(try await scene.twin("journal", "list", scene.path(".")).ending().code == 66)
            let noDate = ["journal", "archive", journal, "--before", "June", "--to", scene.path("old")]
            #expect(try await scene.twin(noDate).ending().code == 2)
            let noParent = ["journal", "archive", journal, "--before", "2031-01-01", "--to", scene.path("no/old")]
            // There is nothing to move, so no folder is wanted either.
            #expect(try await scene.twin(noParent).success() == "nothing to move\n")
        }
    }
}
