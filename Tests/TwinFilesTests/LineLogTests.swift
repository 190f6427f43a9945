import Foundation
import Testing
import TwinFiles
import TwinTesting

@Suite("A growing file")
struct LineLogTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func lines(_ name: String) throws -> (texts: [String], truncation: String?) {
        let reader = try LineReader(path: folder.path(name))
        var texts: [String] = []
        while case .line(let bytes)? = reader.next() { texts.append(String(decoding: bytes, as: UTF8.self)) }
        return (texts, reader.truncation)
    }

    private func problem(_ body: () throws -> Void) -> FileProblem? { #expect(throws: FileProblem.self) { try body() } }

    @Test("what was synced can be read while the file grows", arguments: ["a.jsonl", "a.jsonl.gz"])
    func grows(name: String) throws {
        let log = try LineLog(path: folder.path(name), first: Array("head".utf8), overwrite: false)
        #expect(try lines(name).texts == ["head"])
        #expect(try folder.names() == [name])
        var written = ["head"]
        for number in 1...200 {
            // Long enough together for several blocks of the compressor's output.
            written.append("\(number) " + String((number * 7919) % 1_000_003) + String(repeating: "x", count: 600))
            log.write(Array((written.last ?? "").utf8))
            if number % 50 == 0 {
                try log.sync()
                #expect(try lines(name).texts == written)
            }
        }
        log.write(Array("last".utf8))
        #expect(try lines(name).texts == written)
        try log.finish()
        #expect(try lines(name).texts == written + ["last"])
        #expect(try lines(name).truncation == nil)
    }

    @Test("a compressed file that nobody finished gives its lines and says that it was cut")
    func cut() throws {
        do {
            let log = try LineLog(path: folder.path("a.jsonl.gz"), first: Array("head".utf8), overwrite: false)
            log.write(Array("one".utf8))
            try log.sync()
            log.write(Array("never synced".utf8))
        }
        let found = try lines("a.jsonl.gz")
        #expect(found.texts == ["head", "one"])
        #expect(found.truncation != nil)
    }

    @Test("a file that is there is kept, or replaced at once when that is asked")
    func existing() throws {
        let path = try folder.write("a.jsonl", Array("old\n".utf8))
        #expect(problem { try LineLog.check(path, overwrite: false) }?.exitCode == 73)
        #expect(problem { _ = try LineLog(path: path, first: [0x61], overwrite: false) }?.exitCode == 73)
        #expect(try lines("a.jsonl").texts == ["old"])
        #expect(try folder.names() == ["a.jsonl"])
        try LineLog.check(path, overwrite: true)
        _ = try LineLog(path: path, first: [0x61], overwrite: true)
        #expect(try lines("a.jsonl").texts == ["a"])
    }

    @Test("a missing folder is named, and never made")
    func noFolder() throws {
        let path = folder.path("none/a.jsonl")
        for found in [
            problem { try LineLog.check(path, overwrite: false) },
            problem { _ = try LineLog(path: path, first: [], overwrite: false) },
        ] {
            #expect(found?.exitCode == 73)
            #expect(found?.sentence.contains(folder.path("none")) == true)
        }
        #expect(try folder.names().isEmpty)
        #expect(problem { try LineLog.check(folder.path, overwrite: true) }?.exitCode == 73)
    }

    @Test("nothing is added after the end")
    func afterEnd() throws {
        let log = try LineLog(path: folder.path("a.jsonl"), first: Array("head".utf8), overwrite: false)
        try log.finish()
        log.write(Array("more".utf8))
        try log.sync()
        try log.finish()
        #expect(try lines("a.jsonl").texts == ["head"])
    }
}
