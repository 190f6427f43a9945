import Foundation
import Testing
import TwinCore
import TwinTesting

/// `twin passports` against the books, and what is told of vehicles beside the line's end.
@Suite(.serialized)
struct PassportsTests {
    @Test func `Passports of a day come to its books, in every format`() async throws {
        try await Scene.play { scene in
            let store = scene.path("day.sqlite")
            let replayed = try await scene.replay(Repository.day, ["--store", store])
            let vehicles = try #require(replayed["vehicles"]?.integer)
            let production = try #require(replayed["co2_kg"]?["scope1"]?.double)
            let text = try await scene.twin("passports", "--store", store, "--json").success()
            let all = try JSONReader.read(Array(text.utf8))
            let passports = try #require(all["passports"]?.items)
            #expect(passports.count == Int(vehicles))
            let difference = try #require(all["balance_kg"]?["difference"]?.members)
            #expect(!difference.isEmpty && difference.allSatisfy { $0.value.double == 0 })
            let scope1 = passports.reduce(0) { $0 + ($1["total_kg"]?["scope1"]?.double ?? .nan) }
            #expect(abs(scope1 - production) < 0.1)
            // A day without a published rate binds nobody.
            #expect(passports.allSatisfy { $0["status"]?.text == "provisional" })

            let csv = try await scene.twin("passports", "--store", store, "--format", "csv").success()
            #expect(csv.split(separator: "\r\n").count == Int(vehicles) + 1)
            let pact = try await scene.twin("passports", "--store", store, "--format", "pact").success()
            #expect(try JSONReader.read(Array(pact.utf8))["data"]?.items?.count == Int(vehicles))
            let lines = try await scene.twin("passports", "--store", store).success()
            for line in lines.split(separator: "\n") { #expect(line.count <= 80, "\(line)") }
            let one = try #require(passports.first?["vehicle"]?.text)
            let told = try await scene.twin("explain", "co2", "--vehicle", one, "--store", store).success()
            #expect(told.contains("paint") && told.contains("uk-2025"))
            #expect(try await scene.twin("explain", "co2", "--vehicle", "x", "--store", store).ending().code == 66)
        }
    }

    @Test func `A scrapped vehicle hands its part over, and rework is spent on the vehicle that comes back`()
        async throws
    {
        try await Scene.play { scene in
            func event(_ minute: Int, _ line: String, _ vehicle: String, _ event: String) -> String {
                let time = "2025-06-18T06:\(minute):00.000Z"
                return
                    "{\"t\":\"\(time)\",\"topic\":\"v1/sunderland/line/\(line)/vehicle\",\"payload\":{\"ts\":\"\(time)\","
                    + "\"vehicle\":\"\(vehicle)\",\"model\":\"leaf\",\"event\":\"\(event)\"}}"
            }
            let lines = [
                "{\"twin\":\"replay/1\",\"site\":\"sunderland\",\"run\":\"line\",\"start\":\"2025-06-18T06:00:00.000Z\","
                    + "\"tz\":\"Europe/London\",\"step_s\":60,\"seed\":1,\"mode\":\"shadow\",\"loop\":\"open\",\"clock\":\"event\","
                    + "\"marks\":false}",
                event(10, "final", "a", "line_off"), event(12, "final", "b", "line_off"),
                event(14, "final", "c", "line_off"), event(40, "paint", "b", "rework"),
                event(50, "final", "a", "scrap"),
                "{\"t\":\"2025-06-18T07:00:00.000Z\",\"topic\":\"v1/sunderland/clock\","
                    + "\"payload\":{\"ts\":\"2025-06-18T07:00:00.000Z\"}}",
            ]
            let file = scene.path("line.jsonl")
            try (lines.joined(separator: "\n") + "\n").write(toFile: file, atomically: true, encoding: .utf8)
            let store = scene.path("line.sqlite")
            _ = try await scene.replay(file, ["--store", store])
            let text = try await scene.twin("passports", "--store", store, "--json").success()
            let all = try JSONReader.read(Array(text.utf8))
            let passports = try #require(all["passports"]?.items)
            func one(_ id: String) -> JSON? { passports.first { $0["vehicle"]?.text == id } }
            #expect(passports.count == 3)
            #expect(one("a")?["status"]?.text == "scrapped")
            #expect(one("a")?["total_kg"]?["scope1"]?.double == 0)
            let b = try #require(one("b")?["direct_kg"]?["paint"]?["scope1"]?.double)
            let c = try #require(one("c")?["direct_kg"]?["paint"]?["scope1"]?.double)
            #expect(b > c && c > 0)
            #expect(all["balance_kg"]?["difference"]?.members?.allSatisfy { $0.value.double == 0 } == true)
        }
    }

    @Test func `Periods are days, weeks, shifts, ranges and twelve months, and nothing else`() async throws {
        try await Scene.play { scene in
            let store = scene.path("day.sqlite")
            let replayed = try await scene.replay(Repository.day, ["--store", store])
            func vehicles(_ period: String) async throws -> Int64? {
                let json = try await scene.twin("report", "--store", store, "--period", period, "--json").success()
                return try Summary.one(in: json)["vehicles"]?.integer
            }
            let all = replayed["vehicles"]?.integer
            for period in ["2025-W25", "12m/2025-06-18", "2025-06-17..2025-06-18", "2025"] {
                #expect(try await vehicles(period) == all, "\(period)")
            }
            let early = try #require(try await vehicles("2025-06-18/early"))
            let late = try #require(try await vehicles("2025-06-18/late"))
            #expect(early > 600 && late > 600 && early + late <= all ?? 0)
            for wrong in ["2025-W54", "2025-06-18/night", "2025-06-19..2025-06-18", "yesterday", "2025-02-30"] {
                #expect(
                    try await scene.twin("report", "--store", store, "--period", wrong).ending().code == 2, "\(wrong)")
            }
        }
    }
}
