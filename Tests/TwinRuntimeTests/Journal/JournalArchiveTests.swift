import Foundation
import Testing
import TwinBooks
import TwinConfiguration
import TwinCore
import TwinRuntime
import TwinTesting

/// The past moves away; what is left starts, replays and checks without it.
@Suite("Journal archive")
struct JournalArchiveTests {
    /// A journal, and where it is archived to.
    private struct Place {
        let temporary: TemporaryFolder
        let fixture: JournalFixture
        let folder: JournalFolder
        let old: JournalFolder

        init() async throws {
            temporary = try TemporaryFolder()
            fixture = try await JournalFixture.shared()
            folder = try fixture.copy(to: temporary)
            old = JournalFolder(path: temporary.path("old"))
        }

        /// Archives what ends before a local date.
        @discardableResult
        func archive(before day: Int, covered: Int? = nil) async throws -> JournalArchive.Outcome {
            let zone = try JournalFixture.config().zone
            let midnight = zone.instant(CivilDate(year: 2025, month: 10, day: day))
            let work = JournalArchive(folder, to: old, before: midnight, coveredTick: covered, build: "test")
            return try #require(try await work.run())
        }

        func replayed(_ folders: JournalFolder...) async throws -> ReplayResult {
            try await replay(folders, JournalFixture.config())
        }

        /// The rest, the archive, and both together replay and check.
        func expectWhole(archived: Int) async throws {
            #expect(try old.contents().map(\.number) == Array(1...archived))
            #expect(try folder.contents().map(\.number) == Array(archived + 1...5))
            #expect(try (folder.allNames() + old.allNames()).filter { $0.hasSuffix(".new") } == [])
            let rest = try await replayed(folder)
            #expect(rest.summary.digest == fixture.digest)
            #expect(rest.firstDifferingTick == nil && rest.notes.warnings.isEmpty)
            #expect(try await folder.check()?.digest == fixture.digest)
            let past = try await replayed(old)
            #expect(past.firstDifferingTick == nil)
            #expect(try past.summary.digest == folder.contents()[0].header.chain)
            let all = try await replayed(old, folder)
            #expect(all.summary.digest == fixture.digest && all.summary.json["energy_kwh"] == fixture.energy)
        }
    }

    @Test("closed days before the date move, and the rest ends with the digest of the whole")
    func moves() async throws {
        let place = try await Place()
        let done = try await place.archive(before: 27)
        #expect(done.moved.map(\.number) == [1, 2, 3] && done.ticks == 24 + 48 + 50)
        #expect(done.from?.rfc3339 == "2025-10-27T00:00:00.000Z")
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.folder.path + "/.opening") == ["123.state"])
        try await place.expectWhole(archived: 3)
        let note = try #require(try JournalInput([place.folder]).notes.first)
        #expect(note.contains("the replay begins at 2025-10-27T00:00:00.000Z (tick 123)"))
        // Again: there is nothing to do.
        let again = try await place.archive(before: 27)
        #expect(again.moved.isEmpty && again.from == nil)
        // And on from the state that was left, which then goes.
        let later = try await place.archive(before: 28)
        #expect(later.moved.map(\.number) == [4])
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.folder.path + "/.opening") == ["171.state"])
        try await place.expectWhole(archived: 4)
        // The one that is written to stays, whatever the date.
        let never = try await place.archive(before: 31)
        #expect(never.moved.isEmpty && never.notes.count == 1)
    }

    @Test("a second archive elsewhere gets the state that it begins with")
    func secondFolder() async throws {
        let place = try await Place()
        try await place.archive(before: 26)
        let temporary = place.temporary
        let second = JournalFolder(path: temporary.path("second"))
        let zone = try JournalFixture.config().zone
        let work = JournalArchive(
            place.folder, to: second, before: zone.instant(CivilDate(year: 2025, month: 10, day: 28)), coveredTick: nil,
            build: "test")
        #expect(try #require(try await work.run()).moved.map(\.number) == [3, 4])
        let own = try await place.replayed(second)
        #expect(own.firstDifferingTick == nil)
        #expect(try own.summary.digest == place.folder.contents()[0].header.chain)
        let all = try await place.replayed(place.old, second, place.folder)
        #expect(all.summary.digest == place.fixture.digest)
        let hole = try #require(throws: JournalProblem.self) { try JournalInput([place.old, place.folder]) }
        #expect(hole.description.contains("segments 000003 to 000004 are missing"))
    }

    @Test("only what the store has is moved, and the rest is explained", arguments: [0, 71, 72, 121])
    func covered(tick: Int) async throws {
        let place = try await Place()
        let done = try await place.archive(before: 28, covered: tick)
        #expect(done.moved.count == (tick < 24 ? 0 : tick < 72 ? 1 : 2))
        #expect(done.notes.count == 1 && done.notes[0].contains("the store has ticks to \(tick)"))
    }

    @Test("after a crash at any step the same call ends the same", arguments: 0..<6)
    func crash(step: Int) async throws {
        let place = try await Place()
        let temporary = place.temporary
        // A whole archive as the pattern; then the journal is put back as far as a crash at `step` would have it.
        try await place.archive(before: 27)
        let names = try place.old.segments()
        func putBack(_ name: String, removes: Bool) throws {
            try FileManager.default.copyItem(atPath: place.old.file(name), toPath: place.folder.file(name))
            if removes { try FileManager.default.removeItem(atPath: place.old.file(name)) }
        }
        switch step {
        case 0:  // the state was kept, nothing moved
            for name in names { try putBack(name, removes: true) }
        case 1:  // in the middle of the first copy
            for name in names { try putBack(name, removes: true) }
            try temporary.write("old/.\(names[0]).new", [1, 2, 3])
            try temporary.write("run.journal/.opening/.123.state.new", [1, 2, 3])
        case 2:  // the first was copied and not yet removed
            try putBack(names[0], removes: false)
            for name in names[1...] { try putBack(name, removes: true) }
        case 3:  // the copy's draft and its name are one file still
            try putBack(names[0], removes: false)
            try FileManager.default.linkItem(
                atPath: place.old.file(names[0]), toPath: place.old.file(".\(names[0]).new"))
            for name in names[1...] { try putBack(name, removes: true) }
        case 4:  // two of three are gone
            try putBack(names[2], removes: true)
            try temporary.write("old/.\(names[2]).new", [])
        default:  // before the state was kept
            for name in names { try putBack(name, removes: true) }
            try FileManager.default.removeItem(atPath: place.folder.path + "/.opening")
            try temporary.write("run.journal/.simulated-000001.jsonl.gz.new", [0])
        }
        // In between nothing is lost: the rest replays, alone and with its archive before it.
        let between = try await place.replayed(place.folder)
        #expect(between.summary.digest == place.fixture.digest)
        if step != 0, step != 1, step != 5 {
            let both = try await place.replayed(place.old, place.folder)
            #expect(both.summary.digest == place.fixture.digest)
            #expect(both.summary.json["energy_kwh"] == place.fixture.energy)
        }
        try await place.archive(before: 27)
        for name in try place.old.allNames() where name.hasSuffix(".new") {
            try FileManager.default.removeItem(atPath: place.old.file(name))
        }
        for name in try place.folder.allNames() where name.hasSuffix(".new") {
            try FileManager.default.removeItem(atPath: place.folder.file(name))
        }
        try await place.expectWhole(archived: 3)
    }

    @Test("another file of the same name is never overwritten")
    func overwrite() async throws {
        let place = try await Place()
        let temporary = place.temporary
        try await place.archive(before: 26)
        let name = try place.folder.segment(3).name
        let other = try temporary.bytes("old/\(place.old.segment(2).name)")
        try temporary.write("old/\(name)", other)
        let problem = try await #require(throws: JournalProblem.self) { try await place.archive(before: 28) }
        #expect(problem.exitCode == 73)
        #expect(problem.description.contains("is there already and differs"))
        #expect(try temporary.bytes("old/\(name)") == other)
        #expect(try place.folder.segment(3).isCompressed)
    }

    @Test("a damaged segment is not moved: the archive names it and changes nothing")
    func damaged() async throws {
        let place = try await Place()
        try place.folder.unpack(2) { lines in
            lines.map { $0.replacing("\"load_kw\":", with: "\"load_kw\":1") }
        }
        let before = try place.folder.allNames()
        let problem = try await #require(throws: JournalProblem.self) { try await place.archive(before: 28) }
        #expect(problem.exitCode == 65)
        #expect(problem.description.contains("simulated-000002.jsonl:"))
        #expect(try place.folder.allNames() == before)
        #expect(try place.old.allNames() == [])
    }

    @Test("a damaged state is not used: the replay says what to put back")
    func damagedState() async throws {
        let place = try await Place()
        let temporary = place.temporary
        try await place.archive(before: 27)
        var bytes = try temporary.bytes("run.journal/.opening/123.state")
        bytes[bytes.count / 2] ^= 1
        try temporary.write("run.journal/.opening/123.state", bytes)
        let problem = try #require(throws: JournalProblem.self) { try JournalInput([place.folder]) }
        #expect(problem.exitCode == 65)
        #expect(problem.description.contains(".opening/123.state: is damaged"))
        // With its archive before it, the journal needs no state.
        let all = try await place.replayed(place.old, place.folder)
        #expect(all.summary.digest == place.fixture.digest)
    }

    @Test("the journal itself, another run's folder and a folder without a parent are refused")
    func targets() async throws {
        let place = try await Place()
        let temporary = place.temporary
        func refusal(_ path: String) async throws -> JournalProblem {
            let work = JournalArchive(
                place.folder, to: JournalFolder(path: path), before: .latest, coveredTick: nil, build: "test")
            return try await #require(throws: JournalProblem.self) { try await work.run() }
        }
        #expect(try await refusal(place.folder.path + "/.").description.contains("is the journal itself"))
        #expect(try await refusal(temporary.path("no/old")).exitCode == 73)
        let header = JournalTests.header
        _ = try JournalWriter(folder: JournalFolder(path: temporary.path("other")), header: header, zone: .utc)
        #expect(try await refusal(temporary.path("other")).description.contains("holds run 0badcafe"))
        #expect(try place.folder.contents().count == 5)
    }

    @Test("the simulated plant has no state in the middle of a run: a closed loop wants the archive too")
    func closedLoop() async throws {
        let place = try await Place()
        try await place.archive(before: 27)
        let input = try JournalInput([place.folder])
        let problem = try await #require(throws: ReplayProblem.self) {
            try await replay(input.paths, JournalFixture.config()) { options in
                options.opening = input.opening
                options.loop = .closed
            }
        }
        #expect(problem.description.contains("name the archive's folder before it"))
    }
}
