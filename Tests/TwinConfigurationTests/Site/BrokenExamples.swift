import TwinTesting

extension BrokenExample {
    static let forms = [
        BrokenExample(
            "numbers without a source",
            [
                Edit(
                    "tariffs.yaml", "{value: 220, source: \"GK-L: delivered industrial price, 180 to 260\"}", "▸220"),
                Edit("tariffs.yaml", "\"GK-L: 70 to 95 % of a day-ahead price of 65 to 90\"", "▸\"  \""),
                Edit(
                    "tariffs.yaml",
                    "gas_per_mwh: {value: 45, source: \"GK-L: industrial price on gross calorific value, 35 to 60\"}",
                    "▸gas_per_mwh: {value: 45}"),
                Edit("tariffs.yaml", "carbon_per_tonne: {value: 50, source", "carbon_per_tonne: {value: 50, ▸sourc"),
            ],
            [
                "import_per_mwh: 220 has no source; write {value: 220, source: \"where it comes from\"}",
                "export_per_mwh.source: the source is empty; name the document, or write ASM and the reasoning",
                "gas_per_mwh: \"source\" is missing; every physical number says where it comes from",
                "carbon_per_tonne.sourc: unknown key; did you mean \"source\"?",
            ]),
        BrokenExample(
            "wrong types",
            [
                Edit("site.yaml", "name: Nissan Sunderland type car plant", "name: ▸no"),
                Edit("site.yaml", "time_zone: Europe/London", "time_zone: ▸Europe/Londn"),
                Edit("shifts.yaml", "workdays: [mon, tue, wed, thu, fri]", "workdays: ▸{mon: true}"),
                Edit("plant.yaml", "value: [4.0, 4.3, 5.8,", "value: ▸[4.0, 5.8,"),
                Edit("safety.yaml", "gate:\n", "gate: ▸[]\n▸gates:\n"),
            ],
            [
                "weather.monthly_temperature_c: the list has 11 items; 12 are needed",
                "gate: expected a mapping of keys, found a list",
                "gates: unknown key; did you mean \"gate\"?",
                "workdays: expected a list, found a mapping",
                "name: no without quotes is the switch false in YAML; write \"no\" if text is meant",
                "time_zone: \"Europe/Londn\" is not in the zone database; did you mean \"Europe/London\"?",
            ]),
        BrokenExample(
            "YAML that the parser refuses, beside other problems",
            [
                Edit("tariffs.yaml", "currency: GBP\nimport_per_mwh:", "currency: [GBP\nimport_per_mwh▸:"),
                Edit("dispatch.yaml", "storage_rule:\n", "storage_rule:\n▸\t"),
                Edit("site.yaml", "step_s: 60", "step_s: ▸fast"),
            ],
            [
                "not valid YAML: found character that cannot start any token (while scanning for the next token of "
                    + "line 5); indent with spaces, not tabs",
                "step_s: expected a whole number (s), found \"fast\"",
                "not valid YAML: did not find expected ',' or ']' (while parsing a flow sequence of line 2); check the "
                    + "brackets, quotes and indentation here and in the line above",
            ]),
        BrokenExample(
            "anchors, aliases and tags",
            [
                Edit("dispatch.yaml", "deadband_kw: {value: 10,", "deadband_kw: {value: ▸&ten 10,"),
                Edit("site.yaml", "step_s: 60", "step_s: ▸!!int 60"),
                Edit("site.yaml", "scope2: location", "scope2: ▸!scope location"),
                Edit("tariffs.yaml", "import_per_mwh: {", "import_per_mwh: ▸&price {"),
                Edit(
                    "tariffs.yaml", "{value: 50, source: \"GK-L: order of the UK emission allowance price\"}",
                    "▸*price"),
            ],
            [
                "storage_rule.deadband_kw.value: anchor \"&ten\" is not read; write the value out",
                "step_s: tag \"tag:yaml.org,2002:int\" is not read; write the value without it",
                "scope2: tag \"!scope\" is not read; write the value without it",
                "import_per_mwh: anchor \"&price\" is not read; write the value out",
                "carbon_per_tonne: alias \"*price\" is not read; write the value out",
            ]),
    ]

    static let checks = [
        BrokenExample(
            "storage and curve that do not fit",
            [
                Edit("assets.yaml", "soc_reserve: {value: 0.2,", "soc_reserve: ▸{value: 0.05,"),
                Edit("assets.yaml", "power_max_kw: {value: 250,", "power_max_kw: ▸{value: 9000,"),
                Edit("assets.yaml", "- [8, 252]", "- ▸[6.5, 252]"),
                Edit("assets.yaml", "- [15, 657]", "- ▸[15, 700]"),
            ],
            [
                "wind.v47.curve.value[5]: 6.5 m/s does not ascend after 7 m/s; sort the points",
                "wind.v47.curve.value[12]: 700 kW is above the rated 660 kW of one turbine; check both",
                "storage.leaf-string.power_max_kw: 9000 kW empties 375 kWh in less than 20 min; check both",
                "storage.leaf-string.soc_reserve: 0.05 is not above soc_min 0.1; the reserve lies between soc_min and soc_max",
            ]),
        BrokenExample(
            "shifts that overlap and days that do not exist",
            [
                Edit(
                    "shifts.yaml", "- {name: late, start: \"15:00\", end: \"23:00\"}",
                    "- ▸{name: late, start: \"14:30\", end: 23:00}"),
                Edit("shifts.yaml", "to: 2025-01-05", "to: ▸2024-12-31"),
                Edit("shifts.yaml", "from: 2025-05-05", "from: ▸2025-02-29"),
                Edit("shifts.yaml", "from: 2025-08-25", "from: ▸25/08/2025"),
            ],
            [
                "shifts[1]: shift \"late\" overlaps shift \"early\"; move one of them",
                "closed[0].to: 2024-12-31 is before 2025-01-01; swap the dates",
                "closed[3].from: 2025-02-29 is no day of the calendar; check month and day",
                "closed[6].from: expected a date like 2025-06-18, found \"25/08/2025\"",
            ]),
        BrokenExample(
            "shifts across midnight and sets of one year",
            [
                Edit("shifts.yaml", "end: \"15:00\"", "end: ▸\"24:30\""),
                Edit("shifts.yaml", "start: \"15:00\", end: \"23:00\"", "start: \"23:00\", end: ▸\"07:00\""),
                Edit("factors.yaml", "    year: 2021", "    year: ▸2020"),
                Edit("baseline.yaml", "name: site-2030-absolute", "name: ▸group-2030"),
                Edit("baseline.yaml", "period: 2018-01/2018-12", "period: ▸2018-01/2018-13"),
            ],
            [
                "period: \"2018-01/2018-13\" is no period; write first and last month like 2018-01/2018-12",
                "targets[2].name: \"group-2030\" names two targets; give each its own name",
                "sets.uk-2021.year: 2020 is the year of set \"uk-2020\" too; one set a year",
                "shifts[0].end: 24:30 is no time of day; write 00:00 to 24:00",
                "shifts[1].end: the shift ends before it starts; split a night shift at 24:00 into two",
            ]),
        BrokenExample(
            "a plan by model that is more than all vehicles",
            [
                Edit("shifts.yaml", "models:\n  leaf:", "models:\n  ▸leaf:"),
                Edit("shifts.yaml", "share: {value: 0.46,", "share: {value: 0.47,"),
            ],
            ["models: the shares sum to 1.01; they are shares of all vehicles, make them sum to 1"]),
        BrokenExample(
            "models that are none",
            [
                Edit("shifts.yaml", "  qashqai:\n", "  ▸unknown:\n"),
                Edit("shifts.yaml", "  juke:\n", "  ▸Juke:\n"),
                Edit("shifts.yaml", "  leaf:\n    share: {value: 0.31,", "  leaf:\n    share: {value: ▸31,"),
                Edit("plant.yaml", "  yard_need_kwh:", "  ▸electric_share: {value: 1, source: ASM}\n  yard_need_kwh:"),
            ],
            [
                "charging.electric_share: unknown key; known here: staff_cars, yard_need_kwh, agvs_per_group, agv_scale",
                "models.leaf.share: 31 is not in 0...1 (fraction of the vehicles); write 0.31 for 31 %",
                "models.unknown: is where vehicles without a model are counted; give the model another id",
                "models.Juke: \"Juke\" is no id; write 1 to 64 of a-z, 0-9 and -",
            ]),
        BrokenExample(
            "files that contradict each other",
            [
                Edit("dispatch.yaml", "    value: 32000", "    ▸value: 52000"),
                Edit("safety.yaml", "import_max_kw: {value: 48000,", "import_max_kw: ▸{value: 50000,"),
                Edit("safety.yaml", "export_max_kw: {value: 10000,", "export_max_kw: ▸{value: 12000,"),
                Edit("baseline.yaml", "year: 2018", "year: ▸▸2017"),
            ],
            [
                "year: 2017 lies outside the period 2018-01/2018-12; write the calendar year whose factors price it",
                "year: 2017 has no factor set under set_year; factors.yaml gives 2018, 2019, 2020, 2021, 2022, 2023, "
                    + "2024, 2025",
                "storage_rule.peak_import_kw: 52000 kW is above grid.meter.import_max_kw of assets.yaml, 48000 kW; "
                    + "lower it",
                "gate.import_max_kw: 50000 kW is above grid.meter.import_max_kw of assets.yaml, 48000 kW; lower it",
                "gate.export_max_kw: 12000 kW is above grid.meter.export_max_kw of assets.yaml, 10000 kW; lower it",
            ]),
        BrokenExample(
            "parts of the plant that cannot be",
            [
                Edit("assets.yaml", "ac_rated_kw: {value: 16000,", "ac_rated_kw: ▸{value: 26000,"),
                Edit("assets.yaml", "heat_fraction: {value: 0.28,", "heat_fraction: ▸{value: 0.5,"),
                Edit("assets.yaml", "performance: {value: 0.99,", "performance: ▸{value: 3.5,"),
                Edit("assets.yaml", "[string-1, string-2, string-3,", "[string-1, ▸string-1, string-3,"),
                Edit("assets.yaml", "    string-2:\n      graded", "    ▸string-2:\n      graded"),
                Edit("assets.yaml", "expected_on_shift_kw: {value: 30,", "expected_on_shift_kw: ▸{value: 3000,"),
            ],
            [
                "solar.pv2.ac_rated_kw: 26000 kW of inverters for 20000 kW of panels; the panels are usually the larger",
                "fuelcell.sofc-1.heat_fraction: with an efficiency of 0.55 more than all of the fuel; together at most 1",
                "heat.sources.electric-boiler.performance: 3.5 is above 1: only a heat pump gives more heat than it "
                    + "takes; check kind",
                "bay.staff.expected_on_shift_kw: 3000 kW is above what 60 points of 7.4 kW can draw; check all three",
                "storage.leaf-string.ids[1]: \"string-1\" is listed twice; give each asset its own id",
                "packs.strings.string-2: there is no storage/string-2 that has such packs",
            ]),
        BrokenExample(
            "references to what is not there",
            [
                Edit("baseline.yaml", "generation: [wind/t01,", "generation: ▸[wind/t99,"),
                Edit("plant.yaml", "    shop/press: {", "    ▸press: {"),
                Edit("site.yaml", "latitude_deg: {value: 54.9203,", "latitude_deg: {value: ▸94.9203,"),
            ],
            [
                "generation: wind/t99 is no asset of assets.yaml; remove it or add the asset",
                "shop.electricity.press: is no asset; write area and id like shop/press",
                "location.latitude_deg: 94.9203 is not in -90...90 (deg north); check the unit and the digits",
            ]),
        BrokenExample(
            "a wire from what is not there, a lever on nothing and two of one name, a year of 400 days",
            [
                Edit("baseline.yaml", "production_days: {value: 230,", "production_days: {value: ▸400,"),
                Edit("contracts.yaml", "asset: solar/pv2", "asset: ▸solar/pv9"),
                Edit("levers.yaml", "replaces: gas heat/boilers", "replaces: ▸gas heat/kettle"),
                Edit("levers.yaml", "replaces: gas gas/paint-ovens", "replaces: ▸steam"),
                Edit("levers.yaml", "name: biomethane", "name: ▸compressed-air leaks"),
            ],
            [
                "conditions.production_days: 400 is not in 1...366 (days); check the unit and the digits",
                "private_wire[0].asset: \"solar/pv9\" is no asset of assets.yaml",
                "levers[0].replaces: \"gas heat/kettle\" is no line of this site's books; twin explain co2 lists them",
                "levers[1].replaces: \"steam\" is neither a fuel nor load; write account and asset like gas heat/boilers",
                "levers[5].name: \"compressed-air leaks\" names two levers; give each its own name",
            ]),
        BrokenExample(
            "more own electricity than was used, a target of the past, a fuel in the place of electricity",
            [
                Edit("baseline.yaml", "    value: 13200", "    ▸value: 999999"),
                Edit("baseline.yaml", "  - name: group-2030\n", "  - name: group-2030\n    year: ▸2017\n"),
                Edit("levers.yaml", "replaces: gas\n", "replaces: load\n"),
                Edit("levers.yaml", "by: biomethane", "by: ▸biomethane"),
            ],
            [
                "conditions.generation_mwh: 999999 MWh are more than the 188951 MWh of electricity that the baseline used; "
                    + "check the unit",
                "targets[0].year: 2017 is not after the baseline's year 2018",
                "levers[5].by: a fuel takes the place of a fuel; electricity is replaced by nothing here",
            ]),
        BrokenExample(
            "passports of what is not there, and of what is spent twice",
            [
                Edit("passports.yaml", "assets: [shop/press]", "assets: ▸[shop/pres]"),
                Edit("passports.yaml", "assets: [shop/battery]", "assets: ▸[shop/battery]"),
                Edit("passports.yaml", "assets: [shop/body]", "assets: [shop/battery]"),
            ],
            [
                "shops[0].assets: \"shop/pres\" is no asset of assets.yaml",
                "shops[5].assets: \"shop/battery\" is in two shops; what it uses is spent once",
            ]),
        BrokenExample(
            "packs of a string that is not there, of other packs than it holds, and grades upside down",
            [
                Edit(
                    "assets.yaml", "    # Least state of health of a grade; a pack below c is recycled.\n    a:",
                    "    ▸a:"),
                Edit("assets.yaml", "    b: {value: 0.65,", "    b: {value: 0.85,"),
                Edit("assets.yaml", "    string-4:\n      graded", "    ▸string-9:\n      graded"),
                Edit("assets.yaml", "0.61, 0.70, 0.63", "▸61, 0.70, 0.63"),
                Edit(
                    "assets.yaml",
                    "2025-03-11\n      new_kwh: {value: 24, source: \"LEAF of 2011 to 2015: 24 kWh nominal (Leaf wiki)\"}\n"
                        + "      health_fraction:\n        value:",
                    "2025-03-11\n      new_kwh: {value: 15, source: \"x\"}\n      health_fraction:\n        ▸value:"),
                Edit("assets.yaml", "graded: 2025-03-12", "graded: ▸2025-02-30"),
            ],
            [
                "packs.grades: a 0.8, b 0.85 and c 0.5 do not descend; a better grade begins at a higher state of health",
                "packs.strings.string-1.health_fraction.value[0]: 61 is not in 0.1...1.1 (fraction of new); check the unit"
                    + " and the digits",
                "packs.strings.string-2.health_fraction: 24 packs of 15 kWh held 236.4 kWh when they were graded,"
                    + " capacity_kwh of storage/string-2 is 375; aged packs hold half of it to all of it, so one of the two"
                    + " is of other packs",
                "packs.strings.string-3.graded: 2025-02-30 is no day of the calendar; check month and day",
                "packs.strings.string-9: there is no storage/string-9 that has such packs",
            ]),
        BrokenExample(
            "certificates claimed twice, and of sun whose certificates were sold",
            [
                Edit(
                    "contracts.yaml", "private_wire:\n",
                    "certificates:\n  - {id: REGO-1, kind: electricity, vintage: 2025, for: 2025,"
                        + " mwh: {value: 10, source: x}, asset: ▸solar/pv2}\n  - {id: ▸REGO-1, kind: electricity,"
                        + " vintage: 2025, for: 2025, mwh: {value: 10, source: x}}\nprivate_wire:\n")
            ],
            [
                "certificates[0].asset: the certificates of solar/pv2 are sold, so they are another's claim; none of them"
                    + " can cover the grid's electricity too",
                "certificates[1].id: \"REGO-1\" is claimed twice; a certificate is used once, keep one of them",
            ]),
        BrokenExample(
            "a partner with the name of a row of every table",
            [
                Edit(
                    "contracts.yaml", "private_wire:\n",
                    "outside_production:\n  - {asset: building/halls, source: x}\n"
                        + "sharing:\n  rule: partners_first\n  partners:\n"
                        + "    - {name: ▸Plant, assets: [building/halls], source: x}\nprivate_wire:\n")
            ],
            ["sharing.partners[0].name: \"Plant\" is a row of every table; name the company"]),
        BrokenExample(
            "sharing with who is not there, twice, with a boiler, without a bridge, and bays that give nothing back",
            [
                Edit(
                    "contracts.yaml", "private_wire:\n",
                    "outside_production:\n  - {asset: building/halls, source: x}\n"
                        + "sharing:\n  rule: partners_first\n  partners:\n"
                        + "    - {name: A, assets: [building/halls, ▸building/nobody], source: x}\n"
                        + "    - {name: ▸A, assets: [▸heat/boilers, ▸building/base, ▸building/halls], source: x}\n"
                        + "vehicle_grid:\n"
                        + "  - {group: ▸bay/staff, pay_per_kwh: {value: 0.3, source: x}, pay_per_connected_hour: {value: 0,"
                        + " source: x}, round_trip_efficiency: {value: 0.8, source: x}}\n"
                        + "  - {group: ▸bay/nobody, pay_per_kwh: {value: 0.3, source: x}, pay_per_connected_hour: {value: 0,"
                        + " source: x}, round_trip_efficiency: {value: 0.8, source: x}}\nprivate_wire:\n")
            ],
            [
                "sharing.partners[0].assets[1]: \"building/nobody\" is no asset of assets.yaml; it needs a sub-meter there",
                "sharing.partners[1].name: \"A\" is named twice; put its sub-meters into one list",
                "sharing.partners[1].assets[0]: \"heat/boilers\" meters no electric load; name a shop or a building",
                "sharing.partners[1].assets[1]: \"building/base\" is not in outside_production, so the plant answers for it;"
                    + " name it there too",
                "sharing.partners[1].assets[2]: \"building/halls\" is named twice; a sub-meter is of one partner",
                "vehicle_grid[0].group: \"bay/staff\" gives nothing back; name bays with bidirectional: true",
                "vehicle_grid[1].group: \"bay/nobody\" is no asset of assets.yaml",
            ]),
        BrokenExample(
            "shares of more than there is, a share that nobody reads, and pay below nothing",
            [
                Edit(
                    "contracts.yaml", "private_wire:\n",
                    "sharing:\n  rule: shares\n  partners:\n"
                        + "    ▸- {name: A, assets: [building/halls], share: {value: 0.6, source: x}, source: x}\n"
                        + "    - {name: B, assets: [building/base], share: {value: 0.5, source: x}, source: x}\n"
                        + "vehicle_grid:\n"
                        + "  - {group: bay/staff-v2g, pay_per_kwh: {value: ▸-0.3, source: x}, pay_per_connected_hour: {value: 0,"
                        + " source: x}, round_trip_efficiency: {value: 0.8, source: x}}\nprivate_wire:\n")
            ],
            [
                "sharing.partners: the shares come to 1.1; nobody can give more than 1, lower them",
                "vehicle_grid[0].pay_per_kwh: -0.3 is not in 0...10 (currency/kWh); check the unit and the digits",
            ]),
        BrokenExample(
            "a share under another rule, and none under this one",
            [
                Edit(
                    "contracts.yaml", "private_wire:\n",
                    "sharing:\n  rule: plant_first\n  partners:\n"
                        + "    - {name: A, assets: [building/halls], share: ▸{value: 0.6, source: x}, source: x}\n"
                        + "private_wire:\n")
            ], ["sharing.partners[0].share: rule plant_first reads no share; leave it out"]),
        BrokenExample(
            "a certificate of another year",
            [
                Edit(
                    "contracts.yaml", "private_wire:\n",
                    "certificates:\n  - {id: RGGO-1, kind: gas, vintage: ▸2024, for: 2025,"
                        + " mwh: {value: 10, source: x}}\nprivate_wire:\n")
            ],
            [
                "certificates[0].vintage: made in 2024, and for 2025: a certificate covers the year in which its energy"
                    + " was made"
            ]),
        BrokenExample(
            "a fit of one day, a range that ends before it begins, colder days of work than the year has",
            [
                Edit(
                    "baseline.yaml", "conditions:\n",
                    "fit:\n  source: books\n  n: ▸1\n  electricity: {r2: 0.9, cv_rmse: 0.1}\n"
                        + "  gas: {r2: 0.9, cv_rmse: 0.1, ▸mape: 3}\n  vehicles_per_day: ▸[9, 3]\n"
                        + "  heating_k_h_per_day: [0, 300]\nconditions:\n"),
                Edit(
                    "baseline.yaml", "  generation_mwh:\n",
                    "  heating_degree_days_on_production_days: ▸{value: 9999, source: x}\n  generation_mwh:\n"),
            ],
            [
                "fit.n: 1 is not in 2...100000 (days); check the unit and the digits",
                "fit.gas.mape: unknown key; known here: r2, cv_rmse",
                "fit.vehicles_per_day: the range ends below its beginning; write the lowest day first",
                "conditions.heating_degree_days_on_production_days: 9999 K d are more than the 2350 K d of all days",
            ]),
        BrokenExample(
            "classes of meters that are none, are not here, or have one already",
            [
                Edit(
                    "site.yaml", "  estimates: {value: 0.15,",
                    """
                      meters:
                        - meter: ▸boilers
                          half_width: {value: 0.01, source: "certificate"}
                        - meter: ▸gas heat/kettle
                          half_width: {value: ▸1.5, source: "certificate"}
                        - meter: gas heat/boilers
                          half_width: {value: 0.01, source: "certificate"}
                        - meter: ▸gas heat/boilers
                          half_width: {value: 0.02, source: "certificate"}
                      estimates: {value: 0.15,
                    """)
            ],
            [
                "uncertainty.meters[0].meter: \"boilers\" is no meter; write account and asset like grid_import grid/main",
                "uncertainty.meters[1].meter: \"gas heat/kettle\" is no line of this site's books; twin explain co2 lists them",
                "uncertainty.meters[1].half_width: 1.5 is not in 0...1 (fraction of the value); write 0.015 for 1.5 %",
                "uncertainty.meters[3].meter: \"gas heat/boilers\" has two classes; give each meter one",
            ]),
        BrokenExample(
            "certificates that nobody knows, a wire from a boiler, a lever by magic",
            [
                Edit("contracts.yaml", "certificates: sold", "certificates: ▸lent"),
                Edit("levers.yaml", "by: biomethane", "by: ▸hope"),
            ],
            [
                "private_wire[0].certificates: \"lent\" is none of kept, sold",
                "levers[5].by: \"hope\" is none of nothing, electricity, gas, ethanol, biomass, biomethane",
            ]),
        BrokenExample(
            "heat without a boiler and a fuel cell without a tank",
            [
                Edit(
                    "assets.yaml", "  sources:\n    boilers:\n      kind: boiler",
                    "  sources:\n    ▸boilers:\n      kind: recovery"),
                Edit("assets.yaml", "performance: {value: 0.85,", "performance: {value: 1,"),
                Edit("assets.yaml", "fuelcell:\n", "fuelcell:\n"),
            ],
            [
                "heat.sources: no boiler; something must give what the others leave open"
            ]),
    ]
}
