import Hummingbird
import TwinCore
import TwinRuntime

/// What somebody asks to be done.
struct ActionAsk: Sendable {
    var visitor: Visitor
    var json: JSON

    func text(_ key: String, bytesMax: Int = 256) throws -> String {
        guard let text = json[key]?.text, (1...bytesMax).contains(text.utf8.count) else {
            throw WebError.bad("\"\(key)\" is missing, or is no text of at most \(bytesMax) bytes")
        }
        return text
    }

    /// A remark for people; empty where there is none.
    func comment() throws -> String {
        guard let value = json["comment"], value != .null else { return "" }
        guard let text = value.text, text.utf8.count <= 500 else {
            throw WebError.bad("\"comment\" is no text of at most 500 bytes")
        }
        return text.printable
    }

    func seconds(_ range: ClosedRange<Int64>) throws -> Int64 {
        guard let value = json["for_s"]?.integer, range.contains(value) else {
            throw WebError.bad("\"for_s\" is missing, or outside \(range.lowerBound)...\(range.upperBound) s")
        }
        return value
    }
}

/// What became of it.
enum ActionAnswer: Sendable, Hashable {
    case taken(notes: [String])
    case unchanged

    var json: JSON {
        switch self {
        case .taken(let notes): .fields(["answer": .string("taken"), "notes": .array(notes.map { .string($0) })])
        case .unchanged: .fields(["answer": .string("unchanged"), "notes": .array([])])
        }
    }

    /// In the log.
    var word: String { if case .taken = self { AuditEntry.done } else { "unchanged" } }
}

/// What may be done: by whom, with which keys. All of it is in the log, also what was refused.
struct ActionRoutes: Sendable {
    let source: PageSource
    let access: Access
    let audit: AuditLog
    let alarms: AlarmBook
    let threads: QueryThreads
    /// How long a running twin may take for an answer.
    var patience = Duration.seconds(15)

    /// Of what was asked for, in the log.
    static let keptBytesMax = 4096

    func add(to router: Router<PageContext>) {
        addCommands(to: router)
        addReplay(to: router)
        addAlarms(to: router)
    }

    /// - Parameters:
    ///   - what: in the log.
    ///   - body: does it, or throws why not.
    func add(
        _ path: String, _ role: Role, _ what: String, _ keys: [String], to router: Router<PageContext>,
        _ body: @escaping @Sendable (ActionAsk) async throws -> ActionAnswer
    ) {
        router.post(RouterPath(path)) { request, context in
            // Read before it is refused: the log says what was asked for.
            let json = try await JSONBody.read(request, context, keys: keys)
            do {
                try context.demand(role)
                let answer = try await body(ActionAsk(visitor: context.visitor, json: json))
                await audit.tell(entry(what, context, json, answer.word))
                return Response.json(answer.json)
            } catch let error as WebError {
                await audit.tellRefused(entry(what, context, json, "\(error.code): \(error.text)"))
                throw error
            }
        }
    }

    func entry(_ what: String, _ context: PageContext, _ about: JSON, _ answer: String) -> AuditEntry {
        // A long body is somebody's try to fill the disk.
        let isLong = about.bytes.count > ActionRoutes.keptBytesMax
        return AuditEntry(
            t: access.rules.wallNow(), user: context.visitor.name, role: context.visitor.role,
            address: context.address, what: what, about: isLong ? .string("too long to be kept") : about,
            answer: answer)
    }
}
