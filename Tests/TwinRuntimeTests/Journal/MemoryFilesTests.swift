import Testing
import TwinConfiguration
import TwinCore
import TwinRuntime
import TwinTesting

@testable import TwinSimulation

/// The simulated disk forgets what a real one may forget, and nothing else.
@Suite("Simulated files")
struct MemoryFilesTests {
    private func files() -> MemoryFiles {
        var files = MemoryFiles()
        files.makeFolder("/j")
        files.syncFolder("")
        return files
    }

    @Test("a power cut leaves what was synced, and any part of what came after", arguments: 0..<50 as Range<UInt64>)
    func tornWrite(seed: UInt64) {
        var files = files()
        let number = files.makeFile("/j/a")
        files.syncFolder("/j")
        files.files[number].bytes = Array("whole\n".utf8)
        files.sync(number)
        files.files[number].bytes += Array("torn\n".utf8)
        var chance = SeedStream(seed: seed)
        files.cutPower(&chance)
        let left = String(decoding: files.files[number].bytes, as: UTF8.self)
        #expect(left.hasPrefix("whole\n") && "whole\ntorn\n".hasPrefix(left))
    }

    @Test("a name is there for good when its folder was synced, and may be the old one before")
    func names() {
        var found: Set<[String]> = []
        for seed in 0..<50 as Range<UInt64> {
            var files = files()
            _ = files.makeFile("/j/.a.new")
            files.syncFolder("/j")
            files.move("/j/.a.new", to: "/j/a")
            if seed % 2 == 0 { files.syncFolder("/j") }
            var chance = SeedStream(seed: seed)
            files.cutPower(&chance)
            found.insert((files.list("/j") ?? []) + [seed % 2 == 0 ? "synced" : "not"])
        }
        #expect(found == [["a", "synced"], ["a", "not"], [".a.new", "not"]])
    }

    @Test("a killed process loses nothing that it wrote, and its locks")
    func killed() {
        var files = files()
        let number = files.makeFile("/j/a")
        files.files[number].bytes = [1, 2, 3]
        files.files[number].isLocked = true
        files.kill()
        #expect(files.files[number].bytes == [1, 2, 3] && !files.files[number].isLocked)
    }

    @Test("what a journal wrote without waiting is on the disk after the next wait", arguments: 0..<30 as Range<UInt64>)
    func journalWaits(seed: UInt64) throws {
        let config = try Repository.config()
        let ledger = Ledger(config, clock: .event, clocks: SimulatedClocks(Recording.start))
        let disk = SimulatedDisk(seed: seed, fuse: Fuse(), ledger: ledger, config: config, skipsSync: false)
        let writer = try JournalWriter(
            folder: JournalFolder(path: "/j", disk: disk), header: JournalTests.header, zone: .utc)
        let line = Line(t: Recording.start, .link("up"))
        writer.append(line)
        try writer.flush()
        try writer.sync()
        disk.die(isPowerCut: true)
        let text = String(decoding: disk.contents(of: "/j")[0].bytes, as: UTF8.self)
        #expect(text.hasSuffix(String(decoding: line.bytes, as: UTF8.self) + "\n"))
    }
}
