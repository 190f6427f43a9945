import TwinBooks
import TwinConfiguration
import TwinCore
import TwinPlant
import TwinRuntime
import TwinUnits

/// All that `/metrics` tells. Labels are ids of the configuration and fixed codes, never a topic or a text.
struct PlantMetrics {
    let source: PageSource
    let server: ServerMeter.Counts

    private typealias Label = MetricsText.Label
    private typealias Sample = MetricsText.Sample

    var text: MetricsText {
        var text = MetricsText()
        let parts = BuildName(source.build)
        text.add(
            "twin_build_info", .gauge, "What program answers; always 1.",
            [Sample(1, Label("version", parts.version), Label("build", parts.build))])
        if let feed = source.feed {
            addRun(feed, to: &text)
            if let moment = feed.moment { addPlant(moment, feed.meter, to: &text) }
        }
        addServer(to: &text)
        return text
    }

    // MARK: - The run

    private func addRun(_ feed: LiveFeed, to text: inout MetricsText) {
        let (meter, messages) = (feed.meter, feed.messages)
        text.add(
            "twin_messages_received_total", .counter,
            "Messages by what their topics are: own, mapped, or unknown here.",
            MessageWatch.Source.allCases.map {
                Sample(Double(messages.received[$0] ?? 0), Label("source", $0.rawValue))
            })
        text.add(
            "twin_messages_rejected_total", .counter, "Messages of which nothing could be used, by reason.",
            RejectReason.allCases.map { Sample(Double(meter.refused[$0] ?? 0), Label("reason", $0.rawValue)) })
        text.add("twin_vehicles_total", .counter, "Vehicles that were lined off.", [Sample(Double(meter.vehicles))])
        text.add("twin_step_duration_seconds", "What closing a step took, wall time.", meter.steps)
        text.add(
            "twin_command_ack_seconds", "From a command to its first answer, plant time.", meter.answers)
        let step = source.present.step
        if let lag = meter.lagS(step: step) {
            text.add("twin_step_lag_seconds", .gauge, "How far steps are behind the wall clock.", [Sample(lag)])
        }
        text.add("twin_step_seconds", .gauge, "Length of a step, plant time.", [Sample(step.seconds)])
        if let link = meter.pulse?.link {
            text.add(
                "twin_broker_connected", .gauge, "1 while the broker is connected, else 0.",
                [Sample(link == .up ? 1 : 0)])
        }
        if let store = meter.pulse?.store, store != .none {
            text.add(
                "twin_store_behind", .gauge, "1 while the store does not take what the run writes, else 0.",
                [Sample(store == .behind ? 1 : 0)])
        }
    }

    // MARK: - The plant

    private func addPlant(_ moment: PlantMoment, _ meter: RunMeter, to text: inout MetricsText) {
        let known = moment.config.paths.union(moment.config.grid.paths).union(moment.config.weather.paths)
        text.add(
            "twin_plant_timestamp_seconds", .gauge, "Plant time at the end of the last step.",
            [Sample(Double(moment.outcome.end.ms) / 1000)])
        text.add(
            "twin_last_message_timestamp_seconds", .gauge, "Plant time of the newest reading of each asset.",
            meter.lastReading.filter { known.contains($0.key) }.sorted { $0.key < $1.key }.map {
                Sample(Double($0.value.ms) / 1000, Label("asset", $0.key.text))
            })
        text.add(
            "twin_asset_power_watts", .gauge,
            "Electric power at the asset's AC meter as the step used it; what it gives to the plant's bus is positive.",
            PlantMetrics.powers(moment).map { Sample($0.kw * 1000, Label("asset", $0.path.text)) })
        text.add(
            "twin_asset_energy_joules_total", .counter, "Energy of the books by meter, since local midnight.",
            meter.energy.wattSeconds.sorted {
                ($0.key.path, $0.key.account.index) < ($1.key.path, $1.key.account.index)
            }
            .map { Sample(Double($0.value), Label("asset", $0.key.path.text), Label("account", $0.key.account.name)) })
        text.add(
            "twin_storage_soc_ratio", .gauge, "State of charge of what stores energy, of its capacity.",
            moment.outcome.values.filter { $0.key == "soc_fraction" }.map {
                Sample($0.used.value, Label("asset", "\($0.area.rawValue)/\($0.asset)"))
            })
        text.add(
            "twin_co2_per_vehicle_grams", .gauge,
            "CO2e per vehicle by window to date and scope, by the site's method; absent while no vehicle was lined off.",
            carbon(moment.sums))
        let codes = Dictionary(grouping: moment.alarms) { $0.path.split(separator: "/").last.map(String.init) ?? "" }
        text.add(
            "twin_alarms", .gauge, "Alarms that stand, by code and its priority.",
            AlarmCode.allCases.map {
                Sample(
                    Double(codes[$0.rawValue]?.count ?? 0), Label("code", $0.rawValue),
                    Label("priority", AlarmPriority.of($0).rawValue))
            })
        if let feed = source.feed {
            text.add(
                "twin_alarm_flood", .gauge, "1 while alarms come faster than anybody can answer, else 0.",
                [Sample(feed.alarms.flood.isOn ? 1 : 0)])
        }
        text.add(
            "twin_mode_info", .gauge, "The mode of the dispatcher; always 1.",
            [Sample(1, Label("mode", moment.mode.rawValue), Label("loop", moment.loop.rawValue))])
    }

    private func carbon(_ sums: CO2ToDate.Sums) -> [Sample] {
        let windows = [("day", sums.day), ("shift", sums.shift), ("month", sums.month), ("year", sums.year)]
        return windows.flatMap { name, summary -> [Sample] in
            guard let summary else { return [] }
            let sum = summary.carbon
            let isByLocation = summary.method.scope2 == .location
            let direct = ((isByLocation ? sum.scope1 : sum.scope1Certified) + sum.scope1Other).kilograms
            let bought = (isByLocation ? sum.scope2Location : sum.scope2Market).kilograms
            let figures = [
                ("1", summary.perVehicle(direct)), ("2", summary.perVehicle(bought)), ("1+2", summary.kgPerVehicle),
            ]
            return figures.compactMap { scope, value in
                value.map { Sample($0 * 1000, Label("window", name), Label("scope", scope)) }
            }
        }
    }

    /// Of each asset with an electric meter, and of the grid's: what it gives is above 0, what it takes below.
    static func powers(_ moment: PlantMoment) -> [(path: AssetPath, kw: Double)] {
        let used = Dictionary(
            moment.outcome.values.map { ("\($0.area.rawValue)/\($0.asset) \($0.key)", $0.used.value) }
        ) { first, _ in first }
        var powers = moment.config.assets.compactMap { asset -> (AssetPath, Double)? in
            var sum: Double?
            for signal in asset.kind.signals {
                guard let value = used["\(asset.path.text) \(signal.key)"] else { continue }
                for post in signal.posts where post.account.row.bus == .electricity && post.account.row.flow != .memo {
                    sum = (sum ?? 0) + (post.account.row.flow.isSource ? 1 : -1) * post.kw(value)
                }
            }
            return sum.map { (asset.path, $0) }
        }
        let balance = moment.outcome.balance
        powers.append((AssetPath(.grid, moment.config.grid.meter), balance.importKW - balance.exportKW))
        return powers.map { (path: $0.0, kw: $0.1) }
    }

    // MARK: - The server

    private func addServer(to text: inout MetricsText) {
        text.add(
            "twin_pages_requests_total", .counter, "Answers of the page server, by page and class of status.",
            server.answers.sorted { $0.key < $1.key }.map {
                Sample(Double($0.value), Label("page", $0.key.page), Label("code", $0.key.status))
            })
        text.add("twin_pages_request_duration_seconds", "What an answer took, but for live data.", server.times)
        text.add(
            "twin_pages_live_listeners", .gauge, "Pages that listen for live data.",
            [Sample(Double(source.feed?.listenerCount ?? 0))])
    }
}

/// `0.2.0+1a2b.3c4d`: the version, and which build of it.
struct BuildName {
    var version: String
    var build: String

    init(_ text: String) {
        // A report says the version first, and then the build's name, which has it too.
        let name = text.split(separator: " ").last ?? ""
        let parts = name.split(separator: "+", maxSplits: 1)
        version = parts.first.map(String.init) ?? ""
        build = parts.count > 1 ? String(parts[1]) : ""
    }
}
