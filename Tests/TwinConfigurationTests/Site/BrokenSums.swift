import TwinTesting

extension BrokenExample {
    /// Values that are each in range and cannot stand together: sums, limits, references, dates.
    static let sums = [
        BrokenExample(
            "a simulated plant that stands on another site",
            [
                Edit("plant.yaml", "    shop/body: {", "    ▸shop/bodi: {"),
                Edit("plant.yaml", "    building/base: {", "    ▸wind/t01: {"),
                Edit("plant.yaml", "    gas/paint-ovens: {", "    ▸gas/paint-oven: {"),
                Edit(
                    "plant.yaml", "    shop/plastics: {value: 0.97, source: \"ASM: fuller",
                    "    ▸shop/press: {value: 0.97, source: \"ASM: fuller"),
                Edit("plant.yaml", "[123, 120.5, 118,", "[▸700, 120.5, ▸10,"),
                Edit("plant.yaml", "initial_soc: {value: 0.5,", "initial_soc: ▸{value: 0.95,"),
            ],
            [
                "shop.electricity.shop/bodi: is no shop or building of assets.yaml; did you mean \"shop/body\"?",
                "shop.electricity.wind/t01: is no shop or building of assets.yaml; remove it or add the asset",
                "shop.gas.gas/paint-oven: is no shop, building or burner of assets.yaml; did you mean "
                    + "\"gas/paint-ovens\"?",
                "shop.gas.shop/press: burns no gas: assets.yaml gives it no burners; remove it or add them",
                "intensity.winter_by_utc_hour_g_per_kwh.value[0]: 700 g/kWh lies outside 15...600 of grid.intensity in "
                    + "assets.yaml; the twin would refuse it, check both",
                "intensity.winter_by_utc_hour_g_per_kwh.value[2]: 10 g/kWh lies outside 15...600 of grid.intensity in "
                    + "assets.yaml; the twin would refuse it, check both",
                "storage.initial_soc: 0.95 lies outside 0.1...0.9, the window of charge of storage/string-1 in "
                    + "assets.yaml; write a value inside",
            ]),
        BrokenExample(
            "burners that cannot be: a window around nothing, elements in an oxidiser, a kind that nobody knows",
            [
                Edit("assets.yaml", "air_design_c: {value: 23,", "air_design_c: ▸{value: 26,"),
                Edit("assets.yaml", "    kind: oven\n", "    kind: ▸ofen\n"),
                Edit(
                    "assets.yaml", "    idle_fraction: {value: 0.3,",
                    "    ▸elements: {rated_kw: 5}\n    idle_fraction: {value: ▸1.3,"),
            ],
            [
                "gas.paint-supply-air.air_design_c: 26 degC is outside the window of 21 to 25 degC; check all three",
                "gas.paint-ovens.kind: \"ofen\" is none of supply_air, oven, oxidiser, main; did you mean \"oven\"?",
                "gas.paint-oxidiser.elements: unknown key; known here: kind, production_day_kw, idle_day_kw, "
                    + "supply_air_kw_per_k, per_vehicle_kwh, heating_base_c, gas_max_kw, efficiency, idle_fraction, "
                    + "max_age_s, prefer",
                "gas.paint-oxidiser.idle_fraction: 1.3 is not in 0...1 (fraction of a production day); write 0.013 for "
                    + "1.3 %",
            ]),
        BrokenExample(
            "a gas main with a burner's key and a largest flow of nothing",
            [
                Edit(
                    "assets.yaml", "gas:\n  # The",
                    "gas:\n  main:\n    kind: main\n    ▸efficiency: {value: 0.9, source: x}\n    gas_max_kw: {value: ▸0,"
                        + " source: x}\n    max_age_s: {value: 300, source: x}\n  # The")
            ],
            [
                "gas.main.efficiency: unknown key; known here: kind, gas_max_kw, max_age_s, prefer",
                "gas.main.gas_max_kw: 0 is not in 1...1000000 (kW); check the unit and the digits",
            ]),
        BrokenExample(
            "two gas mains under one id",
            [
                Edit(
                    "assets.yaml", "gas:\n  # The",
                    "gas:\n  main:\n    kind: main\n    gas_max_kw: {value: 9000, source: x}\n    max_age_s: {value: 300,"
                        + " source: x}\n  ▸main:\n    kind: main\n    gas_max_kw: {value: 9000, source: x}\n    max_age_s:"
                        + " {value: 300, source: x}\n  # The")
            ],
            ["gas.main: is written twice, first in line 176; keep one of them"]),
        BrokenExample(
            "a scale of the gas main, which burns nothing",
            [
                Edit(
                    "assets.yaml", "gas:\n  # The",
                    "gas:\n  main:\n    kind: main\n    gas_max_kw: {value: 9000, source: x}\n    max_age_s: {value: 300,"
                        + " source: x}\n  # The"),
                Edit("plant.yaml", "    gas/paint-oxidiser: {", "    ▸gas/main: {"),
            ],
            ["shop.gas.gas/main: is no shop, building or burner of assets.yaml; remove it or add the asset"]),
        BrokenExample(
            "a tank that overflows at its delivery",
            [
                Edit("plant.yaml", "tank_initial_l: {value: 42000,", "tank_initial_l: ▸{value: 60001,"),
                Edit("plant.yaml", "reorder_l: {value: 20000,", "reorder_l: ▸{value: 30001,"),
            ],
            [
                "fuelcell.tank_initial_l: 60001 l are more than the 60000 l of ethanol.*.capacity_l of assets.yaml; "
                    + "lower it",
                "fuelcell.reorder_l: 30001 l and a delivery of 30000 l overflow the 60000 l of ethanol.*.capacity_l of "
                    + "assets.yaml; order later or less",
            ]),
        BrokenExample(
            "one id in two types, and a scale of a shop without electricity",
            [
                Edit(
                    "assets.yaml", "  leaf-string:\n    ids: [string-1, string-2, string-3, string-4]\n",
                    """
                      older:
                        ids: [string-9, string-3]
                        power_max_kw: {value: 10, source: ASM}
                        capacity_kwh: {value: 375, source: ASM}
                        charge_efficiency: {value: 0.9, source: ASM}
                        discharge_efficiency: {value: 0.9, source: ASM}
                        soc_min: {value: 0.1, source: ASM}
                        soc_max: {value: 0.9, source: ASM}
                        soc_reserve: {value: 0.2, source: ASM}
                        max_age_s: {value: 300, source: ASM}
                      leaf-string:
                        ids: [string-1, string-2, ▸string-3, string-4]

                    """),
                Edit("assets.yaml", "ids: [staff-v2g]", "ids: [▸staff]"),
                Edit(
                    "assets.yaml", "    electricity_fixed_kw:\n      value: 681\n",
                    "    electricity_fixed_kw:\n      value: 0\n"),
                Edit(
                    "assets.yaml", "electricity_per_vehicle_kwh: {value: 1.0,",
                    "electricity_per_vehicle_kwh: {value: 0,"),
                Edit("plant.yaml", "    building/base: {", "    ▸building/base: {"),
            ],
            [
                "bay.two-way.ids[0]: \"staff\" is listed by \"staff\" too; give each asset its own id",
                "storage.leaf-string.ids[2]: \"string-3\" is listed by \"older\" too; give each asset its own id",
                "shop.electricity.building/base: takes no electricity: assets.yaml gives it 0 kW; remove it or give it "
                    + "a load",
            ]),
        BrokenExample(
            "a heat store without a capacity, and a boiler with one",
            [
                Edit(
                    "assets.yaml", "      capacity_kwh: {value: 30000, source: \"ASM: 650 m3 of water over 40 K\"}\n",
                    ""),
                Edit("assets.yaml", "    hot-water-store:\n", "    ▸hot-water-store:\n"),
                Edit(
                    "assets.yaml", "      rated_kw: {value: 60000,",
                    "      ▸capacity_kwh: {value: 1, source: ASM}\n      rated_kw: {value: 60000,"),
            ],
            [
                "heat.sources.boilers.capacity_kwh: unknown key; known here: kind, rated_kw, performance, max_age_s, prefer",
                "heat.sources.hot-water-store: \"capacity_kwh\" is missing; add capacity_kwh: {value: ..., source: "
                    + "\"...\"}",
            ]),
        BrokenExample(
            "a load whose limit is below its own model",
            // 430 kW + 7.8 kWh x 1412 / 16 h = 1118.35 kW.
            [Edit("assets.yaml", "load_max_kw: {value: 1900,", "load_max_kw: ▸{value: 1100,")],
            [
                "shop.battery.load_max_kw: 1100 kW is below the 1119 kW that the model says at the 88 vehicles/h of "
                    + "shifts.yaml; raise it"
            ]),
        BrokenExample(
            "a gate below the peak that it should leave room for",
            [
                Edit("safety.yaml", "import_max_kw: {value: 48000,", "import_max_kw: {value: 31000,"),
                Edit("dispatch.yaml", "    value: 32000", "    ▸value: 32000"),
            ],
            [
                "storage_rule.peak_import_kw: 32000 kW is above gate.import_max_kw of safety.yaml, 31000 kW: the gate "
                    + "holds before there is a peak; lower it"
            ]),
        BrokenExample(
            "a baseline of half a year",
            [Edit("baseline.yaml", "period: 2018-01/2018-12", "period: ▸2018-01/2018-06")],
            [
                "period: \"2018-01/2018-06\" has 6 months; its vehicles and targets are those of 12, write a year"
            ]),
        BrokenExample(
            "a baseline's year outside its period, and a target that asks for nothing",
            [
                Edit("baseline.yaml", "period: 2018-01/2018-12", "period: 2018-04/2019-03"),
                Edit("baseline.yaml", "year: 2018", "year: ▸2020"),
                Edit("baseline.yaml", "remaining_fraction: {value: 0.48,", "remaining_fraction: ▸{value: 1,"),
                Edit("baseline.yaml", "basis: absolute", "basis: ▸absolut"),
            ],
            [
                "year: 2020 lies outside the period 2018-04/2019-03; write the calendar year whose factors price it",
                "targets[0].remaining_fraction: 1 leaves all of the baseline, so it is no target; write the share that "
                    + "may remain",
                "targets[2].basis: \"absolut\" is none of per_vehicle, absolute; did you mean \"absolute\"?",
            ]),
        BrokenExample(
            "a calendar that says things twice",
            [
                Edit("shifts.yaml", "workdays: [mon, tue,", "workdays: [mon, tue, ▸mon,"),
                Edit("shifts.yaml", "{name: late, start", "{name: ▸early, start"),
                Edit("shifts.yaml", "- {from: 2025-05-05, to: 2025-05-05,", "- ▸{from: 2025-04-20, to: 2025-04-22,"),
                Edit("shifts.yaml", "- {from: 2024-12-21, to: 2024-12-31,", "- ▸{from: 2024-12-21, to: 2025-01-01,"),
            ],
            [
                "workdays[2]: mon is listed twice; remove one of them",
                "shifts[1].name: \"early\" names two shifts; give each its own name",
                "closed[3]: 2025-04-20 to 2025-04-22 overlaps 2025-04-21 to 2025-04-21; join them or move one",
                "closed[10]: 2024-12-21 to 2025-01-01 overlaps 2025-01-01 to 2025-01-05; join them or move one",
            ]),
        BrokenExample(
            "a plan without a day to do it",
            [Edit("shifts.yaml", "workdays: [mon, tue, wed, thu, fri]", "workdays: ▸[]")],
            ["workdays: no day works, but 1412 vehicles are planned for each; list the days, or plan 0"]),
        BrokenExample(
            "an island that can shed nothing",
            [
                Edit(
                    "safety.yaml", "follow_tolerance_fraction:",
                    "island:\n  ▸ride_through_h: {value: 1, source: x}\n  uses_reserve: true\n"
                        + "  margin_fraction: {value: 0.1, source: x}\n  vehicle_h: {value: 1, source: x}\n"
                        + "follow_tolerance_fraction:")
            ],
            ["island: no load can be switched; give a shop of assets.yaml circuit: {shed_priority: ...}"]),
        BrokenExample(
            "circuits and an island with values that cannot be",
            [
                Edit(
                    "assets.yaml", "    load_max_kw: {value: 4200,",
                    "    circuit: ▸{shed_priority: {value: 1, source: x}, restart_s: {value: 60, source: x}, "
                        + "never_off_kw: {value: 5000, source: x}}\n    load_max_kw: {value: 4200,"),
                Edit(
                    "assets.yaml", "    load_max_kw: {value: 9300,",
                    "    circuit: {shed_priority: {value: ▸0, source: x}, ▸restart: {value: 60, source: x}, "
                        + "never_off_kw: {value: 0, source: x}}\n    load_max_kw: {value: 9300,"),
                Edit(
                    "safety.yaml", "follow_tolerance_fraction:",
                    "island:\n  ride_through_h: {value: ▸0, source: x}\n  uses_reserve: ▸yes\n"
                        + "  margin_fraction: {value: 0.1, source: x}\n  ▸vehicle_hours: {value: 1, source: x}\n"
                        + "follow_tolerance_fraction:"),
            ],
            [
                "shop.press.circuit: never_off_kw 5000 kW is not below load_max_kw 4200 kW; a load that never goes off "
                    + "has no circuit",
                "shop.body.circuit.shed_priority: 0 is not in 1...99 (place); check the unit and the digits",
                "shop.body.circuit.restart: unknown key; did you mean \"restart_s\"?",
                "island.ride_through_h: 0 is not in 0.1...72 (h); check the unit and the digits",
                "island.uses_reserve: \"yes\" is text in YAML 1.2 and a switch in YAML 1.1; write true",
                "island.vehicle_hours: unknown key; did you mean \"vehicle_h\"?",
            ]),
    ]
}
