import Hummingbird
import TwinCore
import TwinRuntime

/// An operator's words to a running twin: the same that `twin manual` and its sisters say.
extension ActionRoutes {
    static let holdsS: ClosedRange<Int64> = 1...7 * 86_400

    func addCommands(to router: Router<PageContext>) {
        add("commands/manual", .operator, "command.manual", ["asset", "value", "unit", "for_s"], to: router) { ask in
            let value = ask.json["value"] ?? .null
            guard value.double != nil || value.text.map({ $0.utf8.count <= 32 }) == true else {
                throw WebError.bad("\"value\" is a number with its unit, or a word such as gas or idle")
            }
            let unit = ask.json["unit"] ?? .null
            guard unit == .null || unit.text.map({ $0.utf8.count <= 16 }) == true else {
                throw WebError.bad("\"unit\" is kW, Cel or null")
            }
            return try await say(
                .fields([
                    "manual": .string(try ask.text("asset")), "value": value, "unit": unit,
                    "for_s": .integer(try ask.seconds(Self.holdsS)),
                ]))
        }
        add("commands/pause", .operator, "command.pause", ["asset", "for_s"], to: router) { ask in
            try await say(
                .fields([
                    "pause": .string(try ask.text("asset")), "for_s": .integer(try ask.seconds(Self.holdsS)),
                ]))
        }
        add("commands/release", .operator, "command.release", ["asset"], to: router) { ask in
            try await say(.fields(["release": .string(try ask.text("asset"))]))
        }
        let words = ["id", "ceiling_kw", "from", "for_s", "pay_per_mwh"]
        add("commands/request", .operator, "command.request", words, to: router) { ask in
            guard let ceiling = ask.json["ceiling_kw"]?.double else {
                throw WebError.bad("\"ceiling_kw\" is the most import, kW; below 0 asks for export")
            }
            var members: [JSON.Member] = [
                .init("request", .string("import")), .init("id", .string(try ask.text("id"))),
                .init("value", .number(ceiling)), .init("unit", .string("kW")),
                .init("for_s", .integer(try ask.seconds(Self.holdsS))),
            ]
            for key in ["from", "pay_per_mwh"] {
                if let value = ask.json[key], value != .null { members.append(.init(key, value)) }
            }
            return try await say(.object(members))
        }
        add("commands/withdraw", .operator, "command.withdraw", ["id"], to: router) { ask in
            try await say(.fields(["withdraw": .string(try ask.text("id"))]))
        }
        add("commands/mode", .operator, "command.mode", ["mode"], to: router) { ask in
            let word = try ask.text("mode")
            guard let mode = ControlMode(rawValue: word) else {
                let modes = ControlMode.allCases.map(\.rawValue).joined(separator: ", ")
                throw WebError.bad("\"mode\" is none of \(modes)")
            }
            return try await put(.mode(mode))
        }
    }

    private func say(_ json: JSON) async throws -> ActionAnswer { try await put(.operation(json)) }

    /// Asks the running twin and waits for its answer.
    private func put(_ request: LiveInbox.Request) async throws -> ActionAnswer {
        guard let inbox = source.inbox else {
            throw WebError(
                status: 409, code: "no_run", text: "no twin runs here that could hear it; twin run --listen serves one")
        }
        switch await inbox.answer(to: request, within: patience) {
        case .taken(let notes)?: return .taken(notes: notes)
        case .unchanged?: return .unchanged
        case .refused(let why)?: throw WebError.refused(why)
        case nil:
            throw WebError(
                status: 504, code: "no_answer",
                text: "the twin did not answer in time; whether it was taken, the commands will show")
        }
    }
}
