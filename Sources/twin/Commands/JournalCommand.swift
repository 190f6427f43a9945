import ArgumentParser
import Foundation
import TwinConfiguration
import TwinCore
import TwinRuntime
import TwinStore

/// `twin journal`: what a run's journal holds, whether it is whole, and moving its past away.
struct JournalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal",
        abstract: "List, check or archive the journal of a run.",
        discussion: """
            EXAMPLES
              twin journal list twin.journal
              twin journal verify twin.journal
              twin journal archive twin.journal --before 2025-07-01 --to /backup/twin
            """,
        subcommands: [ListCommand.self, VerifyCommand.self, ArchiveCommand.self])
}

/// Options of all three.
struct JournalOptions: ParsableArguments {
    @Argument(help: "Journal folder.")
    var folder: String

    @Flag(help: "Print one JSON object on standard output.")
    var json = false

    @Flag(name: .shortAndLong, help: "Say less on standard error.")
    var quiet = false

    func say(_ text: String) { if !quiet { Terminal.say(text) } }

    func open() throws -> JournalFolder {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
            throw Failure("\(folder): no such folder", exitCode: 66)
        }
        return JournalFolder(path: folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder)
    }
}

extension JournalCommand {
    struct ListCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "The segments of a journal: time, ticks, size, mode and configuration.",
            usage: "twin journal list [<options>] <folder>",
            discussion: """
                EXAMPLE
                  twin journal list twin.journal
                """)

        @OptionGroup var journal: JournalOptions

        func run() throws {
            let table = try JournalTable(journal.open())
            if journal.json {
                StandardOutput.write(table.json)
            } else {
                for line in table.lines { StandardOutput.write(line) }
            }
        }
    }

    struct VerifyCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify",
            abstract: "Check that a journal is whole and steps to its own marks.",
            usage: "twin journal verify [<options>] <folder>",
            discussion: """
                EXAMPLES
                  twin journal verify twin.journal
                  twin journal verify twin.journal --quick

                Names the first thing that is wrong with file and line, and ends with exit code 65.
                """)

        @OptionGroup var journal: JournalOptions

        @Flag(help: "Only read: lines, marks with their sums, links between segments. Nothing is stepped.")
        var quick = false

        func run() async throws {
            Terminal.catchSignals()
            let progress = Progress("verify", isQuiet: journal.quiet)
            let folder = try journal.open()
            var check = JournalCheck(folder)
            check.isQuick = quick
            check.onTick = { share in
                progress.show(share)
                return !Terminal.isStopped
            }
            defer { progress.end() }
            guard let found = try await check.run() else {
                throw Failure("stopped before the end; nothing wrong so far", exitCode: 130)
            }
            progress.end()
            for note in found.notes { journal.say("note: \(note)") }
            if journal.json {
                StandardOutput.write(
                    JSON.fields([
                        "schema": .string("journal-verify/1"), "run": .string(found.run),
                        "segments": .integer(found.segments), "first_tick": .integer(found.firstTick),
                        "ticks": .integer(found.ticks), "stepped": .bool(found.isStepped),
                        "lines_open": .integer(found.linesOpen), "digest": .string(found.digest),
                    ]))
                return
            }
            let how = found.isStepped ? "stepped again" : "read only"
            StandardOutput.write(
                "ok  \(folder.path): \(JournalTable.counted(found.segments, "segment")), \(JournalTable.counted(found.ticks, "tick")), \(how)"
            )
            StandardOutput.write("digest \(found.digest)")
        }
    }

    struct ArchiveCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "archive",
            abstract: "Move closed segments to another folder.",
            usage: "twin journal archive [<options>] <folder>",
            discussion: """
                EXAMPLE
                  twin journal archive twin.journal --before 2025-07-01 --to archive/twin

                Segments that end before the date are moved once the store has them. They are
                stepped again before that, and the state after them stays, so that the rest
                starts and replays without them. The archive is a journal folder of its own.
                The same command again goes on after a crash.
                """)

        @OptionGroup var journal: JournalOptions

        @Option(help: "Local date; segments that end by its midnight are moved.")
        var before: String

        @Option(name: .customLong("to"), help: "Folder to move to; its parent must exist.")
        var target: String

        @Option(help: "The run's SQLite store; default the one beside the journal, if it is there.")
        var store: String?

        func run() async throws {
            Terminal.catchSignals()
            let folder = try journal.open()
            guard let first = try folder.contents().first else {
                throw Failure("\(folder.path): holds no journal", exitCode: 66)
            }
            let zone = LocalZone(database: first.header.timeZone) ?? .utc
            let progress = Progress("archive", isQuiet: journal.quiet)
            var work = JournalArchive(
                folder, to: JournalFolder(path: target), before: try midnight(in: zone),
                coveredTick: try covered(folder, first.header), build: Build.id)
            work.onTick = { share in
                progress.show(share)
                return !Terminal.isStopped
            }
            defer { progress.end() }
            guard let done = try await work.run() else { throw Failure("stopped; nothing was moved", exitCode: 130) }
            progress.end()
            for note in done.notes { journal.say("note: \(note)") }
            if journal.json {
                StandardOutput.write(json(done))
            } else {
                for line in lines(done, zone) { StandardOutput.write(line) }
            }
        }

        private func midnight(in zone: LocalZone) throws -> PlantTime {
            let parts = before.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2],
                CivilDate(year: year, month: month, day: day).exists
            else { throw Failure("--before \"\(before)\": expected a date, such as 2025-07-01", exitCode: 2) }
            return zone.instant(CivilDate(year: year, month: month, day: day))
        }

        /// The last tick that the store has; nil where there is none beside the journal.
        private func covered(_ folder: JournalFolder, _ header: Header) throws -> Int? {
            let path = store ?? RunCommand.store(besideJournal: folder.path)
            guard store != nil || FileManager.default.fileExists(atPath: path) else { return nil }
            return try openStore(path, mustExist: true).checkpoint(ofRun: header.run)?.cursor.tick ?? 0
        }

        private func lines(_ done: JournalArchive.Outcome, _ zone: LocalZone) -> [String] {
            guard let from = done.from else { return ["nothing to move"] }
            let bytes = done.moved.reduce(0) { $0 + $1.bytes }
            return done.moved.map { "moved \($0.path)" } + [
                "\(JournalTable.counted(done.moved.count, "segment")), \(JournalTable.counted(done.ticks, "tick")), \(JournalTable.size(bytes));"
                    + " \(journal.folder) begins at \(zone.text(from))"
            ]
        }

        private func json(_ done: JournalArchive.Outcome) -> JSON {
            .fields([
                "schema": .string("journal-archive/1"), "ticks": .integer(done.ticks),
                "begins": done.from.map { .string($0.rfc3339) } ?? .null,
                "moved": .array(done.moved.map { .string($0.path) }),
            ])
        }
    }
}
