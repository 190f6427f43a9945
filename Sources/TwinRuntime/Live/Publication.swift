import TwinBooks
import TwinCore
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

extension TickOutcome {
    /// What the twin says about a tick, retained: its state, the day's CO2 figure, and alarms that came or went.
    func publications(site: String, day: Summary?) -> [OutboundMessage] {
        func retained(_ topic: String, _ json: JSON?) -> OutboundMessage {
            var message = OutboundMessage(
                topic: "v1/\(site)/twin/\(topic)", payload: json.map(\.bytes) ?? [])
            message.retain = true
            return message
        }
        let ts = JSON.string(end.rfc3339)
        let signals = values.map { value in
            JSON.Member(
                "\(value.area.rawValue)/\(value.asset)/\(value.key)",
                .fields(["value": .number(value.used.value), "quality": .string(value.used.quality.rawValue)]))
        }
        var messages = [
            retained(
                "state",
                .fields([
                    "ts": ts, "tick": .integer(tick), "import_kw": .number(balance.importKW),
                    "export_kw": .number(balance.exportKW), "unmetered_kw": .number(balance.unmeteredKW),
                    "signals": .object(signals),
                ]))
        ]
        if let day {
            messages.append(
                retained(
                    "co2",
                    .fields([
                        "ts": ts, "from": .string(day.from.rfc3339), "vehicles": .integer(day.vehicles),
                        "co2_kg_per_vehicle": .optional(day.kgPerVehicle),
                        "uncertainty_kg_per_vehicle": .optional(day.uncertaintyKgPerVehicle),
                        "provisional": .bool(day.isProvisional),
                    ])))
        }
        for edge in alarmEdges {
            let payload: JSON? = edge.isRaised ? .fields(["since": .string(edge.at.rfc3339)]) : nil
            messages.append(retained("alarm/\(edge.key.path)", payload))
        }
        return messages
    }
}
