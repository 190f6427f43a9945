import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinReports
import TwinRuntime
import TwinTesting
import TwinUnits

@testable import TwinWeb

@Suite("The pages of vehicles")
struct VehiclesTests {
    @Test("every vehicle of the day is listed or counted, and each has the passport of twin passports")
    func passport() async throws {
        let day = try await WebDay.made()
        let list = try await WebDay.json("/vehicles.json", day.source)
        #expect(list["counted"]?.integer == 1415)
        #expect(list["named"]?.integer == 1415)
        #expect(list["vehicles"]?.items?.count == VehiclesPage.listMax)
        let id = try #require(list["vehicles"]?.items?.last?["vehicle"]?.text)
        let page = try await WebDay.json("/vehicles/\(id).json", day.source)
        let found = try #require(try day.store.passports(ofYear: 2025, day.config.method, tracing: id))
        let passport = try #require(found.closing.passports.first { $0.vehicle == id })
        #expect(page["passport"] == PassportText.json(passport, day.config.zone))
        // The shares are what was spent on it directly, to the gram.
        func kg(_ json: JSON?) -> Double {
            (json?["scope1"]?.double ?? .nan) + (json?["scope2_location"]?.double ?? .nan)
        }
        let shares = try #require(page["shares"]?.items)
        #expect(!shares.isEmpty)
        let spent = shares.reduce(0) { $0 + kg($1["co2_kg"]) }
        let direct = passport.directTotal
        #expect(abs(spent - (direct[.scope1] + direct[.location]).kilograms) < 1e-6)
        #expect(page["footprint"]?["pact"] != nil || page["footprint"]?["reason"]?.text?.isEmpty == false)
    }

    @Test("a list asked with its carbon has each passport's kilograms, and the mean of each model of them")
    func carbon() async throws {
        let day = try await WebDay.made()
        let without = try await WebDay.json("/vehicles.json", day.source)
        #expect(without["models"] == .null)
        #expect(without["vehicles"]?.items?.first?["co2_kg_location"] == .null)
        let list = try await WebDay.json("/vehicles.json?carbon=yes", day.source)
        let closing = try #require(try day.store.passports(ofYear: 2025, day.config.method)).closing
        let kilograms = Dictionary(
            closing.passports.map { ($0.vehicle, $0.kilograms(.location)) }, uniquingKeysWith: { first, _ in first })
        let vehicles = try #require(list["vehicles"]?.items)
        #expect(vehicles.count == VehiclesPage.listMax)
        var sums: [String: (kg: Double, count: Int)] = [:]
        for vehicle in vehicles {
            let id = try #require(vehicle["vehicle"]?.text)
            let kg = try #require(kilograms[id])
            #expect(vehicle["co2_kg_location"]?.double == kg)
            sums[vehicle["model"]?.text ?? "", default: (0, 0)].kg += kg
            sums[vehicle["model"]?.text ?? "", default: (0, 0)].count += 1
        }
        let models = try #require(list["models"]?.items)
        #expect(models.count == sums.count)
        for row in models {
            let sum = try #require(sums[row["model"]?.text ?? ""])
            #expect(row["vehicles"]?.integer == Int64(sum.count))
            #expect(abs((row["mean_kg_location"]?.double ?? .nan) - sum.kg / Double(sum.count)) < 1e-9)
        }
        let means = models.compactMap { $0["mean_kg_location"]?.double }
        #expect(means == means.sorted(by: >))
    }

    @Test("an unknown vehicle says so", arguments: ["no-such", "%3Cb%3E", "2025-06-18-1%27"])
    func unknown(id: String) async throws {
        let day = try await WebDay.made()
        let error = try await WebDay.json("/vehicles/\(id).json", day.source, status: 404)
        #expect(error["error"]?["text"]?.text?.contains("was lined off in 2025") == true)
    }

    @Test("a site without passports says what it lacks")
    func none() async throws {
        let day = try await WebDay.made()
        var source = day.source
        source.config.method.passports = nil
        let error = try await WebDay.json("/vehicles/x.json", source, status: 404)
        #expect(error["error"]?["text"]?.text?.contains("passports.yaml") == true)
    }
}
