import Foundation
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinDispatch
import TwinPlant
import TwinRuntime

/// What was commanded, why, and what became of it; and the words of operators.
struct CommandsPage: Page {
    let name = "commands"
    let title = "Commands"

    static let daysMax: Int64 = 366
    static let shownMax = 500

    func json(_ ask: PageAsk) throws -> JSON {
        let config = ask.source.present
        let zone = config.zone
        let now = ask.time
        let days = try ask.days(1, most: Self.daysMax)
        let asset = try ask.query["asset"].flatMap { $0.isEmpty ? nil : $0 }.map { text in
            guard let path = AssetPath(text: text) else { throw WebError.bad("\"asset\" is no area/asset") }
            return path
        }
        let from = zone.instant(CivilDate(daysSinceEpoch: zone.local(now).date.daysSinceEpoch - days + 1))
        let all = try CommandList(ask.source, from: from, asset: asset).entries
        return .fields([
            "schema": .string("command_page/1"), "ts": .string(zone.text(now)), "days": .integer(days),
            "mode": ask.source.feed?.moment.map { .string($0.mode.rawValue) } ?? .null,
            "modes": .array(ControlMode.allCases.map { .string($0.rawValue) }),
            "may": may(ask), "assets": .array(assets(ask, config)), "requests": .array(requests(ask, zone)),
            "currency": config.method.tariffs.last.map { .string($0.value.currency) } ?? .null,
            "commands": .array(all.prefix(Self.shownMax).map { $0.json(zone) }), "commands_count": .integer(all.count),
        ])
    }

    /// What keeps this visitor from commanding, and what keeps a command from acting.
    private func may(_ ask: PageAsk) -> JSON {
        let mode = ask.source.feed?.moment?.mode
        let why =
            ask.source.inbox == nil
            ? "no twin runs here that could hear it" : ask.visitor.lacks(.operator)
        let idle = mode.flatMap { $0 == .control ? nil : "the twin does not command: its mode is \($0.rawValue)" }
        return .fields([
            "command": .bool(why == nil), "why": why.map { .string($0) } ?? .null,
            "acts": .bool(mode == .control), "acts_why": idle.map { .string($0) } ?? .null,
        ])
    }

    /// What obeys commands, and what it was told last.
    private func assets(_ ask: PageAsk, _ config: SiteConfig) -> [JSON] {
        let moment = ask.source.feed?.moment
        let newest = ask.source.feed?.commands.newest ?? [:]
        let hand = Dictionary((moment?.hand ?? []).map { ($0.path, $0) }) { first, _ in first }
        return config.assets.compactMap { asset in
            guard let control = asset.kind.control else { return nil }
            let order = hand[asset.path]
            return .fields([
                "path": .string(asset.path.text), "action": .string(control.action.rawValue),
                "unit": control.action.unit.map { .string($0) } ?? .null,
                "words": .array(control.action.words.map { .string($0) }),
                "min": .number(control.range.lowerBound), "max": .number(control.range.upperBound),
                "set_point": moment?.setPoints[asset.path].map { .string(control.action.text($0)) } ?? .null,
                // Of the newest command: a lease is renewed for the reason of its own time.
                "reason": newest[asset.path].map { .string(config.zone.localised($0.command.point.reason).printable) }
                    ?? .null,
                "told": newest[asset.path].map { .string(config.zone.text($0.command.ts)) } ?? .null,
                "hand": order.map { order in
                    .fields([
                        "text": .string(order.value.map { control.action.text($0) } ?? "left alone"),
                        "until": .string(config.zone.text(order.until)),
                    ])
                } ?? .null,
            ])
        }
    }

    private func requests(_ ask: PageAsk, _ zone: LocalZone) -> [JSON] {
        (ask.source.feed?.moment?.requests ?? []).map { request in
            .fields([
                "id": .string(request.id), "from": .string(zone.text(request.from)),
                "until": .string(zone.text(request.until)), "ceiling_kw": .number(request.ceilingKW),
                "pay_per_mwh": .optional(request.payPerMWh),
            ])
        }
    }
}

/// The changes of set-points of a time, the newest first: those that are stored, and those that the store does not have yet.
struct CommandList {
    struct Entry {
        var id: String
        var at: PlantTime
        var asset: AssetPath
        var action: String
        /// In the unit of its action.
        var value: Double
        var reason: String
        /// Nil while it waits for an answer.
        var fate: String?
        var renewals = StoredCommand.Renewals()

        /// What the gate held it back by, as its reason says.
        var heldBy: String? {
            reason.range(of: "; held by ").map { String(reason[$0.upperBound...]) }
        }

        func json(_ zone: LocalZone) -> JSON {
            .fields([
                "id": .string(id), "at": .string(zone.text(at)), "asset": .string(asset.text),
                "action": .string(action), "value": .number(value),
                "text": .string(Action(rawValue: action)?.text(value) ?? JSON.numberText(value)),
                "reason": .string(zone.localised(reason).printable), "held_by": heldBy.map { .string($0) } ?? .null,
                "by_hand": .bool(reason.hasPrefix("manual: ")), "became": .string(fate ?? "pending"),
                "renewals": .integer(renewals.count), "renewals_rejected": .integer(renewals.rejected),
                "renewals_expired": .integer(renewals.expired),
            ])
        }
    }

    let entries: [Entry]

    /// Reads the store.
    init(_ source: PageSource, from: PlantTime, asset: AssetPath?) throws {
        var byID: [String: Entry] = [:]
        let window = StoreWindow(from: from, to: .latest)
        for stored in try source.readable?.commands(window, asset: asset) ?? [] {
            let id = "\(stored.run)-\(stored.tick)-\(stored.n)"
            byID[id] = Entry(
                id: id, at: stored.at, asset: stored.asset, action: stored.action, value: stored.value,
                reason: stored.reason, fate: stored.fate, renewals: stored.renewals)
        }
        if let feed = source.feed, let run = feed.moment?.run {
            for live in feed.commands.changes where live.command.ts >= from {
                let (command, id) = (live.command, live.command.id(run: run))
                guard asset == nil || command.path == asset else { continue }
                guard byID[id] == nil else {
                    if let fate = live.fate { byID[id]?.fate = fate.rawValue }
                    continue
                }
                byID[id] = Entry(
                    id: id, at: command.ts, asset: command.path, action: command.point.action.rawValue,
                    value: command.point.value, reason: command.point.reason, fate: live.fate?.rawValue)
            }
        }
        entries = byID.values.sorted { ($1.at, $0.asset, $0.id) < ($0.at, $1.asset, $1.id) }
    }
}
