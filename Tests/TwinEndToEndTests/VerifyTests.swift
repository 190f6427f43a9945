import Foundation
import Testing
import TwinCore
import TwinTesting

/// What is printed is the run's, or it is said that it is not: exit code 65, with the place.
@Suite(.serialized)
struct VerifyTests {
    /// Changes the first letter of a text in a file, wherever it stands, as a disk or a hand does.
    private func damage(_ path: String, at text: String) throws {
        var data = try Data(contentsOf: URL(fileURLWithPath: path))
        let other = text.first == "0" ? "1" : "0"
        var from = data.startIndex
        while let found = data.range(of: Data(text.utf8), in: from..<data.endIndex) {
            data.replaceSubrange(found.lowerBound...found.lowerBound, with: Data(other.utf8))
            from = found.upperBound
        }
        #expect(from > data.startIndex)
        try data.write(to: URL(fileURLWithPath: path))
    }

    @Test func `A damaged store is named by all who read it, and made anew from the journal beside it`() async throws {
        try await Scene.play { scene in
            let day = scene.path("day.jsonl")
            let (store, journal) = (scene.path("run.sqlite"), scene.path("run.journal"))
            _ = try await scene.twin("simulate", "--out", day, "--from", "2025-06-18T06:00", "--for", "2h").success()
            let replayed = try await scene.replay(day, ["--journal", journal, "--store", store, "--loop", "closed"])
            #expect(try await scene.twin("verify", "--store", store).success().contains("4 half hours as the journal"))

            try damage(store, at: replayed.digest)
            for command in [
                ["report"], ["report", "--format", "csv"], ["export", "--account", "grid_import"], ["explain", "co2"],
                ["verify"],
            ] {
                let ending = try await scene.twin(command + ["--store", store]).ending()
                #expect(ending.code == 65 && ending.out.isEmpty, "\(command)")
                let place =
                    command == ["verify"] ? "checkpoint of run simulated" : "half hour of 2025-06-18T06:30:00.000Z"
                #expect(ending.err.contains("\(store): damaged: the \(place)"), "\(command): \(ending.err)")
                #expect(ending.err.contains("twin verify --store \(store) --repair"))
            }
            let made = try await scene.twin("verify", "--store", store, "--repair", "--json").success()
            let json = try JSONReader.read(Array(made.utf8.dropLast()))
            #expect(json["kept"]?.text == store + ".damaged-1" && json["made_anew"]?.bool == true)
            let report = try Summary.one(in: try await scene.twin("report", "--store", store, "--json").success())
            #expect(Summary.timeless(report) == Summary.timeless(replayed))
            #expect(try await scene.twin("report", "--store", store + ".damaged-1").ending().code == 65)
        }
    }

    @Test func `A replay of a damaged journal prints where it differs and exits 65; the store beside it says so too`()
        async throws
    {
        try await Scene.play { scene in
            let day = scene.path("day.jsonl")
            let (store, journal) = (scene.path("run.sqlite"), scene.path("run.journal"))
            _ = try await scene.twin("simulate", "--out", day, "--from", "2025-06-18T06:00", "--for", "1h").success()
            _ = try await scene.replay(day, ["--journal", journal, "--store", store])
            #expect(try await scene.replay(journal)["chain"]?["proven"]?.bool == true)
            #expect(try await scene.replay(day)["chain"] == .null)

            let file = journal + "/simulated-000001.jsonl"
            let text = try String(contentsOfFile: file, encoding: .utf8)
            let lines = text.split(separator: "\n")
            let gone = try #require(lines.firstIndex { $0.contains("\"tick\":4,") }) - 1
            let missing = (lines[..<gone] + lines[(gone + 1)...]).joined(separator: "\n") + "\n"
            try missing.write(toFile: file, atomically: true, encoding: .utf8)
            let ending = try await scene.twin("replay", journal, "--json").ending()
            #expect(ending.code == 65)
            let found = try #require(try Summary.one(in: ending.out)["chain"]?["first_difference"])
            #expect(
                found["tick"]?.integer == 4 && found["file"]?.text == file && found["line"]?.integer == Int64(gone + 1))
            let said = try await scene.twin("replay", journal).ending()
            #expect(said.code == 65 && said.out.contains("not those of the run"))

            // The end of the journal is lost, and nothing says so but the store.
            let short = lines.prefix { !$0.contains("\"tick\":50,") }.joined(separator: "\n") + "\n"
            try short.write(toFile: file, atomically: true, encoding: .utf8)
            for command in [["replay", journal, "--json"], ["report", "--store", store]] {
                let ending = try await scene.twin(command).ending()
                #expect(ending.code == 65)
                #expect(ending.err.contains(file) && ending.err.contains("the store \(store) has the run until"))
            }
        }
    }

    @Test func `The version tells what the program was built with`() async throws {
        try await Scene.play { scene in
            let text = try await scene.twin("--version", "--verbose").success()
            #expect(text.contains("package swift-asn1 ") && text.contains("library libmosquitto 2."))
            let json = try JSONReader.read(Array(try await scene.twin("--version", "--json").success().utf8.dropLast()))
            #expect(json["schema"]?.text == "version/1" && json["libraries"]?["SQLite"]?.text?.hasPrefix("3.") == true)
            #expect(try await scene.twin("--version").success().split(separator: "\n").count == 1)
        }
    }

    @Test func `A run that begins beside a store whose journal is gone says so, and what is no file is no store`()
        async throws
    {
        try await Scene.play { scene in
            let (day, store) = (scene.path("day.jsonl"), scene.path("run.sqlite"))
            _ = try await scene.twin("simulate", "--out", day, "--from", "2025-06-18T06:00", "--for", "1h").success()
            _ = try await scene.replay(day, ["--journal", scene.path("run.journal"), "--store", store])
            let words = ["run", "--broker", "mqtt://127.0.0.1:1", "--clock", "event", "--store"]
            let beside = try await scene.twin(words + [store]).ending()
            #expect(beside.code == 78 || !beside.err.contains("no journal in"), "\(beside.err)")
            let lost = try await scene.twin(words + [store, "--journal", scene.path("other.journal")]).ending()
            #expect(lost.code == 69 && lost.err.contains("new run "), "\(lost.err)")
            #expect(lost.err.contains("holds run simulated") && lost.err.contains("put it back"), "\(lost.err)")
            for command in [["report"], ["alarms"], ["export", "--account", "grid_import"]] {
                let ending = try await scene.twin(command + ["--store", "/dev/zero"]).ending()
                #expect(ending.code == 65 && ending.err.contains("is a device, FIFO or socket"), "\(ending.err)")
            }
            for command in [["report", "--format", "csv"], ["export", "--account", "grid_import"]] {
                let ending = try await scene.twin(command + ["--store", store, "--out", store, "--force"]).ending()
                #expect(ending.code == 73 && ending.err.contains("is read here too"), "\(ending.err)")
            }
            #expect(try await scene.twin("verify", "--store", store).ending().code == 0)
        }
    }
}
