import Testing
import TwinTesting

/// Broken copies of the shipped files. Every expected problem stands at a `▸`, in the order of the texts.
struct BrokenExample: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var edits: [Edit]
    var texts: [String]

    init(_ name: String, _ edits: [Edit], _ texts: [String]) {
        testDescription = name
        self.edits = edits
        self.texts = texts
    }

    static let all: [BrokenExample] = ranges + keys + forms + checks + sums

    private static let ranges = [
        BrokenExample(
            "values out of range",
            [
                Edit("assets.yaml", "soc_reserve: {value: 0.2,", "soc_reserve: {value: ▸120,"),
                Edit("assets.yaml", "soc_max: {value: 0.9,", "soc_max: {value: ▸90,"),
                Edit("assets.yaml", "rated_kw: {value: 660,", "rated_kw: {value: ▸660000,"),
                Edit("site.yaml", "lateness_s: 30", "lateness_s: ▸-1"),
                Edit("site.yaml", "step_s: 60", "step_s: ▸7"),
                Edit(
                    "tariffs.yaml", "currency: GBP", "currency: GBP\ndemand_per_kw_month: {value: ▸-8, source: \"c\"}"),
            ],
            [
                "wind.v47.rated_kw: 660000 is not in 1...20000 (kW); check the unit and the digits",
                "storage.leaf-string.soc_max: 90 is not in 0...1 (fraction of capacity); write 0.9 for 90 %",
                "storage.leaf-string.soc_reserve: 120 is not in 0...1 (fraction of capacity); write 0.2 for 20 %",
                "step_s: 7 does not divide the half hour of 1800 s; write 60, 30 or another divisor",
                "lateness_s: -1 is not in 0...3600 (s); check the unit and the digits",
                "demand_per_kw_month: -8 is not in 0...1000 (currency/(kW month)); check the unit and the digits",
            ]),
        BrokenExample(
            "numbers that are none",
            [
                Edit("tariffs.yaml", "import_per_mwh: {value: 220,", "import_per_mwh: {value: ▸.inf,"),
                Edit("tariffs.yaml", "export_per_mwh: {value: 60,", "export_per_mwh: {value: ▸1e999,"),
                Edit("tariffs.yaml", "gas_per_mwh: {value: 45,", "gas_per_mwh: {value: ▸\"45\","),
                Edit("tariffs.yaml", "carbon_per_tonne: {value: 50,", "carbon_per_tonne: {value: ▸50 GBP,"),
                Edit("baseline.yaml", "vehicles: {value: 442254,", "vehicles: {value: ▸442_254,"),
                Edit("dispatch.yaml", "deadband_kw: {value: 10,", "deadband_kw: {value: ▸010,"),
                Edit("site.yaml", "step_s: 60", "step_s: ▸1:00"),
            ],
            [
                "vehicles: 442_254 has separators between its digits; write digits and one decimal point",
                "storage_rule.deadband_kw: 010 starts with 0 and so it is octal in YAML 1.1; remove the 0",
                "step_s: 1:00 is a number to base 60 in YAML 1.1; write decimal digits",
                "import_per_mwh: .inf is not finite; write a number",
                "export_per_mwh: 1e999 is not finite; write a number",
                "gas_per_mwh: \"45\" is in quotes and so it is text, not a number; remove the quotes",
                "carbon_per_tonne: 50 GBP has a unit; write the number alone, the unit is in the key",
            ]),
    ]

    private static let keys = [
        BrokenExample(
            "an agreed capacity without a price",
            [
                Edit(
                    "tariffs.yaml", "currency: GBP", "currency: GBP\nagreed_capacity_kw: ▸{value: 8, source: \"c\"}")
            ],
            [
                "agreed_capacity_kw: nothing is said of its price; add capacity_per_kw_month or excess_per_kw_month"
            ]),
        BrokenExample(
            "a price of a capacity that is not agreed",
            [
                Edit(
                    "tariffs.yaml", "currency: GBP", "currency: GBP\nexcess_per_kw_month: ▸{value: 8, source: \"c\"}")
            ],
            ["excess_per_kw_month: no agreed_capacity_kw, which excess_per_kw_month is a price of; add it or drop this"]
        ),
        BrokenExample(
            "misspelt and missing keys",
            [
                Edit("site.yaml", "lateness_s: 30", "▸latenes_s: 30"),
                Edit("site.yaml", "scope2: location", "▸colour: blue\nscope2: ▸locaton"),
                Edit(
                    "assets.yaml",
                    "  leaf-string:\n    ids: [string-1, string-2, string-3, string-4]\n    power_max_kw",
                    "  ▸leaf-string:\n    ids: [string-1, string-2, string-3, string-4]\n    ▸power_kw"),
                Edit("assets.yaml", "    soc_min: {value: 0.1,", "    ▸soc_mni: {value: 0.1,"),
            ],
            [
                "storage.leaf-string: \"power_max_kw\" is missing; add power_max_kw: {value: ..., source: \"...\"}",
                "storage.leaf-string.power_kw: unknown key; known here: ids, power_max_kw, capacity_kwh, charge_efficiency, "
                    + "discharge_efficiency, soc_min, soc_max, soc_reserve, max_age_s, prefer",
                "storage.leaf-string.soc_mni: unknown key; did you mean \"soc_min\"?",
                "latenes_s: unknown key; did you mean \"lateness_s\"?",
                "colour: unknown key; known here: site, name, time_zone, location, step_s, lateness_s, boundary, scope2, "
                    + "uncertainty",
                "scope2: \"locaton\" is none of location, market; did you mean \"location\"?",
            ]),
        BrokenExample(
            "keys written twice",
            [
                Edit(
                    "dispatch.yaml", "  deadband_kw: {value: 10,",
                    """
                      deadband_kw: {value: 20, source: ASM}
                      ▸deadband_kw: {value: 30, source: ASM}
                      ▸dirty_fractoin: 1
                      ▸deadband_kw: {value: 10,
                    """),
                Edit("site.yaml", "site: sunderland", "site: sunderland\n▸\"site\": sunderland"),
            ],
            [
                "storage_rule.deadband_kw: is written twice, first in line 10; keep one of them",
                "storage_rule.dirty_fractoin: unknown key; did you mean \"dirty_fraction\"?",
                "storage_rule.deadband_kw: is written twice, first in line 10; keep one of them",
                "site: is written twice, first in line 2; keep one of them",
            ]),
        BrokenExample(
            "unknown alarm codes and ids",
            [
                Edit("safety.yaml", "  not_acked: {enabled: true}", "  ▸not_aked: {enabled: true}"),
                Edit("safety.yaml", "  trip: {enabled: true}", "  ▸smoke: {enabled: true}\n  trip: {enabled: ▸no}"),
                Edit("assets.yaml", "  press:\n", "  ▸Works Nr. 1:\n"),
                Edit("assets.yaml", "id: intensity", "id: ▸main"),
            ],
            [
                "shop.Works Nr. 1: \"Works Nr. 1\" is no id; write 1 to 64 of a-z, 0-9 and -",
                "grid.intensity.id: \"main\" is the meter's id too; give each its own",
                "detectors.not_aked: unknown key; did you mean \"not_acked\"?",
                "detectors.smoke: unknown key; known here: stale, stuck, out_of_range, unit, sign, counter, balance, "
                    + "clock, gap, conflict, not_acked, not_followed, two_controllers, departure_at_risk, trip, link, store, "
                    + "solver, plan_infeasible",
                "detectors.trip.enabled: \"no\" is text in YAML 1.2 and a switch in YAML 1.1; write false",
            ]),
        BrokenExample(
            "an objective of unknown words",
            [
                Edit("dispatch.yaml", "strategy: optimiser", "strategy: ▸optimizer"),
                Edit("dispatch.yaml", "signal: average", "signal: ▸mean"),
                Edit("dispatch.yaml", "boundary: operational}", "▸bounds: operational}"),
            ],
            [
                "objective.strategy: \"optimizer\" is none of optimiser, rules; did you mean \"optimiser\"?",
                "objective.signal: \"mean\" is none of annual, average, marginal",
                "objective.bounds: unknown key; known here: strategy, signal, boundary, carbon_price_per_tonne, "
                    + "marginal_g_per_kwh, wear_per_kwh, peak_per_kwh, change_per_kw",
            ]),
    ]
}

@Suite("Broken configurations")
struct BrokenConfigurationTests {
    @Test("name every problem at its place", arguments: BrokenExample.all)
    func example(_ example: BrokenExample) throws {
        let (files, places) = try edited(example.edits)
        #expect(problems(files) == zip(places, example.texts).map { "\($0): error: \($1)" })
        #expect(places.count == example.texts.count)
    }
}
