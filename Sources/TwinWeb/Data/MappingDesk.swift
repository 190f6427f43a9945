import Synchronization
import TwinConfiguration
import TwinCore
import TwinFiles
import TwinRuntime

/// Tries rows of a mapping on what came, and saves them.
struct MappingDesk {
    /// Messages that are tried at once: those of a few topics.
    static let triedMax = 400
    /// A mapping that grows beyond it is no mapping of a plant; who saves again and again does not fill the disk.
    static let fileBytesMax = 1 << 20

    let source: PageSource

    /// What each kept message would become.
    /// - Throws: 503 without a run, 422 with all problems of the rows.
    func attempt(_ text: String) throws -> JSON {
        guard let feed = source.feed else {
            throw WebError.unavailable("there is no run here whose messages could be tried")
        }
        let config = source.present
        var trial: MappingTrial
        do { trial = try MappingTrial(text, zone: config.zone, inputs: config.inputs) } catch {
            return MappingDesk.refused(error)
        }
        let kept = feed.messages.topics.values.flatMap(\.kept).sorted {
            ($0.t, $0.topic, $0.number) < ($1.t, $1.topic, $1.number)
        }
        let meant = kept.filter { !trial.mapping.sources(of: $0.topic).isEmpty }
        let outcomes = meant.suffix(MappingDesk.triedMax).map { trial.take($0) }
        return .fields([
            "schema": .string("mapping-trial/1"), "problems": .array([]), "kept": .integer(kept.count),
            "tried": .integer(outcomes.count), "used": .integer(outcomes.count { !$0.values.isEmpty }),
            "note": note(outcomes.count, of: kept.count).map { .string($0) } ?? .null,
            "messages": .array(outcomes.map { MappingDesk.json($0, config.zone) }),
        ])
    }

    private func note(_ tried: Int, of kept: Int) -> String? {
        guard tried == 0 else { return nil }
        return kept == 0
            ? "no message of a topic that is not mapped was kept yet; the rows can be read"
            : "the rows can be read, and none of the \(kept) messages that were kept is on their topics"
    }

    static func refused(_ problems: ConfigProblems) -> JSON {
        .fields([
            "schema": .string("mapping-trial/1"),
            "problems": .array(problems.lines.map { .string($0) }), "messages": .array([]),
        ])
    }

    private static func json(_ outcome: MappingTrial.Outcome, _ zone: LocalZone) -> JSON {
        .fields([
            "topic": .string(outcome.arrival.topic), "at": .string(zone.text(outcome.arrival.t)),
            "payload": .string(MessageWords.payload(outcome.arrival.payload)),
            "values": .array(
                outcome.values.map { value in
                    .fields([
                        "signal": .string(value.signal), "value": .optional(value.value),
                        "unit": value.unit.map { .string($0) } ?? .null, "ts": .string(zone.text(value.at)),
                        "period_s": .optional(value.period?.seconds),
                    ])
                }),
            "waits": .bool(outcome.values.isEmpty && outcome.failures.isEmpty),
            "refused": .array(
                outcome.failures.map {
                    .fields(["reason": .string($0.reason.rawValue), "text": .string($0.text)])
                }),
        ])
    }

    // MARK: - Saving

    /// One at a time.
    private static let saving = Mutex(())

    /// A configuration that was saved, and what to do next.
    struct Saved: Sendable {
        var config: SiteConfig
        var file: String
        var rows: Int
    }

    /// Writes the rows behind those of the folder's mapping; the file that was there stays as `.bak`.
    /// - Throws: 409 where nobody knows the folder, 422 with all that would be wrong, 500 where it cannot be written.
    func save(_ text: String) throws -> Saved {
        guard let folder = source.configFolder else {
            throw WebError(
                status: 409, code: "no_folder",
                text: "nothing is saved: no configuration folder was named; start the twin with --config FOLDER, or"
                    + " paste the rows into the folder's signals.yaml yourself")
        }
        return try MappingDesk.saving.withLock { _ in
            do { return try write(text, in: folder) } catch let problems as ConfigProblems {
                throw WebError(
                    status: 422, code: "configuration", text: problems.lines.prefix(20).joined(separator: "\n"))
            } catch let problem as FileProblem {
                throw WebError(
                    status: 409, code: "not_written", text: "the mapping cannot be written: \(problem.kindInWords)")
            } catch is ConfigNotFound {
                throw WebError(status: 409, code: "no_folder", text: "the configuration folder is not there any more")
            }
        }
    }

    private func write(_ text: String, in folder: String) throws -> Saved {
        let trial = try MappingTrial(text, zone: source.present.zone, inputs: source.present.inputs)
        let old = try SiteConfig.load(folder: folder)
        let bytes = old.files.first { $0.name == SignalMapping.file }?.bytes
        let new = Array(MappingRows(text).added(to: bytes.map { String(decoding: $0, as: UTF8.self) }).utf8)
        guard new != bytes else {
            throw WebError(
                status: 422, code: "configuration",
                text:
                    "\(SignalMapping.file) has no line that begins with sources:, where rows could be added; add them by hand"
            )
        }
        guard new.count <= MappingDesk.fileBytesMax else {
            throw WebError(
                status: 422, code: "configuration",
                text:
                    "\(SignalMapping.file) would have more than \(MappingDesk.fileBytesMax) bytes; add the rows by hand"
            )
        }
        var files = old.files.filter { $0.name != SignalMapping.file }
        files.append((SignalMapping.file, new))
        let config = try SiteConfig.read(files: files)
        try config.signals?.check(against: config.inputs)
        let path = "\(folder)/\(SignalMapping.file)"
        if let bytes { try WholeFile.write(bytes, to: path + ".bak") }
        try WholeFile.write(new, to: path)
        return Saved(config: config, file: SignalMapping.file, rows: trial.mapping.sources.count)
    }
}

extension FileProblem {
    /// Without the path: that is nobody's business outside.
    fileprivate var kindInWords: String {
        switch exitCode {
        case 77: "the server may not write there"
        case 66: "the folder is not there"
        default: "the disk did not take it; the log of the system says why"
        }
    }
}

/// Foreign text as pages show it.
enum MessageWords {
    static let shownMax = 300

    /// The beginning of a payload as one line; what no terminal would print is a question mark.
    static func payload(_ bytes: [UInt8]) -> String {
        let text = String(decoding: bytes.prefix(shownMax), as: UTF8.self).printable
        return bytes.count > shownMax ? text + "…" : text
    }
}
