import Testing
import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinTesting

/// What `dispatch.yaml` may say beside the rule for storage.
@Suite("Optional keys of dispatch.yaml")
struct DispatchSectionTests {
    private func rules(_ text: String) throws -> DispatchRules {
        try Repository.config("dispatch.yaml", "curtail:", "\(text)\ncurtail:").rules
    }

    @Test("what is not said has its default, and what is said holds")
    func calm() throws {
        #expect(try Repository.config().rules.calm == .standard)
        let calm = try rules("calm:\n  hold_s: {value: 300, source: ASM}").calm
        #expect(calm == Calm(hold: .minutes(5), bandFraction: Calm.standard.bandFraction))
        #expect(try rules("calm:\n  band_fraction: {value: 0.1, source: ASM}").calm.bandFraction == 0.1)
    }

    @Test("the most that a tonne may cost has a default")
    func cost() throws {
        #expect(try Repository.config().rules.maxCostPerTonne == 250)
        #expect(try rules("max_cost_per_tonne: {value: 100, source: ASM}").maxCostPerTonne == 100)
    }

    @Test("forecasts are corrected by what is measured unless that is switched off")
    func correction() throws {
        func corrects(_ text: String) throws -> Bool {
            try Repository.config("dispatch.yaml", "curtail:", "\(text)\ncurtail:").correctsForecasts
        }
        #expect(try Repository.config().correctsForecasts)
        #expect(try corrects("forecast: {correction: true}") && !corrects("forecast: {correction: false}"))
        #expect(throws: ConfigProblems.self) { try corrects("forecast: {correction: off}") }
        #expect(throws: ConfigProblems.self) { try corrects("forecast: {corection: true}") }
    }

    @Test("a wrong key or value is named at its place")
    func problems() throws {
        let files = try Repository.configFiles([
            Edit(
                "dispatch.yaml", "curtail:", "calm:\n  hold_h: {value: 1, source: ASM}\n  band_fraction: 0.1\ncurtail:")
        ])
        do {
            _ = try SiteConfig(files)
            Issue.record("it was read")
        } catch {
            let text = error.list.map(\.description).joined(separator: "\n")
            #expect(text.contains("calm.hold_h: unknown key; did you mean \"hold_s\"?"), "\(text)")
            #expect(text.contains("calm.band_fraction: 0.1 has no source"), "\(text)")
        }
    }
}
