public import TwinBooks
public import TwinCore
public import TwinDispatch

extension Command {
    /// The MQTT 5 request for this command: answers go to the asset's `ack` topic and carry the id.
    public func message(site: String, run: String) -> OutboundMessage {
        var message = OutboundMessage(topic: topic(site: site), payload: json(run: run).bytes)
        message.responseTopic = ackTopic(site: site)
        message.correlation = Array(id(run: run).utf8)
        return message
    }
}

extension OutboundMessage {
    /// What stands until another one comes, `v1/<site>/twin/<topic>`; without a value it is taken back.
    static func retained(_ topic: String, site: String, _ json: JSON?) -> OutboundMessage {
        var message = OutboundMessage(topic: "v1/\(site)/twin/\(topic)", payload: json.map(\.bytes) ?? [])
        message.retain = true
        return message
    }

    /// A standing alarm, or, with nil, one that is over.
    static func alarm(_ path: String, site: String, standing: (since: PlantTime, cause: String)?) -> OutboundMessage {
        let json = standing.map { alarm in
            JSON.fields(["since": .string(alarm.since.rfc3339), "cause": .string(alarm.cause)])
        }
        return retained("alarm/\(path)", site: site, json)
    }
}

extension Summary {
    /// A window of the topic `co2` and of a page: the figure with what it is held against.
    /// - Parameter time: how a time is written.
    public func toDate(_ time: (PlantTime) -> String) -> [JSON.Member] {
        let baseline = baselineKgPerVehicle
        return [
            .init("from", .string(time(from))), .init("to", .string(time(to))),
            .init("vehicles", .integer(vehicles)),
            .init("co2_kg_per_vehicle", .optional(kgPerVehicle)),
            .init("uncertainty_kg_per_vehicle", .optional(uncertaintyKgPerVehicle)),
            .init("baseline_kg_per_vehicle", incomparableReason == nil ? .optional(baseline) : .null),
            .init("reduction_pct", .optional(reductionPct?.value)),
            .init(
                "targets",
                .array(
                    paths.map { path in
                        .fields([
                            "name": .string(path.target.name), "year": .integer(path.year),
                            "kg_per_vehicle": .optional(baseline.map { $0 * (1 - path.askedPct / 100) }),
                            "verdict": .string(path.verdict.rawValue),
                        ])
                    })), .init("provisional", .bool(isProvisional)),
        ]
    }
}

extension TickOutcome {
    /// What the twin says about a tick, retained: its state, the CO2 figures to date, and alarms that came or went.
    /// - Parameter sums: of today, of the shift, and of month and year to date.
    ///   - saved: what dispatch saved today and on the day before.
    func publications(
        site: String, _ sums: CO2ToDate.Sums, saved: (today: SavedByDispatch?, yesterday: SavedByDispatch?)
    ) -> [OutboundMessage] {
        let ts = JSON.string(end.rfc3339)
        let signals = values.map { value in
            JSON.Member(
                "\(value.area.rawValue)/\(value.asset)/\(value.key)",
                .fields(["value": .number(value.used.value), "quality": .string(value.used.quality.rawValue)]))
        }
        var messages = [
            OutboundMessage.retained(
                "state", site: site,
                .fields([
                    "ts": ts, "tick": .integer(tick), "import_kw": .number(balance.importKW),
                    "export_kw": .number(balance.exportKW), "unmetered_kw": .number(balance.unmeteredKW),
                    "signals": .object(signals),
                ]))
        ]
        if let day = sums.day {
            messages.append(
                .retained(
                    "co2", site: site,
                    .object(
                        [.init("ts", ts)] + day.toDate(\.rfc3339) + [
                            .init("shift", sums.shift.map { .object($0.toDate(\.rfc3339)) } ?? .null),
                            .init("month", sums.month.map { .object($0.toDate(\.rfc3339)) } ?? .null),
                            .init("year", sums.year.map { .object($0.toDate(\.rfc3339)) } ?? .null),
                            .init("saved_by_dispatch", saved.today?.json ?? .null),
                            .init("saved_by_dispatch_yesterday", saved.yesterday?.json ?? .null),
                        ])))
        }
        return messages + alarms(site: site)
    }

    /// The alarms that came or went.
    func alarms(site: String) -> [OutboundMessage] {
        alarmEdges.map { edge in
            .alarm(edge.key.path, site: site, standing: edge.isRaised ? (since: edge.at, cause: edge.cause) : nil)
        }
    }
}
