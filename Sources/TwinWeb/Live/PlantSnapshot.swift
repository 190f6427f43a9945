import TwinBooks
import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinPlant
package import TwinRuntime

/// The newest step as pages draw it: one JSON for all of them, and for programs. Powers are kW, at AC meters.
package struct PlantSnapshot {
    let moment: PlantMoment
    let deeds: AlarmDeeds
    let flood: AlarmFlood

    package init(_ moment: PlantMoment) { self.init(moment, AlarmDeeds(), AlarmFlood()) }

    init(_ moment: PlantMoment, _ deeds: AlarmDeeds, _ flood: AlarmFlood) {
        (self.moment, self.deeds, self.flood) = (moment, deeds, flood)
    }

    /// As it is sent. What turns the direction of reading stands as escapes: also a terminal shows it.
    package var bytes: [UInt8] { Array(json.printableLine.utf8) }

    var json: JSON {
        let outcome = moment.outcome
        let powers = accountPowers()
        return .fields([
            "schema": .string("snapshot/1"), "site": .string(moment.config.site), "name": .string(moment.config.name),
            "tick": .integer(outcome.tick), "ts": .string(moment.config.zone.text(outcome.end)),
            "step_s": .integer(moment.config.stepS), "run": .string(moment.run),
            "mode": .string(moment.mode.rawValue), "loop": .string(moment.loop.rawValue),
            "simulated": .bool(moment.sums.day?.facts.isSimulated ?? (moment.loop == .closed)),
            "co2": co2, "power_kw": PlantSnapshot.power(powers), "flows": PlantSnapshot.flows(powers),
            "signals": signals, "alarms": alarms, "alarm_counts": alarmCounts, "commands": commands,
            "hand": hand, "saved_today": moment.savedToday?.json ?? .null, "plan": plan,
        ])
    }

    private var co2: JSON {
        .fields([
            "day": PlantSnapshot.toDate(moment.sums.day), "shift": PlantSnapshot.toDate(moment.sums.shift),
            "month": PlantSnapshot.toDate(moment.sums.month), "year": PlantSnapshot.toDate(moment.sums.year),
        ])
    }

    /// The figure of a window with what it is held against; times are site-local.
    static func toDate(_ summary: Summary?) -> JSON {
        guard let summary else { return .null }
        let year = JSON.Member("baseline_year", summary.method.baseline.map { .integer($0.year) } ?? .null)
        return .object(summary.toDate(summary.method.zone.text) + [year])
    }

    /// Of every account that the plant's signals feed, on the bus where it belongs; what the grid's meter leaves over is
    /// `unmetered`.
    private func accountPowers() -> [Account: Double] {
        var sums: [Account: Double] = [:]
        let used = Dictionary(
            moment.outcome.values.map { ("\($0.area.rawValue)/\($0.asset) \($0.key)", $0.used.value) }
        ) { first, _ in first }
        for asset in moment.config.assets {
            for signal in asset.kind.signals {
                guard !signal.posts.isEmpty, let value = used["\(asset.path.text) \(signal.key)"] else { continue }
                for post in signal.posts { sums[post.account, default: 0] += post.kw(value) }
            }
        }
        let balance = moment.outcome.balance
        sums[.gridImport] = balance.importKW
        sums[.gridExport] = balance.exportKW
        sums[.losses] = balance.lossesKW
        sums[.unmetered] = balance.unmeteredKW
        return sums.mapValues { ($0 * 10).rounded() / 10 }
    }

    private static func power(_ sums: [Account: Double]) -> JSON {
        .object(
            Account.allCases.compactMap { account in sums[account].map { JSON.Member(account.name, .number($0)) } })
    }

    /// The electricity bus as a drawing has it: every account that is there, sources first, by what its row says.
    private static func flows(_ sums: [Account: Double]) -> JSON {
        let accounts = AccountRow.Flow.allCases.flatMap { flow in
            Bus.electricity.accounts.filter { $0.row.flow == flow && flow != .memo }
        }
        return .array(
            accounts.compactMap { account in
                sums[account].map { kW in
                    .fields([
                        "account": .string(account.name), "label": .string(label(account)),
                        "is_source": .bool(account.row.flow.isSource), "kw": .number(kW),
                    ])
                }
            })
    }

    /// What people call it; what is stored and what is given back have one label in the table of accounts.
    static func label(_ account: Account) -> String {
        switch account.row.flow {
        case .discharged: "from \(account.row.label)"
        case .stored: "to \(account.row.label)"
        default: account.row.label
        }
    }

    /// `{"wind/t01": {"power_kw": [412.3, "good"]}}`.
    private var signals: JSON {
        var assets: [JSON.Member] = []
        var open: (path: String, members: [JSON.Member])?
        for value in moment.outcome.values {
            let path = "\(value.area.rawValue)/\(value.asset)"
            if open?.path != path {
                if let open { assets.append(.init(open.path, .object(open.members))) }
                open = (path, [])
            }
            open?.members.append(
                .init(
                    value.key,
                    .array([
                        .number((value.used.value * 1000).rounded() / 1000), .string(value.used.quality.rawValue),
                    ])))
        }
        if let open { assets.append(.init(open.path, .object(open.members))) }
        return .object(assets)
    }

    private var alarms: JSON {
        .array(
            moment.alarms.prefix(200).map { alarm in
                .fields([
                    "path": .string(alarm.path), "since": .string(moment.config.zone.text(alarm.since)),
                    "priority": .string(AlarmPriority(path: alarm.path).rawValue), "cause": .string(alarm.cause),
                    "acknowledged": .bool(deeds.acknowledgement(alarm.path, since: alarm.since) != nil),
                    "shelved_until": deeds.shelving(alarm.path, at: moment.outcome.end).map {
                        .string(moment.config.zone.text($0.until))
                    } ?? .null,
                ])
            })
    }

    /// Of all that stand, also beyond those that are told one by one, without those on the shelf.
    private var alarmCounts: JSON {
        var counts: [AlarmPriority: Int] = [:]
        var open = 0
        var shelved = 0
        var oldest: PlantMoment.Standing?
        for alarm in moment.alarms {
            guard deeds.shelving(alarm.path, at: moment.outcome.end) == nil else {
                shelved += 1
                continue
            }
            let priority = AlarmPriority(path: alarm.path)
            counts[priority, default: 0] += 1
            guard priority.isAlarm, deeds.acknowledgement(alarm.path, since: alarm.since) == nil else { continue }
            open += 1
            if oldest.map({ alarm.since < $0.since }) ?? true { oldest = alarm }
        }
        return .fields([
            "by_priority": .object(AlarmPriority.allCases.map { JSON.Member($0.rawValue, .integer(counts[$0] ?? 0)) }),
            "not_acknowledged": .integer(open), "shelved": .integer(shelved),
            "oldest": oldest.map {
                .fields(["path": .string($0.path), "since": .string(moment.config.zone.text($0.since))])
            } ?? .null,
            "new_in_10_min": .integer(flood.count), "is_flood": .bool(flood.isOn),
        ])
    }

    private var commands: JSON {
        .array(
            moment.outcome.commands.prefix(100).map { command in
                .fields([
                    "id": .string(command.id(run: moment.run)), "asset": .string(command.path.text),
                    "action": .string(command.point.action.rawValue), "value": .number(command.point.value),
                    "text": .string(command.point.action.text(command.point.value)),
                    "reason": .string(command.point.reason), "is_change": .bool(!command.isRenewal),
                ])
            })
    }

    private var hand: JSON {
        .array(
            moment.hand.map { order in
                .fields([
                    "asset": .string(order.path.text), "value": .optional(order.value),
                    "until": .string(moment.config.zone.text(order.until)),
                ])
            })
    }

    /// Of the plan in force: what is expected at the grid's meter, and what the carbon of a kWh is taken to be.
    private var plan: JSON {
        guard let plan = moment.plan else { return .null }
        let zone = moment.config.zone
        return .fields([
            "made": .string(zone.text(plan.made)), "end": .string(zone.text(plan.end)),
            "in_force": .bool(plan.period(at: moment.outcome.end) != nil),
            "starts": .array(plan.starts.map { .string(zone.text($0)) }),
            "net_kw": .array(plan.netKW.map { .number($0.rounded()) }),
            "g_per_kwh": .array(plan.gramsPerKWh.map { .number($0.rounded()) }),
            "unkept": plan.unkept.map { .string($0) } ?? .null,
        ])
    }
}
