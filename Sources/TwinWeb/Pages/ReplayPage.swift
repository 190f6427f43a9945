import TwinConfiguration
import TwinCore
import TwinRuntime

/// The reins of a replay: where it is, how fast it goes, what is thrown in, and what is expected of it.
struct ReplayPage: Page {
    let name = "replay"
    let title = "Replay"

    func isListed(in source: PageSource) -> Bool { source.reins != nil }

    /// Plant seconds per wall second that the page offers; as fast as possible stands beside them.
    static let speeds = [1.0, 60, 600, 6000]

    func json(_ ask: PageAsk) throws -> JSON {
        guard let reins = ask.source.reins else {
            throw WebError.notFound("nothing is replayed here; twin replay FILE --listen 127.0.0.1:8080 does")
        }
        let state = reins.state
        let moment = ask.source.feed?.moment
        let zone = ask.source.present.zone
        return .fields([
            "schema": .string("replay-page/1"), "file": .string(ask.source.played ?? ""),
            "now": moment.map { .string($0.config.zone.text($0.outcome.end)) } ?? .null,
            "tick": moment.map { .integer($0.outcome.tick) } ?? .null,
            "loop": moment.map { .string($0.loop.rawValue) } ?? .null,
            "share": .number(state.isOver ? 1 : min(1, max(0, state.share))), "speed": .optional(state.speed),
            "paused": .bool(state.isPaused), "over": .bool(state.isOver), "steps_left": .integer(state.steps),
            "speeds": .array(ReplayPage.speeds.map { .number($0) }), "verbs": ReplayPage.verbs,
            "topics": .array(ReplayPage.topics(ask.source).map { .string($0) }),
            "thrown": .array(reins.thrown.map { ReplayPage.fault($0, zone) }),
            "thrown_max": .integer(ReplayReins.thrownMax), "expectations": ReplayPage.standings(reins.standings),
        ])
    }

    private static var verbs: JSON {
        .array(
            Fault.Verb.allCases.map { verb in
                .fields([
                    "verb": .string(verb.rawValue), "keys": .array(verb.keys.map { .string($0) }),
                    "needs_closed_loop": .bool(verb.needsClosedLoop),
                ])
            })
    }

    /// What a fault may be about: the plant's own topics by area, and those of its mapping.
    private static func topics(_ source: PageSource) -> [String] {
        let config = source.present
        let areas = Set(config.inputs.map(\.path.area)).sorted()
        return areas.map { "v1/\(config.site)/\($0.rawValue)/+/tele" } + (config.signals?.filters ?? [])
    }

    private static func fault(_ fault: Fault, _ zone: LocalZone) -> JSON {
        .fields([
            "fault": fault.json, "from": .string(zone.text(fault.from)),
            "until": fault.lasting.map { .string(zone.text(fault.from + $0)) } ?? .null,
        ])
    }

    static func standings(_ list: [ExpectationCheck.Standing]) -> JSON {
        .array(
            list.map { standing in
                .fields([
                    "state": .string(standing.state.rawValue), "words": .string(standing.words),
                    "place": .string(standing.place), "sentence": .string(standing.sentence),
                ])
            })
    }
}
