// The texts of the starter's files. Each number has its source, so that it is seen which ones are still assumed.

extension StarterSite {
    var siteText: String {
        """
        # The site and how its twin runs. Each physical number carries its source: write yours.
        site: \(site)
        name: \(site)
        time_zone: \(timeZone)
        location:
          latitude_deg: {value: 54.92, source: "assumed: write the plant's"}
          longitude_deg: {value: -1.47, source: "assumed: write the plant's"}
          elevation_m: {value: 40, source: "assumed: write the plant's"}
        # Length of a step; it divides the half hour.
        step_s: 60
        # How long after its period a reading may arrive before it counts as late.
        lateness_s: 30
        boundary: Scope 1 and 2 of the plant, grid electricity and natural gas as metered at the site boundary.
        # Headline of the report: location or market. Both are always computed.
        scope2: location
        # 95 % half-widths as shares of the value.
        uncertainty:
          electricity_meter: {value: 0.01, source: "assumed: settlement metering"}
          gas_meter: {value: 0.02, source: "assumed: turbine meter with volume conversion"}
          factors: {value: 0.05, source: "assumed: national annual factors"}
          estimates: {value: 0.15, source: "assumed: what a model fills in where a meter is silent"}

        """
    }

    var assetsText: String {
        """
        # What stands on the site. The README's table has all kinds; their parameters are in
        # Sources/TwinPlant/Documentation.docc/Kinds.md.
        weather:
          mast:
            height_m: {value: 10, source: "standard height of a weather mast"}
            # What counts while no mast speaks.
            mean_temperature_c: {value: 9.3, source: "assumed: annual mean of the place"}
            mean_wind_m_per_s: {value: 4.2, source: "assumed: annual mean of the place"}
            max_age_s: {value: 3600, source: "assumed: an hour"}

        shop:
          # The whole plant as one: its electricity is a model until it has a meter of its own, its gas has one.
          plant:
            electricity_fixed_kw: {value: 700, source: "assumed: load of a day without production"}
            electricity_per_vehicle_kwh: {value: 102, source: "assumed: (2,800 kW - 2 % losses - 700 kW) / 20 vehicles/h"}
            load_max_kw: {value: 8000, source: "assumed: a reading above is a fault"}
            burners:
              production_day_kw: {value: 1500, source: "assumed: gas on a working day, gross"}
              idle_day_kw: {value: 450, source: "assumed: 30 % of the working day"}
              supply_air_kw_per_k: {value: 0, source: "assumed: no part that follows the weather"}
              per_vehicle_kwh: {value: 30, source: "assumed: gas of one vehicle more"}
              heating_base_c: {value: 15.5, source: "UK degree-day convention"}
              gas_max_kw: {value: 8000, source: "assumed: a reading above is a fault"}
              efficiency: {value: 0.8, source: "assumed: useful heat of the gas"}
            max_age_s: {value: 1800, source: "assumed: two readings of a quarter of an hour"}

        grid:
          meter:
            id: main
            import_max_kw: {value: 10000, source: "assumed: write the agreed capacity"}
            export_max_kw: {value: 0, source: "assumed: no export"}
            max_age_s: {value: 1800, source: "assumed: two readings of a quarter of an hour"}
          # Carbon intensity by the half hour, if a feed tells it; the figure per vehicle needs none.
          intensity:
            id: intensity
            min_g_per_kwh: {value: 15, source: "below it is a fault"}
            max_g_per_kwh: {value: 600, source: "above it is a fault"}
            max_age_s: {value: 3600, source: "two half hours"}

        distribution:
          loss_fraction: {value: 0.02, source: "general knowledge: transformers and cables, 1 to 3 %"}

        """
    }

    var signalsText: String {
        """
        # Which of your topics means what. The README's chapter on signals.yaml has all words;
        # `twin topics --broker URL` lists what is on a broker and writes rows to paste here.
        # The twin's own topics, such as v1/\(site)/grid/main/tele, are always read.
        twin: signals/1
        sources:
          # {"time":"2025-06-18T07:15:00Z","import_kwh":700,"export_kwh":0}: the main meter's quarter of an hour, at its end.
          - topic: \(electricityTopic)
            time: {at: /time, format: rfc3339, stamp: end}
            period: 15m
            signals:
              - {value: /import_kwh, asset: grid/main, key: import_kw, unit: kWh, kind: energy}
              - {value: /export_kwh, asset: grid/main, key: export_kw, unit: kWh, kind: energy}
          # {"time":"2025-06-18T07:00:00Z","m3":84200}: the volume register of the gas meter.
          - topic: \(gasTopic)
            time: {at: /time, format: rfc3339}
            signals:
              - value: /m3
                asset: shop/plant
                key: gas_total_kwh
                unit: m3
                kind: counter
                gas: {calorific_value: {value: 39.5, source: "assumed: MJ/m3, write that of your bill"}}
          # {"time":"2025-06-18T07:03:00Z","id":"V0001","event":"done"}: a vehicle left the line.
          - topic: \(lineTopic)
            time: {at: /time, format: rfc3339}
            vehicle: {line: final, id: /id, event: /event, words: {done: line_off}}

        """
    }

    var shiftsText: String {
        """
        # What the plant builds and when, in local time.
        vehicles_per_day: {value: 160, source: "assumed: 20 an hour in one shift"}
        # The plan by model; the shares sum to 1.
        models:
          car:
            share: {value: 1, source: "one model"}
            electric: false
        workdays: [mon, tue, wed, thu, fri]
        shifts:
          - {name: day, start: "07:00", end: "15:00"}
        # Days off, both ends included: {from: 2026-12-24, to: 2027-01-01, why: Christmas}
        closed: []

        """
    }

    static let factorsText = """
        # Emission factors by yearly set, kg CO2e per kWh; gas on gross calorific value. Add a set for each year that is
        # published: `twin report` uses that of the calendar year, else the nearest one. Electricity is the United Kingdom's:
        # write your country's.
        convention: set_year
        # A year without a set has that of the year before, and reports say so; refuse ends a report instead.
        missing_years: nearest
        sets:
          uk-2025:
            year: 2025
            grid_generation_kg_per_kwh: {value: 0.17700, source: "assumed: UK Government GHG conversion factors 2025"}
            grid_losses_kg_per_kwh: {value: 0.01853, source: "assumed: UK Government GHG conversion factors 2025"}
            grid_upstream_kg_per_kwh: {value: 0.04987, source: "assumed: UK Government GHG conversion factors 2025"}
            grid_residual_mix_kg_per_kwh: {value: 0.40, source: "assumed: GB residual mix, 0.35 to 0.45"}
            gas_kg_per_kwh: {value: 0.18296, source: "assumed: UK Government GHG conversion factors 2025"}
            gas_upstream_kg_per_kwh: {value: 0.03021, source: "assumed: UK Government GHG conversion factors 2025"}

        """

    static let tariffsText = """
        # What the plant buys energy at: put the contract's prices here.
        currency: GBP
        import_per_mwh: {value: 220, source: "assumed: delivered industrial price"}
        export_per_mwh: {value: 60, source: "assumed: day-ahead price less a margin"}
        gas_per_mwh: {value: 45, source: "assumed: industrial price on gross calorific value"}
        carbon_per_tonne: {value: 50, source: "assumed: order of the UK emission allowance price"}

        """

    static let safetyText = """
        # What every set-point passes before it leaves, and which detectors raise alarms.
        gate:
          import_max_kw: {value: 10000, source: "agreed capacity, as in assets.yaml"}
          export_max_kw: {value: 0, source: "no export, as in assets.yaml"}
          ramp_fraction_per_step: {value: 1, source: "assumed: from rest to the rating within a step"}
        follow_tolerance_fraction: {value: 0.05, source: "assumed: 5 % of the rating"}
        # A detector is off only where this file says so.
        detectors:
          stale: {enabled: true}
          stuck: {enabled: true, after_s: 3600, moved_fraction: 0.1}
          out_of_range: {enabled: true}
          unit: {enabled: true}
          counter: {enabled: true}
          # Of the supply, on no meter.
          balance: {enabled: true, fraction: 0.2, lasting_s: 3600}
          clock: {enabled: true}
          gap: {enabled: true}
          conflict: {enabled: true}
          not_acked: {enabled: true}
          not_followed: {enabled: true}
          trip: {enabled: true}
          link: {enabled: true}

        """

    static let dispatchText = """
        # The rules that move storage and curtail. A site without either keeps these lines as they are.
        storage_rule:
          peak_import_kw: {value: 8000, source: "assumed: 80 % of the agreed capacity"}
          clean_fraction: {value: 0.25, source: "assumed: the cleanest quarter of the hours ahead charges"}
          dirty_fraction: {value: 0.25, source: "assumed: the dirtiest quarter of the hours ahead discharges"}
          deadband_kw: {value: 10, source: "assumed"}
        curtail:
          export_margin_fraction: {value: 0.1, source: "assumed: what moves within a step"}

        """
}
