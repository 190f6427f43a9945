import Hummingbird
import TwinCore
import TwinRuntime

/// What an engineer does about an alarm. It holds by being kept.
extension ActionRoutes {
    func addAlarms(to router: Router<PageContext>) {
        router.post("alarms/acknowledge") { request, context in
            let json = try await JSONBody.read(request, context, keys: ["path", "since", "comment"])
            return try await deed(AuditEntry.acknowledge, context, json) { ask in
                let raising = try await raising(ask)
                return .fields([
                    "path": .string(raising.path), "since": .string(raising.since.rfc3339),
                    "comment": .string(try ask.comment()),
                ])
            }
        }
        router.post("alarms/shelve") { request, context in
            let json = try await JSONBody.read(request, context, keys: ["path", "for_s", "comment"])
            let isEnd = json["for_s"]?.integer == 0
            return try await deed(isEnd ? AuditEntry.unshelve : AuditEntry.shelve, context, json) { ask in
                let seconds = try ask.seconds(0...AlarmDeeds.shelvedMax.ms / 1000)
                let path = isEnd ? try ask.text("path") : try await raising(ask).path
                let now = try await now()
                return .fields([
                    "path": .string(path), "until": .string((now + .seconds(seconds)).rfc3339),
                    "comment": .string(try ask.comment()),
                ])
            }
        }
    }

    private func now() async throws -> PlantTime {
        let wall = access.rules.wallNow()
        return try await threads.run { source.now(wall: wall) }
    }

    private func deed(
        _ what: String, _ context: PageContext, _ json: JSON, _ about: @Sendable (ActionAsk) async throws -> JSON
    ) async throws -> Response {
        do {
            try context.demand(.engineer)
            let about = try await about(ActionAsk(visitor: context.visitor, json: json))
            let isNew = try await alarms.take(entry(what, context, about, AuditEntry.done))
            return .json((isNew ? ActionAnswer.taken(notes: []) : .unchanged).json)
        } catch let error as WebError {
            await audit.tellRefused(entry(what, context, json, "\(error.code): \(error.text)"))
            throw error
        }
    }

    /// The raising that is meant: the one that is named, else the newest. It must be one that the page shows.
    private func raising(_ ask: ActionAsk) async throws -> AlarmDeeds.Raising {
        let path = try ask.text("path")
        let since = try ask.json["since"].flatMap { value -> PlantTime? in
            guard value != .null else { return nil }
            guard let time = value.text.flatMap({ PlantTime(rfc3339: $0) }) else {
                throw WebError.bad("\"since\" is no time; write it as the list of alarms has it")
            }
            return time
        }
        let list = AlarmList(source, at: try await now(), alarms.now)
        let shown = try await threads.run { try list.shown() }
        let found = shown.filter { $0.path == path && (since == nil || $0.since == since) }.max { $0.since < $1.since }
        guard let found else {
            throw WebError.notFound("no such alarm stands, or was over in the last day without being acknowledged")
        }
        return AlarmDeeds.Raising(path: found.path, since: found.since)
    }
}
