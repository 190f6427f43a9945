import Foundation
import Testing
import TwinFiles
import TwinTesting

@Suite("Reading lines")
struct LineReaderTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func lines(_ reader: LineReader) -> [LineRead] {
        var found: [LineRead] = []
        while let line = reader.next() { found.append(line) }
        return found
    }

    private func texts(_ reader: LineReader) -> [String] {
        lines(reader).map { line in
            switch line {
            case .line(let bytes): String(decoding: bytes, as: UTF8.self)
            case .tooLong(let bytes): "too long: \(bytes)"
            }
        }
    }

    private func gzip(_ text: [String]) throws -> [UInt8] {
        let path = folder.path("made-\(UUID().uuidString).gz")
        let writer = try LineWriter(path: path, overwrite: false)
        for line in text { try writer.write(Array(line.utf8)) }
        try writer.finish()
        return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    @Test func `CRLF and a byte-order mark are stripped and a last line without a break is a line`() throws {
        let path = try folder.write("a.csv", [0xEF, 0xBB, 0xBF] + Array("a\r\nb\n\nlast".utf8))
        let reader = try LineReader(path: path)
        #expect(texts(reader) == ["a", "b", "", "last"])
        #expect(reader.number == 4)
        #expect(reader.isLastLineOpen)
        #expect(reader.bytesRead == reader.bytesTotal)
        #expect(reader.offset == reader.bytesTotal)
    }

    @Test func `an empty file has no line and a file of one break has one empty line`() throws {
        #expect(texts(try LineReader(path: folder.write("empty", []))).isEmpty)
        #expect(texts(try LineReader(path: folder.write("break", [0x0A]))) == [""])
        #expect(texts(try LineReader(path: folder.write("one", [0x41]))) == ["A"])
    }

    @Test func `NUL bytes are part of a line`() throws {
        let reader = try LineReader(path: folder.write("nul", [0x41, 0, 0x42, 0x0A, 0, 0x0A]))
        #expect(lines(reader) == [.line([0x41, 0, 0x42]), .line([0])])
    }

    @Test(arguments: [false, true])
    func `lines that cross block borders come out whole`(compressed: Bool) throws {
        let text = (0..<3000).map { "\($0) " + String(repeating: "x", count: $0 % 997) }
        let plain = Array((text.joined(separator: "\n") + "\n").utf8)
        let path = try folder.write("lines", compressed ? gzip(text) : plain)
        let reader = try LineReader(path: path)
        #expect(texts(reader) == text)
        #expect(reader.truncation == nil)
        #expect(!reader.isLastLineOpen)
        #expect(reader.offset == Int64(plain.count))
    }

    @Test func `a line over 1 MiB is skipped and the next one is read`() throws {
        let limit = LineReader.lineMax
        let bytes =
            [UInt8](repeating: 0x61, count: limit) + [0x0A] + [UInt8](repeating: 0x62, count: limit + 1)
            + Array("\nnext\n".utf8)
        let reader = try LineReader(path: folder.write("long", bytes))
        let found = lines(reader)
        #expect(found.count == 3)
        #expect(found.first == .line([UInt8](repeating: 0x61, count: limit)))
        #expect(found.dropFirst() == [.tooLong(bytes: limit + 1), .line(Array("next".utf8))])
        #expect(reader.offset == Int64(bytes.count))
    }

    @Test func `reading goes on at a byte offset`() throws {
        let path = try folder.write("log", Array("first\r\nsecond\nthird\n".utf8))
        let reader = try LineReader(path: path)
        _ = reader.next()
        #expect(reader.offset == 7)
        let later = try LineReader(path: path, offset: reader.offset)
        #expect(texts(later) == ["second", "third"])
        #expect(later.offset == 20)
        #expect(texts(try LineReader(path: path, offset: 20)).isEmpty)
        #expect(throws: FileProblem.self) { try LineReader(path: path, offset: 21) }
        #expect(throws: FileProblem.self) { try LineReader(path: path, offset: -1) }
        let packed = try folder.write("log.gz", gzip(["first"]))
        #expect(throws: FileProblem.self) { try LineReader(path: packed, offset: 7) }
    }

    @Test func `gzip is told by its first bytes and members may follow each other`() throws {
        let path = try folder.write("no-ending", gzip(["a", "b"]) + gzip(["c"]) + gzip([]) + gzip(["d"]))
        let reader = try LineReader(path: path)
        #expect(texts(reader) == ["a", "b", "c", "d"])
        #expect(reader.truncation == nil)
    }

    @Test func `zero padding after the last member is no damage`() throws {
        let reader = try LineReader(path: folder.write("padded", gzip(["a"]) + [UInt8](repeating: 0, count: 512)))
        #expect(texts(reader) == ["a"])
        #expect(reader.truncation == nil)
    }

    @Test func `a cut gzip file gives its readable lines and says that it is cut`() throws {
        let text = (0..<5000).map { "line \($0) \($0 &* 2_654_435_761 % 1_000_003)" }
        let whole = try gzip(text)
        let reader = try LineReader(path: folder.write("cut", Array(whole.prefix(whole.count / 2))))
        let found = texts(reader)
        #expect(found.count > 1000)
        #expect(found.dropLast() == text.prefix(found.count - 1))
        #expect(reader.truncation == "the file ends inside its gzip data; the lines before that are used")
    }

    @Test func `a gzip file without its trailer gives all lines and says that it is cut`() throws {
        let reader = try LineReader(path: folder.write("cut", Array(gzip(["a", "b"]).dropLast(8))))
        #expect(texts(reader) == ["a", "b"])
        #expect(reader.truncation != nil)
    }

    @Test func `a damaged gzip file gives what comes before the damage and names the place`() throws {
        var bytes = try gzip((0..<20_000).map { "line \($0) \($0 &* 2_654_435_761 % 1_000_003)" })
        let middle = bytes.count / 2
        for index in middle..<middle + 64 { bytes[index] = 0xFF }
        let reader = try LineReader(path: folder.write("damaged", bytes))
        #expect(texts(reader).count > 1000)
        #expect(reader.truncation?.hasPrefix("the gzip data is damaged near byte ") == true)
    }

    @Test func `rubbish after a gzip member is damage`() throws {
        let reader = try LineReader(path: folder.write("rubbish", gzip(["a"]) + Array("rubbish".utf8)))
        #expect(texts(reader) == ["a"])
        #expect(reader.truncation?.contains("incorrect header check") == true)
    }

    @Test func `a gzip file that grows too much is stopped`() throws {
        let path = folder.path("bomb.gz")
        let writer = try LineWriter(path: path, overwrite: false)
        let line = [UInt8](repeating: 0, count: (1 << 20) - 1)
        for _ in 0..<200 { try writer.write(line) }
        try writer.finish()
        let reader = try LineReader(path: path)
        #expect(lines(reader).count < 200)
        #expect(reader.offset >= 63 << 20)
        #expect(reader.truncation == "the gzip data grows more than 1000 times; the rest is not read")
        let limited = try LineReader(path: path, expandedMax: 3 << 20)
        #expect((3...4).contains(lines(limited).count))
        #expect(limited.truncation == "the gzip data grows beyond 3145728 bytes; the rest is not read")
    }

    @Test func `what is no regular file is refused with its exit code`() throws {
        let fifo = folder.path("fifo")
        #expect(mkfifo(fifo, 0o600) == 0)
        let refused: [(path: String, code: Int32)] = [
            (folder.path, 65), (fifo, 65), ("/dev/zero", 65), (folder.path("missing"), 66),
            (folder.path("missing/file"), 66),
        ]
        for (path, code) in refused {
            let problem = #expect(throws: FileProblem.self) { try LineReader(path: path) }
            #expect(problem?.exitCode == code)
            #expect(problem?.path == path)
        }
        let problem = #expect(throws: FileProblem.self) { try LineReader(path: folder.path) }
        #expect(
            problem?.description
                == "\(folder.path): is a directory; name a regular file, or - for standard input")
    }

    @Test func `no damage to a gzip file stops the reader`() throws {
        let whole = try gzip((0..<500).map { "line \($0) \($0 &* 2_654_435_761 % 1_000_003)" })
        var state: UInt64 = 7
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for _ in 0..<300 {
            var bytes = whole
            // The first two bytes say that it is gzip.
            for _ in 0...random(3) { bytes[2 + random(bytes.count - 2)] ^= UInt8(1 + random(255)) }
            let reader = try LineReader(path: folder.write("damaged", bytes))
            _ = lines(reader)
            #expect(reader.truncation != nil || reader.bytesRead == Int64(bytes.count))
        }
    }
}
