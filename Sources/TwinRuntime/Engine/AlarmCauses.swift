import TwinBooks
import TwinCore
import TwinDispatch

/// Says why an alarm is raised, from what its tick knew: for people, and no part of the digest.
struct AlarmCauses {
    let reply: ComponentReply
    /// Messages of the tick that were refused.
    let refusals: [Refusal]
    let balance: TickBalance
    let offers: [Offer]
    let outcomes: [CommandDesk.Outcome]
    let setPoints: [AssetPath: Double]
    let link: LinkWatch?
    let lines: LineWatch
    let troubles: SiteTroubles

    /// Longer ones are cut: a line of the journal holds many.
    static let lengthMax = 300

    /// - Parameter isRaised: false at an alarm's end.
    func sentence(_ key: AlarmKey, isRaised: Bool) -> String {
        let text = (isRaised ? cause(key) : key.code == .link ? link?.silence ?? "" : "").printable
        return text.count > AlarmCauses.lengthMax ? text.prefix(AlarmCauses.lengthMax - 1) + "…" : text
    }

    private func cause(_ key: AlarmKey) -> String {
        let path = AssetPath(key.area, key.asset)
        if let text = troubles.cause(of: key) { return text }
        if key.area == .line, let text = ofLine(key) { return text }
        switch key.code {
        case .stale:
            if let refused = reply.unusable[path] ?? refusal(path) {
                return "no reading can be used: \(refused); the model stands in"
            }
            let never = reply.unheard.contains(key) ? "nothing was heard since the start" : "no new reading came"
            return "\(never); the model stands in"
        case .stuck: return "\(stuck(path) ?? "its value") does not move, and its model does"
        case .outOfRange: return refusal(path) ?? "a value of its last message is out of range"
        case .unit, .sign, .counter, .conflict: return remark(path) ?? refusal(path) ?? "its values exclude each other"
        case .clock: return refusal(path) ?? "its stamps lag behind plant time by the same time, message after message"
        case .gap: return "readings are missing, and nothing filled the hole"
        case .balance:
            return remark(path) ?? "\(kW(balance.unmeteredKW)) of \(kW(balance.suppliedKW)) supplied are on no meter"
        case .notAcked:
            let expired = outcomes.last { $0.command.path == path && $0.fate == .expired }
            return expired.map { "nobody answered \($0.command.point.order)" } ?? "nobody answered a command"
        case .notFollowed:
            guard let offer = offers.first(where: { $0.path == path }) else { return "it does not do what it was told" }
            let told = setPoints[path].map { offer.action.text(AlarmCauses.rounded($0)) } ?? "its set-point"
            return "told \(told), measured \(offer.action.text(AlarmCauses.rounded(offer.measured.value)))"
        case .twoControllers: return remark(path) ?? "another controller commands it too"
        case .departureAtRisk:
            return path.area == .process
                ? "it takes less than it needs to be ready in time"
                : "its vehicles charge less than their departures need"
        case .trip: return "its source says connected: false"
        case .store: return "the store is behind the journal"
        case .solver: return "no plan could be made; the last one's tail holds, then the rules"
        case .planInfeasible: return "the plan in force cannot keep all limits and departures"
        case .link: return link?.cause ?? "the link to the broker is down"
        }
    }

    /// A line has no model, and what it tells are vehicles.
    private func ofLine(_ key: AlarmKey) -> String? {
        let path = AssetPath(key.area, key.asset)
        switch key.code {
        case .stale: return "no vehicle was told in an hour and a half of a planned shift"
        case .conflict where lines.alarm == key && lines.isPaired:
            return "each vehicle is told twice, under two ids: half of them are doubted"
        case .conflict where lines.alarm == key:
            return "more than \(LineWatch.excess) times the planned vehicles were told for an hour and a half"
        case .conflict: return "its running total and its vehicle events tell different numbers for half an hour"
        case .gap: return "numbers (seq) of its messages are missing, and vehicles may be with them"
        case .counter: return refusal(path) ?? "its running total fell back, leapt or started again"
        case .outOfRange: return refusal(path) ?? "it told more vehicles than a line makes in a quarter of an hour"
        default: return nil
        }
    }

    private static let told = [TopicKind.tele, .vehicle, .count]

    /// Why the last refused message of an asset was refused.
    private func refusal(_ path: AssetPath) -> String? {
        refusals.last { refusal in
            AlarmCauses.told.contains { refusal.topic.hasSuffix("/\(path.text)/\($0.rawValue)") }
        }?.failure.text
    }

    /// What a component found to say of an asset in this tick.
    private func remark(_ path: AssetPath) -> String? {
        let head = "\(path.text): "
        return reply.remarks.last { $0.hasPrefix(head) }.map { String($0.dropFirst(head.count)) }
    }

    /// The reading of an asset that stands still.
    private func stuck(_ path: AssetPath) -> String? {
        reply.stuck.last { $0.area == path.area && $0.asset == path.asset }.map { reading in
            let value = reading.used.value
            // A state of charge has its figures behind the point.
            let shown = abs(value) < 10 ? (value * 1000).rounded() / 1000 : AlarmCauses.rounded(value)
            return "\(reading.key) \(JSON.numberText(shown))"
        }
    }

    private func kW(_ value: Double) -> String { "\(JSON.numberText(AlarmCauses.rounded(value))) kW" }

    private static func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }
}
