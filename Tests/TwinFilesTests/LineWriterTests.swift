import Foundation
import Testing
import TwinFiles
import TwinTesting

@Suite("Writing lines")
struct LineWriterTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func write(_ name: String, _ lines: [String], overwrite: Bool = false) throws {
        let writer = try LineWriter(path: folder.path(name), overwrite: overwrite)
        for line in lines { try writer.write(Array(line.utf8)) }
        try writer.finish()
    }

    @Test func `lines come out with their breaks`() throws {
        try write("a.jsonl", ["a", "", "b"])
        #expect(try folder.bytes("a.jsonl") == Array("a\n\nb\n".utf8))
        try write("empty.jsonl", [])
        #expect(try folder.bytes("empty.jsonl").isEmpty)
    }

    @Test func `the file appears only when it is finished`() throws {
        let writer = try LineWriter(path: folder.path("a.jsonl"), overwrite: false)
        try writer.write([UInt8](repeating: 0x61, count: 200_000))
        #expect(try folder.names().filter { !$0.hasPrefix(".") }.isEmpty)
        try writer.finish()
        #expect(try folder.names() == ["a.jsonl"])
    }

    @Test func `a writer that is given up leaves nothing behind`() throws {
        do {
            let writer = try LineWriter(path: folder.path("a.jsonl.gz"), overwrite: false)
            try writer.write(Array("a".utf8))
            #expect(try folder.names().count == 1)
        }
        #expect(try folder.names().isEmpty)
    }

    @Test func `an existing file is kept until its replacement is finished`() throws {
        try write("a.jsonl", ["old"])
        let problem = #expect(throws: FileProblem.self) { try write("a.jsonl", ["new"]) }
        #expect(problem?.exitCode == 73)
        do {
            let writer = try LineWriter(path: folder.path("a.jsonl"), overwrite: true)
            try writer.write(Array("new".utf8))
        }
        #expect(try folder.bytes("a.jsonl") == Array("old\n".utf8))
        try write("a.jsonl", ["new"], overwrite: true)
        #expect(try folder.bytes("a.jsonl") == Array("new\n".utf8))
        #expect(try folder.names() == ["a.jsonl"])
    }

    @Test func `a file that appears meanwhile is not replaced`() throws {
        let writer = try LineWriter(path: folder.path("a.jsonl"), overwrite: false)
        try writer.write(Array("mine".utf8))
        try folder.write("a.jsonl", Array("theirs".utf8))
        #expect(throws: FileProblem.self) { try writer.finish() }
        #expect(try folder.bytes("a.jsonl") == Array("theirs".utf8))
    }

    @Test func `a missing folder is named and not made`() throws {
        let problem = #expect(throws: FileProblem.self) {
            try LineWriter(path: folder.path("no/such/a.jsonl"), overwrite: true)
        }
        #expect(problem?.exitCode == 73)
        #expect(problem?.sentence == "there is no folder \(folder.path("no/such")); make it first")
        #expect(try folder.names().isEmpty)
    }

    @Test(arguments: ["/dev/null", "/tmp", "/tmp/"])
    func `what is no regular file is never replaced`(path: String) {
        let problem = #expect(throws: FileProblem.self) { try LineWriter(path: path, overwrite: true) }
        #expect(problem?.exitCode == 73)
    }

    @Test func `a link is never replaced`() throws {
        try folder.write("real", [])
        #expect(symlink(folder.path("real"), folder.path("link")) == 0)
        let problem = #expect(throws: FileProblem.self) {
            try LineWriter(path: folder.path("link"), overwrite: true)
        }
        #expect(problem?.exitCode == 73)
    }

    @Test func `the same lines give the same gzip bytes, without a name or a time`() throws {
        let lines = (0..<3000).map { "line \($0) " + String(repeating: "y", count: $0 % 301) }
        try write("a.jsonl.gz", lines)
        try write("b.jsonl.gz", lines)
        let bytes = try folder.bytes("a.jsonl.gz")
        #expect(try folder.bytes("b.jsonl.gz") == bytes)
        // ID, method, no flags, no time.
        #expect(bytes.prefix(8) == [0x1F, 0x8B, 8, 0, 0, 0, 0, 0])
        let reader = try LineReader(path: folder.path("a.jsonl.gz"))
        for line in lines { #expect(reader.next() == .line(Array(line.utf8))) }
        #expect(reader.next() == nil)
        #expect(reader.truncation == nil)
    }
}
