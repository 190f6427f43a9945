import Hummingbird
import TwinCore
import TwinRuntime

/// Rows of a mapping that are tried and saved: `{"yaml": "- topic: …"}`.
struct DataRoutes {
    /// How long a run may take to answer: it looks between batches.
    private static let patience = Duration.seconds(5)

    let actions: ActionRoutes

    private var source: PageSource { actions.source }

    func add(to router: Router<PageContext>) {
        router.post("data/try") { [actions] request, context in
            let text = try await DataRoutes.yaml(request, context)
            try context.demand(.engineer)
            let json = try await actions.threads.run { [source] in try MappingDesk(source: source).attempt(text) }
            return Response.json(json)
        }
        router.post("data/save") { [actions] request, context in
            let text = try await DataRoutes.yaml(request, context)
            let about = JSON.fields(["yaml": .string(String(text.prefix(2000)))])
            do {
                try context.demand(.engineer)
                let saved = try await actions.threads.run { [source] in try MappingDesk(source: source).save(text) }
                await actions.audit.tell(actions.entry("mapping.save", context, about, AuditEntry.done))
                return Response.json(await inForce(saved))
            } catch let error as WebError {
                await actions.audit.tellRefused(
                    actions.entry("mapping.save", context, about, "\(error.code): \(error.text)"))
                throw error
            }
        }
    }

    private static func yaml(_ request: Request, _ context: PageContext) async throws -> String {
        let json = try await JSONBody.read(request, context, keys: ["yaml"])
        guard let text = json["yaml"]?.text, !text.allSatisfy(\.isWhitespace) else {
            throw WebError.bad("\"yaml\" is missing or empty; send the rows of the mapping in it")
        }
        return text
    }

    /// Asks the run to go on with what was saved, and says what an operator should know.
    private func inForce(_ saved: MappingDesk.Saved) async -> JSON {
        var notes: [String] = []
        var isTaken = false
        switch await source.inbox?.answer(to: .configuration(saved.config), within: DataRoutes.patience) {
        case .taken(let told)?:
            isTaken = true
            notes = ["in force from the next step on"] + told
        case .unchanged?: notes = ["this configuration is in force already"]
        case .refused(let why)?: notes = ["saved, and the run refused it: \(why)"]
        case nil: notes = ["saved; put it in force with: twin reload, or with the next start"]
        }
        return .fields([
            "schema": .string("mapping-saved/1"), "file": .string(saved.file), "backup": .string(saved.file + ".bak"),
            "rows": .integer(saved.rows), "in_force": .bool(isTaken), "notes": .array(notes.map { .string($0) }),
        ])
    }
}
