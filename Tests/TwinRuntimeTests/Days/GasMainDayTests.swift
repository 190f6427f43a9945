import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinReports
import TwinRuntime
import TwinTesting
import TwinUnits

/// A simulated winter day of the site with a gas main, in steps of five minutes.
@Suite("A day with a gas main")
struct GasMainDayTests {
    private static let step = Edit("site.yaml", "step_s: 60", "step_s: 300")
    private static let main = Edit(
        "assets.yaml", "gas:\n  # The",
        "gas:\n  main:\n    kind: main\n    gas_max_kw: {value: 200000, source: \"ASM: all burners at -10 degC\"}\n"
            + "    max_age_s: {value: 300, source: ASM}\n  # The")
    private static let start = PlantTime(rfc3339: "2025-01-15T00:00:00.000Z") ?? PlantTime(ms: 0)

    private static func config(hasMain: Bool = true) throws -> SiteConfig {
        try SiteConfig(try Repository.configFiles(hasMain ? [step, main] : [step]))
    }

    private static func lines(hasMain: Bool = true) throws -> [String] {
        try simulation(config(hasMain: hasMain), from: start, for: .hours(24), seed: 11)
    }

    private static let recording = Result { try lines() }

    private static func run(
        _ loop: LoopKind = .open, _ faults: [Fault] = [], hasMain: Bool = true
    ) async throws -> Summary {
        try await replay(lines: recording.get(), config(hasMain: hasMain)) { options in
            options.loop = loop
            options.faults = faults
        }.summary
    }

    private func fault(_ verb: Fault.Verb, _ asset: String, by: Double) -> Fault {
        Fault(verb: verb, on: "v1/+/\(asset)/tele", from: Self.start, lasting: .hours(24), key: "gas_kw", by: by)
    }

    @Test("what all burn is what the main tells, and it is said; the carbon is that of the same day without it")
    func closes() async throws {
        let summary = try await Self.run()
        let found = try #require(summary.reconciliation(of: .gas))
        #expect(found.examined == found.halfHours && found.examined >= 46)
        #expect(abs(found.residualPct) < 0.1 && !found.reconciliation.hasGrossError)
        let subMeters = summary.method.chart.lines(of: .gas).map {
            BalanceReconciliation.Part.meter(summary.method.chart.meters[$0])
        }
        let main = BalanceReconciliation.Part.meter(Meter(.gasMain, .burner, "main"))
        #expect(subMeters.count > 4 && found.parts == [main] + subMeters + [.unmetered])
        let text = ExplainText.render(summary)
        #expect(
            text.contains("gas sub-meters against the gas main, \(found.examined) of \(found.halfHours) half hours:"))
        #expect(text.contains("\n  gas: chi-square ") && text.contains("\n  gas: most in doubt: "))
        #expect(!text.split(separator: "\n").contains { $0.count > 80 })
        let json = ExplainText.json(summary)
        #expect(json["gas_reconciliation"] == found.json && json["reconciliation"] != .null)
        let without = try await Self.run(hasMain: false)
        #expect(without.carbon == summary.carbon && without.energy(.gas) == summary.energy(.gas))
        #expect(without.json["data_quality"] == summary.json["data_quality"])
        #expect(without.json["cost"] == summary.json["cost"])
        #expect(without.json["uncertainty"] == summary.json["uncertainty"])
    }

    @Test("the plant without a main says nothing of one")
    func without() async throws {
        let summary = try await Self.run(hasMain: false)
        #expect(!ExplainText.render(summary).contains("gas main"))
        #expect(ExplainText.json(summary)["gas_reconciliation"] == nil)
        let plain = try Self.lines(hasMain: false)
        let others = try Self.recording.get().filter { !$0.contains("/gas/main/") }
        // The simulated plant is the same, but for its hash.
        #expect(others.dropFirst().elementsEqual(plain.dropFirst()))
    }

    @Test("a sub-meter that is 5 % low is named")
    func low() async throws {
        let summary = try await Self.run(.open, [fault(.scale, "heat/boilers", by: 0.95)])
        let found = try #require(summary.reconciliation(of: .gas))
        #expect(found.residualPct > 1)
        #expect(found.mostInDoubt.map { found.parts[$0].name } == "gas heat/boilers")
        #expect(ExplainText.render(summary).contains("gas: most in doubt: gas heat/boilers ("))
    }

    @Test("gas that is burnt behind no meter is left over, and found as that")
    func hidden() async throws {
        // The main sees 2,000 kW more than all that is metered: 48,000 kWh a day, less what the run did not step.
        let summary = try await Self.run(.open, [fault(.bias, "gas/main", by: 2000)])
        let found = try #require(summary.reconciliation(of: .gas))
        #expect(abs(found.residualKWh - 1000 * Double(found.examined)) < 1500, "\(found.residualKWh)")
        #expect(found.mostInDoubt.map { found.parts[$0] } == .unmetered)
    }

    @Test("a silent main is not compared, and that is said")
    func silent() async throws {
        let drop = Fault(verb: .drop, on: "v1/+/gas/main/tele", from: Self.start, lasting: nil)
        let summary = try await Self.run(.open, [drop])
        #expect(summary.energy(.gasMain) == .zero && summary.reconciliation(of: .gas) == nil)
        let said = "gas sub-meters cannot be held against the gas main: no half hour has all of them"
        let text = ExplainText.render(summary).split(separator: "\n").map { $0.trimmed }.joined(separator: " ")
        #expect(text.contains(said))
        #expect(ExplainText.json(summary)["gas_reconciliation"] == .null)
    }

    @Test("in the closed loop the main sees the shops of the file and the burners of the plant")
    func closed() async throws {
        let found = try #require(try await Self.run(.closed).reconciliation(of: .gas))
        #expect(found.examined >= 46 && abs(found.residualPct) < 0.1 && !found.reconciliation.hasGrossError)
    }
}

extension Substring {
    fileprivate var trimmed: Substring { drop { $0 == " " } }
}
