import TwinConfiguration
import TwinCore
import TwinRuntime

/// Which alarms stand and what was done about them, and the journal of those that were.
struct AlarmsPage: Page {
    let name = "alarms"
    let title = "Alarms"

    static let daysMax: Int64 = 366
    static let journalMax = 1000
    static let shownMax = 500
    static let messagesMax = 8

    func json(_ ask: PageAsk) throws -> JSON {
        let config = ask.source.present
        let zone = config.zone
        let now = ask.time
        let days = try ask.days(7, most: Self.daysMax)
        let list = AlarmList(ask.source, at: now, ask.deeds)
        let shown = try list.shown()
        let from = zone.instant(CivilDate(daysSinceEpoch: zone.local(now).date.daysSinceEpoch - days + 1))
        let spans = try list.raised(from: from)
        let topics = AssetMessages(ask.source.feed, zone)
        return .fields([
            "schema": .string("alarm_page/1"), "ts": .string(zone.text(now)), "days": .integer(days),
            "may": may(ask.visitor), "shelved_max_s": .integer(AlarmDeeds.shelvedMax.ms / 1000),
            "alarms": .array(shown.prefix(Self.shownMax).map { entry($0, ask, now, topics) }),
            "alarms_count": .integer(shown.count),
            "journal": .array(
                spans.reversed().prefix(Self.journalMax).map { span in
                    .fields([
                        "path": .string(span.path), "from": .string(zone.text(span.since)),
                        "until": span.until.map { .string(zone.text($0)) } ?? .null,
                        "lasted_s": span.until.map { .number(($0 - span.since).seconds) } ?? .null,
                        "cause": .string(zone.localised(span.cause).printable),
                        "acknowledged": acknowledged(ask, span.path, span.since),
                    ])
                }),
            "journal_count": .integer(spans.count), "has_store": .bool(ask.source.readable != nil),
        ])
    }

    private func may(_ visitor: Visitor) -> JSON {
        let why = visitor.lacks(.engineer)
        return .fields(["acknowledge": .bool(why == nil), "why": why.map { .string($0) } ?? .null])
    }

    private func acknowledged(_ ask: PageAsk, _ path: String, _ since: PlantTime) -> JSON {
        guard let seen = ask.deeds.acknowledgement(path, since: since) else { return .null }
        return .fields([
            "by": seen.by.map { .string($0) } ?? .null, "at": .string(ask.source.present.zone.text(seen.at)),
            "comment": .string(seen.comment),
        ])
    }

    private func entry(_ entry: AlarmList.Entry, _ ask: PageAsk, _ now: PlantTime, _ topics: AssetMessages) -> JSON {
        let zone = ask.source.present.zone
        let shelving = ask.deeds.shelving(entry.path, at: now)
        return .fields([
            "path": .string(entry.path), "asset": entry.asset.map { .string($0.text) } ?? .null,
            "code": .string(entry.code), "priority": .string(entry.priority.rawValue),
            "advice": AlarmAdvice.json(entry.code),
            "state": .string(entry.until == nil ? "active" : "cleared"),
            "since": .string(zone.text(entry.since)), "until": entry.until.map { .string(zone.text($0)) } ?? .null,
            "age_s": .number(max(0, (now - entry.since).seconds)),
            "cause": .string(zone.localised(entry.cause).printable),
            "acknowledged": acknowledged(ask, entry.path, entry.since),
            "shelved": shelving.map { shelving in
                .fields([
                    "by": shelving.by.map { .string($0) } ?? .null, "until": .string(zone.text(shelving.until)),
                    "comment": .string(shelving.comment),
                ])
            } ?? .null,
            "values": entry.asset.map { values($0, ask) } ?? .array([]),
            "messages": .array(entry.asset.map { topics.last(of: $0, Self.messagesMax) } ?? []),
        ])
    }

    /// What the asset's signals are now, with their quality.
    private func values(_ asset: AssetPath, _ ask: PageAsk) -> JSON {
        let values = ask.source.feed?.moment?.outcome.values ?? []
        return .array(
            values.lazy.filter { $0.area == asset.area && $0.asset == asset.asset }.prefix(Self.messagesMax).map {
                value in
                .fields([
                    "key": .string(value.key), "value": .number((value.used.value * 1000).rounded() / 1000),
                    "quality": .string(value.used.quality.rawValue),
                ])
            })
    }
}
