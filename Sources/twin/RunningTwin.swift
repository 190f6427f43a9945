import Foundation
import Glibc
import TwinConfiguration
import TwinCore
import TwinFiles
import TwinRuntime

/// A running twin as another process sees it: dot-files beside its journal.
struct RunningTwin {
    let folder: String

    private var place: String { folder + "/.running" }
    private var request: String { folder + "/.reload" }
    private var result: String { folder + "/.reloaded" }

    /// Says where this process is, until `withdraw`.
    func announce(config: String) {
        write(
            .fields([
                "pid": .integer(Int(getpid())), "started": RunningTwin.started(getpid()).map { .integer($0) } ?? .null,
                "config": .string(URL(fileURLWithPath: config).standardizedFileURL.path),
            ]), to: place)
    }

    func withdraw() {
        try? FileManager.default.removeItem(atPath: place)  // it may never have been there
    }

    /// The twin that runs on a journal, which by default stands beside its store.
    static func find(store: String, journal: String?) throws -> (twin: RunningTwin, pid: Int32, config: String) {
        let folder = journal ?? (store.hasSuffix(".sqlite") ? String(store.dropLast(7)) : store) + ".journal"
        let twin = RunningTwin(folder: folder)
        guard let (pid, config) = twin.find() else {
            throw Failure("\(folder): no twin is running on this journal; start one with twin run", exitCode: 66)
        }
        return (twin, pid, config)
    }

    /// The process and its configuration folder; nil when none runs here.
    func find() -> (pid: Int32, config: String)? {
        guard let json = read(place), let pid = json["pid"]?.integer.flatMap(Int32.init(exactly:)), pid > 1,
            let started = json["started"]?.integer, RunningTwin.started(pid).map(Int64.init) == started,
            let config = json["config"]?.text
        else { return nil }
        return (pid, config)
    }

    /// When a process began, clock ticks since boot (proc(5), field 22); nil when there is none. A twin that was killed
    /// leaves its number behind, and another program may have it by now: that one must not be signalled.
    private static func started(_ pid: Int32) -> Int? {
        guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/stat") else { return nil }
        // The name, in brackets, may hold anything; the third field follows it.
        let fields = String(decoding: data, as: UTF8.self).split(separator: ")").last?.split(separator: " ") ?? []
        return fields.count > 19 ? Int(fields[19]) : nil
    }

    // MARK: - Reload

    /// What another process asks of a running twin.
    enum Request {
        case reload(config: String, mode: ControlMode?)
        /// A word of an operator about one asset.
        case operation(JSON)

        fileprivate var members: [JSON.Member] {
            switch self {
            case .reload(let config, let mode):
                [
                    JSON.Member("config", .string(config)),
                    JSON.Member("mode", mode.map { .string($0.rawValue) } ?? .null),
                ]
            case .operation(let json): [JSON.Member("op", json)]
            }
        }

        fileprivate init?(_ json: JSON) {
            if let operation = json["op"] {
                self = .operation(operation)
            } else if let config = json["config"]?.text {
                self = .reload(config: config, mode: json["mode"]?.text.flatMap(ControlMode.init(rawValue:)))
            } else {
                return nil
            }
        }
    }

    private static let patienceS = 15.0

    /// Asks the twin and waits for its answer.
    func ask(_ pid: Int32, _ wanted: Request) async throws -> LiveInbox.Answer {
        let id = UUID().uuidString
        guard write(.object([JSON.Member("id", .string(id))] + wanted.members), to: request) else {
            throw Failure("\(folder): cannot write there; ask as the user of the twin", exitCode: 77)
        }
        guard kill(pid, SIGHUP) == 0 else {
            throw Failure("process \(pid) cannot be signalled (\(String(cString: strerror(errno))))", exitCode: 77)
        }
        let until = Date(timeIntervalSinceNow: RunningTwin.patienceS)
        while Date() < until {
            if let answer = result(id: id) { return answer }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Failure("process \(pid) did not answer within 15 s; see its own messages", exitCode: 70)
    }

    /// What was asked for; nil after a bare SIGHUP.
    private func takeRequest() -> (wanted: Request, id: String)? {
        defer { try? FileManager.default.removeItem(atPath: request) }  // a bare SIGHUP left none
        guard let json = read(request), let wanted = Request(json), let id = json["id"]?.text else { return nil }
        return (wanted, id)
    }

    /// Takes up each SIGHUP until it is cancelled: reads the configuration, and asks the loop to go on with it.
    func followReloads(_ inbox: LiveInbox, config: String) async {
        Terminal.catchHangups()
        while !Task.isCancelled {
            if Terminal.takeHangup() {
                let asked = takeRequest() ?? (.reload(config: find()?.config ?? config, mode: nil), "")
                switch asked.wanted {
                case .reload(let config, let mode): reload(inbox, config, mode, id: asked.id)
                case .operation(let json): inbox.put(.operation(json)) { answer($0, id: asked.id) }
                }
            }
            try? await Task.sleep(for: .milliseconds(100))  // cancelled: the loop ends
        }
    }

    private func reload(_ inbox: LiveInbox, _ config: String, _ mode: ControlMode?, id: String) {
        let tell: @Sendable (LiveInbox.Answer) -> Void = { answer in
            switch answer {
            case .taken(let notes):
                Terminal.say("twin: reload: in force from the next step on", .configurationChanged)
                for note in notes { Terminal.say("twin: reload: \(note)") }
            case .unchanged: Terminal.say("twin: reload: is in force already; nothing was changed")
            case .refused(let why): Terminal.say("twin: reload: refused, nothing was changed: \(why)")
            }
            // The next reload that names no folder reads this one again.
            if case .refused = answer {} else { self.announce(config: config) }
            self.answer(answer, id: id)
        }
        let read: SiteConfig
        do { read = try CommonOptions.load(config) } catch { return tell(.refused("\(config): \(error)")) }
        inbox.put(.configuration(read)) { answer in
            guard let mode else { return tell(answer) }
            if case .refused = answer { return tell(answer) }
            inbox.put(.mode(mode)) { next in tell(next == .unchanged ? answer : answer.joined(next)) }
        }
    }

    private func answer(_ answer: LiveInbox.Answer, id: String) {
        let (word, notes): (String, [String]) =
            switch answer {
            case .taken(let notes): ("taken", notes)
            case .unchanged: ("unchanged", [])
            case .refused(let why): ("refused", [why])
            }
        write(
            .fields(["id": .string(id), "answer": .string(word), "notes": .array(notes.map(JSON.string))]), to: result)
    }

    /// The answer to a request, once it is there.
    private func result(id: String) -> LiveInbox.Answer? {
        guard let json = read(result), json["id"]?.text == id, let word = json["answer"]?.text else { return nil }
        let notes = (json["notes"]?.items ?? []).compactMap(\.text)
        switch word {
        case "taken": return .taken(notes: notes)
        case "unchanged": return .unchanged
        default: return .refused(notes.joined(separator: "; "))
        }
    }

    // MARK: - Files

    private func read(_ path: String) -> JSON? {
        // What cannot be read is not there.
        guard let bytes = try? WholeFile.read(path, bytesMax: 65_536) else { return nil }  // see above
        return try? JSONReader.read(bytes)  // see above
    }

    @discardableResult
    private func write(_ json: JSON, to path: String) -> Bool {
        FileManager.default.createFile(
            atPath: path + ".new", contents: Data(json.bytes), attributes: [.posixPermissions: 0o640])
            && rename(path + ".new", path) == 0
    }
}

extension LiveInbox.Answer {
    /// Two requests that were made as one, both taken or unchanged.
    fileprivate func joined(_ next: LiveInbox.Answer) -> LiveInbox.Answer {
        if case .taken(let notes) = self, case .taken(let more) = next { return .taken(notes: notes + more) }
        return next
    }
}
