import ArgumentParser
import Foundation
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinFiles
import TwinRuntime
import TwinStore

/// `twin verify`: the journal's chain, and the store against it.
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check a journal's chain and the store against it; make a damaged store anew.",
        usage: "twin verify [<options>]",
        discussion: """
            Reads every line of the journal, steps it to its own marks, proves the store's checksums, and compares its \
            half hours, alarms, vehicles and commands with what the journal steps to. Names the first thing that is \
            wrong and ends with exit code 65. With --repair a store that is not right is kept aside \
            (twin.sqlite.damaged-1) and made anew; one that is right is left as it is.

            EXAMPLES
              twin verify --store twin.sqlite
              twin verify --store twin.sqlite --repair
              twin verify --store t.sqlite --journal archive --journal t.journal --repair
            """)

    @Option(help: "SQLite store.")
    var store = "./twin.sqlite"

    @Option(help: "Journal folder of the run, or several in order, an archive first; default beside the store.")
    var journal: [String] = []

    @Flag(help: "Keep a store that is not right aside, and make it anew from the journal.")
    var repair = false

    @Flag(help: "Print one JSON object on standard output.")
    var json = false

    @Flag(name: .shortAndLong, help: "Say less on standard error.")
    var quiet = false

    func run() async throws {
        Terminal.catchSignals()
        let folders = journal.isEmpty ? [RunCommand.journalFolder(of: store)] : journal
        for folder in folders where !FileManager.default.fileExists(atPath: folder) {
            throw Failure(
                "\(folder): no such journal; name it with --journal. The store of a recording has none: replay the"
                    + " recording into a new --store", exitCode: 66)
        }
        let input = try JournalInput(folders.map { JournalFolder(path: $0) })
        for note in input.notes where !quiet { Terminal.say("note: \(note)") }
        if let lost = try VerifyCommand.lostEnd(folders.map { JournalFolder(path: $0) }, store: store) {
            throw Failure(
                "\(lost.sentence). A store made anew would end there too: if the end is lost for good, move the store away"
                    + " first", exitCode: 65)
        }
        let draft = store + ".new"
        defer { VerifyCommand.remove(draft) }
        let stepped = try await step(input, into: draft)
        let (halfHours, problem) = try compare(draft, stepped)
        guard let problem else { return tell(stepped, halfHours, madeAnew: false, kept: nil) }
        guard repair else { throw problem }
        if !quiet { Terminal.say("twin: \(problem.text)") }
        tell(stepped, halfHours, madeAnew: true, kept: try replace(by: draft, stepped))
    }

    /// What the store has and its journal does not; nil where the store cannot tell.
    static func lostEnd(_ folders: [JournalFolder], store: String) throws -> ChainProof.Difference? {
        guard let last = folders.last, FileManager.default.fileExists(atPath: store) else { return nil }
        do { return try last.shortfall(of: openStore(store, mustExist: true), at: store) } catch is StoreProblem {
            return nil
        }
    }

    private static func remove(_ path: String) {
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: path + suffix)  // may not exist
        }
    }

    private func step(_ input: JournalInput, into draft: String) async throws -> StoreRebuild.Outcome {
        VerifyCommand.remove(draft)
        let progress = Progress("verify", isQuiet: quiet)
        defer { progress.end() }
        var work = StoreRebuild(input, build: Build.id)
        // What the journal does not tell; a damaged store does not tell it either.
        work.facts = try? openStore(store, mustExist: true).runs()
            .first { $0.run == input.header.run && $0.start == input.header.start }?.facts
        work.onTick = { share in
            progress.show(share)
            return !Terminal.isStopped
        }
        guard let done = try await work.run(into: openStore(draft)) else {
            throw Failure("stopped before the end; nothing wrong so far", exitCode: 130)
        }
        return done
    }

    /// What is wrong with the store; nil where nothing is.
    private func compare(_ draft: String, _ stepped: StoreRebuild.Outcome) throws -> (Int, Failure?) {
        do {
            let source = try openStore(store, mustExist: true)
            try source.prove()
            let found = try source.difference(
                from: openStore(draft, mustExist: true), run: stepped.run, since: stepped.from)
            guard let what = found.what else { return (found.halfHours, nil) }
            return (
                found.halfHours,
                Failure(
                    "\(store): \(what) is not what the journal steps to; make the store anew from it:"
                        + " twin verify --store \(store) --repair", exitCode: 65)
            )
        } catch let problem as StoreProblem where [.damaged, .missing, .otherVersion].contains(problem.kind) {
            return (0, Failure(problem.description, exitCode: problem.exitCode))
        }
    }

    /// - Returns: where the old store is kept; nil where there was none.
    private func replace(by draft: String, _ stepped: StoreRebuild.Outcome) throws -> String? {
        let lock = try RunLocks.lockStore(store)
        defer { lock.release() }
        guard FileManager.default.fileExists(atPath: store) else {
            try FileManager.default.moveItem(atPath: draft, toPath: store)
            return nil
        }
        // What cannot be read cannot be named.
        let others = (try? openStore(store, mustExist: true).runs().map(\.run).filter { $0 != stepped.run }) ?? []
        let kept = try setStoreAside(store)
        try FileManager.default.moveItem(atPath: draft, toPath: store)
        if !quiet, !others.isEmpty {
            Terminal.say(
                "note: the books of \(others.joined(separator: ", ")) are in \(kept) alone; replay their journals too")
        }
        return kept
    }

    private func tell(_ stepped: StoreRebuild.Outcome, _ halfHours: Int, madeAnew: Bool, kept: String?) {
        if json {
            StandardOutput.write(
                .fields([
                    "schema": .string("verify/1"), "run": .string(stepped.run), "segments": .integer(stepped.segments),
                    "ticks": .integer(stepped.ticks), "digest": .string(stepped.digest), "store": .string(store),
                    "half_hours": .integer(halfHours), "made_anew": .bool(madeAnew),
                    "kept": kept.map(JSON.string) ?? .null,
                ]))
            return
        }
        let counted = JournalTable.counted
        StandardOutput.write(
            "ok  journal of run \(stepped.run): \(counted(stepped.segments, "segment")), \(counted(stepped.ticks, "tick"))"
        )
        if madeAnew {
            StandardOutput.write("ok  \(store): made anew\(kept.map { "; the old one is \($0)" } ?? "")")
        } else {
            StandardOutput.write("ok  \(store): \(counted(halfHours, "half hour")) as the journal steps to them")
        }
        StandardOutput.write("digest \(stepped.digest)")
    }
}
