import Foundation
import Testing
import TwinCore
import TwinTesting

/// `twin report` tells from the store what `twin replay` said.
@Suite(.serialized)
struct ReportTests {
    @Test func `A report gives the replay's figures, and never overwrites unasked`() async throws {
        try await Scene.play { scene in
            let store = scene.path("day.sqlite")
            let replayed = try await scene.replay(Repository.day, ["--store", store])
            let json = try await scene.twin("report", "--store", store, "--format", "json").success()
            #expect(Summary.timeless(try Summary.one(in: json)) == Summary.timeless(replayed))
            let day = try await scene.twin("report", "--store", store, "--period", "2025-06-18", "--json").success()
            #expect(try Summary.one(in: day)["energy_kwh"] == replayed["energy_kwh"])

            let text = try await scene.twin("report", "--store", store).success()
            #expect(text.contains("CO2 per vehicle"))
            #expect(text.contains(replayed.digest))
            for line in text.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }

            let out = scene.path("report.json")
            let write = ["report", "--store", store, "--format", "json", "--out", out]
            #expect(try await scene.twin(write).success().isEmpty)
            #expect(try String(contentsOfFile: out, encoding: .utf8) == json)
            try "mine\n".write(toFile: out, atomically: true, encoding: .utf8)
            let refused = try await scene.twin(write).ending()
            #expect(refused.code == 73)
            #expect(refused.err.contains(out))
            #expect(try String(contentsOfFile: out, encoding: .utf8) == "mine\n")
            _ = try await scene.twin(write + ["--force"]).success()
            #expect(try String(contentsOfFile: out, encoding: .utf8) == json)
        }
    }

    @Test func `The management report is one file, the same bytes each time, and has the figures of the JSON`()
        async throws
    {
        try await Scene.play { scene in
            let store = scene.path("day.sqlite")
            let replayed = try await scene.replay(Repository.day, ["--store", store, "--loop", "closed"])
            let html = try await scene.twin("report", "--store", store, "--format", "html").success()
            #expect(try await scene.twin("report", "--store", store, "--format", "html").success() == html)
            #expect(html.hasPrefix("<!DOCTYPE html>") && html.utf8.count < 300_000)
            // Three digits that count, as the page has them.
            func short(_ value: Double) -> String {
                String(format: value >= 99.5 ? "%.0f" : value >= 9.95 ? "%.1f" : "%.2f", value)
            }
            for scope in ["scope1", "scope2_location", "scope2_market"] {
                let kg = try #require(replayed["co2_kg"]?[scope]?.double)
                #expect(html.contains(" value=\"\(JSON.numberText(kg))\">\(short(kg / 1000))</data></td>"), "\(scope)")
            }
            let kg = try #require(replayed["co2_kg_per_vehicle"]?.double)
            #expect(html.contains("Production emitted \(short(kg)) kg CO2e per vehicle"))
            #expect(html.contains(replayed.digest))

            let pdf = scene.path("day.pdf")
            let print = ["report", "--store", store, "--format", "pdf", "--out", pdf]
            #expect(try await scene.twin(["report", "--store", store, "--format", "pdf"]).ending().code == 2)
            let none = try await scene.twin(print, environment: ["PATH": "/nowhere"]).ending()
            #expect(none.code == 69 && none.err.contains("a PDF needs one of chromium"))
            // Where there is none, the message above is tested.
            guard let _ = try? Tool.find("chromium") else { return }  // no Chromium
            _ = try await scene.twin(print).success()
            #expect(try Data(contentsOf: URL(fileURLWithPath: pdf)).starts(with: Data("%PDF-".utf8)))
        }
    }

    @Test func `A report as CSV has the JSON's totals, and a month says what it covers`() async throws {
        try await Scene.play { scene in
            let store = scene.path("day.sqlite")
            let replayed = try await scene.replay(Repository.day, ["--store", store])
            let out = scene.path("june.csv")
            let write = ["report", "--store", store, "--period", "2025-06", "--format", "csv", "--out", out]
            #expect(try await scene.twin(write).success().isEmpty)
            let csv = try String(contentsOfFile: out, encoding: .utf8)
            #expect(try await scene.twin("report", "--store", store, "--format", "csv").success() == csv)
            // 48 half hours of 25 accounts, and the header.
            let rows = csv.components(separatedBy: "\r\n").map { $0.components(separatedBy: ",") }
            #expect(rows.count == 1 + 48 * 25 + 1 && rows.last == [""])
            let column = try #require(rows.first?.firstIndex(of: "energy_ws"))
            let gas = rows.filter { $0.contains("gas") }.compactMap { Int64($0[column]) }.reduce(0, +)
            #expect(Double(gas) / 3.6e6 == replayed["gas_kwh"]?.double)
            #expect(try await scene.twin(write).ending().code == 73)

            for (period, covered) in [("2025-06", "1.0 of the 30 days"), ("2025", "1.0 of the 365 days")] {
                let text = try await scene.twin("report", "--store", store, "--period", period).success()
                #expect(text.contains("covers \(covered) of \(period)"))
                for line in text.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
                let file = scene.path("\(period).txt")
                _ = try await scene.twin("report", "--store", store, "--period", period, "--out", file).success()
                #expect(try String(contentsOfFile: file, encoding: .utf8) == text)
            }
        }
    }

    @Test func `A period outside the store says so`() async throws {
        try await Scene.play { scene in
            let day = scene.path("hour.jsonl")
            let store = scene.path("hour.sqlite")
            _ = try await scene.twin("simulate", "--out", day, "--from", "2025-06-18T06:00", "--for", "1h").success()
            _ = try await scene.replay(day, ["--store", store])
            for period in ["2024-06-18", "2025-07", "2031"] {
                let ending = try await scene.twin("report", "--store", store, "--period", period).ending()
                #expect(ending.code == 65, "\(ending.err)")
                #expect(ending.err.contains(period))
                #expect(ending.out.isEmpty)
            }
        }
    }

    @Test func `A store takes a run after another, and refuses one that lies over it`() async throws {
        try await Scene.play { scene in
            let store = scene.path("hours.sqlite")
            for (name, from) in [("one", "18T06:00"), ("over", "18T06:30"), ("next", "19T06:00")] {
                _ = try await scene.twin(
                    "simulate", "--out", scene.path("\(name).jsonl"), "--from", "2025-06-\(from)", "--for", "1h"
                ).success()
            }
            let first = try await scene.replay(scene.path("one.jsonl"), ["--store", store])
            let over = try await scene.twin("replay", scene.path("over.jsonl"), "--store", store, "--json").ending()
            #expect(over.code == 73)
            #expect(over.err.contains(store))
            let alone = try await scene.twin("report", "--store", store, "--json").success()
            #expect(try Summary.one(in: alone).digest == first.digest)
            let next = try await scene.replay(scene.path("next.jsonl"), ["--store", store])
            let both = try Summary.one(in: try await scene.twin("report", "--store", store, "--json").success())
            #expect(both.digest == next.digest && both.count("steps") == 120)
            // Between them there are no books: a hole is a gap.
            #expect(both.count("gaps") == first.count("gaps") + next.count("gaps") + 1)
            #expect(both.count("vehicles") == first.count("vehicles") + next.count("vehicles"))
        }
    }

    @Test func `Who may only read a store and its folder may report it, and is told what else cannot be`() async throws
    {
        try await Scene.play { scene in
            let folder = scene.path("read-only")
            let files = FileManager.default
            try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let store = "\(folder)/day.sqlite"
            _ = try await scene.replay(Repository.day, ["--store", store])
            let before = try await scene.twin("report", "--store", store, "--json").success()
            for name in try files.contentsOfDirectory(atPath: folder) {
                try files.setAttributes([.posixPermissions: 0o444], ofItemAtPath: "\(folder)/\(name)")
            }
            try files.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder)
            // Root may write everywhere, unless it gives that up.
            let reader =
                geteuid() == 0 ? ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] : ["env"]
            let told = try await scene.twin(under: reader, "report", "--store", store, "--json").success()
            #expect(told == before)
            let refused = try await scene.twin(under: reader, "replay", Repository.day, "--store", store).ending()
            #expect(refused.code == 73)
            // A copy of a store that was written meanwhile: the last of it is beside it.
            try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
            try Data(repeating: 1, count: 4096).write(to: URL(fileURLWithPath: "\(store)-wal"))
            try files.setAttributes([.posixPermissions: 0o444], ofItemAtPath: "\(store)-wal")
            try files.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder)
            let half = try await scene.twin(under: reader, "report", "--store", store, "--json").ending()
            #expect(half.code == 77)
            #expect(half.err.contains("\(store)-wal"))
            try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
        }
    }
}
