import TwinBooks
import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinReports
import TwinRuntime

/// What groups that charge still need, and by when: what their controllers tell now, and what the plan in force was told of
/// the cars that come.
struct WaitingWork {
    private let moment: PlantMoment
    /// By asset.
    private let told: [String: JSON]

    init?(_ moment: PlantMoment?) {
        guard let moment else { return nil }
        self.moment = moment
        let line = moment.planLine.flatMap { try? JSONReader.read(Array($0.utf8)) }  // our own line
        let groups = line?["forecast"]?["cars"]?.items ?? []
        told = Dictionary(groups.map { ($0["bays"]?.text ?? "", $0) }, uniquingKeysWith: { first, _ in first })
    }

    private var zone: LocalZone { moment.config.zone }

    /// When the plan was made that tells of cars; nil without one.
    var planned: JSON? { moment.plan.map { .string(zone.text($0.made)) } }

    /// Null in what nobody tells.
    func json(of path: AssetPath) -> JSON? {
        let group = told[path.text]
        let late = moment.alarms.first { $0.path == "\(path.text)/\(AlarmCode.departureAtRisk.rawValue)" }
        let short = moment.plan?.breaches.first { $0.isShort && $0.name.hasSuffix(" at \(path.text)") }
        guard group != nil || moment.openKWh[path] != nil || late != nil || short != nil else { return nil }
        let currency = moment.config.method.tariffs.last?.value.currency ?? ""
        return .fields([
            "open_kwh": .optional(moment.openKWh[path]), "due": time(group?["open_due"]),
            "late": late.map { .string($0.cause) } ?? .null,
            "short": short.map { .string(PlanWords.breach($0, zone, currency)) } ?? .null,
            "shifts": .array(
                (group?["shifts"]?.items ?? []).map { shift in
                    var members = [JSON.Member("due", time(shift["due"]))]
                    for key in ["need_kwh_p50", "need_kwh_p90", "cars_p50", "cars_p90", "lent_kwh_p10"] {
                        members.append(JSON.Member(key, shift[key] ?? .null))
                    }
                    return .object(members)
                }),
        ])
    }

    private func time(_ told: JSON?) -> JSON {
        told?.text.flatMap { PlantTime(rfc3339: $0) }.map { .string(zone.text($0)) } ?? .null
    }
}
